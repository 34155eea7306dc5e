//! Organizations, locations, services, doctors and their roles, as FHIR says them.

use std::collections::BTreeMap;

use citygate_catalogue::AgencyId;
use citygate_exchange::{
    Fault,
    fhir::{FhirError, Page, Stored},
};
use citygate_fhir::{CodeableConcept, ResourceType as Kind};
use citygate_platform::{Cx, db::Tx};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    criteria::{Criteria, both},
    terms::{
        AGENCY, DEPARTMENT_NO, GRADE, KNOWN_FOR, LOCATION_NO, OPENED_ON, ORGANIZATION_TYPE,
        PHYSICAL_TYPE, PRACTITIONER_NO, SPECIALTY, TITLE, clinic, geolocation, link, numbered,
        physical_code, pinyin, position, stored, term, worded,
    },
};
use crate::{
    model::{
        ClinicKind, Department, DepartmentId, Hospital, HospitalState, Location, LocationId,
        Practitioner, Specialty, SpecialtyCode,
    },
    rules::searchable,
    store::{self, Listing, PractitionerFilter, Recorded, RoleFilter, StoredRole},
};

/// What a search finds, one more than the page holds if there is more.
pub(super) type Matches = Result<Vec<Stored>, Fault>;

/// The rows of a page, and one more.
pub(super) fn listing(ids: Option<Vec<Uuid>>, page: Page) -> Listing {
    let limit = i64::try_from(page.count).unwrap_or(i64::MAX - 1) + 1;
    Listing { ids, after: page.after, limit }
}

/// The part of a list that a page shows, and one more. Those which come before it are left out.
fn paged(found: Vec<Stored>, ids: Option<&[Uuid]>, page: Page) -> Vec<Stored> {
    let wanted = |one: &Stored| {
        page.after.is_none_or(|after| one.id > after) && ids.is_none_or(|ids| ids.contains(&one.id))
    };
    let mut found: Vec<_> = found.into_iter().filter(wanted).collect();
    found.sort_by_key(|one| one.id);
    found.truncate(page.count + 1);
    found
}

fn has<T: PartialEq<str>>(wanted: Option<&[T]>, one: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(|code| *code == *one))
}

/// The names of a hospital's subjects, by their codes.
#[derive(Clone)]
pub(super) struct Subjects(BTreeMap<SpecialtyCode, Specialty>);

impl Subjects {
    pub(super) async fn read(tx: &mut Tx<'_>) -> Result<Self, crate::Error> {
        let all = store::specialties(tx).await?;
        Ok(Self(all.into_iter().map(|one| (one.code.clone(), one)).collect()))
    }

    pub(super) fn concept(&self, code: &SpecialtyCode) -> CodeableConcept {
        match self.0.get(code) {
            Some(subject) => term(SPECIALTY, code.as_str(), &subject.name),
            None => CodeableConcept::of(SPECIALTY, code.as_str(), None),
        }
    }
}

/// The hospital itself, and its departments.
pub(super) async fn organizations(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let agencies = criteria.codes("identifier", AGENCY)?;
    let departments = criteria.codes("identifier", DEPARTMENT_NO)?;
    let part_of = criteria.references("partof", Kind::Organization)?;
    let name = criteria.words("name")?.map(|name| searchable([name.as_str()]));
    let named = |names: String| name.as_ref().is_none_or(|name| names.contains(name.as_str()));
    let mut found = Vec::new();
    if let Some(recorded) = store::described_hospital(tx, hospital).await? {
        let text = citygate_catalogue::agency(tx, hospital).await?.name;
        let names = searchable([text.zh.as_str(), text.en.as_str()]);
        if has(agencies.as_deref(), &hospital.to_string()) && part_of.is_none() && named(names) {
            let content = organization(&recorded, &text);
            let key = (Kind::Organization, hospital.uuid());
            found.push(stored(cx, key, recorded.changed_at, &content)?);
        }
    }
    for recorded in store::described_departments(tx, hospital).await? {
        let one = &recorded.what;
        let parent = one.part_of.map_or(hospital.uuid(), DepartmentId::uuid);
        let names = searchable([one.name.zh.as_str(), one.name.en.as_str()]);
        let within = part_of.as_ref().is_none_or(|wanted| wanted.contains(&parent));
        if has(departments.as_deref(), one.number.as_str()) && within && named(names) {
            let content = department_unit(one, parent);
            let key = (Kind::Organization, one.id.uuid());
            found.push(stored(cx, key, recorded.changed_at, &content)?);
        }
    }
    Ok(paged(found, criteria.ids()?.as_deref(), page))
}

