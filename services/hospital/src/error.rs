//! What can go wrong in hospitals.

mod charge;
mod directory;
mod visit;

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

pub use charge::ChargeError;
pub use directory::DirectoryError;
pub use visit::VisitError;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such hospital.
    #[error("there is no such hospital")]
    HospitalUnknown,
    /// No such visit, or not the caller's.
    #[error("there is no such visit")]
    VisitUnknown,
    /// A fact about the directory or its sessions.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A fact about the day of a visit.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// A fact about charges and how they are settled.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// Booking's facts.
    #[error(transparent)]
    Booking(#[from] citygate_booking::Error),
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
            Self::Booking(error) => error.as_db(),
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &HOSPITAL_UNKNOWN,
    &VISIT_UNKNOWN,
    &charge::CHARGE_UNKNOWN,
    &charge::CHARGE_DIFFERS,
    &charge::CHARGE_TOO_LARGE,
    &charge::CHARGE_WITHDRAWN,
    &charge::SETTLEMENT_UNDER_WAY,
    &charge::NOT_CALLABLE,
    &charge::NOTHING_TO_PAY,
    &charge::CREDIT_NOT_OFFERED,
    &charge::CREDIT_TOO_LARGE,
    &charge::CREDIT_STOPPED,
    &charge::DEPOSIT_TOO_LARGE,
    &charge::CHARGE_NOT_SETTLED,
    &charge::LINE_NOT_REFUNDABLE,
    &charge::REFUND_DIFFERS,
    &charge::RECEIPT_UNKNOWN,
    &charge::INSURER_MISSING,
    &directory::DEPARTMENT_UNKNOWN,
    &directory::PRACTITIONER_UNKNOWN,
    &directory::SESSION_UNKNOWN,
    &directory::NOT_NAMED,
    &directory::LOCATION_MISPLACED,
    &directory::DEPARTMENT_MISPLACED,
    &directory::FULL,
    &directory::LISTING_REFUSED,
    &directory::NOT_LISTED,
    &directory::ROLE_MISSING,
    &directory::FEE_MISSING,
    &directory::DAY_OUT_OF_RANGE,
    &directory::SLOTS_REFUSED,
    &directory::PERIOD_OUT_OF_RANGE,
    &visit::APPOINTMENT_UNKNOWN,
    &visit::APPOINTMENT_CONTRADICTED,
    &visit::QUEUE_UNKNOWN,
    &visit::QUEUE_ENTRY_UNKNOWN,
    &visit::ORDER_UNKNOWN,
    &visit::CHECK_IN_NOT_OPEN,
    &visit::CHECK_IN_CLOSED,
    &visit::QUEUE_DIFFERS,
    &visit::QUEUE_UNSOUND,
    &visit::NOBODY_WAITS,
    &visit::TURN_REFUSED,
    &visit::ORDER_DIFFERS,
    &visit::ORDER_REFUSED,
    &visit::VISIT_OVER,
    &visit::TOO_MANY_ORDERS,
    &visit::PRIORITY_UNKNOWN,
    &visit::TOO_MANY_STREAMS,
];

const HOSPITAL_UNKNOWN: ProblemType =
    ProblemType::new("hospital.hospital_unknown", 404, "There is no such hospital", "医院不存在");
const VISIT_UNKNOWN: ProblemType =
    ProblemType::new("hospital.visit_unknown", 404, "There is no such visit", "就诊记录不存在");

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::HospitalUnknown => Self::new(&HOSPITAL_UNKNOWN),
            Error::VisitUnknown => Self::new(&VISIT_UNKNOWN),
            Error::Directory(error) => error.into(),
            Error::Visit(error) => error.into(),
            Error::Charge(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Booking(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}
