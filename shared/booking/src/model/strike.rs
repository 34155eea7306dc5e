//! Strikes, and what people say against them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId, PersonId, StaffId};
use citygate_kernel::{CityId, Kind};
use serde_json::Value;

use super::AppointmentId;

/// Prefix of identifiers of strikes.
pub enum StrikeIdKind {}
impl Kind for StrikeIdKind {
    const PREFIX: &'static str = "strk";
}
/// Identifies a strike.
pub type StrikeId = CityId<StrikeIdKind>;

/// Prefix of identifiers of objections.
pub enum ObjectionKind {}
impl Kind for ObjectionKind {
    const PREFIX: &'static str = "objn";
}
/// Identifies an objection.
pub type ObjectionId = CityId<ObjectionKind>;

citygate_kernel::words! {
    /// What somebody did not do.
    StrikeKind {
        /// They did not come.
        NoShow = "no_show",
        /// They gave the place up when it was too late for anybody else.
        LateCancel = "late_cancel",
        /// They gave the place up in time.
        Cancel = "cancel",
    }
}

citygate_kernel::words! {
    /// Why a strike counts no more, and never did.
    Annulment {
        /// The agency's staff decided so, because of an objection.
        Objection = "objection",
        /// The agency itself was late.
        AgencyLate = "agency_late",
        /// The agency had stopped the session.
        SessionStopped = "session_stopped",
    }
}

citygate_kernel::words! {
    /// Where an objection stands.
    ObjectionState {
        /// Nobody has decided yet.
        Open = "open",
        /// The strike is annulled.
        Upheld = "upheld",
        /// The strike stands.
        Rejected = "rejected",
    }
}

/// That somebody did not come, or gave up too late.
#[derive(Debug, Clone)]
pub(crate) struct Strike {
    pub id: StrikeId,
    pub person: PersonId,
    pub account: Option<AccountId>,
    pub agency: AgencyId,
    /// The service that opened the session.
    pub service: String,
    pub appointment: AppointmentId,
    pub kind: StrikeKind,
    /// The day of the appointment.
    pub struck_on: NaiveDate,
    /// The last day on which it counts.
    pub expires_on: NaiveDate,
    /// What shows it, as the agency's system recorded it.
    pub evidence: Value,
    /// What it was written under.
    pub rule: RuleId,
    pub annulled_for: Option<Annulment>,
    pub created_at: DateTime<Utc>,
}

/// What somebody says against a strike, and what was decided. Both texts are sealed.
#[derive(Debug, Clone)]
pub(crate) struct Objection {
    pub id: ObjectionId,
    pub strike: StrikeId,
    pub agency: AgencyId,
    pub grounds_sealed: Vec<u8>,
    pub state: ObjectionState,
    pub decision: Option<Decision>,
    pub created_at: DateTime<Utc>,
}

/// Who decided, when, and why.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub answer_sealed: Vec<u8>,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}
