//! Access tokens (RFC 9068) and ID tokens (OpenID Connect Core, 2): JWTs.
//!
//! | token | who reads it | signed with |
//! |---|---|---|
//! | access token | this city alone, with most requests | EdDSA on Ed25519 (RFC 8037), cheaply checked |
//! | ID token | any client | ES256, which every library knows |
//!
//! One algorithm and keys of its own for each type, one place that makes them and one that reads
//! them. A key named in a token's own header (`jwk`, `jku`, `x5u`) is never looked at: the key id
//! selects among our keys or nothing.
//!
//! A verified token is remembered by the digest of its whole text, because checking a signature
//! costs more than most requests do. What is remembered is the signature, not the times: those are
//! checked at every use. What does not verify is not remembered, so nobody fills the memory who
//! cannot sign in. When a key is withdrawn, all is forgotten.

mod audience;
mod id_token;
mod keys;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use citygate_platform::keys::KeyError;
use jsonwebtoken::{
    Algorithm, Header, Validation, crypto::verify, decode, decode_header, encode,
    errors::ErrorKind, jwk::JwkSet,
};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::keys::KeyRing;
pub use self::keys::{KeyPair, rotate_signing_keys};
pub(crate) use self::{
    audience::{Audience, service_of},
    id_token::IdToken,
    keys::JWKS_LIFE_SECONDS,
};
use crate::{error::Error, model::Level};

/// How far clocks may differ, in seconds.
pub(crate) const LEEWAY: i64 = 30;
/// How many verified tokens are remembered: some ten megabytes.
const REMEMBERED: usize = 16_384;
/// How often the folder of keys is looked at, in seconds.
const LOOK_SECONDS: i64 = 10;

/// The types of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TokenType {
    Id,
    Access,
}

impl TokenType {
    const ALL: [Self; 2] = [Self::Id, Self::Access];

    /// The type in the header: RFC 9068, 2.1, and RFC 7519, 5.1. One is not taken for the other (RFC
    /// 8725, 3.11).
    const fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Id => "JWT",
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Access => Algorithm::EdDSA,
            Self::Id => Algorithm::ES256,
        }
    }

    /// The whole header of a token of ours.
    fn header(self, key_id: &str) -> Header {
        let mut header = Header::new(self.algorithm());
        header.typ = Some(self.typ().to_owned());
        header.kid = Some(key_id.to_owned());
        header
    }
}

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub iss: String,
    pub aud: Audience,
    pub sub: String,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: String,
    pub client_id: String,
    /// Space-separated.
    pub scope: String,
    #[serde(flatten)]
    pub caller: Caller,
}

/// Who the token is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(crate) enum Caller {
    /// A citizen in an app that may do all they may.
    Citizen {
        #[serde(flatten)]
        sign_in: SignIn,
        /// The citizen's own city.
        city: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// The fresh proof that the token was made for (RFC 9470).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step_up: Option<String>,
    },
    /// Somebody in another client, which learns nothing here but a subject of its agency's own.
    EndUser {
        #[serde(flatten)]
        sign_in: SignIn,
    },
    /// A system of an agency.
    Partner {
        /// The agency's UUID.
        agency: uuid::Uuid,
        /// The agency's city.
        city: String,
    },
}

/// How and when somebody signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SignIn {
    /// The session.
    pub sid: String,
    pub auth_time: i64,
    pub acr: String,
    pub amr: Vec<String>,
}

/// Says who has issued it.
trait Issued {
    fn iss(&self) -> &str;
}

impl Issued for Claims {
    fn iss(&self) -> &str {
        &self.iss
    }
}

impl Claims {
    /// Whether the token has a scope.
    pub(crate) fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|own| own == scope)
    }

    /// The session of the token, where somebody signed in for it.
    pub(crate) fn session(&self) -> Option<&str> {
        match &self.caller {
            Caller::Citizen { sign_in, .. } | Caller::EndUser { sign_in } => Some(&sign_in.sid),
            Caller::Partner { .. } => None,
        }
    }

    /// Whether it is for whom tokens of its kind are for: a system's for the services that its
    /// scopes belong to, people's for all of the city.
    fn is_for(&self, city: &str) -> bool {
        match self.caller {
            Caller::Citizen { .. } | Caller::EndUser { .. } => self.aud.is(city),
            Caller::Partner { .. } => self.aud.is_of_services(),
        }
    }

    /// How surely somebody has signed in for it.
    pub(crate) fn level(&self) -> Option<Level> {
        match &self.caller {
            Caller::Citizen { sign_in, .. } | Caller::EndUser { sign_in } => {
                Level::from_acr(&sign_in.acr)
            }
            Caller::Partner { .. } => None,
        }
    }
}

/// Signs and reads tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    issuer: String,
    folder: PathBuf,
    ring: RwLock<Arc<KeyRing>>,
    /// When the folder of keys was looked at, in seconds since 1970.
    looked_at: AtomicI64,
    /// By the SHA-256 of the token.
    verified: Cache<Vec<u8>, Arc<Claims>>,
}

/// Why tokens cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyError),
    /// The folder of keys.
    #[error("the signing keys cannot be read: {0}")]
    Folder(#[from] io::Error),
    /// The key in it.
    #[error("the signing key does not work: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
}

