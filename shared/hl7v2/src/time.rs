//! Instants as HL7 writes them (data types DTM, TS and DT).

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

/// To what a time stamp is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `2026`
    Year,
    /// `202611`
    Month,
    /// `20261122`
    Day,
    /// `2026112209`
    Hour,
    /// `202611220930`
    Minute,
    /// `20261122093015`
    Second,
    /// `20261122093015.1234`
    Fraction,
}

/// `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp {
    /// Where the clock on the wall stood, or the beginning of the year, month, day or hour.
    pub local: NaiveDateTime,
    /// To what it is exact.
    pub precision: Precision,
    /// Which wall, if it is said.
    pub offset: Option<FixedOffset>,
}

/// A text is no time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time stamp of the form YYYYMMDDHHMMSS.SSSS+ZZZZ")]
pub struct NoTimestamp;

impl Timestamp {
    /// The instant, or the beginning of the time that it names. Without an offset of its own it is
    /// told in `zone`; there is none for an hour that the zone skips.
    pub fn instant(&self, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
        match self.offset {
            Some(offset) => offset.from_local_datetime(&self.local).single().map(|at| at.to_utc()),
            None => zone.from_local_datetime(&self.local).earliest().map(|at| at.to_utc()),
        }
    }
}

impl FromStr for Timestamp {
    type Err = NoTimestamp;

    fn from_str(text: &str) -> Result<Self, NoTimestamp> {
        let (stamp, offset) = match text.find(['+', '-']) {
            Some(at) => {
                let (stamp, zone) = text.split_at_checked(at).ok_or(NoTimestamp)?;
                (stamp, Some(offset(zone)?))
            }
            None => (text, None),
        };
        let (whole, fraction) = match stamp.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (stamp, None),
        };
        let precision = precision(whole.len(), fraction)?;
        let part = |from: usize, length: usize, default: u32| match whole.get(from..from + length) {
            Some(digits) => number(digits),
            None => Ok(default),
        };
        let year = i32::try_from(part(0, 4, 0)?).map_err(|_| NoTimestamp)?;
        let date = NaiveDate::from_ymd_opt(year, part(4, 2, 1)?, part(6, 2, 1)?);
        let nanoseconds = fraction.map_or(Ok(0), nanoseconds)?;
        let (hour, minute, second) = (part(8, 2, 0)?, part(10, 2, 0)?, part(12, 2, 0)?);
        let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanoseconds);
        let local = date.filter(|_| year > 0).zip(time).ok_or(NoTimestamp)?;
        Ok(Self { local: NaiveDateTime::new(local.0, local.1), precision, offset })
    }
}

fn precision(digits: usize, fraction: Option<&str>) -> Result<Precision, NoTimestamp> {
    match (digits, fraction) {
        (4, None) => Ok(Precision::Year),
        (6, None) => Ok(Precision::Month),
        (8, None) => Ok(Precision::Day),
        (10, None) => Ok(Precision::Hour),
        (12, None) => Ok(Precision::Minute),
        (14, None) => Ok(Precision::Second),
        (14, Some(_)) => Ok(Precision::Fraction),
        _ => Err(NoTimestamp),
    }
}

fn number(digits: &str) -> Result<u32, NoTimestamp> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().ok_or(NoTimestamp)
}

fn nanoseconds(fraction: &str) -> Result<u32, NoTimestamp> {
    if !(1..=4).contains(&fraction.len()) {
        return Err(NoTimestamp);
    }
    number(&format!("{fraction:0<9}"))
}

/// `+0800`
fn offset(zone: &str) -> Result<FixedOffset, NoTimestamp> {
    let (sign, digits) = zone.split_at_checked(1).ok_or(NoTimestamp)?;
    let (Some(hours), Some(minutes), 4) = (digits.get(..2), digits.get(2..), digits.len()) else {
        return Err(NoTimestamp);
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).map_err(|_| NoTimestamp)?;
    let signed = if sign == "-" { -seconds } else { seconds };
    let known = (minutes < 60).then(|| FixedOffset::east_opt(signed)).flatten();
    known.ok_or(NoTimestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn precision_and_zone_are_kept() {
        let east = FixedOffset::east_opt(8 * 3600).unwrap();
        for (text, precision, instant) in [
            ("2026", Precision::Year, "2025-12-31T16:00:00+00:00"),
            ("202611", Precision::Month, "2026-10-31T16:00:00+00:00"),
            ("20261122", Precision::Day, "2026-11-21T16:00:00+00:00"),
            ("2026112209", Precision::Hour, "2026-11-22T01:00:00+00:00"),
            ("202611220930", Precision::Minute, "2026-11-22T01:30:00+00:00"),
            ("20261122093015", Precision::Second, "2026-11-22T01:30:15+00:00"),
            ("20261122093015.5", Precision::Fraction, "2026-11-22T01:30:15.500+00:00"),
            ("20261122093015+0000", Precision::Second, "2026-11-22T09:30:15+00:00"),
            ("20261122093015.0001-0330", Precision::Fraction, "2026-11-22T13:00:15.000100+00:00"),
            ("20240229", Precision::Day, "2024-02-28T16:00:00+00:00"),
        ] {
            let stamp: Timestamp = text.parse().unwrap();
            assert_eq!(stamp.precision, precision, "{text}");
            assert_eq!(stamp.instant(&east).unwrap().to_rfc3339(), instant, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_stamp_is_refused() {
        for text in [
            "",
            "26",
            "20261",
            "20261322",
            "20260230",
            "2026112224",
            "202611220960",
            "20261122093015.",
            "20261122093015.12345",
            "20261122.5",
            "20261122+08",
            "20261122+0860",
            "20261122+9900",
            "0000",
            "2026-11-22",
            "２０２６",
            "2026112209301é",
            "20261122 0930",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NoTimestamp), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(text in "[0-9.+\\-é]{0,24}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
