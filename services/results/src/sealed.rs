//! Where results keep sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// What a hospital ordered, as it was sent.
pub(crate) const ORDER: SealedColumn =
    SealedColumn::new("results.orders", "id", "content_sealed", DataClass::Health);
/// What a version of a report says.
pub(crate) const VERSION: SealedColumn =
    SealedColumn::new("results.report_versions", "id", "content_sealed", DataClass::Health);
/// What an item of a report says.
pub(crate) const OBSERVATION: SealedColumn =
    SealedColumn::new("results.observations", "id", "content_sealed", DataClass::Health);
/// What a clinician read back, noted or told.
pub(crate) const WORDS: SealedColumn =
    SealedColumn::new("results.release_events", "id", "words_sealed", DataClass::Health);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[ORDER, VERSION, OBSERVATION, WORDS];
