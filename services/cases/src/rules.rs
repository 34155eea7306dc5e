//! Decisions about cases.

pub(crate) mod clock;
pub(crate) mod place;
pub(crate) mod refusal;
pub(crate) mod state;
