//! How much services are used and how well they are answered, counted without persons.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Measure`] | what is counted of a service: used, answered in time or late, refused, supplemented |
//! | counter | how often, in a month of a city, of an agency's service; in sixteen rows |
//! | ranking | the services of a city in a month, or the cities of a service, by how often they were used |
//! | scorecard | an agency's answers of a month: how many of them in time, refused, supplemented |
//!
//! Invariants: no row says who it was, nor on which day; something is counted in the transaction in
//! which it happens, and so it is counted once; a month is published when it is over, and its
//! scorecards thirty days later; a published month does not change any more.
//!
//! # What is not published
//!
//! What was counted less than ten times. A person could be found in it, and so could whoever was
//! handled badly. There is no total to take the rest from: the total of a ranking is that of what it
//! shows, so that two months which differ only in what is hidden look the same. Nor can a share be
//! turned back into a number: where one of its parts is below ten, it says only what every such number
//! would (at least 95 %, at most 5 %). Whoever works at the agency sees their own figures whole.

mod actions;
mod error;
mod model;
mod routes;
mod rules;
mod schema;
mod service;
mod store;
mod wire;

pub use actions::{count, last_month, ranking};
pub use error::Error;
pub use model::{InvalidItem, Measure, Service, UsageItem};
pub use service::{ItemNames, service};
