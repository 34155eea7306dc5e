//! Dates and instants, as exact as they were written (FHIR R4, 2.24.0.1).

use std::{fmt, str::FromStr};

use chrono::{
    DateTime, Datelike, FixedOffset, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Timelike, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// How exact a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// 2026
    Year,
    /// 2026-11
    Month,
    /// 2026-11-22
    Day,
    /// 2026-11-22T10:30+08:00: in searches only.
    Minute,
    /// 2026-11-22T10:30:00+08:00
    Second,
    /// 2026-11-22T10:30:00.125+08:00, with so many digits, 1 to 9.
    Fraction(u8),
}

/// A `date`, `dateTime` or `instant`: a stretch of time, as long as it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FhirDateTime {
    /// Where the stretch begins, by the wall clock.
    begins: NaiveDateTime,
    /// Whose wall clock. Dates have none, and times in searches need none.
    zone: Option<FixedOffset>,
    precision: Precision,
}

/// The text is no date of FHIR R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a date such as 2026-11-22 or 2026-11-22T10:30:00+08:00 is expected")]
pub struct InvalidDate;

impl FhirDateTime {
    /// Reads a date as resources have it: a time has seconds and a zone.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let read = Self::parse_loosely(text)?;
        let timed = read.precision > Precision::Day;
        if timed && (read.precision == Precision::Minute || read.zone.is_none()) {
            return Err(InvalidDate);
        }
        Ok(read)
    }

    /// Reads a date as searches have it: a time may do without seconds and zone (3.1.1.4.7).
    pub fn parse_loosely(text: &str) -> Result<Self, InvalidDate> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let (date, precision) = parse_date(date).ok_or(InvalidDate)?;
        let Some(time) = time else {
            return Ok(Self { begins: date.and_time(NaiveTime::MIN), zone: None, precision });
        };
        if precision != Precision::Day {
            return Err(InvalidDate);
        }
        let (time, zone) = split_zone(time).ok_or(InvalidDate)?;
        let (since_midnight, precision) = parse_time(time).ok_or(InvalidDate)?;
        let begins = date.and_time(NaiveTime::MIN) + since_midnight;
        Ok(Self { begins, zone, precision })
    }

    /// How exact it is.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The day by the wall clock, if it is as exact as that.
    pub fn day(&self) -> Option<NaiveDate> {
        (self.precision >= Precision::Day).then(|| self.begins.date())
    }

    /// The instant that it names, if it names one.
    pub fn instant(&self) -> Option<DateTime<Utc>> {
        let timed = self.precision > Precision::Day;
        self.zone.filter(|_| timed).map(|zone| to_instant(self.begins, &zone))
    }

    /// Its first instant, and the first one after it. Dates begin and end by the clock of `local`.
    pub fn range(&self, local: &impl TimeZone) -> (DateTime<Utc>, DateTime<Utc>) {
        let ends = self.ends();
        match self.zone {
            Some(zone) => (to_instant(self.begins, &zone), to_instant(ends, &zone)),
            None => (to_instant(self.begins, local), to_instant(ends, local)),
        }
    }

    /// Years have four digits, so that the end of the last one is still a date of chrono's.
    fn ends(&self) -> NaiveDateTime {
        match self.precision {
            Precision::Year => self.begins + Months::new(12),
            Precision::Month => self.begins + Months::new(1),
            Precision::Day => self.begins + TimeDelta::days(1),
            Precision::Minute => self.begins + TimeDelta::minutes(1),
            Precision::Second => self.begins + TimeDelta::seconds(1),
            Precision::Fraction(digits) => {
                self.begins + TimeDelta::nanoseconds(10_i64.pow(9 - u32::from(digits.min(9))))
            }
        }
    }
}

