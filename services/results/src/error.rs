//! What can go wrong with results.

mod release;

use citygate_exchange::fhir::FhirError;
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

pub use release::ReleaseError;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A report was filed as the answer to another order.
    #[error("the report answers another order")]
    OrderDiffers,
    /// An order that was taken back cannot be placed anew.
    #[error("the order was taken back")]
    OrderRevoked,
    /// An order is for one person.
    #[error("the order is for another person")]
    OrderOfAnother,
    /// A fact about the release of a report.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A fact about a resource of FHIR, or a search for some.
    #[error(transparent)]
    Fhir(#[from] FhirError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The exchange's facts.
    #[error(transparent)]
    Exchange(#[from] citygate_exchange::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// A value that does not open, or cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
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
            Self::Notify(error) => error.as_db(),
            Self::Exchange(error) => error.as_db(),
            Self::Fhir(error) => error.as_db(),
            Self::Seal(error) => error.as_db(),
            Self::OrderDiffers
            | Self::OrderRevoked
            | Self::OrderOfAnother
            | Self::Release(_)
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &ORDER_DIFFERS,
    &ORDER_REVOKED,
    &ORDER_OF_ANOTHER,
    &release::REPORT_UNKNOWN,
    &release::VERSION_UNKNOWN,
    &release::WITHHELD,
    &release::WITHDRAWN,
    &release::VERSION_CHANGED,
    &release::NOTHING_TO_ACKNOWLEDGE,
    &release::STEP_REFUSED,
    &release::ITEM_UNKNOWN,
    &release::DOCUMENTS_BUSY,
];

const ORDER_DIFFERS: ProblemType = ProblemType::new(
    "results.order_differs",
    422,
    "The report is on record as the answer to another order",
    "该报告已对应另一医嘱",
);
const ORDER_REVOKED: ProblemType = ProblemType::new(
    "results.order_revoked",
    422,
    "The order was taken back and cannot be placed anew",
    "医嘱已撤销，不能重新开立",
);
const ORDER_OF_ANOTHER: ProblemType = ProblemType::new(
    "results.order_of_another",
    422,
    "The order number stands for an order of another patient",
    "该医嘱编号已对应另一患者的医嘱",
);
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::OrderDiffers => Self::new(&ORDER_DIFFERS),
            Error::OrderRevoked => Self::new(&ORDER_REVOKED),
            Error::OrderOfAnother => Self::new(&ORDER_OF_ANOTHER),
            Error::Release(error) => error.into(),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Exchange(error) => error.into(),
            Error::Fhir(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Seal(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
