//! Bodies of the endpoints that clients call themselves.

use citygate_kernel::Masked;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AuthorizationParameters, JWT_BEARER, Refusal};
use crate::actions::{ClientProof, Granted, Introspected, Userinfo};

/// What a client says about itself, in any form. A client with a key signs an assertion; a public
/// one names itself.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClientParameters {
    /// The client, where it does not sign.
    #[serde(default)]
    #[schema(required = false, value_type = String, example = "citygate-app")]
    client_id: Option<String>,
    /// With an assertion: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    client_assertion_type: Option<String>,
    /// A JWT signed with the client's own key (RFC 7523).
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    client_assertion: Option<Masked<String>>,
}

impl TryFrom<ClientParameters> for ClientProof {
    type Error = Refusal;

    fn try_from(said: ClientParameters) -> Result<Self, Refusal> {
        let (client_id, assertion) = (said.client_id, said.client_assertion);
        match (&assertion, said.client_assertion_type.as_deref()) {
            (None, None) | (Some(_), Some(JWT_BEARER)) => Ok(Self { client_id, assertion }),
            _ => Err(Refusal::InvalidRequest),
        }
    }
}

/// The body of a token request. Parameters that are not known are ignored (RFC 6749, 3.2).
#[derive(Deserialize, ToSchema)]
#[schema(as = TokenRequest)]
pub(crate) struct TokenParameters {
    /// `authorization_code` and `refresh_token` for people, `client_credentials` for systems.
    #[schema(
        pattern = "^(authorization_code|client_credentials|refresh_token)$",
        example = "refresh_token"
    )]
    pub grant_type: String,
    /// With `authorization_code`: the code.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub code: Option<Masked<String>>,
    /// With `authorization_code`: as in the authorization request.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub redirect_uri: Option<String>,
    /// With `authorization_code`: what the code challenge was made of (RFC 7636).
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub code_verifier: Option<Masked<String>>,
    /// With `refresh_token`: the token.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub refresh_token: Option<Masked<String>>,
    /// With `client_credentials`: which scopes; all that are registered when absent. With
    /// `refresh_token`: fewer than were granted.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub scope: Option<String>,
    /// With `client_credentials`: the one service that the token is for (RFC 8707). All those that
    /// the scopes belong to when absent.
    #[serde(default)]
    #[schema(required = false, value_type = String, example = "urn:citygate:service:traffic")]
    pub resource: Option<String>,
    #[serde(flatten)]
    pub client: ClientParameters,
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
    /// Works once, for the next pair of tokens. Only with the scope `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    refresh_token: Option<String>,
    /// Who signed in, when and how (OpenID Connect Core, 2). Only with the scope `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    id_token: Option<String>,
    /// Space-separated scopes of the access token.
    scope: String,
}

impl From<Granted> for TokenBody {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access_token.into_exposed(),
            token_type: "Bearer",
            expires_in: granted.expires_in,
            refresh_token: granted.refresh_token.map(Masked::into_exposed),
            id_token: granted.id_token.map(Masked::into_exposed),
            scope: granted.scope,
        }
    }
}

/// A question about a token, or the wish to end it (RFC 7662, 2.1; RFC 7009, 2.1). The hint of its
/// type is not needed.
#[derive(Deserialize, ToSchema)]
#[schema(as = TokenQuestion)]
pub(crate) struct TokenQuestion {
    /// An access token or a refresh token.
    #[schema(value_type = String)]
    pub token: Masked<String>,
    #[serde(flatten)]
    pub client: ClientParameters,
}

impl TokenQuestion {
    /// Who asks, about what.
    pub(crate) fn into_parts(self) -> Result<(ClientProof, Masked<String>), Refusal> {
        Ok((self.client.try_into()?, self.token))
    }
}

/// What an access or refresh token of the asking client stands for (RFC 7662, 2.2).
#[derive(Serialize, ToSchema)]
#[schema(as = TokenIntrospection)]
pub(crate) struct IntrospectionBody {
    /// Whether the token works. All else is absent when it does not.
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    sub: Option<String>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64)]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    iss: Option<String>,
}

impl IntrospectionBody {
    pub(crate) fn new(found: Option<Introspected>, issuer: &str) -> Self {
        let active = found.is_some();
        let iss = active.then(|| issuer.to_owned());
        let (scope, client_id, sub, exp) = match found {
            Some(Introspected { scope, client_id, subject, expires_at }) => {
                (Some(scope), Some(client_id), Some(subject), Some(expires_at))
            }
            None => (None, None, None, None),
        };
        Self { active, scope, client_id, sub, exp, iss }
    }
}

/// Claims about the person who signed in (OpenID Connect Core, 5.3).
#[derive(Serialize, ToSchema)]
#[schema(as = Userinfo)]
pub(crate) struct UserinfoBody {
    /// As in the ID token.
    sub: String,
    /// With the scope `profile`: the masked real name, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "王*")]
    name: Option<String>,
    /// With the scope `profile`: the language of letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "zh-CN")]
    locale: Option<&'static str>,
    /// With the scope `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "wang.fang@citygate.example")]
    email: Option<String>,
    /// With the scope `email`: always true.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    email_verified: Option<bool>,
}

impl From<Userinfo> for UserinfoBody {
    fn from(known: Userinfo) -> Self {
        Self {
            sub: known.subject,
            name: known.name_masked,
            locale: known.locale.map(|locale| locale.tag()),
            email_verified: known.email.is_some().then_some(true),
            email: known.email.map(Masked::into_exposed),
        }
    }
}

/// An authorization request that a confidential client pushes (RFC 9126, 2.1).
#[derive(Deserialize, ToSchema)]
#[schema(as = PushedAuthorizationRequest)]
pub(crate) struct PushedRequest {
    #[serde(flatten)]
    pub parameters: AuthorizationParameters,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub client_assertion_type: Option<String>,
    /// A JWT signed with the client's own key (RFC 7523).
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    pub client_assertion: Option<Masked<String>>,
}

impl PushedRequest {
    /// Who asks, for what.
    pub(crate) fn into_parts(self) -> Result<(ClientProof, AuthorizationParameters), Refusal> {
        let client = ClientParameters {
            client_id: self.parameters.client_id.clone(),
            client_assertion_type: self.client_assertion_type,
            client_assertion: self.client_assertion,
        };
        Ok((client.try_into()?, self.parameters))
    }
}

/// Where a pushed request is kept (RFC 9126, 2.2).
#[derive(Serialize, ToSchema)]
#[schema(as = PushedAuthorization)]
pub(crate) struct PushedBody {
    /// Stands for the request at the authorization endpoint, once.
    #[schema(example = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c")]
    pub request_uri: String,
    /// Seconds within which it has to be used.
    pub expires_in: i64,
}
