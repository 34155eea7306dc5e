//! What is decided, as pure functions.

pub(crate) mod flexible;
pub(crate) mod gaps;
pub(crate) mod history;
pub(crate) mod pension;
pub(crate) mod state;
