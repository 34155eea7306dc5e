//! ID tokens: what a client is told about a sign-in (OpenID Connect Core, 2).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Issued, SignIn, TokenType, Tokens};
use crate::error::Error;

/// What an ID token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IdToken {
    pub iss: String,
    /// The client.
    pub aud: String,
    pub sub: String,
    pub exp: i64,
    pub iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(flatten)]
    pub sign_in: SignIn,
}

impl Issued for IdToken {
    fn iss(&self) -> &str {
        &self.iss
    }
}

impl Tokens {
    /// Signs an ID token.
    pub(crate) fn sign_id(&self, claims: &IdToken, now: DateTime<Utc>) -> Result<String, Error> {
        self.sign_as(TokenType::Id, claims, now)
    }

    /// Reads a hint about who is to be signed out. It may have expired: it is no credential (OpenID
    /// Connect RP-Initiated Logout, 2).
    pub(crate) fn read_id_hint(&self, hint: &str, now: DateTime<Utc>) -> Option<IdToken> {
        self.read(&self.ring(now), hint, TokenType::Id).ok()
    }
}
