//! Nouns of yearly statements.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::Money;
use serde::Deserialize;

use super::AccountId;

/// The calendar year in which a year of the fund ends, as somebody asks for it: 1990 to 9999. The first
/// fund of the country began in 1991.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i16")]
pub(crate) struct StatementYear(i16);

/// The number is not a year for which there are statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a year from 1990 to 9999 is expected")]
pub(crate) struct InvalidStatementYear;

impl StatementYear {
    /// As a number.
    pub(crate) fn get(self) -> i16 {
        self.0
    }
}

impl TryFrom<i16> for StatementYear {
    type Error = InvalidStatementYear;

    fn try_from(year: i16) -> Result<Self, InvalidStatementYear> {
        (1990..=9999).contains(&year).then_some(Self(year)).ok_or(InvalidStatementYear)
    }
}

/// A year of the fund, called after the calendar year in which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FundYear {
    /// The calendar year in which it ends.
    pub year: i16,
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day, on which interest is credited.
    pub last: NaiveDate,
}

impl FundYear {
    /// The year that ends on a day.
    pub(crate) fn ending(last: NaiveDate) -> Option<Self> {
        let first = last.with_year(last.year() - 1)?.succ_opt()?;
        Some(Self { year: i16::try_from(last.year()).ok()?, first, last })
    }
}

/// What became of an account in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub account: AccountId,
    pub agency: AgencyId,
    pub person: PersonId,
    /// The calendar year in which it ends.
    pub year: i16,
    /// What was there before its first day.
    pub opening: Money,
    /// What the person paid in.
    pub own: Money,
    /// What employers paid in.
    pub employer: Money,
    pub interest: Money,
    /// What was taken out: below zero.
    pub withdrawn: Money,
    /// What came from other cities, and went to them.
    pub transferred: Money,
    /// What was put right.
    pub corrected: Money,
    /// What was there after its last day: the sum of all of these.
    pub closing: Money,
    /// For how many months somebody paid in.
    pub months: u32,
    /// Up to when the centre had told everything.
    pub as_of: DateTime<Utc>,
}
