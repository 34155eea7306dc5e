//! Where this crate keeps sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// The seed of a draw, until the lots are drawn.
pub(crate) const SEED: SealedColumn =
    SealedColumn::new("booking.draws", "session_id", "seed_sealed", DataClass::Secret);
/// What somebody says against a strike: often why they were ill.
pub(crate) const GROUNDS: SealedColumn =
    SealedColumn::new("booking.objections", "id", "grounds_sealed", DataClass::Person);
/// What they were answered.
pub(crate) const ANSWER: SealedColumn =
    SealedColumn::new("booking.objections", "id", "answer_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[SEED, GROUNDS, ANSWER];
