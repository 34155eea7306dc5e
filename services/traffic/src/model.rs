//! Nouns of traffic fines.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{PersonId, ResidentIdNumber};
use citygate_kernel::{CityId, Kind, Masked, Money, Text, wire};
use citygate_payments::BillId;
use citygate_platform::keys::Keys;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Prefix of decision identifiers.
pub enum DecisionKind {}
impl Kind for DecisionKind {
    const PREFIX: &'static str = "fine";
}
/// Identifies a decision; for its addressee, a fine.
pub type DecisionId = CityId<DecisionKind>;

/// The sixteen digits of a penalty decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecisionNo(String);

/// A number plate of GA 36: province, authority, and five or six characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plate(String);

/// The text is not a decision number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a decision number has sixteen digits")]
pub struct InvalidDecisionNo;

/// The text is not a number plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plate has a province, a letter, and five or six characters without I and O (GA 36)")]
pub struct InvalidPlate;

impl FromStr for DecisionNo {
    type Err = InvalidDecisionNo;

    fn from_str(text: &str) -> Result<Self, InvalidDecisionNo> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(InvalidDecisionNo) }
    }
}

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const LAST: &str = "挂学警港澳";

impl FromStr for Plate {
    type Err = InvalidPlate;

    fn from_str(text: &str) -> Result<Self, InvalidPlate> {
        // I and O are never used: they look like digits.
        let letter = |c: char| c.is_ascii_uppercase() && c != 'I' && c != 'O';
        let plain = |c: char| letter(c) || c.is_ascii_digit();
        let characters: Vec<char> = text.chars().collect();
        let [province, authority, rest @ .., last] = &characters[..] else {
            return Err(InvalidPlate);
        };
        let head = PROVINCES.contains(*province) && letter(*authority);
        let tail = rest.iter().all(|c| plain(*c)) && (plain(*last) || LAST.contains(*last));
        let length = matches!(rest.len(), 4 | 5);
        if head && tail && length { Ok(Self(text.to_owned())) } else { Err(InvalidPlate) }
    }
}

/// Display, JSON and schema of a text that was parsed.
macro_rules! parsed_text {
    ($name:ident, $pattern:literal, $example:literal) => {
        impl $name {
            /// As written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                wire::from_text(d)
            }
        }
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }
        impl ToSchema for $name {}
    };
}
parsed_text!(DecisionNo, "^[0-9]{16}$", "3301001234567890");
parsed_text!(
    Plate,
    "^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]\
     [A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]$",
    "浙A12345"
);

/// What somebody did, in the words of the police.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The national code of the violation.
    pub code: String,
    /// What it is.
    pub name: Text,
    /// Where it happened.
    pub place: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Penalty points (Points Measures, articles 7 to 12).
    pub points: u8,
}

/// A decision as the police send it.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// Its number.
    pub number: DecisionNo,
    /// Of which vehicle.
    pub plate: Plate,
    /// What for.
    pub violation: Violation,
    /// Against whom.
    pub id_number: ResidentIdNumber,
    /// The name in the decision.
    pub name: Masked<String>,
    /// The fine.
    pub fine: Money,
    /// The day on which it was served; the period for payment begins on the next.
    pub served_on: NaiveDate,
}

impl NewDecision {
    /// Equal for equal content: tells a repetition from a change. The person stands for the
    /// identity number. Keyed, because a name could be guessed from the rest and a plain digest.
    pub(crate) fn content_digest(&self, keys: &Keys, person: PersonId) -> Vec<u8> {
        let Self { number, plate, violation, id_number: _, name, fine, served_on } = self;
        let Violation { code, name: what, place, at, points } = violation;
        let content = serde_json::json!([
            number, plate, code, what, place, at, points, person, name, fine, served_on
        ]);
        keys.blind_index("traffic.decisions", &content.to_string())
    }
}

/// A decision as recorded.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Which one.
    pub id: DecisionId,
    /// Who decided.
    pub agency: AgencyId,
    /// Its number.
    pub number: DecisionNo,
    /// Of which vehicle.
    pub plate: Plate,
    /// What for.
    pub violation: Violation,
    /// Against whom.
    pub person: PersonId,
    /// What is owed.
    pub bill: BillId,
    /// When it was served.
    pub served_on: NaiveDate,
    /// The version of the rule that set the due date.
    pub payment_rule: RuleId,
    /// The version of the rule that sets the surcharge.
    pub surcharge_rule: RuleId,
    /// What the police sent, digested.
    pub content_digest: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates() {
        for (plate, valid) in [
            ("浙A12345", true),
            ("浙AD12345", true),
            ("浙A12345D", true),
            ("粤Z1234港", true),
            ("浙A1234学", true),
            ("浙A1234", false),
            ("浙A123456X", false),
            ("浙AI2345", false),
            ("浙O12345", false),
            ("A12345浙", false),
            ("浙a12345", false),
            ("浙A12学45", false),
            ("", false),
        ] {
            assert_eq!(plate.parse::<Plate>().is_ok(), valid, "{plate}");
        }
    }

    #[test]
    fn decision_numbers() {
        assert!("3301001234567890".parse::<DecisionNo>().is_ok());
        for wrong in ["330100123456789", "33010012345678901", "330100123456789X", "３３０１００"]
        {
            assert_eq!(wrong.parse::<DecisionNo>(), Err(InvalidDecisionNo));
        }
    }
}
