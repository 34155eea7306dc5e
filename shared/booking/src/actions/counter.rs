//! Those who do not come through the app: an agency's counter books for them, or whoever refers
//! them. They need no account. Quotas, strikes and locks are those of everybody.

use citygate_catalogue::{AgencyId, RuleBook};
use citygate_platform::db::Tx;

use super::{
    cancel::{give_up, lock},
    desk::Wish,
    giveback::give_back,
    grant::grant,
    outcome::change,
};
use crate::{
    error::Error,
    jobs::{RELEASE_HOLD, ReleaseHold},
    model::{Appointment, AppointmentId, AppointmentState, BookFor, Channel},
    rules::state::Event,
    store,
};

/// Books a place for somebody. It is confirmed at once: the counter collects the fee itself. Its
/// places are not released: it has them from the moment the session is opened.
pub async fn book_for(tx: &mut Tx<'_>, place: &BookFor) -> Result<Appointment, Error> {
    give(tx, place, false).await
}

/// Keeps a place for somebody, for as long as a place is held for its fee. It comes back unless
/// [`confirm_for`] is called before [`Appointment::held_until`].
pub async fn hold_for(tx: &mut Tx<'_>, place: &BookFor) -> Result<Appointment, Error> {
    let held = give(tx, place, true).await?;
    let until = held.held_until.ok_or(Error::Damaged("hold"))?;
    RELEASE_HOLD.enqueue_at(tx, &ReleaseHold { appointment: held.id }, until).await?;
    Ok(held)
}

async fn give(tx: &mut Tx<'_>, place: &BookFor, to_confirm: bool) -> Result<Appointment, Error> {
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
        to_confirm,
    };
    grant(tx, &RuleBook::default(), &wish).await
}

/// An appointment that was made at a counter of the agency.
async fn made_at(
    tx: &mut Tx<'_>,
    (agency, service): (AgencyId, &str),
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = store::appointment(tx, id).await?.filter(|one| {
        one.agency == agency && one.service == service && one.channel != Channel::App
    });
    found.ok_or(Error::AppointmentUnknown)
}

/// Confirms what was kept with [`hold_for`]. Doing it again changes nothing; once its time is over,
/// it is too late, even if the place has not come back yet.
pub async fn confirm_for(
    tx: &mut Tx<'_>,
    of: (AgencyId, &str),
    id: AppointmentId,
) -> Result<Appointment, Error> {
    made_at(tx, of, id).await?;
    let locked = store::lock_appointment(tx, id).await?;
    let mut appointment = locked.ok_or(Error::AppointmentUnknown)?;
    let over = appointment.held_until.is_some_and(|until| until <= tx.now());
    match appointment.state {
        AppointmentState::Held if over => return Err(Error::NotLive),
        // Whoever confirms has collected the fee, or will.
        AppointmentState::Held => change(tx, &mut appointment, Event::Pay).await?,
        AppointmentState::Booked => {}
        _ => return Err(Error::NotLive),
    }
    Ok(appointment)
}

/// Ends what was kept and not confirmed in time, and takes its place back. Doing it again changes
/// nothing.
pub(crate) async fn release_hold(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    id: AppointmentId,
) -> Result<(), Error> {
    let found = store::appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)?;
    let (place, mut appointment) = lock(tx, &found).await?;
    if appointment.state != AppointmentState::Held || appointment.bill.is_some() {
        return Ok(());
    }
    change(tx, &mut appointment, Event::Expire).await?;
    let session = store::session(tx, appointment.session).await?.ok_or(Error::SessionUnknown)?;
    give_back(tx, book, place, &session).await
}

/// Locks an appointment with an agency, and its place: what is read of it stays as it is until the
/// transaction ends.
pub async fn lock_for(
    tx: &mut Tx<'_>,
    (agency, service): (AgencyId, &str),
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = store::appointment(tx, id).await?;
    let found = found.filter(|one| one.agency == agency && one.service == service);
    Ok(lock(tx, &found.ok_or(Error::AppointmentUnknown)?).await?.1)
}

/// Gives up what was booked with [`book_for`], or kept with [`hold_for`], at an agency, for the
/// person, as long as they could themselves. Whoever referred somebody has the place back, and so has
/// the counter.
pub async fn cancel_for(
    tx: &mut Tx<'_>,
    of: (AgencyId, &str),
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = made_at(tx, of, id).await?;
    let locked = lock(tx, &found).await?;
    let given_up = give_up(tx, &RuleBook::default(), locked, "cancelled at the counter").await?;
    Ok(given_up.appointment)
}
