//! What the two, registrars and the clock do.

pub(crate) mod begin;
pub(crate) mod book;
pub(crate) mod calendar;
pub(crate) mod capacity;
pub(crate) mod correct;
pub(crate) mod divorce;
pub(crate) mod follow;
pub(crate) mod invite;
pub(crate) mod letters;
pub(crate) mod office;
pub(crate) mod precheck;
pub(crate) mod read;
pub(crate) mod register;
pub(crate) mod sign;
mod step;

/// As whom this service opens booking sessions and issues certificates, and the first word of its
/// rules.
pub(crate) const SERVICE: &str = "marriage";
