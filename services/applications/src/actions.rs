//! What applicants, agencies and the clock do.

pub(crate) mod bulk;
mod clock;
pub(crate) mod decide;
pub(crate) mod desk;
pub(crate) mod follow;
mod letters;
pub(crate) mod lodge;
pub(crate) mod read;
mod step;
pub(crate) mod supply;
pub(crate) mod withdraw;

/// As whom this service issues bills.
pub(crate) const ISSUER: &str = "applications";
