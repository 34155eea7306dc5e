//! A month as the law of a place counts it.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use citygate_kernel::wire;
use citygate_ledger::Span;
use serde::Deserialize;

/// A calendar month of a year of four digits: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Month {
    first: NaiveDate,
}

/// Not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-11")]
pub(crate) struct InvalidMonth;

impl Month {
    /// From the first instant of the month, up to and without the first of the next.
    pub(crate) fn span<Z: TimeZone>(self, zone: &Z) -> Span {
        let next = self.first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        midnight(self.first, zone)..midnight(next, zone)
    }
}

/// The first instant of a day. Where clocks are put forward at midnight, it is later than 00:00.
fn midnight<Z: TimeZone>(day: NaiveDate, zone: &Z) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let instant = (0..=12).find_map(|quarters| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
        zone.from_local_datetime(&local).earliest()
    });
    instant.map_or(midnight.and_utc(), |instant| instant.with_timezone(&Utc))
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let (year, month) = text.split_once('-').ok_or(InvalidMonth)?;
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(InvalidMonth);
        }
        let (year, month) = (year.parse().ok(), month.parse().ok());
        let first =
            year.zip(month).and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
        first.map(|first| Self { first }).ok_or(InvalidMonth)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}
