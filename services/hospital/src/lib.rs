//! Hospitals: whom to see and when, the day of a visit, and what it costs.
//!
//! # Whom to see
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | hospital | an agency of the catalogue that has described itself | draft → listed ⇄ suspended; delisted |
//! | location | a campus, and buildings, floors and rooms within it | |
//! | department | where a hospital receives people, in a tree at most four deep | |
//! | practitioner | a doctor, with the clinics that they have in departments | |
//! | schedule | whose clinic a session of booking is, and of which kind | |
//!
//! Invariants: a hospital describes itself under its own numbers, and saying it again changes
//! nothing; only what is listed is seen; what an appointment costs and how a session is divided
//! follow from rules with a citation, and the schedule keeps which versions it used; who is shown to
//! the hospital reads that; statistics tell of nobody.
//!
//! # The day of a visit
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | visit | somebody's day in a department | arrived → in_progress ⇄ finished; void |
//! | queue | a station's line of a day, called from by its rooms | |
//! | queue entry | somebody's turn in it | waiting ⇄ called → serving → done; void, withdrawn |
//! | order | what a doctor wants done | placed → resulted, dispensed, cancelled |
//! | step | a part of the plan | planned → ready → queued → called → done; skipped, missed |
//! | event | what happened in a visit, numbered without gaps, followed live | |
//!
//! Invariants: the plan follows from facts alone, whatever their order; nobody has a number for a
//! step before what it needs is done and paid; who is next follows from the entries, what was called
//! and dated rules; a number is called by one room; every visit ends finished, or void with a
//! reason, on its day; nobody is blamed for a session that was not held in time. Locks are taken in
//! one order: queue, visit, appointment, numbers of queues.
//!
//! # What a visit costs
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | charge | what a hospital charges for a part of a visit, line by line | open → settling; withdrawn |
//! | settlement | who pays what of each line | asked → pre_settled → paid → settled → (partly_)refunded |
//! | | one that failed | refused; reversing → reversed |
//! | [`Insurer`] | the party outside that splits charges and pays its part | |
//! | refund of a charge | lines that the hospital took back | returning → done |
//! | receipt | what shows that a charge is settled and paid; anybody who was shown it can verify it | |
//!
//! Invariants: the parts of a line are never below zero and come to the line, to the fen; a charge
//! has one settlement at a time; what the insurer has done is asked about until it is known, and
//! never guessed; the patient's part is a bill like any other, and whatever becomes of the
//! settlement, either the insurer pays its part or that money goes back; the words of a charge are
//! sealed, and bills, letters and messages do not repeat them.
//!
//! # What hospitals' own systems say and ask
//!
//! | protocol | what | how it stands |
//! |---|---|---|
//! | FHIR R4 | Organization, Location, HealthcareService, Practitioner, PractitionerRole | active or not |
//! | | Schedule | active → not |
//! | | Slot | free ⇄ busy-tentative ⇄ busy; busy-unavailable |
//! | | Appointment, by `$find`, `$hold`, `$book` and `$cancel`, too | as below |
//! | HL7 version 2 | `SIU`: what the hospital has booked, moved and given up itself | |
//!
//! An appointment of FHIR is proposed → pending → booked → arrived → fulfilled; cancelled, noshow.
//! It is one of booking's, at the counter's channel: what is proposed is a slot, under the slot's id.
//!
//! Invariants: whatever the protocol, the same actions and rules decide; a system sees its own
//! hospital alone; that somebody was seen or did not come follows from the queue, not from a message;
//! examinations that are ordered or withdrawn are told to whoever keeps results, and a result that
//! is there moves the visit on.

mod actions;
mod demo;
mod demo_directory;
mod error;
mod fhir;
mod hl7;
mod insurer;
mod jobs;
mod model;
mod routes;
pub mod rules;
mod schema;
mod store;
mod stream;
mod wire;

pub use demo::HOSPITAL;
pub use error::Error;
pub use fhir::fhir_repository;
pub use hl7::siu_receiver;
pub use insurer::{Insurer, InsurerError};
pub use model::{
    DepartmentId, EndReason, EntryState, Lane, OrderKind, QueueEntryId, QueueId, Station, StepKey,
    StepKind, StepState, Tally, TurnKind, VisitId, VisitState,
};
pub use routes::{
    ChargesRead, ChargesWrite, DirectoryWrite, QueueRead, QueueWrite, SchedulesRead,
    SchedulesWrite, service,
};
