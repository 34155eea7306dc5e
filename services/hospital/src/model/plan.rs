//! The plan of a visit: what comes next, where, when, and why.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind, Text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{OwnNo, QueueId, VisitId};

/// Prefix of order identifiers.
pub enum OrderIdKind {}
impl Kind for OrderIdKind {
    const PREFIX: &'static str = "ordr";
}
/// Identifies an order.
pub type OrderId = CityId<OrderIdKind>;

citygate_kernel::words! {
    /// What a doctor orders.
    OrderKind {
        /// A sample is taken and analysed.
        Laboratory = "laboratory" ("Laboratory test", "检验"),
        /// A picture is taken and read.
        Imaging = "imaging" ("Imaging", "检查"),
        /// Medicine is handed out.
        Prescription = "prescription" ("Prescription", "处方"),
    }
}

citygate_kernel::words! {
    /// The kinds of steps.
    StepKind {
        /// The doctor, for the first time today.
        Consult = "consult" ("See the doctor", "就诊"),
        /// Paying a charge.
        Pay = "pay" ("Pay", "缴费"),
        /// Having a sample taken.
        Laboratory = "laboratory" ("Have a sample taken", "检验采样"),
        /// Having a picture taken.
        Imaging = "imaging" ("Have the examination", "检查"),
        /// Waiting for what was found.
        Result = "result" ("Wait for the result", "等待结果"),
        /// The doctor again, with the results.
        ReturnConsult = "return_consult" ("See the doctor with the results", "回诊"),
        /// Collecting medicine.
        Pharmacy = "pharmacy" ("Collect the medicine", "取药"),
    }
}

citygate_kernel::words! {
    /// Where a step stands.
    StepState {
        /// Something else comes before it.
        Planned = "planned" ("Planned", "待安排"),
        /// It can be done now.
        Ready = "ready" ("Ready", "可办理"),
        /// In the queue of its station.
        Queued = "queued" ("In the queue", "排队中"),
        /// Called, or under way.
        Called = "called" ("Called", "已叫号"),
        /// Over.
        Done = "done" ("Done", "已完成"),
        /// Not needed any more.
        Skipped = "skipped" ("Skipped", "已取消"),
        /// Its calls were missed.
        Missed = "missed" ("Missed", "已过号"),
    }
}

impl StepState {
    /// Whether nothing more comes of it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Missed)
    }
}

/// What tells a step from the others of its visit: its kind, and the order, charge or round of
/// consultations that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepKey {
    /// The kind.
    pub kind: StepKind,
    /// What it is about.
    pub subject: Uuid,
}

impl StepKey {
    /// A step about something.
    pub fn of(kind: StepKind, subject: Uuid) -> Self {
        Self { kind, subject }
    }

    /// The consultation of a round: the first one, or a return.
    pub fn consult(round: u16) -> Self {
        let kind = if round == 0 { StepKind::Consult } else { StepKind::ReturnConsult };
        Self { kind, subject: Uuid::from_u128(u128::from(round)) }
    }
}

/// What a doctor wants done, as the hospital sends it.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The hospital.
    pub agency: AgencyId,
    /// The hospital's own number.
    pub order_no: OwnNo,
    /// For which visit.
    pub visit: VisitId,
    /// What kind.
    pub kind: OrderKind,
    /// At which station.
    pub station_no: OwnNo,
    /// What it is, and how to prepare for it.
    pub words: OrderWords,
    /// How long the result takes, in minutes.
    pub ready_minutes: Option<u32>,
}

/// The words of an order. They tell of somebody's health.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWords {
    /// What it is: "Ultrasound of the abdomen".
    pub title: Text,
    /// How to prepare: "Nothing to eat for eight hours".
    pub preparation: Option<Text>,
}

impl std::fmt::Debug for OrderWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrderWords(*)")
    }
}

/// What a doctor wants done.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which one.
    pub id: OrderId,
    /// The hospital's own number.
    pub order_no: OwnNo,
    /// For which visit.
    pub visit: VisitId,
    /// What kind.
    pub kind: OrderKind,
    /// At which station.
    pub station_no: OwnNo,
    /// How many consultations were over when it was placed: zero in the first.
    pub round: u16,
    /// Its words, sealed.
    pub words_sealed: Vec<u8>,
    /// What it was sent with.
    pub content_digest: Vec<u8>,
    /// How long the result takes, in minutes.
    pub ready_minutes: Option<u32>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When its result was there.
    pub resulted_at: Option<DateTime<Utc>>,
    /// When its medicine was handed out.
    pub dispensed_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// A step as it was computed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredStep {
    /// Which one.
    pub key: StepKey,
    /// Its place in the plan.
    pub position: i16,
    /// Where it stands.
    pub state: StepState,
}

citygate_kernel::words! {
    /// What happens in a visit, as those who follow it are told.
    PlanEventKind {
        /// Steps have changed.
        PlanChanged = "plan_changed",
        /// It is nearly somebody's turn.
        TurnNear = "turn_near",
        /// A number is called.
        TurnCalled = "turn_called",
        /// A call was missed.
        TurnMissed = "turn_missed",
        /// A result is there.
        ResultReady = "result_ready",
        /// The visit is over.
        VisitEnded = "visit_ended",
    }
}

/// Something that happened in a visit. `seq` counts from one, without gaps, in each visit.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanEvent {
    /// Of which visit.
    pub visit: VisitId,
    /// Its number in the visit.
    pub seq: i64,
    /// What.
    pub kind: PlanEventKind,
    /// The steps or the turn that it is about; nothing that tells of somebody's health.
    pub data: serde_json::Value,
    /// When.
    pub happened_at: DateTime<Utc>,
}

/// A change of a step, as an event tells it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StepChange {
    /// Which step.
    #[serde(flatten)]
    pub key: StepKey,
    /// What it is now.
    pub state: StepState,
}

/// A turn, as an event tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TurnChange {
    /// In which queue.
    pub queue_id: QueueId,
    /// With which number.
    pub number: String,
    /// To which room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}