fn organization(recorded: &Recorded<Hospital>, name: &citygate_kernel::Text) -> Value {
    let hospital = &recorded.what;
    let mut address = worded("text", &hospital.address);
    address.insert("extension".to_owned(), json!([geolocation(hospital.position)]));
    let opened = hospital.opened_on.map(|on| json!({"url": OPENED_ON, "valueDate": on}));
    let extensions = opened.into_iter().chain(pinyin(recorded.pinyin.as_deref()));
    let mut content = worded("name", name);
    content.extend(object(json!({
        "identifier": numbered(AGENCY, hospital.id),
        "active": hospital.state == HospitalState::Listed,
        "type": [
            {"coding": [{"system": ORGANIZATION_TYPE, "code": "prov"}]},
            term(GRADE, hospital.grade.code(), &hospital.grade.name()),
        ],
        "telecom": [{"system": "phone", "value": hospital.telecom}],
        "address": [address],
    })));
    extended(content, extensions.collect())
}

/// A department as a part of the hospital.
fn department_unit(department: &Department, parent: Uuid) -> Value {
    let mut content = worded("name", &department.name);
    content.extend(object(json!({
        "identifier": numbered(DEPARTMENT_NO, &department.number),
        "active": department.active,
        "type": [{"coding": [{"system": ORGANIZATION_TYPE, "code": "dept"}]}],
        "partOf": link(Kind::Organization, parent),
    })));
    Value::Object(content)
}

/// The members of an object.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// With extensions, where there are any: FHIR knows no empty lists.
fn extended(mut content: Map<String, Value>, extensions: Vec<Value>) -> Value {
    if !extensions.is_empty() {
        content.insert("extension".to_owned(), Value::Array(extensions));
    }
    Value::Object(content)
}

/// Campuses, buildings, floors and rooms.
pub(super) async fn locations(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let numbers = criteria.codes("identifier", LOCATION_NO)?;
    let part_of = criteria.references("partof", Kind::Location)?;
    let mut found = Vec::new();
    for recorded in store::described_locations(tx, hospital).await? {
        let one = &recorded.what;
        let within = match (&part_of, one.part_of) {
            (None, _) => true,
            (Some(wanted), Some(parent)) => wanted.contains(&parent.uuid()),
            (Some(_), None) => false,
        };
        if within && has(numbers.as_deref(), one.number.as_str()) {
            let key = (Kind::Location, one.id.uuid());
            found.push(stored(cx, key, recorded.changed_at, &location(hospital, one))?);
        }
    }
    Ok(paged(found, criteria.ids()?.as_deref(), page))
}

fn location(hospital: AgencyId, one: &Location) -> Value {
    let mut content = worded("name", &one.name);
    let kind = one.physical_type;
    content.extend(object(json!({
        "identifier": numbered(LOCATION_NO, &one.number),
        "status": "active",
        "mode": "instance",
        "physicalType": term(PHYSICAL_TYPE, physical_code(kind), &kind.name()),
        "managingOrganization": link(Kind::Organization, hospital.uuid()),
    })));
    if let Some(address) = &one.address {
        content.insert("address".to_owned(), Value::Object(worded("text", address)));
    }
    if let Some(at) = one.position {
        content.insert("position".to_owned(), position(at));
    }
    if let Some(parent) = one.part_of {
        content.insert("partOf".to_owned(), json!(link(Kind::Location, parent.uuid())));
    }
    Value::Object(content)
}

/// Departments by what they offer.
pub(super) async fn healthcare_services(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let numbers = criteria.codes("identifier", DEPARTMENT_NO)?;
    let specialties = criteria.codes("specialty", SPECIALTY)?;
    let organizations = criteria.references("organization", Kind::Organization)?;
    let at = criteria.references("location", Kind::Location)?;
    let kinds = store::clinic_kinds_of(tx, hospital).await?;
    let subjects = Subjects::read(tx).await?;
    let mut found = Vec::new();
    for recorded in store::described_departments(tx, hospital).await? {
        let one = &recorded.what;
        let provider = one.part_of.map_or(hospital.uuid(), DepartmentId::uuid);
        let fits = has(numbers.as_deref(), one.number.as_str())
            && has(specialties.as_deref(), one.specialty.as_str())
            && organizations.as_ref().is_none_or(|wanted| wanted.contains(&provider))
            && at.as_ref().is_none_or(|wanted| wanted.contains(&one.location.uuid()));
        if fits {
            let own = kinds.iter().filter(|(of, _)| *of == one.id).map(|(_, kind)| *kind);
            let content = healthcare_service(&recorded, provider, own, &subjects);
            let key = (Kind::HealthcareService, one.id.uuid());
            found.push(stored(cx, key, recorded.changed_at, &content)?);
        }
    }
    Ok(paged(found, criteria.ids()?.as_deref(), page))
}

