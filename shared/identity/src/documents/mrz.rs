//! The machine-readable zone of a passport (ICAO Doc 9303, part 4, 4.2.2: TD3, two lines of 44).

use std::{fmt, ops::Range, str::FromStr};

use citygate_kernel::wire;
use serde::{Deserialize, Deserializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{Country, Document, DocumentType, InvalidDocument};

/// A zone whose check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Mrz {
    /// The number of the passport, without fillers.
    pub number: String,
    /// Who issued it.
    pub issuer: Country,
}

/// Why a text is no such zone. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidMrz {
    #[error("two lines of 44 characters A-Z, 0-9 and < are expected (ICAO 9303, TD3)")]
    Form,
    #[error("the zone is not that of a passport: it begins with P")]
    NoPassport,
    #[error("the issuing state is not a code of ISO 3166 or ICAO 9303")]
    Issuer,
    #[error("a date in the zone has other characters than digits")]
    Date,
    #[error("the check digit of the {0} is wrong (ICAO 9303)")]
    CheckDigit(&'static str),
}

const LINE: usize = 44;

/// What has a check digit of its own in the second line, and where that is.
const CHECKED: [(&str, Range<usize>, usize); 4] = [
    ("number", 0..9, 9),
    ("birth date", 13..19, 19),
    ("expiry date", 21..27, 27),
    ("personal number", 28..42, 42),
];

/// What the last check digit is over.
const COMPOSITE: [Range<usize>; 3] = [0..10, 13..20, 21..43];

impl Mrz {
    /// Whether the zone is of the passport that was typed.
    pub(crate) fn check(&self, document: &Document) -> Result<(), InvalidDocument> {
        let same = match document.kind() {
            DocumentType::ForeignPassport => document.issuer() == Some(self.issuer),
            DocumentType::PrcPassport => self.issuer.code() == "CHN",
            _ => false,
        };
        if same && document.expose() == self.number {
            Ok(())
        } else {
            Err(InvalidDocument::OtherZone)
        }
    }
}

/// The weighted sum of Doc 9303, part 3, 4.9: weights 7 3 1, `<` is 0, A is 10.
fn check_digit<'a>(bytes: impl Iterator<Item = &'a u8>) -> u8 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = bytes.zip([7, 3, 1].into_iter().cycle()).map(|(b, w)| value(*b) * w).sum();
    u8::try_from(sum % 10).map_or(b'<', |digit| b'0' + digit)
}

impl FromStr for Mrz {
    type Err = InvalidMrz;

    fn from_str(text: &str) -> Result<Self, InvalidMrz> {
        let zone = text.replace("\r\n", "\n");
        let (first, second) = match zone.split_once('\n') {
            Some((first, second)) => (first, second.trim_end_matches('\n')),
            None => zone.split_at_checked(LINE).ok_or(InvalidMrz::Form)?,
        };
        let known = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<';
        if [first, second].iter().any(|line| line.len() != LINE || !line.bytes().all(known)) {
            return Err(InvalidMrz::Form);
        }
        if !first.starts_with('P') {
            return Err(InvalidMrz::NoPassport);
        }
        check_digits(second.as_bytes())?;
        let issuer = first.get(2..5).unwrap_or_default().trim_end_matches('<');
        let number = second.get(0..9).unwrap_or_default().trim_end_matches('<');
        let issuer = Country::of_zone(issuer).ok_or(InvalidMrz::Issuer)?;
        Ok(Self { number: number.to_owned(), issuer })
    }
}

fn check_digits(line: &[u8]) -> Result<(), InvalidMrz> {
    let part = |range: Range<usize>| line.get(range).unwrap_or_default();
    for (name, range, at) in CHECKED {
        let (field, digit) = (part(range), line.get(at).copied());
        if name.ends_with("date") && !field.iter().all(u8::is_ascii_digit) {
            // An unknown day or month of birth is written as fillers.
            let known =
                name == "birth date" && field.iter().all(|b| b.is_ascii_digit() || *b == b'<');
            if !known {
                return Err(InvalidMrz::Date);
            }
        }
        // Without a personal number its check digit may be left out (part 4, 4.2.2.2).
        let left_out = at == 42 && digit == Some(b'<') && field.iter().all(|b| *b == b'<');
        if digit != Some(check_digit(field.iter())) && !left_out {
            return Err(InvalidMrz::CheckDigit(name));
        }
    }
    let composite = check_digit(COMPOSITE.into_iter().flat_map(part));
    if line.last() != Some(&composite) {
        return Err(InvalidMrz::CheckDigit("whole"));
    }
    Ok(())
}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Mrz {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for Mrz {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "The machine-readable zone of a passport as read: two lines of 44 characters (ICAO \
                 9303, TD3), with or without a line break between them.",
            ))
            .pattern(Some("^P[A-Z0-9<]{43}\\r?\\n?[A-Z0-9<]{44}\\n?$"))
            .into()
    }
}

impl ToSchema for Mrz {}
