//! The keys that sign tokens, as files in the folder of keys.
//!
//! Each file is a private key (PKCS #8, DER). `signing.p8` is the first; a file that is named
//! `signing-20261122T081500Z.p8` signs from that moment on. All keys in the folder are published
//! and verify, the one that began last signs. A key is published before it signs, so that whoever
//! keeps our key set for a while knows it in time. Removing a file withdraws its key.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use citygate_platform::keys::read_or_make;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

use super::TokensError;

const FIRST: &str = "signing.p8";
const NAME_FORMAT: &str = "signing-%Y%m%dT%H%M%SZ.p8";

/// For how long others may keep our key set (`Cache-Control: max-age`), in seconds.
pub(crate) const JWKS_LIFE_SECONDS: u32 = 300;
/// How long a new key is published before it signs: longer than anybody keeps our key set.
const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// A fresh P-256 key pair.
pub struct KeyPair {
    /// The private key, PKCS #8 DER.
    pub private: Vec<u8>,
    /// The public key, with its thumbprint (RFC 7638) as `kid`.
    pub public: Jwk,
}

impl KeyPair {
    /// Makes one.
    pub fn generate() -> Option<Self> {
        let private =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .ok()?;
        Self::from_private(private.as_ref().to_vec()).ok()
    }

    /// The pair of a private key, PKCS #8 DER.
    pub fn from_private(private: Vec<u8>) -> Result<Self, jsonwebtoken::errors::Error> {
        let key = EncodingKey::from_ec_der(&private);
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256)?);
        Ok(Self { private, public })
    }
}

/// A key of the folder.
pub(super) struct SigningKey {
    pub id: String,
    pub signing: EncodingKey,
    pub verifying: DecodingKey,
    pub published: Jwk,
}

impl SigningKey {
    fn new(private: Vec<u8>) -> Result<Self, TokensError> {
        let pair = KeyPair::from_private(private)?;
        let mut published = pair.public.clone();
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            id: pair.public.common.key_id.clone().unwrap_or_default(),
            signing: EncodingKey::from_ec_der(&pair.private),
            verifying: DecodingKey::from_jwk(&pair.public)?,
            published,
        })
    }
}

/// All keys of the folder, by when they begin to sign.
pub(super) struct KeyRing(BTreeMap<DateTime<Utc>, SigningKey>);

impl KeyRing {
    /// Reads the keys of a folder; makes the first where there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, TokensError> {
        if listing(folder).map_or(true, |found| found.is_empty()) {
            read_or_make(&folder.join(FIRST), || KeyPair::generate().map(|pair| pair.private))?;
        }
        let read = |(begins, path): (DateTime<Utc>, PathBuf)| {
            Ok::<_, TokensError>((begins, SigningKey::new(fs::read(path)?)?))
        };
        Ok(Self(listing(folder)?.into_iter().map(read).collect::<Result<_, _>>()?))
    }

    /// The ring as the folder is now, where that has changed.
    pub(super) fn renewed(&self, folder: &Path) -> Result<Option<Self>, TokensError> {
        let same = listing(folder)?.keys().eq(self.0.keys());
        if same { Ok(None) } else { Self::open(folder).map(Some) }
    }

    /// The key that signs: the one that began last. Where none has begun, the next one does.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        let begun = self.0.range(..=now).next_back();
        begun.or_else(|| self.0.first_key_value()).map(|(_, key)| key)
    }

    /// The key of a `kid`. Nothing but this map is ever asked.
    pub(super) fn key(&self, id: &str) -> Option<&SigningKey> {
        self.0.values().find(|key| key.id == id)
    }

    /// All keys, those that began last first.
    pub(super) fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        self.0.values().rev()
    }
}

/// The key files of a folder, by when they begin to sign.
fn listing(folder: &Path) -> io::Result<BTreeMap<DateTime<Utc>, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(begins) = entry.file_name().to_str().and_then(begins) {
            found.insert(begins, entry.path());
        }
    }
    Ok(found)
}

fn begins(name: &str) -> Option<DateTime<Utc>> {
    if name == FIRST {
        return Some(DateTime::UNIX_EPOCH);
    }
    NaiveDateTime::parse_from_str(name, NAME_FORMAT).ok().map(|begins| begins.and_utc())
}

/// Adds a key to the folder of a running city. Its processes notice within seconds, publish it, and
/// sign with it ten minutes later. Returns the file and when its key begins to sign.
pub fn rotate_signing_key(
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<(PathBuf, DateTime<Utc>), TokensError> {
    let begins = now + PUBLISHED_BEFORE;
    let file = folder.join(begins.format(NAME_FORMAT).to_string());
    read_or_make(&file, || KeyPair::generate().map(|pair| pair.private))?;
    Ok((file, begins))
}
