//! Giving an appointment up.

use citygate_catalogue::RuleBook;
use citygate_identity::{PersonId, RealName, require_session};
use citygate_payments::{cancel_bill, refund_bill};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};
use serde_json::json;

use super::{
    desk::Conditions,
    giveback::give_back,
    outcome::{change, settle},
    read::AppointmentView,
    strikes::strike,
};
use crate::{
    error::Error,
    model::{Appointment, AppointmentId, AppointmentState, CancelledBy, Origin, StrikeKind},
    rules::state::Event,
    store::{self, Place},
    wire::AppointmentBody,
};

/// Gives up the caller's appointment, once for each claim: what was paid goes back in full.
pub(crate) async fn cancel(
    cx: &Cx,
    book: &RuleBook,
    claim: &Claim,
    caller: &RealName,
    id: AppointmentId,
) -> Result<Answer, Error> {
    cx.db
        .tx("booking.cancel", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let found = own(tx, caller.person, id).await?;
                let locked = lock(tx, &found).await?;
                let given_up = give_up(tx, book, locked, "cancelled").await?;
                Ok::<_, Error>(AppointmentBody::of(&given_up, cx.locale))
            })
            .await
        })
        .await
}

/// Gives up a locked appointment for whoever has it, as long as the rule allows; its place comes
/// back.
pub(super) async fn give_up(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    (place, mut appointment): (Place, Appointment),
    reason: &str,
) -> Result<AppointmentView, Error> {
    let session = store::session(tx, appointment.session).await?;
    let session = session.ok_or(Error::Damaged("session"))?;
    let conditions = Conditions::read(tx, book, session).await?;
    let city = citygate_catalogue::city(tx, appointment.id.city()).await?;
    settle(tx, &mut appointment).await?;
    let until = conditions.cancel_until(appointment.starts_at, &city);
    if appointment.state == AppointmentState::Booked && tx.now() >= until {
        let citation = conditions.cancel.citation.clone();
        return Err(Error::TooLate { until, citation });
    }
    withdraw(tx, &mut appointment, CancelledBy::Citizen, reason).await?;
    if conditions.strike.params.kinds.contains(&StrikeKind::Cancel) {
        let evidence = json!({"cancelled_at": tx.now(), "cancelled_for": appointment.starts_at});
        strike(tx, &appointment, StrikeKind::Cancel, &evidence).await?;
    }
    give_back(tx, book, place, &conditions.session).await?;
    Ok(AppointmentView { appointment, conditions, city })
}

/// The caller's appointment, where it is for the caller alone to give up and to move.
pub(super) async fn own(
    tx: &mut Tx<'_>,
    caller: PersonId,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let found = store::appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)?;
    if !comes_to(tx, caller, &found).await? {
        return Err(Error::AppointmentUnknown);
    }
    if found.origin == Origin::Service { Err(Error::ThroughService) } else { Ok(found) }
}

/// Whether somebody comes to an appointment, in their own name or beside another.
pub(super) async fn comes_to(
    tx: &mut Tx<'_>,
    person: PersonId,
    found: &Appointment,
) -> Result<bool, Error> {
    if found.person == person {
        return Ok(true);
    }
    // Only services claim places for more than one.
    Ok(found.origin == Origin::Service
        && store::companions(tx, found.id).await?.iter().any(|one| one.person == person))
}

/// Locks the place of an appointment, and then the appointment: the order of all writers.
pub(crate) async fn lock(
    tx: &mut Tx<'_>,
    found: &Appointment,
) -> Result<(Place, Appointment), Error> {
    let wanted = [(found.slot.uuid(), found.channel)];
    let place = store::lock_places(tx, found.id.city(), &wanted).await?.pop();
    let locked = store::lock_appointment(tx, found.id).await?.ok_or(Error::AppointmentUnknown)?;
    if locked.slot != found.slot {
        // It has moved meanwhile: whoever repeats the request finds it where it is.
        return Err(Error::Moved);
    }
    Ok((place.ok_or(Error::Damaged("place"))?, locked))
}

/// Ends a locked appointment before its time. An open bill is taken back, and what was paid of a
/// settled one goes back to the wallet it came from.
pub(crate) async fn withdraw(
    tx: &mut Tx<'_>,
    appointment: &mut Appointment,
    by: CancelledBy,
    reason: &str,
) -> Result<(), Error> {
    let held = appointment.state == AppointmentState::Held;
    appointment.cancel_reason = Some(reason.to_owned());
    change(tx, appointment, Event::Cancel(by)).await?;
    let Some(bill) = appointment.bill else { return Ok(()) };
    if held {
        match cancel_bill(tx, appointment.agency, bill, reason).await {
            // Paid since this transaction looked: then the money goes back.
            Err(citygate_payments::Error::BillHasPayments) => {}
            cancelled => return Ok(cancelled.map(|_| ())?),
        }
    }
    refund_bill(tx, appointment.agency, bill, None, reason).await?;
    Ok(())
}
