//! Whether a person may see a report, and what stands before that.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{PersonId, StaffId};

use super::ReportId;

citygate_kernel::words! {
    /// What kind of finding a rule sees in a version. Each has its own way to the person.
    ReleaseClass {
        /// Nothing unusual: the person sees it at once.
        Routine = "routine",
        /// Out of the usual: at once, with advice.
        Abnormal = "abnormal",
        /// It may threaten life: a clinician first.
        Critical = "critical",
        /// It needs a talk: told in person first.
        Sensitive = "sensitive",
        /// It needs an explanation: the clinician's note first.
        NoteFirst = "note_first",
    }
}

citygate_kernel::words! {
    /// How far the version that stands is on its way to the person.
    ReleaseState {
        /// Withheld: it is not verified yet, and the rule does not show such.
        NotFinal = "not_final",
        /// Withheld: it is told in person.
        InPerson = "in_person",
        /// A clinician first: acknowledged, or escalated to the end.
        Acknowledgement = "acknowledgement",
        /// A clinician first: explained, or waited for as long as the rule says.
        Note = "note",
        /// The person may see it.
        Released = "released",
        /// The person has seen it.
        Viewed = "viewed",
        /// It should never have been sent: only that is shown.
        Withdrawn = "withdrawn",
    }
}

impl ReleaseState {
    /// Whether the person may see what the version says.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Released | Self::Viewed)
    }
}

citygate_kernel::words! {
    /// What happens to a release. The history keeps each.
    ReleaseStep {
        /// A version came to stand, and a rule was asked.
        Filed = "filed",
        /// The clinicians, or whoever comes after them, were alerted.
        Alerted = "alerted",
        /// A clinician has taken note, and read the value back.
        Acknowledged = "acknowledged",
        /// A clinician has explained it.
        Noted = "noted",
        /// Somebody has told the person, or the guardian.
        Told = "told",
        /// The rule waits no longer.
        TimeOver = "time_over",
        /// The person has seen it.
        Viewed = "viewed",
    }
}

/// The release of the version of a report that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub report: ReportId,
    pub agency: AgencyId,
    pub person: PersonId,
    pub version: u32,
    pub class: ReleaseClass,
    pub state: ReleaseState,
    /// Until when a clinician has to acknowledge it; none where nothing is critical.
    pub acknowledge_by: Option<DateTime<Utc>>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the rule waits no longer; none where it waits for ever, or for nothing.
    pub release_at: Option<DateTime<Utc>>,
    /// When the person could see it first.
    pub released_at: Option<DateTime<Utc>>,
    /// The rule that was asked.
    pub rule: RuleId,
    pub changed_at: DateTime<Utc>,
}

impl Release {
    /// Whether something critical waits for a clinician.
    pub(crate) fn alarms(&self) -> bool {
        self.acknowledge_by.is_some() && self.acknowledged_at.is_none()
    }
}

/// A line of the history of a release.
#[derive(Debug, Clone)]
pub(crate) struct ReleaseEvent {
    pub version: u32,
    pub step: ReleaseStep,
    /// Where it led to.
    pub state: ReleaseState,
    pub happened_at: DateTime<Utc>,
    pub staff: Option<StaffId>,
    /// What was read back, noted or told.
    pub words: Option<String>,
}

/// Who has seen a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// The person that it is about.
    Person,
    /// Somebody who acts for the hospital.
    Staff(StaffId),
}
