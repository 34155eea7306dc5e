//! A citizen's own sessions and ways to sign in.

use chrono::{DateTime, Utc};
use citygate_notify::PhoneNumber;
use citygate_platform::{Cx, db::Tx, keys::Unsealable};

use super::sessions::session_ended;
use crate::{
    caller::Citizen,
    error::Error,
    model::{Account, SessionId},
    rules::{FRESH, Strength},
    sealed::PHONE,
    store::{self, SessionFacts},
};

/// The account of a citizen who has signed in within the last minutes and whose session still runs:
/// for what would lock others, or oneself, out of the account.
pub(super) async fn require_fresh(tx: &mut Tx<'_>, citizen: &Citizen) -> Result<Account, Error> {
    let since = store::authenticated_at(tx, citizen.account, citizen.session).await?;
    let since: DateTime<Utc> = since.ok_or_else(session_ended)?;
    if tx.now() - since >= FRESH {
        return Err(Error::SignInTooOld);
    }
    store::account(tx, citizen.account).await?.ok_or(Error::AccountUnknown)
}

/// Refuses a citizen whose session has ended.
async fn require_running(tx: &mut Tx<'_>, citizen: &Citizen) -> Result<(), Error> {
    let runs = store::session_runs(tx, citizen.account, citizen.session).await?;
    if runs { Ok(()) } else { Err(session_ended()) }
}

/// The citizen's running sessions, the one used last first.
pub(crate) async fn sessions_of(cx: &Cx, citizen: &Citizen) -> Result<Vec<SessionFacts>, Error> {
    cx.db
        .read("identity.sessions_of", async |tx| {
            require_running(tx, citizen).await?;
            store::running_sessions_of(tx, citizen.account).await
        })
        .await
}

/// Ends one of the citizen's sessions. False where there is none.
pub(crate) async fn end_own_session(
    cx: &Cx,
    citizen: &Citizen,
    session: SessionId,
) -> Result<bool, Error> {
    cx.db
        .tx("identity.end_own_session", async |tx| {
            require_running(tx, citizen).await?;
            store::end_session(tx, citizen.account, session).await
        })
        .await
}

/// Ends all of the citizen's sessions but the one that asks.
pub(crate) async fn end_other_sessions(cx: &Cx, citizen: &Citizen) -> Result<(), Error> {
    cx.db
        .tx("identity.end_other_sessions", async |tx| {
            require_running(tx, citizen).await?;
            store::end_other_sessions(tx, citizen.account, citizen.session).await
        })
        .await
}

/// By what else than the mailbox a citizen can sign in. Passkeys are listed by themselves.
pub(crate) struct OwnMethods {
    pub phone_masked: Option<String>,
    pub password: Option<Strength>,
    pub passkeys: usize,
}

/// The citizen's ways to sign in.
pub(crate) async fn own_methods(cx: &Cx, citizen: &Citizen) -> Result<OwnMethods, Error> {
    cx.db
        .read("identity.own_methods", async |tx| {
            require_running(tx, citizen).await?;
            let account = citizen.account;
            let phone_masked = match store::phone(tx, account).await? {
                Some(sealed) => {
                    let phone = cx.keys.open_sealed(tx, &PHONE, account.uuid(), &sealed).await?;
                    let phone = String::from_utf8(phone).map_err(|_| Unsealable)?;
                    let phone: PhoneNumber = phone.parse().map_err(|_| Unsealable)?;
                    Some(phone.masked())
                }
                None => None,
            };
            let password = store::password(tx, account).await?.map(|stored| stored.strength);
            let passkeys = store::passkeys(tx, account).await?.len();
            Ok(OwnMethods { phone_masked, password, passkeys })
        })
        .await
}
