//! Handlers of a citizen's own telephone number and password.

use actix_web::{
    HttpResponse, delete, get, post, put,
    web::{Data, Json},
};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions,
    caller::Citizen,
    methods::SignInMethods,
    visitor::Visitor,
    wire::{
        CodeSentBody, OwnMethodsBody, PasswordBody, PhoneBody, PhoneCodeBody, PutPasswordBody,
        PutPhoneBody,
    },
};

/// The citizen's ways to sign in
#[utoipa::path(
    operation_id = "identity_get_sign_in_methods",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = OwnMethodsBody, description = "Besides codes by mail."))
)]
#[get("/v1/me/sign-in-methods")]
pub(super) async fn get_sign_in_methods(
    cx: Cx,
    citizen: Citizen,
) -> Result<Json<OwnMethodsBody>, Failure> {
    Ok(Json(actions::own_methods(&cx, &citizen).await?.into()))
}

/// Sends a code to a number that the citizen wants to add
#[utoipa::path(
    operation_id = "identity_send_phone_code",
    tag = "identity",
    security(("citizen" = [])),
    request_body = PhoneCodeBody,
    responses(
        (status = 202, body = CodeSentBody, description = "A short message is on its way."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)"),
        (status = 422, description = "`identity.phone_country_refused`"),
        (status = 429, description = "`identity.code_too_soon`"),
        (status = 503, description = "`identity.sms_unavailable`")
    )
)]
#[post("/v1/me/phone/codes")]
pub(super) async fn send_phone_code(
    cx: Cx,
    methods: Data<SignInMethods>,
    visitor: Visitor,
    citizen: Citizen,
    body: Body<PhoneCodeBody>,
) -> Result<HttpResponse, Failure> {
    let phone = &body.phone;
    let sent = actions::send_phone_code(&cx, &methods, &visitor, &citizen, phone).await?;
    Ok(HttpResponse::Accepted().json(CodeSentBody::from(sent)))
}

/// Gives the account the number that a code was sent to
///
/// From then on it signs in, too. Another account that had the number loses it.
#[utoipa::path(
    operation_id = "identity_put_phone",
    tag = "identity",
    security(("citizen" = [])),
    request_body = PutPhoneBody,
    responses(
        (status = 200, body = PhoneBody, description = "The account has this number."),
        (status = 401, description = "`identity.code_refused`, `identity.sign_in_too_old` \
         (RFC 9470)")
    )
)]
#[put("/v1/me/phone")]
pub(super) async fn put_phone(
    cx: Cx,
    citizen: Citizen,
    body: Body<PutPhoneBody>,
) -> Result<Json<PhoneBody>, Failure> {
    let code = &body.code.expose().0;
    Ok(Json(actions::set_phone(&cx, &citizen, body.challenge, code).await?.into()))
}

/// Takes the number of the account away
#[utoipa::path(
    operation_id = "identity_delete_phone",
    tag = "identity",
    security(("citizen" = [])),
    responses(
        (status = 204, description = "The account has no number."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)")
    )
)]
#[delete("/v1/me/phone")]
pub(super) async fn delete_phone(cx: Cx, citizen: Citizen) -> Result<HttpResponse, Failure> {
    actions::remove_phone(&cx, &citizen).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives the account a password
///
/// One of 15 characters or more works alone, a shorter one as the second factor beside a code.
#[utoipa::path(
    operation_id = "identity_put_password",
    tag = "identity",
    security(("citizen" = [])),
    request_body = PutPasswordBody,
    responses(
        (status = 200, body = PasswordBody, description = "The account has this password."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)"),
        (status = 422, description = "`identity.password_common`")
    )
)]
#[put("/v1/me/password")]
pub(super) async fn put_password(
    cx: Cx,
    methods: Data<SignInMethods>,
    citizen: Citizen,
    body: Body<PutPasswordBody>,
) -> Result<Json<PasswordBody>, Failure> {
    let password = body.password.expose();
    Ok(Json(actions::set_password(&cx, &methods, &citizen, password).await?.into()))
}

/// Takes the password of the account away
#[utoipa::path(
    operation_id = "identity_delete_password",
    tag = "identity",
    security(("citizen" = [])),
    responses(
        (status = 204, description = "The account has no password."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)")
    )
)]
#[delete("/v1/me/password")]
pub(super) async fn delete_password(cx: Cx, citizen: Citizen) -> Result<HttpResponse, Failure> {
    actions::remove_password(&cx, &citizen).await?;
    Ok(HttpResponse::NoContent().finish())
}
