//! Nouns of usage.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Months, NaiveDate};
use citygate_catalogue::AgencyId;
use citygate_kernel::{wire, words};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

words! {
    /// What is counted.
    Measure {
        /// Somebody used a service: asked, booked, applied, filed, fetched bills.
        Used = "used",
        /// An agency answered within its time.
        InTime = "in_time",
        /// An agency answered late.
        Late = "late",
        /// An agency refused.
        Refused = "refused",
        /// Something had to be supplied that was missing.
        Supplemented = "supplemented",
    }
}

/// What was used: whose service, and which item of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Whose; the city is the agency's.
    pub agency: AgencyId,
    /// `exit_entry.hk_macao_endorsement`.
    pub item: &'a str,
}

/// A month, by its first day: `2026-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

/// An item of the catalogue, as paths write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageItem(String);

/// No item can be called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two words of small letters, digits and underscores with a point between are expected")]
pub struct InvalidItem;

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// The one after it.
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// The one before it.
    pub fn before(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(NaiveDate::MIN))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form =
            text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let first = form.then(|| format!("{text}-01").parse().ok()).flatten();
        first.map(Self).ok_or("a month is written 2026-11")
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]{4}-(0[1-9]|1[0-2])$"))
            .examples(["2026-10"])
            .into()
    }
}

impl ToSchema for Month {
    fn name() -> std::borrow::Cow<'static, str> {
        "UsageMonth".into()
    }
}

fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    begins && text.len() <= 40 && text.bytes().all(fits)
}

impl UsageItem {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UsageItem {
    type Err = InvalidItem;

    fn from_str(text: &str) -> Result<Self, InvalidItem> {
        let (of, own) = text.split_once('.').ok_or(InvalidItem)?;
        if is_word(of) && is_word(own) { Ok(Self(text.to_owned())) } else { Err(InvalidItem) }
    }
}

impl<'de> Deserialize<'de> for UsageItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for UsageItem {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[a-z][a-z0-9_]{0,39}\\.[a-z][a-z0-9_]{0,39}$"))
            .examples(["exit_entry.hk_macao_endorsement"])
            .into()
    }
}

impl ToSchema for UsageItem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_with_seven_characters_and_follow_each_other() {
        for (text, right) in [
            ("2026-10", true),
            ("2026-1", false),
            ("2026-13", false),
            ("2026-00", false),
            ("+026-10", false),
            ("12026-10", false),
            ("2026-10-", false),
        ] {
            assert_eq!(text.parse::<Month>().is_ok(), right, "{text}");
        }
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2027-01");
        assert_eq!(december.next().before(), december);
        assert_eq!(Month::of("2026-12-31".parse().unwrap()), december);
    }

    #[test]
    fn items_are_two_words() {
        for (text, right) in
            [("a.b", true), ("a_1.b_2", true), ("a", false), ("a.b.c", false), ("A.b", false)]
        {
            assert_eq!(text.parse::<UsageItem>().is_ok(), right, "{text}");
        }
    }
}
