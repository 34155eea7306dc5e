//! Who is told what.

use citygate_identity::{PersonId, contact};
use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx};

use crate::{
    error::Error,
    mail::Letter,
    model::{Case, CaseId},
};

/// To whoever has filed a case, where there is a person.
pub(super) async fn tell(
    cx: &Cx,
    tx: &mut Tx<'_>,
    case: &Case,
    letter: Letter,
) -> Result<(), Error> {
    match case.person {
        Some(person) => send(cx, tx, (case.id, person), letter).await,
        None => Ok(()),
    }
}

/// To somebody, about a case.
pub(super) async fn send(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (case, to): (CaseId, PersonId),
    letter: Letter,
) -> Result<(), Error> {
    let Some(to) = contact(&cx.keys, tx, to).await? else { return Ok(()) };
    Ok(send_mail(&cx.keys, tx, &to.email, &letter.mail(&case.to_string(), to.locale)).await?)
}
