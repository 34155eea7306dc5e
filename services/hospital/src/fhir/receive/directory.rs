//! What a hospital says of itself, its places and departments.

use std::collections::BTreeSet;

use citygate_exchange::{
    Fault,
    fhir::{FhirError, Target},
};
use citygate_fhir::{CodeableConcept, Reference, ReferenceTo, ResourceType as Kind};
use citygate_kernel::Words;
use citygate_platform::db::Tx;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Batch,
    members::{Beside, Extension, Members, both_languages, position, wrong},
    outcome, refused,
};
use crate::{
    actions,
    fhir::terms::{
        DEPARTMENT_NO, GEOLOCATION, GRADE, LOCATION_NO, OPENED_ON, PHYSICAL_TYPE, SPECIALTY,
        physical_code,
    },
    model::{
        Department, Grade, HospitalEvent, HospitalState, NewDepartment, NewHospital, NewLocation,
        OwnNo, PhysicalType, Position,
    },
    store,
};

#[derive(Deserialize)]
struct AddressView {
    text: Option<String>,
    #[serde(rename = "_text")]
    beside: Option<Beside>,
    #[serde(default)]
    extension: Vec<Extension>,
}

impl AddressView {
    fn position(&self, at: &str) -> Result<Position, FhirError> {
        let geolocation = self.extension.iter().find(|one| one.url == GEOLOCATION);
        let degrees = |name| geolocation?.part(name)?.value_decimal.as_deref();
        let (Some(east), Some(north)) = (degrees("longitude"), degrees("latitude")) else {
            return Err(wrong(at, format!("extension {GEOLOCATION} is needed")));
        };
        position(east, north, at)
    }
}

