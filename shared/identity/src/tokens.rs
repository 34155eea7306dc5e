//! Access tokens: JWTs of RFC 9068, signed with ES256.
//!
//! One algorithm, one place that makes them and one that reads them. A key named in a token's own
//! header (`jwk`, `jku`, `x5u`) is never looked at: the key id selects among our keys or nothing.
//!
//! A verified token is remembered by the digest of its whole text, because checking a signature
//! costs more than most requests do. What is remembered is the signature, not the times: those are
//! checked at every use. What does not verify is not remembered, so nobody fills the memory who
//! cannot sign in.

use std::{path::Path, sync::Arc};

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use chrono::{DateTime, Utc};
use citygate_platform::keys::{KeyError, read_or_make};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    jwk::{Jwk, JwkSet, ThumbprintHash},
};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The type of an access token in its header (RFC 9068, 2.1).
const TYPE: &str = "at+jwt";
/// How far clocks may differ, in seconds.
pub(crate) const LEEWAY: i64 = 30;
/// How many verified tokens are remembered: some ten megabytes.
const REMEMBERED: usize = 16_384;

/// A fresh P-256 key pair.
pub struct KeyPair {
    /// The private key, PKCS #8 DER.
    pub private: Vec<u8>,
    /// The public key, with its thumbprint as `kid`.
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

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: String,
    pub client_id: String,
    /// Space-separated.
    pub scope: String,
    /// The caller's own city.
    pub city: String,
    #[serde(flatten)]
    pub caller: Caller,
}

/// Who the token is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(crate) enum Caller {
    Citizen {
        sid: String,
        auth_time: i64,
        acr: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
    },
    Partner {
        /// The agency's UUID; its city is the token's.
        agency: uuid::Uuid,
    },
}

/// Signs and reads access tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    issuer: String,
    key_id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    jwks: JwkSet,
    /// By the SHA-256 of the token.
    verified: Cache<Vec<u8>, Arc<Claims>>,
}

/// Why tokens cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyError),
    /// The key in it.
    #[error("the signing key does not work: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
}

