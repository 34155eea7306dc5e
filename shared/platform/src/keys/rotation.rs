//! Changing keys while the city serves.
//!
//! [`rotate`] makes a new data key and retires the one before, which from then on only opens.
//! [`reseal`] seals the values of a column anew, a page of rows in a transaction; not those that end by
//! themselves ([`SealedRows::Ending`]), which need the old key until then. Whoever does not
//! know yet that the key was retired may seal with it for a moment: [`SETTLED`] after a rotation
//! nobody does, and a value that the old key seals then is one that [`reseal`] will find. After
//! that the old key can be [removed](remove).

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    DataClass, DataKeyId, KeyError, Keys, SealError, SealedColumn, SealedRows, Unsealable,
    format::Header,
    ring::FRESH,
    store::{self, DataKeyRow},
};
use crate::db::{Db, DbError, Tx, TxError};

/// How long after a rotation everybody has noticed: what is taken for granted about keys is that
/// old at most, and no transaction lasts longer than the rest.
pub const SETTLED: TimeDelta = TimeDelta::seconds(FRESH.num_seconds() + 10);

/// How many values are sealed anew in one transaction.
const PAGE: i64 = 200;

/// How long counting all values may take.
const COUNTING: Duration = Duration::from_secs(600);

/// Why keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// There is no such data key.
    #[error("there is no data key {0}")]
    Unknown(DataKeyId),
    /// New values are sealed with it, or were a moment ago.
    #[error("{0} is in use: rotate, and wait for a minute")]
    InUse(DataKeyId),
    /// Values would be lost.
    #[error("{0} still seals {1} values: run `citygate keys rotate` to the end first")]
    StillNeeded(DataKeyId, i64),
    /// What it has sealed is not sealed anew and not yet over.
    #[error("{0} is needed until {1}: until then what it has sealed ends by itself")]
    NeededUntil(DataKeyId, DateTime<Utc>),
    /// A key file.
    #[error(transparent)]
    File(#[from] KeyError),
    /// A value does not open, or the database's trouble.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<DbError> for RotationError {
    fn from(error: DbError) -> Self {
        Self::Seal(error.into())
    }
}

impl From<Unsealable> for RotationError {
    fn from(error: Unsealable) -> Self {
        Self::Seal(error.into())
    }
}

impl TxError for RotationError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Seal(error) => error.as_db(),
            Self::Unknown(_)
            | Self::InUse(_)
            | Self::StillNeeded(..)
            | Self::NeededUntil(..)
            | Self::File(_) => None,
        }
    }
}

/// Makes a new data key for a class and retires the one before.
pub async fn rotate(keys: &Keys, db: &Db, class: DataClass) -> Result<DataKeyId, RotationError> {
    db.tx("platform.rotate_key", async |tx| {
        let new = keys.new_data_key(tx, class)?;
        store::retire_active(tx, class.code()).await?;
        if !store::insert_data_key(tx, &new).await? {
            return Err(DbError::Overtaken("another rotation").into());
        }
        Ok(DataKeyId::from_uuid(new.id))
    })
    .await
}

/// Seals anew whatever the active key of a column's class has not sealed, and tells after each page
/// how many values that were so far. Returns how many in all; none of a column whose values end by
/// themselves.
pub async fn reseal(
    keys: &Keys,
    db: &Db,
    column: &SealedColumn,
    mut progress: impl FnMut(usize),
) -> Result<usize, RotationError> {
    let SealedRows::Id(id) = column.rows else { return Ok(0) };
    let (mut after, mut done) = (Uuid::nil(), 0);
    loop {
        let page = db
            .tx("platform.reseal", async |tx| {
                let ring = keys.read_ring(tx).await?;
                let active = ring.active(column.class);
                let active = active.ok_or(SealError::KeyMissing(column.class))?.id;
                let rows = store::sealed_by_others(tx, column, id, active, after, PAGE).await?;
                let mut sealed = Vec::with_capacity(rows.len());
                for row in &rows {
                    let value = keys.open_sealed(tx, column, row.id, &row.sealed).await?;
                    sealed.push(keys.seal(tx, column, row.id, &value).await?);
                }
                let replaced = store::replace_sealed(tx, column, id, &rows, &sealed).await?;
                Ok::<_, RotationError>((rows.last().map(|row| row.id), replaced))
            })
            .await?;
        let (Some(last), replaced) = page else { return Ok(done) };
        (after, done) = (last, done + replaced);
        progress(done);
    }
}

