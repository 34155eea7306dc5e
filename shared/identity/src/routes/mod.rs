//! Handlers of identity.

use std::sync::Arc;

use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Form, Json},
};
use citygate_kernel::Problem;
use citygate_notify::{Owner, WebhookSettings};
use citygate_platform::{
    Cx, Service,
    http::{Body, Failure},
    problems,
};
use jsonwebtoken::jwk::JwkSet;

use crate::{
    actions,
    caller::{Citizen, Partner, Scope},
    demo,
    error::PROBLEMS,
    oauth::{JWT_BEARER, OAuthError, Refusal, TokenBody, TokenRequest},
    rules::CODE_LIFE,
    tokens::Tokens,
    wire::{
        CodeSentBody, ProfileBody, PutWebhookBody, RealNameBody, SendCodeBody, SignInBody,
        WebhookBody,
    },
};

/// Identity as a part of the city.
pub fn service(tokens: Tokens, webhooks: WebhookSettings) -> Service {
    let mut service = Service::new("identity", PROBLEMS, |routes| {
        routes
            .service(send_code)
            .service(sign_in)
            .service(sign_out)
            .service(get_me)
            .service(put_real_name)
            .service(token)
            .service(get_webhook)
            .service(put_webhook)
            .service(get_jwks);
    });
    // Every service asks who calls, also in a process that does not answer for identity.
    service.state = Arc::new(move |app| {
        app.app_data(Data::new(tokens.clone())).app_data(Data::new(webhooks));
    });
    service.about = "Who somebody is: sign-in, real names, and the systems of agencies.";
    service.demo = Some(demo::seed);
    service
}

/// Sends a one-time code by mail
///
/// An address that has no account gets a letter like any other: signing in for the first time is
/// signing up.
#[utoipa::path(
    operation_id = "identity_send_code",
    tag = "identity",
    security(()),
    request_body = SendCodeBody,
    responses(
        (status = 202, body = CodeSentBody, description = "A letter is on its way."),
        (status = 422, description = "`identity.city_unknown`"),
        (status = 429, description = "`identity.code_too_soon`")
    )
)]
#[post("/v1/sign-in/codes")]
async fn send_code(cx: Cx, body: Body<SendCodeBody>) -> Result<HttpResponse, Failure> {
    actions::send_code(&cx, &body.email, body.city).await?;
    Ok(HttpResponse::Accepted().json(CodeSentBody { expires_in: CODE_LIFE.num_seconds() }))
}

/// Exchanges a one-time code for tokens
#[utoipa::path(
    operation_id = "identity_sign_in",
    tag = "identity",
    security(()),
    request_body = SignInBody,
    responses(
        (status = 200, body = TokenBody, description = "Signed in."),
        (status = 401, description = "`identity.code_refused`")
    )
)]
#[post("/v1/sign-in")]
async fn sign_in(
    cx: Cx,
    tokens: Data<Tokens>,
    body: Body<SignInBody>,
) -> Result<Json<TokenBody>, Failure> {
    let code = &body.code.expose().0;
    let granted = actions::sign_in(&cx, &tokens, &body.email, code).await?;
    Ok(Json(granted.into()))
}

/// Ends the session of the access token
#[utoipa::path(
    operation_id = "identity_sign_out",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 204, description = "Its refresh tokens work no more."))
)]
#[post("/v1/sign-out")]
async fn sign_out(cx: Cx, citizen: Citizen) -> Result<HttpResponse, Failure> {
    actions::sign_out(&cx, citizen.account, citizen.session).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller's own account
#[utoipa::path(
    operation_id = "identity_get_me",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = ProfileBody, description = "What is personal is masked."))
)]
#[get("/v1/me")]
async fn get_me(cx: Cx, citizen: Citizen) -> Result<Json<ProfileBody>, Failure> {
    Ok(Json(actions::profile(&cx, citizen.account).await?.into()))
}

/// Gives the account a real name
///
/// Refresh the tokens afterwards: the new access token carries the real name.
#[utoipa::path(
    operation_id = "identity_put_real_name",
    tag = "identity",
    security(("citizen" = [])),
    request_body = RealNameBody,
    responses(
        (status = 200, body = ProfileBody, description = "The account has this real name."),
        (status = 409, description = "`identity.real_name_settled`, `identity.real_name_refused`")
    )
)]
#[put("/v1/me/real-name")]
async fn put_real_name(
    cx: Cx,
    citizen: Citizen,
    body: Body<RealNameBody>,
) -> Result<Json<ProfileBody>, Failure> {
    let name = body.name.expose().as_str();
    let profile = actions::set_real_name(&cx, citizen.account, name, &body.id_number).await?;
    Ok(Json(profile.into()))
}

