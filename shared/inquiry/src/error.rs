//! What can go wrong when a register is asked.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

use crate::model::Trouble;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is named to be asked.
    #[error("the agency has named no register")]
    NoSource,
    /// The register has nothing on the person.
    #[error("the register has no such record")]
    NoRecord,
    /// The register was not heard, and nothing that it said is kept.
    #[error("the register was not heard: {}", .0.code())]
    Unheard(Trouble),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// A value that is not sealed or not opened.
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
            Self::Seal(error) => error.as_db(),
            Self::NoSource | Self::NoRecord | Self::Unheard(_) | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[&NO_SOURCE, &NO_RECORD, &UNHEARD];

const NO_SOURCE: ProblemType = ProblemType::new(
    "inquiry.no_source",
    503,
    "The agency has named no register that could be asked",
    "该机构尚未接入可供查询的登记系统",
)
.passing();
const NO_RECORD: ProblemType = ProblemType::new(
    "inquiry.no_record",
    404,
    "The agency's register has no record of you",
    "该机构登记系统中没有您的记录",
);
const UNHEARD: ProblemType = ProblemType::new(
    "inquiry.unheard",
    503,
    "The agency's register does not answer, and it has said nothing earlier",
    "该机构登记系统暂无应答，且没有此前的查询结果",
)
.passing();

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoSource => Self::new(&NO_SOURCE),
            Error::NoRecord => Self::new(&NO_RECORD),
            Error::Unheard(_) => Self::new(&UNHEARD).cause(error),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Seal(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
