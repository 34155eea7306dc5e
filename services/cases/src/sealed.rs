//! Where cases keep sealed values.

use citygate_kernel::Kind;
use citygate_platform::{
    db::Tx,
    keys::{DataClass, Keys, SealedColumn},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::error::Error;

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

/// Seals a value as JSON.
pub(crate) async fn seal(
    keys: &Keys,
    tx: &Tx<'_>,
    column: &SealedColumn,
    row: Uuid,
    value: &impl Serialize,
) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(value).map_err(|_| Error::Damaged("content"))?;
    Ok(keys.seal(tx, column, row, &json).await?)
}

/// Opens what [`seal`] sealed.
pub(crate) async fn open<T: DeserializeOwned>(
    keys: &Keys,
    tx: &Tx<'_>,
    column: &SealedColumn,
    row: Uuid,
    sealed: &[u8],
) -> Result<T, Error> {
    let json = keys.open_sealed(tx, column, row, sealed).await?;
    serde_json::from_slice(&json).map_err(|_| Error::Damaged("content"))
}
