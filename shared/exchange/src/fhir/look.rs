//! Reading, searching and the history of resources.

use citygate_fhir::{
    Answer, AnswerEntry, AnswerKind, EntryResponse, Query, ResourceType, SearchMode,
};
use citygate_platform::{
    db::Tx,
    http::{Cursor, Failure},
};
use url::form_urlencoded;
use uuid::Uuid;

use super::{
    FhirError, Page, Stored,
    call::Ground,
    negotiation::Handling,
    plan::{Address, logical_id, version},
    scope::Access,
};
use crate::Fault;

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub(crate) enum Look {
    Read { place: usize, of: (ResourceType, Uuid), version: Option<u32> },
    History { place: usize, of: (ResourceType, Uuid), before: Option<u32>, count: usize },
    Search(Searching),
}

/// A search, as far as it is understood.
#[derive(Debug, Clone)]
pub(crate) struct Searching {
    place: usize,
    query: Query,
    page: Page,
    /// What counted, for the links of the answer.
    counted: Vec<(String, String)>,
}

/// What somebody sees.
#[derive(Debug)]
pub(crate) enum Seen {
    Resource(Stored),
    Bundle(Answer),
}

/// How many entries a page has when nobody says, and at most.
const COUNT: usize = 20;
const COUNT_MAX: usize = 100;

/// The parameters that shape an answer, as far as they are known.
const SHAPING: [&str; 4] = ["_count", "_cursor", "_format", "_pretty"];

impl Look {
    /// What an address shows, to somebody who may look.
    pub(crate) fn at(
        ground: &Ground,
        address: &Address<'_>,
        pairs: Vec<(String, String)>,
    ) -> Result<Self, Failure> {
        let look = match *address {
            Address::Type(of) => {
                let (place, rules) = ground.admit(of, Access::Search)?;
                let known = |name: &str| rules.search.iter().any(|search| search.name == name);
                Self::Search(Searching::read((of, place), pairs, known, ground)?)
            }
            Address::Instance(of, id) => {
                let (place, _) = ground.admit(of, Access::Read)?;
                Self::Read { place, of: (of, logical_id(id)?), version: None }
            }
            Address::Version(of, id, number) => {
                let (place, _) = ground.admit(of, Access::Read)?;
                let version = Some(version(number)?);
                Self::Read { place, of: (of, logical_id(id)?), version }
            }
            Address::History(of, id) => {
                let (place, _) = ground.admit(of, Access::Read)?;
                let shaping = Shaping::read(&pairs, ground.prefer.handling)?;
                let before = shaping.cursor.map(|text| version(text).map_err(|_| no_cursor()));
                let (of, before) = ((of, logical_id(id)?), before.transpose()?);
                Self::History { place, of, before, count: shaping.count }
            }
        };
        Ok(look)
    }

    /// Looks.
    pub(crate) async fn see(&self, ground: &Ground, tx: &mut Tx<'_>) -> Result<Seen, Fault> {
        match self {
            Self::Read { place, of, version } => {
                let repository = ground.repository(*place)?;
                let found = repository.read(&ground.cx, tx, ground.sender, *of, *version).await?;
                Ok(Seen::Resource(found.ok_or(FhirError::Unknown)?))
            }
            Self::History { place, of, before, count } => {
                let repository = ground.repository(*place)?;
                let (of, before) = (*of, *before);
                let found =
                    repository.history(&ground.cx, tx, ground.sender, of, before, count + 1);
                let found = found.await?.ok_or(FhirError::Unknown)?;
                Ok(Seen::Bundle(history(ground, of, *count, found)?))
            }
            Self::Search(searching) => Ok(Seen::Bundle(searching.see(ground, tx).await?)),
        }
    }
}

/// What a query string says of the answer.
struct Shaping<'a> {
    count: usize,
    cursor: Option<&'a str>,
}

impl<'a> Shaping<'a> {
    /// Of pairs that do not say what has to match.
    fn read(pairs: &'a [(String, String)], handling: Handling) -> Result<Self, FhirError> {
        let unknown = pairs.iter().find(|(name, _)| !SHAPING.contains(&name.as_str()));
        if let (Some((name, _)), Handling::Strict) = (unknown, handling) {
            return Err(not_known(name));
        }
        let last = |wanted: &str| pairs.iter().rfind(|(name, _)| name == wanted);
        let value = |wanted| last(wanted).map(|(_, value)| value.as_str());
        let count = match value("_count").map(str::parse::<usize>) {
            None => COUNT,
            // More than a page holds is as much as it holds (3.1.1.5.5).
            Some(Ok(count)) if count > 0 => count.min(COUNT_MAX),
            Some(_) => {
                let why = "a number from 1 to 100 is expected".to_owned();
                return Err(FhirError::Parameter("_count".to_owned(), why));
            }
        };
        Ok(Self { count, cursor: value("_cursor") })
    }
}

