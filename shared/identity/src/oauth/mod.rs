//! The endpoints of OAuth 2 and OpenID Connect speak their own language: form bodies in, and the
//! errors of RFC 6749, 5.2 out, because that is what clients of the standards read.

mod authorization;
mod metadata;
mod token;

use actix_web::{HttpResponse, http::header};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::{
    authorization::{AuthorizationError, AuthorizationParameters},
    metadata::{AuthorizationServerMetadata, OpenIdConfiguration},
    token::{
        IntrospectionBody, PushedBody, PushedRequest, TokenBody, TokenParameters, TokenQuestion,
        UserinfoBody,
    },
};

/// The one way for a client to authenticate (RFC 7523, 2.2).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedTokenType,
    /// A pushed request that would be refused at the authorization endpoint (RFC 9126, 2.3).
    Authorization(AuthorizationError),
}

impl From<Refusal> for HttpResponse {
    fn from(refusal: Refusal) -> Self {
        let (mut answer, error, error_description) = match refusal {
            Refusal::InvalidRequest => (
                Self::BadRequest(),
                "invalid_request",
                "a parameter that is needed is missing, or the form is malformed",
            ),
            Refusal::InvalidClient => (
                Self::Unauthorized(),
                "invalid_client",
                "the client is unknown, or its assertion is missing, expired, used before, for \
                 somebody else, or not signed with the registered key",
            ),
            Refusal::InvalidGrant => (
                Self::BadRequest(),
                "invalid_grant",
                "the code or refresh token is unknown, expired, used before, another client's, or \
                 its session has ended",
            ),
            Refusal::InvalidScope => {
                (Self::BadRequest(), "invalid_scope", "a scope goes beyond what was granted")
            }
            Refusal::InvalidTarget => (
                Self::BadRequest(),
                "invalid_target",
                "the client has no scope of the service that `resource` names",
            ),
            Refusal::UnauthorizedClient => (
                Self::BadRequest(),
                "unauthorized_client",
                "the client may not use this grant type",
            ),
            Refusal::UnsupportedGrantType => (
                Self::BadRequest(),
                "unsupported_grant_type",
                "authorization_code, refresh_token and client_credentials are supported",
            ),
            Refusal::UnsupportedTokenType => (
                Self::BadRequest(),
                "unsupported_token_type",
                "the token of a system cannot be revoked; it ends within five minutes",
            ),
            Refusal::Authorization(error) => {
                (Self::BadRequest(), error.code(), error.description())
            }
        };
        if matches!(refusal, Refusal::InvalidClient) {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_client\""));
        }
        answer.json(OAuthError { error, error_description })
    }
}
