//! FHIR R4 (4.0.1) as text: resources, references, searches and outcomes, without any input or
//! output.
//!
//! | noun | what it is |
//! |---|---|
//! | [`ResourceType`] | a kind of resource that the city knows |
//! | [`Resource`] | a resource as it was sent, member by member; decimals keep their digits |
//! | [`Reference`] | a resource that another names: `Patient/0199…` |
//! | [`Identifier`], [`CodeableConcept`], [`Quantity`] … | data types, as far as they are read |
//! | [`FhirDateTime`] | a date or instant, as exact as it was written |
//! | [`Query`] | the parameters of a search |
//! | [`Bundle`], [`Answer`] | several resources at once, as they are sent and answered |
//! | [`Parameters`] | what an operation is given |
//! | [`validate`], [`Issue`] | whether a resource is as the specification has it |
//! | [`OperationOutcome`] | what went wrong, or is worth knowing |
//!
//! Invariants: what is read and written again says the same, to the last digit; nothing here knows
//! who may see what.

mod bundle;
mod datatypes;
mod date;
mod outcome;
mod parameters;
mod query;
mod reference;
mod resource;
mod validate;

pub use bundle::{
    Answer, AnswerEntry, AnswerKind, Bundle, BundleKind, Entry, EntryRequest, EntryResponse,
    InvalidBundle, Method, SearchMode,
};
pub use datatypes::{
    CodeableConcept, Coding, DecimalText, HumanName, Identifier, Meta, Period, Quantity, Range,
    ReferenceTo,
};
pub use date::{FhirDateTime, InvalidDate, Precision};
pub use outcome::{IssueType, OperationOutcome, OutcomeIssue, Severity};
pub use parameters::{InvalidParameters, Parameters};
pub use query::{
    InvalidQuery, Modifier, Parameter, Prefix, Query, SearchDate, System, Token, Window,
};
pub use reference::{InvalidReference, Reference};
pub use resource::{InvalidResource, Resource, ResourceType};
pub use validate::{ISSUES_MAX, Issue, validate};
