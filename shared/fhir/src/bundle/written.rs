//! Bundles that are answered.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::value::{RawValue, to_raw_value};

use crate::OperationOutcome;

/// What a Bundle answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// A search.
    Searchset,
    /// The question which versions there are.
    History,
    /// A transaction.
    TransactionResponse,
    /// A batch.
    BatchResponse,
    /// A question of an operation, such as `$find`.
    Collection,
}

/// Why an entry is in a search's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchMode {
    /// It matches.
    Match,
    /// One that matches names it.
    Include,
    /// It says something about the search.
    Outcome,
}

/// What became of an entry.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryResponse {
    /// `201 Created`
    pub status: String,
    /// Where it is: `Slot/0199…/_history/1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its version: `W/"1"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the version came to be.
    #[serde(serialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<DateTime<Utc>>,
    /// What went wrong, or is worth knowing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OperationOutcome>,
}

fn instant<S: Serializer>(
    instant: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Millis, true));
    text.serialize(serializer)
}

#[derive(Debug, Clone, Serialize)]
struct Search {
    mode: SearchMode,
}

#[derive(Debug, Clone, Serialize)]
struct Request {
    method: &'static str,
    url: String,
}

/// A part of an answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<Search>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<EntryResponse>,
}

impl AnswerEntry {
    const EMPTY: Self =
        Self { full_url: None, resource: None, search: None, request: None, response: None };

    /// A resource that a search has found. The URL is absolute.
    pub fn found(
        full_url: String,
        resource: &impl Serialize,
        mode: SearchMode,
    ) -> Result<Self, serde_json::Error> {
        let resource = Some(to_raw_value(resource)?);
        Ok(Self {
            full_url: Some(full_url),
            resource,
            search: Some(Search { mode }),
            ..Self::EMPTY
        })
    }

    /// A version of a resource: the first was created by POST, later ones by PUT.
    pub fn version(
        full_url: String,
        resource: &impl Serialize,
        url: String,
        number: u32,
        response: EntryResponse,
    ) -> Result<Self, serde_json::Error> {
        let method = if number == 1 { "POST" } else { "PUT" };
        Ok(Self {
            full_url: Some(full_url),
            resource: Some(to_raw_value(resource)?),
            request: Some(Request { method, url }),
            response: Some(response),
            ..Self::EMPTY
        })
    }

    /// What became of an entry of a transaction or batch, with what it asked to read.
    pub fn done(
        full_url: Option<String>,
        resource: Option<&impl Serialize>,
        response: EntryResponse,
    ) -> Result<Self, serde_json::Error> {
        let resource = resource.map(to_raw_value).transpose()?;
        Ok(Self { full_url, resource, response: Some(response), ..Self::EMPTY })
    }
}

#[derive(Debug, Clone, Serialize)]
struct Link {
    relation: &'static str,
    url: String,
}

/// A Bundle that is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    kind: AnswerKind,
    total: Option<u64>,
    links: Vec<Link>,
    entries: Vec<AnswerEntry>,
}

impl Answer {
    /// A Bundle of these entries.
    pub fn new(kind: AnswerKind, entries: Vec<AnswerEntry>) -> Self {
        Self { kind, total: None, links: Vec::new(), entries }
    }

    /// Says how many there are on all pages.
    pub fn total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    /// Adds an absolute link to a page: `self`, `next`.
    pub fn link(mut self, relation: &'static str, url: String) -> Self {
        self.links.push(Link { relation, url });
        self
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bundle = serializer.serialize_struct("Bundle", 5)?;
        bundle.serialize_field("resourceType", "Bundle")?;
        bundle.serialize_field("type", &self.kind)?;
        if let Some(total) = self.total {
            bundle.serialize_field("total", &total)?;
        }
        // FHIR's JSON has no empty arrays (2.6.2.2).
        if !self.links.is_empty() {
            bundle.serialize_field("link", &self.links)?;
        }
        if !self.entries.is_empty() {
            bundle.serialize_field("entry", &self.entries)?;
        }
        bundle.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Resource;

    const SLOT: &str = r#"{"resourceType":"Slot","status":"free"}"#;

    #[test]
    fn a_search_is_answered_with_links_and_without_empty_lists() {
        let slot = Resource::parse(SLOT).unwrap();
        let entry =
            AnswerEntry::found("https://c/Slot/1".to_owned(), &slot, SearchMode::Match).unwrap();
        let answer = Answer::new(AnswerKind::Searchset, vec![entry])
            .total(1)
            .link("self", "https://c/Slot".to_owned());
        let expected = json!({
            "resourceType": "Bundle",
            "type": "searchset",
            "total": 1,
            "link": [{"relation": "self", "url": "https://c/Slot"}],
            "entry": [{
                "fullUrl": "https://c/Slot/1",
                "resource": {"resourceType": "Slot", "status": "free"},
                "search": {"mode": "match"},
            }],
        });
        assert_eq!(serde_json::to_value(answer).unwrap(), expected);
        let empty = serde_json::to_value(Answer::new(AnswerKind::History, vec![])).unwrap();
        assert_eq!(empty, json!({"resourceType": "Bundle", "type": "history"}));
    }

    #[test]
    fn an_entry_of_a_transaction_says_what_became_of_it() {
        let response = EntryResponse {
            status: "201 Created".to_owned(),
            location: Some("Slot/1/_history/1".to_owned()),
            etag: Some("W/\"1\"".to_owned()),
            last_modified: Some(DateTime::UNIX_EPOCH),
            outcome: None,
        };
        let entry = AnswerEntry::done(None, None::<&Resource>, response).unwrap();
        let answer = Answer::new(AnswerKind::TransactionResponse, vec![entry]);
        let expected = json!({
            "resourceType": "Bundle",
            "type": "transaction-response",
            "entry": [{"response": {
                "status": "201 Created",
                "location": "Slot/1/_history/1",
                "etag": "W/\"1\"",
                "lastModified": "1970-01-01T00:00:00.000Z",
            }}],
        });
        assert_eq!(serde_json::to_value(answer).unwrap(), expected);
    }

    #[test]
    fn a_version_says_how_it_came_to_be() {
        let slot = Resource::parse(SLOT).unwrap();
        for (number, method) in [(1, "POST"), (2, "PUT")] {
            let url = "https://c/Slot/1".to_owned();
            let response = EntryResponse { status: "200 OK".to_owned(), ..Default::default() };
            let entry =
                AnswerEntry::version(url, &slot, "Slot/1".to_owned(), number, response).unwrap();
            let entry = serde_json::to_value(entry).unwrap();
            assert_eq!(entry["request"], json!({"method": method, "url": "Slot/1"}));
        }
    }
}
