//! Mail addresses.

use std::{fmt, str::FromStr};

use lettre::Address;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// What SMTP can carry (RFC 3696, erratum 1690).
const MAX_LENGTH: usize = 254;

/// Where a person reads mail. The domain is in lower case; the local part is as it was given,
/// because only its own server may say what it means.
///
/// ASCII only: mail to other addresses needs SMTPUTF8 all the way, and letters that look or fold
/// alike would let one person's address be found as another's. It never prints itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(Address);

/// The text is not a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mail address of at most 254 ASCII characters is expected, for example name@example.com")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// The address as mail is sent to it.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The whole in lower case, for look-ups: in practice no server gives `Wang` and `wang` to
    /// two people, and people do not remember which one they typed.
    pub fn canonical(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }

    pub(crate) fn to_address(&self) -> Address {
        self.0.clone()
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmailAddress;

    fn from_str(text: &str) -> Result<Self, InvalidEmailAddress> {
        let text = text.trim();
        if text.len() > MAX_LENGTH || !text.is_ascii() {
            return Err(InvalidEmailAddress);
        }
        let given: Address = text.parse().map_err(|_| InvalidEmailAddress)?;
        // `name@[10.0.0.1]`: nobody's address, and a way to the machines behind the mail server.
        if given.domain().contains(['[', ':']) {
            return Err(InvalidEmailAddress);
        }
        Address::new(given.user(), given.domain().to_ascii_lowercase())
            .map(Self)
            .map_err(|_| InvalidEmailAddress)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for EmailAddress {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
            .max_length(Some(MAX_LENGTH))
            .examples(["wang.fang@example.com"])
            .into()
    }
}

impl ToSchema for EmailAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_folded_and_the_local_part_is_kept() {
        let address: EmailAddress = " Wang.Fang+city@Example.COM\n".parse().unwrap();
        assert_eq!(address.as_str(), "Wang.Fang+city@example.com");
        assert_eq!(address.canonical(), "wang.fang+city@example.com");
        assert_eq!(format!("{address:?}"), "***");
        let json = serde_json::to_string(&address).unwrap();
        assert_eq!(serde_json::from_str::<EmailAddress>(&json).unwrap(), address);
    }

    #[test]
    fn what_is_no_address_does_not_parse() {
        let long = format!("{}@{}.example", "a".repeat(60), "b.".repeat(100));
        for wrong in [
            "",
            "wang",
            "@example.com",
            "wang@",
            "wang fang@example.com",
            "Wang Fang <wang@example.com>",
            "wang@example.com, li@example.com",
            "wang@example.com\r\nBcc: li@example.com",
            "wang@[10.0.0.1]",
            "wang@::1",
            "王芳@example.com",
            // A Kelvin sign, which folds to the letter k.
            "\u{212a}ate@example.com",
            &long,
        ] {
            assert_eq!(wrong.parse::<EmailAddress>(), Err(InvalidEmailAddress), "{wrong}");
        }
    }
}
