//! Working days and rest days.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use citygate_kernel::Text;

use crate::days::{self, DateOutOfRange};

/// One day of a holiday notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub on: NaiveDate,
    /// `true` for a make-up working day on a weekend, `false` for a day off.
    pub working: bool,
    /// The festival, also of the make-up day that pays for it.
    pub name: Text,
}

/// What the calendar says about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayStatus<'calendar> {
    /// Monday to Friday, not named by any notice.
    Working,
    /// Saturday or Sunday, not named by any notice.
    Weekend,
    /// A day off by notice, with the festival's name.
    Holiday(&'calendar Text),
    /// A weekend worked by notice, with the name of the festival it makes up for.
    MakeUp(&'calendar Text),
}

impl DayStatus<'_> {
    /// Whether offices work.
    pub fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::MakeUp(_))
    }

    /// What kind of rest day it is, in words; nothing for a working day.
    pub fn rest(self) -> Option<Text> {
        match self {
            Self::Working | Self::MakeUp(_) => None,
            Self::Weekend => Some(Text::new("weekend", "周末")),
            Self::Holiday(name) => Some(name.clone()),
        }
    }
}

/// The rest days of a country. Which days are off and which weekends are worked in exchange is
/// announced year by year (in China by the State Council), so they are rows, and the calendar knows
/// how far they reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayCalendar {
    days: BTreeMap<NaiveDate, Holiday>,
    known_until: NaiveDate,
}

impl HolidayCalendar {
    /// A calendar of notice rows; of two rows for a day the later one holds. `known_until` is the
    /// last day that the notices cover: after it an unnamed weekday only looks like a working day.
    pub fn new(rows: impl IntoIterator<Item = Holiday>, known_until: NaiveDate) -> Self {
        Self { days: rows.into_iter().map(|row| (row.on, row)).collect(), known_until }
    }

    /// The last day that the notices cover.
    pub fn known_until(&self) -> NaiveDate {
        self.known_until
    }

    /// What a day is.
    pub fn day(&self, day: NaiveDate) -> DayStatus<'_> {
        match self.days.get(&day) {
            Some(row) if row.working => DayStatus::MakeUp(&row.name),
            Some(row) => DayStatus::Holiday(&row.name),
            None if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) => DayStatus::Weekend,
            None => DayStatus::Working,
        }
    }

    /// Whether offices work on a day.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.day(day).is_working()
    }

    /// The first working day on or after a day.
    pub fn next_working_day(&self, on_or_after: NaiveDate) -> Result<NaiveDate, DateOutOfRange> {
        days::starting(on_or_after).find(|day| self.is_working_day(*day)).ok_or(DateOutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::china;

    fn on(date: &str) -> NaiveDate {
        date.parse().unwrap()
    }

    #[test]
    fn a_notice_overrides_the_weekday() {
        let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
        let spring_festival = Text::new("Spring Festival", "春节");
        for (date, status, next) in [
            ("2026-02-13", DayStatus::Working, "2026-02-13"),
            ("2026-02-14", DayStatus::MakeUp(&spring_festival), "2026-02-14"),
            ("2026-02-15", DayStatus::Holiday(&spring_festival), "2026-02-24"),
            ("2026-02-23", DayStatus::Holiday(&spring_festival), "2026-02-24"),
            ("2026-02-28", DayStatus::MakeUp(&spring_festival), "2026-02-28"),
            ("2026-03-01", DayStatus::Weekend, "2026-03-02"),
            // After the last notice only weekends are known, even on 1 January.
            ("2027-01-01", DayStatus::Working, "2027-01-01"),
            ("2027-01-02", DayStatus::Weekend, "2027-01-04"),
        ] {
            assert_eq!(calendar.day(on(date)), status, "{date}");
            assert_eq!(calendar.is_working_day(on(date)), date == next, "{date}");
            assert_eq!(calendar.next_working_day(on(date)), Ok(on(next)), "{date}");
        }
    }

    #[test]
    fn the_later_row_of_a_day_holds_and_the_end_of_time_is_an_error() {
        let row = |working| Holiday {
            on: on("2026-05-09"),
            working,
            name: Text::new("Labour Day", "劳动节"),
        };
        let calendar = HolidayCalendar::new([row(false), row(true)], on("2026-12-31"));
        assert!(calendar.is_working_day(on("2026-05-09")));
        assert_eq!(calendar.next_working_day(NaiveDate::MAX), Err(DateOutOfRange));
        assert_eq!(calendar.next_working_day(NaiveDate::MIN), Err(DateOutOfRange));
    }
}
