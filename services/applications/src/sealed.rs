//! Where applications keep sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// What somebody has handed in: the form, answers, documents, a note.
pub(crate) const CONTENT: SealedColumn =
    SealedColumn::new("applications.filings", "id", "content_sealed", DataClass::Person);
/// What was said when something happened.
pub(crate) const SAID: SealedColumn =
    SealedColumn::new("applications.events", "id", "said_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[CONTENT, SAID];
