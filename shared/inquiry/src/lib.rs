//! Registers of agencies, asked live.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Source`] | where an agency's own register of a subject is asked |
//! | [`Question`] | whose record is asked for, by whom, and what permits it |
//! | [`Answer`] | the record, up to when the register's books say so, and whether that is now |
//! | [`Trouble`] | why a register was not heard, or not believed |
//!
//! Invariants: nobody's number leaves the city without an entry in the ledger of accesses that they
//! read; a register is asked outside of any transaction, within five seconds, by a limited number at
//! a time; what it said last is sealed and stands in for it while it is silent, and then says so;
//! books never go backwards; a record of somebody else is seen by nobody; where a register says that
//! it has no record, what it said before is forgotten.
//!
//! # What an agency's register speaks
//!
//! No standard exists for it, so this one is the city's own: JSON over HTTPS, with the key that the
//! agency gave the city as `Authorization: Bearer`.
//!
//! ```text
//! POST {url}/records
//! {"subject": "social_security", "id_type": "resident_id", "id_number": "…", "request_id": "…"}
//!
//! 200 {"subject": "social_security", "id_number": "…", "as_of": "2026-11-23T00:00:00Z", "record": {…}}
//! 404 {"error": "no_such_record"}
//! ```
//!
//! What a `record` says is agreed for each subject, by the service that asks. `id_type` is a type of
//! document as identity names it. `as_of` is the instant up to which the register's books are closed,
//! and never earlier than it was. `request_id` ties the logs of both sides together. A request
//! changes nothing and may be repeated.
//!
//! # What comes of what it says
//!
//! | it | with an earlier answer | without |
//! |---|---|---|
//! | answers | the record, live | the record, live |
//! | has no such record | `inquiry.no_record`; the earlier answer is forgotten | `inquiry.no_record` |
//! | is silent, fails, refuses, cannot be read | the earlier answer, kept, with why | `inquiry.unheard` |
//! | sends somebody else's record | the same | the same |
//! | is as of a day to come | the same | the same |
//! | is as of before what it said earlier | the same | |

mod actions;
mod error;
mod model;
mod register;
mod retention;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;

pub use actions::{agencies_with, remove_source, set_source, sources, with_source};
pub use error::Error;
pub use model::{
    Answer, Freshness, InvalidSourceUrl, InvalidSubject, Question, Source, SourceUrl, Subject,
    Trouble,
};
pub use register::Registers;
pub use service::service;
