//! Statements about doctors and where they receive people.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Clock, Text};
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{
        Array, Binary, Bool, Integer, Nullable, Text as SqlText, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Listing, Put, Recorded, Written, city};
use crate::{
    error::Error,
    model::{
        ClinicKind, DepartmentId, NewPractitioner, OwnNo, Practitioner, PractitionerId,
        PractitionerRole, PractitionerRoleId, Title,
    },
    schema::{practitioner_roles as roles, practitioners},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = practitioners)]
struct PractitionerRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    practitioner_no: String,
    name_en: String,
    name_zh: String,
    title: String,
    speciality_en: String,
    speciality_zh: String,
    active: bool,
}

impl TryFrom<PractitionerRow> for Practitioner {
    type Error = Error;

    fn try_from(row: PractitionerRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: PractitionerId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.practitioner_no.parse().map_err(|_| Error::Damaged("doctor's number"))?,
            name: Text::new(row.name_en, row.name_zh),
            title: Title::parse(&row.title).ok_or(Error::Damaged("title"))?,
            speciality: Text::new(row.speciality_en, row.speciality_zh),
            active: row.active,
        })
    }
}

/// The doctor of a number.
pub(crate) async fn practitioner(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    number: &OwnNo,
) -> Result<Option<Practitioner>, Error> {
    let row: Option<PractitionerRow> = practitioners::table
        .filter(practitioners::city.eq(hospital.city().number()))
        .filter(practitioners::agency_id.eq(hospital.uuid()))
        .filter(practitioners::practitioner_no.eq(number.as_str()))
        .select(PractitionerRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Practitioner::try_from).transpose()
}

/// How many doctors a hospital has described.
pub(crate) async fn practitioner_count(tx: &mut Tx<'_>, hospital: AgencyId) -> Result<i64, Error> {
    let own = practitioners::table
        .filter(practitioners::city.eq(hospital.city().number()))
        .filter(practitioners::agency_id.eq(hospital.uuid()));
    Ok(own.count().get_result(tx.conn()).await?)
}

