//! What can go wrong with marriage registration.

mod capacity;
mod case;
mod divorce;

use citygate_calendar::DateOutOfRange;
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

pub use self::{capacity::CapacityError, case::CaseError, divorce::DivorceError};
use self::{capacity::*, case::*, divorce::*};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Facts of cases.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Facts of offices and their days.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// Facts of divorces.
    #[error(transparent)]
    Divorce(#[from] DivorceError),
    /// No deadline can be counted from the day.
    #[error(transparent)]
    Date(#[from] DateOutOfRange),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// Booking's facts.
    #[error(transparent)]
    Booking(#[from] citygate_booking::Error),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Facts of certificates.
    #[error(transparent)]
    Certificates(#[from] citygate_certificates::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// What keeps a value from being sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealError),
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
            Self::Certificates(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Sealing(error) => error.as_db(),
            Self::Capacity(_)
            | Self::Case(_)
            | Self::Divorce(_)
            | Self::Date(_)
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &CASE_UNKNOWN,
    &WRONG_STATE,
    &CASE_OPEN,
    &TOO_MANY_CASES,
    &INVITATION_UNKNOWN,
    &TOO_MANY_INVITATIONS,
    &STATEMENT_CHANGED,
    &STATEMENT_CONTRADICTED,
    &SIGNED_ALREADY,
    &NOT_SIGNED,
    &CANNOT_PROCEED,
    &PARTY_UNSEEN,
    &NOT_TODAY,
    &TOO_EARLY,
    &SEX_DIFFERS,
    &REASON_UNKNOWN,
    &CORRECTION_UNKNOWN,
    &CORRECTION_OPEN,
    &CORRECTION_DECIDED,
    &OWN_CORRECTION,
    &OWN_CASE,
    &DAY_UNSOUND,
    &NO_APPOINTMENT,
    &OFFICE_DAY_UNKNOWN,
    &OFFICE_DAY_UNSOUND,
    &TOO_MANY_DAYS,
    &DIVORCE_UNKNOWN,
    &MARRIAGE_UNKNOWN,
    &DIVORCE_OPEN,
    &WRONG_DIVORCE_STATE,
];

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(fact) => fact.into(),
            Error::Case(fact) => fact.into(),
            Error::Divorce(fact) => fact.into(),
            Error::Booking(error) => error.into(),
            Error::Catalogue(error) => error.into(),
            Error::Certificates(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Sealing(error) => error.into(),
            Error::Date(_) | Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
