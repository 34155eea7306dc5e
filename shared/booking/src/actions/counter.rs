//! Those who do not come through the app: an agency's counter books for them, or whoever refers
//! them. They need no account. Quotas, strikes and locks are those of everybody.

use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;

use super::{
    cancel::{give_up, lock},
    desk::Wish,
    grant::grant,
    rule_book::RuleBook,
};
use crate::{
    error::Error,
    model::{Appointment, AppointmentId, BookFor, Channel},
    store,
};

/// Books a place for somebody. It is confirmed at once: the counter collects the fee itself. Its
/// places are not released: it has them from the moment the session is opened.
pub async fn book_for(tx: &mut Tx<'_>, place: &BookFor) -> Result<Appointment, Error> {
    let (city, channel) = (place.session.city(), place.channel.channel());
    let mut slots = store::slots_of(tx, city, &[place.session.uuid()], channel).await?;
    let slots = slots.remove(&place.session).unwrap_or_default();
    let slot = slots.iter().find(|slot| slot.starts_at == place.starts_at);
    let wish = Wish {
        slot: slot.ok_or(Error::SlotUnknown)?.id,
        channel,
        person: place.person,
        account: None,
        origin: place.channel.origin(),
        held_until: None,
        instead_of: None,
    };
    grant(tx, &RuleBook::default(), &wish).await
}

/// Gives up what was booked with [`book_for`] at an agency, for the person, as long as they could
/// themselves. Whoever referred somebody has the place back, and so has the counter.
pub async fn cancel_for(
    tx: &mut Tx<'_>,
    (agency, service): (AgencyId, &str),
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = store::appointment(tx, id).await?.filter(|one| {
        one.agency == agency && one.service == service && one.channel != Channel::App
    });
    let locked = lock(tx, &found.ok_or(Error::AppointmentUnknown)?).await?;
    let given_up = give_up(tx, &RuleBook::default(), locked, "cancelled at the counter").await?;
    Ok(given_up.appointment)
}