impl Tokens {
    /// Reads the signing key of a folder, makes it where it is missing, and proves that it signs
    /// what it can verify. `issuer` is the public address of the city.
    pub fn open(folder: &Path, issuer: &str) -> Result<Self, TokensError> {
        let private = read_or_make(&folder.join("signing.p8"), || {
            KeyPair::generate().map(|pair| pair.private)
        })?;
        let pair = KeyPair::from_private(private)?;
        let mut validation = Validation::new(Algorithm::ES256);
        // Times are checked against our own clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        let mut published = pair.public.clone();
        published.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
        let tokens = Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            key_id: pair.public.common.key_id.clone().unwrap_or_default(),
            signing: EncodingKey::from_ec_der(&pair.private),
            verifying: DecodingKey::from_jwk(&pair.public)?,
            validation,
            jwks: JwkSet { keys: vec![published] },
            verified: Cache::new(REMEMBERED),
        }));
        tokens.prove()?;
        Ok(tokens)
    }

    /// A key that does not work shows at the start, not at the first citizen.
    fn prove(&self) -> Result<(), jsonwebtoken::errors::Error> {
        let message = serde_json::json!({
            "iss": self.0.issuer, "aud": self.0.issuer, "sub": "self", "exp": 0, "nbf": 0,
        });
        let token = encode(&self.header(), &message, &self.0.signing)?;
        decode::<serde_json::Value>(&token, &self.0.verifying, &self.0.validation).map(|_| ())
    }

    fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.0.key_id.clone());
        header
    }

    /// The public address of the city, as `iss` and `aud`.
    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The keys that verify our tokens.
    pub(crate) fn jwks(&self) -> &JwkSet {
        &self.0.jwks
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, Error> {
        Ok(encode(&self.header(), claims, &self.0.signing)?)
    }

    pub(crate) fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let key = digest::digest(&digest::SHA256, token.as_bytes());
        if let Some(claims) = self.0.verified.get(key.as_ref()) {
            check_times(&claims, now)?;
            return Ok(claims);
        }
        let claims = Arc::new(self.read(token)?);
        check_times(&claims, now)?;
        self.0.verified.insert(key.as_ref().to_vec(), Arc::clone(&claims));
        Ok(claims)
    }

    /// What a token says that we have signed; its times are still to be checked.
    fn read(&self, token: &str) -> Result<Claims, Error> {
        let header = decode_header(token).map_err(|_| Error::TokenInvalid("it is not a JWT"))?;
        if header.typ.as_deref() != Some(TYPE) || header.kid.as_deref() != Some(&self.0.key_id) {
            return Err(Error::TokenInvalid("it is not an access token of this city"));
        }
        let read = decode::<Claims>(token, &self.0.verifying, &self.0.validation)
            .map_err(|_| Error::TokenInvalid("its signature or claims do not hold"))?;
        Ok(read.claims)
    }
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use citygate_kernel::Clock;

    use super::*;

    fn claims(tokens: &Tokens, now: DateTime<Utc>) -> Claims {
        Claims {
            iss: tokens.issuer().to_owned(),
            aud: tokens.issuer().to_owned(),
            sub: "acct_1".to_owned(),
            exp: (now + TimeDelta::seconds(600)).timestamp(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            jti: "1".to_owned(),
            client_id: "app".to_owned(),
            scope: String::new(),
            city: "330100".to_owned(),
            caller: Caller::Partner { agency: uuid::Uuid::nil() },
        }
    }

    #[test]
    fn only_our_own_tokens_of_now_are_read() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tokens = Tokens::open(ours.path(), "https://city.example").unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let token = tokens.sign(&claims(&tokens, now)).unwrap();
        assert!(tokens.verify(&token, now).is_ok());
        assert!(tokens.verify(&token, now + TimeDelta::seconds(629)).is_ok(), "leeway");
        assert!(tokens.verify(&token, now + TimeDelta::seconds(630)).is_err());
        assert!(tokens.verify(&token, now - TimeDelta::seconds(31)).is_err());

        let again = Tokens::open(ours.path(), "https://city.example").unwrap();
        assert!(again.verify(&token, now).is_ok(), "the key outlives the process");
        let other = Tokens::open(theirs.path(), "https://city.example").unwrap();
        assert!(other.verify(&token, now).is_err());
        let elsewhere = Tokens::open(ours.path(), "https://town.example").unwrap();
        assert!(elsewhere.verify(&token, now).is_err());
    }

    #[test]
    fn forgeries_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let good = tokens.sign(&claims(&tokens, now)).unwrap();
        let [head, body, tail] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let flipped = if tail.starts_with('A') { "B" } else { "A" };
        let id_token = {
            let mut header = tokens.header();
            header.typ = Some("JWT".to_owned());
            encode(&header, &claims(&tokens, now), &tokens.0.signing).unwrap()
        };
        let string_exp = {
            let mut value = serde_json::to_value(claims(&tokens, now)).unwrap();
            value["exp"] = "9999999999".into();
            encode(&tokens.header(), &value, &tokens.0.signing).unwrap()
        };
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
        for forged in [
            format!("{head}.{body}.{flipped}{}", &tail[1..]),
            format!("{head}.{body}."),
            format!("{unsigned}.{body}."),
            id_token,
            string_exp,
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert!(tokens.verify(&forged, now).is_err(), "{forged}");
        }
    }

    fn is_remembered(tokens: &Tokens, token: &str, now: DateTime<Utc>) -> bool {
        let (one, other) = (tokens.verify(token, now).unwrap(), tokens.verify(token, now).unwrap());
        Arc::ptr_eq(&one, &other)
    }

    #[test]
    fn a_remembered_token_vouches_for_no_variant_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let good = tokens.sign(&claims(&tokens, now)).unwrap();
        assert!(is_remembered(&tokens, &good, now));
        for at in 0..good.len() {
            let flipped = if good.as_bytes()[at] == b'A' { "z" } else { "A" };
            let forged = format!("{}{flipped}{}", &good[..at], &good[at + 1..]);
            assert!(tokens.verify(&forged, now).is_err(), "character {at}");
        }
        for forged in
            [&good[1..], &good[..good.len() - 1], &format!("{good}A"), &format!("{good} ")]
        {
            assert!(tokens.verify(forged, now).is_err(), "{forged}");
        }
        assert_eq!(tokens.0.verified.len(), 1, "what fails is not remembered");
    }

    #[test]
    fn a_remembered_token_ends_when_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
        let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let token = tokens.sign(&claims(&tokens, clock.now())).unwrap();
        let early = clock.now() - TimeDelta::seconds(31);
        assert!(tokens.verify(&token, early).is_err());
        assert_eq!(tokens.0.verified.len(), 0, "what is not valid yet is not remembered");
        assert!(is_remembered(&tokens, &token, clock.now()));
        assert!(tokens.verify(&token, early).is_err());
        clock.advance(TimeDelta::seconds(629));
        assert!(is_remembered(&tokens, &token, clock.now()));
        clock.advance(TimeDelta::seconds(1));
        assert!(tokens.verify(&token, clock.now()).is_err());
    }

    #[test]
    fn no_more_tokens_are_remembered_than_there_is_room_for() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let any = Arc::new(claims(&tokens, now));
        for n in 0..2 * REMEMBERED {
            let key = digest::digest(&digest::SHA256, &n.to_be_bytes());
            tokens.0.verified.insert(key.as_ref().to_vec(), Arc::clone(&any));
        }
        let full = tokens.0.verified.len();
        assert!((REMEMBERED / 2..=REMEMBERED).contains(&full), "{full} are remembered");
        let token = tokens.sign(&claims(&tokens, now)).unwrap();
        assert!(is_remembered(&tokens, &token, now), "a full memory takes the next one");
        assert!(tokens.0.verified.len() <= REMEMBERED);
    }
}
