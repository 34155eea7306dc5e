//! What the owner of an account is told whenever somebody changes how it is signed in to.

use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx};

use super::sign_in::email_of;
use crate::{error::Error, mail, model::Account};

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    PhoneSet,
    PhoneRemoved,
    /// Somebody else has proven the number.
    PhoneTaken,
    PasswordSet,
    PasswordRemoved,
    PasskeyAdded,
    PasskeyRemoved,
}

/// Writes to the mail address of an account, in its language.
pub(super) async fn tell(
    cx: &Cx,
    tx: &mut Tx<'_>,
    account: &Account,
    notice: Notice,
) -> Result<(), Error> {
    let email = email_of(cx, tx, account).await?;
    Ok(send_mail(&cx.keys, tx, &email, &mail::notice(notice, account.locale)).await?)
}
