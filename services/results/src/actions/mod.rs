//! What hospitals and people do with results.

pub(crate) mod clinician;
pub(crate) mod document;
pub(crate) mod intake;
pub(crate) mod letters;
pub(crate) mod orders;
pub(crate) mod read;
pub(crate) mod release;
pub(crate) mod trend;
