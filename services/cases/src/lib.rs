//! Opinions and suggestions, as lines like 12345 take them: any listing file with `[case]`.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | case | what somebody asked, reported or suggested, up to the answer | see the table below |
//! | desk | who looks after a category at an agency; a word of the listing | |
//! | answer | what the agency replied, with its outcome; rated by the person | asked → rated |
//! | follower | who wants to hear of a case that is public | |
//! | parent | the case that others repeat; they are linked to it, and close with it | |
//!
//! Invariants: a case keeps the version of the listing under which it was filed, and its category's
//! period and citation for ever; what was written is sealed, and whoever reads it for the agency stands
//! in the ledger of accesses; who has reported a wrong is shown to no desk, and a report to nobody;
//! nobody looks after a case of their own, and nobody decides a dispute that they have raised; "closed"
//! always carries an outcome; what a line does not take is told where to go, and nothing of it is kept.
//!
//! # The first receiver is responsible
//!
//! A case goes to the desk of its category at once. That desk may dispute it within the listing's time;
//! while it does, the case stays with it and its time runs on, and it may still accept. Somebody else
//! decides which desk it is. The time of the reply is counted from the day of the filing, or of the last
//! reopening, and is extended once in the life of a case.
//!
//! # What becomes of a case
//!
//! | from | what happens | to |
//! |---|---|---|
//! | received | dispatch | dispatched |
//! | dispatched | dispute | dispatch_disputed |
//! | dispatched | accept | accepted |
//! | dispatched | add | dispatched |
//! | dispatched | link | dispatched |
//! | dispatched | close_with_parent | closed |
//! | dispatched | withdraw | closed |
//! | dispatch_disputed | decide | dispatched |
//! | dispatch_disputed | accept | accepted |
//! | dispatch_disputed | add | dispatch_disputed |
//! | dispatch_disputed | link | dispatch_disputed |
//! | dispatch_disputed | close_with_parent | closed |
//! | dispatch_disputed | withdraw | closed |
//! | accepted | extend | accepted |
//! | accepted | add | accepted |
//! | accepted | link | accepted |
//! | accepted | reply | replied |
//! | accepted | close | closed |
//! | accepted | close_with_parent | closed |
//! | accepted | withdraw | closed |
//! | replied | rate | closed |
//! | replied | lapse | closed |
//! | closed | rate | closed |
//! | closed | reopen | dispatched |

mod actions;
mod demo;
mod error;
mod jobs;
mod mail;
mod model;
mod open311;
mod retention;
mod routes;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;
mod wire;

pub use demo::HOTLINE;
pub use error::{CaseError, Error, Open311Error};
pub use model::{CaseId, CaseIdKind, CaseOutcome, CaseStanding, CaseTurn};
pub use service::service;
