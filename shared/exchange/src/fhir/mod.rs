//! FHIR R4 over HTTP.
//!
//! A request is understood ([`plan`], [`look`]) before anything is done; what writes is a message
//! and goes through the inbox, in one transaction with what it does ([`write`], [`bundle`],
//! [`single`], [`operations`]); what reads is written down. Failures are OperationOutcomes, whoever
//! finds them: the edge renders each in the form of [`answer`].

mod again;
mod answer;
mod bundle;
mod call;
mod capability;
mod conform;
mod error;
mod examples;
mod look;
mod message;
mod negotiation;
mod operations;
mod plan;
mod references;
mod repository;
mod routes;
mod scope;
mod single;
#[cfg(test)]
mod tests;
mod wire;
mod write;

pub use error::FhirError;
pub use repository::{
    Found, Match, Operation, Outcome, Page, Repository, Scope, Search, Stored, Target, TypeRules,
    Versioning, Write, Written,
};
pub use scope::is_scope;

pub use crate::patients::resident_number;

pub(crate) use self::{
    again::again,
    answer::FAILURES,
    call::Server,
    error::PROBLEMS,
    routes::routes,
    scope::{Access, require, require_one},
};
