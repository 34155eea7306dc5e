//! The pages that people see in a browser: signing in, consent, signing out.
//!
//! They are whole without scripts and fit a phone. The one script, for passkeys, is our own; nothing
//! else is loaded from anywhere. maud escapes every text that is put into them.

mod style;
mod words;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
};
use citygate_kernel::{Locale, Text};
use maud::{DOCTYPE, Markup, html};

pub(crate) use self::words::{Notice, about};
use self::{style::STYLE, words as say};
use crate::{actions::Asked, scopes::meaning};

/// A page on its way out.
pub(crate) struct PageAnswer {
    status: StatusCode,
    locale: Locale,
    markup: Markup,
    /// Where the answer to its form may redirect to.
    leads_to: String,
    /// Whether it loads our script.
    scripted: bool,
}

/// Where the forms of the pages go.
pub(crate) const CODE_PATH: &str = "/v1/oauth/authorize/code";
pub(crate) const SIGN_IN_PATH: &str = "/v1/oauth/authorize/sign-in";
pub(crate) const PASSKEY_PATH: &str = "/v1/oauth/authorize/passkey";
/// The one script that a page loads, and does without.
const PASSKEY_SCRIPT: &str = "/v1/sign-in/passkey.js";
pub(crate) const CONSENT_PATH: &str = "/v1/oauth/authorize/consent";
pub(crate) const END_SESSION_PATH: &str = "/v1/oauth/end-session";

impl PageAnswer {
    /// Asks for the address to which a code is sent.
    pub(crate) fn address(asked: &Asked, locale: Locale, notice: Option<Notice>) -> Self {
        let body = html! {
            (heading(say::SIGN_IN_TO, asked, locale))
            (noticed(notice, locale))
            form method="post" action=(asked.carried.link(CODE_PATH)) {
                label for="address" { (say::ADDRESS.get(locale)) }
                input id="address" name="address" autocomplete="username" inputmode="email"
                    autocapitalize="off" spellcheck="false" maxlength="254" required autofocus;
                button { (say::SEND_CODE.get(locale)) }
            }
            // The script shows it where the browser knows passkeys.
            form method="post" action=(asked.carried.link(PASSKEY_PATH)) data-passkey hidden {
                input type="hidden" name="answer";
                button.second { (say::USE_PASSKEY.get(locale)) }
            }
            p.small { (say::FIRST_TIME.get(locale)) }
            script type="module" src=(PASSKEY_SCRIPT) {}
        };
        let page = Self::new(status(notice), locale, &say::SIGN_IN, body);
        Self { scripted: true, ..page.leading_to(&asked.redirect_uri) }
    }

    /// Asks for the code.
    pub(crate) fn code(
        asked: &Asked,
        locale: Locale,
        (address, challenge): (&str, &str),
        notice: Option<Notice>,
    ) -> Self {
        let body = html! {
            (heading(say::SIGN_IN_TO, asked, locale))
            p { (say::CODE_SENT.get(locale)) " " b { (address) } }
            (noticed(notice, locale))
            form method="post" action=(asked.carried.link(SIGN_IN_PATH)) {
                input type="hidden" name="address" value=(address);
                input type="hidden" name="challenge" value=(challenge);
                label for="code" { (say::CODE.get(locale)) }
                input.code id="code" name="code" inputmode="numeric" autocomplete="one-time-code"
                    pattern="[0-9]{6}" maxlength="6" required autofocus;
                button { (say::SIGN_IN.get(locale)) }
            }
            form method="post" action=(asked.carried.link(CODE_PATH)) {
                input type="hidden" name="address" value=(address);
                button.plain { (say::ANOTHER_CODE.get(locale)) }
            }
        };
        Self::new(status(notice), locale, &say::SIGN_IN, body).leading_to(&asked.redirect_uri)
    }

    /// Asks whether a client may have what it wants.
    pub(crate) fn consent(
        asked: &Asked,
        locale: Locale,
        email_masked: &str,
        scopes: &[String],
        token: &str,
    ) -> Self {
        let meanings: Vec<Text> = scopes.iter().filter_map(|scope| meaning(scope)).collect();
        let body = html! {
            (heading(say::CONTINUE_TO, asked, locale))
            p { (say::SIGNED_IN_AS.get(locale)) " " b { (email_masked) } }
            @if !meanings.is_empty() {
                p { (say::WANTS_TO.get(locale)) }
                ul { @for meaning in &meanings { li { (meaning.get(locale)) } } }
            }
            form method="post" action=(asked.carried.link(CONSENT_PATH)) {
                input type="hidden" name="token" value=(token);
                button name="decision" value="allow" { (say::ALLOW.get(locale)) }
                button.second name="decision" value="deny" { (say::DENY.get(locale)) }
                button.plain name="decision" value="switch" { (say::SWITCH.get(locale)) }
            }
            p.small { (say::GOES_TO.get(locale)) " " (host_of(&asked.redirect_uri)) }
        };
        Self::new(StatusCode::OK, locale, &say::CONSENT, body).leading_to(&asked.redirect_uri)
    }

