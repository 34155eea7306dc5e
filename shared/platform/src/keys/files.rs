//! Key files: made once, readable by the city alone.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use uuid::Uuid;

use super::Unsealable;

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the key file {path} cannot be used: {reason}")]
pub struct KeyError {
    path: PathBuf,
    reason: String,
}

pub(super) fn failure(path: &Path, reason: impl ToString) -> KeyError {
    KeyError { path: path.to_owned(), reason: reason.to_string() }
}

/// Random bytes for tokens and keys.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "a machine without randomness must not go on")]
    rand::fill(&mut bytes).expect("the system's source of randomness");
    bytes
}

pub(super) fn random_key() -> Option<Vec<u8>> {
    Some(random::<32>().to_vec())
}

/// The AES-256-GCM key of a file, which is made where it is missing.
pub(super) fn aes_key(path: &Path) -> Result<RandomizedNonceKey, KeyError> {
    let bytes = read_or_make(path, random_key)?;
    RandomizedNonceKey::new(&AES_256_GCM, &bytes)
        .map_err(|_| failure(path, "32 bytes are expected"))
}

/// The key-encryption keys of a folder, by number. The highest wraps.
pub(super) struct Wrapping(BTreeMap<i32, RandomizedNonceKey>);

impl Wrapping {
    /// Reads `kek-1.key`, `kek-2.key` …; makes the first where there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, KeyError> {
        let mut numbers = numbers(folder)?;
        if numbers.is_empty() {
            numbers.push(1);
        }
        let read = |number: i32| Ok((number, aes_key(&path(folder, number))?));
        Ok(Self(numbers.into_iter().map(read).collect::<Result<_, KeyError>>()?))
    }

    /// Makes the next one. It wraps from the next reading on.
    pub(super) fn make_next(&self, folder: &Path) -> Result<i32, KeyError> {
        let next = self.0.last_key_value().map_or(1, |(number, _)| number.saturating_add(1));
        aes_key(&path(folder, next))?;
        Ok(next)
    }

    pub(super) fn knows(&self, number: i32) -> bool {
        self.0.contains_key(&number)
    }

    /// Encrypts a data key. Returns with which key.
    pub(super) fn wrap(
        &self,
        id: Uuid,
        class: &str,
        key: &[u8],
    ) -> Result<(i32, Vec<u8>), Unsealable> {
        let (number, kek) = self.0.last_key_value().ok_or(Unsealable)?;
        let mut data = key.to_vec();
        let nonce = kek
            .seal_in_place_append_tag(wrapped_aad(*number, id, class), &mut data)
            .map_err(|_| Unsealable)?;
        Ok((*number, [&nonce.as_ref()[..], &data].concat()))
    }

    /// Decrypts a data key.
    pub(super) fn unwrap(
        &self,
        number: i32,
        id: Uuid,
        class: &str,
        wrapped: &[u8],
    ) -> Result<Vec<u8>, Unsealable> {
        let kek = self.0.get(&number).ok_or(Unsealable)?;
        let (nonce, data) = wrapped.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut data = data.to_vec();
        let key = kek
            .open_in_place(nonce, wrapped_aad(number, id, class), &mut data)
            .map_err(|_| Unsealable)?;
        Ok(key.to_vec())
    }
}

fn wrapped_aad(number: i32, id: Uuid, class: &str) -> Aad<Vec<u8>> {
    let place = b"platform.data_keys.wrapped\0";
    Aad::from([&place[..], &number.to_be_bytes(), id.as_bytes(), class.as_bytes()].concat())
}

fn path(folder: &Path, number: i32) -> PathBuf {
    folder.join(format!("kek-{number}.key"))
}

fn numbers(folder: &Path) -> Result<Vec<i32>, KeyError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failure(folder, error)),
    };
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let number: i32 = name.strip_prefix("kek-")?.strip_suffix(".key")?.parse().ok()?;
        (number > 0).then_some(number)
    };
    Ok(entries.flatten().filter_map(number).collect())
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
    fn a_data_key_is_unwrapped_as_what_it_is_and_by_the_key_that_wrapped_it() {
        let dir = tempfile::tempdir().unwrap();
        let (one, id, key) = (Wrapping::open(dir.path()).unwrap(), Uuid::from_u128(1), [7; 32]);
        let (number, wrapped) = one.wrap(id, "person", &key).unwrap();
        assert_eq!((number, one.unwrap(1, id, "person", &wrapped).unwrap()), (1, key.to_vec()));
        assert!(one.unwrap(1, id, "contact", &wrapped).is_err());
        assert!(one.unwrap(1, Uuid::from_u128(2), "person", &wrapped).is_err());
        assert!(one.unwrap(2, id, "person", &wrapped).is_err(), "a key that is not there");

        assert_eq!(one.make_next(dir.path()).unwrap(), 2);
        let two = Wrapping::open(dir.path()).unwrap();
        assert!(two.unwrap(1, id, "person", &wrapped).is_ok(), "the old one still opens");
        let (number, again) = two.wrap(id, "person", &key).unwrap();
        assert_eq!(number, 2, "the newest wraps");
        assert!(two.unwrap(1, id, "person", &again).is_err());
    }
}
