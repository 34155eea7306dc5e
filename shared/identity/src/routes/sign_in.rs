//! Handlers of signing in to the city's own app.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions::{self, CodeProof},
    caller::Citizen,
    methods::SignInMethods,
    oauth::TokenBody,
    tokens::Tokens,
    visitor::Visitor,
    wire::{CodeSentBody, PasswordSignInBody, SendCodeBody, SignInBody},
};

/// Sends a one-time code by mail or short message
///
/// An address that has no account is answered like any other. A mail goes to it all the same:
/// signing in for the first time is signing up. A short message goes only to a number that somebody
/// has added to an account.
#[utoipa::path(
    operation_id = "identity_send_code",
    tag = "identity",
    security(()),
    request_body = SendCodeBody,
    responses(
        (status = 202, body = CodeSentBody, description = "A message is on its way."),
        (status = 422, description = "`identity.city_unknown`, `identity.phone_country_refused`"),
        (status = 429, description = "`identity.code_too_soon`"),
        (status = 503, description = "`identity.sms_unavailable`")
    )
)]
#[post("/v1/sign-in/codes")]
pub(super) async fn send_code(
    cx: Cx,
    methods: Data<SignInMethods>,
    visitor: Visitor,
    body: Body<SendCodeBody>,
) -> Result<HttpResponse, Failure> {
    let sent = actions::send_code(&cx, &methods, &visitor, &body.address, body.city).await?;
    Ok(HttpResponse::Accepted().json(CodeSentBody::from(sent)))
}

/// Exchanges a one-time code for tokens
///
/// With the account's password besides, the sign-in has two factors.
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
pub(super) async fn sign_in(
    cx: Cx,
    tokens: Data<Tokens>,
    methods: Data<SignInMethods>,
    visitor: Visitor,
    body: Body<SignInBody>,
) -> Result<Json<TokenBody>, Failure> {
    let proof = CodeProof {
        challenge: body.challenge,
        code: &body.code.expose().0,
        password: body.password.as_ref().map(|password| password.expose()),
    };
    let granted = actions::sign_in(&cx, (&**tokens, &**methods), &visitor, &proof).await?;
    Ok(Json(granted.into()))
}

/// Exchanges a password for tokens
///
/// Only a password of 15 characters or more works alone.
#[utoipa::path(
    operation_id = "identity_sign_in_with_password",
    tag = "identity",
    security(()),
    request_body = PasswordSignInBody,
    responses(
        (status = 200, body = TokenBody, description = "Signed in."),
        (status = 401, description = "`identity.password_refused`"),
        (status = 403, description = "`identity.second_factor_required`"),
        (status = 429, description = "`identity.password_too_soon`")
    )
)]
#[post("/v1/sign-in/password")]
pub(super) async fn sign_in_with_password(
    cx: Cx,
    tokens: Data<Tokens>,
    methods: Data<SignInMethods>,
    visitor: Visitor,
    body: Body<PasswordSignInBody>,
) -> Result<Json<TokenBody>, Failure> {
    let (address, password) = (&body.address, body.password.expose());
    let ways = (&**tokens, &**methods);
    let granted = actions::sign_in_with_password(&cx, ways, &visitor, address, password).await?;
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
pub(super) async fn sign_out(cx: Cx, citizen: Citizen) -> Result<HttpResponse, Failure> {
    actions::sign_out(&cx, citizen.account, citizen.session).await?;
    Ok(HttpResponse::NoContent().finish())
}
