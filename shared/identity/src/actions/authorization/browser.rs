//! The sign-in of a browser to the city's own pages.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use citygate_kernel::{Clock, Masked};
use citygate_platform::{db::Tx, keys::random};

use crate::{
    actions::issue::secret_digest,
    error::Error,
    model::{Session, SessionId, SignedIn},
    rules::BROWSER_SESSION_LIFE,
    store,
};

/// What the browser keeps: 256 random bits.
#[derive(Debug, Clone)]
pub(crate) struct Cookie(pub Masked<String>);

/// Signs a browser in.
pub(super) async fn open_browser_session(
    tx: &mut Tx<'_>,
    proven: &SignedIn,
    device: Option<&str>,
) -> Result<(Cookie, Session), Error> {
    let cookie = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let session = Session {
        id: SessionId::new(&Clock::manual(tx.now())),
        account: proven.account.id,
        client: None,
        scopes: Vec::new(),
        authentication: proven.authentication.clone(),
        expires_at: tx.now() + BROWSER_SESSION_LIFE,
        revoked: false,
    };
    store::insert_session(tx, &session, Some(&secret_digest(&cookie))).await?;
    if let Some(device) = device {
        store::set_device(tx, session.account, session.id, device).await?;
    }
    Ok((Cookie(Masked::new(cookie)), session))
}

/// The running sign-in of the browser with a cookie.
pub(crate) async fn browser_session(
    tx: &mut Tx<'_>,
    cookie: Option<&Cookie>,
) -> Result<Option<Session>, Error> {
    let Some(cookie) = cookie else { return Ok(None) };
    let session = store::session_of_cookie(tx, &secret_digest(cookie.0.expose())).await?;
    let now = tx.now();
    Ok(session.filter(|session| session.runs(now)))
}
