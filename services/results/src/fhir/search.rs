//! What the parameters of a search mean here.

use citygate_exchange::{Sender, fhir::FhirError, person_of_patient};
use citygate_fhir::{Modifier, Parameter, Query, ResourceType, System, Token, Window};
use citygate_platform::{Cx, db::Tx};

use super::words;
use crate::{
    error::Error,
    model::{OrderStatus, codes_of},
    store::searches::Filter,
};

/// A parameter that is not understood.
pub(super) fn parameter(name: &str, reason: &str) -> Error {
    FhirError::Parameter(name.to_owned(), reason.to_owned()).into()
}

/// Reads the parameters of a search. Of parameters that are repeated all have to match.
pub(super) async fn filter(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    query: &Query,
) -> Result<Filter, Error> {
    let mut filter = Filter::default();
    for given in &query.parameters {
        let name = given.name.as_str();
        match &given.modifier {
            None | Some(Modifier::Type(ResourceType::Patient | ResourceType::ServiceRequest)) => {}
            Some(_) => return Err(parameter(name, "no modifier is understood here")),
        }
        match name {
            "_id" => narrow(&mut filter.ids, ids(given)),
            "identifier" => narrow(&mut filter.numbers, numbers(given)?),
            "patient" | "subject" => {
                let mut people = Vec::new();
                for named in given.references("", &[ResourceType::Patient]) {
                    people.extend(person_of_patient(tx, sender.agency, named.id).await?);
                }
                narrow(&mut filter.people, people);
            }
            "based-on" => {
                let named = given.references("", &[ResourceType::ServiceRequest]);
                narrow(&mut filter.orders, named.into_iter().map(|order| order.id).collect());
            }
            "code" => narrow(&mut filter.codes, codes(cx, given)?),
            "status" => narrow(&mut filter.statuses, statuses(query.kind, given)?),
            "category" => narrow(&mut filter.categories, categories(given)?),
            "issued" | "authored" => filter.issued.push(window(given)?),
            "date" => filter.effective.push(window(given)?),
            "_lastUpdated" => filter.updated.push(window(given)?),
            _ => return Err(parameter(name, "resources are not searched by it here")),
        }
    }
    bounded(query.kind, &filter)?;
    Ok(filter)
}

/// Observations are many, and stored by whom they are about: a search that names nobody would look
/// through all that a hospital has ever sent.
fn bounded(kind: ResourceType, filter: &Filter) -> Result<(), Error> {
    match kind == ResourceType::Observation && filter.people.is_none() && filter.ids.is_none() {
        true => Err(parameter("patient", "Observations are searched by patient, subject or _id")),
        false => Ok(()),
    }
}

/// Of what was asked for before, what is asked for now.
fn narrow<T: PartialEq>(before: &mut Option<Vec<T>>, mut now: Vec<T>) {
    if let Some(before) = before {
        now.retain(|value| before.contains(value));
    }
    *before = Some(now);
}

fn ids(given: &Parameter) -> Vec<uuid::Uuid> {
    given.texts().iter().filter_map(|text| uuid::Uuid::try_parse(text).ok()).collect()
}

fn tokens(given: &Parameter) -> Result<Vec<Token>, Error> {
    given.tokens().map_err(|error| parameter(&given.name, &error.to_string()))
}

/// A hospital's numbers are its own, whatever system it names.
fn numbers(given: &Parameter) -> Result<Vec<String>, Error> {
    let number = |token: Token| {
        token.code.ok_or_else(|| parameter("identifier", "a number, not its system alone"))
    };
    tokens(given)?.into_iter().map(number).collect()
}

fn codes(cx: &Cx, given: &Parameter) -> Result<Vec<Vec<u8>>, Error> {
    let mut codes = Vec::new();
    for Token { system, code } in tokens(given)? {
        let code = code.ok_or_else(|| parameter("code", "a code, not its system alone"))?;
        let system = match &system {
            System::Any => None,
            System::Absent => Some(""),
            System::Is(system) => Some(system.as_str()),
        };
        codes.extend(codes_of(&cx.keys, system, &code));
    }
    Ok(codes)
}

fn statuses(kind: ResourceType, given: &Parameter) -> Result<Vec<&'static str>, Error> {
    let codes = tokens(given)?.into_iter().filter_map(|token| token.code);
    let status = |code: String| match kind {
        ResourceType::ServiceRequest => OrderStatus::parse(&code).map(OrderStatus::code),
        _ => words::status(&code).map(|status| status.code()),
    };
    Ok(codes.filter_map(status).collect())
}

fn categories(given: &Parameter) -> Result<Vec<&'static str>, Error> {
    let codes = tokens(given)?.into_iter().filter_map(|token| token.code);
    let kinds = codes.filter_map(|code| words::category_of(&code));
    Ok(kinds.map(|kind| kind.code()).collect())
}

fn window(given: &Parameter) -> Result<Window, Error> {
    let dates = given.dates().map_err(|error| parameter(&given.name, &error.to_string()))?;
    match dates.as_slice() {
        [date] => Ok(date.window(&words::local())),
        _ => Err(parameter(&given.name, "one date; repeat the parameter to bound both sides")),
    }
}
