//! Yearly statements: which year is over, and from when on it is told.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use citygate_catalogue::City;
use serde::Deserialize;

use crate::model::FundYear;

/// Key of the rule for yearly statements.
pub(crate) const STATEMENT: &str = "provident_fund.statement";

/// Parameters of [`STATEMENT`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementRule {
    /// The last day of a year of the fund.
    pub ends: DayOfYear,
    /// From when on its statements are given.
    pub published: DayOfYear,
}

/// A day of every year.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DayOfYear {
    pub month: u32,
    pub day: u32,
}

impl StatementRule {
    /// The year of the fund that ends in a calendar year.
    pub(crate) fn year(&self, year: i16) -> Option<FundYear> {
        FundYear::ending(self.ends.of(i32::from(year))?)
    }
}

impl DayOfYear {
    fn of(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }
}

/// The last year whose statements are to be given by now, if the centre has told everything of it:
/// up to after its last day.
pub(crate) fn due(
    rule: &StatementRule,
    city: &City,
    as_of: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<FundYear> {
    let today = city.date(now);
    let this = rule.published.of(today.year()).filter(|published| *published <= today);
    let year = if this.is_some() { today.year() } else { today.year() - 1 };
    let year = FundYear::ending(rule.ends.of(year)?)?;
    (city.date(as_of) > year.last).then_some(year)
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{CityCode, Text};

    use super::*;

    fn city() -> City {
        City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_told_once_it_is_over_published_and_complete() {
        let rule = StatementRule {
            ends: DayOfYear { month: 6, day: 30 },
            published: DayOfYear { month: 8, day: 1 },
        };
        for (now, as_of, year) in [
            // 24:00 of 31 July in Shanghai is 16:00 in Greenwich.
            ("2026-07-31T15:59:59Z", "2026-07-20T00:00:00Z", Some(2025)),
            ("2026-07-31T16:00:00Z", "2026-07-20T00:00:00Z", Some(2026)),
            // The centre has told everything up to the very end of 30 June, and no further.
            ("2026-08-01T00:00:00Z", "2026-06-30T15:59:59Z", None),
            ("2026-08-01T00:00:00Z", "2026-06-30T16:00:00Z", Some(2026)),
            ("2027-01-01T00:00:00Z", "2026-12-31T00:00:00Z", Some(2026)),
        ] {
            let found = due(&rule, &city(), at(as_of), at(now)).map(|found| found.year);
            assert_eq!(found, year, "{now} {as_of}");
        }
    }

    #[test]
    fn a_year_begins_on_the_day_after_the_one_before() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let year = FundYear::ending(day("2026-06-30")).unwrap();
        assert_eq!((year.year, year.first), (2026, day("2025-07-01")));
        let before = FundYear::ending(day("2025-06-30")).unwrap();
        assert_eq!(before.last.succ_opt(), Some(year.first));
    }
}
