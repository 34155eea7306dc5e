//! Signing in to a client: from the authorization request to the code (RFC 6749, 4.1).
//!
//! Between two pages nothing is kept of a request but what its client has pushed: each page carries
//! the parameters to the next, where they are read and judged anew.

mod browser;
mod exchange;
mod pushed;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use citygate_kernel::Masked;
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, random},
};

use self::browser::open_browser_session;
pub(crate) use self::{
    browser::{Cookie, browser_session},
    exchange::exchange,
    pushed::push,
};
use super::{
    issue::secret_digest,
    sign_in::{CodeProof, prove_code},
};
use crate::{
    error::Error,
    model::{AccountId, AuthorizationCode, Client, Session, SignedIn, client_named},
    oauth::{AuthorizationError, AuthorizationParameters},
    rules::{
        AUTHORIZATION_CODE_LIFE, AuthorizationRequest, OPENED_LIFE, Step, answer_uri,
        authorization_request, is_registered, next_step,
    },
    store,
    tokens::Tokens,
    visitor::Visitor,
};

/// An authorization request whose client and redirect URI are right.
pub(crate) struct Asked {
    pub client: Client,
    pub redirect_uri: String,
    /// What its pages carry on; with a pushed request, only the name of that.
    pub carried: AuthorizationParameters,
    state: Option<String>,
    request: Result<AuthorizationRequest, AuthorizationError>,
    pushed: Option<Vec<u8>>,
}

/// What the browser gets.
pub(crate) enum Next {
    /// Nobody knows who asks, or where to answer: people are told, no client is.
    NoClient,
    SignIn(Asked),
    /// `token` proves that this person was asked about this request.
    Consent {
        asked: Asked,
        account: AccountId,
        scopes: Vec<String>,
        token: Masked<String>,
    },
    /// Back to the client.
    Redirect(String),
}

/// What a person says on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
    /// Somebody else wants to sign in.
    Switch,
}

/// A request arrives at the authorization endpoint.
pub(crate) async fn authorize(
    cx: &Cx,
    tokens: &Tokens,
    said: &AuthorizationParameters,
    cookie: Option<&Cookie>,
) -> Result<Next, Error> {
    cx.db
        .tx("identity.authorize", async |tx| {
            let Some(asked) = ask(tx, said).await? else { return Ok(Next::NoClient) };
            let session = browser_session(tx, cookie).await?;
            proceed(cx, tx, tokens, asked, session.as_ref(), false).await
        })
        .await
}

/// The request of a page, for the next page.
pub(crate) async fn asked(cx: &Cx, said: &AuthorizationParameters) -> Result<Option<Asked>, Error> {
    cx.db.tx("identity.asked", async |tx| ask(tx, said).await).await
}

/// Somebody signs in on a page of a request. None is a refusal whose count has to commit.
pub(crate) async fn sign_in_browser(
    cx: &Cx,
    tokens: &Tokens,
    said: &AuthorizationParameters,
    visitor: &Visitor,
    proof: &CodeProof<'_>,
) -> Result<Option<(Cookie, Next)>, Error> {
    cx.db
        .tx("identity.sign_in_browser", async |tx| {
            let Some(proven) = prove_code(cx, tx, visitor, proof, None).await? else {
                return Ok(None);
            };
            enter(cx, tx, tokens, said, visitor, &proven).await.map(Some)
        })
        .await
}

/// Signs the browser of somebody in who has just proven themselves for a request.
pub(super) async fn enter(
    cx: &Cx,
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    said: &AuthorizationParameters,
    visitor: &Visitor,
    proven: &SignedIn,
) -> Result<(Cookie, Next), Error> {
    let device = visitor.device.as_deref();
    let (cookie, session) = open_browser_session(tx, proven, device).await?;
    let next = match ask(tx, said).await? {
        Some(asked) => proceed(cx, tx, tokens, asked, Some(&session), true).await?,
        None => Next::NoClient,
    };
    Ok((cookie, next))
}

/// Somebody answers the consent page.
pub(crate) async fn decide(
    cx: &Cx,
    tokens: &Tokens,
    said: &AuthorizationParameters,
    cookie: Option<&Cookie>,
    (decision, token): (Decision, &str),
) -> Result<Next, Error> {
    cx.db
        .tx("identity.decide", async |tx| {
            let Some(asked) = ask(tx, said).await? else { return Ok(Next::NoClient) };
            let Some(session) = browser_session(tx, cookie).await? else {
                return Ok(Next::SignIn(asked));
            };
            let expected = consent_token(&cx.keys, &session, &asked);
            if !Keys::same(expected.expose().as_bytes(), token.as_bytes()) {
                return proceed(cx, tx, tokens, asked, Some(&session), false).await;
            }
            match (decision, asked.request.clone()) {
                (Decision::Allow, Ok(request)) => {
                    if asked.client.is_confidential() {
                        let (account, client) = (session.account, asked.client.id);
                        store::set_consent(tx, account, client, &request.scopes).await?;
                    }
                    give_code(tx, tokens, &asked, &request, &session).await
                }
                (Decision::Switch, Ok(_)) => {
                    store::revoke_session(tx, session.account, session.id).await?;
                    Ok(Next::SignIn(asked))
                }
                (Decision::Deny, Ok(_)) => {
                    refuse(tx, tokens, &asked, AuthorizationError::AccessDenied).await
                }
                (_, Err(error)) => refuse(tx, tokens, &asked, error).await,
            }
        })
        .await
}

