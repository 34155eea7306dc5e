//! Visits (FHIR: Encounter).

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::AppointmentId;
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};

use super::{DepartmentId, PractitionerId, VisitId};

citygate_kernel::words! {
    /// Where a visit stands.
    VisitState {
        /// The person is there.
        Arrived = "arrived" ("Checked in", "已报到"),
        /// A doctor has seen the person.
        InProgress = "in_progress" ("Under way", "就诊中"),
        /// Everything is done.
        Finished = "finished" ("Finished", "已结束"),
        /// It came to nothing.
        Void = "void" ("Void", "已作废"),
    }
}

citygate_kernel::words! {
    /// Why a visit came to nothing.
    EndReason {
        /// All calls to the doctor were missed.
        CallsMissed = "calls_missed" ("The calls were missed", "多次过号"),
        /// The day ended before its steps did.
        NotContinued = "not_continued" ("It was not continued on its day", "当日未完成"),
    }
}

impl VisitState {
    /// Whether it still goes on.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Arrived | Self::InProgress)
    }
}

/// Somebody's visit of a day.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Which one.
    pub id: VisitId,
    /// The hospital.
    pub agency: AgencyId,
    /// Whose.
    pub person: PersonId,
    /// From which account it was checked in, or booked.
    pub account: Option<AccountId>,
    /// The appointment, unless somebody just walked in.
    pub appointment: Option<AppointmentId>,
    /// The department.
    pub department: DepartmentId,
    /// The doctor, where one was chosen.
    pub practitioner: Option<PractitionerId>,
    /// The day, in the city's own time.
    pub on: NaiveDate,
    /// The window of the appointment.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The group whose priority the hospital has seen proof of.
    pub priority: Option<String>,
    /// Where it stands.
    pub state: VisitState,
    /// Why it came to nothing.
    pub end_reason: Option<EndReason>,
    /// How many consultations are over.
    pub rounds: u16,
    /// The number of its last event.
    pub last_event: i64,
    /// Since when the person is there.
    pub arrived_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}