/// Some doctors of a city.
pub(crate) async fn practitioners_by_id(
    tx: &mut Tx<'_>,
    of: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Practitioner>, Error> {
    let rows: Vec<PractitionerRow> = practitioners::table
        .filter(practitioners::city.eq(of.number()))
        .filter(practitioners::id.eq_any(ids))
        .select(PractitionerRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Practitioner::try_from).collect()
}

/// The doctors of a department whom people can see, newest first.
pub(crate) async fn practitioners_of_department(
    tx: &mut Tx<'_>,
    department: DepartmentId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Practitioner>, Error> {
    let within = roles::table
        .filter(roles::city.eq(department.city().number()))
        .filter(roles::department_id.eq(department.uuid()))
        .select(roles::practitioner_id);
    let mut query = practitioners::table
        .filter(practitioners::city.eq(department.city().number()))
        .filter(practitioners::id.eq_any(within))
        .filter(practitioners::active)
        .order(practitioners::id.desc())
        .limit(limit)
        .select(PractitionerRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(practitioners::id.lt(after));
    }
    let rows: Vec<PractitionerRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Practitioner::try_from).collect()
}

/// Writes a doctor under their number.
pub(crate) async fn put_practitioner(
    tx: &mut Tx<'_>,
    (hospital, id): (AgencyId, PractitionerId),
    new: &NewPractitioner,
    search: &str,
    digest: &[u8],
) -> Result<Put, Error> {
    let now = tx.now();
    let written: Vec<Written> = sql("INSERT INTO hospital.practitioners AS old \
         (city, id, agency_id, practitioner_no, name_en, name_zh, pinyin, title, speciality_en, \
          speciality_zh, active, search, content_digest, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (city, agency_id, practitioner_no) DO UPDATE SET \
          name_en = excluded.name_en, name_zh = excluded.name_zh, pinyin = excluded.pinyin, \
          title = excluded.title, speciality_en = excluded.speciality_en, \
          speciality_zh = excluded.speciality_zh, active = excluded.active, \
          search = excluded.search, content_digest = excluded.content_digest, \
          changed_at = excluded.changed_at \
         WHERE old.content_digest <> excluded.content_digest \
         RETURNING xmax = 0 AS inserted")
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(hospital.uuid())
    .bind::<SqlText, _>(new.number.as_str())
    .bind::<SqlText, _>(&new.name.en)
    .bind::<SqlText, _>(&new.name.zh)
    .bind::<Nullable<SqlText>, _>(&new.pinyin)
    .bind::<SqlText, _>(new.title.code())
    .bind::<SqlText, _>(&new.speciality.en)
    .bind::<SqlText, _>(&new.speciality.zh)
    .bind::<Bool, _>(new.active)
    .bind::<SqlText, _>(search)
    .bind::<Binary, _>(digest)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    Ok(written.into())
}

/// Which doctors of a hospital.
#[derive(Debug, Default)]
pub(crate) struct PractitionerFilter {
    /// Of these numbers.
    pub numbers: Option<Vec<String>>,
    /// Whose names have this in them, as [`searchable`](crate::rules::searchable) writes it.
    pub name: Option<String>,
}

/// A page of the doctors of a hospital, whether people can see them or not.
pub(crate) async fn practitioners_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    filter: &PractitionerFilter,
    page: &Listing,
) -> Result<Vec<Recorded<Practitioner>>, Error> {
    let mut query = practitioners::table
        .filter(practitioners::city.eq(hospital.city().number()))
        .filter(practitioners::agency_id.eq(hospital.uuid()))
        .order(practitioners::id)
        .limit(page.limit)
        .select((PractitionerRow::as_select(), practitioners::pinyin, practitioners::changed_at))
        .into_boxed();
    if let Some(ids) = &page.ids {
        query = query.filter(practitioners::id.eq_any(ids));
    }
    if let Some(after) = page.after {
        query = query.filter(practitioners::id.gt(after));
    }
    if let Some(numbers) = &filter.numbers {
        query = query.filter(practitioners::practitioner_no.eq_any(numbers));
    }
    if let Some(name) = &filter.name {
        query = query.filter(practitioners::search.like(format!("%{name}%")));
    }
    let rows: Vec<(PractitionerRow, Option<String>, DateTime<Utc>)> = query.load(tx.conn()).await?;
    rows.into_iter()
        .map(|(row, pinyin, changed_at)| Ok(Recorded { what: row.try_into()?, pinyin, changed_at }))
        .collect()
}

/// Which kinds of clinic the doctors of a hospital have in which departments, each once.
pub(crate) async fn clinic_kinds_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
) -> Result<Vec<(DepartmentId, ClinicKind)>, Error> {
    let of = hospital.city();
    let rows: Vec<(Uuid, String)> = roles::table
        .inner_join(practitioners::table.on(
            practitioners::city.eq(roles::city).and(practitioners::id.eq(roles::practitioner_id)),
        ))
        .filter(roles::city.eq(of.number()))
        .filter(practitioners::agency_id.eq(hospital.uuid()))
        .filter(practitioners::active)
        .distinct()
        .order((roles::department_id, roles::clinic_kind))
        .select((roles::department_id, roles::clinic_kind))
        .load(tx.conn())
        .await?;
    let read = |(department, kind): (Uuid, String)| {
        let kind = ClinicKind::parse(&kind).ok_or(Error::Damaged("clinic kind"))?;
        Ok((DepartmentId::from_parts(of, department), kind))
    };
    rows.into_iter().map(read).collect()
}

/// Which roles of a hospital's doctors.
#[derive(Debug, Default)]
pub(crate) struct RoleFilter {
    /// Of these doctors.
    pub practitioners: Option<Vec<Uuid>>,
    /// In these departments.
    pub departments: Option<Vec<Uuid>>,
    /// Of these kinds.
    pub kinds: Option<Vec<String>>,
}

/// A doctor's role with its id, and whether people can see the doctor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredRole {
    pub id: Uuid,
    pub role: PractitionerRole,
    pub active: bool,
}

