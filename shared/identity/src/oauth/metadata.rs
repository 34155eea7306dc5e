//! What clients have to know about us: OpenID Connect Discovery 1.0 and RFC 8414.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{model::Level, scopes};

/// The metadata of the authorization server (RFC 8414, 2).
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorizationServerMetadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    pushed_authorization_request_endpoint: String,
    service_documentation: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 7],
    revocation_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 7],
    introspection_endpoint_auth_methods_supported: [&'static str; 1],
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 7],
    ui_locales_supported: [&'static str; 2],
    authorization_response_iss_parameter_supported: bool,
    require_pushed_authorization_requests: bool,
}

/// The same with what OpenID Connect adds (Discovery, 3; RP-Initiated Logout, 2.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenIdConfiguration {
    #[serde(flatten)]
    server: AuthorizationServerMetadata,
    userinfo_endpoint: String,
    end_session_endpoint: String,
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: [&'static str; 1],
    claims_supported: [&'static str; 14],
    acr_values_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 4],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

const SIGNATURES: [&str; 7] = ["ES256", "ES384", "EdDSA", "RS256", "RS384", "PS256", "PS384"];

impl AuthorizationServerMetadata {
    pub(crate) fn new(issuer: &str) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at("/v1/oauth/authorize"),
            token_endpoint: at("/v1/oauth/token"),
            jwks_uri: at("/.well-known/jwks.json"),
            revocation_endpoint: at("/v1/oauth/revoke"),
            introspection_endpoint: at("/v1/oauth/introspect"),
            pushed_authorization_request_endpoint: at("/v1/oauth/par"),
            service_documentation: at("/docs/"),
            scopes_supported: scopes::OF_PEOPLE.to_vec(),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            code_challenge_methods_supported: ["S256"],
            token_endpoint_auth_methods_supported: ["private_key_jwt", "none"],
            token_endpoint_auth_signing_alg_values_supported: SIGNATURES,
            revocation_endpoint_auth_methods_supported: ["private_key_jwt", "none"],
            revocation_endpoint_auth_signing_alg_values_supported: SIGNATURES,
            introspection_endpoint_auth_methods_supported: ["private_key_jwt"],
            introspection_endpoint_auth_signing_alg_values_supported: SIGNATURES,
            ui_locales_supported: ["zh-CN", "en"],
            authorization_response_iss_parameter_supported: true,
            require_pushed_authorization_requests: false,
        }
    }
}

impl OpenIdConfiguration {
    pub(crate) fn new(issuer: &str) -> Self {
        Self {
            server: AuthorizationServerMetadata::new(issuer),
            userinfo_endpoint: format!("{issuer}/v1/oauth/userinfo"),
            end_session_endpoint: format!("{issuer}/v1/oauth/end-session"),
            subject_types_supported: ["pairwise", "public"],
            id_token_signing_alg_values_supported: ["ES256"],
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "nonce",
                "auth_time",
                "acr",
                "amr",
                "sid",
                "name",
                "locale",
                "email",
                "email_verified",
            ],
            acr_values_supported: Level::ALL.into_iter().map(Level::acr).collect(),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claims_parameter_supported: false,
            request_parameter_supported: false,
            // Those that were pushed work; anybody's are never fetched.
            request_uri_parameter_supported: false,
        }
    }
}