    /// Asks whether somebody wants to sign out.
    pub(crate) fn sign_out(
        locale: Locale,
        action: &str,
        carried: &[(&str, Option<String>)],
    ) -> Self {
        let body = html! {
            h1 { (say::SIGN_OUT_QUESTION.get(locale)) }
            form method="post" action=(action) {
                input type="hidden" name="confirmed" value="yes";
                @for (name, value) in carried {
                    @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
                }
                button { (say::SIGN_OUT.get(locale)) }
            }
        };
        Self::new(StatusCode::OK, locale, &say::SIGN_OUT, body)
    }

    /// Says that somebody is signed out.
    pub(crate) fn signed_out(locale: Locale) -> Self {
        let body = html! {
            h1 { (say::SIGNED_OUT.get(locale)) }
            p { (say::CLOSE_PAGE.get(locale)) }
        };
        Self::new(StatusCode::OK, locale, &say::SIGN_OUT, body)
    }

    /// Says what cannot go on. No client is told.
    pub(crate) fn dead_end(locale: Locale, notice: Notice) -> Self {
        let body = html! {
            h1 { (say::DEAD_END.get(locale)) }
            p.error role="alert" { (about(notice).get(locale)) }
            p { (say::BACK_TO_APP.get(locale)) }
        };
        Self::new(notice.status(), locale, &say::DEAD_END, body)
    }

    fn new(status: StatusCode, locale: Locale, title: &say::Said, body: Markup) -> Self {
        let markup = html! {
            (DOCTYPE)
            html lang=(locale.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title.get(locale)) " · " (say::CITYGATE.get(locale)) }
                    style { (maud::PreEscaped(STYLE)) }
                }
                body {
                    main {
                        p.brand { (say::CITYGATE.get(locale)) }
                        (body)
                    }
                }
            }
        };
        Self { status, locale, markup, leads_to: String::new(), scripted: false }
    }

    /// The same page, whose form may lead back to a client.
    fn leading_to(self, redirect_uri: &str) -> Self {
        Self { leads_to: source_of(redirect_uri), ..self }
    }
}

impl From<PageAnswer> for HttpResponse {
    fn from(page: PageAnswer) -> Self {
        HttpResponse::build(page.status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_LANGUAGE, page.locale.tag()))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                style::policy(&page.leads_to, page.scripted),
            ))
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header((CROSS_ORIGIN_OPENER_POLICY, "same-origin"))
            .body(page.markup.into_string())
    }
}

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

fn status(notice: Option<Notice>) -> StatusCode {
    notice.map_or(StatusCode::OK, Notice::status)
}

fn heading(what: say::Said, asked: &Asked, locale: Locale) -> Markup {
    html! {
        h1 { (what.get(locale)) }
        p.client { (asked.client.name) }
    }
}

fn noticed(notice: Option<Notice>, locale: Locale) -> Markup {
    html! {
        @if let Some(notice) = notice { p.error role="alert" { (about(notice).get(locale)) } }
    }
}

/// The kind of address that a redirect URI is, for the content security policy. Browsers apply
/// `form-action` to every redirect that follows a form, and a client may redirect further: so it is
/// all of https and not one host.
fn source_of(redirect_uri: &str) -> String {
    match redirect_uri.split_once(':') {
        Some(("http", _)) => "http://127.0.0.1:* http://[::1]:*".to_owned(),
        Some((scheme, _)) => format!("{scheme}:"),
        None => String::new(),
    }
}

/// Where a redirect goes, as people recognise it.
fn host_of(redirect_uri: &str) -> String {
    let url = url::Url::parse(redirect_uri).ok();
    let host = url.as_ref().and_then(|url| url.host_str().map(ToOwned::to_owned));
    host.or_else(|| url.map(|url| url.scheme().to_owned())).unwrap_or_default()
}

/// The language of the pages of a request: what the client asked for, or else the browser.
pub(crate) fn page_locale(ui_locales: Option<&str>, browser: Locale) -> Locale {
    let wanted = ui_locales.unwrap_or_default().split(' ');
    let known = |tag: &str| match tag.split('-').next() {
        Some("zh") => Some(Locale::ZhCn),
        Some("en") => Some(Locale::En),
        _ => None,
    };
    wanted.filter_map(known).next().unwrap_or(browser)
}

/// Whether a form was sent by another site. Browsers say so (Fetch Metadata), or at least from where
/// (`Origin`, RFC 6454); what says neither is no browser, and holds nobody's cookie.
pub(crate) fn is_cross_site(request: &HttpRequest, issuer: &str) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            url::Url::parse(issuer).is_ok_and(|url| url.origin().ascii_serialization() != origin)
        }
        (None, None) => false,
    }
}
