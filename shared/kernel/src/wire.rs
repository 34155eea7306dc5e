//! How JSON values become the types of this crate.

use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, de};

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a text and parses it; the parser's own message becomes the error.
pub fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

/// Reads a whole number. JSON Schema counts `216.0` as an integer and some clients send it so;
/// serde alone would refuse it. Beyond 2^53 a float is not exact and is refused.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Integer;

    impl de::Visitor<'_> for Integer {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
            Ok(value)
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
            i64::try_from(value).map_err(|_| E::custom("the number is too large"))
        }

        fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if value.fract() != 0.0 || value.abs() > EXACT {
                return Err(E::custom("the number is not whole, or too large to be exact"));
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            Ok(value as i64)
        }
    }

    deserializer.deserialize_any(Integer)
}

/// Reads an instant of RFC 3339, whose years have four digits. chrono knows years that no time
/// zone and no database can count with.
pub fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    four_digits(DateTime::deserialize(deserializer)?)
}

/// Reads a day of RFC 3339, whose years have four digits.
pub fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    four_digits(NaiveDate::deserialize(deserializer)?)
}

fn four_digits<T: Datelike, E: de::Error>(day: T) -> Result<T, E> {
    if (0..=9_999).contains(&day.year()) {
        Ok(day)
    } else {
        Err(E::custom("a year of four digits is expected (RFC 3339)"))
    }
}
