//! Authorization requests, and what is said when they are refused.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The parameters of an authorization request (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1), as
/// they were sent. Those that are not known are ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = AuthorizationRequest)]
pub(crate) struct AuthorizationParameters {
    /// The client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String, example = "citygate-app")]
    #[schema(required = false, value_type = String, example = "citygate-app")]
    pub client_id: Option<String>,
    /// `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String, example = "code")]
    #[schema(required = false, value_type = String, example = "code")]
    pub response_type: Option<String>,
    /// `query`, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub response_mode: Option<String>,
    /// One of those that are registered, as it stands there. On the device's own address any port
    /// will do (RFC 8252, 7.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub redirect_uri: Option<String>,
    /// Space-separated: `openid`, `offline_access`, `profile`, `email`, `citizen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub scope: Option<String>,
    /// Comes back in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub state: Option<String>,
    /// Comes back in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub nonce: Option<String>,
    /// The SHA-256 of the code verifier (RFC 7636), in base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub code_challenge: Option<String>,
    /// `S256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub code_challenge_method: Option<String>,
    /// `none`, or any of `login`, `consent` and `select_account`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub prompt: Option<String>,
    /// How long ago the sign-in may be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub max_age: Option<String>,
    /// A wish: the ID token says which level it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub acr_values: Option<String>,
    /// The languages of the pages, the best one first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String, example = "zh-CN en")]
    #[schema(required = false, value_type = String, example = "zh-CN en")]
    pub ui_locales: Option<String>,
    /// Not supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub request: Option<String>,
    /// Of a pushed request (RFC 9126). All other parameters but `client_id` are then ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    pub request_uri: Option<String>,
}

impl AuthorizationParameters {
    /// A link that carries the parameters.
    pub(crate) fn link(&self, path: &str) -> String {
        let members = serde_json::to_value(self).unwrap_or_default();
        let members = members.as_object().into_iter().flatten();
        let pairs = members.filter_map(|(name, value)| Some((name, value.as_str()?)));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{path}?{}", query.extend_pairs(pairs).finish())
    }
}

/// Why a request gets no code (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthorizationError {
    /// Says what is wrong.
    InvalidRequest(&'static str),
    UnsupportedResponseType,
    InvalidScope,
    AccessDenied,
    LoginRequired,
    ConsentRequired,
    RequestNotSupported,
}

impl AuthorizationError {
    /// The code of the standard.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
        }
    }

    /// For the developer of the client.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest(reason) => reason,
            Self::UnsupportedResponseType => "only response_type=code is supported",
            Self::InvalidScope => "the client is not registered for any of these scopes",
            Self::AccessDenied => "the person said no",
            Self::LoginRequired => "nobody is signed in, or not recently enough",
            Self::ConsentRequired => "the person has to be asked",
            Self::RequestNotSupported => "request objects are not supported; push the request",
        }
    }
}
