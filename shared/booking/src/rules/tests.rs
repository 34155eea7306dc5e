use citygate_kernel::{CityCode, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;

pub(super) fn city_in(zone: &str) -> City {
    City {
        code: CityCode::HANGZHOU,
        name: Text::new("Hangzhou", "杭州市"),
        time_zone: zone.parse().unwrap(),
        sandbox: false,
    }
}

pub(super) fn city() -> City {
    city_in("Asia/Shanghai")
}

pub(super) fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant as the clocks of China show it: `2026-12-01 07:00`.
pub(super) fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+08:00").parse().unwrap()
}

pub(super) fn params<P: DeserializeOwned>(value: Value) -> P {
    serde_json::from_value(value).unwrap()
}

/// No row of the catalogue means something else than it says.
pub(super) fn refuses<P: DeserializeOwned>(values: &[Value]) {
    for value in values {
        assert!(serde_json::from_value::<P>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn a_time_of_the_city_is_one_instant_even_when_its_clocks_change() {
    for (zone, day, time, expected) in [
        ("Asia/Shanghai", "2026-12-01", "07:00", "2026-11-30T23:00:00Z"),
        // Clocks go back from 3 to 2: half past two comes twice.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        // Clocks go forward from 2 to 3: there is no half past two.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"),
        ("Asia/Shanghai", "1988-04-17", "02:30", "1988-04-16T18:30:00Z"),
    ] {
        let instant = instant(&city_in(zone), on(day), time.parse().unwrap());
        assert_eq!(instant, expected.parse::<DateTime<Utc>>().unwrap(), "{zone} {day} {time}");
    }
}

#[test]
fn every_subject_has_a_key_below_its_service() {
    assert_eq!(Subject::Release.key("hospital"), "hospital.booking.release");
    assert_eq!(Subject::Strike.key("marriage"), "marriage.booking.strike");
}
