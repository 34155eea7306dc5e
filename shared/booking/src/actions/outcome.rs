//! What the bill of a held place decides.

use citygate_catalogue::RuleBook;
use citygate_payments::{BillId, BillState, bills};
use citygate_platform::{Cx, db::Tx};

use super::giveback::give_back;
use crate::{
    error::Error,
    events::{self, AppointmentChanged},
    model::{Appointment, AppointmentState, WaitlistState},
    rules::state::{self, Event},
    store,
};

/// Confirms an appointment whose bill is paid. Doing it again changes nothing.
pub(crate) async fn confirm(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("booking.confirm", async |tx| {
            let Some(found) = store::appointment_of_bill(tx, bill).await? else { return Ok(()) };
            let locked = store::lock_appointment(tx, found.id).await?;
            let mut appointment = locked.ok_or(Error::AppointmentUnknown)?;
            if appointment.state == AppointmentState::Held {
                confirm_locked(tx, &mut appointment).await?;
            }
            Ok(())
        })
        .await
}

async fn confirm_locked(tx: &mut Tx<'_>, appointment: &mut Appointment) -> Result<(), Error> {
    change(tx, appointment, Event::Pay).await?;
    let turn = store::entry_of_appointment(tx, appointment.session, appointment.person).await?;
    if let Some(mut turn) = turn {
        turn.state = WaitlistState::Taken;
        store::save_entry(tx, &turn).await?;
    }
    Ok(())
}

/// Ends an appointment whose bill was not paid in time, and takes its place back. Doing it again
/// changes nothing.
pub(crate) async fn expire(cx: &Cx, book: &RuleBook, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("booking.expire", async |tx| {
            let Some(found) = store::appointment_of_bill(tx, bill).await? else { return Ok(()) };
            let wanted = [(found.slot.uuid(), found.channel)];
            let mut places = store::lock_places(tx, found.id.city(), &wanted).await?;
            let locked = store::lock_appointment(tx, found.id).await?;
            let mut appointment = locked.ok_or(Error::AppointmentUnknown)?;
            if appointment.state != AppointmentState::Held {
                return Ok(());
            }
            change(tx, &mut appointment, Event::Expire).await?;
            let turn =
                store::entry_of_appointment(tx, appointment.session, appointment.person).await?;
            if let Some(mut turn) = turn {
                turn.state = WaitlistState::Lapsed;
                store::save_entry(tx, &turn).await?;
            }
            let session = store::session(tx, found.session).await?.ok_or(Error::SessionUnknown)?;
            let place = places.pop().ok_or(Error::Damaged("place"))?;
            give_back(tx, book, place, &session).await
        })
        .await
}

/// Writes down what a bill has decided of a locked appointment, if it has and nobody has yet: the
/// bill knows first.
pub(crate) async fn settle(tx: &mut Tx<'_>, appointment: &mut Appointment) -> Result<(), Error> {
    if effective(tx, appointment).await? == AppointmentState::Booked
        && appointment.state == AppointmentState::Held
    {
        confirm_locked(tx, appointment).await?;
    }
    Ok(())
}

/// Where an appointment stands, by its bill where that decides.
pub(crate) async fn effective(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
) -> Result<AppointmentState, Error> {
    let (AppointmentState::Held, Some(bill)) = (appointment.state, appointment.bill) else {
        return Ok(appointment.state);
    };
    let found = bills(tx, bill.city(), &[bill]).await?;
    Ok(by_bill(found.get(&bill).map(|view| view.state)))
}

/// What the state of its bill makes of a held appointment.
pub(crate) fn by_bill(bill: Option<BillState>) -> AppointmentState {
    match bill {
        Some(BillState::Paid) => AppointmentState::Booked,
        Some(BillState::Expired) => AppointmentState::Expired,
        Some(BillState::Open | BillState::Cancelled) | None => AppointmentState::Held,
    }
}

/// Lets something happen to a locked appointment, writes it down and tells.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    appointment: &mut Appointment,
    event: Event,
) -> Result<(), Error> {
    appointment.state = state::next(appointment.state, event)?;
    if let Event::Cancel(by) = event {
        appointment.cancelled_by = Some(by);
    }
    store::save_appointment(tx, appointment).await?;
    events::tell(tx, &[AppointmentChanged::of(appointment)]).await
}
