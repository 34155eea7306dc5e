//! Statements about hospitals.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Binary, Date, Integer, Nullable, Text as SqlText, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Put, Recorded, Written, city};
use crate::{
    error::Error,
    model::{Grade, Hospital, HospitalState, NewHospital, Position},
    schema::hospitals,
};

/// Hospitals that are listed for a city.
const MOST: i64 = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = hospitals)]
struct HospitalRow {
    city: i32,
    agency_id: Uuid,
    grade: String,
    telecom: String,
    address_en: String,
    address_zh: String,
    longitude_micro: i32,
    latitude_micro: i32,
    opened_on: Option<NaiveDate>,
    state: String,
}

impl TryFrom<HospitalRow> for Hospital {
    type Error = Error;

    fn try_from(row: HospitalRow) -> Result<Self, Error> {
        let HospitalRow { longitude_micro, latitude_micro, .. } = row;
        Ok(Self {
            id: AgencyId::from_parts(city(row.city)?, row.agency_id),
            grade: Grade::parse(&row.grade).ok_or(Error::Damaged("grade"))?,
            telecom: row.telecom,
            address: Text::new(row.address_en, row.address_zh),
            position: Position { longitude_micro, latitude_micro },
            opened_on: row.opened_on,
            state: HospitalState::parse(&row.state).ok_or(Error::Damaged("hospital state"))?,
        })
    }
}

/// A hospital in whatever state.
pub(crate) async fn hospital(tx: &mut Tx<'_>, id: AgencyId) -> Result<Option<Hospital>, Error> {
    let row: Option<HospitalRow> = hospitals::table
        .find((id.city().number(), id.uuid()))
        .select(HospitalRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Hospital::try_from).transpose()
}

/// A hospital as it has described itself.
pub(crate) async fn described_hospital(
    tx: &mut Tx<'_>,
    id: AgencyId,
) -> Result<Option<Recorded<Hospital>>, Error> {
    let row: Option<(HospitalRow, Option<String>, DateTime<Utc>)> = hospitals::table
        .find((id.city().number(), id.uuid()))
        .select((HospitalRow::as_select(), hospitals::pinyin, hospitals::changed_at))
        .first(tx.conn())
        .await
        .optional()?;
    row.map(|(row, pinyin, changed_at)| Ok(Recorded { what: row.try_into()?, pinyin, changed_at }))
        .transpose()
}

/// A hospital, kept for this transaction: its directory is written by one at a time.
pub(crate) async fn lock_hospital(
    tx: &mut Tx<'_>,
    id: AgencyId,
) -> Result<Option<Hospital>, Error> {
    let row: Option<HospitalRow> = hospitals::table
        .find((id.city().number(), id.uuid()))
        .select(HospitalRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Hospital::try_from).transpose()
}

/// The hospitals of a city that people can see.
pub(crate) async fn listed(tx: &mut Tx<'_>, of: CityCode) -> Result<Vec<Hospital>, Error> {
    let rows: Vec<HospitalRow> = hospitals::table
        .filter(hospitals::city.eq(of.number()))
        .filter(hospitals::state.eq(HospitalState::Listed.code()))
        .order(hospitals::agency_id)
        .limit(MOST)
        .select(HospitalRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Hospital::try_from).collect()
}

/// Writes what a hospital says of itself.
pub(crate) async fn put_hospital(
    tx: &mut Tx<'_>,
    id: AgencyId,
    new: &NewHospital,
    search: &str,
    digest: &[u8],
) -> Result<Put, Error> {
    let now = tx.now();
    let written: Vec<Written> = sql(
        "INSERT INTO hospital.hospitals AS old \
         (city, agency_id, grade, telecom, address_en, address_zh, longitude_micro, \
          latitude_micro, pinyin, opened_on, state, search, content_digest, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (city, agency_id) DO UPDATE SET grade = excluded.grade, \
          telecom = excluded.telecom, address_en = excluded.address_en, \
          address_zh = excluded.address_zh, longitude_micro = excluded.longitude_micro, \
          latitude_micro = excluded.latitude_micro, pinyin = excluded.pinyin, \
          opened_on = excluded.opened_on, search = excluded.search, \
          content_digest = excluded.content_digest, changed_at = excluded.changed_at \
         WHERE old.content_digest <> excluded.content_digest \
         RETURNING xmax = 0 AS inserted",
    )
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlText, _>(new.grade.code())
    .bind::<SqlText, _>(&new.telecom)
    .bind::<SqlText, _>(&new.address.en)
    .bind::<SqlText, _>(&new.address.zh)
    .bind::<Integer, _>(new.position.longitude_micro)
    .bind::<Integer, _>(new.position.latitude_micro)
    .bind::<Nullable<SqlText>, _>(&new.pinyin)
    .bind::<Nullable<Date>, _>(new.opened_on)
    .bind::<SqlText, _>(HospitalState::Draft.code())
    .bind::<SqlText, _>(search)
    .bind::<Binary, _>(digest)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    Ok(written.into())
}

/// Moves a hospital within the directory, or out of it.
pub(crate) async fn set_state(
    tx: &mut Tx<'_>,
    id: AgencyId,
    state: HospitalState,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(hospitals::table.find((id.city().number(), id.uuid())))
        .set((hospitals::state.eq(state.code()), hospitals::changed_at.eq(now)))
        .execute(tx.conn())
        .await?;
    Ok(())
}
