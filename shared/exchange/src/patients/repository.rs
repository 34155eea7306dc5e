//! `Patient` of FHIR R4, as far as a hospital may see it: its own id, the name partly hidden, and the
//! hospital. The number by which somebody is named goes in and never comes out.

use std::collections::BTreeSet;

use citygate_fhir::{
    HumanName, Identifier, Parameter, Query, Reference, ReferenceTo, Resource, ResourceType,
    System, Token,
};
use citygate_identity::{Access, Named, Reason, ResidentIdNumber, masked_names, named_before};
use citygate_kernel::FieldError;
use citygate_platform::{Cx, db::Tx};
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    named_as,
    number::{RESIDENT_ID, resident_number},
};
use crate::{
    Fault,
    error::Error,
    fhir::{
        FhirError, Found, Match, Outcome, Page, Repository, Search, Stored, Target, TypeRules,
        Versioning, Write, Written,
    },
    sender::Sender,
    store::{self, PatientRow},
};

/// Why a hospital's system names and reads its patients.
const REASON: Reason<'static> = Reason { purpose: "exchange.patient", legal_basis: "mdr-15" };
/// In which case, as the patient reads it.
const CASE: &str = "FHIR Patient";
/// How many values of a search are looked for.
const VALUES: usize = 20;
/// The longest name, in characters.
const NAME: usize = 100;

/// The patients of hospitals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patients;

const TYPES: &[TypeRules] = &[TypeRules {
    kind: ResourceType::Patient,
    written: true,
    versioning: Versioning::Present,
    search: &[
        Search { name: "_id", kind: "token", documentation: "The id that this server has given." },
        Search {
            name: "identifier",
            kind: "token",
            documentation: "The number of a resident identity card, of a patient whom the hospital \
                has named before: urn:oid:2.16.156.10011.1.3|number. Search by POST, so that the \
                number stands in no log.",
        },
    ],
    operations: &[],
    documentation: "A person as one hospital knows them, under an id of that hospital's own. Named \
        by identifier, of the system urn:oid:2.16.156.10011.1.3 or the type NNCHN or NI: the number \
        of a resident identity card (GB 11643); other documents are not supported yet, and other \
        identifiers are not kept. Creating somebody again gives the same id. What is read are the \
        name, partly hidden, and the hospital; each reading stands in the person's ledger of \
        accesses. Nothing of a patient can be changed.",
}];

/// What a hospital says of a patient, as far as it is kept.
#[derive(Deserialize)]
struct PatientIn {
    #[serde(default)]
    identifier: Vec<Identifier>,
    #[serde(default)]
    name: Vec<HumanName>,
}

/// What a hospital sees of a patient.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PatientOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    name: Vec<HumanName>,
    managing_organization: ReferenceTo,
}

impl PatientIn {
    fn read(resource: &Resource) -> Result<Self, Fault> {
        let unfit = |error: citygate_fhir::InvalidResource| FhirError::Malformed(error.to_string());
        Ok(resource.view().map_err(unfit)?)
    }

    /// The number of the resident identity card, if there is one.
    fn number(&self) -> Result<Option<ResidentIdNumber>, Error> {
        let mut numbers = self.identifier.iter().filter_map(resident_number);
        let Some(number) = numbers.next() else { return Ok(None) };
        if numbers.any(|other| other != number) {
            return Err(Error::IdentifierUnsupported("two different numbers name nobody"));
        }
        let wrong = |_| Error::IdentifierUnsupported("the number is no valid one (GB 11643)");
        number.parse().map(Some).map_err(wrong)
    }

