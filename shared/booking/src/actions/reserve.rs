//! Places that a service claims for people it has checked: one place, however many come together.
//! Releases, closes, quotas, strikes and blocks are those of everybody, and hold for each of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_catalogue::RuleBook;
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use serde_json::json;

use super::{
    cancel::{give_up, lock, withdraw},
    desk::{Desk, Wish},
    giveback::give_back,
    outcome::settle,
    reschedule::move_to,
    strikes::strike,
};
use crate::{
    error::Error,
    model::{
        Appointment, AppointmentId, Attendee, CancelledBy, Channel, Claims, Origin, Reservation,
        SessionId, SlotId, StrikeKind,
    },
    store,
};

/// Claims a place for people who come together, or refuses by a fact about one of them or about the
/// place. Which of them a fact is about is not told: the answer may reach the others.
pub async fn reserve_for(
    tx: &mut Tx<'_>,
    reservation: &Reservation<'_>,
) -> Result<Appointment, Error> {
    let Reservation { service, session, starts_at, persons } = *reservation;
    let people: BTreeSet<_> = persons.iter().map(|one| one.person).collect();
    let (Some((first, beside)), true) = (persons.split_first(), people.len() == persons.len())
    else {
        return Err(Error::Damaged("people of a reservation"));
    };
    let slot = slot_of(tx, service, (session, starts_at)).await?;
    let wishes: Vec<Wish> = persons.iter().map(|one| wish(slot, one, None)).collect();
    let book = RuleBook::default();
    let mut desk = Desk::open(tx, &book, session.city(), &wishes).await?;
    let wanted = wish(slot, first, None);
    desk.at_the_door(&wanted)?;
    admit_all(tx, &mut desk, &wishes).await?;
    let appointment = desk.give(&wanted)?;
    desk.write(tx).await?;
    if !beside.is_empty() {
        store::insert_companions(tx, appointment.id, beside).await?;
    }
    Ok(appointment)
}

/// The slot of a session whose places the service claims.
async fn slot_of(
    tx: &mut Tx<'_>,
    service: &str,
    (id, starts_at): (SessionId, DateTime<Utc>),
) -> Result<SlotId, Error> {
    let session = store::session(tx, id).await?;
    let session = session.filter(|one| one.service == service && one.claims == Claims::Service);
    session.ok_or(Error::SlotUnknown)?;
    let mut slots = store::slots_of(tx, id.city(), &[id.uuid()], Channel::App).await?;
    let slots = slots.remove(&id).unwrap_or_default();
    let slot = slots.iter().find(|slot| slot.starts_at == starts_at);
    Ok(slot.ok_or(Error::SlotUnknown)?.id)
}

fn wish(slot: SlotId, one: &Attendee, instead_of: Option<AppointmentId>) -> Wish {
    Wish {
        slot,
        channel: Channel::App,
        person: one.person,
        account: Some(one.account),
        origin: Origin::Service,
        held_until: None,
        instead_of,
        to_confirm: false,
    }
}

/// Locks all people at once, and asks for each whether they may have the place.
async fn admit_all(tx: &mut Tx<'_>, desk: &mut Desk, wishes: &[Wish]) -> Result<(), Error> {
    desk.know(tx, &wishes.iter().collect::<Vec<_>>()).await?;
    for wish in wishes {
        let (place, conditions) = desk.at_the_door(wish)?;
        desk.admit(wish, place, conditions)?;
    }
    Ok(())
}

/// An appointment that a service has claimed.
async fn claimed_by(
    tx: &mut Tx<'_>,
    service: &str,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = store::appointment(tx, id).await?;
    let found = found.filter(|one| one.service == service && one.origin == Origin::Service);
    found.ok_or(Error::AppointmentUnknown)
}

/// The last place that a service has claimed in somebody's name between two instants, whatever became
/// of it.
pub async fn last_reservation(
    tx: &mut Tx<'_>,
    of: (CityCode, &str),
    person: PersonId,
    between: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Appointment>, Error> {
    store::last_of(tx, of, person, between).await
}

/// Everybody who comes to an appointment: the one in whose name it is, and who comes beside.
async fn attendees(tx: &mut Tx<'_>, of: &Appointment) -> Result<Vec<Attendee>, Error> {
    let account = of.account.ok_or(Error::Damaged("account of a reservation"))?;
    let mut all = vec![Attendee { person: of.person, account }];
    all.extend(store::companions(tx, of.id).await?);
    Ok(all)
}

/// Gives up what was claimed with [`reserve_for`], for all who were to come, as long as the rule
/// allows. Where the ladder counts cancels, each of them has a strike.
pub async fn cancel_reservation(
    tx: &mut Tx<'_>,
    service: &str,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = claimed_by(tx, service, id).await?;
    let locked = lock(tx, &found).await?;
    Ok(give_up(tx, &RuleBook::default(), locked, "cancelled").await?.appointment)
}

/// Gives up what was claimed with [`reserve_for`] when it is too late for anybody else, by a rule of
/// the service, and still possible by that of booking. Where the ladder counts late cancels, each of
/// those who were to come has a strike.
pub async fn cancel_reservation_late(
    tx: &mut Tx<'_>,
    service: &str,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let appointment = cancel_reservation(tx, service, id).await?;
    let evidence = json!({"cancelled_at": tx.now(), "cancelled_for": appointment.starts_at});
    strike(tx, &appointment, StrikeKind::LateCancel, &evidence).await?;
    Ok(appointment)
}

/// Takes back what was claimed with [`reserve_for`], because of what the agency has found or done.
/// It is possible until the appointment is over, and never held against anybody.
pub async fn retract_reservation(
    tx: &mut Tx<'_>,
    service: &str,
    id: AppointmentId,
    reason: &str,
) -> Result<Appointment, Error> {
    let found = claimed_by(tx, service, id).await?;
    let (place, mut appointment) = lock(tx, &found).await?;
    settle(tx, &mut appointment).await?;
    withdraw(tx, &mut appointment, CancelledBy::Agency, reason).await?;
    let session = store::session(tx, appointment.session).await?.ok_or(Error::SessionUnknown)?;
    give_back(tx, &RuleBook::default(), place, &session).await?;
    Ok(appointment)
}

/// Moves what was claimed with [`reserve_for`] to another slot of the same office, grade and fee, as
/// long as it could be given up. It keeps its number; the old place comes back.
pub async fn move_reservation(
    tx: &mut Tx<'_>,
    service: &str,
    id: AppointmentId,
    to: (SessionId, DateTime<Utc>),
) -> Result<Appointment, Error> {
    if to.0.city() != id.city() {
        return Err(Error::NotOfTheSameWorth);
    }
    let found = claimed_by(tx, service, id).await?;
    let slot = slot_of(tx, service, to).await?;
    let all = attendees(tx, &found).await?;
    let wishes: Vec<Wish> = all.iter().map(|one| wish(slot, one, Some(id))).collect();
    let (appointment, _, _) = move_to(tx, &RuleBook::default(), &found, &wishes).await?;
    Ok(appointment)
}
