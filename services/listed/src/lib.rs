//! Services that are a listing and nothing else: a register is asked, what is owed is fetched and
//! paid, an appointment is made. How each works stands in its file; nothing here knows any of them.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | record | what an agency's register has about somebody, of which the listing says what is shown | |
//! | listed bill | what a register says that somebody owes, as a bill of the gateway | those of its bill |
//! | listed appointment | a place at an office of the listing's agency | those of booking |
//! | window | a slot of a session that the agency has opened for a listing at an office | |
//!
//! Invariants: a register is asked after a fresh proof for the very listing, and where nobody can be
//! asked the proof is as good as before; a member of a record that is not of the kind that the listing
//! names makes the whole record unreadable; only what a register says now becomes a bill, and one
//! number is one debt, however often it is fetched; what is paid stays paid; the agency is told what
//! is paid and not by whom; nobody has two open appointments for one listing; what was begun under a
//! version of a listing goes on under it, whatever becomes of the listing.
//!
//! Who may use a listing is judged by its conditions and what identity knows. A condition that fails
//! refuses; one that depends on something that nobody knows here is left to the register or to the
//! counter. Where the law forbids to say which condition it was, people are referred to a counter.
//!
//! # What the registers of bills say
//!
//! The `record` of an answer ([`citygate_inquiry`]), amounts in fen; it is believed wholly or not at
//! all, with 100 bills at most, each number once, and no amount above what the listing allows:
//!
//! ```text
//! {"bills": [{"no": "W-1", "subject": {"en": "…", "zh": "…"}, "amount_minor": 4210,
//!             "due_on": "2026-12-10"}]}
//! ```
//!
//! # What becomes of a bill when it is fetched again
//!
//! | its bill is | the register says the same | another day | another amount | nothing of it |
//! |---|---|---|---|---|
//! | open | kept | moved | taken back, issued anew | taken back |
//! | paid | kept | kept | kept | kept |
//! | cancelled, expired | issued anew | issued anew | issued anew | kept |
//!
//! An open bill of which a part was paid is kept as it is: what is paid is not taken back.

mod actions;
mod demo;
mod error;
mod jobs;
mod model;
mod routes;
mod rules;
mod schema;
mod service;
mod store;
mod wire;

pub use demo::{PUBLIC_SECURITY, WATER_COMPANY, records as demo_records};
pub use error::Error;
pub use model::{ListedBillId, ListedBillKind};
pub use routes::BillsRead;
pub use service::service;
