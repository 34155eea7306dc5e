//! Sessions: a chain of refresh tokens, each used once.

use citygate_kernel::{Clock, Masked};
use citygate_notify::EmailAddress;
use citygate_platform::{Cx, db::Tx};

use super::{
    clients::{ClientProof, prove_client},
    email_index,
    issue::{Granted, Recipient, issue, secret_digest, subject},
};
use crate::{
    caller::RealName,
    error::Error,
    model::{Account, AccountId, Authentication, CITYGATE_APP, Client, Method, Session, SessionId},
    oauth::Refusal,
    rules::{SESSION_LIFE, Turn, narrowed, turn},
    scopes::{CITIZEN, OFFLINE_ACCESS},
    store,
    tokens::Tokens,
};

/// Begins a session of the city's own app for an account that has just proven itself, on a device
/// if it is known.
pub(super) async fn open_session(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    account: &Account,
    authentication: &Authentication,
    device: Option<&str>,
) -> Result<Granted, Error> {
    let session = Session {
        id: SessionId::new(&Clock::manual(tx.now())),
        account: account.id,
        client: Some(CITYGATE_APP),
        scopes: vec![CITIZEN.to_owned(), OFFLINE_ACCESS.to_owned()],
        authentication: authentication.clone(),
        expires_at: tx.now() + SESSION_LIFE,
        revoked: false,
    };
    store::insert_session(tx, &session, None).await?;
    if let Some(device) = device {
        store::set_device(tx, account.id, session.id, device).await?;
    }
    let (subject, scopes) = (account.id.to_string(), session.scopes.as_slice());
    let to = Recipient { account, session: &session, subject, scopes, nonce: None };
    Ok(issue(tx, tokens, to).await?.0)
}

/// Exchanges a refresh token for the next one. One that comes back after its successor has arrived
/// was copied: the session ends for whoever holds it. `scope` narrows the access token.
pub(crate) async fn refresh(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    refresh_token: &str,
    scope: Option<&str>,
) -> Result<Result<Granted, Refusal>, Error> {
    let digest = secret_digest(refresh_token);
    cx.db
        .tx("identity.refresh", async |tx| {
            let Some(client) = prove_client(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let Some(session) = store::lock_session_of_token(tx, &digest).await? else {
                return Ok(Err(Refusal::InvalidGrant));
            };
            // Another client's token is unknown to this one.
            if session.client != Some(client.id) || !session.runs(tx.now()) {
                return Ok(Err(Refusal::InvalidGrant));
            }
            let Some(scopes) = narrowed(&session.scopes, scope) else {
                return Ok(Err(Refusal::InvalidScope));
            };
            turn_token(cx, tx, tokens, (&client, &session, &scopes), &digest).await
        })
        .await
}

async fn turn_token(
    cx: &Cx,
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    (client, session, scopes): (&Client, &Session, &[String]),
    digest: &[u8],
) -> Result<Result<Granted, Refusal>, Error> {
    let (state, successor) = store::refresh_token(tx, digest).await?;
    let turn = turn(&state, tx.now());
    match turn {
        Turn::Next | Turn::Again => {}
        Turn::Over => return Ok(Err(Refusal::InvalidGrant)),
        Turn::Reuse => {
            store::revoke_session(tx, session.account, session.id).await?;
            return Ok(Err(Refusal::InvalidGrant));
        }
    }
    let Some(account) = store::account(tx, session.account).await? else {
        return Ok(Err(Refusal::InvalidGrant));
    };
    let subject = subject(&cx.keys, client, &account);
    let to = Recipient { account: &account, session, subject, scopes, nonce: None };
    let (granted, next) = issue(tx, tokens, to).await?;
    match (turn, successor) {
        (Turn::Again, Some(lost)) => {
            store::use_refresh_token(tx, &lost, None).await?;
            store::reissue_refresh_token(tx, digest, next.as_deref()).await?;
        }
        _ => store::use_refresh_token(tx, digest, next.as_deref()).await?,
    }
    Ok(Ok(granted))
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
            let authentication = Authentication::by(Method::EmailCode, tx.now());
            let granted = open_session(tx, tokens, &account, &authentication, None).await?;
            Ok(Some(granted.access_token))
        })
        .await
}
