//! Statements about locations.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::Text;
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Binary, Integer, Nullable, Text as SqlText, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Put, Recorded, Written, city};
use crate::{
    error::Error,
    model::{Location, LocationId, NewLocation, PhysicalType, Position},
    schema::locations,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = locations)]
struct LocationRow {
    city: i32,
    id: Uuid,
    location_no: String,
    part_of_id: Option<Uuid>,
    physical_type: String,
    name_en: String,
    name_zh: String,
    address_en: Option<String>,
    address_zh: Option<String>,
    longitude_micro: Option<i32>,
    latitude_micro: Option<i32>,
}

impl TryFrom<LocationRow> for Location {
    type Error = Error;

    fn try_from(row: LocationRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let kind = PhysicalType::parse(&row.physical_type);
        let degrees = row.longitude_micro.zip(row.latitude_micro);
        Ok(Self {
            id: LocationId::from_parts(city, row.id),
            number: row.location_no.parse().map_err(|_| Error::Damaged("location number"))?,
            part_of: row.part_of_id.map(|id| LocationId::from_parts(city, id)),
            physical_type: kind.ok_or(Error::Damaged("location type"))?,
            name: Text::new(row.name_en, row.name_zh),
            address: row.address_en.zip(row.address_zh).map(|(en, zh)| Text::new(en, zh)),
            position: degrees.map(|(longitude_micro, latitude_micro)| Position {
                longitude_micro,
                latitude_micro,
            }),
        })
    }
}

/// The locations of a hospital, in the order of their numbers.
pub(crate) async fn locations_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
) -> Result<Vec<Location>, Error> {
    let rows: Vec<LocationRow> = locations::table
        .filter(locations::city.eq(hospital.city().number()))
        .filter(locations::agency_id.eq(hospital.uuid()))
        .order(locations::location_no)
        .select(LocationRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Location::try_from).collect()
}

/// The locations of a hospital as it has described them, in the order of their ids.
pub(crate) async fn described_locations(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
) -> Result<Vec<Recorded<Location>>, Error> {
    let rows: Vec<(LocationRow, DateTime<Utc>)> = locations::table
        .filter(locations::city.eq(hospital.city().number()))
        .filter(locations::agency_id.eq(hospital.uuid()))
        .order(locations::id)
        .select((LocationRow::as_select(), locations::changed_at))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(row, changed_at)| Ok(Recorded { what: row.try_into()?, pinyin: None, changed_at }))
        .collect()
}

/// Writes a location under its number.
pub(crate) async fn put_location(
    tx: &mut Tx<'_>,
    (hospital, id, part_of): (AgencyId, LocationId, Option<LocationId>),
    new: &NewLocation,
    digest: &[u8],
) -> Result<Put, Error> {
    let now = tx.now();
    let written: Vec<Written> = sql("INSERT INTO hospital.locations AS old \
         (city, id, agency_id, location_no, part_of_id, physical_type, name_en, name_zh, \
          address_en, address_zh, longitude_micro, latitude_micro, content_digest, created_at, \
          changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (city, agency_id, location_no) DO UPDATE SET \
          part_of_id = excluded.part_of_id, physical_type = excluded.physical_type, \
          name_en = excluded.name_en, name_zh = excluded.name_zh, \
          address_en = excluded.address_en, address_zh = excluded.address_zh, \
          longitude_micro = excluded.longitude_micro, latitude_micro = excluded.latitude_micro, \
          content_digest = excluded.content_digest, changed_at = excluded.changed_at \
         WHERE old.content_digest <> excluded.content_digest \
         RETURNING xmax = 0 AS inserted")
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(hospital.uuid())
    .bind::<SqlText, _>(new.number.as_str())
    .bind::<Nullable<SqlUuid>, _>(part_of.map(LocationId::uuid))
    .bind::<SqlText, _>(new.physical_type.code())
    .bind::<SqlText, _>(&new.name.en)
    .bind::<SqlText, _>(&new.name.zh)
    .bind::<Nullable<SqlText>, _>(new.address.as_ref().map(|address| &address.en))
    .bind::<Nullable<SqlText>, _>(new.address.as_ref().map(|address| &address.zh))
    .bind::<Nullable<Integer>, _>(new.position.map(|position| position.longitude_micro))
    .bind::<Nullable<Integer>, _>(new.position.map(|position| position.latitude_micro))
    .bind::<Binary, _>(digest)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    Ok(written.into())
}
