//! Where webhooks may go, as far as the URL alone can tell.

use std::{fmt, net::IpAddr, str::FromStr};

use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use super::addresses::is_global;
use crate::WebhookSettings;

const MAX_LENGTH: usize = 2_048;
const PORTS: [u16; 2] = [443, 8443];

/// The URL of a receiver: HTTP or HTTPS, without a user or password. Whether the city posts there
/// is another question, [`WebhookUrl::allowed_by`].
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// The text is not the URL of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an https URL of at most 2048 characters, without user and password, is expected")]
pub struct InvalidWebhookUrl;

/// Why the city does not post to a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not encrypted.
    #[error("the URL has to begin with https://")]
    Scheme,
    /// It is not a port of web servers.
    #[error("the port has to be 443 or 8443")]
    Port,
    /// It leads to no public address.
    #[error("the host has to be on the public internet")]
    Address,
}

impl WebhookUrl {
    /// The URL in its normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Checks scheme, port and an address written out. What a name stands for is checked whenever
    /// a connection is made, because it can change.
    pub fn allowed_by(&self, rules: &WebhookSettings) -> Result<(), Refused> {
        if rules.allow_private {
            return Ok(());
        }
        if self.0.scheme() != "https" {
            return Err(Refused::Scheme);
        }
        if !self.0.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(Refused::Port);
        }
        // `Url` has already turned other spellings of IPv4, like 0x7f.1, into the usual one.
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(address) if !is_global(address) => Err(Refused::Address),
            _ => Ok(()),
        }
    }

    pub(super) fn to_url(&self) -> Url {
        self.0.clone()
    }
}

impl FromStr for WebhookUrl {
    type Err = InvalidWebhookUrl;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookUrl> {
        let url: Url = text.parse().map_err(|_| InvalidWebhookUrl)?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if web && anonymous && url.as_str().len() <= MAX_LENGTH {
            Ok(Self(url))
        } else {
            Err(InvalidWebhookUrl)
        }
    }
}

/// Path and query may hold a token of the receiver.
impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.origin().ascii_serialization())
    }
}

impl Serialize for WebhookUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for WebhookUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for WebhookUrl {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uri".into())))
            .max_length(Some(MAX_LENGTH))
            .examples(["https://police.example/citygate/webhooks"])
            .into()
    }
}

impl ToSchema for WebhookUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_receiver_does_not_parse() {
        for wrong in [
            "",
            "police.example",
            "/hook",
            "https://",
            "ftp://police.example/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://user@police.example/",
            "https://user:password@police.example/",
            &format!("https://police.example/{}", "a".repeat(2_048)),
        ] {
            assert_eq!(wrong.parse::<WebhookUrl>(), Err(InvalidWebhookUrl), "{wrong}");
        }
    }

    #[test]
    fn the_strict_rule_looks_at_scheme_port_and_written_addresses() {
        let strict = WebhookSettings::default();
        for (url, expected) in [
            ("https://police.example/hook?token=1", Ok(())),
            ("https://police.example:8443/", Ok(())),
            ("https://1.1.1.1/", Ok(())),
            ("https://[2606:4700::1111]/", Ok(())),
            ("http://police.example/", Err(Refused::Scheme)),
            ("https://police.example:22/", Err(Refused::Port)),
            ("https://127.0.0.1/", Err(Refused::Address)),
            ("https://127.1/", Err(Refused::Address)),
            ("https://0x7f000001/", Err(Refused::Address)),
            ("https://2130706433/", Err(Refused::Address)),
            ("https://0177.0.0.1/", Err(Refused::Address)),
            ("https://127.0.0.1./", Err(Refused::Address)),
            ("https://１２７.０.０.１/", Err(Refused::Address)),
            ("https://169.254.169.254/latest/", Err(Refused::Address)),
            ("https://[::1]/", Err(Refused::Address)),
            ("https://[::ffff:10.0.0.1]/", Err(Refused::Address)),
            ("https://[64:ff9b::a00:1]/", Err(Refused::Address)),
        ] {
            let parsed: WebhookUrl = url.parse().unwrap();
            assert_eq!(parsed.allowed_by(&strict), expected, "{url}");
            assert_eq!(parsed.allowed_by(&WebhookSettings { allow_private: true }), Ok(()));
        }
    }

    #[test]
    fn it_does_not_print_the_receivers_token() {
        let url: WebhookUrl = "https://police.example:8443/hook?token=1".parse().unwrap();
        assert_eq!(format!("{url:?}"), "https://police.example:8443");
    }
}
