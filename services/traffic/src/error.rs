//! What can go wrong with traffic fines.

use citygate_calendar::DateOutOfRange;
use citygate_kernel::{MoneyError, Problem, ProblemType, Text};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such decision of this agency.
    #[error("there is no such decision")]
    DecisionUnknown,
    /// No such fine, or not the caller's.
    #[error("there is no such fine")]
    FineUnknown,
    /// The number stands for a decision of other content.
    #[error("the number stands for another decision")]
    DecisionDiffers,
    /// Higher or lower than the law allows.
    #[error("the fine is outside the range of the law")]
    FineOutOfRange {
        /// Where the range is written.
        citation: Text,
    },
    /// A day that cannot be.
    #[error("the decision was served before the violation, or in the future")]
    ServedTooEarly,
    /// No deadline can be counted from the day.
    #[error(transparent)]
    Date(#[from] DateOutOfRange),
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The gateway's facts.
    #[error(transparent)]
    Payments(#[from] citygate_payments::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] =
    &[&DECISION_UNKNOWN, &FINE_UNKNOWN, &DECISION_DIFFERS, &FINE_OUT_OF_RANGE, &SERVED_TOO_EARLY];

const DECISION_UNKNOWN: ProblemType = ProblemType::new(
    "traffic.decision_unknown",
    404,
    "There is no such decision",
    "处罚决定不存在",
);
const FINE_UNKNOWN: ProblemType =
    ProblemType::new("traffic.fine_unknown", 404, "There is no such fine", "罚款记录不存在");
const DECISION_DIFFERS: ProblemType = ProblemType::new(
    "traffic.decision_differs",
    409,
    "The number stands for a decision of other content",
    "该决定书编号已对应内容不同的处罚决定",
);
const FINE_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "traffic.fine_out_of_range",
    422,
    "The fine is outside the range that the law sets",
    "罚款数额超出法定幅度",
);
const SERVED_TOO_EARLY: ProblemType = ProblemType::new(
    "traffic.served_too_early",
    422,
    "A decision is served after the violation and not in the future",
    "送达日期应晚于违法时间且不得为将来日期",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::DecisionUnknown => Self::new(&DECISION_UNKNOWN),
            Error::FineUnknown => Self::new(&FINE_UNKNOWN),
            Error::DecisionDiffers => Self::new(&DECISION_DIFFERS),
            Error::FineOutOfRange { citation } => {
                Self::new(&FINE_OUT_OF_RANGE).field("/fine", citation.en)
            }
            Error::ServedTooEarly | Error::Date(_) => {
                Self::new(&SERVED_TOO_EARLY).field("/served_on", "a day from violation to today")
            }
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Damaged(_) | Error::Money(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
