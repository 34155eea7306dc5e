//! Every statement of social security.

pub(crate) mod orders;
pub(crate) mod viewings;
