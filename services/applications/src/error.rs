//! What can go wrong with applications.

mod application;

use citygate_calendar::DateOutOfRange;
use citygate_kernel::{MoneyError, Problem};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

pub use self::application::ApplicationError;
pub(crate) use self::application::{Faults, PROBLEMS};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Facts of applications.
    #[error(transparent)]
    Application(#[from] ApplicationError),
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
    /// Facts of listings.
    #[error(transparent)]
    Listings(#[from] citygate_listings::Error),
    /// The gateway's facts.
    #[error(transparent)]
    Payments(#[from] citygate_payments::Error),
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
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Sealing(error) => error.as_db(),
            Self::Application(_) | Self::Date(_) | Self::Money(_) | Self::Damaged(_) => None,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Application(fact) => fact.into(),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Listings(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Sealing(error) => error.into(),
            Error::Date(_) | Error::Money(_) | Error::Damaged(_) => {
                Self::new(&problems::INTERNAL).cause(error)
            }
            Error::Db(error) => error.into(),
        }
    }
}