/// The year, month and day of a text, and how many of them it has.
fn parse_date(text: &str) -> Option<(NaiveDate, Precision)> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map(|month| digits(month, 2));
    let day = parts.next().map(|day| digits(day, 2));
    if parts.next().is_some() || year == 0 {
        return None;
    }
    let (month, day, precision) = match (month, day) {
        (None, _) => (1, 1, Precision::Year),
        (Some(month), None) => (month?, 1, Precision::Month),
        (Some(month), Some(day)) => (month?, day?, Precision::Day),
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((date, precision))
}

/// A time without its zone, and the zone.
fn split_zone(text: &str) -> Option<(&str, Option<FixedOffset>)> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some((time, FixedOffset::east_opt(0)));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (time, zone) = text.split_at(at);
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 14 || minutes > 59 || (hours == 14 && minutes > 0) {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let east = if zone.starts_with('+') { seconds } else { -seconds };
    Some((time, Some(FixedOffset::east_opt(east)?)))
}

/// Since midnight. A leap second, `:60`, is the first one of the next minute.
fn parse_time(text: &str) -> Option<(TimeDelta, Precision)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map(|second| digits(second, 2));
    if parts.next().is_some() || hour > 23 || minute > 59 {
        return None;
    }
    let (second, precision) = match second {
        None => (0, Precision::Minute),
        Some(second) => (second?, Precision::Second),
    };
    if second > 60 {
        return None;
    }
    let since = TimeDelta::seconds(i64::from(hour * 3600 + minute * 60 + second));
    let Some(fraction) = fraction else { return Some((since, precision)) };
    let count = u8::try_from(fraction.len()).ok().filter(|count| (1..=9).contains(count))?;
    let value = i64::from(digits(fraction, usize::from(count))?);
    let nanoseconds = value * 10_i64.pow(9 - u32::from(count));
    let fits = precision == Precision::Second;
    fits.then(|| (since + TimeDelta::nanoseconds(nanoseconds), Precision::Fraction(count)))
}

/// A number of exactly so many digits, at most nine.
fn digits(text: &str, count: usize) -> Option<u32> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// What the wall clock of a zone shows twice is the first of the two, and what it leaves out is the
/// hour after.
fn to_instant(wall_clock: NaiveDateTime, zone: &impl TimeZone) -> DateTime<Utc> {
    let later = wall_clock + TimeDelta::hours(1);
    let found = zone.from_local_datetime(&wall_clock).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&later).earliest());
    found.map_or_else(|| wall_clock.and_utc(), |instant| instant.with_timezone(&Utc))
}

impl FromStr for FhirDateTime {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        Self::parse(text)
    }
}

impl fmt::Display for FhirDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.begins;
        write!(f, "{:04}", at.year())?;
        if self.precision >= Precision::Month {
            write!(f, "-{:02}", at.month())?;
        }
        if self.precision >= Precision::Day {
            write!(f, "-{:02}", at.day())?;
        }
        if self.precision >= Precision::Minute {
            write!(f, "T{:02}:{:02}", at.hour(), at.minute())?;
        }
        if self.precision >= Precision::Second {
            write!(f, ":{:02}", at.second())?;
        }
        if let Precision::Fraction(digits) = self.precision {
            let value = at.nanosecond() / 10_u32.pow(9 - u32::from(digits.min(9)));
            write!(f, ".{value:0width$}", width = usize::from(digits))?;
        }
        match self.zone {
            Some(zone) => write!(f, "{zone}"),
            None => Ok(()),
        }
    }
}

