//! What can go wrong with usage.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The month is not over, or too short a time ago.
    #[error("the month is not published yet")]
    MonthUnpublished {
        /// The last one that is.
        last: String,
    },
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
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
            Self::MonthUnpublished { .. } | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[&MONTH_UNPUBLISHED];

const MONTH_UNPUBLISHED: ProblemType = ProblemType::new(
    "usage.month_unpublished",
    404,
    "The figures of this month are not published yet",
    "该月数据尚未公布",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::MonthUnpublished { last } => {
                let last = format!("the last published month is {last}");
                Self::new(&MONTH_UNPUBLISHED).detail(last)
            }
            Error::Catalogue(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
