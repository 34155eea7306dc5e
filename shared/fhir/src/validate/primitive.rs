//! Primitive types and their formats (FHIR R4, 2.24.0.1).

use super::{narrative, node::Node};
use crate::{FhirDateTime, Precision};

/// A primitive type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primitive {
    Base64Binary,
    Boolean,
    Canonical,
    Code,
    Date,
    DateTime,
    Decimal,
    Id,
    Instant,
    Integer,
    Markdown,
    Oid,
    PositiveInt,
    String,
    Time,
    UnsignedInt,
    Uri,
    Url,
    Uuid,
    Xhtml,
}

/// The longest text of a resource: one megabyte (2.24.0.1, string).
const TEXT_BYTES_MAX: usize = 1 << 20;

impl Primitive {
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Base64Binary => "Base64Binary",
            Self::Boolean => "Boolean",
            Self::Canonical => "Canonical",
            Self::Code => "Code",
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::Decimal => "Decimal",
            Self::Id => "Id",
            Self::Instant => "Instant",
            Self::Integer => "Integer",
            Self::Markdown => "Markdown",
            Self::Oid => "Oid",
            Self::PositiveInt => "PositiveInt",
            Self::String => "String",
            Self::Time => "Time",
            Self::UnsignedInt => "UnsignedInt",
            Self::Uri => "Uri",
            Self::Url => "Url",
            Self::Uuid => "Uuid",
            Self::Xhtml => "Xhtml",
        }
    }

    /// Whether a value has the type's JSON form and format.
    pub(super) fn fits(self, node: &Node) -> bool {
        match (self, node) {
            (Self::Boolean, Node::Truth(_)) => true,
            (Self::Decimal, Node::Whole(_) | Node::Decimal) => true,
            (Self::Integer, Node::Whole(number)) => i32::try_from(*number).is_ok(),
            (Self::UnsignedInt, Node::Whole(number)) => (0..=INTEGER_MAX).contains(number),
            (Self::PositiveInt, Node::Whole(number)) => (1..=INTEGER_MAX).contains(number),
            (_, Node::Text(text)) => self.fits_text(text),
            _ => false,
        }
    }

    fn fits_text(self, text: &str) -> bool {
        match self {
            Self::Boolean
            | Self::Decimal
            | Self::Integer
            | Self::UnsignedInt
            | Self::PositiveInt => false,
            Self::Base64Binary => is_base64(text),
            Self::Canonical | Self::Uri | Self::Url => is_uri(text),
            Self::Code => is_code(text),
            Self::Date => is_date(text, |precision| precision <= Precision::Day),
            Self::DateTime => is_date(text, |_| true),
            Self::Instant => is_date(text, |precision| precision >= Precision::Second),
            Self::Id => is_id(text),
            Self::Markdown | Self::String => is_string(text),
            Self::Oid => is_oid(text),
            Self::Time => is_time(text),
            Self::Uuid => is_uuid(text),
            Self::Xhtml => narrative::is_plain(text),
        }
    }
}

const INTEGER_MAX: i64 = i32::MAX as i64;

/// Something visible, and no control characters but tab and the ends of lines.
fn is_string(text: &str) -> bool {
    let control = |c: char| c < ' ' && !matches!(c, '\t' | '\r' | '\n');
    text.len() <= TEXT_BYTES_MAX && !text.trim().is_empty() && !text.contains(control)
}

fn is_uri(text: &str) -> bool {
    is_string(text) && !text.contains(char::is_whitespace)
}

/// No blank at either end, and none beside another.
fn is_code(text: &str) -> bool {
    is_string(text) && text.split(char::is_whitespace).all(|part| !part.is_empty())
}

fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_date(text: &str, fits: impl Fn(Precision) -> bool) -> bool {
    FhirDateTime::parse(text).is_ok_and(|date| fits(date.precision()))
}

/// A time of a day without a zone; it is read as one of some day.
fn is_time(text: &str) -> bool {
    let local = !text.contains(['Z', '+', '-']);
    local && FhirDateTime::parse(&format!("2000-01-01T{text}Z")).is_ok()
}

fn is_oid(text: &str) -> bool {
    let arc = |arc: &str| {
        let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        digits && (arc == "0" || !arc.starts_with('0'))
    };
    let Some(arcs) = text.strip_prefix("urn:oid:") else { return false };
    let Some((root, rest)) = arcs.split_once('.') else { return false };
    matches!(root, "0" | "1" | "2") && rest.split('.').all(arc)
}

fn is_uuid(text: &str) -> bool {
    let uuid = text.strip_prefix("urn:uuid:");
    uuid.is_some_and(|uuid| uuid.len() == 36 && uuid::Uuid::try_parse(uuid).is_ok())
}

/// Groups of four, padded at the end alone. Blanks may stand between them.
fn is_base64(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    let digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let plain = digits.len() - padding;
    plain > 0
        && padding <= 2
        && digits.len().is_multiple_of(4)
        && digits.iter().take(plain).all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_takes_what_the_specification_gives_and_nothing_else() {
        use Primitive as P;
        for (primitive, good, bad) in [
            (P::Boolean, &["true", "false"][..], &["\"true\"", "0", "null"][..]),
            (P::Integer, &["0", "-7", "2147483647"], &["1.0", "2147483648", "\"1\"", "1e3"]),
            (P::UnsignedInt, &["0", "7"], &["-1", "2147483648", "0.5"]),
            (P::PositiveInt, &["1"], &["0", "-1"]),
            (P::Decimal, &["0", "-1.50", "1e3", "99999999999999999999"], &["\"1\"", "true"]),
            (P::String, &["\" a\\n\"", "\"血\""], &["\"\"", "\"  \"", "\"a\\u0000\"", "7"]),
            (P::Code, &["\"a\"", "\"a b\""], &["\" a\"", "\"a  b\"", "\"\"", "\"a\\t \""]),
            (P::Id, &["\"a.B-7\""], &["\"a_b\"", "\"\"", "\"血\""]),
            (P::Uri, &["\"urn:oid:1.2\"", "\"x\""], &["\"a b\"", "\"\""]),
            (P::Date, &["\"2026\"", "\"2026-11-22\""], &["\"2026-11-22T10:00:00Z\""]),
            (P::DateTime, &["\"2026-11\"", "\"2026-11-22T10:00:00.5Z\""], &["\"22.11.2026\""]),
            (P::Instant, &["\"2026-11-22T10:00:00+08:00\""], &["\"2026-11-22\"", "\"10:00\""]),
            (P::Time, &["\"10:30:00\"", "\"10:30:00.5\""], &["\"10:30\"", "\"10:30:00Z\""]),
            (
                P::Oid,
                &["\"urn:oid:1.2.0.840\""],
                &["\"urn:oid:3.1\"", "\"1.2\"", "\"urn:oid:1.02\""],
            ),
            (
                P::Uuid,
                &["\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\""],
                &["\"c757873d-ec9a-4326-a141-556f43239520\"", "\"urn:uuid:7\""],
            ),
            (
                P::Base64Binary,
                &["\"aGk=\"", "\"aG lr\"", "\"aA==\""],
                &["\"aGk\"", "\"====\"", "\"a=Gk\""],
            ),
        ] {
            for (texts, fits) in [(good, true), (bad, false)] {
                for text in texts {
                    let node = serde_json::from_str(text).unwrap();
                    assert_eq!(primitive.fits(&node), fits, "{primitive:?} {text}");
                }
            }
        }
    }
}
