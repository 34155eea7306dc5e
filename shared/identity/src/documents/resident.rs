//! The citizen identity number of GB 11643-1999.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use citygate_kernel::wire;
use serde::{Deserialize, Deserializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// Eighteen characters: six of a division, eight of a birth date, three of a sequence, and a check
/// character of ISO 7064 MOD 11-2. The division may be a retired one, so only its form is checked.
///
/// Neither `Debug` nor `Display` prints the number: see [`ResidentIdNumber::masked`].
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentIdNumber(String);

/// Why a text is not an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdNumber {
    /// Not 17 digits and a check character.
    #[error("a resident identity number has 17 digits and a check character (GB 11643)")]
    Form,
    /// The eight digits of the birth date are not a date.
    #[error("the birth date in the number is not a date (GB 11643)")]
    BirthDate,
    /// A digit was mistyped.
    #[error("the check character of the number is wrong (GB 11643, ISO 7064 MOD 11-2)")]
    CheckCharacter,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: [u8; 11] = *b"10X98765432";

impl ResidentIdNumber {
    /// Whether a text has the form, so that documents which bear such numbers are one with it.
    pub(super) fn is_one(text: &str) -> bool {
        text.parse::<Self>().is_ok()
    }

    /// The number itself, for encryption and look-up.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `3301**********0014`: enough for its owner to recognise it.
    pub fn masked(&self) -> String {
        let head: String = self.0.chars().take(4).collect();
        let tail: String = self.0.chars().skip(14).collect();
        format!("{head}**********{tail}")
    }

    /// Whether it is a specimen's: no division has had a code that begins with 9999, and so nobody
    /// has such a number.
    pub fn is_specimen(&self) -> bool {
        self.0.starts_with("9999")
    }

    /// The birth date in the number.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(self.0.get(6..14)?, "%Y%m%d").ok()
    }
}

impl FromStr for ResidentIdNumber {
    type Err = InvalidIdNumber;

    fn from_str(text: &str) -> Result<Self, InvalidIdNumber> {
        let number = text.to_ascii_uppercase();
        let (digits, check) = number
            .split_at_checked(17)
            .filter(|(digits, check)| {
                digits.bytes().all(|b| b.is_ascii_digit())
                    && !digits.starts_with('0')
                    && check.len() == 1
                    && check.bytes().all(|b| b.is_ascii_digit() || b == b'X')
            })
            .ok_or(InvalidIdNumber::Form)?;
        let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
        let expected = usize::try_from(sum % 11).ok().and_then(|rest| CHECK.get(rest));
        if check.as_bytes().first() != expected {
            return Err(InvalidIdNumber::CheckCharacter);
        }
        let number = Self(number);
        number.birth_date().ok_or(InvalidIdNumber::BirthDate)?;
        Ok(number)
    }
}

impl fmt::Debug for ResidentIdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for ResidentIdNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for ResidentIdNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Resident identity number, GB 11643-1999, with its check character."))
            .format(Some(SchemaFormat::Custom("resident-id-number".to_owned())))
            .pattern(Some("^[1-9][0-9]{16}[0-9Xx]$"))
            .examples(["11010519491231002X"])
            .into()
    }
}

impl ToSchema for ResidentIdNumber {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples_and_the_fixtures_are_valid() {
        for number in [
            "11010519491231002X",
            "440524188001010014",
            "330106199003070014",
            "330106199305120021",
            "810000199001010019",
            "11010519491231002x",
        ] {
            assert!(number.parse::<ResidentIdNumber>().is_ok(), "{number}");
        }
    }

    #[test]
    fn every_single_wrong_digit_and_every_swap_of_neighbours_is_noticed() {
        let number = b"330106199003070014";
        for at in 0..17 {
            for digit in b'0'..=b'9' {
                let mut wrong = number.to_vec();
                wrong[at] = digit;
                let text = String::from_utf8(wrong).unwrap();
                assert_eq!(text.parse::<ResidentIdNumber>().is_ok(), digit == number[at], "{text}");
            }
            let mut swapped = number.to_vec();
            swapped.swap(at, at + 1);
            let text = String::from_utf8(swapped).unwrap();
            assert_eq!(text.parse::<ResidentIdNumber>().is_ok(), number[at] == number[at + 1]);
        }
    }

    #[test]
    fn faults_are_named() {
        for (text, fault) in [
            ("", InvalidIdNumber::Form),
            ("33010619900307001", InvalidIdNumber::Form),
            ("330106199003070014 5", InvalidIdNumber::Form),
            ("33010619900307001é", InvalidIdNumber::Form),
            ("330106199003070015", InvalidIdNumber::CheckCharacter),
            ("330106199013070011", InvalidIdNumber::CheckCharacter),
        ] {
            assert_eq!(text.parse::<ResidentIdNumber>(), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_log_line_shows_nothing() {
        let number: ResidentIdNumber = "330106199003070014".parse().unwrap();
        assert_eq!(format!("{number:?} {}", number.masked()), "*** 3301**********0014");
    }
}
