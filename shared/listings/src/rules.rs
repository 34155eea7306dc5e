//! Rules of listings.

pub(crate) mod state;
