//! Bundles that are sent to be carried out.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Identifier, InvalidResource, Resource};

/// Whether the entries stand and fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleKind {
    /// All of them, or none.
    Transaction,
    /// Each for itself.
    Batch,
}

/// What an entry asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
    /// PATCH
    Patch,
}

/// The request that an entry stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRequest {
    /// What is asked for.
    pub method: Method,
    /// Relative to the base: `DiagnosticReport`, `Slot/0199…`, `Slot?status=free`.
    pub url: String,
    /// Only if no such resource is there: a query without its question mark.
    pub if_none_exist: Option<String>,
    /// Only if this is the present version: `W/"3"`.
    pub if_match: Option<String>,
    /// Only if this is not the present version.
    pub if_none_match: Option<String>,
}

/// A part of a Bundle.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What other entries call its resource: `urn:uuid:…`.
    pub full_url: Option<String>,
    /// The resource, or why it is none that is kept here.
    pub resource: Option<Result<Resource, InvalidResource>>,
    /// What is to be done.
    pub request: EntryRequest,
}

/// Resources that are sent at once.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Whether they stand and fall together.
    pub kind: BundleKind,
    /// The sender's own number of the Bundle.
    pub identifier: Option<Identifier>,
    /// The parts, in the order in which they were sent.
    pub entries: Vec<Entry>,
}

/// Why a text is no Bundle that can be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBundle {
    /// It is no Bundle at all.
    #[error("a Bundle is expected")]
    NotABundle,
    /// It is neither a transaction nor a batch.
    #[error("a Bundle of type transaction or batch is expected")]
    KindUnknown,
    /// More than [`Bundle::ENTRIES_MAX`].
    #[error("there are too many entries")]
    TooMany,
    /// An entry is not as FHIR R4 has it.
    #[error("an entry is not as FHIR R4 has it: {0}")]
    Entry(usize, &'static str),
}

impl InvalidBundle {
    /// Where the fault is, in FHIRPath.
    pub fn expression(&self) -> String {
        match self {
            Self::NotABundle => "Bundle".to_owned(),
            Self::KindUnknown => "Bundle.type".to_owned(),
            Self::TooMany => "Bundle.entry".to_owned(),
            Self::Entry(number, member) => format!("Bundle.entry[{number}].{member}"),
        }
    }
}

/// `deny_unknown_fields` with all that R4 has, so that a misspelt member is not overlooked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "members that may be sent, and are not looked at")]
struct BundleBody<'a> {
    resource_type: String,
    id: Option<String>,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
    language: Option<String>,
    identifier: Option<Identifier>,
    #[serde(rename = "type")]
    kind: String,
    timestamp: Option<String>,
    #[serde(default, borrow)]
    link: Option<&'a RawValue>,
    #[serde(default, borrow)]
    entry: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    signature: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "members that may be sent, and are not looked at")]
struct EntryBody<'a> {
    id: Option<String>,
    #[serde(default, borrow)]
    extension: Option<&'a RawValue>,
    #[serde(default, borrow)]
    link: Option<&'a RawValue>,
    full_url: Option<String>,
    #[serde(default, borrow)]
    resource: Option<&'a RawValue>,
    #[serde(default, borrow)]
    search: Option<&'a RawValue>,
    #[serde(default, borrow)]
    request: Option<&'a RawValue>,
    #[serde(default, borrow)]
    response: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "members that may be sent, and are not looked at")]
struct RequestBody<'a> {
    id: Option<String>,
    #[serde(default, borrow)]
    extension: Option<&'a RawValue>,
    method: Method,
    url: String,
    if_none_match: Option<String>,
    if_modified_since: Option<String>,
    if_match: Option<String>,
    if_none_exist: Option<String>,
}

impl Bundle {
    /// The most entries of one Bundle.
    pub const ENTRIES_MAX: usize = 500;

    /// Reads a Bundle. Resources that are none are told with their entry, because in a batch the
    /// others are carried out.
    pub fn parse(json: &str) -> Result<Self, InvalidBundle> {
        let body: BundleBody<'_> =
            serde_json::from_str(json).map_err(|_| InvalidBundle::NotABundle)?;
        if body.resource_type != "Bundle" {
            return Err(InvalidBundle::NotABundle);
        }
        let kind = match body.kind.as_str() {
            "transaction" => BundleKind::Transaction,
            "batch" => BundleKind::Batch,
            _ => return Err(InvalidBundle::KindUnknown),
        };
        if body.entry.len() > Self::ENTRIES_MAX {
            return Err(InvalidBundle::TooMany);
        }
        let entries = body.entry.into_iter().enumerate().map(|(number, raw)| {
            read_entry(raw).map_err(|member| InvalidBundle::Entry(number, member))
        });
        let entries = entries.collect::<Result<_, _>>()?;
        Ok(Self { kind, identifier: body.identifier, entries })
    }
}

