//! Places that a service claims for people it has checked.

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId};

use super::SessionId;

citygate_kernel::words! {
    /// Who claims the places of the app.
    Claims {
        /// Anybody.
        Open = "open",
        /// The service that opened the session, for whom it has checked.
        Service = "service",
    }
}

/// Somebody who comes to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendee {
    /// Who.
    pub person: PersonId,
    /// From which account.
    pub account: AccountId,
}

/// A place that a service claims for one or more people who come together. It is one place, however
/// many come.
#[derive(Debug, Clone, Copy)]
pub struct Reservation<'a> {
    /// The service that opened the session.
    pub service: &'static str,
    /// In which session, of those whose places are claimed by their service.
    pub session: SessionId,
    /// In the slot that begins then.
    pub starts_at: DateTime<Utc>,
    /// Who comes, each once. The appointment is in the name of the first.
    pub persons: &'a [Attendee],
}
