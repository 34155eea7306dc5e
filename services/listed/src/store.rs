//! Every statement of listed services.

pub(crate) mod appointments;
pub(crate) mod bills;
