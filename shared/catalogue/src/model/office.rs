//! Where agencies receive people.

use std::{borrow::Cow, fmt, str::FromStr};

use citygate_kernel::{CityCode, CityId, Kind, Text, wire};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::AgencyId;

/// Prefix of office identifiers.
pub enum OfficeIdKind {}
impl Kind for OfficeIdKind {
    const PREFIX: &'static str = "offc";
}
/// Identifies an office.
pub type OfficeId = CityId<OfficeIdKind>;

/// A word of a service: what kind of office it is (`marriage_registry`), or what an office is able to
/// do (`foreign`). Small letters, digits and underscores, 40 at most, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficeWord(Cow<'static, str>);

/// No such word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a letter, then up to 39 small letters, digits or underscores are expected")]
pub struct InvalidOfficeWord;

const LENGTH: usize = 40;

impl OfficeWord {
    /// A word that a service knows.
    pub const fn known(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OfficeWord {
    type Err = InvalidOfficeWord;

    fn from_str(text: &str) -> Result<Self, InvalidOfficeWord> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if begins && text.len() <= LENGTH && text.bytes().all(fits) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(InvalidOfficeWord)
        }
    }
}

impl fmt::Display for OfficeWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OfficeWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl Serialize for OfficeWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl PartialSchema for OfficeWord {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A word of a service: a kind of office, or what one is able to do."))
            .pattern(Some("^[a-z][a-z0-9_]{0,39}$"))
            .examples(["marriage_registry"])
            .into()
    }
}

impl ToSchema for OfficeWord {}

/// A place where an agency receives people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Which one.
    pub id: OfficeId,
    /// Whose.
    pub agency: AgencyId,
    /// What kind it is.
    pub kind: OfficeWord,
    /// What it is called.
    pub name: Text,
    /// Where it is.
    pub address: Text,
    /// What it is able to do beyond what every office of its kind does, in the order of the words.
    pub capabilities: Vec<OfficeWord>,
    /// Whether it receives people; one that has closed is found by its id alone.
    pub open: bool,
}

impl Office {
    /// Whether it is able to do something.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|one| one.as_str() == capability)
    }
}

/// Which offices. What is `None` does not matter.
#[derive(Debug, Clone)]
pub struct OfficeFilter {
    /// Of which city.
    pub city: CityCode,
    /// Of which kind.
    pub kind: Option<OfficeWord>,
    /// That are able to do this.
    pub capability: Option<OfficeWord>,
    /// Of which agency.
    pub agency: Option<AgencyId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_services_and_nothing_else() {
        for good in ["marriage_registry", "foreign", "hk_mo_tw", "a", "a2", &"a".repeat(40)] {
            assert_eq!(good.parse::<OfficeWord>().unwrap().as_str(), good);
        }
        let wrong = ["", "A", "_a", "2a", "a b", "a-b", "婚", "a\0", &"a".repeat(41)];
        for wrong in wrong {
            assert_eq!(wrong.parse::<OfficeWord>(), Err(InvalidOfficeWord), "{wrong:?}");
        }
    }
}
