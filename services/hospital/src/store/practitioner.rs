//! Statements about doctors and where they receive people.

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text};
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

use super::{Put, Written, city};
use crate::{
    error::Error,
    model::{
        ClinicKind, DepartmentId, NewPractitioner, OwnNo, Practitioner, PractitionerId,
        PractitionerRole, Title,
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

/// Replaces the roles of a doctor.
pub(crate) async fn set_roles(
    tx: &mut Tx<'_>,
    doctor: PractitionerId,
    new: &[(DepartmentId, ClinicKind)],
) -> Result<(), Error> {
    let (city, id) = (doctor.city().number(), doctor.uuid());
    let old = roles::table.filter(roles::city.eq(city)).filter(roles::practitioner_id.eq(id));
    diesel::delete(old).execute(tx.conn()).await?;
    sql("INSERT INTO hospital.practitioner_roles \
         (city, practitioner_id, department_id, clinic_kind) \
         SELECT $1, $2, new.* FROM unnest($3, $4) AS new")
    .bind::<Integer, _>(city)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(column(new, |(department, _)| department.uuid()))
    .bind::<Array<SqlText>, _>(column(new, |(_, kind)| kind.code()))
    .execute(tx.conn())
    .await?;
    Ok(())
}
