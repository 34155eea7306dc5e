//! A hospital's own resources over FHIR R4: what it is, whom to see there, when, and who has booked.
//!
//! | resource | what it is here | written |
//! |---|---|---|
//! | Organization | the hospital; each of its departments as a part of it | the hospital |
//! | Location | campuses, buildings, floors, rooms | yes |
//! | HealthcareService | departments by what they offer, under the same ids | yes |
//! | Practitioner, PractitionerRole | doctors and their clinics | together |
//! | Schedule, Slot | sessions and their windows | together |
//! | Appointment | who has booked; proposed ones have the id of their slot | yes, and by operations |
//!
//! Invariants: what comes in this way is what comes in the other, by the same actions and rules; a
//! resource is made of rows when it is asked for, and its version is a number made of what it says.

mod appointments;
mod criteria;
mod directory;
mod operations;
mod profile;
mod receive;
mod scheduling;
mod terms;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use citygate_booking::CounterChannel;
use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Found, Match, Page, Repository, Stored, TypeRules, Write, Written},
};
use citygate_fhir::{Parameter, Query, ResourceType as Kind};
use citygate_platform::{Cx, db::Tx};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use uuid::Uuid;

use self::{criteria::Criteria, receive::Booking};

/// The resources of hospitals, for the exchange.
pub fn fhir_repository() -> Arc<dyn Repository> {
    Arc::new(Resources)
}

struct Resources;

/// What matches a search, in the order of ids; one more than the page holds, if there is more.
async fn find(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    query: &Query,
    page: Page,
) -> directory::Matches {
    let (hospital, criteria) = (sender.agency, Criteria(query));
    match query.kind {
        Kind::Organization => directory::organizations(cx, tx, hospital, criteria, page).await,
        Kind::Location => directory::locations(cx, tx, hospital, criteria, page).await,
        Kind::HealthcareService => {
            directory::healthcare_services(cx, tx, hospital, criteria, page).await
        }
        Kind::Practitioner => directory::practitioners(cx, tx, hospital, criteria, page).await,
        Kind::PractitionerRole => {
            directory::practitioner_roles(cx, tx, hospital, criteria, page).await
        }
        Kind::Schedule => scheduling::schedules(cx, tx, sender, criteria, page).await,
        Kind::Slot => scheduling::slots(cx, tx, sender, criteria, page).await,
        Kind::Appointment => appointments::appointments(cx, tx, sender, criteria, page).await,
        Kind::DiagnosticReport | Kind::Observation | Kind::Patient | Kind::ServiceRequest => {
            Err(FhirError::TypeUnknown.into())
        }
    }
}

/// The resources of a type under some ids, as they stand now.
async fn present(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    kind: Kind,
    ids: &[Uuid],
) -> directory::Matches {
    let values = ids.iter().map(Uuid::to_string).collect();
    let parameter = Parameter { name: "_id".to_owned(), modifier: None, values };
    let query = Query { kind, parameters: vec![parameter] };
    find(cx, tx, sender, &query, Page { after: None, count: ids.len() }).await
}

/// A resource as it stands now. An appointment that could be made at the counter is there, too.
async fn read(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    (kind, id): (Kind, Uuid),
) -> Result<Option<Stored>, Fault> {
    let found = present(cx, tx, sender, kind, &[id]).await?;
    match found.into_iter().next() {
        None if kind == Kind::Appointment => {
            let slots = receive::slot(tx, sender, id).await?.into_iter().collect();
            let channel = CounterChannel::Onsite.channel();
            let found = appointments::proposals(cx, tx, sender, slots, channel).await?;
            Ok(found.into_iter().next())
        }
        found => Ok(found),
    }
}

/// What a condition means. It is by `identifier`.
async fn resolved(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    condition: &Query,
) -> Result<Match, Fault> {
    if let Some(other) = condition.parameters.iter().find(|one| one.name != "identifier") {
        let why = "a condition is by identifier".to_owned();
        return Err(FhirError::Parameter(other.name.clone(), why).into());
    }
    let found = find(cx, tx, sender, condition, Page { after: None, count: 1 }).await?;
    Ok(match found.as_slice() {
        [] => Match::None,
        [one] => Match::One(one.id),
        _ => Match::Many,
    })
}

impl Repository for Resources {
    fn types(&self) -> &'static [TypeRules] {
        profile::TYPES
    }

    fn write<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        writes: Vec<Write>,
    ) -> LocalBoxFuture<'a, Result<Vec<Written>, Fault>> {
        Box::pin(async move { receive::write(cx, tx, sender, &writes).await })
    }

    fn resolve<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        conditions: &'a [Query],
    ) -> LocalBoxFuture<'a, Result<Vec<Match>, Fault>> {
        Box::pin(async move {
            let mut found = Vec::with_capacity(conditions.len());
            for condition in conditions {
                found.push(resolved(cx, tx, sender, condition).await?);
            }
            Ok(found)
        })
    }

    fn read<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (Kind, Uuid),
        version: Option<u32>,
    ) -> LocalBoxFuture<'a, Result<Option<Stored>, Fault>> {
        Box::pin(async move {
            let found = read(cx, tx, sender, what).await?;
            Ok(found.filter(|one| version.is_none_or(|version| version == one.version)))
        })
    }

    fn history<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (Kind, Uuid),
        before: Option<u32>,
        _count: usize,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<Stored>>, Fault>> {
        Box::pin(async move {
            let found = read(cx, tx, sender, what).await?;
            // There is one version, and nothing before it.
            let shown = |one| if before.is_none() { vec![one] } else { Vec::new() };
            Ok(found.map(shown))
        })
    }

    fn search<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        query: &'a Query,
        page: Page,
    ) -> LocalBoxFuture<'a, Result<Found, Fault>> {
        Box::pin(async move {
            let mut matches = find(cx, tx, sender, query, page).await?;
            let more = matches.len() > page.count;
            matches.truncate(page.count);
            Ok(Found { matches, more })
        })
    }

    fn operate<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        operation: (Kind, &'static str),
        id: Option<Uuid>,
        parameters: &'a Value,
    ) -> LocalBoxFuture<'a, Result<Value, Fault>> {
        Box::pin(async move {
            match (operation, id) {
                ((Kind::Appointment, "find"), None) => {
                    operations::find(cx, tx, sender, parameters).await
                }
                ((Kind::Appointment, "hold"), None) => {
                    operations::make(cx, tx, sender, parameters, Booking::Hold).await
                }
                ((Kind::Appointment, "book"), None) => {
                    operations::make(cx, tx, sender, parameters, Booking::Book).await
                }
                ((Kind::Appointment, "cancel"), Some(id)) => {
                    operations::cancel(cx, tx, sender, id).await
                }
                _ => Err(FhirError::NotSupported("operation").into()),
            }
        })
    }
}
