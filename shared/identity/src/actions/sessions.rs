//! Sessions: a chain of refresh tokens, each used once.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use citygate_kernel::{Clock, Id, Kind, Masked};
use citygate_notify::EmailAddress;
use citygate_platform::{Cx, db::Tx, keys::random};

use super::email_index;
use crate::{
    caller::RealName,
    error::Error,
    model::{Account, AccountId, SessionId},
    rules::{CITIZEN_TOKEN_LIFE, REFRESH_IDLE, SESSION_LIFE},
    store,
    tokens::{Caller, Claims, Tokens},
};

pub(super) enum TokenKind {}
impl Kind for TokenKind {
    const PREFIX: &'static str = "tokn";
}

/// What a sign-in or a refresh gives.
pub(crate) struct Granted {
    pub access_token: Masked<String>,
    /// None for systems: they prove themselves anew each time.
    pub refresh_token: Option<Masked<String>>,
    pub expires_in: i64,
    pub scope: String,
}

/// Begins a session for an account.
pub(super) async fn open_session(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    account: &Account,
) -> Result<Granted, Error> {
    let session = SessionId::new(&Clock::manual(tx.now()));
    let (now, ends) = (tx.now(), tx.now() + SESSION_LIFE);
    store::insert_session(tx, account.id, session, ends).await?;
    grant(tx, tokens, account, session, now, ends).await
}

/// Exchanges a refresh token for the next one. One that comes back a second time was copied:
/// the session ends for whoever holds it.
pub(crate) async fn refresh(
    cx: &Cx,
    tokens: &Tokens,
    refresh_token: &str,
) -> Result<Option<Granted>, Error> {
    let digest = token_digest(refresh_token);
    cx.db
        .tx("identity.refresh", async |tx| {
            let now = tx.now();
            let Some(token) = store::lock_refresh_token(tx, &digest).await? else {
                return Ok(None);
            };
            if token.used {
                store::revoke_session(tx, token.account, token.session).await?;
                return Ok(None);
            }
            let over = now >= token.expires_at || now >= token.session_expires_at;
            if over || token.session_revoked {
                return Ok(None);
            }
            store::use_refresh_token(tx, &digest).await?;
            let Some(account) = store::account(tx, token.account).await? else {
                return Ok(None);
            };
            let (since, ends) = (token.session_created_at, token.session_expires_at);
            grant(tx, tokens, &account, token.session, since, ends).await.map(Some)
        })
        .await
}

/// Ends a session. Access tokens of it run out within minutes.
pub(crate) async fn sign_out(cx: &Cx, account: AccountId, session: SessionId) -> Result<(), Error> {
    cx.db
        .tx("identity.sign_out", async |tx| store::revoke_session(tx, account, session).await)
        .await
}

/// Whether the caller's session still runs. An access token outlives it by minutes; whoever moves
/// money asks here, in the same transaction.
pub async fn require_session(tx: &mut Tx<'_>, caller: &RealName) -> Result<(), Error> {
    if store::session_runs(tx, caller.account, caller.session).await? {
        return Ok(());
    }
    Err(session_ended())
}

/// Which of the callers' sessions still run: [`require_session`] for a batch, in one statement.
pub async fn running_sessions(tx: &Tx<'_>, callers: &[RealName]) -> Result<Vec<bool>, Error> {
    let asked: Vec<_> = callers.iter().map(|caller| (caller.account, caller.session)).collect();
    let running = store::sessions_that_run(tx, &asked).await?;
    Ok(asked.iter().map(|session| running.contains(session)).collect())
}

/// What a caller is told whose session has ended.
pub fn session_ended() -> Error {
    Error::TokenInvalid("its session has ended")
}

/// A session for a citizen of the demo city, without a code: for the start-up message, never
/// reachable by a request.
pub async fn demo_token(
    cx: &Cx,
    tokens: &Tokens,
    email: &EmailAddress,
) -> Result<Option<Masked<String>>, Error> {
    let index = email_index(&cx.keys, email);
    cx.db
        .tx("identity.demo_token", async |tx| {
            let Some(account) = store::account_by_email(tx, &index).await? else {
                return Ok(None);
            };
            let granted = open_session(tx, tokens, &account).await?;
            Ok(Some(granted.access_token))
        })
        .await
}

async fn grant(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    account: &Account,
    session: SessionId,
    signed_in_at: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<Granted, Error> {
    let now = tx.now();
    let refresh_token = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let idle = (now + REFRESH_IDLE).min(ends);
    let digest = token_digest(&refresh_token);
    store::insert_refresh_token(tx, &digest, account.id, session, idle).await?;
    let acr = if account.person.is_some() { "urn:citygate:loa:2" } else { "urn:citygate:loa:1" };
    let claims = Claims {
        iss: tokens.issuer().to_owned(),
        aud: tokens.issuer().to_owned(),
        sub: account.id.to_string(),
        exp: (now + CITIZEN_TOKEN_LIFE).timestamp(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        jti: Id::<TokenKind>::new(&Clock::manual(now)).to_string(),
        client_id: "citygate-app".to_owned(),
        scope: "citizen".to_owned(),
        city: account.city.to_string(),
        caller: Caller::Citizen {
            sid: session.to_string(),
            auth_time: signed_in_at.timestamp(),
            acr: acr.to_owned(),
            person: account.person.map(|person| person.to_string()),
        },
    };
    Ok(Granted {
        access_token: Masked::new(tokens.sign(&claims)?),
        refresh_token: Some(Masked::new(refresh_token)),
        expires_in: CITIZEN_TOKEN_LIFE.num_seconds(),
        scope: claims.scope,
    })
}

/// The token has 256 random bits: a plain digest is enough.
fn token_digest(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}
