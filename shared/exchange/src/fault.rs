//! Why a message was not carried out.

use citygate_kernel::{Problem, ProblemType, Text};
use citygate_platform::db::{DbError, TxError};

use crate::model::HoldId;

/// Why a message is held. Each waits for something that the sender, its staff or time can mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// It answers an order that the hospital has not placed here. It is tried again when the order
    /// arrives.
    OrderUnknown,
    /// The order is somebody else's than the message says.
    PatientMismatch,
    /// The order was taken back.
    OrderWithdrawn,
    /// The report went further already, and what came later says less: preliminary after final.
    StatusRegressed,
    /// Another version of the same instant says something else.
    VersionConflict,
}

impl HoldReason {
    /// Every one of them.
    pub const ALL: [Self; 5] = [
        Self::OrderUnknown,
        Self::PatientMismatch,
        Self::OrderWithdrawn,
        Self::StatusRegressed,
        Self::VersionConflict,
    ];

    /// As tables and answers say it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OrderUnknown => "order_unknown",
            Self::PatientMismatch => "patient_mismatch",
            Self::OrderWithdrawn => "order_withdrawn",
            Self::StatusRegressed => "status_regressed",
            Self::VersionConflict => "version_conflict",
        }
    }

    /// The reverse of [`HoldReason::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What the sender is told, and what would mend it.
    pub fn text(self) -> Text {
        let problem = self.problem();
        Text::new(problem.en, problem.zh)
    }

    /// The same as an answer. A message that waits for its order is taken (202); any other is what
    /// its sender has to mend.
    pub const fn problem(self) -> &'static ProblemType {
        match self {
            Self::OrderUnknown => &ORDER_UNKNOWN,
            Self::PatientMismatch => &PATIENT_MISMATCH,
            Self::OrderWithdrawn => &ORDER_WITHDRAWN,
            Self::StatusRegressed => &STATUS_REGRESSED,
            Self::VersionConflict => &VERSION_CONFLICT,
        }
    }
}

const ORDER_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.held_order_unknown",
    202,
    "The order is not known yet; the message is tried again when the order arrives",
    "尚未收到对应的医嘱；收到医嘱后将自动重新处理",
);
const PATIENT_MISMATCH: ProblemType = ProblemType::new(
    "exchange.held_patient_mismatch",
    422,
    "The order is for another patient; nothing was assigned to anybody",
    "医嘱所属患者与消息不一致；未关联到任何人",
);
const ORDER_WITHDRAWN: ProblemType = ProblemType::new(
    "exchange.held_order_withdrawn",
    422,
    "The order was taken back",
    "对应的医嘱已撤销",
);
const STATUS_REGRESSED: ProblemType = ProblemType::new(
    "exchange.held_status_regressed",
    422,
    "A later status of this report is on record; send a correction instead",
    "该报告已有更靠后的状态；如需更改请发送更正报告",
);
const VERSION_CONFLICT: ProblemType = ProblemType::new(
    "exchange.held_version_conflict",
    422,
    "Another version of the same instant is on record; send it with a later instant",
    "同一时间已有内容不同的版本；请以更晚的签发时间重新发送",
);

/// A message waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What for.
    pub reason: HoldReason,
    /// The hospital's own number of the order that it waits for, where it is tried again when that
    /// arrives.
    pub waits_for: Option<String>,
}

impl Hold {
    /// What the sender is told, with the id under which the message is looked after.
    pub(crate) fn problem(&self, id: HoldId) -> Problem {
        Problem::new(self.reason.problem()).detail(format!("held as {id}"))
    }
}

/// An error of a service, as the exchange passes it on: any that knows its problem.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// The database's trouble behind it.
    fn as_db(&self) -> Option<&DbError>;

    /// What the sender is told.
    fn problem(self: Box<Self>) -> Problem;
}

impl<E: TxError + Into<Problem> + std::error::Error + Send + Sync + 'static> Refusal for E {
    fn as_db(&self) -> Option<&DbError> {
        TxError::as_db(self)
    }

    fn problem(self: Box<Self>) -> Problem {
        (*self).into()
    }
}

/// Why a message was not carried out. Nothing of it remains in the database.
#[derive(Debug)]
pub enum Fault {
    /// It is refused, or the database is in trouble.
    Refused(Box<dyn Refusal>),
    /// It is held.
    Held(Hold),
}

impl<E: Refusal> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<Hold> for Fault {
    fn from(hold: Hold) -> Self {
        Self::Held(hold)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(error) => error.problem(),
            Fault::Held(hold) => Self::new(hold.reason.problem()),
        }
    }
}

impl TxError for Fault {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Refused(error) => error.as_db(),
            Self::Held(_) => None,
        }
    }
}
