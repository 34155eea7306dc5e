//! What the two are told. Each letter says only what its reader knows, and none names the other.

use chrono::{DateTime, Utc};
use citygate_catalogue::{OfficeId, office};
use citygate_identity::{PersonId, contact};
use citygate_kernel::{Locale, Masked};
use citygate_notify::{EmailAddress, Mail, send_mail};
use citygate_platform::{Cx, db::Tx};

use crate::{error::Error, mail, model::Case};

/// The code of an invitation, to an address that A has given, in A's language: nobody knows yet who
/// reads it.
pub(super) async fn invite(
    cx: &Cx,
    tx: &mut Tx<'_>,
    to: &EmailAddress,
    token: &Masked<String>,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    let letter = mail::invitation(token.expose(), until, cx.locale);
    Ok(send_mail(&cx.keys, tx, to, &letter).await?)
}

/// The other has confirmed.
pub(super) async fn confirmed(cx: &Cx, tx: &mut Tx<'_>, to: PersonId) -> Result<(), Error> {
    send(cx, tx, to, mail::confirmed).await
}

/// Nobody has answered.
pub(super) async fn unanswered(cx: &Cx, tx: &mut Tx<'_>, to: PersonId) -> Result<(), Error> {
    send(cx, tx, to, mail::unanswered).await
}

/// The case has ended by itself.
pub(super) async fn lapsed(cx: &Cx, tx: &mut Tx<'_>, to: PersonId) -> Result<(), Error> {
    send(cx, tx, to, mail::lapsed).await
}

/// The other has ended the case.
pub(super) async fn ended(cx: &Cx, tx: &mut Tx<'_>, to: PersonId) -> Result<(), Error> {
    send(cx, tx, to, mail::ended).await
}

/// The appointment is near.
pub(super) async fn reminder(
    cx: &Cx,
    tx: &mut Tx<'_>,
    case: &Case,
    to: PersonId,
) -> Result<(), Error> {
    let Some(venue) = case.venue else { return Ok(()) };
    let city = citygate_catalogue::city(tx, case.id.city()).await?;
    let office = office(tx, OfficeId::from_parts(city.code, venue.office)).await?;
    let when = venue.starts_at.with_timezone(&city.time_zone).format("%Y-%m-%d %H:%M").to_string();
    let letter = |locale| {
        mail::reminder((&when, office.name.get(locale), office.address.get(locale)), locale)
    };
    send(cx, tx, to, letter).await
}

/// The marriage is registered.
pub(super) async fn registered(
    cx: &Cx,
    tx: &mut Tx<'_>,
    number: &str,
    to: PersonId,
) -> Result<(), Error> {
    send(cx, tx, to, |locale| mail::registered(number, locale)).await
}

/// The registry has refused; why stands in the app.
pub(super) async fn refused(cx: &Cx, tx: &mut Tx<'_>, to: PersonId) -> Result<(), Error> {
    send(cx, tx, to, mail::refused).await
}

/// The record was corrected, or annulled by a court.
pub(super) async fn changed(
    cx: &Cx,
    tx: &mut Tx<'_>,
    annulled: bool,
    to: PersonId,
) -> Result<(), Error> {
    send(cx, tx, to, |locale| mail::changed(annulled, locale)).await
}

async fn send(
    cx: &Cx,
    tx: &mut Tx<'_>,
    to: PersonId,
    letter: impl FnOnce(Locale) -> Mail,
) -> Result<(), Error> {
    let Some(to) = contact(&cx.keys, tx, to).await? else { return Ok(()) };
    Ok(send_mail(&cx.keys, tx, &to.email, &letter(to.locale)).await?)
}
