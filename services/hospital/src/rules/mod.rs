//! Decisions: pure functions of facts, time and dated rules.

pub(crate) mod credit;
pub(crate) mod department;
pub(crate) mod deposit;
pub mod estimate;
pub(crate) mod fhir;
pub(crate) mod hospital;
pub(crate) mod insurance;
pub mod plan;
pub mod queue;
pub(crate) mod receipt;
pub(crate) mod schedule;
mod search;
pub(crate) mod settlement;
mod statistics;
pub mod visit;

pub(crate) use search::{SearchTerm, searchable};
pub(crate) use statistics::{Outcome, STATISTICS, Statistics, StatisticsRule, Waits, statistics};
