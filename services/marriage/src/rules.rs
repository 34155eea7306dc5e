//! Decisions, without anything that waits.

pub(crate) mod calendar;
pub(crate) mod capacity;
pub(crate) mod divorce;
pub(crate) mod precheck;
pub(crate) mod registry;
pub(crate) mod state;
pub(crate) mod statement;
