//! The pages that people see: the authorization endpoint, and what follows it.
//!
//! Each answers with a page or a redirect, also when something is wrong: who looks at it is a
//! person with a browser.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Form, Query},
};
use citygate_kernel::{Locale, Masked};
use citygate_platform::{Cx, http::Failure};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::browser::{cookie_of, dead_end, see_other, set_cookie};
use crate::{
    actions::{self, CodeProof, Decision, Next},
    error::Error,
    methods::SignInMethods,
    model::{ChallengeId, CodeAddress},
    oauth::AuthorizationParameters,
    pages::{Notice, PageAnswer, is_cross_site, page_locale},
    tokens::Tokens,
    visitor::Visitor,
};

/// Signs in to a client
///
/// The authorization endpoint (RFC 6749, 3.1): shows the sign-in and consent pages, or goes back to
/// the client at once. What the client has to learn is in the query of the redirect; what is wrong
/// with the client or its redirect URI only the person learns.
#[utoipa::path(
    operation_id = "identity_authorize",
    tag = "identity",
    security(()),
    params(AuthorizationParameters),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "A page."),
        (status = 303, description = "Back to the client, with `code` or `error`, `state` and \
         `iss`."),
        (status = 400, content_type = "text/html", body = String, description = "The client or \
         its redirect URI is not registered.")
    )
)]
#[get("/v1/oauth/authorize")]
pub(super) async fn authorize(
    cx: Cx,
    tokens: Data<Tokens>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let Some(said) = query(&request) else { return Ok(dead_end(&cx, Notice::Malformed)) };
    let cookie = cookie_of(&request, &tokens);
    let next = actions::authorize(&cx, &tokens, &said, cookie.as_ref()).await?;
    show(&cx, &said, next).await
}

/// Signs in to a client that posts its request
#[utoipa::path(
    operation_id = "identity_post_authorization_request",
    tag = "identity",
    security(()),
    request_body(
        content = AuthorizationParameters, content_type = "application/x-www-form-urlencoded"
    ),
    responses(
        (status = 303, description = "To the same request as a link."),
        (status = 400, content_type = "text/html", body = String, description = "The form is \
         malformed.")
    )
)]
#[post("/v1/oauth/authorize")]
pub(super) async fn post_authorization_request(
    cx: Cx,
    posted: Result<Form<AuthorizationParameters>, actix_web::Error>,
) -> HttpResponse {
    match posted {
        Ok(said) => see_other(&said.link("/v1/oauth/authorize")),
        Err(_) => dead_end(&cx, Notice::Malformed),
    }
}

/// The form of the page that asks for an address.
#[derive(Deserialize, ToSchema)]
#[schema(as = AddressForm)]
pub(super) struct AddressForm {
    /// A mail address or a telephone number.
    #[schema(value_type = String)]
    address: Masked<String>,
}

/// Sends a code to the address on the sign-in page
#[utoipa::path(
    operation_id = "identity_send_code_on_page",
    tag = "identity",
    security(()),
    params(AuthorizationParameters),
    request_body(content = AddressForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "The page that \
         asks for the code."),
        (status = 400, content_type = "text/html", body = String, description = "The client or \
         its redirect URI is not registered, or the form is malformed."),
        (status = 403, content_type = "text/html", body = String, description = "The form comes \
         from another site."),
        (status = 422, content_type = "text/html", body = String, description = "The address is \
         none."),
        (status = 429, content_type = "text/html", body = String, description = "A code was sent \
         recently.")
    )
)]
#[post("/v1/oauth/authorize/code")]
pub(super) async fn send_code_on_page(
    cx: Cx,
    (tokens, methods): (Data<Tokens>, Data<SignInMethods>),
    visitor: Visitor,
    request: HttpRequest,
    posted: Result<Form<AddressForm>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let (said, form) = match own_form(&request, &tokens, posted) {
        Ok(own) => own,
        Err(notice) => return Ok(dead_end(&cx, notice)),
    };
    let cx = in_language(cx, &said);
    let Some(asked) = actions::asked(&cx, &said).await? else {
        return Ok(dead_end(&cx, Notice::NoClient));
    };
    let refused = |notice| PageAnswer::address(&asked, cx.locale, Some(notice)).into();
    let text = form.address.expose().trim();
    let Ok(address) = text.parse::<CodeAddress>() else {
        return Ok(refused(Notice::AddressRefused));
    };
    match actions::send_code(&cx, &methods, &visitor, &address, asked.client.city).await {
        Ok(sent) => {
            let challenge = sent.challenge.to_string();
            Ok(PageAnswer::code(&asked, cx.locale, (text, &challenge), None).into())
        }
        Err(Error::CodeTooSoon(_)) => Ok(refused(Notice::CodeTooSoon)),
        Err(Error::PhoneCountryRefused) => Ok(refused(Notice::AddressRefused)),
        Err(other) => Err(other.into()),
    }
}

/// The form of the page that asks for the code.
#[derive(Deserialize, ToSchema)]
#[schema(as = CodeForm)]
pub(super) struct CodeForm {
    /// Where the code went; to be shown again.
    #[schema(value_type = String)]
    address: Masked<String>,
    /// The flow that asked for the code.
    #[schema(value_type = String)]
    challenge: Masked<String>,
    /// Six digits.
    #[schema(value_type = String)]
    code: Masked<String>,
}

