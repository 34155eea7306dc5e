//! Numbers and codes that people read, write and type: Crockford's base 32, whose letters are not
//! mistaken for digits. Small letters are the same as great ones, `I` and `L` are read as 1, `O` as 0.

use std::{borrow::Cow, fmt, str::FromStr};

use chrono::NaiveDate;
use citygate_kernel::{CityCode, wire};
use citygate_platform::keys::random;
use serde::{Deserialize, Deserializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many symbols the end of a number has: fifty bits, so that two are never the same.
const TAIL: usize = 10;
/// How many symbols a code has: eighty bits, which nobody guesses.
const CODE: usize = 16;
/// How many symbols of a code stand together.
const GROUP: usize = 4;

/// Symbols of random bits.
fn symbols<const N: usize>() -> String {
    let symbol = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
    random::<N>().into_iter().map(|byte| char::from(symbol(byte))).collect()
}

/// A symbol as it is kept.
fn symbol(typed: char) -> Option<char> {
    let read = match typed.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let known = u8::try_from(read).is_ok_and(|byte| ALPHABET.contains(&byte));
    known.then_some(read)
}

/// What a certificate is called by: its city, the day it was issued on, and ten symbols.
/// `330100-20261123-7K3M9QX2VD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateNumber {
    city: CityCode,
    text: String,
}

/// Not a certificate's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a certificate's number is expected, for example 330100-20261123-7K3M9QX2VD")]
pub(crate) struct InvalidNumber;

impl CertificateNumber {
    const PATTERN: &'static str = "^[1-9][0-9]{5}-[0-9]{8}-[0-9A-TV-Za-tv-z]{10}$";

    /// A new one.
    pub(crate) fn fresh(city: CityCode, issued_on: NaiveDate) -> Self {
        let text = format!("{city}-{}-{}", issued_on.format("%Y%m%d"), symbols::<TAIL>());
        Self { city, text }
    }

    /// The city that keeps the certificate.
    pub(crate) fn city(&self) -> CityCode {
        self.city
    }

    /// As it is kept.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for CertificateNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let mut parts = text.split('-');
        let (Some(city), Some(day), Some(tail), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidNumber);
        };
        let city: CityCode = city.parse().map_err(|_| InvalidNumber)?;
        let tail: String = tail.chars().map(symbol).collect::<Option<_>>().ok_or(InvalidNumber)?;
        let digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || tail.len() != TAIL {
            return Err(InvalidNumber);
        }
        Ok(Self { city, text: format!("{city}-{day}-{tail}") })
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The secret beside a number. It does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct VerificationCode(String);

/// Not a verification code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("16 letters and digits are expected, for example 7K3M-9QX2-VD4T-0HPB")]
pub(crate) struct InvalidCode;

impl VerificationCode {
    const PATTERN: &'static str = "^[0-9A-TV-Za-tv-z]{4}(-?[0-9A-TV-Za-tv-z]{4}){3}$";

    /// A new one.
    pub(crate) fn fresh() -> Self {
        Self(symbols::<CODE>())
    }

    /// Its sixteen symbols.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Its symbols in groups of four, as it is printed.
    pub(crate) fn grouped(&self) -> String {
        let symbols: Vec<char> = self.0.chars().collect();
        let groups: Vec<String> =
            symbols.chunks(GROUP).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }
}

impl FromStr for VerificationCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let mut code = String::with_capacity(CODE);
        let mut typed = text.chars().peekable();
        while let Some(next) = typed.next() {
            code.push(symbol(next).ok_or(InvalidCode)?);
            let between = code.len().is_multiple_of(GROUP) && code.len() < CODE;
            typed.next_if(|next| between && *next == '-');
        }
        if code.len() == CODE { Ok(Self(code)) } else { Err(InvalidCode) }
    }
}

/// What both are in bodies and documents.
macro_rules! typed {
    ($name:ident, $example:literal) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                wire::from_text(deserializer)
            }
        }
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(Self::PATTERN))
                    .examples([$example])
                    .into()
            }
        }
        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

typed!(CertificateNumber, "330100-20261123-7K3M9QX2VD");
typed!(VerificationCode, "7K3M-9QX2-VD4T-0HPB");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_typed_becomes_what_was_printed() {
        let code: VerificationCode = "7K3M9QX2VD4T0HPB".parse().unwrap();
        for typed in ["7K3M-9QX2-VD4T-0HPB", "7k3m-9qx2-vd4t-0hpb", "7K3M9QX2-VD4TOHPB"] {
            assert!(typed.parse::<VerificationCode>().unwrap() == code, "{typed}");
        }
        assert_eq!(code.grouped(), "7K3M-9QX2-VD4T-0HPB");
        let one: VerificationCode = "iIlL-1111-1111-1111".parse().unwrap();
        assert_eq!(one.expose(), "1111111111111111");
        let number: CertificateNumber = "330100-20261123-7k3m9qx2vd".parse().unwrap();
        assert_eq!(number.as_str(), "330100-20261123-7K3M9QX2VD");
        assert_eq!(number.city(), CityCode::HANGZHOU);
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "7K3M-9QX2-VD4T-0HP",
            "7K3M-9QX2-VD4T-0HPBB",
            "7K3M-9QX2-VD4T-0HPB-",
            "7K3M--9QX2-VD4T-0HPB",
            "7K3M9-QX2-VD4T-0HPB",
            "UUUU-9QX2-VD4T-0HPB",
            " 7K3M-9QX2-VD4T-0HPB",
            "７K3M-9QX2-VD4T-0HPB",
        ] {
            assert!(wrong.parse::<VerificationCode>().is_err(), "{wrong}");
        }
        for wrong in [
            "",
            "030100-20261123-7K3M9QX2VD",
            "330100-2026112-7K3M9QX2VD",
            "330100-20261123-7K3M9QX2V",
            "330100-20261123-7K3M9QX2VU",
            "330100-20261123-7K3M9QX2VD-",
            "330100-２0261123-7K3M9QX2VD",
        ] {
            assert_eq!(wrong.parse::<CertificateNumber>(), Err(InvalidNumber), "{wrong}");
        }
    }

    #[test]
    fn what_is_made_is_read_and_never_the_same() {
        let day = "2026-11-23".parse().unwrap();
        let number = CertificateNumber::fresh(CityCode::HANGZHOU, day);
        assert_eq!(number.as_str().parse(), Ok(number.clone()));
        assert_ne!(number, CertificateNumber::fresh(CityCode::HANGZHOU, day));
        let code = VerificationCode::fresh();
        assert!(code.grouped().parse::<VerificationCode>().unwrap() == code);
        assert!(code != VerificationCode::fresh());
        let drawn: String = (0..200).map(|_| symbols::<CODE>()).collect();
        assert!(ALPHABET.iter().all(|symbol| drawn.contains(char::from(*symbol))), "all 32 occur");
    }

    proptest! {
        /// What the document says of a code is what the program takes.
        #[test]
        fn the_pattern_is_the_truth(text in "[0-9A-TV-Za-tv-z]{4}(-?[0-9A-TV-Za-tv-z]{4}){3}") {
            prop_assert!(text.parse::<VerificationCode>().is_ok());
        }

        #[test]
        fn so_is_that_of_a_number(text in "[1-9][0-9]{5}-[0-9]{8}-[0-9A-TV-Za-tv-z]{10}") {
            prop_assert!(text.parse::<CertificateNumber>().is_ok());
        }
    }
}
