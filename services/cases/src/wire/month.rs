//! Months, as a query names them.

use chrono::NaiveDate;
use citygate_kernel::wire;
use serde::{Deserialize, Deserializer};

/// A month by its first day, of the years 1900 to 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Month(pub NaiveDate);

impl std::str::FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form =
            text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let named =
            form && (text.starts_with("19") || text.starts_with("20") || text.starts_with("21"));
        let first = named.then(|| format!("{text}-01").parse().ok()).flatten();
        first.map(Self).ok_or("a month from 1900-01 to 2199-12 is expected")
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_seven_characters() {
        for (text, good) in [
            ("2026-11", true),
            ("2026-13", false),
            ("2026-1", false),
            ("20261-1", false),
            ("9999-12", false),
            ("-026-11", false),
        ] {
            assert_eq!(text.parse::<Month>().is_ok(), good, "{text}");
        }
    }
}
