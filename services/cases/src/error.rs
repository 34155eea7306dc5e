//! What can go wrong with cases.

mod fact;
mod open311;

use citygate_calendar::DateOutOfRange;
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

pub use self::{fact::CaseError, open311::Open311Error};
use self::{fact::*, open311::*};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Facts of cases.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Facts of requests by Open311.
    #[error(transparent)]
    Open311(#[from] Open311Error),
    /// No deadline can be counted from the day.
    #[error(transparent)]
    Date(#[from] DateOutOfRange),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// Facts of listings.
    #[error(transparent)]
    Listings(#[from] citygate_listings::Error),
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
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Listings(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Sealing(error) => error.as_db(),
            Self::Case(_) | Self::Open311(_) | Self::Date(_) | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &CASE_UNKNOWN,
    &WRONG_STATE,
    &OTHER_KIND,
    &CATEGORY_UNKNOWN,
    &INTENT_NOT_TAKEN,
    &NOT_TAKEN,
    &TOO_MANY,
    &PLACE_ELSEWHERE,
    &RATED_ALREADY,
    &NOT_ANSWERED,
    &REOPENED_TOO_OFTEN,
    &TOO_LATE_TO_REOPEN,
    &OWN_CASE,
    &OWN_DISPUTE,
    &DESK_UNKNOWN,
    &TOO_LATE_TO_DISPUTE,
    &EXTENDED_ALREADY,
    &TOO_LATE_TO_EXTEND,
    &PARENT_UNSOUND,
    &JURISDICTION_MISSING,
    &JURISDICTION_UNKNOWN,
    &SERVICE_MISSING,
    &SERVICE_UNKNOWN,
    &FORM_UNSOUND,
];

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Case(fact) => fact.into(),
            Error::Open311(fact) => fact.into(),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Listings(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Sealing(error) => error.into(),
            Error::Date(_) | Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
