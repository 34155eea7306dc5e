//! The token endpoint speaks OAuth: form bodies in, and the errors of RFC 6749, 5.2 out, because
//! that is what clients of the standard read.

use actix_web::{HttpResponse, http::header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::Granted;

/// The one way for a client to authenticate (RFC 7523, 2.2).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The body of a token request. Parameters that are not known are ignored (RFC 6749, 3.2).
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// `client_credentials` for systems, `refresh_token` for citizens.
    #[schema(pattern = "^(client_credentials|refresh_token)$", example = "refresh_token")]
    pub grant_type: String,
    /// With `refresh_token`: the token.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub refresh_token: Option<String>,
    /// With `client_credentials`: which scopes; all that are registered when absent.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub scope: Option<String>,
    /// With `client_credentials`: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub client_assertion_type: Option<String>,
    /// With `client_credentials`: a JWT signed with the client's own key (RFC 7523).
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub client_assertion: Option<String>,
}

/// A token response (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokenBody {
    /// A JWT for the `Authorization: Bearer` header.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: i64,
    /// Works once, for the next pair of tokens. Systems get none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    refresh_token: Option<String>,
    /// Space-separated scopes of the access token.
    scope: String,
}

impl From<Granted> for TokenBody {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access_token.into_exposed(),
            token_type: "Bearer",
            expires_in: granted.expires_in,
            refresh_token: granted.refresh_token.map(|token| token.into_exposed()),
            scope: granted.scope,
        }
    }
}

/// An error of RFC 6749, 5.2.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OAuthError {
    /// The code of the standard.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// For the developer of the client.
    error_description: &'static str,
}

/// The answers that are not tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
}

impl From<Refusal> for HttpResponse {
    fn from(refusal: Refusal) -> Self {
        let (mut answer, error, error_description) = match refusal {
            Refusal::InvalidRequest => (
                Self::BadRequest(),
                "invalid_request",
                "a parameter that the grant type needs is missing, or the form is malformed",
            ),
            Refusal::InvalidClient => (
                Self::Unauthorized(),
                "invalid_client",
                "the client is unknown, or its assertion is expired, used before, for somebody \
                 else, or not signed with the registered key",
            ),
            Refusal::InvalidGrant => (
                Self::BadRequest(),
                "invalid_grant",
                "the refresh token is unknown, expired, used before, or its session has ended",
            ),
            Refusal::UnsupportedGrantType => (
                Self::BadRequest(),
                "unsupported_grant_type",
                "client_credentials and refresh_token are supported",
            ),
        };
        if matches!(refusal, Refusal::InvalidClient) {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_client\""));
        }
        answer.json(OAuthError { error, error_description })
    }
}
