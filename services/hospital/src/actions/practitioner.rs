//! The doctors of hospitals.

use chrono::{DateTime, Utc};
use citygate_booking::next_free;
use citygate_catalogue::{AgencyId, Rule, rule_of};
use citygate_kernel::{Clock, Money, Text};
use citygate_platform::{Cx, db::Tx, http::Cursor};

use super::{
    SERVICE,
    department::visible_department,
    hospital::{digest, locked, visible},
};
use crate::{
    error::{DirectoryError, Error},
    model::{ClinicKind, DepartmentId, NewPractitioner, Practitioner, PractitionerId},
    rules::{
        schedule::{CLINIC_FEE, FeeRule},
        searchable,
    },
    store::{self, Put},
};

/// Doctors that a hospital can describe.
const MOST: i64 = 10_000;

/// A doctor in a department.
#[derive(Debug)]
pub(crate) struct Doctor {
    pub practitioner: Practitioner,
    /// What kinds of clinic they have there, and what an appointment costs.
    pub clinics: Vec<(ClinicKind, Option<Money>)>,
    /// Their earliest free place there.
    pub next_free: Option<DateTime<Utc>>,
}

/// The doctors of a department, and where the price of their clinics is written.
pub(crate) struct Doctors {
    pub doctors: Vec<Doctor>,
    pub fee_citation: Option<Text>,
}

/// Writes a doctor of the hospital under their number, with their roles.
pub(crate) async fn put_practitioner(
    cx: &Cx,
    hospital: AgencyId,
    new: &NewPractitioner,
) -> Result<(Practitioner, Put), Error> {
    cx.db
        .tx("hospital.put_practitioner", async |tx| {
            record_practitioner(cx, tx, hospital, new).await
        })
        .await
}

/// The same in the transaction of the caller.
pub(crate) async fn record_practitioner(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewPractitioner,
) -> Result<(Practitioner, Put), Error> {
    let digest = digest(cx, "hospital.practitioners", new)?;
    locked(tx, hospital).await?;
    let known = store::practitioner(tx, hospital, &new.number).await?;
    if known.is_none() && store::practitioner_count(tx, hospital).await? >= MOST {
        return Err(DirectoryError::Full.into());
    }
    let departments = store::departments_of(tx, hospital).await?;
    let mut roles = Vec::with_capacity(new.roles.len());
    for role in &new.roles {
        let of = departments.iter().find(|one| one.number == role.department);
        let of = of.ok_or(DirectoryError::NotNamed("/roles"))?;
        roles.push((of.id, role.clinic_kind));
    }
    let clock = Clock::manual(tx.now());
    let id = known.map_or_else(|| PractitionerId::new(hospital.city(), &clock), |known| known.id);
    let names = [new.name.zh.as_str(), &new.name.en, &new.speciality.zh];
    let pinyin = new.pinyin.as_deref().unwrap_or_default();
    let search = searchable(names.into_iter().chain([new.speciality.en.as_str(), pinyin]));
    let put = store::put_practitioner(tx, (hospital, id), new, &search, &digest).await?;
    if put != Put::Unchanged {
        store::set_roles(tx, id, &roles).await?;
    }
    let practitioner = Practitioner {
        id,
        agency: hospital,
        number: new.number.clone(),
        name: new.name.clone(),
        title: new.title,
        speciality: new.speciality.clone(),
        active: new.active,
    };
    Ok((practitioner, put))
}

/// The doctors of a department that people can see, newest first; one more than the page holds.
pub(crate) async fn practitioners(
    cx: &Cx,
    department: DepartmentId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Doctors, Error> {
    cx.db
        .tx("hospital.list_practitioners", async |tx| {
            let of = visible_department(tx, department).await?;
            let found =
                store::practitioners_of_department(tx, department, after, limit + 1).await?;
            doctors(tx, of.agency, department, found).await
        })
        .await
}

async fn doctors(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    department: DepartmentId,
    found: Vec<Practitioner>,
) -> Result<Doctors, Error> {
    let hospital = visible(tx, hospital).await?;
    let tariff = tariff(tx, hospital.id).await?;
    let ids: Vec<_> = found.iter().map(|doctor| doctor.id.uuid()).collect();
    let mut roles = store::roles_of(tx, department.city(), &ids).await?;
    roles.retain(|role| role.department == department);
    let now = tx.now();
    let mut free = next_free(tx, department.city(), SERVICE, now).await?;
    free.retain(|one| one.unit == department.uuid());
    let doctors = found.into_iter().map(|practitioner| {
        let own = roles.iter().filter(|role| role.practitioner == practitioner.id);
        let (level, title) = (hospital.grade.level(), Some(practitioner.title));
        let fee = |kind| tariff.as_ref()?.params.fee(level, kind, title);
        let clinics = own.map(|role| (role.clinic_kind, fee(role.clinic_kind))).collect();
        let theirs = free.iter().filter(|one| one.provider == Some(practitioner.id.uuid()));
        let next_free = theirs.map(|one| one.starts_at).min();
        Doctor { practitioner, clinics, next_free }
    });
    let doctors = doctors.collect();
    Ok(Doctors { doctors, fee_citation: tariff.map(|rule| rule.citation) })
}

/// The tariff of a hospital as of today, if there is one.
async fn tariff(tx: &mut Tx<'_>, hospital: AgencyId) -> Result<Option<Rule<FeeRule>>, Error> {
    let city = citygate_catalogue::city(tx, hospital.city()).await?;
    let today = city.date(tx.now());
    match rule_of(tx, CLINIC_FEE, hospital, today).await {
        Ok(rule) => Ok(Some(rule)),
        Err(citygate_catalogue::Error::RuleMissing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