fn not_known(name: &str) -> FhirError {
    FhirError::Parameter(name.to_owned(), "this parameter is not known here".to_owned())
}

fn no_cursor() -> FhirError {
    let why = "a cursor of a next link is expected".to_owned();
    FhirError::Parameter("_cursor".to_owned(), why)
}

impl Searching {
    fn read(
        (kind, place): (ResourceType, usize),
        pairs: Vec<(String, String)>,
        known: impl Fn(&str) -> bool,
        ground: &Ground,
    ) -> Result<Self, FhirError> {
        let handling = ground.prefer.handling;
        let (mut query, shaping) = Query::read(kind, pairs.iter().cloned())?;
        let unknown = query.parameters.iter().find(|parameter| !known(&parameter.name));
        if let (Some(unknown), Handling::Strict) = (unknown, handling) {
            return Err(not_known(&unknown.name));
        }
        query.parameters.retain(|parameter| known(&parameter.name));
        let here = format!("{}/", ground.server.base);
        for value in query.parameters.iter_mut().flat_map(|parameter| &mut parameter.values) {
            // References to this server are relative from here on.
            if let Some(rest) = value.strip_prefix(&here) {
                *value = rest.to_owned();
            }
        }
        let Shaping { count, cursor } = Shaping::read(&shaping, handling)?;
        let after =
            cursor.map(|text| text.parse::<Cursor>().map_err(|_| no_cursor())).transpose()?;
        let page = Page { after: after.map(|cursor| cursor.0), count };
        let bare = |name: &str| name.split_once(':').map_or(name, |(bare, _)| bare).to_owned();
        let counts = |(name, value): &(String, String)| known(&bare(name)) && !value.is_empty();
        let counted = pairs.into_iter().filter(counts).collect();
        Ok(Self { place, query, page, counted })
    }

    async fn see(&self, ground: &Ground, tx: &mut Tx<'_>) -> Result<Answer, Fault> {
        let kind = self.query.kind;
        let repository = ground.repository(self.place)?;
        let found =
            repository.search(&ground.cx, tx, ground.sender, &self.query, self.page).await?;
        let last = found.matches.last().map(|stored| stored.id).filter(|_| found.more);
        let entries = found.matches.iter().map(|stored| {
            let url = format!("{}/{kind}/{}", ground.server.base, stored.id);
            AnswerEntry::found(url, &stored.resource, SearchMode::Match)
        });
        let entries = entries.collect::<Result<_, _>>().map_err(FhirError::from)?;
        let address = format!("{}/{kind}", ground.server.base);
        let link = |after| self.link(&address, after);
        let mut answer =
            Answer::new(AnswerKind::Searchset, entries).link("self", link(self.page.after));
        if let Some(last) = last {
            answer = answer.link("next", link(Some(last)));
        }
        Ok(answer)
    }

    fn link(&self, address: &str, after: Option<Uuid>) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(&self.counted);
        pairs.append_pair("_count", &self.page.count.to_string());
        if let Some(after) = after {
            pairs.append_pair("_cursor", &Cursor(after).to_string());
        }
        format!("{address}?{}", pairs.finish())
    }
}

fn history(
    ground: &Ground,
    (kind, id): (ResourceType, Uuid),
    count: usize,
    mut versions: Vec<Stored>,
) -> Result<Answer, FhirError> {
    let more = versions.len() > count;
    versions.truncate(count);
    let (address, relative) =
        (format!("{}/{kind}/{id}", ground.server.base), format!("{kind}/{id}"));
    let entries = versions.iter().map(|stored| {
        let response = EntryResponse {
            status: if stored.version == 1 { "201 Created" } else { "200 OK" }.to_owned(),
            etag: Some(etag(stored.version)),
            last_modified: Some(stored.updated),
            ..EntryResponse::default()
        };
        let url = if stored.version == 1 { kind.name().to_owned() } else { relative.clone() };
        let (resource, version) = (&stored.resource, stored.version);
        AnswerEntry::version(address.clone(), resource, url, version, response)
    });
    let entries = entries.collect::<Result<_, _>>()?;
    let link = format!("{address}/_history?_count={count}");
    let answer = Answer::new(AnswerKind::History, entries).link("self", link.clone());
    match versions.last() {
        Some(last) if more => Ok(answer.link("next", format!("{link}&_cursor={}", last.version))),
        _ => Ok(answer),
    }
}

/// A version as headers and Bundles name it.
pub(crate) fn etag(version: u32) -> String {
    format!("W/\"{version}\"")
}