impl Serialize for FhirDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FhirDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl From<DateTime<Utc>> for FhirDateTime {
    /// With milliseconds, as the server writes instants.
    fn from(instant: DateTime<Utc>) -> Self {
        let whole = TimeDelta::nanoseconds(i64::from(instant.nanosecond() % 1_000_000));
        let begins = instant.naive_utc() - whole;
        Self { begins, zone: FixedOffset::east_opt(0), precision: Precision::Fraction(3) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn china() -> FixedOffset {
        FixedOffset::east_opt(8 * 3600).unwrap()
    }

    #[test]
    fn a_date_is_a_stretch_as_long_as_it_is_exact() {
        for (text, from, to) in [
            ("2026", "2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z"),
            ("2026-02", "2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"),
            ("2024-02-29", "2024-02-28T16:00:00Z", "2024-02-29T16:00:00Z"),
            ("2026-11-22T10:30", "2026-11-22T02:30:00Z", "2026-11-22T02:31:00Z"),
            ("2026-11-22T10:30Z", "2026-11-22T10:30:00Z", "2026-11-22T10:31:00Z"),
            ("2026-11-22T10:30:05-01:30", "2026-11-22T12:00:05Z", "2026-11-22T12:00:06Z"),
            ("2026-11-22T10:30:05.25Z", "2026-11-22T10:30:05.25Z", "2026-11-22T10:30:05.26Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:01Z"),
            ("9999-12-31", "9999-12-30T16:00:00Z", "9999-12-31T16:00:00Z"),
        ] {
            let (first, after) = FhirDateTime::parse_loosely(text).unwrap().range(&china());
            assert_eq!((first, after), (from.parse().unwrap(), to.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "26",
            "0000",
            "02026",
            "2026-",
            "2026-1",
            "2026-13",
            "2026-02-30",
            "2026-11-22T",
            "2026-11-22T10",
            "2026-11-22T24:00:00Z",
            "2026-11-22T10:60:00Z",
            "2026-11T10:30:00Z",
            "2026-11-22T10:30:61Z",
            "2026-11-22T10:30:00+15:00",
            "2026-11-22T10:30:00+8:00",
            "2026-11-22T10:30:00.Z",
            "2026-11-22T10:30:00.1234567890Z",
            "2026-11-22T10:30.5Z",
            "2026-11-22 10:30:00Z",
            "+2026",
            "２０２６",
            "2026-11-22T10:30:00+08:00Z",
            "2026-11-22Z",
        ] {
            assert_eq!(FhirDateTime::parse_loosely(text), Err(InvalidDate), "{text}");
        }
        for text in ["2026-11-22T10:30Z", "2026-11-22T10:30:00", "2026-11-22T10:30:00.5"] {
            assert!(FhirDateTime::parse_loosely(text).is_ok(), "{text}");
            assert_eq!(FhirDateTime::parse(text), Err(InvalidDate), "{text}");
        }
    }

    #[test]
    fn only_a_time_names_an_instant_and_only_a_day_a_day() {
        let read = |text| FhirDateTime::parse(text).unwrap();
        let timed = read("2026-11-22T23:30:00-05:00");
        assert_eq!(timed.instant(), Some("2026-11-23T04:30:00Z".parse().unwrap()));
        assert_eq!(timed.day(), NaiveDate::from_ymd_opt(2026, 11, 22));
        assert_eq!((read("2026-11-22").instant(), read("2026-11").day()), (None, None));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(
            day in r"[1-9][0-9]{3}-0[1-9]-[012][1-8]",
            time in r"T[01][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(\+08:00|-05:30)",
        ) {
            for text in [&day[..4], &day[..7], &day, &format!("{day}{time}")] {
                prop_assert_eq!(FhirDateTime::parse(text).unwrap().to_string(), text);
            }
        }

        #[test]
        fn a_stretch_is_never_empty(text in r"[0-9T:.Z+-]{0,30}") {
            if let Ok(read) = FhirDateTime::parse_loosely(&text) {
                let (from, to) = read.range(&china());
                prop_assert!(from < to);
                if read.zone.is_some() {
                    prop_assert_eq!(read.instant(), Some(from));
                }
            }
        }

        #[test]
        fn an_instant_is_itself_to_the_millisecond(milliseconds in 0_i64..4_102_444_800_000) {
            let instant = DateTime::from_timestamp_millis(milliseconds).unwrap();
            prop_assert_eq!(FhirDateTime::from(instant).instant(), Some(instant));
        }
    }
}
