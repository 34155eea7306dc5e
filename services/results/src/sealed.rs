//! Where results keep sealed values.

use citygate_platform::{
    db::Tx,
    keys::{DataClass, Keys, SealedColumn},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::error::Error;

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
