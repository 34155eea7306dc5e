//! Signing out from a client (OpenID Connect RP-Initiated Logout).

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Form, Query},
};
use citygate_kernel::Masked;
use citygate_platform::{Cx, http::Failure};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::browser::{cookie_of, dead_end, see_other, set_cookie};
use crate::{
    actions::{self, LogOut, LoggedOut},
    pages::{END_SESSION_PATH, Notice, PageAnswer, is_cross_site, page_locale},
    tokens::Tokens,
};

/// What a client says when it signs somebody out (OpenID Connect RP-Initiated Logout, 2).
#[derive(Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = EndSessionRequest)]
pub(super) struct LogOutParameters {
    /// An ID token of the session; it may have expired.
    #[serde(default)]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    id_token_hint: Option<Masked<String>>,
    /// The client, where there is no ID token.
    #[serde(default)]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    client_id: Option<String>,
    /// Where to go then; one of those that are registered.
    #[serde(default)]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    post_logout_redirect_uri: Option<String>,
    /// Comes back with the redirect.
    #[serde(default)]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    state: Option<String>,
    /// The languages of the page, the best one first.
    #[serde(default)]
    #[param(required = false, value_type = String)]
    #[schema(required = false, value_type = String)]
    ui_locales: Option<String>,
}

/// Signs somebody out who comes from a client
///
/// Without an ID token of whoever is signed in here, the person is asked: anybody can make such a
/// link.
#[utoipa::path(
    operation_id = "identity_get_end_session",
    tag = "identity",
    security(()),
    params(LogOutParameters),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "Signed out, or \
         a page that asks."),
        (status = 303, description = "Signed out, and back to the client."),
        (status = 400, content_type = "text/html", body = String, description = "The query is \
         malformed.")
    )
)]
#[get("/v1/oauth/end-session")]
pub(super) async fn get_end_session(
    cx: Cx,
    tokens: Data<Tokens>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    match Query::<LogOutParameters>::from_query(request.query_string()) {
        Ok(said) => end_session(cx, &tokens, &request, said.into_inner(), false).await,
        Err(_) => Ok(dead_end(&cx, Notice::Malformed)),
    }
}

/// The same, posted: by a client, or by the page that asks.
#[derive(Deserialize, ToSchema)]
#[schema(as = EndSessionForm)]
pub(super) struct LogOutForm {
    #[serde(flatten)]
    said: LogOutParameters,
    /// `yes` on the page that asks.
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    confirmed: Option<String>,
}

/// Signs somebody out
#[utoipa::path(
    operation_id = "identity_post_end_session",
    tag = "identity",
    security(()),
    request_body(content = LogOutForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String, description = "Signed out, or \
         a page that asks."),
        (status = 303, description = "Signed out, and back to the client."),
        (status = 400, content_type = "text/html", body = String, description = "The form is \
         malformed.")
    )
)]
#[post("/v1/oauth/end-session")]
pub(super) async fn post_end_session(
    cx: Cx,
    tokens: Data<Tokens>,
    request: HttpRequest,
    posted: Result<Form<LogOutForm>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let Ok(form) = posted else { return Ok(dead_end(&cx, Notice::Malformed)) };
    let form = form.into_inner();
    // A client may post from its own site; only our page may say that the person was asked.
    let own = !is_cross_site(&request, tokens.issuer());
    let confirmed = own && form.confirmed.as_deref() == Some("yes");
    end_session(cx, &tokens, &request, form.said, confirmed).await
}

async fn end_session(
    cx: Cx,
    tokens: &Tokens,
    request: &HttpRequest,
    said: LogOutParameters,
    confirmed: bool,
) -> Result<HttpResponse, Failure> {
    let locale = page_locale(said.ui_locales.as_deref(), cx.locale);
    let wish = LogOut {
        id_token_hint: said.id_token_hint,
        client_id: said.client_id,
        post_logout_redirect_uri: said.post_logout_redirect_uri,
        state: said.state,
        confirmed,
    };
    let cookie = cookie_of(request, tokens);
    let mut answer = match actions::log_out(&cx, tokens, &wish, cookie.as_ref()).await? {
        LoggedOut::Ask => {
            let carried = [
                ("client_id", wish.client_id),
                ("post_logout_redirect_uri", wish.post_logout_redirect_uri),
                ("state", wish.state),
            ];
            return Ok(PageAnswer::sign_out(locale, END_SESSION_PATH, &carried).into());
        }
        LoggedOut::Done(Some(uri)) => see_other(&uri),
        LoggedOut::Done(None) => PageAnswer::signed_out(locale).into(),
    };
    set_cookie(&mut answer, tokens, None);
    Ok(answer)
}
