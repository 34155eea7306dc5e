//! What becomes of tokens after they were issued: questions about them, and their end.

use citygate_catalogue::AgencyId;
use citygate_kernel::{Locale, Masked};
use citygate_platform::{Cx, db::Tx};

use super::{
    authorization::{Cookie, browser_session},
    clients::{ClientProof, prove_client, prove_confidential},
    issue::{secret_digest, subject},
    sign_in::email_of,
};
use crate::{
    access::{Access, Accessor, Reason},
    caller::EndUser,
    error::Error,
    model::{Client, PersonId, Session, client_name, client_named},
    oauth::Refusal,
    rules::{answer_uri, is_registered},
    scopes::{EMAIL, PROFILE},
    store::{self, MaskedRealName},
    tokens::{Claims, IdToken, Tokens},
};

/// What a token stands for.
pub(crate) struct Introspected {
    /// Space-separated.
    pub scope: String,
    pub client_id: String,
    pub subject: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// A token of a client that asks about it.
enum Own {
    Access(Box<Claims>, Option<Session>),
    Refresh(Session),
}

/// Says what a token of the asking client stands for. None when it does not work, or is another's.
pub(crate) async fn introspect(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    token: &str,
) -> Result<Result<Option<Introspected>, Refusal>, Error> {
    cx.db
        .tx("identity.introspect", async |tx| {
            let Some(client) = prove_confidential(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let now = tx.now();
            match own_token(tx, tokens, &client, token).await? {
                Some(Own::Access(claims, session)) => {
                    let runs = session.is_none_or(|session| session.runs(now));
                    Ok(Ok(runs.then_some(Introspected {
                        scope: claims.scope,
                        client_id: claims.client_id,
                        subject: claims.sub,
                        expires_at: claims.exp,
                    })))
                }
                Some(Own::Refresh(session)) => {
                    let (state, _) = store::refresh_token(tx, &secret_digest(token)).await?;
                    let account = store::account(tx, session.account).await?;
                    let works = session.runs(now) && !state.used && now < state.expires_at;
                    Ok(Ok(account.filter(|_| works).map(|account| Introspected {
                        scope: session.scopes.join(" "),
                        client_id: client_name(client.id),
                        subject: subject(&cx.keys, &client, &account),
                        expires_at: state.expires_at.timestamp(),
                    })))
                }
                None => Ok(Ok(None)),
            }
        })
        .await
}

/// Ends the session that a token of the client belongs to (RFC 7009). A token that is unknown, or
/// another's, is as good as revoked.
pub(crate) async fn revoke(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    token: &str,
) -> Result<Result<(), Refusal>, Error> {
    cx.db
        .tx("identity.revoke", async |tx| {
            let Some(client) = prove_client(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let session = match own_token(tx, tokens, &client, token).await? {
                Some(Own::Access(_, None)) => return Ok(Err(Refusal::UnsupportedTokenType)),
                Some(Own::Access(_, Some(session)) | Own::Refresh(session)) => session,
                None => return Ok(Ok(())),
            };
            store::revoke_session(tx, session.account, session.id).await?;
            Ok(Ok(()))
        })
        .await
}

async fn own_token(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    client: &Client,
    token: &str,
) -> Result<Option<Own>, Error> {
    if let Ok(claims) = tokens.verify(token, tx.now()) {
        if claims.client_id != client_name(client.id) {
            return Ok(None);
        }
        let session = match claims.session() {
            Some(id) => match id.parse() {
                Ok(id) => store::session(tx, id).await?,
                Err(_) => None,
            },
            None => None,
        };
        return Ok(Some(Own::Access(Box::new(Claims::clone(&claims)), session)));
    }
    let session = store::lock_session_of_token(tx, &secret_digest(token)).await?;
    Ok(session.filter(|session| session.client == Some(client.id)).map(Own::Refresh))
}

/// Why a client hears who signed in: the person has agreed.
const SIGNED_IN: Reason<'static> = Reason { purpose: "identity.sign_in", legal_basis: "pipl-13-1" };

/// What a client may know about the person who signed in.
pub(crate) struct Userinfo {
    pub subject: String,
    pub name_masked: Option<String>,
    pub locale: Option<Locale>,
    pub email: Option<Masked<String>>,
}

/// What the scopes of an access token tell about the person.
pub(crate) async fn userinfo(cx: &Cx, caller: &EndUser) -> Result<Userinfo, Error> {
    cx.db
        .tx("identity.userinfo", async |tx| {
            let session = store::session(tx, caller.session).await?;
            let session = session.filter(|session| session.runs(tx.now()));
            let session = session.ok_or_else(super::session_ended)?;
            let account = store::account(tx, session.account).await?;
            let account = account.ok_or(Error::AccountUnknown)?;
            let locale = caller.allows(PROFILE).then_some(account.locale);
            let hears = caller.allows(PROFILE) || caller.allows(EMAIL);
            let known = match account.person.filter(|_| hears) {
                Some(person) => told(cx, tx, &session, person).await?,
                None => None,
            };
            let name_masked = known.filter(|_| caller.allows(PROFILE)).map(|known| known.name);
            let email =
                if caller.allows(EMAIL) { Some(email_of(cx, tx, &account).await?) } else { None };
            let email = email.map(|email| Masked::new(email.as_str().to_owned()));
            Ok(Userinfo { subject: caller.subject.clone(), name_masked, locale, email })
        })
        .await
}

/// What a client hears of the real name of who signed in. Of an agency's, the person reads that it
/// did; the city's own app shows people to themselves.
async fn told(
    cx: &Cx,
    tx: &mut Tx<'_>,
    session: &Session,
    person: PersonId,
) -> Result<Option<MaskedRealName>, Error> {
    let client = match session.client {
        Some(client) => store::client(tx, client).await?,
        None => None,
    };
    let agency = client.and_then(|client| {
        let agency = AgencyId::from_parts(client.city, client.agency_id?);
        Some((client.id, agency))
    });
    match agency {
        Some((client, agency)) => {
            let access = Access::new(cx, Accessor::system(client, agency), SIGNED_IN);
            store::told(&cx.keys, tx, &access, person).await
        }
        None => store::own_masked(&cx.keys, tx, person).await,
    }
}

/// What a client wants when it signs somebody out (OpenID Connect RP-Initiated Logout, 2).
pub(crate) struct LogOut {
    pub id_token_hint: Option<Masked<String>>,
    pub client_id: Option<String>,
    pub post_logout_redirect_uri: Option<String>,
    pub state: Option<String>,
    /// Whether the person has said so on our own page.
    pub confirmed: bool,
}

/// What the browser gets.
pub(crate) enum LoggedOut {
    /// Anybody could have made this link: the person is asked.
    Ask,
    /// It is done. Where the client wants to go on, if that is registered.
    Done(Option<String>),
}

/// Signs a browser out, and ends the session that an ID token names.
pub(crate) async fn log_out(
    cx: &Cx,
    tokens: &Tokens,
    wish: &LogOut,
    cookie: Option<&Cookie>,
) -> Result<LoggedOut, Error> {
    cx.db
        .tx("identity.log_out", async |tx| {
            let hint = wish.id_token_hint.as_ref();
            let hint = hint.and_then(|hint| tokens.read_id_hint(hint.expose(), tx.now()));
            let hinted = hinted_session(tx, hint.as_ref()).await?;
            let browser = browser_session(tx, cookie).await?;
            let same = match (&browser, &hinted) {
                (Some(browser), Some(hinted)) => browser.account == hinted.account,
                (None, _) => true,
                (Some(_), None) => false,
            };
            if !same && !wish.confirmed {
                return Ok(LoggedOut::Ask);
            }
            for session in [browser, hinted].into_iter().flatten() {
                store::revoke_session(tx, session.account, session.id).await?;
            }
            let client = hint.map(|hint| hint.aud).or_else(|| wish.client_id.clone());
            Ok(LoggedOut::Done(back_to(tx, wish, client.as_deref()).await?))
        })
        .await
}

async fn hinted_session(tx: &mut Tx<'_>, hint: Option<&IdToken>) -> Result<Option<Session>, Error> {
    let id = hint.and_then(|hint| hint.sign_in.sid.parse().ok());
    match id {
        Some(id) => store::session(tx, id).await,
        None => Ok(None),
    }
}

/// Where the browser goes after signing out: only where the client of the hint, or the client that
/// was named, is registered to go.
async fn back_to(
    tx: &mut Tx<'_>,
    wish: &LogOut,
    client: Option<&str>,
) -> Result<Option<String>, Error> {
    let named_otherwise = wish.client_id.as_deref().is_some_and(|named| Some(named) != client);
    let (Some(uri), Some(id)) = (&wish.post_logout_redirect_uri, client.and_then(client_named))
    else {
        return Ok(None);
    };
    let client = store::client(tx, id).await?;
    let registered =
        client.is_some_and(|client| is_registered(&client.post_logout_redirect_uris, uri));
    if !registered || named_otherwise {
        return Ok(None);
    }
    let state = wish.state.as_deref().map(|state| ("state", state));
    Ok(answer_uri(uri, &state.into_iter().collect::<Vec<_>>()))
}
