//! Appointments as those see them who have them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, City};
use citygate_kernel::Locale;
use citygate_payments::BillId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::{AppointmentView, Conditions},
    model::{Appointment, AppointmentId, AppointmentState, CancelledBy, Origin, SessionId, SlotId},
};

/// Which place is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClaimRequest)]
pub(crate) struct ClaimBody {
    pub slot_id: SlotId,
}

/// Where an appointment is to be moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RescheduleRequest)]
pub(crate) struct RescheduleBody {
    pub slot_id: SlotId,
}

/// Somebody's place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Appointment)]
pub(crate) struct AppointmentBody {
    id: AppointmentId,
    agency_id: AgencyId,
    /// The service that opened the session: `hospital`.
    service: String,
    session_id: SessionId,
    slot_id: SlotId,
    /// What it is, in the language of the answer.
    title: String,
    /// Where, in the language of the answer.
    place: String,
    /// The day in the city.
    on: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    state: AppointmentState,
    origin: Origin,
    /// What is to be paid for it, where there is a fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BillId)]
    bill_id: Option<BillId>,
    /// Until when it is held; present while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    pay_by: Option<DateTime<Utc>>,
    /// Until when it can be given up or moved.
    cancel_until: DateTime<Utc>,
    /// Who cancelled it; present once somebody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CancelledBy)]
    cancelled_by: Option<CancelledBy>,
    /// Why the agency cancelled it; present once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    cancel_reason: Option<String>,
}

impl AppointmentBody {
    pub(crate) fn new(
        appointment: &Appointment,
        conditions: &Conditions,
        city: &City,
        locale: Locale,
    ) -> Self {
        let session = &conditions.session;
        let held = appointment.state == AppointmentState::Held;
        let by_agency = appointment.cancelled_by == Some(CancelledBy::Agency);
        let reason = appointment.cancel_reason.clone();
        Self {
            id: appointment.id,
            agency_id: appointment.agency,
            service: appointment.service.clone(),
            session_id: appointment.session,
            slot_id: appointment.slot,
            title: session.title.get(locale).to_owned(),
            place: session.place.get(locale).to_owned(),
            on: appointment.on,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            state: appointment.state,
            origin: appointment.origin,
            bill_id: appointment.bill,
            pay_by: appointment.held_until.filter(|_| held),
            cancel_until: conditions.cancel_until(appointment.starts_at, city),
            cancelled_by: appointment.cancelled_by,
            cancel_reason: reason.filter(|_| by_agency),
        }
    }

    pub(crate) fn of(view: &AppointmentView, locale: Locale) -> Self {
        Self::new(&view.appointment, &view.conditions, &view.city, locale)
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}
