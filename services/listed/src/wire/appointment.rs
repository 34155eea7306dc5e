//! Appointments.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{AppointmentId, AppointmentState};
use citygate_catalogue::{AgencyId, OfficeId};
use citygate_kernel::{Locale, wire};
use citygate_listings::ListingId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::ListedOfficeBody;
use crate::model::{BookedView, DeskAppointment, Wanted};

/// Which window of which office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewListedAppointment)]
pub(crate) struct PostListedAppointmentBody {
    office_id: OfficeId,
    /// When the window begins.
    #[serde(deserialize_with = "wire::instant")]
    starts_at: DateTime<Utc>,
}

impl From<&PostListedAppointmentBody> for Wanted {
    fn from(body: &PostListedAppointmentBody) -> Self {
        Self { office: body.office_id, starts_at: body.starts_at }
    }
}

/// Which window of the same office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MovedListedAppointment)]
pub(crate) struct MoveListedAppointmentBody {
    /// When the window begins.
    #[serde(deserialize_with = "wire::instant")]
    pub starts_at: DateTime<Utc>,
}

/// An appointment of the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedAppointment)]
pub(crate) struct ListedAppointmentBody {
    id: AppointmentId,
    listing_id: ListingId,
    /// What it is for, in the language of the answer.
    name: String,
    agency_id: AgencyId,
    office: ListedOfficeBody,
    state: AppointmentState,
    on: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Until when it can be moved, and given up without a strike.
    cancel_until: DateTime<Utc>,
    made_at: DateTime<Utc>,
    /// Why it was cancelled, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    cancel_reason: Option<String>,
}

impl ListedAppointmentBody {
    pub(crate) fn new(view: BookedView, locale: Locale) -> Self {
        let BookedView { booked, listing, appointment, office, cancel_until } = view;
        Self {
            id: booked.id,
            listing_id: booked.listing,
            name: listing.content.name.get(locale).to_owned(),
            agency_id: booked.agency,
            office: ListedOfficeBody::new(office, locale),
            state: appointment.state,
            on: appointment.on,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            cancel_until,
            made_at: booked.made_at,
            cancel_reason: appointment.cancel_reason,
        }
    }

    /// What pages are cut by.
    pub(crate) fn uuid(view: &BookedView) -> Uuid {
        view.booked.id.uuid()
    }
}

/// Which office and which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Path)]
pub(crate) struct DayAppointmentsPath {
    /// The office's agency.
    #[serde(rename = "agency_id")]
    _agency_id: AgencyId,
    /// The office.
    pub office_id: OfficeId,
    /// The day in the city.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2026-12-01")]
    pub on: NaiveDate,
}

/// Which appointment with which agency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Path)]
pub(crate) struct DeskAppointmentPath {
    /// The agency.
    #[serde(rename = "agency_id")]
    _agency_id: AgencyId,
    /// The appointment.
    pub appointment_id: AppointmentId,
}

/// An appointment, as those see it who receive people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedDeskAppointment)]
pub(crate) struct ListedDeskAppointmentBody {
    id: AppointmentId,
    listing_id: ListingId,
    state: AppointmentState,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Partly hidden; in a list alone, of whom has given a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    name: Option<String>,
}

impl From<DeskAppointment> for ListedDeskAppointmentBody {
    fn from(one: DeskAppointment) -> Self {
        let DeskAppointment { appointment, listing, name } = one;
        Self {
            id: appointment.id,
            listing_id: listing,
            state: appointment.state,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            name,
        }
    }
}

impl ListedDeskAppointmentBody {
    /// What pages are cut by.
    pub(crate) fn uuid(one: &DeskAppointment) -> Uuid {
        one.appointment.id.uuid()
    }
}