/// Signs in with the code on the sign-in page
#[utoipa::path(
    operation_id = "identity_sign_in_on_page",
    tag = "identity",
    security(()),
    params(AuthorizationParameters),
    request_body(content = CodeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "The consent \
         page, and the browser is signed in."),
        (status = 303, description = "Back to the client, and the browser is signed in."),
        (status = 400, content_type = "text/html", body = String, description = "The client or \
         its redirect URI is not registered, or the form is malformed."),
        (status = 403, content_type = "text/html", body = String, description = "The form comes \
         from another site."),
        (status = 422, content_type = "text/html", body = String, description = "The code is \
         refused.")
    )
)]
#[post("/v1/oauth/authorize/sign-in")]
pub(super) async fn sign_in_on_page(
    cx: Cx,
    tokens: Data<Tokens>,
    visitor: Visitor,
    request: HttpRequest,
    posted: Result<Form<CodeForm>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let (said, form) = match own_form(&request, &tokens, posted) {
        Ok(own) => own,
        Err(notice) => return Ok(dead_end(&cx, notice)),
    };
    let cx = in_language(cx, &said);
    let challenge = form.challenge.expose();
    let signed_in = match challenge.parse::<ChallengeId>() {
        Ok(id) => {
            let code = form.code.expose().trim();
            let proof = CodeProof { challenge: id, code, password: None };
            actions::sign_in_browser(&cx, &tokens, &said, &visitor, &proof).await?
        }
        Err(_) => None,
    };
    let Some((cookie, next)) = signed_in else {
        let Some(asked) = actions::asked(&cx, &said).await? else {
            return Ok(dead_end(&cx, Notice::NoClient));
        };
        let sent = (form.address.expose().as_str(), challenge.as_str());
        return Ok(PageAnswer::code(&asked, cx.locale, sent, Some(Notice::CodeRefused)).into());
    };
    let mut answer = show(&cx, &said, next).await?;
    set_cookie(&mut answer, &tokens, Some(&cookie));
    Ok(answer)
}

/// The form of the consent page.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConsentForm)]
pub(super) struct ConsentForm {
    /// From the page.
    #[schema(value_type = String)]
    token: Masked<String>,
    decision: DecisionField,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentDecision)]
pub(super) enum DecisionField {
    Allow,
    Deny,
    Switch,
}

/// Answers the consent page
#[utoipa::path(
    operation_id = "identity_decide_on_page",
    tag = "identity",
    security(()),
    params(AuthorizationParameters),
    request_body(content = ConsentForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "A page, where \
         the answer does not fit what was asked, or somebody else wants to sign in."),
        (status = 303, description = "Back to the client, with `code` or `error`, `state` and \
         `iss`."),
        (status = 400, content_type = "text/html", body = String, description = "The client or \
         its redirect URI is not registered, or the form is malformed."),
        (status = 403, content_type = "text/html", body = String, description = "The form comes \
         from another site.")
    )
)]
#[post("/v1/oauth/authorize/consent")]
pub(super) async fn decide_on_page(
    cx: Cx,
    tokens: Data<Tokens>,
    request: HttpRequest,
    posted: Result<Form<ConsentForm>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let (said, form) = match own_form(&request, &tokens, posted) {
        Ok(own) => own,
        Err(notice) => return Ok(dead_end(&cx, notice)),
    };
    let decision = match form.decision {
        DecisionField::Allow => Decision::Allow,
        DecisionField::Deny => Decision::Deny,
        DecisionField::Switch => Decision::Switch,
    };
    let (cookie, token) = (cookie_of(&request, &tokens), form.token.expose());
    let next = actions::decide(&cx, &tokens, &said, cookie.as_ref(), (decision, token)).await?;
    show(&cx, &said, next).await
}

/// The page or redirect that comes next.
pub(super) async fn show(
    cx: &Cx,
    said: &AuthorizationParameters,
    next: Next,
) -> Result<HttpResponse, Failure> {
    let locale = page_locale(said.ui_locales.as_deref(), cx.locale);
    Ok(match next {
        Next::NoClient => PageAnswer::dead_end(locale, Notice::NoClient).into(),
        Next::SignIn(asked) => PageAnswer::address(&asked, locale, None).into(),
        Next::Consent { asked, account, scopes, token } => {
            let email = actions::masked_email(cx, account).await?;
            PageAnswer::consent(&asked, locale, &email, &scopes, token.expose()).into()
        }
        Next::Redirect(uri) => see_other(&uri),
    })
}

/// The parameters in the query of a page. None where one is there twice (RFC 6749, 3.1).
fn query(request: &HttpRequest) -> Option<AuthorizationParameters> {
    let said = Query::<AuthorizationParameters>::from_query(request.query_string()).ok()?;
    Some(said.into_inner())
}

/// A form of our own page, with the request that it carries on.
pub(super) fn own_form<T: DeserializeOwned>(
    request: &HttpRequest,
    tokens: &Tokens,
    posted: Result<Form<T>, actix_web::Error>,
) -> Result<(AuthorizationParameters, T), Notice> {
    if is_cross_site(request, tokens.issuer()) {
        return Err(Notice::CrossSite);
    }
    let said = query(request).ok_or(Notice::Malformed)?;
    let form = posted.map_err(|_| Notice::Malformed)?;
    Ok((said, form.into_inner()))
}

/// The context with the language that the client has asked for, also for letters.
pub(super) fn in_language(cx: Cx, said: &AuthorizationParameters) -> Cx {
    let locale: Locale = page_locale(said.ui_locales.as_deref(), cx.locale);
    Cx { locale, ..cx }
}