/// Makes a new key-encryption key and wraps all data keys with it. Nothing is sealed anew. Where
/// processes have folders of their own, give the new file to all of them: those that run have
/// unwrapped their keys, and look for it when there is another data key.
pub async fn rotate_kek(keys: &Keys, db: &Db) -> Result<i32, RotationError> {
    let next = keys.read_wrapping()?.make_next(keys.folder())?;
    let wrapping = keys.read_wrapping()?;
    db.tx("platform.rotate_kek", async |tx| {
        for DataKeyRow { id, class, kek, wrapped, .. } in store::lock_data_keys(tx).await? {
            let key = wrapping.unwrap(kek, id, &class, &wrapped)?;
            let (kek, wrapped) = wrapping.wrap(id, &class, &key)?;
            store::rewrap(tx, id, kek, &wrapped).await?;
        }
        Ok(next)
    })
    .await
}

/// What a data key is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Which one; none for the key file of the first format, `encryption.key`.
    pub id: Option<DataKeyId>,
    /// The class of data that it seals; all for the first format.
    pub class: String,
    /// The key-encryption key that wraps it.
    pub kek: Option<i32>,
    /// Since when it is there.
    pub created_at: Option<DateTime<Utc>>,
    /// Since when it only opens.
    pub retired_at: Option<DateTime<Utc>>,
    /// How many values it seals, of those that are sealed anew.
    pub values: i64,
}

/// All data keys, oldest first, with what each still seals. Counts the values, so it takes a while.
pub async fn list(db: &Db, columns: &[SealedColumn]) -> Result<Vec<KeyUse>, RotationError> {
    db.patient(COUNTING)
        .tx("platform.list_keys", async |tx| {
            store::without_statement_limit(tx).await?;
            let mut values: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
            for column in columns {
                if matches!(column.rows, SealedRows::Ending(_)) {
                    continue;
                }
                for sealed in store::count_sealed(tx, column).await? {
                    *values.entry(sealed.header).or_default() += sealed.values;
                }
            }
            let mut of = |header: Header| values.remove(&header.bytes()).unwrap_or_default();
            let legacy = KeyUse {
                id: None,
                class: "all".to_owned(),
                kek: None,
                created_at: None,
                retired_at: None,
                values: of(Header::Legacy),
            };
            let rows = store::data_keys(tx).await?.into_iter().map(|row| KeyUse {
                id: Some(DataKeyId::from_uuid(row.id)),
                values: of(Header::Enveloped(row.id)),
                class: row.class,
                kek: Some(row.kek),
                created_at: Some(row.created_at),
                retired_at: row.retired_at,
            });
            let legacy = Some(legacy).filter(|legacy| legacy.values > 0);
            Ok(legacy.into_iter().chain(rows.collect::<Vec<_>>()).collect())
        })
        .await
}

/// Destroys a data key that nothing needs.
pub async fn remove(db: &Db, columns: &[SealedColumn], id: DataKeyId) -> Result<(), RotationError> {
    // Well beyond SETTLED: machines' clocks differ.
    const PAUSE: TimeDelta = TimeDelta::minutes(1);
    let read = async |tx: &mut Tx<'_>| Ok::<_, DbError>((store::data_keys(tx).await?, tx.now()));
    let (rows, now) = db.tx("platform.read_keys", read).await?;
    let row = rows.into_iter().find(|row| row.id == id.uuid()).ok_or(RotationError::Unknown(id))?;
    let settled = row.retired_at.map(|retired| retired + PAUSE);
    let settled = settled.filter(|settled| *settled <= now).ok_or(RotationError::InUse(id))?;
    // What others have sealed is not counted: it may be much.
    let own = columns.iter().filter(|column| column.class.code() == row.class);
    let own: Vec<SealedColumn> = own.copied().collect();
    let ends = own.iter().filter_map(|column| match column.rows {
        SealedRows::Ending(after) => Some(settled + after),
        SealedRows::Id(_) => None,
    });
    if let Some(end) = ends.max().filter(|end| *end > now) {
        return Err(RotationError::NeededUntil(id, end));
    }
    let found = list(db, &own).await?.into_iter().find(|key| key.id == Some(id));
    let values = found.ok_or(RotationError::Unknown(id))?.values;
    if values > 0 {
        return Err(RotationError::StillNeeded(id, values));
    }
    let delete = async |tx: &mut Tx<'_>| store::delete_data_key(tx, id.uuid()).await;
    Ok(db.tx("platform.remove_key", delete).await?)
}
