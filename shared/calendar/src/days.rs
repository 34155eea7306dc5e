//! The days a legal date can name.

use chrono::{Datelike, NaiveDate};

/// A date would lie outside the years 0001 to 9999, which are those that the wire (RFC 3339) can
/// write. A period of absurd length and a pause without end come to this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date lies outside the years 0001 to 9999")]
pub struct DateOutOfRange;

/// `first`, if a legal date can name it, and every day after it up to the end of the year 9999.
pub(crate) fn starting(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(|day| (1..=9999).contains(&day.year()))
}

/// The days after `day`: where a count begins, for the first day is not counted.
pub(crate) fn after(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    starting(day).skip(1)
}
