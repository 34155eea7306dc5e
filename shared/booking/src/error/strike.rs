//! What can go wrong with strikes and objections.

use chrono::NaiveDate;
use citygate_kernel::{Problem, ProblemType};

/// A fact.
#[derive(Debug, thiserror::Error)]
pub enum StrikeError {
    /// No such strike, or not the caller's.
    #[error("there is no such strike")]
    Unknown,
    /// It counts no more.
    #[error("the strike is annulled")]
    Annulled,
    /// The days for an objection are over.
    #[error("an objection was possible until {until}")]
    TooLate {
        /// The last of them.
        until: NaiveDate,
    },
    /// Somebody has objected.
    #[error("there is an objection to the strike")]
    ObjectedTo,
    /// No such objection, or not to a strike of the agency.
    #[error("there is no such objection")]
    ObjectionUnknown,
    /// Nobody decides about a strike of their own.
    #[error("the strike is the caller's own")]
    OwnStrike,
    /// Somebody has decided otherwise.
    #[error("the objection is decided")]
    Decided,
}

pub(super) const STRIKE_UNKNOWN: ProblemType =
    ProblemType::new("booking.strike_unknown", 404, "There is no such strike", "爽约记录不存在");
pub(super) const STRIKE_ANNULLED: ProblemType = ProblemType::new(
    "booking.strike_annulled",
    409,
    "The strike is annulled already and counts no more",
    "该爽约记录已撤销，不再计入",
);
pub(super) const OBJECTION_TOO_LATE: ProblemType = ProblemType::new(
    "booking.objection_too_late",
    409,
    "The days for an objection are over",
    "异议期限已过",
);
pub(super) const OBJECTED_TO: ProblemType = ProblemType::new(
    "booking.objected_to",
    409,
    "There is an objection to this strike already",
    "已对该爽约记录提出过异议",
);
pub(super) const OBJECTION_UNKNOWN: ProblemType =
    ProblemType::new("booking.objection_unknown", 404, "There is no such objection", "异议不存在");
pub(super) const OBJECTION_DECIDED: ProblemType = ProblemType::new(
    "booking.objection_decided",
    409,
    "The objection is decided otherwise",
    "该异议已有不同的处理结果",
);

pub(super) const OWN_STRIKE: ProblemType = ProblemType::new(
    "booking.own_strike",
    409,
    "Nobody decides about a strike of their own; ask a colleague",
    "不能处理本人的爽约异议，请由其他工作人员办理",
);

impl From<StrikeError> for Problem {
    fn from(error: StrikeError) -> Self {
        match error {
            StrikeError::Unknown => Self::new(&STRIKE_UNKNOWN),
            StrikeError::Annulled => Self::new(&STRIKE_ANNULLED),
            StrikeError::TooLate { .. } => Self::new(&OBJECTION_TOO_LATE).detail(error.to_string()),
            StrikeError::ObjectedTo => Self::new(&OBJECTED_TO),
            StrikeError::ObjectionUnknown => Self::new(&OBJECTION_UNKNOWN),
            StrikeError::OwnStrike => Self::new(&OWN_STRIKE),
            StrikeError::Decided => Self::new(&OBJECTION_DECIDED),
        }
    }
}
