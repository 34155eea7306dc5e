//! Sessions as anybody sees them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Locale, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Allocation, DayPart, Session, SessionId, SessionView, Slot, SlotId};

/// A stretch of time in which an agency receives people, with the places that the app can have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingSession)]
pub(crate) struct SessionBody {
    id: SessionId,
    agency_id: AgencyId,
    /// The service that opened it: `hospital`.
    service: String,
    /// What it is, in the language of the answer.
    title: String,
    /// Where, in the language of the answer.
    place: String,
    /// The day in the city.
    on: NaiveDate,
    part: DayPart,
    /// What one appointment costs.
    fee: Money,
    allocation: Allocation,
    /// From when on places can be had.
    releases_at: DateTime<Utc>,
    /// Until when.
    closes_at: DateTime<Utc>,
    /// When lots are drawn; present where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    draws_at: Option<DateTime<Utc>>,
    /// Whether the agency has stopped it.
    stopped: bool,
    slots: Vec<SlotBody>,
}

/// A window within which somebody is seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingSlot)]
struct SlotBody {
    id: SlotId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Places for the app in all.
    capacity: i16,
    /// Those that can be had now.
    free: i16,
}

impl SessionBody {
    pub(crate) fn new(view: SessionView, now: DateTime<Utc>, locale: Locale) -> Self {
        let Session {
            id,
            agency,
            service,
            title,
            place,
            on,
            part,
            fee,
            allocation,
            releases_at,
            closes_at,
            draws_at,
            stopped,
            ..
        } = view.session;
        let open = stopped.is_none() && (releases_at..closes_at).contains(&now);
        let slot = |slot: Slot| SlotBody {
            id: slot.id,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            capacity: slot.capacity,
            free: if open && now < slot.starts_at { slot.free } else { 0 },
        };
        Self {
            id,
            agency_id: agency,
            service,
            title: title.get(locale).to_owned(),
            place: place.get(locale).to_owned(),
            on,
            part,
            fee,
            allocation,
            releases_at,
            closes_at,
            draws_at,
            stopped: stopped.is_some(),
            slots: view.slots.into_iter().map(slot).collect(),
        }
    }
}
