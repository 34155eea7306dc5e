//! What agencies offer, as data: listed, reviewed, published, and found.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | listing | what an agency offers of an item, through all of its versions | see the table below |
//! | version | what a listing says, as a file has it ([`Content`]) | see the second table |
//! | review | what a second person says to a version | |
//! | [`Engine`] | how a listing works: inquiry, bill, booking, application or case | |
//!
//! Invariants: an agency has one listing for an item; a version is never written over, whatever
//! becomes of it, and those that are published stay readable for ever at their number; who has
//! written a version does not review it, in whatever role; what was retired is never published again;
//! what somebody is told before they apply and what the engines enforce is one function ([`judge()`]).
//!
//! # Which version is in force
//!
//! A version is in force from the day that it names on, but not before the day of its publication,
//! until a version follows that began later; the dates are those of the listing's city. So an agency
//! publishes today what holds from next month on, and cities begin one by one: each lists the item for
//! itself, from a day of its own. When the last day that a version names is over and none has
//! followed, nothing can be begun. What was begun under a version goes on under it.
//!
//! # What becomes of a listing
//!
//! Who suspends or retires it says why, in both languages; the public reads it.
//!
//! | from | what happens | to |
//! |---|---|---|
//! | draft | submit | draft |
//! | draft | publish | published |
//! | published | submit | published |
//! | published | publish | published |
//! | published | suspend | suspended |
//! | published | retire | retired |
//! | suspended | submit | suspended |
//! | suspended | publish | suspended |
//! | suspended | resume | published |
//! | suspended | retire | retired |
//!
//! # What becomes of a version
//!
//! | from | what happens | to |
//! |---|---|---|
//! | submitted | return | returned |
//! | submitted | publish | published |

mod actions;
mod content;
mod cpsv;
mod difference;
mod error;
mod events;
mod file;
mod form;
pub mod generated;
mod grams;
mod judge;
mod known;
mod language;
mod model;
mod precheck;
mod routes;
mod rules;
mod schema;
mod service;
mod store;
mod wire;
mod words;

pub use actions::{
    PutItem, facts_of, in_force, in_force_in, item_exists, item_names, publish_at_once, put_item,
    version,
};
pub use content::*;
pub use error::{Error, WrongState};
pub use events::{LISTING_CHANGED, LISTING_PUBLISHED, ListingChanged, ListingPublished};
pub use file::{FILE_BYTES_MAX, FileFault, read_file};
pub use form::{FieldFault, faults_of_form};
pub use judge::{Facts, Judgement, Verdict, judge};
pub use model::{
    InvalidItem, Item, LifeEvent, ListingEvent, ListingId, ListingKind, ListingState, Published,
    VersionEvent, VersionState,
};
pub use service::service;
pub use store::search::{SEARCH, search_parameters};
