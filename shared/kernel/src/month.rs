//! Calendar months.

use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use crate::wire;

/// A month of a year from 1900 to 2199: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(
    /// Months since January of the year 0.
    i32,
);

/// The text is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month from 1900-01 to 2199-12 is expected")]
pub struct InvalidMonth;

impl Month {
    /// The first that can be named.
    pub const FIRST: Self = Self(1900 * 12);
    /// The last.
    pub const LAST: Self = Self(2199 * 12 + 11);

    /// A month of a year, from 1.
    pub fn new(year: i32, month: i32) -> Option<Self> {
        let known = (1900..=2199).contains(&year) && (1..=12).contains(&month);
        known.then(|| Self(year * 12 + month - 1))
    }

    /// The month that a day lies in; the nearest that can be named.
    pub fn of(day: NaiveDate) -> Self {
        let month = i32::try_from(day.month0()).unwrap_or_default();
        Self(day.year().saturating_mul(12).saturating_add(month)).named()
    }

    /// So many months later, or earlier; the nearest that can be named.
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months)).named()
    }

    /// How many months later than another; less than nothing where it is earlier.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        let month = u32::try_from(self.0.rem_euclid(12)).unwrap_or_default() + 1;
        NaiveDate::from_ymd_opt(self.year(), month, 1).unwrap_or_default()
    }

    /// Every month until another, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }

    fn named(self) -> Self {
        self.clamp(Self::FIRST, Self::LAST)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.0.rem_euclid(12) + 1)
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once('-') {
            Some((year, month))
                if year.len() == 4 && month.len() == 2 && digits(year) && digits(month) =>
            {
                let number = |text: &str| text.parse().map_err(|_| InvalidMonth);
                Self::new(number(year)?, number(month)?).ok_or(InvalidMonth)
            }
            _ => Err(InvalidMonth),
        }
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$"))
            .examples(["2026-11"])
            .into()
    }
}
impl ToSchema for Month {
    fn name() -> Cow<'static, str> {
        "Month".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_written_and_counted() {
        for wrong in [
            "",
            "2026",
            "2026-",
            "2026-1",
            "12026-10",
            "2026-10-",
            "26-11",
            "2026-13",
            "2026-00",
            "1899-12",
            "2200-01",
            "2026-011",
            "02026-11",
            "+026-11",
            "-026-11",
            "2026-+1",
            "2026/11",
            "2026-11-01",
            "２０２６-11",
            " 2026-11",
            "2026-11\0",
        ] {
            assert_eq!(wrong.parse::<Month>(), Err(InvalidMonth), "{wrong}");
        }
        for (from, by, to) in [
            ("2026-11", 2, "2027-01"),
            ("2026-01", -1, "2025-12"),
            ("2026-11", 0, "2026-11"),
            ("2199-12", 1, "2199-12"),
            ("1900-01", -1, "1900-01"),
        ] {
            let month: Month = from.parse().unwrap();
            assert_eq!(month.plus(by).to_string(), to);
        }
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.first_day().to_string(), "2026-11-01");
        assert_eq!(Month::of("2026-11-30".parse().unwrap()), month);
        assert_eq!((month.year(), month.since(month.plus(-14))), (2026, 14));
        assert_eq!(month.through(month.plus(2)).count(), 3);
        assert_eq!(month.through(month.plus(-1)).count(), 0);
    }
}