    fn name(&self) -> Result<Option<String>, FhirError> {
        let Some(name) = self.name.iter().find_map(HumanName::whole) else { return Ok(None) };
        let fits =
            (1..=NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits {
            return Ok(Some(name));
        }
        let (pointer, detail) = ("Patient.name".to_owned(), "1 to 100 characters".to_owned());
        Err(FhirError::Unprocessable(vec![FieldError { pointer, detail }]))
    }
}

/// Writes one patient: names the person, and nothing else.
async fn write(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    Write { target, resource }: &Write,
) -> Result<(Uuid, Outcome), Fault> {
    let patient = PatientIn::read(resource)?;
    let (number, name) = (patient.number()?, patient.name()?);
    let missing = Error::IdentifierUnsupported("the number of a resident identity card is missing");
    let named = number.as_ref().map(|id_number| Named {
        id_number,
        name: name.as_deref(),
        case: Some(CASE),
    });
    match *target {
        Target::Create { id } => {
            let named = named.ok_or(missing)?;
            let patient = named_as(cx, tx, (sender, REASON), named, id).await?;
            let new = patient.id == id;
            Ok((patient.id, if new { Outcome::Created } else { Outcome::Unchanged }))
        }
        Target::Update { id, if_match } => {
            let person = store::person_of_patient(tx, sender.agency, id).await?;
            let person = person.ok_or(FhirError::Unknown)?;
            if if_match.is_some_and(|version| version != 1) {
                return Err(FhirError::VersionDiffers.into());
            }
            if let Some(named) = named {
                let new = store::new_patient(tx);
                if named_as(cx, tx, (sender, REASON), named, new).await?.person != person {
                    return Err(Error::PatientDiffers.into());
                }
            }
            Ok((id, Outcome::Unchanged))
        }
    }
}

/// Shows patients to their hospital; it stands in the ledger of each. By id, without those who are
/// not the hospital's.
async fn shown(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    ids: &[Uuid],
) -> Result<Vec<Stored>, Fault> {
    let rows = store::patients_by_id(tx, sender.agency, ids).await?;
    let people: Vec<_> = rows.iter().map(|row| row.person).collect();
    let access = Access::new(cx, sender.accessor(), REASON);
    let mut names = masked_names(&cx.keys, tx, &access, &people, CASE).await?;
    let hospital = Reference { kind: ResourceType::Organization, id: sender.agency.uuid() };
    let stored = rows.into_iter().map(|PatientRow { id, person, created_at: updated }| {
        let text = names.remove(&person).filter(|name| !name.is_empty());
        let name = text.map(|text| HumanName { text: Some(text), ..HumanName::default() });
        let seen = PatientOut {
            name: name.into_iter().collect(),
            managing_organization: ReferenceTo::to(hospital),
        };
        let mut resource = Resource::new(ResourceType::Patient, &seen)?;
        resource.stamp(id, 1, updated)?;
        Ok(Stored { id, version: 1, updated, resource })
    });
    Ok(stored.collect::<Result<_, FhirError>>()?)
}

/// The hospital's patients whom the values of a parameter mean.
async fn meant(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    parameter: &Parameter,
) -> Result<BTreeSet<Uuid>, Fault> {
    let refused = |why: &str| FhirError::Parameter(parameter.name.clone(), why.to_owned());
    if parameter.modifier.is_some() {
        return Err(refused("modifiers are not supported").into());
    }
    let tokens = parameter.tokens().map_err(|_| refused("a token is expected"))?;
    if tokens.len() > VALUES {
        return Err(refused("20 values at most").into());
    }
    if parameter.name == "_id" {
        let ids: Vec<Uuid> =
            tokens.iter().filter_map(|token| token.code.as_deref()?.parse().ok()).collect();
        let own = store::patients_by_id(tx, sender.agency, &ids).await?;
        return Ok(own.into_iter().map(|row| row.id).collect());
    }
    let access = Access::new(cx, sender.accessor(), REASON);
    let mut found = BTreeSet::new();
    for number in tokens.iter().filter_map(number_of) {
        let Some(person) = named_before(&cx.keys, tx, &access, &number, CASE).await? else {
            continue;
        };
        found.extend(store::patients_of(tx, sender.agency, &[person]).await?.into_values());
    }
    Ok(found)
}

/// The number that a token means. What is none means nobody.
fn number_of(token: &Token) -> Option<ResidentIdNumber> {
    let ours = match &token.system {
        System::Is(system) => system == RESIDENT_ID,
        System::Any => true,
        System::Absent => false,
    };
    token.code.as_deref().filter(|_| ours)?.parse().ok()
}

/// The ids of the patients that match a whole search.
async fn matching(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    query: &Query,
) -> Result<BTreeSet<Uuid>, Fault> {
    let mut all: Option<BTreeSet<Uuid>> = None;
    for parameter in &query.parameters {
        let these = meant(cx, tx, sender, parameter).await?;
        all = Some(match all {
            Some(before) => before.intersection(&these).copied().collect(),
            None => these,
        });
    }
    Ok(all.ok_or(Error::SearchTooBroad)?)
}

impl Repository for Patients {
    fn types(&self) -> &'static [TypeRules] {
        TYPES
    }

