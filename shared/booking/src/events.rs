//! News of booking.

use citygate_platform::{
    db::Tx,
    jobs::{Event, emit_all},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    model::{Appointment, AppointmentId, AppointmentState, SessionId},
};

/// An appointment stands elsewhere than before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppointmentChanged {
    /// Which one.
    pub appointment: AppointmentId,
    /// Of which session.
    pub session: SessionId,
    /// The service that opened the session; others need not look.
    pub service: String,
    /// Where it stands now.
    pub state: AppointmentState,
}

impl AppointmentChanged {
    pub(crate) fn of(appointment: &Appointment) -> Self {
        Self {
            appointment: appointment.id,
            session: appointment.session,
            service: appointment.service.clone(),
            state: appointment.state,
        }
    }
}

/// Told whenever an appointment is made, and whenever its state changes.
pub const APPOINTMENT_CHANGED: Event<AppointmentChanged> =
    Event::new("booking.appointment_changed");

/// Tells of some appointments.
pub(crate) async fn tell(tx: &Tx<'_>, changed: &[AppointmentChanged]) -> Result<(), Error> {
    Ok(emit_all(tx, vec![APPOINTMENT_CHANGED.news(changed)?]).await?)
}
