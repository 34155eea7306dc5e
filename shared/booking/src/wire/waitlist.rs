//! Turns in waitlists.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::Turn,
    model::{AppointmentId, SessionId, WaitlistEntryId, WaitlistState},
};

/// A turn in the waitlist of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitlistEntry)]
pub(crate) struct WaitlistEntryBody {
    id: WaitlistEntryId,
    session_id: SessionId,
    state: WaitlistState,
    /// How many stand before it; present while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64)]
    before: Option<i64>,
    /// The place that is held for it; present once it was offered one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AppointmentId)]
    appointment_id: Option<AppointmentId>,
}

impl From<Turn> for WaitlistEntryBody {
    fn from(Turn { entry, before }: Turn) -> Self {
        Self {
            id: entry.id,
            session_id: entry.session,
            state: entry.state,
            before,
            appointment_id: entry.appointment,
        }
    }
}

impl WaitlistEntryBody {
    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}
