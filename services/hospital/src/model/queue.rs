//! Queues of a day, and turns in them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind, Text};
use uuid::Uuid;

use super::{DepartmentId, OwnNo, PractitionerId, StepKind, VisitId};

/// Prefix of queue identifiers.
pub enum QueueKind {}
impl Kind for QueueKind {
    const PREFIX: &'static str = "queu";
}
/// Identifies a station's queue of a day.
pub type QueueId = CityId<QueueKind>;

/// Prefix of the identifiers of queue entries.
pub enum QueueEntryKind {}
impl Kind for QueueEntryKind {
    const PREFIX: &'static str = "qent";
}
/// Identifies somebody's turn in a queue.
pub type QueueEntryId = CityId<QueueEntryKind>;

citygate_kernel::words! {
    /// What a queue leads to.
    Station {
        /// A doctor's consulting rooms.
        Consultation = "consultation" ("Consultation", "诊室"),
        /// Where samples are taken.
        Laboratory = "laboratory" ("Laboratory", "检验科"),
        /// Ultrasound, X-ray, CT.
        Imaging = "imaging" ("Imaging", "影像科"),
        /// Where medicine is handed out.
        Pharmacy = "pharmacy" ("Pharmacy", "药房"),
    }
}

citygate_kernel::words! {
    /// Whether somebody comes to a consultation for the first time today.
    TurnKind {
        /// For the first time.
        First = "first" ("First visit", "初诊"),
        /// With results.
        Return = "return" ("Return with results", "回诊"),
    }
}

citygate_kernel::words! {
    /// How urgent somebody's turn is.
    Lane {
        /// Before everybody.
        Critical = "critical" ("Critically ill", "危急重症"),
        /// Before the others, a few at a time.
        Priority = "priority" ("Priority", "优先"),
        /// In the order of time.
        Regular = "regular" ("Regular", "普通"),
    }
}

citygate_kernel::words! {
    /// Where a turn stands.
    EntryState {
        /// In the queue.
        Waiting = "waiting" ("Waiting", "候诊中"),
        /// Called to a room.
        Called = "called" ("Called", "已叫号"),
        /// Inside.
        Serving = "serving" ("Being seen", "就诊中"),
        /// Over.
        Done = "done" ("Done", "已完成"),
        /// Missed once too often.
        Void = "void" ("Void", "已作废"),
        /// Not needed any more.
        Withdrawn = "withdrawn" ("Withdrawn", "已取消"),
    }
}

impl EntryState {
    /// Whether somebody still waits for something.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Called | Self::Serving)
    }
}

/// A station's queue of a day, as the hospital opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQueue {
    /// Whose.
    pub agency: AgencyId,
    /// The hospital's own number of the station.
    pub station_no: OwnNo,
    /// The day, in the city's own time.
    pub on: NaiveDate,
    /// What it leads to.
    pub station: Station,
    /// The department, of a consultation.
    pub department: Option<DepartmentId>,
    /// The doctor, where the queue is for one alone.
    pub practitioner: Option<PractitionerId>,
    /// What stands before the numbers: "A".
    pub letter: String,
    /// What people call it.
    pub name: Text,
    /// Where: "Building 2, floor 3".
    pub place: Text,
    /// From when.
    pub opens_at: DateTime<Utc>,
    /// Until when.
    pub closes_at: DateTime<Utc>,
    /// How many rooms call from it; none while it rests.
    pub rooms: u16,
}

/// A station's queue of a day.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Which one.
    pub id: QueueId,
    /// As the hospital opened it.
    pub terms: NewQueue,
    /// What was called so far.
    pub tally: Tally,
    /// When the first person was seen.
    pub started_at: Option<DateTime<Utc>>,
}

/// What was called from a queue so far, as far as the next call depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls in all; a number that is called again is not counted again.
    pub calls: i64,
    /// How many with priority were called since the last one without.
    pub priority_run: u16,
    /// How many first visits were called since the last return.
    pub firsts_run: u16,
}

/// Somebody's turn in a queue.
#[derive(Debug, Clone)]
pub struct QueueEntry {
    /// Which one.
    pub id: QueueEntryId,
    /// In which queue.
    pub queue: QueueId,
    /// Of which visit.
    pub visit: VisitId,
    /// For which step of its plan.
    pub step: StepKind,
    /// What the step is about; see [`super::StepKey`].
    pub subject: Uuid,
    /// The number that people read.
    pub number: u32,
    /// First visit or return.
    pub kind: TurnKind,
    /// How urgent.
    pub lane: Lane,
    /// Where it stands.
    pub state: EntryState,
    /// From when on it is this person's turn, were nobody else there: its place in the order.
    pub turn_at: DateTime<Utc>,
    /// Since when the person waits.
    pub arrived_at: DateTime<Utc>,
    /// After a missed call: until how many calls of the queue it stays behind the others.
    pub back_until: Option<i64>,
    /// Calls that were missed.
    pub misses: u16,
    /// How often it was called.
    pub times_called: u16,
    /// To which room.
    pub room: Option<String>,
    /// When it was called last.
    pub called_at: Option<DateTime<Utc>>,
    /// When the person was seen.
    pub served_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub done_at: Option<DateTime<Utc>>,
}
