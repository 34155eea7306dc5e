//! What can go wrong with listed services.

mod booking;

use citygate_kernel::{MoneyError, Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

pub use self::booking::BookingError;
use self::booking::*;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The listing works in another way.
    #[error("the listing works in another way")]
    OtherKind,
    /// The person may not, by conditions that may be named.
    #[error("the person may not use the listing")]
    NotEligible {
        /// The codes of the conditions, and what they say in the language of the answer.
        reasons: Vec<(String, String)>,
    },
    /// The person may not, or it cannot be said whether: why is for the counter to say.
    #[error("the person is received at the counter")]
    AtTheCounter,
    /// The register does not say what the listing expects.
    #[error("the record is not what the listing expects")]
    RecordUnreadable,
    /// No such bill, or not the caller's.
    #[error("there is no such bill")]
    BillUnknown,
    /// Facts of offices, sessions and appointments.
    #[error(transparent)]
    Visit(#[from] BookingError),
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// Booking's facts.
    #[error(transparent)]
    Booking(#[from] citygate_booking::Error),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The registers' facts.
    #[error(transparent)]
    Inquiry(#[from] citygate_inquiry::Error),
    /// The listings' facts.
    #[error(transparent)]
    Listings(#[from] citygate_listings::Error),
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
            Self::Booking(error) => error.as_db(),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Inquiry(error) => error.as_db(),
            Self::Listings(error) => error.as_db(),
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::OtherKind
            | Self::NotEligible { .. }
            | Self::AtTheCounter
            | Self::RecordUnreadable
            | Self::BillUnknown
            | Self::Visit(_)
            | Self::Money(_)
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &OTHER_KIND,
    &NOT_ELIGIBLE,
    &AT_THE_COUNTER,
    &SOURCE_MISSING,
    &RECORD_UNREADABLE,
    &BILL_UNKNOWN,
    &OFFICE_OTHER_KIND,
    &HOURS_UNSOUND,
    &HOURS_OVERLAP,
    &TOO_SOON,
    &TOO_FAR,
    &BOOKED_ALREADY,
    &NOT_TODAY,
    &TOO_EARLY,
    &OWN_APPOINTMENT,
];

const OTHER_KIND: ProblemType = ProblemType::new(
    "listed.other_kind",
    409,
    "The service works in another way than this",
    "该服务事项不以此方式办理",
);
const NOT_ELIGIBLE: ProblemType = ProblemType::new(
    "listed.not_eligible",
    422,
    "You do not meet the conditions of the service",
    "您不符合该服务事项的办理条件",
);
const AT_THE_COUNTER: ProblemType = ProblemType::new(
    "listed.at_the_counter",
    422,
    "This can only be done at a counter",
    "请到窗口办理",
);
const SOURCE_MISSING: ProblemType = ProblemType::new(
    "listed.source_missing",
    503,
    "The agency has named no register that could be asked",
    "该机构尚未接入可供查询的登记系统",
)
.passing();
const RECORD_UNREADABLE: ProblemType = ProblemType::new(
    "listed.record_unreadable",
    503,
    "The agency's register does not say what the service expects",
    "该机构登记系统返回的信息无法识别",
)
.passing();
const BILL_UNKNOWN: ProblemType =
    ProblemType::new("listed.bill_unknown", 404, "There is no such bill", "缴费单不存在");

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::OtherKind => Self::new(&OTHER_KIND),
            Error::NotEligible { reasons } => {
                let problem = Self::new(&NOT_ELIGIBLE);
                let field = |problem: Self, (code, text): (String, String)| {
                    problem.field(format!("eligibility.{code}"), text)
                };
                reasons.into_iter().fold(problem, field)
            }
            Error::AtTheCounter => Self::new(&AT_THE_COUNTER),
            Error::RecordUnreadable => Self::new(&RECORD_UNREADABLE),
            Error::BillUnknown => Self::new(&BILL_UNKNOWN),
            Error::Visit(fact) => fact.into(),
            Error::Booking(error) => error.into(),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Inquiry(citygate_inquiry::Error::NoSource) => Self::new(&SOURCE_MISSING),
            Error::Inquiry(error) => error.into(),
            Error::Listings(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Damaged(_) | Error::Money(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
