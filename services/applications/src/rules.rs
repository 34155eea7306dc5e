//! Decisions about applications.

pub(crate) mod clock;
pub(crate) mod lodging;
pub(crate) mod state;
