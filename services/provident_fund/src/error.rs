//! What can go wrong with the housing provident fund.

mod application;
mod batch;

use citygate_kernel::{Problem, ProblemType};
use citygate_paper::pdf::PrintError;
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

pub use application::ApplicationError;
pub(crate) use application::{Barred, Hindered};
pub use batch::BatchError;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such account, or not the caller's.
    #[error("there is no such account")]
    AccountUnknown,
    /// No such loan of the account.
    #[error("there is no such loan")]
    LoanUnknown,
    /// A fact about an application.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// A fact about a batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// A document cannot be printed now.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// What certificates say.
    #[error(transparent)]
    Certificates(#[from] citygate_certificates::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// What comes of asking a register.
    #[error(transparent)]
    Inquiry(#[from] citygate_inquiry::Error),
    /// A value cannot be sealed or opened.
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

impl Error {
    /// The database's trouble, for whoever knows nothing else; what is none is a fault of ours.
    pub(crate) fn into_trouble(self) -> DbError {
        match self {
            Self::Db(error)
            | Self::Catalogue(citygate_catalogue::Error::Db(error))
            | Self::Inquiry(citygate_inquiry::Error::Db(error))
            | Self::Identity(citygate_identity::Error::Db(error)) => error,
            other => DbError::Faulty(other.to_string()),
        }
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Inquiry(error) => error.as_db(),
            Self::Certificates(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Seal(error) => error.as_db(),
            Self::AccountUnknown
            | Self::LoanUnknown
            | Self::Application(_)
            | Self::Batch(_)
            | Self::Damaged(_)
            | Self::Print(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &ACCOUNT_UNKNOWN,
    &LOAN_UNKNOWN,
    &DOCUMENTS_BUSY,
    &application::WITHDRAWAL_UNKNOWN,
    &application::DISPUTE_UNKNOWN,
    &application::TRANSFER_UNKNOWN,
    &application::STATEMENT_UNKNOWN,
    &application::WITHDRAWAL_BARRED,
    &application::OVER_BALANCE,
    &application::APPLICATION_STATE,
    &application::OWN_APPLICATION,
    &application::POSTING_UNKNOWN,
    &application::MONTH_AHEAD,
    &application::DISPUTED_ALREADY,
    &application::TRANSFER_PENDING,
    &application::TRANSFER_BARRED,
    &application::NOTHING_PAID_IN,
    &batch::UNKNOWN,
    &batch::DECLARED_OTHERWISE,
    &batch::AS_OF_AHEAD,
    &batch::NOTHING_TO_REPLACE,
    &batch::PART_DIFFERS,
    &batch::PART_SIZE,
    &batch::BATCH_CLOSED,
    &batch::BATCH_REPLACED,
];

const ACCOUNT_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.account_unknown",
    404,
    "There is no such account",
    "住房公积金账户不存在",
);

const DOCUMENTS_BUSY: ProblemType = ProblemType::new(
    "provident_fund.documents_busy",
    503,
    "Too many documents are being made; try again in a moment",
    "正在生成的文档过多，请稍后再试",
)
.passing();

const LOAN_UNKNOWN: ProblemType =
    ProblemType::new("provident_fund.loan_unknown", 404, "There is no such loan", "贷款不存在");

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::AccountUnknown => Self::new(&ACCOUNT_UNKNOWN),
            Error::LoanUnknown => Self::new(&LOAN_UNKNOWN),
            Error::Application(error) => error.into(),
            Error::Batch(error) => error.into(),
            Error::Certificates(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Print(PrintError::Busy) => Self::new(&DOCUMENTS_BUSY),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Inquiry(error) => error.into(),
            Error::Damaged(_)
            | Error::Seal(_)
            | Error::Print(PrintError::Pdf(_) | PrintError::Interrupted) => {
                Self::new(&problems::INTERNAL).cause(error)
            }
            Error::Db(error) => error.into(),
        }
    }
}
