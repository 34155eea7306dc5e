//! Secrets of the city: what is encrypted with them, and how values are found without them.
//!
//! ```text
//! kek-1.key ──wraps──> data keys (platform.data_keys) ──seal──> values of one class of data
//! index.key ──HMAC───> blind indexes
//! ```
//!
//! | noun | what it is |
//! |---|---|
//! | [`SealedColumn`] | where sealed values stand, and their class of data |
//! | data key | seals the values of one class; stored wrapped, one of each class is active |
//! | key-encryption key | wraps data keys; a file that only the city can read, never in the database |
//!
//! Envelope encryption: the database alone opens nothing, and neither do the files. Key files are
//! never in the environment or an argument either; those that are missing are made at the first
//! start. Data keys are read anew every two seconds by whoever seals, and at once by whoever meets
//! a value of a key that it does not know, in the transaction in which it met it: keys are rotated
//! while the city serves ([`rotation`]).

mod column;
mod files;
mod format;
mod ring;
pub mod rotation;
mod store;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::{aead::RandomizedNonceKey, constant_time, hmac};
use citygate_kernel::{Id, Kind, Problem};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    db::{Db, DbError, Tx, TxError},
    problems,
};

pub use column::{DataClass, SealedColumn, SealedRows};
pub use files::{KeyError, random, read_or_make};
use files::{Wrapping, aes_key, failure};
use format::{Header, aad, legacy_aad, open, seal};
use ring::{DataKey, Ring};

/// Prefix of data key identifiers.
pub enum DataKeyKind {}
impl Kind for DataKeyKind {
    const PREFIX: &'static str = "dkey";
}
/// Identifies a data key.
pub type DataKeyId = Id<DataKeyKind>;

/// What the fingerprint of the key of the first format was sealed for.
const FINGERPRINT: &str = "platform.key_fingerprints.fingerprint";

/// The value was not sealed by this city for this place.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open: it was altered, moved, or sealed with another key")]
pub struct Unsealable;

/// Why a value was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is damaged, or not ours.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    /// Nobody has made a key for this class yet: a city makes them when it starts.
    #[error("there is no active data key of the class {0}")]
    KeyMissing(DataClass),
    /// It cannot be written as JSON, or it opens and is not the JSON that this program would have
    /// sealed. Nothing is said of what it is.
    #[error("a sealed value is not of the form that is expected")]
    Unreadable,
    /// The keys could not be read.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for SealError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for SealError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Unsealable(_) | Self::KeyMissing(_) | Self::Unreadable => None,
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Db(error) => error.into(),
            SealError::Unsealable(_) | SealError::KeyMissing(_) | SealError::Unreadable => {
                Self::new(&problems::INTERNAL).cause(error)
            }
        }
    }
}

/// The keys of a process. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Loaded>);

struct Loaded {
    folder: PathBuf,
    index: hmac::Key,
    /// What the first format was sealed with, where the city is as old as that.
    legacy: Option<RandomizedNonceKey>,
    wrapping: RwLock<Arc<Wrapping>>,
    ring: RwLock<Option<Arc<Ring>>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.folder.display())
    }
}