#[derive(Deserialize)]
struct TelecomView {
    system: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
struct PositionView {
    longitude: Box<RawValue>,
    latitude: Box<RawValue>,
}

/// The hospital's own profile. Returns whether it asks to be shown or taken out, which is done when
/// all that a listed hospital needs has been written.
pub(super) async fn organizations(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
) -> Result<Option<bool>, Fault> {
    let mut listing = None;
    for n in batch.of(Kind::Organization) {
        let hospital = batch.sender.agency;
        let write = batch.write(n)?;
        let members = Members(&write.resource);
        let id = write.target.id();
        if members.some::<ReferenceTo>("partOf")?.is_some() {
            let why = "a department is written as a HealthcareService";
            return Err(wrong("Organization.partOf", why).into());
        }
        if matches!(write.target, Target::Update { .. }) && id != hospital.uuid() {
            return Err(FhirError::Unknown.into());
        }
        let new = profile(members)?;
        let active = members.some("active")?;
        if store::hospital(tx, hospital).await?.is_some() {
            batch.expect(tx, n).await?;
        }
        let put = actions::record_hospital(batch.cx, tx, hospital, &new).await.map_err(refused)?.1;
        batch.note(n, hospital.uuid(), outcome(put))?;
        listing = active.or(listing);
    }
    Ok(listing)
}

fn profile(members: Members<'_>) -> Result<NewHospital, FhirError> {
    let telecom: Vec<TelecomView> = members.list("telecom")?;
    let phone = telecom.into_iter().find(|one| one.system.as_deref() == Some("phone"));
    let phone = phone.and_then(|one| one.value?.parse::<Words<40>>().ok());
    let needed =
        || wrong("Organization.telecom", "a phone number of up to 40 characters is needed");
    let address: Vec<AddressView> = members.list("address")?;
    let address = address.into_iter().next();
    let address = address.ok_or_else(|| wrong("Organization.address", "one is needed"))?;
    let position = address.position("Organization.address.extension")?;
    let opened_on = match members.extensions()?.into_iter().find(|one| one.url == OPENED_ON) {
        None => None,
        Some(one) => {
            let day = one.value_date.and_then(|day| day.parse().ok());
            let expected = || wrong("Organization.extension", format!("{OPENED_ON}: a day"));
            Some(day.ok_or_else(expected)?)
        }
    };
    Ok(NewHospital {
        grade: members.known("type", GRADE, Grade::parse)?,
        telecom: phone.ok_or_else(needed)?.into_string(),
        address: both_languages(address.text, address.beside, "Organization.address.text")?,
        position,
        pinyin: members.pinyin()?,
        opened_on,
    })
}

/// Shows the hospital, or takes it out, if its profile says so.
pub(super) async fn list(
    batch: &Batch<'_>,
    tx: &mut Tx<'_>,
    active: Option<bool>,
) -> Result<(), Fault> {
    let Some(active) = active else { return Ok(()) };
    let found = store::hospital(tx, batch.sender.agency).await?;
    let listed = found.is_some_and(|found| found.state == HospitalState::Listed);
    let event = match (listed, active) {
        (false, true) => HospitalEvent::List,
        (true, false) => HospitalEvent::Suspend,
        (true, true) | (false, false) => return Ok(()),
    };
    actions::record_listing(tx, batch.sender.agency, event).await.map_err(refused)?;
    Ok(())
}

/// Locations, the largest first: what lies within another may come in the same request.
pub(super) async fn locations(batch: &mut Batch<'_>, tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut ordered = Vec::new();
    for n in batch.of(Kind::Location) {
        let members = Members(&batch.write(n)?.resource);
        let concept: Option<CodeableConcept> = members.some("physicalType")?;
        let code = concept.as_ref().and_then(|concept| concept.code_of(PHYSICAL_TYPE));
        let kind = PhysicalType::ALL.iter().find(|one| Some(physical_code(**one)) == code);
        let needed = || {
            wrong(
                "Location.physicalType",
                format!("si, bu, lvl or ro of {PHYSICAL_TYPE} is needed"),
            )
        };
        ordered.push((*kind.ok_or_else(needed)?, n));
    }
    ordered.sort_unstable();
    for (physical_type, n) in ordered {
        batch.expect(tx, n).await?;
        let all = store::locations_of(tx, batch.sender.agency).await?;
        let members = Members(&batch.write(n)?.resource);
        let status: Option<String> = members.some("status")?;
        if status.is_some_and(|status| status != "active") {
            return Err(wrong("Location.status", "only active locations are kept").into());
        }
        let part_of = match members.reference("partOf", Kind::Location)? {
            None => None,
            Some(parent) => {
                let id = batch.id_of(parent);
                let parent = all.iter().find(|one| one.id.uuid() == id);
                Some(parent.ok_or_else(|| unknown("Location.partOf"))?.number.clone())
            }
        };
        let new = location(members, physical_type, part_of)?;
        let (cx, hospital) = (batch.cx, batch.sender.agency);
        let (at, put) = actions::record_location(cx, tx, hospital, &new).await.map_err(refused)?;
        batch.note(n, at.id.uuid(), outcome(put))?;
    }
    Ok(())
}

fn unknown(expression: &str) -> FhirError {
    FhirError::ReferenceUnknown(expression.to_owned())
}

fn location(
    members: Members<'_>,
    physical_type: PhysicalType,
    part_of: Option<OwnNo>,
) -> Result<NewLocation, FhirError> {
    let address: Option<AddressView> = members.some("address")?;
    let address = address.map(|one| both_languages(one.text, one.beside, "Location.address.text"));
    let at: Option<PositionView> = members.some("position")?;
    let at = at.map(|at| position(&at.longitude, &at.latitude, "Location.position"));
    Ok(NewLocation {
        number: members.number(LOCATION_NO)?,
        part_of,
        physical_type,
        name: members.text("name")?,
        address: address.transpose()?,
        position: at.transpose()?,
    })
}

/// Departments, each after the one that it belongs to.
pub(super) async fn departments(batch: &mut Batch<'_>, tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut waiting = batch.of(Kind::HealthcareService);
    while !waiting.is_empty() {
        let pending: BTreeSet<Uuid> = waiting
            .iter()
            .filter_map(|n| batch.writes.get(*n).map(|write| write.target.id()))
            .collect();
        let mut later = Vec::new();
        let before = waiting.len();
        for n in waiting {
            let members = Members(&batch.write(n)?.resource);
            let provider = members.reference("providedBy", Kind::Organization)?;
            let own = batch.write(n)?.target.id();
            let not_yet = |one: Reference| {
                one.id != own && pending.contains(&one.id) && !batch.known_as.contains_key(&one)
            };
            if provider.is_some_and(not_yet) {
                later.push(n);
            } else {
                department(batch, tx, n).await?;
            }
        }
        if later.len() == before {
            let why = "departments that belong to each other in a circle";
            return Err(wrong("HealthcareService.providedBy", why).into());
        }
        waiting = later;
    }
    Ok(())
}

async fn department(batch: &mut Batch<'_>, tx: &mut Tx<'_>, n: usize) -> Result<(), Fault> {
    batch.expect(tx, n).await?;
    let hospital = batch.sender.agency;
    let all = store::departments_of(tx, hospital).await?;
    let locations = store::locations_of(tx, hospital).await?;
    let members = Members(&batch.write(n)?.resource);
    let part_of = match members.reference("providedBy", Kind::Organization)? {
        None => None,
        Some(provider) if batch.id_of(provider) == hospital.uuid() => None,
        Some(provider) => Some(number_of(batch, &all, provider, "HealthcareService.providedBy")?),
    };
    let at: Vec<ReferenceTo> = members.list("location")?;
    let at = at.first().ok_or_else(|| wrong("HealthcareService.location", "one is needed"))?;
    let at = batch.id_of(members.leads_to("location", at, Kind::Location)?);
    let location = locations.iter().find(|one| one.id.uuid() == at);
    let location = location.ok_or_else(|| unknown("HealthcareService.location"))?;
    let new = NewDepartment {
        number: members.number(DEPARTMENT_NO)?,
        part_of,
        specialty: members.known("specialty", SPECIALTY, |code| code.parse().ok())?,
        name: members.text("name")?,
        pinyin: members.pinyin()?,
        location: location.number.clone(),
        active: members.some("active")?.unwrap_or(true),
    };
    let recorded = actions::record_department(batch.cx, tx, hospital, &new).await;
    let (department, put) = recorded.map_err(refused)?;
    Ok(batch.note(n, department.id.uuid(), outcome(put))?)
}

/// The number of the department that a reference names.
pub(super) fn number_of(
    batch: &Batch<'_>,
    all: &[Department],
    reference: Reference,
    at: &str,
) -> Result<OwnNo, FhirError> {
    let id = batch.id_of(reference);
    let found = all.iter().find(|one| one.id.uuid() == id);
    Ok(found.ok_or_else(|| unknown(at))?.number.clone())
}
