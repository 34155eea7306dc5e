//! The endpoints of OAuth and OpenID Connect that clients call themselves.

use actix_web::{
    HttpResponse, get,
    http::header::{CacheControl, CacheDirective},
    post,
    web::{Data, Form, Json},
};
use citygate_kernel::Problem;
use citygate_platform::{Cx, http::Failure, problems};

use crate::{
    actions::{self, ClientProof},
    caller::EndUser,
    oauth::{
        AuthorizationServerMetadata, IntrospectionBody, OAuthError, OpenIdConfiguration,
        PushedBody, PushedRequest, Refusal, TokenBody, TokenParameters, TokenQuestion,
        UserinfoBody,
    },
    tokens::{JWKS_LIFE_SECONDS, Tokens},
};

type Posted<T> = Result<Form<T>, actix_web::Error>;

/// A form, or what is said when there is none.
fn form<T>(posted: Posted<T>) -> Result<Result<T, Refusal>, Failure> {
    match posted {
        Ok(form) => Ok(Ok(form.into_inner())),
        Err(error) if error.as_response_error().status_code() == 415 => {
            Err(Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE).into())
        }
        Err(_) => Ok(Err(Refusal::InvalidRequest)),
    }
}

/// An answer that everybody may keep for a while.
fn public(body: impl serde::Serialize) -> HttpResponse {
    let kept = [CacheDirective::Public, CacheDirective::MaxAge(JWKS_LIFE_SECONDS)];
    HttpResponse::Ok().insert_header(CacheControl(kept.into())).json(body)
}

/// What OpenID Connect clients have to know about the city
#[utoipa::path(
    operation_id = "identity_get_openid_configuration",
    tag = "identity",
    security(()),
    responses((
        status = 200, body = OpenIdConfiguration,
        description = "The provider's metadata (OpenID Connect Discovery 1.0, 3)."
    ))
)]
#[get("/.well-known/openid-configuration")]
pub(super) async fn get_openid_configuration(tokens: Data<Tokens>) -> HttpResponse {
    public(OpenIdConfiguration::new(tokens.issuer()))
}

/// What OAuth clients have to know about the city
#[utoipa::path(
    operation_id = "identity_get_server_metadata",
    tag = "identity",
    security(()),
    responses((
        status = 200, body = AuthorizationServerMetadata,
        description = "The authorization server's metadata (RFC 8414)."
    ))
)]
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn get_server_metadata(tokens: Data<Tokens>) -> HttpResponse {
    public(AuthorizationServerMetadata::new(tokens.issuer()))
}

/// The keys that verify the city's tokens
///
/// A new key is here ten minutes before it signs.
#[utoipa::path(
    operation_id = "identity_get_jwks",
    tag = "identity",
    security(()),
    responses((status = 200, body = serde_json::Value, description = "A JWK set (RFC 7517)."))
)]
#[get("/.well-known/jwks.json")]
pub(super) async fn get_jwks(cx: Cx, tokens: Data<Tokens>) -> HttpResponse {
    public(tokens.jwks(cx.clock.now()))
}

/// Keeps an authorization request of a confidential client
///
/// The `request_uri` takes its place at the authorization endpoint, once (RFC 9126).
#[utoipa::path(
    operation_id = "identity_push_authorization_request",
    tag = "identity",
    security(()),
    extensions(("x-rate-limit" = json!("token"))),
    request_body(content = PushedRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, body = PushedBody, description = "The request is kept."),
        (status = 400, body = OAuthError, description = "What the authorization endpoint would \
         refuse."),
        (status = 401, body = OAuthError, description = "`invalid_client` (RFC 6749, 5.2).")
    )
)]
#[post("/v1/oauth/par")]
pub(super) async fn push_request(
    cx: Cx,
    tokens: Data<Tokens>,
    posted: Posted<PushedRequest>,
) -> Result<HttpResponse, Failure> {
    let said = match form(posted)?.and_then(PushedRequest::into_parts) {
        Ok(said) => said,
        Err(refusal) => return Ok(refusal.into()),
    };
    let (proof, parameters) = said;
    let pushed = actions::push(&cx, &tokens, &proof, &parameters).await?;
    Ok(pushed.map_or_else(HttpResponse::from, |pushed| {
        let (request_uri, expires_in) = (pushed.request_uri, pushed.expires_in);
        HttpResponse::Created().json(PushedBody { request_uri, expires_in })
    }))
}

