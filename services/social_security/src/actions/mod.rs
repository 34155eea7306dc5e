//! What people and agencies do here, one function each.

pub(crate) mod orders;
pub(crate) mod record;
pub(crate) mod reports;
