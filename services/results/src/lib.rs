//! Results of examinations: what hospitals report, and how people come to know it.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | order | what a doctor wants examined; a `ServiceRequest` | active → completed, revoked |
//! | report | what was found; a `DiagnosticReport`, in versions | see [`ReportStatus`] |
//! | observation | one item of a report; an `Observation` | |
//! | release | whether the person may see it | withheld → clinician_first → released → viewed |
//!
//! Invariants: a report belongs to the person of its order, and to nobody else: what names another
//! person is held; versions are ordered by the instant at which they were issued, whatever the order
//! in which they arrive; a version is never changed; what a rule has seen first by a clinician, or
//! told in person, reaches nobody otherwise before that; who has seen a version is told when it is
//! corrected; every reading is in the ledger of accesses.

mod actions;
mod error;
mod fhir;
mod hl7;
mod jobs;
mod mail;
mod model;
mod retention;
mod routes;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;
mod wire;

pub use error::{Error, ReleaseError};
pub use fhir::fhir_repository;
pub use hl7::oru_receiver;
pub use model::{
    Code, Flag, NewObservation, NewReport, ObservedValue, OwnNo, Range, ReportCategory, ReportId,
    ReportKind, ReportStatus,
};
pub use service::service;
