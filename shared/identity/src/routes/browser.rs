//! What pages and browsers have in common: the cookie, redirects, and the end of a way.

use actix_web::{HttpRequest, HttpResponse, http::header};
use citygate_kernel::Masked;
use citygate_platform::Cx;

use crate::{
    actions::Cookie,
    pages::{Notice, PageAnswer},
    tokens::Tokens,
};

/// A page that says what cannot go on.
pub(super) fn dead_end(cx: &Cx, notice: Notice) -> HttpResponse {
    PageAnswer::dead_end(cx.locale, notice).into()
}

/// A redirect that turns a POST into a GET (RFC 9700, 4.12).
pub(super) fn see_other(uri: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, uri))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// The name of the cookie. The prefix makes browsers insist on TLS, this host and this path (RFC
/// 6265bis, 4.1.3); without TLS, for trying out, they would not keep it.
fn cookie_name(tokens: &Tokens) -> &'static str {
    if is_secure(tokens) { "__Host-citygate" } else { "citygate" }
}

fn is_secure(tokens: &Tokens) -> bool {
    tokens.issuer().starts_with("https:")
}

/// The cookie that a browser sends.
pub(super) fn cookie_of(request: &HttpRequest, tokens: &Tokens) -> Option<Cookie> {
    let cookies = request.headers().get_all(header::COOKIE);
    let mut pairs = cookies.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    let value = pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie_name(tokens)).then(|| value.to_owned())
    });
    value.map(|value| Cookie(Masked::new(value)))
}

/// Gives the browser its cookie, or takes it away. It ends with the browser.
pub(super) fn set_cookie(answer: &mut HttpResponse, tokens: &Tokens, cookie: Option<&Cookie>) {
    let attributes = if is_secure(tokens) { "; Secure" } else { "" };
    let (value, ends) = match cookie {
        Some(cookie) => (cookie.0.expose().as_str(), ""),
        None => ("", "; Max-Age=0"),
    };
    let name = cookie_name(tokens);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{attributes}{ends}");
    if let Ok(value) = header::HeaderValue::from_str(&text) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie_from(issuer: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), issuer).unwrap();
        let mut answer = HttpResponse::Ok().finish();
        set_cookie(&mut answer, &tokens, Some(&Cookie(Masked::new("x".to_owned()))));
        set_cookie(&mut answer, &tokens, None);
        let set = answer.headers().get_all(header::SET_COOKIE);
        set.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn behind_tls_the_cookie_is_bound_to_it_and_to_the_host() {
        assert_eq!(
            cookie_from("https://city.example"),
            "__Host-citygate=x; Path=/; HttpOnly; SameSite=Lax; Secure\n\
             __Host-citygate=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
        assert_eq!(
            cookie_from("http://127.0.0.1:8080"),
            "citygate=x; Path=/; HttpOnly; SameSite=Lax\n\
             citygate=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }
}
