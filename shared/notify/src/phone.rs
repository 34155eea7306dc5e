//! Telephone numbers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// The longest number, country code included (ITU-T E.164, 6.2.1).
const MAX_DIGITS: usize = 15;
/// The shortest that anybody's mobile has, country code included.
const MIN_DIGITS: usize = 8;

/// Where a person reads short messages, as E.164 writes it: `+8613800138000`. Spaces, hyphens,
/// dots and brackets between digits are dropped; a country code is never guessed. Numbers of
/// mainland China are mobile numbers, which have eleven digits and begin with 13 to 19; of other
/// countries only the length is known. It never prints itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// The text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mobile number with its country code is expected, for example +8613800138000")]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// The number, `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What its owner recognises: `+86*******8000`.
    pub fn masked(&self) -> String {
        const SHOWN: usize = 4;
        let (head, hidden) = (3, self.0.len().saturating_sub(3 + SHOWN));
        let first: String = self.0.chars().take(head).collect();
        let last: String = self.0.chars().skip(head + hidden).collect();
        format!("{first}{}{last}", "*".repeat(hidden))
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidPhoneNumber;

    fn from_str(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let given = text.trim().strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let digits: String =
            given.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let numeric = digits.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && !digits.starts_with('0');
        if !numeric || !fits || text.len() > 2 * MAX_DIGITS {
            return Err(InvalidPhoneNumber);
        }
        if let Some(national) = digits.strip_prefix("86") {
            let mobile = national.len() == 11
                && national.starts_with('1')
                && !matches!(national.as_bytes().get(1), Some(b'0'..=b'2'));
            if !mobile {
                return Err(InvalidPhoneNumber);
            }
        }
        Ok(Self(format!("+{digits}")))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for PhoneNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A mobile number with its country code (ITU-T E.164)."))
            .pattern(Some(r"^\+(861[3-9][0-9]{9}|[1-79][0-9]{7,14}|8[0-57-9][0-9]{6,13})$"))
            .examples(["+8613800138000"])
            .into()
    }
}

impl ToSchema for PhoneNumber {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_one_way() {
        for (text, expected) in [
            ("+8613800138000", Some("+8613800138000")),
            (" +86 138-0013-8000 ", Some("+8613800138000")),
            ("+86 199 0000 0000", Some("+8619900000000")),
            ("+65 9123 4567", Some("+6591234567")),
            ("+1 (415) 555-0100", Some("+14155550100")),
            ("+852 5123.4567", Some("+85251234567")),
            ("13800138000", None),
            ("008613800138000", None),
            ("+8612800138000", None),
            ("+861380013800", None),
            ("+86138001380000", None),
            ("+861", None),
            ("+0013800138000", None),
            ("+1234567", None),
            ("+1234567890123456", None),
            ("+86１3800138000", None),
            ("+86138001380a0", None),
            ("+6591234567;ext=1", None),
            ("++6591234567", None),
            ("+", None),
            ("", None),
        ] {
            let parsed = text.parse::<PhoneNumber>().ok();
            assert_eq!(parsed.as_ref().map(PhoneNumber::as_str), expected, "{text}");
        }
        let padded = format!("+{}6591234567", " ".repeat(100));
        assert!(padded.parse::<PhoneNumber>().is_err(), "a limit on everything");
    }

    #[test]
    fn a_number_shows_its_ends_and_prints_nothing() {
        let number: PhoneNumber = "+8613800138000".parse().unwrap();
        assert_eq!(number.masked(), "+86*******8000");
        assert_eq!(format!("{number:?}"), "***");
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
        let short: PhoneNumber = "+12345678".parse().unwrap();
        assert_eq!(short.masked(), "+12**5678");
    }
}
