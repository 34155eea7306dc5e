//! Signing in with a one-time code. The first time is signing up.

use citygate_kernel::{CityCode, Clock};
use citygate_notify::{EmailAddress, send_mail};
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, random},
};

use super::sessions::{Granted, open_session};
use crate::{
    error::Error,
    mail,
    model::{Account, AccountId},
    store,
    tokens::Tokens,
};

/// Sends a code to an address, known or not.
pub(crate) async fn send_code(cx: &Cx, email: &EmailAddress, city: CityCode) -> Result<(), Error> {
    let index = email_index(&cx.keys, email);
    let code = six_digits();
    cx.db
        .tx("identity.send_code", async |tx| {
            let now = tx.now();
            let mut row = store::lock_code(tx, &index, city).await?;
            let state = row.state().send(now).map_err(Error::CodeTooSoon)?;
            row.set(&state);
            row.city = city.number();
            row.used_at = None;
            row.code_digest = code_digest(&cx.keys, &index, &code);
            store::update_code(tx, &row).await?;
            let letter = mail::one_time_code(&code, cx.locale);
            Ok(send_mail(&cx.keys, tx, email, &letter).await?)
        })
        .await
}

/// Exchanges a code for a session. A wrong guess is counted and the count commits.
pub(crate) async fn sign_in(
    cx: &Cx,
    tokens: &Tokens,
    email: &EmailAddress,
    code: &str,
) -> Result<Granted, Error> {
    let index = email_index(&cx.keys, email);
    let digest = code_digest(&cx.keys, &index, code);
    cx.db
        .tx("identity.sign_in", async |tx| {
            let now = tx.now();
            let Some(mut row) = store::find_code(tx, &index).await? else { return Ok(None) };
            let Some(state) = row.state().guess(now) else { return Ok(None) };
            row.set(&state);
            let right = Keys::same(&row.code_digest, &digest);
            row.used_at = right.then_some(now);
            store::update_code(tx, &row).await?;
            if !right {
                return Ok(None);
            }
            let city = row.city.try_into().map_err(|_| Error::CityUnknown)?;
            let account = account_for(cx, tx, email, city).await?;
            open_session(tx, tokens, &account).await.map(Some)
        })
        .await?
        .ok_or(Error::CodeRefused)
}

/// The account of an address, opened where there is none.
pub(crate) async fn account_for(
    cx: &Cx,
    tx: &mut Tx<'_>,
    email: &EmailAddress,
    city: CityCode,
) -> Result<Account, Error> {
    let index = email_index(&cx.keys, email);
    if let Some(account) = store::account_by_email(tx, &index).await? {
        return Ok(account);
    }
    let id = AccountId::new(&Clock::manual(tx.now()));
    let account = Account {
        id,
        city,
        email_sealed: cx.keys.seal(
            "identity.accounts.email",
            id.uuid(),
            email.as_str().as_bytes(),
        )?,
        locale: cx.locale,
        person: None,
        real_name_at: None,
        created_at: tx.now(),
    };
    store::insert_account(tx, &account, &index).await?;
    Ok(account)
}

/// How an address is found.
pub(crate) fn email_index(keys: &Keys, email: &EmailAddress) -> Vec<u8> {
    keys.blind_index("email", &email.canonical())
}

/// Bound to the address, so that a digest says nothing about another's code.
fn code_digest(keys: &Keys, email_index: &[u8], code: &str) -> Vec<u8> {
    let bound: String = email_index.iter().map(|byte| format!("{byte:02x}")).collect();
    keys.blind_index("sign_in_code", &format!("{bound}:{code}"))
}

/// Six digits, all equally likely.
fn six_digits() -> String {
    const CODES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_be_bytes(random());
        if number < FAIR {
            return format!("{:06}", number % CODES);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_have_six_digits_and_differ() {
        let codes: std::collections::BTreeSet<_> = (0..100).map(|_| super::six_digits()).collect();
        assert!(codes.iter().all(|code| code.len() == 6));
        assert!(codes.len() > 90);
    }
}
