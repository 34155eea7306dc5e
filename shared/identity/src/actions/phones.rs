//! The telephone number of an account.

use citygate_notify::PhoneNumber;
use citygate_platform::Cx;

use super::{
    codes::{Asked, SentCode, address_of, ask, guess},
    devices::require_fresh,
    notices::{Notice, tell},
};
use crate::{
    caller::Citizen,
    error::Error,
    methods::SignInMethods,
    model::{ChallengeId, CodeAddress},
    rules::Purpose,
    sealed::PHONE,
    store,
    visitor::Visitor,
};

/// Sends a code to a number that the citizen wants to add. Nothing says whether another account has
/// it.
pub(crate) async fn send_phone_code(
    cx: &Cx,
    methods: &SignInMethods,
    visitor: &Visitor,
    citizen: &Citizen,
    phone: &PhoneNumber,
) -> Result<SentCode, Error> {
    let address = CodeAddress::Phone(phone.clone());
    cx.db
        .tx("identity.send_phone_code", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let (purpose, city) = (Purpose::AddPhone, account.city);
            let asked = Asked { purpose, address: &address, account: Some(account.id), city };
            ask(cx, tx, methods, visitor, &asked).await
        })
        .await
}

/// Gives the citizen's account the number that the code was sent to. Whoever has the telephone has
/// the number: another account that had it loses it, and hears of it.
pub(crate) async fn set_phone(
    cx: &Cx,
    citizen: &Citizen,
    challenge: ChallengeId,
    digits: &str,
) -> Result<PhoneNumber, Error> {
    cx.db
        .tx("identity.set_phone", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let asked = store::code(tx, challenge).await?;
            if asked.is_none_or(|code| code.account != Some(account.id)) {
                return Ok::<_, Error>(None);
            }
            let wanted = (challenge, Purpose::AddPhone);
            let Some(code) = guess(&cx.keys, tx, wanted, digits, true).await? else {
                return Ok(None);
            };
            let CodeAddress::Phone(phone) = address_of(&cx.keys, tx, &code).await? else {
                return Ok(None);
            };
            let holder = store::account_of_phone(tx, &code.address_index).await?;
            if let Some(other) = holder.filter(|holder| *holder != account.id) {
                store::delete_phone(tx, other).await?;
                if let Some(other) = store::account(tx, other).await? {
                    tell(cx, tx, &other, Notice::PhoneTaken).await?;
                }
            }
            let (row, digits) = (account.id.uuid(), phone.as_str().as_bytes());
            let sealed = cx.keys.seal(tx, &PHONE, row, digits).await?;
            store::put_phone(tx, account.id, &code.address_index, &sealed).await?;
            tell(cx, tx, &account, Notice::PhoneSet).await?;
            Ok(Some(phone))
        })
        .await?
        .ok_or(Error::CodeRefused)
}

/// Takes the number of the citizen's account away, if it has one.
pub(crate) async fn remove_phone(cx: &Cx, citizen: &Citizen) -> Result<(), Error> {
    cx.db
        .tx("identity.remove_phone", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            if store::delete_phone(tx, account.id).await? {
                tell(cx, tx, &account, Notice::PhoneRemoved).await?;
            }
            Ok(())
        })
        .await
}
