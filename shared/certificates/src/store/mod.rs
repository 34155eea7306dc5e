//! Every statement of certificates.

pub(crate) mod certificates;
pub(crate) mod keys;
