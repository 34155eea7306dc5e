//! Decisions about results. Pure.

pub(crate) mod flags;
pub(crate) mod matching;
pub(crate) mod orders;
pub(crate) mod release;
pub(crate) mod state;
pub(crate) mod trend;
pub(crate) mod versions;
