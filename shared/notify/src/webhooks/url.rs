//! Where webhooks may go, as far as the URL alone can tell.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use super::addresses::is_global;
use crate::WebhookSettings;

const MAX_LENGTH: usize = 2_048;
/// The form of [`is_plain`] with a host name. Addresses are understood too, but not promised: they
/// are for the demo and for tests.
const PATTERN: &str = "^https?://([A-Za-z0-9]+(-+[A-Za-z0-9]+)*\\.)*[A-Za-z]+\
    (:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?\
    ([/?]([!$&()*+,./0-9:;=?@A-Z_a-z~-]|%[0-9A-Fa-f]{2})*)?$";
const PORTS: [u16; 2] = [443, 8443];

/// The URL of a receiver: HTTP or HTTPS, without a user or password. Whether the city posts there
/// is another question, [`WebhookUrl::allowed_by`].
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    text: String,
    url: Url,
}

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
    /// The URL as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks scheme, port and an address written out. What a name stands for is checked whenever
    /// a connection is made, because it can change.
    pub fn allowed_by(&self, rules: &WebhookSettings) -> Result<(), Refused> {
        if rules.allow_private {
            return Ok(());
        }
        if self.url.scheme() != "https" {
            return Err(Refused::Scheme);
        }
        if !self.url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(Refused::Port);
        }
        // `Url` has already turned other spellings of IPv4, like 0x7f.1, into the usual one.
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(address) if !is_global(address) => Err(Refused::Address),
            _ => Ok(()),
        }
    }

    pub(super) fn to_url(&self) -> Url {
        self.url.clone()
    }
}

impl FromStr for WebhookUrl {
    type Err = InvalidWebhookUrl;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookUrl> {
        let url: Url = text.parse().map_err(|_| InvalidWebhookUrl)?;
        if text.len() <= MAX_LENGTH && is_plain(text) {
            Ok(Self { text: text.to_owned(), url })
        } else {
            Err(InvalidWebhookUrl)
        }
    }
}

/// Whether the text can mean one thing only. `Url` mends what it is given (spaces, `https:/host`,
/// `0x7f.1`, `host*`), and others would mend it in other ways.
fn is_plain(text: &str) -> bool {
    let scheme = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    let Some(rest) = scheme else { return false };
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port = port.is_none_or(|port| {
        !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty()
    });
    port && is_plain_host(host) && is_plain_tail(tail)
}

/// A name whose last label is of letters, or an address in its usual form.
fn is_plain_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let (names, last) = host.rsplit_once('.').unwrap_or(("x", host));
    let name = names.split('.').all(label)
        && !last.is_empty()
        && last.bytes().all(|b| b.is_ascii_alphabetic());
    name || host.parse::<Ipv4Addr>().is_ok()
}

/// Path and query, of what RFC 3986 allows there and `Url` leaves as it is.
fn is_plain_tail(tail: &str) -> bool {
    let mut pieces = tail.split('%');
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!$&()*+,./:;=?@_~-".contains(&b))
    };
    let escaped = |text: &str| {
        text.get(..2).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit())) && plain(text)
    };
    pieces.next().is_some_and(plain) && pieces.all(escaped)
}

/// Path and query may hold a token of the receiver.
impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.url.origin().ascii_serialization())
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
            .pattern(Some(PATTERN))
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
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://１２７.０.０.１/",
            "https://police.example*/",
            "https://-police.example/",
            "https://police..example/",
            "https://police.example:/",
            "https://police.example:065/",
            "https://police.example:65536/",
            "https://police.example/%4",
            "https://police.example/a b",
            "https://police.example/#part",
            "https:/police.example/",
            " https://police.example/",
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
            ("https://Police-1.example?%7Btoken%7D", Ok(())),
            ("https://1.1.1.1/", Ok(())),
            ("https://[2606:4700::1111]/", Ok(())),
            ("http://police.example/", Err(Refused::Scheme)),
            ("https://police.example:22/", Err(Refused::Port)),
            ("https://127.0.0.1/", Err(Refused::Address)),
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