/// The OAuth token endpoint
///
/// A code of the authorization endpoint is exchanged for tokens, with the verifier of its challenge
/// (`authorization_code`, RFC 7636); a refresh token for the next pair, once (`refresh_token`);
/// a system's signed assertion for an access token (`client_credentials` with `private_key_jwt`,
/// RFC 7523). If the answer to a refresh is lost, the same token gets another within 30 seconds.
#[utoipa::path(
    operation_id = "identity_token",
    tag = "identity",
    security(()),
    extensions(("x-rate-limit" = json!("token"))),
    request_body(content = TokenParameters, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenBody, description = "Tokens."),
        (status = 400, body = OAuthError, description = "`invalid_request`, `invalid_grant`, \
         `invalid_scope`, `unauthorized_client` or `unsupported_grant_type` (RFC 6749, 5.2), \
         `invalid_target` (RFC 8707, 2)."),
        (status = 401, body = OAuthError, description = "`invalid_client` (RFC 6749, 5.2).")
    )
)]
#[post("/v1/oauth/token")]
pub(super) async fn token(
    cx: Cx,
    tokens: Data<Tokens>,
    posted: Posted<TokenParameters>,
) -> Result<HttpResponse, Failure> {
    let granted = match form(posted)? {
        Ok(form) => grant(&cx, &tokens, form).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(granted.map_or_else(HttpResponse::from, |granted| {
        HttpResponse::Ok().json(TokenBody::from(granted))
    }))
}

async fn grant(
    cx: &Cx,
    tokens: &Tokens,
    form: TokenParameters,
) -> Result<Result<actions::Granted, Refusal>, Failure> {
    let proof: ClientProof = match form.client.try_into() {
        Ok(proof) => proof,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let scope = form.scope.as_deref();
    Ok(match form.grant_type.as_str() {
        "authorization_code" => match (form.code, form.code_verifier, form.redirect_uri) {
            (Some(code), Some(verifier), Some(uri)) => {
                let code = (code.expose().as_str(), verifier.expose().as_str());
                actions::exchange(cx, tokens, &proof, code, &uri).await?
            }
            _ => Err(Refusal::InvalidRequest),
        },
        "refresh_token" => match form.refresh_token {
            Some(old) => actions::refresh(cx, tokens, &proof, old.expose(), scope).await?,
            None => Err(Refusal::InvalidRequest),
        },
        "client_credentials" if proof.assertion.is_some() => {
            actions::system_token(cx, tokens, &proof, scope, form.resource.as_deref()).await?
        }
        "client_credentials" => Err(Refusal::InvalidRequest),
        _ => Err(Refusal::UnsupportedGrantType),
    })
}

/// What a token of the asking client stands for
///
/// Only for confidential clients, and only about their own tokens (RFC 7662).
#[utoipa::path(
    operation_id = "identity_introspect_token",
    tag = "identity",
    security(()),
    extensions(("x-rate-limit" = json!("token"))),
    request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = IntrospectionBody, description = "Whether it works, and for what."),
        (status = 400, body = OAuthError, description = "`invalid_request` (RFC 6749, 5.2)."),
        (status = 401, body = OAuthError, description = "`invalid_client` (RFC 6749, 5.2).")
    )
)]
#[post("/v1/oauth/introspect")]
pub(super) async fn introspect(
    cx: Cx,
    tokens: Data<Tokens>,
    posted: Posted<TokenQuestion>,
) -> Result<HttpResponse, Failure> {
    let found = match form(posted)?.and_then(TokenQuestion::into_parts) {
        Ok((proof, asked)) => actions::introspect(&cx, &tokens, &proof, asked.expose()).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(found.map_or_else(HttpResponse::from, |found| {
        HttpResponse::Ok().json(IntrospectionBody::new(found, tokens.issuer()))
    }))
}

/// Ends the session of a token
///
/// All of its refresh tokens work no more (RFC 7009). A token that is unknown, or another client's,
/// is answered like one that was revoked.
#[utoipa::path(
    operation_id = "identity_revoke_token",
    tag = "identity",
    security(()),
    extensions(("x-rate-limit" = json!("token"))),
    request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Its session has ended."),
        (status = 400, body = OAuthError, description = "`invalid_request` (RFC 6749, 5.2) or \
         `unsupported_token_type` (RFC 7009, 2.2.1)."),
        (status = 401, body = OAuthError, description = "`invalid_client` (RFC 6749, 5.2).")
    )
)]
#[post("/v1/oauth/revoke")]
pub(super) async fn revoke(
    cx: Cx,
    tokens: Data<Tokens>,
    posted: Posted<TokenQuestion>,
) -> Result<HttpResponse, Failure> {
    let revoked = match form(posted)?.and_then(TokenQuestion::into_parts) {
        Ok((proof, ended)) => actions::revoke(&cx, &tokens, &proof, ended.expose()).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(revoked.map_or_else(HttpResponse::from, |()| HttpResponse::Ok().finish()))
}

/// Claims about the person who signed in
#[utoipa::path(
    operation_id = "identity_get_userinfo",
    tag = "identity",
    security(("openid" = ["openid"])),
    responses((
        status = 200, body = UserinfoBody,
        description = "What the scopes of the token tell (OpenID Connect Core, 5.3)."
    ))
)]
#[get("/v1/oauth/userinfo")]
pub(super) async fn get_userinfo(cx: Cx, caller: EndUser) -> Result<Json<UserinfoBody>, Failure> {
    Ok(Json(actions::userinfo(&cx, &caller).await?.into()))
}

/// Claims about the person who signed in, for clients that post
#[utoipa::path(
    operation_id = "identity_post_userinfo",
    tag = "identity",
    security(("openid" = ["openid"])),
    responses((
        status = 200, body = UserinfoBody,
        description = "What the scopes of the token tell (OpenID Connect Core, 5.3)."
    ))
)]
#[post("/v1/oauth/userinfo")]
pub(super) async fn post_userinfo(cx: Cx, caller: EndUser) -> Result<Json<UserinfoBody>, Failure> {
    Ok(Json(actions::userinfo(&cx, &caller).await?.into()))
}
