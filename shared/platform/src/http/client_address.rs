//! Whose address a request came from.
//!
//! A header says what whoever wrote it wants it to say. It is believed only as far as it was
//! written by proxies that the settings trust: from its right end, where the nearest proxy wrote, to
//! the left, until somebody is named who is no such proxy.

use std::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{HeaderMap, HeaderName},
    web::Data,
};
use citygate_kernel::wire;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::server::HttpSettings;

/// A network in CIDR notation (RFC 4632, 3.1), or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Not a network.
#[derive(Debug, thiserror::Error)]
#[error("a network such as 10.0.0.0/8 or 2001:db8::/32 is expected")]
pub struct InvalidNetwork;

impl Network {
    /// Whether an address belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address, self.prefix) == masked(self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix =
            prefix.map_or(Ok(bits), |digits| digits.parse().map_err(|_| InvalidNetwork))?;
        if prefix > bits {
            return Err(InvalidNetwork);
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The header in which the proxies say for whom they ask. Only the one that they write is read: the
/// other may come through them from a stranger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, as most proxies write it.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The address that a request came from, as far as it can be known. For limits; it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let settings = request.app_data::<Data<HttpSettings>>();
        // There is always a peer, except in a process that plays both sides.
        let peer = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        Self(settings.map_or(peer, |settings| {
            let (trusted, header) = (&settings.trusted_proxies, settings.proxy_header);
            client_address(peer, request.headers(), trusted, header)
        }))
    }

    /// The part of it that one household or one phone has: all of an IPv4 address, the first 64 bits
    /// of an IPv6 address.
    pub fn household(self) -> IpAddr {
        masked(self.0, if self.0.is_ipv4() { 32 } else { 64 })
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// The address that a request came from: `peer`, or whom the trusted proxies name.
fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[Network],
    header: ProxyHeader,
) -> IpAddr {
    let mut client = peer.to_canonical();
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(client) {
        return client;
    }
    for node in nodes(headers, header).into_iter().rev() {
        // Whoever hides or stammers is known by the proxy that spoke of it.
        let Some(address) = node else { break };
        client = address;
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// Who is named, in order; `None` where it is not an address.
fn nodes(headers: &HeaderMap, header: ProxyHeader) -> Vec<Option<IpAddr>> {
    let name = match header {
        ProxyHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
        ProxyHeader::Forwarded => HeaderName::from_static("forwarded"),
    };
    headers
        .get_all(name)
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .map(|element| match header {
            ProxyHeader::XForwardedFor => node(element.trim()),
            ProxyHeader::Forwarded => forwarded_for(element),
        })
        .collect()
}

/// The `for` parameter of an element (RFC 7239, 4).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, said) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    node(said.trim().trim_matches('"'))
}

/// An address, with or without a port (RFC 7239, 6).
fn node(text: &str) -> Option<IpAddr> {
    let address: IpAddr = match text.strip_prefix('[') {
        Some(rest) => IpAddr::V6(rest.split_once(']')?.0.parse().ok()?),
        None => match text.parse() {
            Ok(address) => address,
            Err(_) => IpAddr::V4(text.split_once(':')?.0.parse().ok()?),
        },
    };
    Some(address.to_canonical())
}

/// The address with all bits after a prefix cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let kept = 32_u32.saturating_sub(prefix.into());
            IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(kept).unwrap_or(0)).into())
        }
        IpAddr::V6(v6) => {
            let kept = 128_u32.saturating_sub(prefix.into());
            IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(kept).unwrap_or(0)).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const TRUSTED: [&str; 3] = ["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"];

    fn seen(peer: &str, header: ProxyHeader, lines: &[(&'static str, &str)]) -> String {
        let trusted: Vec<Network> = TRUSTED.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        client_address(peer.parse().unwrap(), &headers, &trusted, header).to_string()
    }

    #[test]
    fn x_forwarded_for_is_believed_from_the_right_as_far_as_proxies_are_trusted() {
        let client =
            |peer, value| seen(peer, ProxyHeader::XForwardedFor, &[("x-forwarded-for", value)]);
        for (peer, value, expected, why) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9", "a stranger speaks for nobody"),
            ("10.1.2.3", "198.51.100.1", "198.51.100.1", "a proxy does"),
            ("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1", "the left was brought along"),
            ("10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1", "through two proxies"),
            ("10.1.2.3", "198.51.100.1,192.0.2.8", "192.0.2.8", "only one of which is ours"),
            ("10.1.2.3", "10.9.9.9", "10.9.9.9", "a proxy asks for itself"),
            ("10.1.2.3", "", "10.1.2.3", "nobody is named"),
            ("10.1.2.3", "198.51.100.1, unknown", "10.1.2.3", "what hides stays hidden"),
            ("10.1.2.3", "198.51.100.1:4711", "198.51.100.1", "with a port"),
            ("10.1.2.3", "[2001:db8::17]:80", "2001:db8::17", "with brackets"),
            ("10.1.2.3", "2001:db8::17", "2001:db8::17", "without"),
            ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1", "a mapped address is the address"),
            ("2001:db8:1::5", "::ffff:198.51.100.1", "198.51.100.1", "on either side"),
            ("2001:db8:2::5", "198.51.100.1", "2001:db8:2::5", "another network"),
        ] {
            assert_eq!(client(peer, value), expected, "{why}");
        }
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1, 10.0.0.1")];
        assert_eq!(seen("10.1.2.3", ProxyHeader::XForwardedFor, &lines), "198.51.100.1");
    }

    #[test]
    fn forwarded_is_read_where_the_proxies_write_it_and_nothing_else_is() {
        let client = |value| {
            let lines = [("x-forwarded-for", "1.1.1.1"), ("forwarded", value)];
            seen("10.1.2.3", ProxyHeader::Forwarded, &lines)
        };
        for (value, expected) in [
            ("for=198.51.100.1;proto=http;by=10.0.0.1", "198.51.100.1"),
            ("proto=https; For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=1.2.3.4, for=198.51.100.1, for=10.0.0.9", "198.51.100.1"),
            ("for=_hidden", "10.1.2.3"),
            ("proto=http", "10.1.2.3"),
        ] {
            assert_eq!(client(value), expected, "{value}");
        }
        let other = [("forwarded", "for=198.51.100.1")];
        assert_eq!(seen("10.1.2.3", ProxyHeader::XForwardedFor, &other), "10.1.2.3");
    }

    #[test]
    fn networks_are_what_they_say() {
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("2001:db8::/64", "2001:db8::ffff", true),
            ("2001:db8::/64", "2001:db8:0:1::", false),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
        }
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "ten", "10.0.0/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
