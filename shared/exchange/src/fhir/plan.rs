//! What is to be done, understood before anything is done.

use citygate_fhir::{Entry, EntryRequest, InvalidQuery, Method, Query, Resource, ResourceType};
use citygate_kernel::FieldError;
use citygate_platform::http::Failure;
use uuid::Uuid;

use super::{
    FhirError,
    call::{Ground, ROOT, kind, pairs},
    conform::conform,
    look::Look,
    scope::Access,
};

/// A resource that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub kind: ResourceType,
    /// Of the repository that keeps it.
    pub place: usize,
    pub goal: Goal,
    pub resource: Resource,
    /// What others of the same Bundle call it.
    pub full_url: Option<String>,
    /// Where it stands, in FHIRPath.
    pub expression: String,
}

/// Where a resource goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Goal {
    /// It is new, unless one matches the condition.
    Create(Option<Query>),
    /// It is known, and of this version if one is named.
    Update(Uuid, Option<u32>),
    /// It is the one that matches the condition, or new.
    UpdateOf(Query),
}

/// What an entry of a Bundle, or a request, stands for.
#[derive(Debug, Clone)]
pub(crate) enum Interaction {
    Write(Planned),
    Look(Look),
}

/// The address of a resource, of its versions, or of a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    Type(ResourceType),
    Instance(ResourceType, &'a str),
    History(ResourceType, &'a str),
    Version(ResourceType, &'a str, &'a str),
}

impl<'a> Address<'a> {
    /// Of a path without its query, relative to the base.
    pub(crate) fn parse(path: &'a str) -> Result<Self, FhirError> {
        let mut parts = path.split('/');
        let of = kind(parts.next().unwrap_or_default())?;
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => Ok(Self::Type(of)),
            (Some(id), None, ..) if id.starts_with('$') => {
                Err(FhirError::NotSupported("an operation within a Bundle"))
            }
            (Some(id), None, ..) => Ok(Self::Instance(of, id)),
            (Some(id), Some("_history"), None, _) => Ok(Self::History(of, id)),
            (Some(id), Some("_history"), Some(version), None) => Ok(Self::Version(of, id, version)),
            _ => Err(FhirError::Unknown),
        }
    }
}

/// A logical id. What is none names nothing.
pub(crate) fn logical_id(text: &str) -> Result<Uuid, FhirError> {
    let canonical = Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
    canonical.ok_or(FhirError::Unknown)
}

/// A version by its number.
pub(crate) fn version(text: &str) -> Result<u32, FhirError> {
    let canonical = text.parse::<u32>().ok().filter(|version| version.to_string() == text);
    canonical.ok_or(FhirError::Unknown)
}

/// A version as `If-Match` names it: `W/"3"`.
pub(crate) fn if_match(text: Option<&str>) -> Result<Option<u32>, FhirError> {
    let Some(text) = text else { return Ok(None) };
    let tag = text.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    // A tag that this server has not given is of no version that it has.
    number.and_then(|number| version(number).ok()).map(Some).ok_or(FhirError::VersionDiffers)
}

/// A condition of a create, update or reference.
pub(crate) fn condition(of: ResourceType, text: &str) -> Result<Query, FhirError> {
    let (query, shaping) = Query::read(of, pairs(text.trim_start_matches('?')))?;
    match (query.parameters.as_slice(), shaping.as_slice()) {
        ([], _) | (_, [_, ..]) => {
            let why = "at least one search parameter, and nothing else, is expected".to_owned();
            Err(FhirError::Parameter("condition".to_owned(), why))
        }
        _ => Ok(query),
    }
}

impl From<InvalidQuery> for FhirError {
    fn from(error: InvalidQuery) -> Self {
        let name = match &error {
            InvalidQuery::Modifier(name) | InvalidQuery::Value(name) => name.clone(),
            InvalidQuery::TooMany => "search".to_owned(),
        };
        Self::Parameter(name, error.to_string())
    }
}

impl Planned {
    fn checked(
        ground: &Ground,
        resource: Resource,
        goal: Goal,
        (full_url, expression): (Option<String>, String),
    ) -> Result<Self, Failure> {
        let kind = resource.kind();
        let place = may_write(ground, kind, goal.access())?;
        own_id(&resource, &goal)?;
        conform(&resource)?;
        Ok(Self { kind, place, goal, resource, full_url, expression })
    }
}

/// The repository that keeps a type, where the caller may write it.
pub(super) fn may_write(
    ground: &Ground,
    kind: ResourceType,
    access: Access,
) -> Result<usize, Failure> {
    let (place, rules) = ground.admit(kind, access)?;
    if rules.written {
        Ok(place)
    } else {
        Err(FhirError::NotSupported("resources of this type are read only").into())
    }
}

impl Goal {
    fn access(&self) -> Access {
        match self {
            Self::Create(_) => Access::Create,
            Self::Update(..) | Self::UpdateOf(_) => Access::Update,
        }
    }
}

