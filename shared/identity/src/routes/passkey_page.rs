//! Passkeys in the browser: the script, and the sign-in page's form for them.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{Data, Form},
};
use citygate_kernel::Masked;
use citygate_platform::{Cx, http::Failure};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    browser::{dead_end, set_cookie},
    pages::{in_language, own_form, show},
};
use crate::{
    actions,
    methods::SignInMethods,
    oauth::AuthorizationParameters,
    pages::{Notice, PageAnswer},
    tokens::Tokens,
    visitor::Visitor,
    wire::PasskeySignInBody,
};

/// A module of the browser, without parts of others.
const SCRIPT: &str = include_str!("../pages/passkey.js");

/// The script that talks to authenticators
///
/// A module for pages of the same origin: `register(token, name)` and `signIn()`.
#[utoipa::path(
    operation_id = "identity_get_passkey_script",
    tag = "identity",
    security(()),
    responses(
        (status = 200, content_type = "text/javascript", body = String, description = "A module.")
    )
)]
#[get("/v1/sign-in/passkey.js")]
pub(super) async fn get_passkey_script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(SCRIPT)
}

/// The form that the script fills in.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyForm)]
pub(super) struct PasskeyForm {
    /// What `POST /v1/sign-in/passkey` takes, as JSON.
    #[schema(value_type = String)]
    answer: Masked<String>,
}

/// Signs in with a passkey on the sign-in page
#[utoipa::path(
    operation_id = "identity_sign_in_with_passkey_on_page",
    tag = "identity",
    security(()),
    params(AuthorizationParameters),
    request_body(content = PasskeyForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "The consent \
         page, and the browser is signed in."),
        (status = 303, description = "Back to the client, and the browser is signed in."),
        (status = 400, content_type = "text/html", body = String, description = "The client or \
         its redirect URI is not registered, or the form is malformed."),
        (status = 403, content_type = "text/html", body = String, description = "The form comes \
         from another site."),
        (status = 422, content_type = "text/html", body = String, description = "The passkey is \
         refused.")
    )
)]
#[post("/v1/oauth/authorize/passkey")]
pub(super) async fn sign_in_with_passkey_on_page(
    cx: Cx,
    (tokens, methods): (Data<Tokens>, Data<SignInMethods>),
    visitor: Visitor,
    request: HttpRequest,
    posted: Result<Form<PasskeyForm>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let (said, form) = match own_form(&request, &tokens, posted) {
        Ok(own) => own,
        Err(notice) => return Ok(dead_end(&cx, notice)),
    };
    let cx = in_language(cx, &said);
    let answer: Option<PasskeySignInBody> = serde_json::from_str(form.answer.expose()).ok();
    let answer = answer.and_then(|body| Some((body.ceremony, body.credential.to_credential()?)));
    let signed_in = match &answer {
        Some((ceremony, credential)) => {
            let (ways, made) = ((&**tokens, &**methods), (*ceremony, credential));
            actions::sign_in_browser_with_passkey(&cx, ways, &said, &visitor, made).await?
        }
        None => None,
    };
    let Some((cookie, next)) = signed_in else {
        let Some(asked) = actions::asked(&cx, &said).await? else {
            return Ok(dead_end(&cx, Notice::NoClient));
        };
        return Ok(PageAnswer::address(&asked, cx.locale, Some(Notice::PasskeyRefused)).into());
    };
    let mut page = show(&cx, &said, next).await?;
    set_cookie(&mut page, &tokens, Some(&cookie));
    Ok(page)
}
