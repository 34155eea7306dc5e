//! Nouns of usage.

use std::str::FromStr;

use citygate_catalogue::AgencyId;
use citygate_kernel::{wire, words};
use serde::{Deserialize, Deserializer};
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

/// An item of the catalogue, as paths write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageItem(String);

/// No item can be called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two words of small letters, digits and underscores with a point between are expected")]
pub struct InvalidItem;

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
    fn items_are_two_words() {
        for (text, right) in
            [("a.b", true), ("a_1.b_2", true), ("a", false), ("a.b.c", false), ("A.b", false)]
        {
            assert_eq!(text.parse::<UsageItem>().is_ok(), right, "{text}");
        }
    }
}
