//! Secrets of the city: what is encrypted with them, and how values are found without them.
//!
//! Keys live in files that only the city can read, never in the database, the environment or an
//! argument. A file that is missing is made at the first start.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    constant_time, hmac, rand,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    db::{DbError, Tx},
    schema::key_fingerprints,
};

/// The format of a sealed value: this byte, a 96-bit random nonce, the ciphertext with its tag.
const SEALED_V1: u8 = 1;

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the key file {path} cannot be used: {reason}")]
pub struct KeyError {
    path: PathBuf,
    reason: String,
}

/// The value was not sealed by this city for this place.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open: it was altered, moved, or sealed with another key")]
pub struct Unsealable;

/// The keys, loaded. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Loaded>);

struct Loaded {
    folder: PathBuf,
    encryption: RandomizedNonceKey,
    index: hmac::Key,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.folder.display())
    }
}

impl Keys {
    /// Reads the keys of a folder and makes those that are missing.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        let encryption = read_or_make(&folder.join("encryption.key"), random_key)?;
        let index = read_or_make(&folder.join("index.key"), random_key)?;
        let encryption = RandomizedNonceKey::new(&AES_256_GCM, &encryption)
            .map_err(|_| failure(&folder.join("encryption.key"), "32 bytes are expected"))?;
        if index.len() != 32 {
            return Err(failure(&folder.join("index.key"), "32 bytes are expected"));
        }
        let index = hmac::Key::new(hmac::HMAC_SHA256, &index);
        Ok(Self(Arc::new(Loaded { folder: folder.to_owned(), encryption, index })))
    }

    /// Where the key files are.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whether these are the keys that the database was filled with. The first that ask are.
    pub async fn fit(&self, tx: &mut Tx<'_>) -> Result<bool, DbError> {
        const PLACE: &str = "platform.key_fingerprints.fingerprint";
        let row = Uuid::nil();
        // Under the keys themselves: a digest, and a known value sealed. They say which keys these
        // are, and nothing about them.
        let index = self.blind_index("platform.key_fingerprints", "index");
        let sealed = self.seal(PLACE, row, b"encryption").unwrap_or_default();
        let index = first_known(tx, "index", &index).await? == index;
        let sealed = first_known(tx, "encryption", &sealed).await?;
        Ok(index && self.open_sealed(PLACE, row, &sealed).is_ok())
    }

    /// Encrypts a value for one place: a `schema.table.column` and the row's id. Moved to another
    /// row or column it does not open.
    pub fn seal(&self, place: &str, row: Uuid, value: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut data = value.to_vec();
        let nonce = self
            .0
            .encryption
            .seal_in_place_append_tag(aad(place, row), &mut data)
            .map_err(|_| Unsealable)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + data.len());
        sealed.push(SEALED_V1);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut data);
        Ok(sealed)
    }

    /// Decrypts what [`Keys::seal`] made for the same place.
    pub fn open_sealed(
        &self,
        place: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Unsealable> {
        let (version, rest) = sealed.split_first().ok_or(Unsealable)?;
        let (nonce, data) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        if *version != SEALED_V1 {
            return Err(Unsealable);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut data = data.to_vec();
        let plain = self
            .0
            .encryption
            .open_in_place(nonce, aad(place, row), &mut data)
            .map_err(|_| Unsealable)?;
        Ok(plain.to_vec())
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
}

/// The fingerprint that was noted first for a purpose.
async fn first_known(
    tx: &mut Tx<'_>,
    purpose: &str,
    fingerprint: &[u8],
) -> Result<Vec<u8>, DbError> {
    let now = tx.now();
    diesel::insert_into(key_fingerprints::table)
        .values((
            key_fingerprints::purpose.eq(purpose),
            key_fingerprints::fingerprint.eq(fingerprint),
            key_fingerprints::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(key_fingerprints::table
        .find(purpose)
        .select(key_fingerprints::fingerprint)
        .first(tx.conn())
        .await?)
}

fn aad(place: &str, row: Uuid) -> Aad<Vec<u8>> {
    let mut bytes = place.as_bytes().to_vec();
    bytes.push(0);
    bytes.extend_from_slice(row.as_bytes());
    Aad::from(bytes)
}

fn failure(path: &Path, reason: impl ToString) -> KeyError {
    KeyError { path: path.to_owned(), reason: reason.to_string() }
}

/// Random bytes for tokens and keys.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "a machine without randomness must not go on")]
    rand::fill(&mut bytes).expect("the system's source of randomness");
    bytes
}

fn random_key() -> Option<Vec<u8>> {
    Some(random::<32>().to_vec())
}

/// Reads a secret file; makes it, readable by its owner alone, where it is missing. When several
/// processes start at once on one folder, they all end up with the same file.
pub fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Option<Vec<u8>>,
) -> Result<Vec<u8>, KeyError> {
    match fs::read(path) {
        Ok(bytes) => return Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failure(path, error)),
    }
    let bytes = make().ok_or_else(|| failure(path, "the key could not be generated"))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        // A name that nobody else has, also where several containers share the folder.
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        draft.write_all(&bytes)?;
        draft.as_file().sync_all()?;
        match draft.persist_noclobber(path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    };
    write().map_err(|error| failure(path, error))?;
    // Whoever was first, all go on with what is there.
    fs::read(path).map_err(|error| failure(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_where_it_was_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::open(dir.path()).unwrap();
        let row = Uuid::from_u128(1);
        let sealed = keys.seal("identity.people.name", row, "王芳".as_bytes()).unwrap();
        let open = |place, row, sealed: &[u8]| keys.open_sealed(place, row, sealed);
        assert_eq!(open("identity.people.name", row, &sealed).unwrap(), "王芳".as_bytes());
        assert!(open("identity.people.id_number", row, &sealed).is_err());
        assert!(open("identity.people.name", Uuid::from_u128(2), &sealed).is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open("identity.people.name", row, &altered).is_err(), "byte {at}");
        }
        assert!(open("identity.people.name", row, &[]).is_err());
    }

    #[test]
    fn keys_outlive_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let index = Keys::open(dir.path()).unwrap().blind_index("id_number", "x");
        let again = Keys::open(dir.path()).unwrap();
        assert_eq!(again.blind_index("id_number", "x"), index);
        assert_ne!(again.blind_index("email", "x"), index);
    }
}