impl Tokens {
    /// Reads the signing keys of a folder, makes the first where there is none, and proves that
    /// each signs what it can verify. `issuer` is the public address of the city.
    pub fn open(folder: &Path, issuer: &str) -> Result<Self, TokensError> {
        let ring = KeyRing::open(folder)?;
        prove(&ring)?;
        Ok(Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            folder: folder.to_owned(),
            ring: RwLock::new(Arc::new(ring)),
            looked_at: AtomicI64::new(i64::MIN),
            verified: Cache::new(REMEMBERED),
        })))
    }

    /// The public address of the city, as `iss`, and as `aud` of what people have.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The keys that verify our tokens, now and soon.
    pub(crate) fn jwks(&self, now: DateTime<Utc>) -> JwkSet {
        let ring = self.ring(now);
        JwkSet { keys: ring.keys().map(|(_, key)| key.published.clone()).collect() }
    }

    /// Signs an access token.
    pub(crate) fn sign(&self, claims: &Claims, now: DateTime<Utc>) -> Result<String, Error> {
        self.sign_as(TokenType::Access, claims, now)
    }

    fn sign_as(
        &self,
        token_type: TokenType,
        claims: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let ring = self.ring(now);
        let missing = || jsonwebtoken::errors::Error::from(ErrorKind::InvalidKeyFormat);
        let key = ring.signing(token_type, now).ok_or_else(missing)?;
        Ok(encode(&token_type.header(&key.id), claims, &key.signing)?)
    }

    pub(crate) fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let ring = self.ring(now);
        let key = digest::digest(&digest::SHA256, token.as_bytes());
        if let Some(claims) = self.0.verified.get(key.as_ref()) {
            check_times(&claims, now)?;
            return Ok(claims);
        }
        let claims: Arc<Claims> = Arc::new(self.read(&ring, token, TokenType::Access)?);
        if !claims.is_for(self.issuer()) {
            return Err(FOREIGN);
        }
        check_times(&claims, now)?;
        self.0.verified.insert(key.as_ref().to_vec(), Arc::clone(&claims));
        Ok(claims)
    }

    /// What a token of ours says; its audience and times are still to be checked. Not by `decode`: it
    /// reads header and claims twice, and asks for rules that are the same each time.
    fn read<T: DeserializeOwned + Issued>(
        &self,
        ring: &KeyRing,
        token: &str,
        token_type: TokenType,
    ) -> Result<T, Error> {
        let header = decode_header(token).map_err(|_| NOT_A_JWT)?;
        let key = header.kid.as_deref().and_then(|id| ring.key(token_type, id)).ok_or(FOREIGN)?;
        // Ours say no more than this.
        if header != token_type.header(&key.id) {
            return Err(FOREIGN);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(NOT_A_JWT)?;
        let (_, claims) = signed.split_once('.').ok_or(NOT_A_JWT)?;
        let algorithm = token_type.algorithm();
        let holds = verify(signature, signed.as_bytes(), &key.verifying, algorithm);
        if !matches!(holds, Ok(true)) {
            return Err(FORGED);
        }
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| FORGED)?;
        let said: T = serde_json::from_slice(&claims).map_err(|_| FORGED)?;
        if said.iss() == self.issuer() { Ok(said) } else { Err(FOREIGN) }
    }

    /// The keys as they are in the folder, which is looked at now and then.
    fn ring(&self, now: DateTime<Utc>) -> Arc<KeyRing> {
        let (now, looked_at) = (now.timestamp(), self.0.looked_at.load(Ordering::Relaxed));
        let due = now >= looked_at.saturating_add(LOOK_SECONDS);
        let swap = |from| {
            let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
            self.0.looked_at.compare_exchange(from, now, set, get).is_ok()
        };
        if due && swap(looked_at) {
            self.look();
        }
        Arc::clone(&self.0.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the keys over that are in the folder now. A folder that cannot be read changes nothing.
    fn look(&self) {
        let ring = Arc::clone(&self.0.ring.read().unwrap_or_else(PoisonError::into_inner));
        let renewed = ring.renewed(&self.0.folder).and_then(|renewed| {
            renewed.map(|ring| prove(&ring).map(|()| ring).map_err(TokensError::from)).transpose()
        });
        match renewed {
            Ok(None) => {}
            Ok(Some(ring)) => {
                *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
                self.0.verified.clear();
                tracing::info!("the signing keys have changed");
            }
            Err(error) => tracing::error!(%error, "the signing keys stay as they were"),
        }
    }
}

const NOT_A_JWT: Error = Error::TokenInvalid("it is not a JWT");
const FOREIGN: Error = Error::TokenInvalid("it is not an access token of this city");
const FORGED: Error = Error::TokenInvalid("its signature or claims do not hold");

/// A key that does not work shows at the start, not at the first citizen.
fn prove(ring: &KeyRing) -> Result<(), jsonwebtoken::errors::Error> {
    for (token_type, key) in ring.keys() {
        let mut validation = Validation::new(token_type.algorithm());
        validation.validate_exp = false;
        let header = token_type.header(&key.id);
        let token = encode(&header, &serde_json::json!({"exp": 0}), &key.signing)?;
        decode::<serde_json::Value>(&token, &key.verifying, &validation)?;
    }
    Ok(())
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<(), Error> {
    let now = now.timestamp();
    if now >= claims.exp.saturating_add(LEEWAY) {
        return Err(Error::TokenInvalid("it has expired"));
    }
    if now < claims.nbf.saturating_sub(LEEWAY) {
        return Err(Error::TokenInvalid("it is not valid yet"));
    }
    Ok(())
}
