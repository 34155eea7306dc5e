//! Where cases keep sealed values.

use citygate_kernel::Kind;
use citygate_platform::keys::{DataClass, SealedColumn};

/// What somebody has written, and how to reach them.
pub(crate) const CONTENT: SealedColumn =
    SealedColumn::new("cases.cases", "id", "content_sealed", DataClass::Person);
/// What was said of it later.
pub(crate) const TEXT: SealedColumn =
    SealedColumn::new("cases.texts", "id", "text_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[CONTENT, TEXT];

/// Prefix of identifiers of texts.
pub(crate) enum TextIdKind {}
impl Kind for TextIdKind {
    const PREFIX: &'static str = "ctxt";
}
/// Prefix of identifiers of answers.
pub(crate) enum AnswerIdKind {}
impl Kind for AnswerIdKind {
    const PREFIX: &'static str = "cans";
}
