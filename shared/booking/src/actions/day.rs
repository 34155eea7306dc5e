//! What becomes of an appointment on its day; the service that opened the session says so.

use citygate_platform::db::Tx;
use serde_json::Value;

use super::{
    outcome::{change, settle},
    strikes::strike,
};
use crate::{
    error::Error,
    model::{Appointment, AppointmentId, AppointmentState, StrikeKind},
    rules::state::Event,
    store,
};

/// The person is there. Doing it again changes nothing.
pub async fn arrive(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Appointment, Error> {
    let mut appointment = locked(tx, id).await?;
    settle(tx, &mut appointment).await?;
    if appointment.state != AppointmentState::Arrived {
        change(tx, &mut appointment, Event::Arrive).await?;
    }
    Ok(appointment)
}

/// The person was seen. Doing it again changes nothing.
pub async fn fulfil(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Appointment, Error> {
    let mut appointment = locked(tx, id).await?;
    if appointment.state != AppointmentState::Fulfilled {
        change(tx, &mut appointment, Event::Fulfil).await?;
    }
    Ok(appointment)
}

/// The person did not come: with what shows it, which they can read and object to. Doing it again
/// changes nothing.
pub async fn no_show(
    tx: &mut Tx<'_>,
    id: AppointmentId,
    evidence: &Value,
) -> Result<Appointment, Error> {
    let mut appointment = locked(tx, id).await?;
    settle(tx, &mut appointment).await?;
    if appointment.state != AppointmentState::NoShow {
        change(tx, &mut appointment, Event::Miss).await?;
        strike(tx, &appointment, StrikeKind::NoShow, evidence).await?;
    }
    Ok(appointment)
}

async fn locked(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Appointment, Error> {
    store::lock_appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)
}
