//! Employers.

use std::{fmt, str::FromStr};

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Prefix of employer identifiers.
pub enum EmployerIdKind {}
impl Kind for EmployerIdKind {
    const PREFIX: &'static str = "femp";
}
/// Identifies an employer at a centre.
pub type EmployerId = CityId<EmployerIdKind>;

/// A unified social credit identifier (GB 32100): eighteen characters, the last of which checks the
/// others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EmployerNo(String);

/// The text is no such identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a unified social credit identifier of eighteen characters is expected (GB 32100)")]
pub struct InvalidEmployerNo;

/// The characters in the order of their values; I, O, S, V and Z are never used.
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// What each of the first seventeen counts: powers of 3 modulo 31 (GB 32100-2015, 4.6).
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl EmployerNo {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmployerNo {
    type Err = InvalidEmployerNo;

    fn from_str(text: &str) -> Result<Self, InvalidEmployerNo> {
        let values: Option<Vec<usize>> = text.chars().map(|c| CHARACTERS.find(c)).collect();
        let values = values.filter(|values| values.len() == 18).ok_or(InvalidEmployerNo)?;
        let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
        let check = (31 - sum % 31) % 31;
        if values.last() == Some(&check) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmployerNo)
        }
    }
}

impl fmt::Display for EmployerNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EmployerNo {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for EmployerNo {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A unified social credit identifier (GB 32100)."))
            .pattern(Some("^[0-9A-HJ-NPQRTUWXY]{18}$"))
            .examples(["91110000600037341L"])
            .into()
    }
}

impl ToSchema for EmployerNo {}

/// Whoever pays in for its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employer {
    /// Which one.
    pub id: EmployerId,
    /// At which centre.
    pub agency: AgencyId,
    /// By which it is known everywhere.
    pub number: EmployerNo,
    /// As registered.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_checks_the_others() {
        for (text, valid) in [
            ("91350100M000100Y43", true), // the example of GB 32100-2015
            ("91110000600037341L", true),
            ("91350100M000100Y44", false),
            ("91350100M000100Y4", false),
            ("91350100M000100Y433", false),
            ("91350100m000100y43", false),
            ("91350100M0001O0Y43", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<EmployerNo>().is_ok(), valid, "{text}");
        }
    }
}