/// A page of the roles of a hospital's doctors.
pub(crate) async fn practitioner_roles_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    filter: &RoleFilter,
    page: &Listing,
) -> Result<Vec<Recorded<StoredRole>>, Error> {
    let of = hospital.city();
    let mut query = roles::table
        .inner_join(practitioners::table.on(
            practitioners::city.eq(roles::city).and(practitioners::id.eq(roles::practitioner_id)),
        ))
        .filter(roles::city.eq(of.number()))
        .filter(practitioners::agency_id.eq(hospital.uuid()))
        .order(roles::id)
        .limit(page.limit)
        .select((
            roles::id,
            roles::practitioner_id,
            roles::department_id,
            roles::clinic_kind,
            practitioners::active,
            practitioners::changed_at,
        ))
        .into_boxed();
    if let Some(ids) = &page.ids {
        query = query.filter(roles::id.eq_any(ids));
    }
    if let Some(after) = page.after {
        query = query.filter(roles::id.gt(after));
    }
    if let Some(doctors) = &filter.practitioners {
        query = query.filter(roles::practitioner_id.eq_any(doctors));
    }
    if let Some(departments) = &filter.departments {
        query = query.filter(roles::department_id.eq_any(departments));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(roles::clinic_kind.eq_any(kinds));
    }
    type Row = (Uuid, Uuid, Uuid, String, bool, DateTime<Utc>);
    let rows: Vec<Row> = query.load(tx.conn()).await?;
    let read = |(id, doctor, department, kind, active, changed_at): Row| {
        let role = PractitionerRole {
            practitioner: PractitionerId::from_parts(of, doctor),
            department: DepartmentId::from_parts(of, department),
            clinic_kind: ClinicKind::parse(&kind).ok_or(Error::Damaged("clinic kind"))?,
        };
        Ok(Recorded { what: StoredRole { id, role, active }, pinyin: None, changed_at })
    };
    rows.into_iter().map(read).collect()
}

/// Where some doctors of a city receive people, in order.
pub(crate) async fn roles_of(
    tx: &mut Tx<'_>,
    of: CityCode,
    doctors: &[Uuid],
) -> Result<Vec<PractitionerRole>, Error> {
    let rows: Vec<(Uuid, Uuid, String)> = roles::table
        .filter(roles::city.eq(of.number()))
        .filter(roles::practitioner_id.eq_any(doctors))
        .order((roles::practitioner_id, roles::department_id, roles::clinic_kind))
        .select((roles::practitioner_id, roles::department_id, roles::clinic_kind))
        .load(tx.conn())
        .await?;
    let read = |(doctor, department, kind): (Uuid, Uuid, String)| {
        Ok(PractitionerRole {
            practitioner: PractitionerId::from_parts(of, doctor),
            department: DepartmentId::from_parts(of, department),
            clinic_kind: ClinicKind::parse(&kind).ok_or(Error::Damaged("clinic kind"))?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Replaces the roles of a doctor. Those that remain keep their ids.
pub(crate) async fn set_roles(
    tx: &mut Tx<'_>,
    doctor: PractitionerId,
    new: &[(DepartmentId, ClinicKind)],
) -> Result<(), Error> {
    let (city, id) = (doctor.city().number(), doctor.uuid());
    let clock = Clock::manual(tx.now());
    let fresh = column(new, |_| PractitionerRoleId::new(doctor.city(), &clock).uuid());
    sql("WITH doctor AS (SELECT $1::integer AS city, $2::uuid AS id), \
         new AS (SELECT * FROM unnest($3, $4, $5) AS new (id, department_id, clinic_kind)), \
         gone AS (DELETE FROM hospital.practitioner_roles old USING doctor \
           WHERE old.city = doctor.city AND old.practitioner_id = doctor.id \
             AND NOT EXISTS (SELECT FROM new WHERE new.department_id = old.department_id \
               AND new.clinic_kind = old.clinic_kind)) \
         INSERT INTO hospital.practitioner_roles \
           (city, practitioner_id, department_id, clinic_kind, id) \
         SELECT doctor.city, doctor.id, new.department_id, new.clinic_kind, new.id \
         FROM new, doctor ON CONFLICT DO NOTHING")
    .bind::<Integer, _>(city)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(fresh)
    .bind::<Array<SqlUuid>, _>(column(new, |(department, _)| department.uuid()))
    .bind::<Array<SqlText>, _>(column(new, |(_, kind)| kind.code()))
    .execute(tx.conn())
    .await?;
    Ok(())
}