fn read_entry(raw: &RawValue) -> Result<Entry, &'static str> {
    let body: EntryBody<'_> = serde_json::from_str(raw.get()).map_err(|_| "fullUrl")?;
    let request = body.request.ok_or("request")?;
    let request: RequestBody<'_> = serde_json::from_str(request.get()).map_err(|_| "request")?;
    Ok(Entry {
        full_url: body.full_url,
        resource: body.resource.map(|raw| Resource::parse(raw.get())),
        request: EntryRequest {
            method: request.method,
            url: request.url,
            if_none_exist: request.if_none_exist,
            if_match: request.if_match,
            if_none_match: request.if_none_match,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(entry: serde_json::Value) -> Result<Bundle, InvalidBundle> {
        let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [entry]});
        Bundle::parse(&bundle.to_string())
    }

    #[test]
    fn an_entry_says_what_is_to_be_done_with_which_resource() {
        let text = r#"{"resourceType":"Bundle","identifier":{"system":"urn:h","value":"7"},
            "type":"transaction","entry":[{"fullUrl":"urn:uuid:1",
            "resource":{"resourceType":"Observation","valueQuantity":{"value":1.00}},
            "request":{"method":"POST","url":"Observation","ifNoneExist":"identifier=a|1"}}]}"#;
        let bundle = Bundle::parse(text).unwrap();
        assert_eq!(bundle.kind, BundleKind::Transaction);
        assert_eq!(bundle.identifier.unwrap().of_system("urn:h"), Some("7"));
        let entry = &bundle.entries[0];
        assert_eq!(entry.full_url.as_deref(), Some("urn:uuid:1"));
        assert_eq!(entry.request.method, Method::Post);
        assert_eq!(entry.request.if_none_exist.as_deref(), Some("identifier=a|1"));
        let resource = entry.resource.as_ref().unwrap().as_ref().unwrap();
        assert_eq!(resource.member("valueQuantity").unwrap().get(), r#"{"value":1.00}"#);
    }

    #[test]
    fn a_resource_that_is_none_is_told_with_its_entry() {
        let request = json!({"method": "POST", "url": "Medication"});
        let entry = json!({"resource": {"resourceType": "Medication"}, "request": request});
        let bundle = with(entry).unwrap();
        let fault = bundle.entries[0].resource.as_ref().unwrap().as_ref().unwrap_err();
        assert_eq!(fault, &InvalidResource::TypeUnknown);
    }

    #[test]
    fn what_cannot_be_carried_out_is_refused_with_its_place() {
        for (text, place) in [
            ("[]", "Bundle"),
            (r#"{"resourceType":"Slot","type":"batch"}"#, "Bundle"),
            (r#"{"resourceType":"Bundle","type":"batch","entries":[]}"#, "Bundle"),
            (r#"{"resourceType":"Bundle","type":"searchset"}"#, "Bundle.type"),
        ] {
            assert_eq!(Bundle::parse(text).unwrap_err().expression(), place, "{text}");
        }
        for (entry, place) in [
            (json!({}), "Bundle.entry[0].request"),
            (json!({"request": {"method": "POST"}}), "Bundle.entry[0].request"),
            (json!({"request": {"method": "post", "url": "Slot"}}), "Bundle.entry[0].request"),
            (json!({"fullUrl": 7}), "Bundle.entry[0].fullUrl"),
        ] {
            assert_eq!(with(entry.clone()).unwrap_err().expression(), place, "{entry}");
        }
    }

    #[test]
    fn more_entries_than_anybody_needs_are_refused() {
        let entry = json!({"request": {"method": "GET", "url": "Slot"}});
        let bundle = |count| {
            let entries = vec![entry.clone(); count];
            json!({"resourceType": "Bundle", "type": "batch", "entry": entries}).to_string()
        };
        assert_eq!(Bundle::parse(&bundle(500)).unwrap().entries.len(), 500);
        assert_eq!(Bundle::parse(&bundle(501)).unwrap_err(), InvalidBundle::TooMany);
    }
}
