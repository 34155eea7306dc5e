//! Where the exchange keeps sealed values: what was sent tells of people's health.

use citygate_platform::keys::{DataClass, SealedColumn};

const fn of_message(column: &'static str) -> SealedColumn {
    SealedColumn::new("exchange.messages", "id", column, DataClass::Health)
}

/// Under which conditions a message is carried out.
pub(crate) const CONDITIONS: SealedColumn = of_message("conditions_sealed");
/// A message, byte for byte.
pub(crate) const BODY: SealedColumn = of_message("body_sealed");
/// Its signature.
pub(crate) const PROOF: SealedColumn = of_message("proof_sealed");
/// What it was answered.
pub(crate) const ANSWER: SealedColumn = of_message("answer_sealed");

/// Whom the city writes to about a participant.
pub(crate) const CONTACT: SealedColumn =
    SealedColumn::new("exchange.participants", "agency_id", "contact_sealed", DataClass::Contact);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[CONDITIONS, BODY, PROOF, ANSWER, CONTACT];
