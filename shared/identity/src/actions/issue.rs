//! What a session is given: access token, refresh token, ID token.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::{Clock, Id, Kind, Masked};
use citygate_platform::{
    db::Tx,
    keys::{Keys, random},
};

use crate::{
    error::Error,
    model::{Account, CITYGATE_APP, Client, Session, client_name},
    rules::{CITIZEN_TOKEN_LIFE, ID_TOKEN_LIFE, REFRESH_IDLE, level},
    scopes::{CITIZEN, OFFLINE_ACCESS, OPENID},
    store,
    tokens::{Audience, Caller, Claims, IdToken, SignIn, Tokens},
};

pub(super) enum TokenKind {}
impl Kind for TokenKind {
    const PREFIX: &'static str = "tokn";
}

/// What a sign-in or a refresh gives.
pub(crate) struct Granted {
    pub access_token: Masked<String>,
    /// None for systems, which prove themselves anew each time, and without `offline_access`.
    pub refresh_token: Option<Masked<String>>,
    /// Only with `openid`.
    pub id_token: Option<Masked<String>>,
    /// Seconds.
    pub expires_in: i64,
    /// Space-separated.
    pub scope: String,
}

/// For whom tokens are made.
pub(super) struct Recipient<'a> {
    pub account: &'a Account,
    pub session: &'a Session,
    /// As the client knows the account.
    pub subject: String,
    /// Of the session's, those that are wanted.
    pub scopes: &'a [String],
    /// From the authorization request, for the ID token.
    pub nonce: Option<String>,
}

/// How a client knows an account. Apps that may do all a citizen can do read the account's
/// identifier anyway; everybody else gets one that is the same for all clients of an agency and
/// means nothing to others (OpenID Connect Core, 8.1).
pub(crate) fn subject(keys: &Keys, client: &Client, account: &Account) -> String {
    match client.agency_id {
        Some(agency) if !client.may_have(CITIZEN) => {
            let pair = format!("{}:{agency}:{}", client.city, account.id);
            BASE64_URL_SAFE_NO_PAD.encode(keys.blind_index("identity.subject", &pair))
        }
        _ => account.id.to_string(),
    }
}

/// Makes the tokens. Returns them with the digest of the refresh token, where there is one.
pub(super) async fn issue(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    to: Recipient<'_>,
) -> Result<(Granted, Option<Vec<u8>>), Error> {
    let now = tx.now();
    let refresh_token =
        to.session.allows(OFFLINE_ACCESS).then(|| BASE64_URL_SAFE_NO_PAD.encode(random::<32>()));
    let digest = refresh_token.as_deref().map(secret_digest);
    if let Some(digest) = &digest {
        let idle = (now + REFRESH_IDLE).min(to.session.expires_at);
        store::insert_refresh_token(tx, digest, to.session, idle).await?;
    }
    let wants_id = to.scopes.iter().any(|scope| scope == OPENID);
    let id_token =
        wants_id.then(|| tokens.sign_id(&id_token(tokens, &to, now), now)).transpose()?;
    let claims = access_token(tokens, to, now);
    let granted = Granted {
        access_token: Masked::new(tokens.sign(&claims, now)?),
        refresh_token: refresh_token.map(Masked::new),
        id_token: id_token.map(Masked::new),
        expires_in: CITIZEN_TOKEN_LIFE.num_seconds(),
        scope: claims.scope,
    };
    Ok((granted, digest))
}

fn id_token(tokens: &Tokens, to: &Recipient<'_>, now: DateTime<Utc>) -> IdToken {
    IdToken {
        iss: tokens.issuer().to_owned(),
        aud: client_of(to.session),
        sub: to.subject.clone(),
        exp: (now + ID_TOKEN_LIFE).timestamp(),
        iat: now.timestamp(),
        nonce: to.nonce.clone(),
        sign_in: sign_in(to.session),
    }
}

fn access_token(tokens: &Tokens, to: Recipient<'_>, now: DateTime<Utc>) -> Claims {
    let sign_in = sign_in(to.session);
    let caller = if to.scopes.iter().any(|scope| scope == CITIZEN) {
        let person = to.account.person.map(|person| person.to_string());
        Caller::Citizen { sign_in, city: to.account.city.to_string(), person, step_up: None }
    } else {
        Caller::EndUser { sign_in }
    };
    let client_id = client_of(to.session);
    let aud = Audience::One(tokens.issuer().to_owned());
    let granted = Grant { aud, sub: to.subject, client_id, scope: to.scopes.join(" "), caller };
    claims(tokens, now, CITIZEN_TOKEN_LIFE, granted)
}

/// What an access token is made for.
pub(super) struct Grant {
    pub aud: Audience,
    pub sub: String,
    pub client_id: String,
    /// Space-separated.
    pub scope: String,
    pub caller: Caller,
}

/// The claims of an access token (RFC 9068, 2.2).
pub(super) fn claims(
    tokens: &Tokens,
    now: DateTime<Utc>,
    life: TimeDelta,
    Grant { aud, sub, client_id, scope, caller }: Grant,
) -> Claims {
    Claims {
        iss: tokens.issuer().to_owned(),
        aud,
        sub,
        exp: (now + life).timestamp(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        jti: Id::<TokenKind>::new(&Clock::manual(now)).to_string(),
        client_id,
        scope,
        caller,
    }
}

fn client_of(session: &Session) -> String {
    client_name(session.client.unwrap_or(CITYGATE_APP))
}

fn sign_in(session: &Session) -> SignIn {
    let authentication = &session.authentication;
    SignIn {
        sid: session.id.to_string(),
        auth_time: authentication.at.timestamp(),
        acr: level(authentication).acr().to_owned(),
        amr: authentication.amr().into_iter().map(ToOwned::to_owned).collect(),
    }
}

/// How a secret of 256 random bits is found again: a plain digest is enough.
pub(super) fn secret_digest(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes()).as_ref().to_vec()
}
