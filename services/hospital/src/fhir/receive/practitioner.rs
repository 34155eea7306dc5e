//! What a hospital says of its doctors, and of their roles.

use std::collections::{BTreeMap, BTreeSet};

use citygate_exchange::{
    Fault,
    fhir::{FhirError, Outcome, Target},
};
use citygate_fhir::{CodeableConcept, ReferenceTo, ResourceType as Kind};
use citygate_kernel::{Text, Words};
use citygate_platform::db::Tx;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Batch,
    directory::number_of,
    members::{Beside, Members, both_languages, wrong},
    outcome, refused,
};
use crate::{
    actions,
    fhir::terms::{CLINIC_KIND, KNOWN_FOR, PRACTITIONER_NO, TITLE},
    model::{ClinicKind, Department, NewPractitioner, NewRole, OwnNo, Title},
    store,
};

#[derive(Deserialize)]
struct NameView {
    text: Option<String>,
    #[serde(rename = "_text")]
    beside: Option<Beside>,
    family: Option<String>,
    #[serde(default)]
    given: Vec<String>,
}

#[derive(Deserialize)]
struct QualificationView {
    code: CodeableConcept,
}

/// Doctors with their roles, which come in the same request.
pub(super) async fn practitioners(batch: &mut Batch<'_>, tx: &mut Tx<'_>) -> Result<(), Fault> {
    let departments = store::departments_of(tx, batch.sender.agency).await?;
    let mut roles: BTreeMap<Uuid, Vec<(usize, NewRole)>> = BTreeMap::new();
    for n in batch.of(Kind::PractitionerRole) {
        batch.expect(tx, n).await?;
        let members = Members(&batch.write(n)?.resource);
        let doctor = members.reference("practitioner", Kind::Practitioner)?;
        let needed = || wrong("PractitionerRole.practitioner", "it is needed");
        let doctor = doctor.ok_or_else(needed)?;
        if members.some("active")? == Some(false) {
            let why = "a role that ends is left out of the Bundle";
            return Err(wrong("PractitionerRole.active", why).into());
        }
        let role = role(batch, &departments, members)?;
        roles.entry(doctor.id).or_default().push((n, role));
    }
    for n in batch.of(Kind::Practitioner) {
        let own = roles.remove(&batch.write(n)?.target.id()).unwrap_or_default();
        practitioner(batch, tx, n, own).await?;
    }
    if roles.is_empty() {
        return Ok(());
    }
    let why = "a role comes in one Bundle with its Practitioner and all of the other roles";
    Err(wrong("PractitionerRole.practitioner", why).into())
}

fn role(
    batch: &Batch<'_>,
    departments: &[Department],
    members: Members<'_>,
) -> Result<NewRole, FhirError> {
    let services: Vec<ReferenceTo> = members.list("healthcareService")?;
    let of = match (services.first(), members.reference("organization", Kind::Organization)?) {
        (Some(service), _) => {
            members.leads_to("healthcareService", service, Kind::HealthcareService)?
        }
        (None, Some(organization)) => organization,
        (None, None) => {
            return Err(wrong("PractitionerRole.healthcareService", "a department is needed"));
        }
    };
    Ok(NewRole {
        department: number_of(batch, departments, of, "PractitionerRole.healthcareService")?,
        clinic_kind: members.known("code", CLINIC_KIND, ClinicKind::parse)?,
    })
}

async fn practitioner(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
    n: usize,
    sent: Vec<(usize, NewRole)>,
) -> Result<(), Fault> {
    batch.expect(tx, n).await?;
    let hospital = batch.sender.agency;
    let members = Members(&batch.write(n)?.resource);
    let mut new = doctor(members)?;
    if sent.is_empty() {
        new.roles = known_roles(tx, hospital, &new.number).await?;
    } else {
        let roles: BTreeSet<_> = sent.iter().map(|(_, role)| role.clone()).collect();
        new.roles = roles.into_iter().collect();
    }
    let recorded = actions::record_practitioner(batch.cx, tx, hospital, &new).await;
    let (doctor, put) = recorded.map_err(refused)?;
    batch.note(n, doctor.id.uuid(), outcome(put))?;
    note_roles(batch, tx, doctor.id.uuid(), sent).await
}

