//! The keys that sign tokens, as files in the folder of keys.
//!
//! Each file is a private key (PKCS #8, DER): `access.p8` signs access tokens, `signing.p8` ID tokens.
//! Those are the first; a file that is named `access-20261122T081500Z.p8` signs from that moment on.
//! All keys in the folder are published and verify tokens of their type, the one that began last
//! signs. A key is published before it signs, so that whoever keeps our key set for a while knows it
//! in time. Removing a file withdraws its key.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use citygate_platform::keys::read_or_make;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

use super::{TokenType, TokensError};

/// What follows the type in the name of a file, but the first.
const BEGINS_FORMAT: &str = "-%Y%m%dT%H%M%SZ";

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

impl TokenType {
    const fn file_prefix(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Id => "signing",
        }
    }

    /// A fresh private key for such tokens, PKCS #8 DER.
    fn new_key(self) -> Option<Vec<u8>> {
        match self {
            Self::Access => {
                let key = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).ok()?;
                Some(key.as_ref().to_vec())
            }
            Self::Id => KeyPair::generate().map(|pair| pair.private),
        }
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
    fn new(token_type: TokenType, private: &[u8]) -> Result<Self, TokensError> {
        let signing = match token_type {
            TokenType::Access => EncodingKey::from_ed_der(private),
            TokenType::Id => EncodingKey::from_ec_der(private),
        };
        let mut published = Jwk::from_encoding_key(&signing, token_type.algorithm())?;
        let id = published.thumbprint(ThumbprintHash::SHA256)?;
        published.common.key_id = Some(id.clone());
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&published)?;
        Ok(Self { id, signing, verifying, published })
    }
}

/// All keys of the folder, by what they sign and when they begin to.
pub(super) struct KeyRing(BTreeMap<(TokenType, DateTime<Utc>), SigningKey>);

impl KeyRing {
    /// Reads the keys of a folder; makes the first of a type where there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, TokensError> {
        let found = listing(folder).unwrap_or_default();
        for token_type in TokenType::ALL {
            if !found.keys().any(|(of, _)| *of == token_type) {
                let first = folder.join(format!("{}.p8", token_type.file_prefix()));
                read_or_make(&first, || token_type.new_key())?;
            }
        }
        let read = |(of, path): ((TokenType, DateTime<Utc>), PathBuf)| {
            Ok::<_, TokensError>((of, SigningKey::new(of.0, &fs::read(path)?)?))
        };
        Ok(Self(listing(folder)?.into_iter().map(read).collect::<Result<_, _>>()?))
    }

    /// The ring as the folder is now, where that has changed.
    pub(super) fn renewed(&self, folder: &Path) -> Result<Option<Self>, TokensError> {
        let same = listing(folder)?.keys().eq(self.0.keys());
        if same { Ok(None) } else { Self::open(folder).map(Some) }
    }

    /// The key that signs such tokens: the one that began last. Where none has begun, the next one
    /// does.
    pub(super) fn signing(&self, token_type: TokenType, now: DateTime<Utc>) -> Option<&SigningKey> {
        let from =
            |moment| self.0.range((token_type, DateTime::<Utc>::MIN_UTC)..=(token_type, moment));
        let key = from(now).next_back().or_else(|| from(DateTime::<Utc>::MAX_UTC).next());
        key.map(|(_, key)| key)
    }

    /// The key of a `kid`, for such tokens. Nothing but this map is ever asked.
    pub(super) fn key(&self, token_type: TokenType, id: &str) -> Option<&SigningKey> {
        let own = self.0.iter().filter(|((of, _), _)| *of == token_type);
        own.map(|(_, key)| key).find(|key| key.id == id)
    }

    /// All keys with their types, of each type those that began last first.
    pub(super) fn keys(&self) -> impl Iterator<Item = (TokenType, &SigningKey)> {
        self.0.iter().rev().map(|((of, _), key)| (*of, key))
    }
}

/// The key files of a folder, by what they sign and when they begin to.
fn listing(folder: &Path) -> io::Result<BTreeMap<(TokenType, DateTime<Utc>), PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(of) = entry.file_name().to_str().and_then(signs) {
            found.insert(of, entry.path());
        }
    }
    Ok(found)
}

/// What the key of a file signs, and when it begins to.
fn signs(name: &str) -> Option<(TokenType, DateTime<Utc>)> {
    let name = name.strip_suffix(".p8")?;
    let of =
        |token_type: TokenType| Some((token_type, name.strip_prefix(token_type.file_prefix())?));
    let (token_type, begins) = TokenType::ALL.into_iter().find_map(of)?;
    if begins.is_empty() {
        return Some((token_type, DateTime::UNIX_EPOCH));
    }
    let begins = NaiveDateTime::parse_from_str(begins, BEGINS_FORMAT).ok()?;
    Some((token_type, begins.and_utc()))
}

/// Adds keys, one for each type of token, to the folder of a running city. Its processes notice
/// within seconds, publish them, and sign with them ten minutes later. Returns the files and when
/// their keys begin to sign.
pub fn rotate_signing_keys(
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<(Vec<PathBuf>, DateTime<Utc>), TokensError> {
    let begins = now + PUBLISHED_BEFORE;
    let made = TokenType::ALL.into_iter().map(|token_type| {
        let name = format!("{}{}.p8", token_type.file_prefix(), begins.format(BEGINS_FORMAT));
        let file = folder.join(name);
        read_or_make(&file, || token_type.new_key())?;
        Ok(file)
    });
    Ok((made.collect::<Result<_, TokensError>>()?, begins))
}
