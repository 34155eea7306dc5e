//! Handlers of passkeys.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json, Path},
};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    http::{Body, Failure},
    problems,
};

use crate::{
    actions,
    caller::Citizen,
    error::Error,
    methods::SignInMethods,
    model::PasskeyId,
    oauth::TokenBody,
    tokens::Tokens,
    visitor::Visitor,
    wire::{
        AddPasskeyBody, CeremonyBody, PasskeyBody, PasskeySignInBody, PasskeysBody,
        RenamePasskeyBody,
    },
};

/// Begins a sign-in with a passkey
///
/// The options are for `navigator.credentials.get`; nobody has to say who they are.
#[utoipa::path(
    operation_id = "identity_begin_passkey_sign_in",
    tag = "identity",
    security(()),
    responses(
        (status = 200, body = CeremonyBody, description = "What to ask the authenticator."),
        (status = 422, description = "`identity.passkeys_unavailable`")
    )
)]
#[post("/v1/sign-in/passkey/options")]
pub(super) async fn begin_passkey_sign_in(
    cx: Cx,
    methods: Data<SignInMethods>,
) -> Result<Json<CeremonyBody>, Failure> {
    Ok(Json(actions::begin_sign_in(&cx, &methods).await?.into()))
}

/// Exchanges the answer of an authenticator for tokens
#[utoipa::path(
    operation_id = "identity_sign_in_with_passkey",
    tag = "identity",
    security(()),
    request_body = PasskeySignInBody,
    responses(
        (status = 200, body = TokenBody, description = "Signed in, with two factors in one."),
        (status = 401, description = "`identity.passkey_refused`"),
        (status = 422, description = "`identity.passkeys_unavailable`")
    )
)]
#[post("/v1/sign-in/passkey")]
pub(super) async fn sign_in_with_passkey(
    cx: Cx,
    tokens: Data<Tokens>,
    methods: Data<SignInMethods>,
    visitor: Visitor,
    body: Body<PasskeySignInBody>,
) -> Result<Json<TokenBody>, Failure> {
    let credential = body.credential.to_credential().ok_or(Error::PasskeyRefused)?;
    let (ways, ceremony) = ((&**tokens, &**methods), body.ceremony);
    let granted = actions::sign_in_with_passkey(&cx, ways, &visitor, ceremony, &credential).await?;
    Ok(Json(granted.into()))
}

/// Begins to make a passkey for the account
///
/// The options are for `navigator.credentials.create`.
#[utoipa::path(
    operation_id = "identity_begin_passkey_registration",
    tag = "identity",
    security(("citizen" = [])),
    responses(
        (status = 200, body = CeremonyBody, description = "What to ask the authenticator."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)"),
        (status = 422, description = "`identity.passkeys_unavailable`, \
         `identity.passkeys_too_many`")
    )
)]
#[post("/v1/me/passkey-options")]
pub(super) async fn begin_passkey_registration(
    cx: Cx,
    methods: Data<SignInMethods>,
    citizen: Citizen,
) -> Result<Json<CeremonyBody>, Failure> {
    Ok(Json(actions::begin_registration(&cx, &methods, &citizen).await?.into()))
}

/// Adds a passkey to the account
///
/// The ceremony is answered once: a repetition adds nothing.
#[utoipa::path(
    operation_id = "identity_add_passkey",
    tag = "identity",
    security(("citizen" = [])),
    request_body = AddPasskeyBody,
    responses(
        (status = 201, body = PasskeyBody, description = "It signs in from now on."),
        (status = 401, description = "`identity.passkey_refused`, `identity.sign_in_too_old` \
         (RFC 9470)"),
        (status = 422, description = "`identity.passkeys_unavailable`")
    )
)]
#[post("/v1/me/passkeys")]
pub(super) async fn add_passkey(
    cx: Cx,
    methods: Data<SignInMethods>,
    citizen: Citizen,
    body: Body<AddPasskeyBody>,
) -> Result<HttpResponse, Failure> {
    let credential = body.credential.to_credential().ok_or(Error::PasskeyRefused)?;
    let made = (body.ceremony, &credential);
    let added = actions::add_passkey(&cx, &methods, &citizen, made, &body.name).await?;
    Ok(HttpResponse::Created().json(PasskeyBody::from(added)))
}

/// The citizen's passkeys
#[utoipa::path(
    operation_id = "identity_list_passkeys",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = PasskeysBody, description = "All of them."))
)]
#[get("/v1/me/passkeys")]
pub(super) async fn list_passkeys(cx: Cx, citizen: Citizen) -> Result<Json<PasskeysBody>, Failure> {
    Ok(Json(actions::passkeys(&cx, &citizen).await?.into()))
}

/// Gives a passkey another name
#[utoipa::path(
    operation_id = "identity_rename_passkey",
    tag = "identity",
    security(("citizen" = [])),
    params(("passkey_id" = PasskeyId, Path)),
    request_body = RenamePasskeyBody,
    responses(
        (status = 204, description = "It has this name."),
        (status = 404, description = "`request.not_found`")
    )
)]
#[patch("/v1/me/passkeys/{passkey_id}")]
pub(super) async fn rename_passkey(
    cx: Cx,
    citizen: Citizen,
    passkey: Path<PasskeyId>,
    body: Body<RenamePasskeyBody>,
) -> Result<HttpResponse, Failure> {
    found(actions::rename_passkey(&cx, &citizen, passkey.into_inner(), &body.name).await?)
}

/// Takes a passkey away
#[utoipa::path(
    operation_id = "identity_delete_passkey",
    tag = "identity",
    security(("citizen" = [])),
    params(("passkey_id" = PasskeyId, Path)),
    responses(
        (status = 204, description = "It signs in no more."),
        (status = 401, description = "`identity.sign_in_too_old` (RFC 9470)"),
        (status = 404, description = "`request.not_found`")
    )
)]
#[delete("/v1/me/passkeys/{passkey_id}")]
pub(super) async fn delete_passkey(
    cx: Cx,
    citizen: Citizen,
    passkey: Path<PasskeyId>,
) -> Result<HttpResponse, Failure> {
    found(actions::remove_passkey(&cx, &citizen, passkey.into_inner()).await?)
}

fn found(was_there: bool) -> Result<HttpResponse, Failure> {
    if was_there {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Problem::new(&problems::NOT_FOUND).into())
}