/// A resource that is updated says under which id (FHIR R4, 3.1.0.4).
fn own_id(resource: &Resource, goal: &Goal) -> Result<(), FhirError> {
    let said: Option<String> = resource
        .get("id")
        .map_err(|_| FhirError::Malformed(format!("{}.id is a text", resource.kind())))?;
    let right = match (goal, said) {
        (Goal::Update(id, _), said) => said == Some(id.to_string()),
        (Goal::UpdateOf(_), said) => said.is_none(),
        // The id of what is created is ignored (3.1.0.8).
        (Goal::Create(_), _) => true,
    };
    if right {
        return Ok(());
    }
    let detail = match goal {
        Goal::UpdateOf(_) => "an update on condition has no id: ids are given by the server",
        Goal::Create(_) | Goal::Update(..) => "the id of the address is expected",
    };
    let pointer = format!("{}.id", resource.kind());
    Err(FhirError::Invalid(vec![FieldError { pointer, detail: detail.to_owned() }]))
}

/// What an entry of a Bundle asks for, or what is sent by itself (no number).
pub(crate) fn interaction(
    ground: &Ground,
    number: Option<usize>,
    entry: Entry,
) -> Result<Interaction, Failure> {
    let Entry { full_url, resource, request } = entry;
    let url = relative(&ground.server.base, &request.url);
    let (path, query) = url.split_once('?').map_or((url, None), |(path, q)| (path, Some(q)));
    let address = Address::parse(path)?;
    if request.method == Method::Get {
        let pairs = pairs(query.unwrap_or_default());
        return Ok(Interaction::Look(Look::at(ground, &address, pairs)?));
    }
    let (kind, goal) = goal(&request, &address, query)?;
    // Who may not write the type is told so before anything is said of the resource.
    may_write(ground, kind, goal.access())?;
    let missing = || FhirError::Malformed("a resource is expected".to_owned());
    let resource = resource.ok_or_else(missing)?;
    let resource = resource.map_err(|error| FhirError::Malformed(error.to_string()))?;
    if resource.kind() != kind {
        return Err(FhirError::Malformed(format!("a resource of type {kind} is expected")).into());
    }
    let expression = match number {
        Some(number) => format!("Bundle.entry[{number}].resource"),
        None => kind.name().to_owned(),
    };
    let planned = Planned::checked(ground, resource, goal, (full_url, expression))?;
    Ok(Interaction::Write(planned))
}

/// Where a resource goes, by method and address.
fn goal(
    request: &EntryRequest,
    address: &Address<'_>,
    query: Option<&str>,
) -> Result<(ResourceType, Goal), FhirError> {
    match (request.method, address, query) {
        (Method::Post, Address::Type(of), None) => {
            let text = request.if_none_exist.as_deref();
            Ok((*of, Goal::Create(text.map(|text| condition(*of, text)).transpose()?)))
        }
        (Method::Put, Address::Type(of), Some(query)) => {
            Ok((*of, Goal::UpdateOf(condition(*of, query)?)))
        }
        (Method::Put, Address::Instance(of, id), None) => {
            let id = logical_id(id).map_err(|_| FhirError::IdsAreGiven)?;
            Ok((*of, Goal::Update(id, if_match(request.if_match.as_deref())?)))
        }
        _ => Err(FhirError::NotSupported("this method at this address")),
    }
}

/// An address of this server, relative to its base.
fn relative<'a>(base: &str, url: &'a str) -> &'a str {
    let url = url.strip_prefix(base).unwrap_or(url);
    url.strip_prefix(ROOT).unwrap_or(url).trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_type_a_resource_or_its_versions() {
        use ResourceType::Slot;
        for (path, address) in [
            ("Slot", Some(Address::Type(Slot))),
            ("Slot/a", Some(Address::Instance(Slot, "a"))),
            ("Slot/a/_history", Some(Address::History(Slot, "a"))),
            ("Slot/a/_history/2", Some(Address::Version(Slot, "a", "2"))),
            ("Slot/a/_history/2/x", None),
            ("Slot/a/Patient", None),
            ("Slot/$find", None),
            ("slot", None),
            ("", None),
        ] {
            assert_eq!(Address::parse(path).ok(), address, "{path}");
        }
    }

    #[test]
    fn addresses_of_this_server_are_made_relative() {
        let base = "https://city.example/fhir/r4";
        for url in
            ["Slot?a=b", "/Slot?a=b", "/fhir/r4/Slot?a=b", "https://city.example/fhir/r4/Slot?a=b"]
        {
            assert_eq!(relative(base, url), "Slot?a=b");
        }
        assert_eq!(relative(base, "https://elsewhere/Slot"), "https://elsewhere/Slot");
    }

    #[test]
    fn a_version_is_named_by_its_tag() {
        for (tag, version) in [
            (None, Some(None)),
            (Some("W/\"3\""), Some(Some(3))),
            (Some(" \"3\" "), Some(Some(3))),
            (Some("3"), None),
            (Some("W/\"03\""), None),
            (Some("W/\"x\""), None),
            (Some("*"), None),
            (Some(""), None),
        ] {
            assert_eq!(if_match(tag).ok(), version, "{tag:?}");
        }
    }

    #[test]
    fn a_condition_says_something_and_nothing_about_the_answer() {
        let read = |text| condition(ResourceType::Slot, text).map(|query| query.parameters.len());
        assert_eq!(read("identifier=urn:h|1").ok(), Some(1));
        assert_eq!(read("?identifier=urn:h%7C1&status=free").ok(), Some(2));
        for text in ["", "?", "_count=1", "identifier=a&_sort=b", "identifier="] {
            assert!(matches!(read(text), Err(FhirError::Parameter(..))), "{text}");
        }
    }
}
