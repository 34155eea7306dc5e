//! What a caller accepts and prefers (FHIR R4, 3.1.0.1.10, 3.1.0.1.11 and 3.1.1.2).

use actix_web::http::header::{HeaderMap, HeaderName};

use super::FhirError;

/// In which form an answer is given. It is the same JSON; a caller that asks for plain JSON is told
/// that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    #[default]
    FhirJson,
    Json,
}

impl Format {
    /// The whole of `Content-Type`.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::FhirJson => "application/fhir+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// By the parameter `_format`, which goes before the header, or by `Accept`.
    pub(crate) fn negotiate(
        parameter: Option<&str>,
        accept: Option<&str>,
    ) -> Result<Self, FhirError> {
        if let Some(parameter) = parameter {
            // A plus that nobody has escaped arrives as a space.
            let media = parameter.replace(' ', "+");
            return match media_range(&media) {
                ("json" | "application/fhir+json", _) => Ok(Self::FhirJson),
                ("application/json" | "text/json", _) => Ok(Self::Json),
                _ => Err(FhirError::NotAcceptable),
            };
        }
        let Some(accept) = accept else { return Ok(Self::default()) };
        let ranges = accept.split(',').map(media_range).filter(|(_, quality)| *quality > 0);
        let known = ranges.filter_map(|(range, quality)| Some((Self::of(range)?, quality)));
        // Of equals the first one; what FHIR calls its own goes before what is merely JSON.
        let rank = |(format, quality): &(Self, u16)| (*quality, *format == Self::FhirJson);
        let best = known.max_by_key(rank);
        best.map(|(format, _)| format).ok_or(FhirError::NotAcceptable)
    }

    fn of(range: &str) -> Option<Self> {
        match range {
            "*/*" | "application/*" | "application/fhir+json" => Some(Self::FhirJson),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// A media range without its parameters, and its quality in thousandths. A range for another release
/// of FHIR counts for nothing.
fn media_range(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let mut quality = 1000;
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        match (name.trim().to_ascii_lowercase().as_str(), value.trim().trim_matches('"')) {
            ("q", value) => quality = thousandths(value),
            ("fhirversion", value) if value != "4.0" && value != "4.0.1" => quality = 0,
            _ => {}
        }
    }
    (range, quality)
}

/// A quality (RFC 9110, 12.4.2): `0.8` is 800. What is no quality counts for nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, digits) {
        ("1", true) => 1000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or_default(),
        _ => 0,
    }
}

/// What an answer to a write has in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    Minimal,
    Representation,
    OperationOutcome,
}

/// What is done with parameters that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Handling {
    /// Refused.
    Strict,
    /// Left out; the link `self` of the answer says which ones counted.
    #[default]
    Lenient,
}

/// The header `Prefer` (RFC 7240). What is not understood is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Prefer {
    pub answer: Option<Return>,
    pub handling: Handling,
}

impl Prefer {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut prefer = Self::default();
        let values = headers.get_all(HeaderName::from_static("prefer"));
        let texts = values.filter_map(|value| value.to_str().ok());
        for preference in texts.flat_map(|text| text.split([',', ';'])) {
            match preference.trim().split_once('=') {
                Some(("return", "minimal")) => prefer.answer = Some(Return::Minimal),
                Some(("return", "representation")) => prefer.answer = Some(Return::Representation),
                Some(("return", "OperationOutcome")) => {
                    prefer.answer = Some(Return::OperationOutcome);
                }
                Some(("handling", "strict")) => prefer.handling = Handling::Strict,
                Some(("handling", "lenient")) => prefer.handling = Handling::Lenient,
                _ => {}
            }
        }
        prefer
    }
}

/// Whether a body is in JSON, by its `Content-Type`.
pub(crate) fn is_json(content_type: &str) -> bool {
    let (media, quality) = media_range(content_type);
    let media = media.to_ascii_lowercase();
    quality > 0 && ["application/fhir+json", "application/json"].contains(&media.as_str())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_answer_has_the_form_that_is_liked_best() {
        use Format::{FhirJson, Json};
        for (parameter, accept, format) in [
            (None, None, Some(FhirJson)),
            (None, Some("*/*"), Some(FhirJson)),
            (None, Some("application/fhir+json"), Some(FhirJson)),
            (None, Some("application/fhir+json; charset=utf-8; q=0.8"), Some(FhirJson)),
            (None, Some("application/json"), Some(Json)),
            (None, Some("application/fhir+json;q=0.8, application/json;q=0.9"), Some(Json)),
            (None, Some("application/json, application/fhir+json"), Some(FhirJson)),
            (None, Some("text/html, application/xml;q=0.9, */*;q=0.1"), Some(FhirJson)),
            (None, Some("application/fhir+xml"), None),
            (None, Some("application/fhir+json;q=0"), None),
            (None, Some("application/fhir+json;q=x"), None),
            (None, Some("application/fhir+json; fhirVersion=4.0"), Some(FhirJson)),
            (None, Some("application/fhir+json; fhirVersion=5.0"), None),
            (None, Some(""), None),
            (Some("json"), Some("application/fhir+xml"), Some(FhirJson)),
            (Some("application/fhir json"), None, Some(FhirJson)),
            (Some("application/json"), None, Some(Json)),
            (Some("xml"), Some("*/*"), None),
        ] {
            assert_eq!(
                Format::negotiate(parameter, accept).ok(),
                format,
                "{parameter:?} {accept:?}"
            );
        }
    }

    #[test]
    fn preferences_that_are_not_understood_are_ignored() {
        let prefer = |texts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for text in texts {
                headers.append(HeaderName::from_static("prefer"), HeaderValue::from_static(text));
            }
            Prefer::of(&headers)
        };
        let (lenient, strict) = (Handling::Lenient, Handling::Strict);
        for (texts, answer, handling) in [
            (&[][..], None, lenient),
            (&["return=minimal"], Some(Return::Minimal), lenient),
            (&["handling=strict; return=representation"], Some(Return::Representation), strict),
            (
                &["handling=strict", "return=OperationOutcome"],
                Some(Return::OperationOutcome),
                strict,
            ),
            (&["respond-async, return=all"], None, lenient),
        ] {
            assert_eq!(prefer(texts), Prefer { answer, handling }, "{texts:?}");
        }
    }

    #[test]
    fn bodies_are_json_of_this_release() {
        for (content_type, is) in [
            ("application/fhir+json", true),
            ("application/fhir+json; charset=UTF-8", true),
            ("Application/JSON", true),
            ("application/fhir+json; fhirVersion=3.0", false),
            ("application/fhir+xml", false),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(is_json(content_type), is, "{content_type}");
        }
    }
}
