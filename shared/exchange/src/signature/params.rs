//! What a signature says of itself (RFC 9421, 2.3), and by what it was made (3.3).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, crypto,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use sfv::{BareItem, Parameters};

use crate::error::Error;

/// How far the moment of a signature may lie from ours, before or after.
const WINDOW: TimeDelta = TimeDelta::seconds(300);
/// The longest nonce and the longest name of a key, in characters.
const LONGEST: usize = 128;

/// What a signature says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub key_id: String,
    pub nonce: String,
    pub algorithm: Option<MessageAlgorithm>,
    created: i64,
    expires: Option<i64>,
}

impl Claims {
    pub(super) fn read(params: &Parameters) -> Result<Self, Error> {
        let text = |name: &str| {
            let text = params.get(name).and_then(BareItem::as_string)?.as_str();
            (1..=LONGEST).contains(&text.len()).then(|| text.to_owned())
        };
        let number = |name: &str| params.get(name).and_then(BareItem::as_integer).map(i64::from);
        let algorithm = match params.get("alg").map(BareItem::as_string) {
            None => None,
            Some(name) => {
                let known = name.and_then(|name| MessageAlgorithm::from_name(name.as_str()));
                Some(known.ok_or(Error::SignatureInvalid("alg names no algorithm that is taken"))?)
            }
        };
        let or = |why| move || Error::SignatureInvalid(why);
        Ok(Self {
            key_id: text("keyid").ok_or_else(or("keyid, of 1 to 128 characters, is missing"))?,
            nonce: text("nonce").ok_or_else(or("nonce, of 1 to 128 characters, is missing"))?,
            algorithm,
            created: number("created").ok_or_else(or("created is missing"))?,
            expires: number("expires"),
        })
    }

    /// Whether the signature was made now, more or less.
    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        now.abs_diff(self.created) <= WINDOW.num_seconds().unsigned_abs()
            && self.expires.is_none_or(|expires| now <= expires)
    }
}

/// The algorithms of RFC 9421 (6.2) that prove who has signed: all but the shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageAlgorithm {
    EcdsaP256Sha256,
    EcdsaP384Sha384,
    Ed25519,
    RsaPssSha512,
    RsaV15Sha256,
}

impl MessageAlgorithm {
    pub(super) const ALL: [Self; 5] = [
        Self::EcdsaP256Sha256,
        Self::EcdsaP384Sha384,
        Self::Ed25519,
        Self::RsaPssSha512,
        Self::RsaV15Sha256,
    ];

    /// As the registry has it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Self::Ed25519 => "ed25519",
            Self::RsaPssSha512 => "rsa-pss-sha512",
            Self::RsaV15Sha256 => "rsa-v1_5-sha256",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The algorithm of a key: the one that was named, if the key is for it; or the only one that
    /// the key is for.
    pub(super) fn of(key: &Jwk, named: Option<Self>) -> Option<Self> {
        let fits: &[Self] = match &key.algorithm {
            AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
                EllipticCurve::P256 => &[Self::EcdsaP256Sha256],
                EllipticCurve::P384 => &[Self::EcdsaP384Sha384],
                _ => &[],
            },
            AlgorithmParameters::OctetKeyPair(_) => &[Self::Ed25519],
            AlgorithmParameters::RSA(_) => &[Self::RsaPssSha512, Self::RsaV15Sha256],
            // A shared secret is no proof of who signed.
            _ => &[],
        };
        match (named, fits) {
            (Some(named), fits) => fits.contains(&named).then_some(named),
            (None, [only]) => Some(*only),
            (None, _) => None,
        }
    }

    /// Whether a signature over a text was made with the private half of a key.
    pub(super) fn verifies(self, key: &Jwk, text: &str, signature: &[u8]) -> bool {
        // RFC 7518 and RFC 8037 encode these five as RFC 9421 does.
        let algorithm = match self {
            Self::EcdsaP256Sha256 => Algorithm::ES256,
            Self::EcdsaP384Sha384 => Algorithm::ES384,
            Self::Ed25519 => Algorithm::EdDSA,
            Self::RsaPssSha512 => Algorithm::PS512,
            Self::RsaV15Sha256 => Algorithm::RS256,
        };
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        DecodingKey::from_jwk(key).is_ok_and(|key| {
            crypto::verify(&signature, text.as_bytes(), &key, algorithm).unwrap_or(false)
        })
    }
}