impl Keys {
    /// Reads the key files of a folder and makes those that are missing.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        let index = read_or_make(&folder.join("index.key"), files::random_key)?;
        if index.len() != 32 {
            return Err(failure(&folder.join("index.key"), "32 bytes are expected"));
        }
        let legacy = folder.join("encryption.key");
        Ok(Self(Arc::new(Loaded {
            folder: folder.to_owned(),
            index: hmac::Key::new(hmac::HMAC_SHA256, &index),
            legacy: legacy.exists().then(|| aes_key(&legacy)).transpose()?,
            wrapping: RwLock::new(Arc::new(Wrapping::open(folder)?)),
            ring: RwLock::new(None),
        })))
    }

    /// Where the key files are.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whether these are the keys that the database was filled with. The first that ask are.
    pub async fn fit(&self, tx: &mut Tx<'_>) -> Result<bool, DbError> {
        // A digest under the key itself: it says which key this is, and nothing about it.
        let index = self.blind_index("platform.key_fingerprints", "index");
        if store::first_known(tx, "index", &index).await? != index {
            return Ok(false);
        }
        if let Some(sealed) = store::fingerprint(tx, "encryption").await?
            && self.open_legacy(FINGERPRINT, Uuid::nil(), &sealed).is_err()
        {
            return Ok(false);
        }
        let rows = store::data_keys(tx).await?;
        Ok(rows.iter().all(|row| DataKey::unwrap(row, &self.wrapping()).is_some()))
    }

    /// Makes the data keys that are missing: a city does it when it starts. In a transaction of its
    /// own, because a key that another transaction made could be taken back with it.
    pub async fn prepare(&self, db: &Db) -> Result<(), SealError> {
        db.tx("platform.prepare_keys", async |tx| {
            let rows = store::data_keys(tx).await?;
            for class in DataClass::ALL {
                let active = |row: &store::DataKeyRow| row.retired_at.is_none();
                if !rows.iter().any(|row| active(row) && row.class == class.code()) {
                    store::insert_data_key(tx, &self.new_data_key(tx, class)?).await?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Encrypts a value for one column and the row's id, with the active key of the column's class.
    /// Moved to another row or column it does not open.
    pub async fn seal(
        &self,
        tx: &Tx<'_>,
        column: &SealedColumn,
        row: Uuid,
        value: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let known = self.ring().filter(|ring| ring.is_fresh(tx.now()));
        let ring = match known {
            Some(ring) => ring,
            None => self.read_ring(tx).await?,
        };
        let key = ring.active(column.class).ok_or(SealError::KeyMissing(column.class))?;
        let header = Header::Enveloped(key.id);
        Ok(seal(&key.key, header, aad(column, row, key.id), value)?)
    }

    /// Decrypts what [`Keys::seal`] made for the same column and row.
    pub async fn open_sealed(
        &self,
        tx: &Tx<'_>,
        column: &SealedColumn,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        if let Some(opened) = self.open_known(self.ring(), column, row, sealed) {
            return Ok(opened?);
        }
        // Somebody has rotated: whoever sealed this has committed the key before.
        let ring = self.read_ring(tx).await?;
        Ok(self.open_known(Some(ring), column, row, sealed).ok_or(Unsealable)??)
    }

    /// [`Keys::seal`] for a value as JSON.
    pub async fn seal_json(
        &self,
        tx: &Tx<'_>,
        column: &SealedColumn,
        row: Uuid,
        value: &impl Serialize,
    ) -> Result<Vec<u8>, SealError> {
        let json = serde_json::to_vec(value).map_err(|_| SealError::Unreadable)?;
        self.seal(tx, column, row, &json).await
    }

    /// Opens what [`Keys::seal_json`] made for the same column and row.
    pub async fn open_json<T: DeserializeOwned>(
        &self,
        tx: &Tx<'_>,
        column: &SealedColumn,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<T, SealError> {
        let json = self.open_sealed(tx, column, row, sealed).await?;
        serde_json::from_slice(&json).map_err(|_| SealError::Unreadable)
    }

    /// [`Keys::open_sealed`] for what was read without a transaction.
    pub async fn open_read(
        &self,
        db: &Db,
        column: &SealedColumn,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        match self.open_known(self.ring(), column, row, sealed) {
            Some(opened) => Ok(opened?),
            None => {
                db.read("platform.read_keys", async |tx| {
                    self.open_sealed(tx, column, row, sealed).await
                })
                .await
            }
        }
    }

    /// Opens a value, if the key that it names is one of these.
    fn open_known(
        &self,
        ring: Option<Arc<Ring>>,
        column: &SealedColumn,
        row: Uuid,
        sealed: &[u8],
    ) -> Option<Result<Vec<u8>, Unsealable>> {
        match Header::of(sealed) {
            Some(Header::Enveloped(id)) => {
                let key = ring?.get(id)?;
                Some(open(&key.key, aad(column, row, id), sealed))
            }
            Some(Header::Legacy) => Some(self.open_legacy(&column.legacy_place(), row, sealed)),
            None => Some(Err(Unsealable)),
        }
    }

    /// A keyed digest by which a value is found again without being stored: HMAC-SHA-256 under a
    /// key of its own. `field` separates equal values of different meaning.
    pub fn blind_index(&self, field: &str, value: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0.index);
        context.update(field.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        context.sign().as_ref().to_vec()
    }

    /// Compares digests in constant time.
    pub fn same(a: &[u8], b: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(a, b).is_ok()
    }

    fn open_legacy(&self, place: &str, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let key = self.0.legacy.as_ref().ok_or(Unsealable)?;
        open(key, legacy_aad(place, row), sealed)
    }

    fn ring(&self) -> Option<Arc<Ring>> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wrapping(&self) -> Arc<Wrapping> {
        Arc::clone(&self.0.wrapping.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks for key-encryption keys that have come since.
    fn read_wrapping(&self) -> Result<Arc<Wrapping>, KeyError> {
        let wrapping = Arc::new(Wrapping::open(&self.0.folder)?);
        let mut kept = self.0.wrapping.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::clone(&wrapping);
        Ok(wrapping)
    }

    /// Reads the data keys. All of them have committed: who makes one does nothing else.
    async fn read_ring(&self, tx: &Tx<'_>) -> Result<Arc<Ring>, DbError> {
        let rows = store::data_keys(tx).await?;
        let before = self.ring();
        let newer = rows.iter().map(|row| row.kek).max();
        let wrapping = match newer.is_some_and(|kek| !self.wrapping().knows(kek)) {
            true => self.read_wrapping().unwrap_or_else(|error| {
                tracing::warn!(%error, "the folder of key files cannot be read");
                self.wrapping()
            }),
            false => self.wrapping(),
        };
        let ring = Arc::new(Ring::read(rows, tx.now(), before.as_deref(), &wrapping));
        let mut kept = self.0.ring.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Arc::clone(&ring));
        Ok(ring)
    }

    /// A data key that nobody has yet, wrapped.
    fn new_data_key(&self, tx: &Tx<'_>, class: DataClass) -> Result<store::DataKeyRow, Unsealable> {
        let id = DataKeyId::new(&citygate_kernel::Clock::manual(tx.now())).uuid();
        let (kek, wrapped) = self.wrapping().wrap(id, class.code(), &random::<32>())?;
        let class = class.code().to_owned();
        Ok(store::DataKeyRow { id, class, kek, wrapped, created_at: tx.now(), retired_at: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_outlive_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let index = Keys::open(dir.path()).unwrap().blind_index("id_number", "x");
        let again = Keys::open(dir.path()).unwrap();
        assert_eq!(again.blind_index("id_number", "x"), index);
        assert_ne!(again.blind_index("email", "x"), index);
    }
}
