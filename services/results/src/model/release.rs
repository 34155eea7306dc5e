//! Whether a person may see a report, and what stands before that.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{PersonId, StaffId};

use super::{ReportId, words};

/// What kind of finding a rule sees in a version. Each has its own way to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ReleaseClass {
    /// Nothing unusual: the person sees it at once.
    Routine,
    /// Out of the usual: at once, with advice.
    Abnormal,
    /// It may threaten life: a clinician first.
    Critical,
    /// It needs a talk: told in person first.
    Sensitive,
    /// It needs an explanation: the clinician's note first.
    NoteFirst,
}
words!(ReleaseClass {
    Routine = "routine",
    Abnormal = "abnormal",
    Critical = "critical",
    Sensitive = "sensitive",
    NoteFirst = "note_first",
});

/// How far the version that stands is on its way to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ReleaseState {
    /// Withheld: it is not verified yet, and the rule does not show such.
    NotFinal,
    /// Withheld: it is told in person.
    InPerson,
    /// A clinician first: acknowledged, or escalated to the end.
    Acknowledgement,
    /// A clinician first: explained, or waited for as long as the rule says.
    Note,
    /// The person may see it.
    Released,
    /// The person has seen it.
    Viewed,
    /// It should never have been sent: only that is shown.
    Withdrawn,
}
words!(ReleaseState {
    NotFinal = "not_final",
    InPerson = "in_person",
    Acknowledgement = "acknowledgement",
    Note = "note",
    Released = "released",
    Viewed = "viewed",
    Withdrawn = "withdrawn",
});

impl ReleaseState {
    /// Whether the person may see what the version says.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Released | Self::Viewed)
    }
}

/// What happens to a release. The history keeps each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ReleaseStep {
    /// A version came to stand, and a rule was asked.
    Filed,
    /// The clinicians, or whoever comes after them, were alerted.
    Alerted,
    /// A clinician has taken note, and read the value back.
    Acknowledged,
    /// A clinician has explained it.
    Noted,
    /// Somebody has told the person, or the guardian.
    Told,
    /// The rule waits no longer.
    TimeOver,
    /// The person has seen it.
    Viewed,
}
words!(ReleaseStep {
    Filed = "filed",
    Alerted = "alerted",
    Acknowledged = "acknowledged",
    Noted = "noted",
    Told = "told",
    TimeOver = "time_over",
    Viewed = "viewed",
});

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