/// Under which ids the roles of a doctor are kept now.
async fn note_roles(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
    doctor: Uuid,
    sent: Vec<(usize, NewRole)>,
) -> Result<(), Fault> {
    let hospital = batch.sender.agency;
    let filter = store::RoleFilter { practitioners: Some(vec![doctor]), ..Default::default() };
    let page = store::Listing { limit: 100, ..Default::default() };
    let stored = store::practitioner_roles_of(tx, hospital, &filter, &page).await?;
    let departments = store::departments_of(tx, hospital).await?;
    for (n, role) in sent {
        let of = departments.iter().find(|one| one.number == role.department);
        let kept = stored.iter().find(|one| {
            Some(one.what.role.department) == of.map(|of| of.id)
                && one.what.role.clinic_kind == role.clinic_kind
        });
        let kept = kept.ok_or(crate::Error::Damaged("role"))?.what.id;
        let known = matches!(batch.write(n)?.target, Target::Update { .. });
        batch.note(n, kept, if known { Outcome::Unchanged } else { Outcome::Created })?;
    }
    Ok(())
}

async fn known_roles(
    tx: &mut Tx<'_>,
    hospital: citygate_catalogue::AgencyId,
    number: &OwnNo,
) -> Result<Vec<NewRole>, Fault> {
    let Some(doctor) = store::practitioner(tx, hospital, number).await? else {
        return Ok(Vec::new());
    };
    let departments = store::departments_of(tx, hospital).await?;
    let roles = store::roles_of(tx, hospital.city(), &[doctor.id.uuid()]).await?;
    let named = roles.into_iter().filter_map(|role| {
        let of = departments.iter().find(|one| one.id == role.department)?;
        Some(NewRole { department: of.number.clone(), clinic_kind: role.clinic_kind })
    });
    let named: BTreeSet<_> = named.collect();
    Ok(named.into_iter().collect())
}

fn doctor(members: Members<'_>) -> Result<NewPractitioner, FhirError> {
    let names: Vec<NameView> = members.list("name")?;
    let name = names.into_iter().next();
    let name = name.ok_or_else(|| wrong("Practitioner.name", "one is needed"))?;
    let joined: String = name.family.into_iter().chain(name.given).collect();
    let text = name.text.or_else(|| (!joined.is_empty()).then_some(joined));
    let qualifications: Vec<QualificationView> = members.list("qualification")?;
    let title = qualifications.iter().find_map(|one| Title::parse(one.code.code_of(TITLE)?));
    let needed = || wrong("Practitioner.qualification", format!("a code of {TITLE} is needed"));
    Ok(NewPractitioner {
        number: members.number(PRACTITIONER_NO)?,
        name: both_languages(text, name.beside, "Practitioner.name.text")?,
        pinyin: members.pinyin()?,
        title: title.ok_or_else(needed)?,
        speciality: known_for(members)?,
        roles: Vec::new(),
        active: members.some("active")?.unwrap_or(true),
    })
}

fn known_for(members: Members<'_>) -> Result<Text, FhirError> {
    let extensions = members.extensions()?;
    let said = extensions.iter().find(|one| one.url == KNOWN_FOR);
    let words = |name| {
        let text = said?.part(name)?.value_string.as_deref()?;
        text.parse::<Words<200>>().ok().map(Words::into_string)
    };
    match (words("zh"), words("en")) {
        (Some(zh), Some(en)) => Ok(Text::new(en, zh)),
        (Some(one), None) | (None, Some(one)) => Ok(Text::new(one.clone(), one)),
        (None, None) => {
            let why = format!("{KNOWN_FOR} with zh and en is needed: what the doctor is known for");
            Err(wrong("Practitioner.extension", why))
        }
    }
}
