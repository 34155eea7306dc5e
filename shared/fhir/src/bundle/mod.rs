//! Several resources at once (FHIR R4, Bundle).

mod read;
mod written;

pub use read::{Bundle, BundleKind, Entry, EntryRequest, InvalidBundle, Method};
pub use written::{Answer, AnswerEntry, AnswerKind, EntryResponse, SearchMode};
