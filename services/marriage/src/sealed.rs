//! Where marriage registration keeps sealed values.

use citygate_kernel::Kind;
use citygate_platform::keys::{DataClass, SealedColumn};

/// A name, partly hidden, as somebody gave it to the other.
pub(crate) const NAME: SealedColumn =
    SealedColumn::new("marriage.parties", "id", "name_sealed", DataClass::Person);
/// What somebody has declared.
pub(crate) const STATEMENT: SealedColumn =
    SealedColumn::new("marriage.statements", "id", "content_sealed", DataClass::Person);
/// Why a registration is to be corrected.
pub(crate) const GROUNDS: SealedColumn =
    SealedColumn::new("marriage.corrections", "id", "grounds_sealed", DataClass::Person);
/// The number of a court's case.
pub(crate) const JUDGMENT: SealedColumn =
    SealedColumn::new("marriage.annulments", "id", "judgment_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[NAME, STATEMENT, GROUNDS, JUDGMENT];

/// Prefix of identifiers of people in cases.
pub(crate) enum PartyIdKind {}
impl Kind for PartyIdKind {
    const PREFIX: &'static str = "mpty";
}
/// Prefix of identifiers of statements.
pub(crate) enum StatementIdKind {}
impl Kind for StatementIdKind {
    const PREFIX: &'static str = "msta";
}
/// Prefix of identifiers of judgments.
pub(crate) enum AnnulmentIdKind {}
impl Kind for AnnulmentIdKind {
    const PREFIX: &'static str = "mann";
}
