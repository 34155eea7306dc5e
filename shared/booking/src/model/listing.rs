//! What an agency's own systems look through.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use uuid::Uuid;

use super::{AppointmentState, Channel, SessionId, SlotId};

/// Which slots of an agency. What is `None` does not matter.
#[derive(Debug, Clone)]
pub struct SlotFilter {
    /// Whose.
    pub agency: AgencyId,
    /// The service that opened the sessions.
    pub service: &'static str,
    /// Of these.
    pub ids: Option<Vec<Uuid>>,
    /// Of these sessions.
    pub sessions: Option<Vec<Uuid>>,
    /// Of these departments or offices.
    pub units: Option<Vec<Uuid>>,
    /// Of these doctors.
    pub providers: Option<Vec<Uuid>>,
    /// That begin at this instant or later,
    pub from: Option<DateTime<Utc>>,
    /// and before this one.
    pub until: Option<DateTime<Utc>>,
    /// That come after this one, in the order of their ids.
    pub after: Option<Uuid>,
    /// How many at most.
    pub limit: i64,
}

impl SlotFilter {
    /// All slots of an agency's service, as many at most.
    pub fn of(agency: AgencyId, service: &'static str, limit: i64) -> Self {
        Self {
            agency,
            service,
            ids: None,
            sessions: None,
            units: None,
            providers: None,
            from: None,
            until: None,
            after: None,
            limit,
        }
    }
}

/// The places of a slot for one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// For whom.
    pub channel: Channel,
    /// In all.
    pub capacity: i16,
    /// That can be had now.
    pub free: i16,
    /// That come back, or may: held until they are paid or confirmed, or given back a moment ago.
    pub passing: i16,
}

/// A slot as its agency sees it, with the places of every channel.
#[derive(Debug, Clone)]
pub struct SlotPlaces {
    /// Which one.
    pub id: SlotId,
    /// Of which session.
    pub session: SessionId,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// In the order of channels.
    pub places: Vec<Places>,
    /// When an appointment in it changed last; when its session was opened, if there is none.
    pub changed_at: DateTime<Utc>,
}

/// Which appointments with an agency. What is `None` does not matter.
#[derive(Debug, Clone)]
pub struct AppointmentFilter {
    /// With whom.
    pub agency: AgencyId,
    /// The service that opened the sessions.
    pub service: &'static str,
    /// Of these.
    pub ids: Option<Vec<Uuid>>,
    /// Of these people.
    pub people: Option<Vec<PersonId>>,
    /// In these slots.
    pub slots: Option<Vec<Uuid>>,
    /// In these departments or offices.
    pub units: Option<Vec<Uuid>>,
    /// With these doctors.
    pub providers: Option<Vec<Uuid>>,
    /// That stand so.
    pub states: Option<Vec<AppointmentState>>,
    /// That begin at this instant or later,
    pub from: Option<DateTime<Utc>>,
    /// and before this one.
    pub until: Option<DateTime<Utc>>,
    /// That come after this one, in the order of their ids.
    pub after: Option<Uuid>,
    /// How many at most.
    pub limit: i64,
}

impl AppointmentFilter {
    /// All appointments with an agency's service, as many at most.
    pub fn of(agency: AgencyId, service: &'static str, limit: i64) -> Self {
        Self {
            agency,
            service,
            ids: None,
            people: None,
            slots: None,
            units: None,
            providers: None,
            states: None,
            from: None,
            until: None,
            after: None,
            limit,
        }
    }
}
