//! Cities by their GB/T 2260 code.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A county-level-or-above division of GB/T 2260: six digits, for example 330100 for Hangzhou.
/// Whether such a division exists is the catalogue's knowledge; here only the form is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CityCode(u32);

/// The text is not a six-digit division code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a city code is six digits of GB/T 2260, for example 330100")]
pub struct InvalidCityCode;

impl CityCode {
    /// Hangzhou, the demo city.
    pub const HANGZHOU: Self = Self(330_100);

    /// Beijing, whose fund centre the demo has.
    pub const BEIJING: Self = Self(110_000);

    /// Shanghai, whose marriage registry the demo has.
    pub const SHANGHAI: Self = Self(310_000);

    /// Zhengzhou.
    pub const ZHENGZHOU: Self = Self(410_100);

    /// The city in which hospitals try out their systems: there is no such division.
    pub const SANDBOX: Self = Self(999_900);

    /// The code as the number that tables store.
    pub fn number(self) -> i32 {
        self.0.cast_signed()
    }
}

impl TryFrom<i32> for CityCode {
    type Error = InvalidCityCode;

    fn try_from(number: i32) -> Result<Self, InvalidCityCode> {
        match u32::try_from(number) {
            Ok(code) if (100_000..=999_999).contains(&code) => Ok(Self(code)),
            _ => Err(InvalidCityCode),
        }
    }
}

impl FromStr for CityCode {
    type Err = InvalidCityCode;

    fn from_str(text: &str) -> Result<Self, InvalidCityCode> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidCityCode);
        }
        text.parse::<i32>().map_err(|_| InvalidCityCode)?.try_into()
    }
}

impl fmt::Display for CityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl Serialize for CityCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CityCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::from_text(deserializer)
    }
}

impl PartialSchema for CityCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("GB/T 2260 division code of the city."))
            .pattern(Some("^[1-9][0-9]{5}$"))
            .examples(["330100"])
            .into()
    }
}

impl ToSchema for CityCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        assert_eq!("330100".parse(), Ok(CityCode::HANGZHOU));
        assert_eq!(CityCode::HANGZHOU.to_string(), "330100");
        for wrong in
            ["", "33010", "3301000", "33010a", "000000", "-33010", "33 100", "３３０１００"]
        {
            assert_eq!(wrong.parse::<CityCode>(), Err(InvalidCityCode), "{wrong}");
        }
    }
}
