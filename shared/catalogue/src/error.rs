//! What can go wrong in the catalogue.

use chrono::NaiveDate;
use citygate_kernel::{CityCode, Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway does not serve this city.
    #[error("no city {0}")]
    CityUnknown(CityCode),
    /// The agency does not exist.
    #[error("no such agency")]
    AgencyUnknown,
    /// The office does not exist.
    #[error("no such office")]
    OfficeUnknown,
    /// No rule that a decision needs was in force on its day.
    #[error("no rule {key} is in force in {city} on {on}")]
    RuleMissing {
        /// What the rule is about.
        key: String,
        /// Where it was looked for.
        city: CityCode,
        /// For which day.
        on: NaiveDate,
    },
    /// A row holds what this program cannot read.
    #[error("reference data is damaged: {0}")]
    Damaged(String),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] =
    &[&CITY_UNKNOWN, &AGENCY_UNKNOWN, &OFFICE_UNKNOWN, &RULE_MISSING];

const CITY_UNKNOWN: ProblemType = ProblemType::new(
    "catalogue.city_unknown",
    404,
    "The gateway does not serve this city",
    "该城市尚未接入",
);
const AGENCY_UNKNOWN: ProblemType =
    ProblemType::new("catalogue.agency_unknown", 404, "There is no such agency", "该机构不存在");
const OFFICE_UNKNOWN: ProblemType = ProblemType::new(
    "catalogue.office_unknown",
    404,
    "There is no such office",
    "该办事地点不存在",
);
const RULE_MISSING: ProblemType = ProblemType::new(
    "catalogue.rule_missing",
    422,
    "No rule that this needs is in force on that day",
    "该日期没有可适用的有效规则",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::CityUnknown(_) => Self::new(&CITY_UNKNOWN),
            Error::AgencyUnknown => Self::new(&AGENCY_UNKNOWN),
            Error::OfficeUnknown => Self::new(&OFFICE_UNKNOWN),
            Error::RuleMissing { .. } => Self::new(&RULE_MISSING).detail(error.to_string()),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
