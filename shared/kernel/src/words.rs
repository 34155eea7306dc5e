//! Short texts that people wrote.

use std::{borrow::Cow, str::FromStr};

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A text of at most `MAX` characters with something in it and without control characters; spaces
/// around it are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<const MAX: usize>(String);

/// Too long, empty, or with control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to {0} printable characters are expected")]
pub struct InvalidWords(usize);

/// Control characters are those of the category Cc.
const PATTERN: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";

impl<const MAX: usize> Words<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> FromStr for Words<MAX> {
    type Err = InvalidWords;

    fn from_str(text: &str) -> Result<Self, InvalidWords> {
        let words = text.trim();
        let fits = !words.is_empty() && text.chars().count() <= MAX;
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(words.to_owned()))
        } else {
            Err(InvalidWords(MAX))
        }
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Words<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::from_text(deserializer)
    }
}

impl<const MAX: usize> PartialSchema for Words<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A short text, without control characters."))
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(PATTERN))
            .into()
    }
}

impl<const MAX: usize> ToSchema for Words<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Words{MAX}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_printable_and_not_too_long() {
        for (text, expected) in [
            (" 王芳 ", Some("王芳")),
            ("Li Wei", Some("Li Wei")),
            ("12345678", None),
            ("", None),
            (" \u{2003}", None),
            ("a\0", None),
            ("\na", None),
        ] {
            let words = text.parse::<Words<7>>().ok();
            assert_eq!(words.as_ref().map(Words::as_str), expected, "{text:?}");
        }
    }
}