fn healthcare_service(
    recorded: &Recorded<Department>,
    provider: Uuid,
    kinds: impl Iterator<Item = ClinicKind>,
    subjects: &Subjects,
) -> Value {
    let one = &recorded.what;
    let mut content = worded("name", &one.name);
    content.extend(object(json!({
        "identifier": numbered(DEPARTMENT_NO, &one.number),
        "active": one.active,
        "providedBy": link(Kind::Organization, provider),
        "specialty": [subjects.concept(&one.specialty)],
        "location": [link(Kind::Location, one.location.uuid())],
    })));
    let kinds: Vec<_> = kinds.map(clinic).collect();
    if !kinds.is_empty() {
        content.insert("type".to_owned(), json!(kinds));
    }
    extended(content, pinyin(recorded.pinyin.as_deref()).into_iter().collect())
}

/// Doctors.
pub(super) async fn practitioners(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let filter = PractitionerFilter {
        numbers: criteria.codes("identifier", PRACTITIONER_NO)?,
        name: criteria.words("name")?.map(|name| searchable([name.as_str()])),
    };
    let listing = listing(criteria.ids()?, page);
    let found = store::practitioners_of(tx, hospital, &filter, &listing).await?;
    let shown = found.iter().map(|recorded| {
        let key = (Kind::Practitioner, recorded.what.id.uuid());
        stored(cx, key, recorded.changed_at, &practitioner(recorded))
    });
    Ok(shown.collect::<Result<_, FhirError>>()?)
}

fn practitioner(recorded: &Recorded<Practitioner>) -> Value {
    let one = &recorded.what;
    let mut name = worded("text", &one.name);
    name.insert("use".to_owned(), json!("official"));
    let known_for = json!({"url": KNOWN_FOR, "extension": [
        {"url": "zh", "valueString": one.speciality.zh},
        {"url": "en", "valueString": one.speciality.en},
    ]});
    let content = object(json!({
        "identifier": numbered(PRACTITIONER_NO, &one.number),
        "active": one.active,
        "name": [name],
        "qualification": [{"code": term(TITLE, one.title.code(), &one.title.name())}],
    }));
    let extensions = [Some(known_for), pinyin(recorded.pinyin.as_deref())];
    extended(content, extensions.into_iter().flatten().collect())
}

/// In which departments doctors have which clinics.
pub(super) async fn practitioner_roles(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let departments = store::departments_of(tx, hospital).await?;
    let places = chosen(&departments, criteria, "organization", Kind::Organization)?;
    let services = chosen(&departments, criteria, "service", Kind::HealthcareService)?;
    let filter = RoleFilter {
        practitioners: criteria.references("practitioner", Kind::Practitioner)?,
        departments: match services {
            None => places,
            Some(services) => Some(both(places, services)),
        },
        kinds: criteria.codes("role", super::terms::CLINIC_KIND)?,
    };
    let listing = listing(criteria.ids()?, page);
    let found = store::practitioner_roles_of(tx, hospital, &filter, &listing).await?;
    let subjects = Subjects::read(tx).await?;
    let mut shown = Vec::with_capacity(found.len());
    for recorded in found {
        let of = recorded.what.role.department;
        let department = departments.iter().find(|one| one.id == of);
        let department = department.ok_or(crate::Error::Damaged("role"))?;
        let content = role(&recorded.what, department, &subjects);
        let key = (Kind::PractitionerRole, recorded.what.id);
        shown.push(stored(cx, key, recorded.changed_at, &content)?);
    }
    Ok(shown)
}

/// The departments that a search leaves: by a reference, by their subject, or all.
pub(super) fn chosen(
    departments: &[Department],
    criteria: Criteria<'_>,
    name: &str,
    kind: Kind,
) -> Result<Option<Vec<Uuid>>, FhirError> {
    let named = criteria.references(name, kind)?;
    let specialties = criteria.codes("specialty", SPECIALTY)?;
    if named.is_none() && specialties.is_none() {
        return Ok(None);
    }
    let fits = |one: &&Department| {
        named.as_ref().is_none_or(|named| named.contains(&one.id.uuid()))
            && has(specialties.as_deref(), one.specialty.as_str())
    };
    Ok(Some(departments.iter().filter(fits).map(|one| one.id.uuid()).collect()))
}

fn role(stored: &StoredRole, department: &Department, subjects: &Subjects) -> Value {
    let of = department.id.uuid();
    json!({
        "active": stored.active,
        "practitioner": link(Kind::Practitioner, stored.role.practitioner.uuid()),
        "organization": link(Kind::Organization, of),
        "healthcareService": [link(Kind::HealthcareService, of)],
        "code": [clinic(stored.role.clinic_kind)],
        "specialty": [subjects.concept(&department.specialty)],
        "location": [link(Kind::Location, LocationId::uuid(department.location))],
    })
}
