//! Moving an appointment to another slot of the same worth.

use citygate_catalogue::{City, RuleBook};
use citygate_identity::{RealName, require_session};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    cancel::{lock, own},
    desk::{Conditions, Desk, Wish},
    giveback::give_back,
    outcome::settle,
};
use crate::{
    error::Error,
    events::{self, AppointmentChanged},
    model::{Appointment, AppointmentId, AppointmentState, Origin, Session, SlotId},
    store,
    wire::AppointmentBody,
};

/// Moves the caller's appointment, once for each claim. It keeps its number and its bill; the old
/// place comes back.
pub(crate) async fn reschedule(
    cx: &Cx,
    book: &RuleBook,
    claim: &Claim,
    caller: &RealName,
    (id, to): (AppointmentId, SlotId),
) -> Result<Answer, Error> {
    cx.db
        .tx("booking.reschedule", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                moved(cx, tx, book, caller, (id, to)).await
            })
            .await
        })
        .await
}

async fn moved(
    cx: &Cx,
    tx: &mut Tx<'_>,
    book: &RuleBook,
    caller: &RealName,
    (id, to): (AppointmentId, SlotId),
) -> Result<AppointmentBody, Error> {
    if to.city() != id.city() {
        return Err(Error::NotOfTheSameWorth);
    }
    let found = own(tx, caller.person, id).await?;
    let wish = Wish {
        slot: to,
        // Whoever has booked at a counter stays with its places.
        channel: found.channel,
        person: caller.person,
        account: Some(caller.account),
        origin: Origin::Claim,
        held_until: None,
        instead_of: Some(id),
        to_confirm: false,
    };
    let (appointment, conditions, city) = move_to(tx, book, &found, &[wish]).await?;
    Ok(AppointmentBody::new(&appointment, &conditions, &city, cx.locale))
}

/// Moves an appointment to the slot that all who come to it wish for.
pub(super) async fn move_to(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    found: &Appointment,
    wishes: &[Wish],
) -> Result<(Appointment, Conditions, City), Error> {
    let to = wishes.first().ok_or(Error::Damaged("people of an appointment"))?;
    // Both places at once, so that two who change with each other do not wait crosswise.
    let both = [Wish { slot: found.slot, ..*to }, *to];
    let mut desk = Desk::open(tx, book, found.id.city(), &both).await?;
    let (place, mut appointment) = lock(tx, found).await?;
    settle(tx, &mut appointment).await?;
    let old = desk.conditions(&both[0]).ok_or(Error::Damaged("session"))?;
    may_move(&appointment, old.cancel_until(appointment.starts_at, &desk.city), tx, old)?;
    let old = old.session.clone();
    desk.know(tx, &wishes.iter().collect::<Vec<_>>()).await?;
    let (target, conditions) = desk.at_the_door(to)?;
    if !same_worth(&old, &conditions.session) || target.slot == place.slot {
        return Err(Error::NotOfTheSameWorth);
    }
    for wish in wishes {
        desk.admit(wish, target, conditions)?;
    }
    let (mut target, conditions) = (*target, conditions.clone());
    target.taken += 1;
    store::save_places(tx, found.id.city(), &[&target]).await?;
    let session = &conditions.session;
    (appointment.session, appointment.slot, appointment.on) = (session.id, target.slot, session.on);
    (appointment.starts_at, appointment.ends_at) = (target.starts_at, target.ends_at);
    store::save_appointment(tx, &appointment).await?;
    events::tell(tx, &[AppointmentChanged::of(&appointment)]).await?;
    give_back(tx, book, place, &old).await?;
    Ok((appointment, conditions, desk.city))
}

/// Only what could be given up can be moved.
fn may_move(
    appointment: &Appointment,
    until: chrono::DateTime<chrono::Utc>,
    tx: &Tx<'_>,
    old: &Conditions,
) -> Result<(), Error> {
    match appointment.state {
        AppointmentState::Held | AppointmentState::Booked if tx.now() < until => Ok(()),
        AppointmentState::Held | AppointmentState::Booked => {
            Err(Error::TooLate { until, citation: old.cancel.citation.clone() })
        }
        AppointmentState::Arrived
        | AppointmentState::Fulfilled
        | AppointmentState::Cancelled
        | AppointmentState::Expired
        | AppointmentState::NoShow => Err(Error::NotLive),
    }
}

/// Whether an appointment can go from one session to another without anything to pay or to explain.
fn same_worth(one: &Session, other: &Session) -> bool {
    one.agency == other.agency
        && one.service == other.service
        && one.unit == other.unit
        && one.grade == other.grade
        && one.fee == other.fee
}
