//! Until when something can be done that has to be done before an appointment.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::City;
use serde::{Deserialize, Serialize};

use super::instant;

/// The last instant, as agencies set it: `{"days_before": 1, "at": "15:00"}`,
/// `{"working_days_before": 1, "at": "24:00"}`, or `{"minutes_before": 30}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Cutoff {
    /// At a time of the city on a day before, or on the day itself.
    Day {
        /// How many days before; none is the day itself.
        days_before: u16,
        /// When on that day.
        at: Hour,
    },
    /// At a time of the city on a working day before, by the holiday calendar.
    WorkingDay {
        /// How many working days before: of a Monday, one is the Friday, and so it is of the Sunday
        /// before. None is the day itself, whatever day that is.
        working_days_before: u16,
        /// When on that day.
        at: Hour,
    },
    /// So long before it starts.
    Minutes {
        /// Minutes.
        minutes_before: u32,
    },
}

/// A time of the day, or `24:00`: when the day is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hour(Option<NaiveTime>);

/// How the end of a day is written (ISO 8601-1:2019, 5.3.1.2, and Civil Code, article 203).
const END_OF_DAY: &str = "24:00";

impl TryFrom<String> for Hour {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == END_OF_DAY { Ok(Self(None)) } else { Ok(Self(Some(text.parse()?))) }
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> Self {
        hour.0.map_or_else(|| END_OF_DAY.to_owned(), |at| at.to_string())
    }
}

impl Hour {
    fn of(self, day: NaiveDate, city: &City) -> DateTime<Utc> {
        match self.0 {
            Some(at) => instant(city, day, at),
            None => instant(city, day + TimeDelta::days(1), NaiveTime::MIN),
        }
    }
}

impl Cutoff {
    /// Whether it asks for the holiday calendar.
    pub(crate) fn counts_working_days(self) -> bool {
        matches!(self, Self::WorkingDay { .. })
    }

    /// The instant before which it can be done for what starts then. Never after the start: a time
    /// of the day itself can be later than a morning. The calendar matters only where
    /// [`Self::counts_working_days`].
    pub(crate) fn before(
        self,
        starts_at: DateTime<Utc>,
        city: &City,
        calendar: &HolidayCalendar,
    ) -> DateTime<Utc> {
        let on = city.date(starts_at);
        match self {
            Self::Day { days_before, at } => {
                at.of(on - TimeDelta::days(i64::from(days_before)), city).min(starts_at)
            }
            Self::WorkingDay { working_days_before, at } => {
                at.of(working_day_before(on, working_days_before, calendar), city).min(starts_at)
            }
            Self::Minutes { minutes_before } => {
                starts_at - TimeDelta::minutes(i64::from(minutes_before))
            }
        }
    }
}

/// The working day that lies so many working days before a day.
fn working_day_before(on: NaiveDate, n: u16, calendar: &HolidayCalendar) -> NaiveDate {
    let earlier = |day: &NaiveDate| day.checked_sub_days(Days::new(1));
    let days = std::iter::successors(earlier(&on), earlier);
    let Some(before) = n.checked_sub(1) else { return on };
    let mut working = days.filter(|day| calendar.is_working_day(*day));
    working.nth(before.into()).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests;
