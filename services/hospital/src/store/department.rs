//! Statements about departments.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    dsl::exists,
    prelude::*,
    select,
    sql_types::{Binary, Bool, Integer, Nullable, Text as SqlText, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Put, Recorded, Written, city};
use crate::{
    error::Error,
    model::{Department, DepartmentId, LocationId, NewDepartment, OwnNo, Specialty, SpecialtyCode},
    schema::{departments, specialties as subjects},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = departments)]
struct DepartmentRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    department_no: String,
    part_of_id: Option<Uuid>,
    specialty: String,
    name_en: String,
    name_zh: String,
    location_id: Uuid,
    active: bool,
}

impl TryFrom<DepartmentRow> for Department {
    type Error = Error;

    fn try_from(row: DepartmentRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: DepartmentId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.department_no.parse().map_err(|_| Error::Damaged("department number"))?,
            part_of: row.part_of_id.map(|id| DepartmentId::from_parts(city, id)),
            specialty: row.specialty.parse().map_err(|_| Error::Damaged("specialty"))?,
            name: Text::new(row.name_en, row.name_zh),
            location: LocationId::from_parts(city, row.location_id),
            active: row.active,
        })
    }
}

/// A department.
pub(crate) async fn department(
    tx: &mut Tx<'_>,
    id: DepartmentId,
) -> Result<Option<Department>, Error> {
    let row: Option<DepartmentRow> = departments::table
        .find((id.city().number(), id.uuid()))
        .select(DepartmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Department::try_from).transpose()
}

/// The department of a number.
pub(crate) async fn department_by_no(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    number: &OwnNo,
) -> Result<Option<Department>, Error> {
    let row: Option<DepartmentRow> = departments::table
        .filter(departments::city.eq(hospital.city().number()))
        .filter(departments::agency_id.eq(hospital.uuid()))
        .filter(departments::department_no.eq(number.as_str()))
        .select(DepartmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Department::try_from).transpose()
}

/// The departments of a hospital.
pub(crate) async fn departments_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
) -> Result<Vec<Department>, Error> {
    let rows: Vec<DepartmentRow> = departments::table
        .filter(departments::city.eq(hospital.city().number()))
        .filter(departments::agency_id.eq(hospital.uuid()))
        .select(DepartmentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Department::try_from).collect()
}

/// The departments of a hospital as it has described them, in the order of their ids.
pub(crate) async fn described_departments(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
) -> Result<Vec<Recorded<Department>>, Error> {
    let rows: Vec<(DepartmentRow, Option<String>, DateTime<Utc>)> = departments::table
        .filter(departments::city.eq(hospital.city().number()))
        .filter(departments::agency_id.eq(hospital.uuid()))
        .order(departments::id)
        .select((DepartmentRow::as_select(), departments::pinyin, departments::changed_at))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(row, pinyin, changed_at)| Ok(Recorded { what: row.try_into()?, pinyin, changed_at }))
        .collect()
}

/// The departments of a city for a subject or a part of it, that people can see.
pub(crate) async fn departments_of_specialty(
    tx: &mut Tx<'_>,
    of: CityCode,
    specialty: &SpecialtyCode,
) -> Result<Vec<Department>, Error> {
    let part = departments::specialty.like(format!("{specialty}.%"));
    let rows: Vec<DepartmentRow> = departments::table
        .filter(departments::city.eq(of.number()))
        .filter(departments::specialty.eq(specialty.as_str()).or(part))
        .filter(departments::active)
        .select(DepartmentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Department::try_from).collect()
}

/// Writes a department under its number.
pub(crate) async fn put_department(
    tx: &mut Tx<'_>,
    (hospital, id): (AgencyId, DepartmentId),
    (part_of, location): (Option<DepartmentId>, LocationId),
    new: &NewDepartment,
    search: &str,
    digest: &[u8],
) -> Result<Put, Error> {
    let now = tx.now();
    let written: Vec<Written> = sql("INSERT INTO hospital.departments AS old \
         (city, id, agency_id, department_no, part_of_id, specialty, name_en, name_zh, pinyin, \
          location_id, active, search, content_digest, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (city, agency_id, department_no) DO UPDATE SET \
          part_of_id = excluded.part_of_id, specialty = excluded.specialty, \
          name_en = excluded.name_en, name_zh = excluded.name_zh, pinyin = excluded.pinyin, \
          location_id = excluded.location_id, active = excluded.active, \
          search = excluded.search, content_digest = excluded.content_digest, \
          changed_at = excluded.changed_at \
         WHERE old.content_digest <> excluded.content_digest \
         RETURNING xmax = 0 AS inserted")
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(hospital.uuid())
    .bind::<SqlText, _>(new.number.as_str())
    .bind::<Nullable<SqlUuid>, _>(part_of.map(DepartmentId::uuid))
    .bind::<SqlText, _>(new.specialty.as_str())
    .bind::<SqlText, _>(&new.name.en)
    .bind::<SqlText, _>(&new.name.zh)
    .bind::<Nullable<SqlText>, _>(&new.pinyin)
    .bind::<SqlUuid, _>(location.uuid())
    .bind::<Bool, _>(new.active)
    .bind::<SqlText, _>(search)
    .bind::<Binary, _>(digest)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    Ok(written.into())
}

/// The national list of subjects.
pub(crate) async fn specialties(tx: &mut Tx<'_>) -> Result<Vec<Specialty>, Error> {
    let rows: Vec<(String, String, String)> =
        subjects::table.order(subjects::code).load(tx.conn()).await?;
    let read = |(code, en, zh): (String, String, String)| {
        let code = code.parse().map_err(|_| Error::Damaged("specialty"))?;
        Ok(Specialty { code, name: Text::new(en, zh) })
    };
    rows.into_iter().map(read).collect()
}

/// Whether a subject is on the national list.
pub(crate) async fn specialty_is_known(
    tx: &mut Tx<'_>,
    code: &SpecialtyCode,
) -> Result<bool, Error> {
    Ok(select(exists(subjects::table.find(code.as_str()))).get_result(tx.conn()).await?)
}
