//! Authorization requests: which may be answered, where, and what has to happen before.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::{
    model::{Authentication, Client},
    oauth::{AuthorizationError, AuthorizationParameters},
    scopes,
};

/// How long an authorization code works.
pub(crate) const AUTHORIZATION_CODE_LIFE: TimeDelta = TimeDelta::seconds(60);
/// Within how long a pushed request has to be opened (RFC 9126, 2.2).
pub(crate) const PUSHED_LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long an opened one lasts: while somebody reads a letter.
pub(crate) const OPENED_LIFE: TimeDelta = TimeDelta::minutes(15);
/// How long a browser stays signed in to the city's own pages.
pub(crate) const BROWSER_SESSION_LIFE: TimeDelta = TimeDelta::hours(1);
/// The longest parameter that is kept or sent back, in bytes.
const LONGEST: usize = 512;

/// A request that may be answered.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    /// Of those that were asked for, the scopes that the client may have.
    pub scopes: Vec<String>,
    pub nonce: Option<String>,
    pub code_challenge: String,
    prompt: Prompt,
    max_age: Option<TimeDelta>,
}

/// What the client wants the person to be asked, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Prompt {
    nothing: bool,
    sign_in: bool,
    consent: bool,
}

/// Whether a text may be registered for redirects: https, an address of the device itself (RFC
/// 8252, 7.3), or an app's own scheme, which is a domain name turned round (RFC 8252, 7.1).
pub(crate) fn is_redirect_uri(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let own_scheme = url.scheme().contains('.');
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
    let right = match url.scheme() {
        "https" => url.has_host(),
        "http" => loopback,
        _ => own_scheme,
    };
    let plain = uri.len() <= LONGEST && uri.bytes().all(|byte| byte.is_ascii_graphic());
    right && plain && !uri.contains('#') && url.username().is_empty() && url.password().is_none()
}

/// Whether a redirect URI is among those of a client, as it stands there; for an address of the
/// device itself, with any port.
pub(crate) fn is_registered(registered: &[String], uri: &str) -> bool {
    let any_port = without_loopback_port(uri);
    registered.iter().any(|own| own == uri || any_port.as_ref() == Some(own))
}

fn without_loopback_port(uri: &str) -> Option<String> {
    ["http://127.0.0.1", "http://[::1]"].into_iter().find_map(|host| {
        let (port, path) = uri.strip_prefix(host)?.strip_prefix(':')?.split_once('/')?;
        let plain = port.bytes().all(|byte| byte.is_ascii_digit());
        (plain && port.parse::<u16>().is_ok()).then(|| format!("{host}/{path}"))
    })
}

/// Where an answer to the client goes: the redirect URI with parameters added to its query.
pub(crate) fn answer_uri(redirect_uri: &str, parameters: &[(&str, &str)]) -> Option<String> {
    let mut url = Url::parse(redirect_uri).ok()?;
    if parameters.is_empty() {
        return Some(redirect_uri.to_owned());
    }
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}

/// Reads the parameters of a request whose client and redirect URI are right.
pub(crate) fn authorization_request(
    client: &Client,
    said: &AuthorizationParameters,
) -> Result<AuthorizationRequest, AuthorizationError> {
    use AuthorizationError::{
        InvalidRequest, InvalidScope, RequestNotSupported, UnsupportedResponseType,
    };
    if said.request.is_some() {
        return Err(RequestNotSupported);
    }
    match said.response_type.as_deref() {
        Some("code") => {}
        Some(_) => return Err(UnsupportedResponseType),
        None => return Err(InvalidRequest("response_type is missing")),
    }
    if said.response_mode.as_deref().is_some_and(|mode| mode != "query") {
        return Err(InvalidRequest("only response_mode=query is supported"));
    }
    if [&said.state, &said.nonce].into_iter().flatten().any(|text| !is_kept(text)) {
        return Err(InvalidRequest("state or nonce has more than 512 bytes, or is not text"));
    }
    let challenge = said.code_challenge.as_deref().filter(|challenge| is_challenge(challenge));
    let code_challenge =
        challenge.ok_or(InvalidRequest("code_challenge has to be a SHA-256 in base64url"))?;
    if said.code_challenge_method.as_deref() != Some("S256") {
        return Err(InvalidRequest("code_challenge_method has to be S256"));
    }
    let asked: Vec<&str> = said.scope.as_deref().unwrap_or_default().split(' ').collect();
    let granted = |scope: &&&str| asked.contains(*scope) && client.may_have(scope);
    let scopes: Vec<String> =
        scopes::OF_PEOPLE.iter().filter(granted).map(ToString::to_string).collect();
    if scopes.is_empty() {
        return Err(InvalidScope);
    }
    let max_age = said.max_age.as_deref().map(|text| text.parse::<u32>());
    let max_age = max_age.transpose().map_err(|_| InvalidRequest("max_age is in seconds"))?;
    Ok(AuthorizationRequest {
        scopes,
        nonce: said.nonce.clone(),
        code_challenge: code_challenge.to_owned(),
        prompt: prompt(said.prompt.as_deref().unwrap_or_default())?,
        max_age: max_age.map(|seconds| TimeDelta::seconds(seconds.into())),
    })
}

/// PostgreSQL keeps no NUL in a text.
fn is_kept(text: &str) -> bool {
    text.len() <= LONGEST && !text.contains('\0')
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn prompt(text: &str) -> Result<Prompt, AuthorizationError> {
    let asks = |word: &str| text.split(' ').any(|asked| asked == word);
    let prompt = Prompt {
        nothing: asks("none"),
        sign_in: asks("login") || asks("select_account"),
        consent: asks("consent"),
    };
    if prompt.nothing && text != "none" {
        return Err(AuthorizationError::InvalidRequest("prompt=none stands alone"));
    }
    Ok(prompt)
}

/// What happens next with a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    SignIn,
    Consent,
    Answer,
    Refuse(AuthorizationError),
}

/// Decides what happens next. `signed_in` is the sign-in of the browser, `fresh` whether it was
/// made for this request, `consented` what the person lets the client do without being asked again.
/// For public clients that is nothing, whoever asks: any program can say that it is one (RFC 8252,
/// 8.6).
pub(crate) fn next_step(
    request: &AuthorizationRequest,
    signed_in: Option<&Authentication>,
    fresh: bool,
    consented: &[String],
    now: DateTime<Utc>,
) -> Step {
    let Prompt { nothing, sign_in, consent } = request.prompt;
    let recent = |done: &Authentication| request.max_age.is_none_or(|age| now - done.at <= age);
    let enough = signed_in.is_some_and(|done| fresh || (!sign_in && recent(done)));
    let agreed = !consent && request.scopes.iter().all(|scope| consented.contains(scope));
    match (enough, agreed) {
        (false, _) if nothing => Step::Refuse(AuthorizationError::LoginRequired),
        (false, _) => Step::SignIn,
        (true, false) if nothing => Step::Refuse(AuthorizationError::ConsentRequired),
        (true, false) => Step::Consent,
        (true, true) => Step::Answer,
    }
}

/// The scopes of a refreshed token: those that were granted, or fewer (RFC 6749, 6).
pub(crate) fn narrowed(granted: &[String], asked: Option<&str>) -> Option<Vec<String>> {
    let Some(asked) = asked else { return Some(granted.to_vec()) };
    let asked: Vec<String> =
        asked.split(' ').filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect();
    (!asked.is_empty() && asked.iter().all(|scope| granted.contains(scope))).then_some(asked)
}

#[cfg(test)]
mod tests;
