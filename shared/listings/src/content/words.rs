//! Codes that files, tables and the API write.

use std::{fmt, str::FromStr};

use citygate_kernel::wire;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A word of a listing: what a fact, a document, a fee or a step is called by. Small letters, digits
/// and underscores, 40 at most, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(String);

/// No such word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a letter, then up to 39 small letters, digits or underscores are expected")]
pub struct InvalidCode;

/// An item of the catalogue: the code of its type, a point, a word of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemCode {
    text: String,
    point: usize,
}

/// No such item can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two words of small letters, digits and underscores with a point between are expected")]
pub struct InvalidItemCode;

fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    begins && text.len() <= 40 && text.bytes().all(fits)
}

impl Code {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ItemCode {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The code of its type.
    pub fn type_code(&self) -> &str {
        self.text.get(..self.point).unwrap_or_default()
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        if is_word(text) { Ok(Self(text.to_owned())) } else { Err(InvalidCode) }
    }
}

impl FromStr for ItemCode {
    type Err = InvalidItemCode;

    fn from_str(text: &str) -> Result<Self, InvalidItemCode> {
        let (of, own) = text.split_once('.').ok_or(InvalidItemCode)?;
        if is_word(of) && is_word(own) {
            Ok(Self { text: text.to_owned(), point: of.len() })
        } else {
            Err(InvalidItemCode)
        }
    }
}

/// Both are texts with a pattern wherever they are written.
macro_rules! text {
    ($name:ident, $pattern:literal, $about:literal, $example:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                wire::from_text(deserializer)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($about))
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

text!(Code, "^[a-z][a-z0-9_]{0,39}$", "A word of a listing.", "household_registered");
text!(
    ItemCode,
    "^[a-z][a-z0-9_]{0,39}\\.[a-z][a-z0-9_]{0,39}$",
    "An item of the catalogue: its type, a point, its own word.",
    "exit_entry.hk_macao_endorsement"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_and_items_two_of_them() {
        for (text, word) in [("a", true), ("a_1", true), ("1a", false), ("A", false), ("", false)] {
            assert_eq!(text.parse::<Code>().is_ok(), word, "{text}");
        }
        assert!("a".repeat(40).parse::<Code>().is_ok() && "a".repeat(41).parse::<Code>().is_err());
        let item: ItemCode = "exit_entry.permit".parse().unwrap();
        assert_eq!((item.type_code(), item.as_str()), ("exit_entry", "exit_entry.permit"));
        for text in ["", ".", "a.", ".a", "a.b.c", "a.B"] {
            assert!(text.parse::<ItemCode>().is_err(), "{text}");
        }
    }
}
