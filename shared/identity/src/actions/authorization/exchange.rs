//! From the code to the tokens (RFC 6749, 4.1.3).

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx, keys::Keys};

use crate::{
    actions::{
        clients::{ClientProof, prove_client},
        issue::{Granted, Recipient, issue, secret_digest, subject},
    },
    error::Error,
    model::{AuthorizationCode, Client, Session, SessionId},
    oauth::Refusal,
    rules::{CITIZEN_TOKEN_LIFE, SESSION_LIFE},
    scopes::OFFLINE_ACCESS,
    store,
    tokens::{LEEWAY, Tokens},
};

/// Exchanges a code for tokens, once. Coming back, it ends what it was exchanged for, because one of
/// the two who had it has stolen it (RFC 6749, 4.1.2); but only together with its verifier, which
/// whoever merely saw the redirect does not have.
pub(crate) async fn exchange(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    (code, verifier): (&str, &str),
    redirect_uri: &str,
) -> Result<Result<Granted, Refusal>, Error> {
    let digest = secret_digest(code);
    cx.db
        .tx("identity.exchange_code", async |tx| {
            let Some(client) = prove_client(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let Some(code) = store::lock_authorization_code(tx, &digest).await? else {
                return Ok(Err(Refusal::InvalidGrant));
            };
            let right = code.client == client.id
                && code.redirect_uri == redirect_uri
                && verifies(&code.code_challenge, verifier);
            if !right {
                return Ok(Err(Refusal::InvalidGrant));
            }
            if let Some(session) = code.session {
                store::revoke_session(tx, code.account, session).await?;
                return Ok(Err(Refusal::InvalidGrant));
            }
            if tx.now() >= code.expires_at {
                return Ok(Err(Refusal::InvalidGrant));
            }
            begin(cx, tx, tokens, &client, (&digest, code)).await
        })
        .await
}

async fn begin(
    cx: &Cx,
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    client: &Client,
    (digest, code): (&[u8], AuthorizationCode),
) -> Result<Result<Granted, Refusal>, Error> {
    let Some(account) = store::account(tx, code.account).await? else {
        return Ok(Err(Refusal::InvalidGrant));
    };
    // Without refresh tokens the session is over with its access token.
    let stays = code.scopes.iter().any(|scope| scope == OFFLINE_ACCESS);
    let short = CITIZEN_TOKEN_LIFE + TimeDelta::seconds(LEEWAY);
    let session = Session {
        id: SessionId::new(&Clock::manual(tx.now())),
        account: account.id,
        client: Some(client.id),
        scopes: code.scopes,
        authentication: code.authentication,
        expires_at: tx.now() + if stays { SESSION_LIFE } else { short },
        revoked: false,
    };
    store::insert_session(tx, &session, None).await?;
    store::use_authorization_code(tx, digest, session.id).await?;
    let to = Recipient {
        account: &account,
        session: &session,
        subject: subject(&cx.keys, client, &account),
        scopes: &session.scopes,
        nonce: code.nonce,
    };
    Ok(Ok(issue(tx, tokens, to).await?.0))
}

/// Whether a verifier is the one that a challenge was made of (RFC 7636, 4.6).
fn verifies(challenge: &str, verifier: &str) -> bool {
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    let made = BASE64_URL_SAFE_NO_PAD.encode(hash.as_ref());
    (43..=128).contains(&verifier.len()) && Keys::same(made.as_bytes(), challenge.as_bytes())
}
