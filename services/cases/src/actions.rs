//! What people, desks and the clock do.

pub(crate) mod clocks;
pub(crate) mod desk;
pub(crate) mod dispatch;
pub(crate) mod file;
pub(crate) mod follow;
mod letters;
pub(crate) mod linked;
pub(crate) mod open311;
pub(crate) mod own;
pub(crate) mod read;
pub(crate) mod reply;
mod step;
pub(crate) mod view;