/// Reads a request. None where the client or the redirect URI is not right.
async fn ask(tx: &mut Tx<'_>, said: &AuthorizationParameters) -> Result<Option<Asked>, Error> {
    let Some(client_id) = said.client_id.as_deref().and_then(client_named) else {
        return Ok(None);
    };
    let Some(client) = store::client(tx, client_id).await? else { return Ok(None) };
    let mut carried = said.clone();
    let (mut full, mut pushed) = (said.clone(), None);
    if let Some(uri) = &said.request_uri {
        let digest = secret_digest(uri);
        let until = tx.now() + OPENED_LIFE;
        let Some(found) = store::open_pushed(tx, &digest, client_id, until).await? else {
            return Ok(None);
        };
        carried = AuthorizationParameters {
            client_id: said.client_id.clone(),
            request_uri: said.request_uri.clone(),
            ..AuthorizationParameters::default()
        };
        full = serde_json::from_value(found)
            .map_err(|error| diesel::result::Error::DeserializationError(error.into()))?;
        pushed = Some(digest);
    }
    let redirect_uri = full.redirect_uri.clone().unwrap_or_default();
    if !is_registered(&client.redirect_uris, &redirect_uri) {
        return Ok(None);
    }
    let request = authorization_request(&client, &full);
    Ok(Some(Asked { client, redirect_uri, carried, state: full.state, request, pushed }))
}

/// Goes on with a request as far as it gets.
async fn proceed(
    cx: &Cx,
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    asked: Asked,
    session: Option<&Session>,
    fresh: bool,
) -> Result<Next, Error> {
    let request = match asked.request.clone() {
        Ok(request) => request,
        Err(error) => return refuse(tx, tokens, &asked, error).await,
    };
    let consented = match session {
        Some(session) if asked.client.is_confidential() => {
            store::consented(tx, session.account, asked.client.id).await?
        }
        _ => Vec::new(),
    };
    let signed_in = session.map(|session| &session.authentication);
    let step = next_step(&request, signed_in, fresh, &consented, tx.now());
    match (step, session) {
        (Step::Refuse(error), _) => refuse(tx, tokens, &asked, error).await,
        (Step::SignIn, _) | (_, None) => Ok(Next::SignIn(asked)),
        (Step::Consent, Some(session)) => {
            let token = consent_token(&cx.keys, session, &asked);
            let (account, scopes) = (session.account, request.scopes);
            Ok(Next::Consent { asked, account, scopes, token })
        }
        (Step::Answer, Some(session)) => give_code(tx, tokens, &asked, &request, session).await,
    }
}

/// Ties the answer of a consent page to the browser's sign-in and to the request that it shows.
fn consent_token(keys: &Keys, session: &Session, asked: &Asked) -> Masked<String> {
    let carried = serde_json::to_string(&asked.carried).unwrap_or_default();
    let bound = keys.blind_index("identity.consent", &format!("{}:{carried}", session.id));
    Masked::new(BASE64_URL_SAFE_NO_PAD.encode(bound))
}

async fn give_code(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    asked: &Asked,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<Next, Error> {
    let code = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let stored = AuthorizationCode {
        client: asked.client.id,
        account: session.account,
        redirect_uri: asked.redirect_uri.clone(),
        scopes: request.scopes.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        authentication: session.authentication.clone(),
        expires_at: tx.now() + AUTHORIZATION_CODE_LIFE,
        session: None,
    };
    store::insert_authorization_code(tx, &secret_digest(&code), &stored).await?;
    answer(tx, tokens, asked, vec![("code", &code)]).await
}

async fn refuse(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    asked: &Asked,
    error: AuthorizationError,
) -> Result<Next, Error> {
    let said = vec![("error", error.code()), ("error_description", error.description())];
    answer(tx, tokens, asked, said).await
}

/// Sends the browser back to the client, saying who answers (RFC 9207). A pushed request is
/// answered once.
async fn answer(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    asked: &Asked,
    mut said: Vec<(&str, &str)>,
) -> Result<Next, Error> {
    if let Some(digest) = &asked.pushed
        && !store::close_pushed(tx, digest).await?
    {
        return Ok(Next::NoClient);
    }
    said.extend(asked.state.as_deref().map(|state| ("state", state)));
    said.push(("iss", tokens.issuer()));
    Ok(answer_uri(&asked.redirect_uri, &said).map_or(Next::NoClient, Next::Redirect))
}
