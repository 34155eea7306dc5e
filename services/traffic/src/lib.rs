//! Traffic fines: from the decision of the police to the paid bill.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Decision`] | a penalty decision that the traffic police served on a person | recorded |
//! | fine | the decision as its addressee sees it, with what is due and why | open → paid, by its bill |
//! | [`Plate`], [`DecisionNo`] | numbers that people read aloud | |
//!
//! Invariants: a decision is recorded once under its number: the same content again changes
//! nothing, other content is refused; decision and bill are written together; whether it is paid is
//! the bill's knowledge alone; the rules that set due date and surcharge are rows with a citation,
//! and the decision keeps which versions it used; the body that decides never collects
//! (Administrative Penalty Law, articles 67 and 74).
//!
//! The day kinds are the law's: the fifteen days for payment are calendar days (Administrative
//! Penalty Law, article 85).

mod actions;
mod demo;
mod error;
mod explain;
mod jobs;
mod model;
mod routes;
mod rules;
mod schema;
mod store;
mod wire;

pub use demo::POLICE;
pub use error::Error;
pub use model::{Decision, DecisionId, DecisionKind, DecisionNo, Plate};
pub use routes::{DecisionsRead, DecisionsWrite, service};
