//! What people and agencies do here.

pub(crate) mod appointments;
pub(crate) mod bills;
pub(crate) mod desk;
pub(crate) mod inquiry;
pub(crate) mod offices;
pub(crate) mod paid;
pub(crate) mod sessions;
mod terms;

/// As whom this crate issues bills and opens sessions.
pub(crate) const SERVICE: &str = "listed";

pub(crate) use terms::ListedRead;
