//! Appointments of listed services, and where they are.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use citygate_booking::{Appointment, AppointmentId, SessionView, Slot};
use citygate_catalogue::{AgencyId, Office, OfficeId, OfficeWord};
use citygate_identity::PersonId;
use citygate_kernel::Text;
use citygate_listings::{ListingId, Published};

/// A window of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub office: OfficeId,
    pub starts_at: DateTime<Utc>,
}

/// An appointment, and what it was made for.
#[derive(Debug, Clone)]
pub(crate) struct Booked {
    pub id: AppointmentId,
    pub listing: ListingId,
    pub version: i32,
    pub agency: AgencyId,
    pub office: OfficeId,
    pub person: PersonId,
    pub open: bool,
    pub made_at: DateTime<Utc>,
}

/// The same as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct BookedView {
    pub booked: Booked,
    pub listing: Published,
    pub appointment: Appointment,
    pub office: Office,
    /// Until when it can be given up without a strike, and moved.
    pub cancel_until: DateTime<Utc>,
}

/// An appointment as those see it who receive people.
#[derive(Debug, Clone)]
pub(crate) struct DeskAppointment {
    pub appointment: Appointment,
    pub listing: ListingId,
    /// Partly hidden; in a list alone.
    pub name: Option<String>,
}

/// What an agency says of an office.
#[derive(Debug, Clone)]
pub(crate) struct NewOffice {
    /// It is of the kind that this listing names.
    pub listing: ListingId,
    pub name: Text,
    pub address: Text,
    pub capabilities: Vec<OfficeWord>,
    pub open: bool,
}

/// An office, and when it can receive somebody at the earliest.
#[derive(Debug, Clone)]
pub(crate) struct OfficeNext {
    pub office: Office,
    pub next_free: Option<DateTime<Utc>>,
}

/// The windows of an office on a day.
#[derive(Debug, Clone)]
pub(crate) struct OfficeWindows {
    pub office: Office,
    pub on: NaiveDate,
    /// In the order of their hours, with what can be had now.
    pub windows: Vec<Slot>,
}

/// When an agency receives people for a listing at an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenHours {
    pub listing: ListingId,
    pub office: OfficeId,
    pub on: NaiveDate,
    /// By the clocks of the city.
    pub from: NaiveTime,
    pub to: NaiveTime,
    pub slot_minutes: u16,
    /// In each slot.
    pub places: u16,
}

/// A session of a listing at an office.
#[derive(Debug, Clone)]
pub(crate) struct OpenedSession {
    pub listing: ListingId,
    pub view: SessionView,
}