    fn write<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        writes: Vec<Write>,
    ) -> LocalBoxFuture<'a, Result<Vec<Written>, Fault>> {
        async move {
            let mut done = Vec::with_capacity(writes.len());
            for one in &writes {
                done.push(write(cx, tx, sender, one).await?);
            }
            let ids: Vec<Uuid> = done.iter().map(|(id, _)| *id).collect();
            let stored = shown(cx, tx, sender, &ids).await?;
            let written = done.into_iter().map(|(id, outcome)| {
                let stored = stored.iter().find(|stored| stored.id == id)?.clone();
                Some(Written { stored, outcome })
            });
            Ok(written.collect::<Option<_>>().ok_or(Error::Damaged("patient"))?)
        }
        .boxed_local()
    }

    fn resolve<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        conditions: &'a [Query],
    ) -> LocalBoxFuture<'a, Result<Vec<Match>, Fault>> {
        async move {
            let mut matches = Vec::with_capacity(conditions.len());
            for condition in conditions {
                let mut found = matching(cx, tx, sender, condition).await?.into_iter();
                matches.push(match (found.next(), found.next()) {
                    (None, _) => Match::None,
                    (Some(id), None) => Match::One(id),
                    (Some(_), Some(_)) => Match::Many,
                });
            }
            Ok(matches)
        }
        .boxed_local()
    }

    fn read<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        (_, id): (ResourceType, Uuid),
        version: Option<u32>,
    ) -> LocalBoxFuture<'a, Result<Option<Stored>, Fault>> {
        async move {
            if version.is_some_and(|version| version != 1) {
                return Ok(None);
            }
            Ok(shown(cx, tx, sender, &[id]).await?.pop())
        }
        .boxed_local()
    }

    fn history<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        (_, id): (ResourceType, Uuid),
        before: Option<u32>,
        count: usize,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<Stored>>, Fault>> {
        async move {
            let mut stored = shown(cx, tx, sender, &[id]).await?;
            if stored.is_empty() {
                return Ok(None);
            }
            stored.truncate(if before.is_some_and(|before| before <= 1) { 0 } else { count });
            Ok(Some(stored))
        }
        .boxed_local()
    }

    fn search<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        query: &'a Query,
        page: Page,
    ) -> LocalBoxFuture<'a, Result<Found, Fault>> {
        async move {
            let found = matching(cx, tx, sender, query).await?;
            let after = found.into_iter().filter(|id| page.after.is_none_or(|after| *id > after));
            let mut ids: Vec<Uuid> = after.take(page.count.saturating_add(1)).collect();
            let more = ids.len() > page.count;
            ids.truncate(page.count);
            Ok(Found { matches: shown(cx, tx, sender, &ids).await?, more })
        }
        .boxed_local()
    }

    fn operate<'a>(
        &'a self,
        _cx: &'a Cx,
        _tx: &'a mut Tx<'_>,
        _sender: Sender,
        (_, operation): (ResourceType, &'static str),
        _id: Option<Uuid>,
        _parameters: &'a serde_json::Value,
    ) -> LocalBoxFuture<'a, Result<serde_json::Value, Fault>> {
        async move { Err(FhirError::NotSupported(operation).into()) }.boxed_local()
    }
}
