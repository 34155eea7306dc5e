//! Whose clinic a session of booking is (FHIR: Schedule).

use chrono::NaiveDate;
use citygate_booking::{Allocation, DayPart, NewSlot, SessionId};
use citygate_catalogue::RuleId;

use super::{ClinicKind, DepartmentId, OwnNo, PractitionerId};

/// A session that a hospital opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewClinic {
    pub number: OwnNo,
    pub department: OwnNo,
    /// The doctor; none where whoever is on duty receives people.
    pub practitioner: Option<OwnNo>,
    pub clinic_kind: ClinicKind,
    pub on: NaiveDate,
    pub part: DayPart,
    pub slots: Vec<NewSlot>,
    pub allocation: Allocation,
}

/// What the hospital knows of a session beyond what booking knows.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub session: SessionId,
    pub number: OwnNo,
    pub department: DepartmentId,
    pub practitioner: Option<PractitionerId>,
    pub clinic_kind: ClinicKind,
    pub on: NaiveDate,
    /// The version of the rule that set its fee.
    pub fee_rule: RuleId,
    /// The version of the rule that its slots obey.
    pub slot_rule: RuleId,
    /// What the hospital sent, digested.
    pub content_digest: Vec<u8>,
}