/// The OAuth token endpoint
///
/// Systems exchange a signed assertion (`client_credentials` with `private_key_jwt`, RFC 7523),
/// citizens a refresh token, which works once (RFC 6749, 6).
#[utoipa::path(
    operation_id = "identity_token",
    tag = "identity",
    security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenBody, description = "Tokens."),
        (status = 400, body = OAuthError, description = "`invalid_request`, `invalid_grant` or \
         `unsupported_grant_type` (RFC 6749, 5.2)."),
        (status = 401, body = OAuthError, description = "`invalid_client` (RFC 6749, 5.2).")
    )
)]
#[post("/v1/oauth/token")]
async fn token(
    cx: Cx,
    tokens: Data<Tokens>,
    form: Result<Form<TokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let form = match form {
        Ok(form) => form.into_inner(),
        Err(error) if error.as_response_error().status_code() == 415 => {
            return Err(Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE).into());
        }
        Err(_) => return Ok(Refusal::InvalidRequest.into()),
    };
    let granted = match form.grant_type.as_str() {
        "refresh_token" => match form.refresh_token {
            Some(refresh) => {
                actions::refresh(&cx, &tokens, &refresh).await?.ok_or(Refusal::InvalidGrant)
            }
            None => Err(Refusal::InvalidRequest),
        },
        "client_credentials" => {
            match (form.client_assertion, form.client_assertion_type.as_deref()) {
                (Some(assertion), Some(JWT_BEARER)) => {
                    actions::assertion_token(&cx, &tokens, &assertion, form.scope.as_deref())
                        .await?
                        .ok_or(Refusal::InvalidClient)
                }
                _ => Err(Refusal::InvalidRequest),
            }
        }
        _ => Err(Refusal::UnsupportedGrantType),
    };
    Ok(granted.map_or_else(HttpResponse::from, |granted| {
        HttpResponse::Ok().json(TokenBody::from(granted))
    }))
}

/// May set and read its agency's webhook.
struct WebhooksWrite;
impl Scope for WebhooksWrite {
    const NAME: &'static str = "webhooks:write";
}

/// Where the agency wants to be told
#[utoipa::path(
    operation_id = "identity_get_webhook",
    tag = "identity",
    security(("partner" = ["webhooks:write"])),
    responses(
        (status = 200, body = WebhookBody, description = "The webhook, without its secret."),
        (status = 404, description = "`request.not_found`: none is set.")
    )
)]
#[get("/v1/partner/webhook")]
async fn get_webhook(
    cx: Cx,
    partner: Partner<WebhooksWrite>,
) -> Result<Json<WebhookBody>, Failure> {
    let webhook = actions::webhook(&cx, owner(&partner)).await?;
    let webhook = webhook.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    Ok(Json(webhook.into()))
}

/// Sets where the agency wants to be told
///
/// Deliveries follow Standard Webhooks and are signed with the secret of the answer, which is new
/// each time and shown once.
#[utoipa::path(
    operation_id = "identity_put_webhook",
    tag = "identity",
    security(("partner" = ["webhooks:write"])),
    request_body = PutWebhookBody,
    responses(
        (status = 200, body = WebhookBody, description = "The webhook with its secret."),
        (status = 422, description = "`notify.webhook_url_refused`")
    )
)]
#[put("/v1/partner/webhook")]
async fn put_webhook(
    cx: Cx,
    partner: Partner<WebhooksWrite>,
    rules: Data<WebhookSettings>,
    body: Body<PutWebhookBody>,
) -> Result<Json<WebhookBody>, Failure> {
    let secret = actions::put_webhook(&cx, &rules, owner(&partner), &body.url).await?;
    Ok(Json(WebhookBody::set(body.into_inner().url, secret)))
}

fn owner(partner: &Partner<WebhooksWrite>) -> Owner {
    Owner { city: partner.city, id: partner.agency_id() }
}

/// The keys that verify the city's tokens
#[utoipa::path(
    operation_id = "identity_get_jwks",
    tag = "identity",
    security(()),
    responses((status = 200, body = serde_json::Value, description = "A JWK set (RFC 7517)."))
)]
#[get("/.well-known/jwks.json")]
async fn get_jwks(tokens: Data<Tokens>) -> Json<JwkSet> {
    Json(tokens.jwks().clone())
}
