//! What a search asks for, as statements can answer it.

use chrono::{DateTime, Utc};
use citygate_catalogue::City;
use citygate_exchange::fhir::FhirError;
use citygate_fhir::{InvalidQuery, Modifier, Parameter, Query, ResourceType, System};
use uuid::Uuid;

/// A stretch of time, open where nobody says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instants {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The first one after it.
    pub until: Option<DateTime<Utc>>,
}

/// The parameters of a search. Several of a name have to match all.
#[derive(Clone, Copy)]
pub(super) struct Criteria<'a>(pub &'a Query);

fn not_understood(error: &InvalidQuery, name: &str) -> FhirError {
    FhirError::Parameter(name.to_owned(), error.to_string())
}

/// A parameter without a modifier, or with a type behind it.
fn plain(parameter: &Parameter) -> Result<&Parameter, FhirError> {
    match parameter.modifier {
        None | Some(Modifier::Type(_)) => Ok(parameter),
        Some(Modifier::Exact | Modifier::Missing | Modifier::Not) => Err(FhirError::Parameter(
            parameter.name.clone(),
            "no modifier is supported here".to_owned(),
        )),
    }
}

/// What is among both; all of the others, where one does not matter.
pub(super) fn both<T: PartialEq>(known: Option<Vec<T>>, also: Vec<T>) -> Vec<T> {
    match known {
        None => also,
        Some(mut known) => {
            known.retain(|one| also.contains(one));
            known
        }
    }
}

impl Criteria<'_> {
    /// What `values` reads of every parameter of a name; `None` without one.
    fn read<T: PartialEq>(
        self,
        name: &str,
        values: impl Fn(&Parameter) -> Result<Vec<T>, FhirError>,
    ) -> Result<Option<Vec<T>>, FhirError> {
        self.0
            .all(name)
            .try_fold(None, |known, parameter| Ok(Some(both(known, values(plain(parameter)?)?))))
    }

    /// Which resources, by their ids.
    pub(super) fn ids(self) -> Result<Option<Vec<Uuid>>, FhirError> {
        let id = |text: &String| Uuid::try_parse(text).ok();
        self.read("_id", |parameter| Ok(parameter.texts().iter().filter_map(id).collect()))
    }

    /// The codes that are asked for, as far as they are of a system.
    pub(super) fn codes(self, name: &str, system: &str) -> Result<Option<Vec<String>>, FhirError> {
        self.read(name, |parameter| {
            let tokens = parameter.tokens().map_err(|error| not_understood(&error, name))?;
            tokens
                .into_iter()
                .filter(|token| match &token.system {
                    System::Any => true,
                    System::Absent => false,
                    System::Is(named) => named == system,
                })
                .map(|token| {
                    token.code.ok_or_else(|| {
                        FhirError::Parameter(name.to_owned(), "a code is expected".to_owned())
                    })
                })
                .collect()
        })
    }

    /// The resources of a type that are named.
    pub(super) fn references(
        self,
        name: &str,
        kind: ResourceType,
    ) -> Result<Option<Vec<Uuid>>, FhirError> {
        self.read(name, |parameter| {
            let named = parameter.references("", &[kind]);
            Ok(named.into_iter().map(|reference| reference.id).collect())
        })
    }

    /// The resources of several types that are named, all of one of them.
    pub(super) fn actors(
        self,
        name: &str,
        kinds: &[ResourceType],
    ) -> Result<Option<(ResourceType, Vec<Uuid>)>, FhirError> {
        let named = self.read(name, |parameter| Ok(parameter.references("", kinds)))?;
        let Some(named) = named else { return Ok(None) };
        let kind = named.first().map(|first| first.kind);
        let Some(kind) = kind.or_else(|| kinds.first().copied()) else { return Ok(None) };
        if named.iter().any(|one| one.kind != kind) {
            let why = "references of one type are expected, with the type: Practitioner/…";
            return Err(FhirError::Parameter(name.to_owned(), why.to_owned()));
        }
        Ok(Some((kind, named.into_iter().map(|one| one.id).collect())))
    }

    /// From which instant, and until before which. Days are those of the city.
    pub(super) fn window(self, name: &str, city: &City) -> Result<Instants, FhirError> {
        let (mut from, mut until) = (None::<DateTime<Utc>>, None::<DateTime<Utc>>);
        for parameter in self.0.all(name) {
            let dates = plain(parameter)?.dates().map_err(|error| not_understood(&error, name))?;
            let [date] = dates.as_slice() else {
                let why = "one date is expected; two parameters make a period";
                return Err(FhirError::Parameter(name.to_owned(), why.to_owned()));
            };
            let window = date.window(&city.time_zone);
            if window.outside {
                let why = "the prefix ne is not supported";
                return Err(FhirError::Parameter(name.to_owned(), why.to_owned()));
            }
            from = from.max(window.from);
            until = match (until, window.until) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        Ok(Instants { from, until })
    }

    /// The words that are asked for.
    pub(super) fn words(self, name: &str) -> Result<Option<String>, FhirError> {
        let mut found = None;
        for parameter in self.0.all(name) {
            match plain(parameter)?.texts().as_slice() {
                [text] if found.is_none() => found = Some(text.clone()),
                _ => {
                    let why = "one text is expected".to_owned();
                    return Err(FhirError::Parameter(name.to_owned(), why));
                }
            }
        }
        Ok(found)
    }
}
