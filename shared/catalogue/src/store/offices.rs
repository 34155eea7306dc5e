//! Statements about offices.

use citygate_kernel::{CityCode, Text};
use citygate_platform::{
    db::{DbError, Tx},
    sql::column,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AgencyId, Office, OfficeFilter, OfficeId, OfficeWord},
    schema::offices,
};

/// Offices that one answer may hold.
const OFFICES: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = offices)]
struct OfficeRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    kind: String,
    name_en: String,
    name_zh: String,
    address_en: String,
    address_zh: String,
    capabilities: Vec<Option<String>>,
    open: bool,
}

impl TryFrom<OfficeRow> for Office {
    type Error = Error;

    fn try_from(row: OfficeRow) -> Result<Self, Error> {
        let damaged = |what: &str| Error::Damaged(format!("{what} of office {}", row.id));
        let city: CityCode = row.city.try_into().map_err(|_| damaged("city"))?;
        let capabilities = row.capabilities.iter().flatten().map(|word| word.parse());
        let mut capabilities: Vec<OfficeWord> =
            capabilities.collect::<Result<_, _>>().map_err(|_| damaged("capability"))?;
        capabilities.sort_unstable();
        Ok(Self {
            id: OfficeId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            kind: row.kind.parse().map_err(|_| damaged("kind"))?,
            name: Text::new(row.name_en, row.name_zh),
            address: Text::new(row.address_en, row.address_zh),
            capabilities,
            open: row.open,
        })
    }
}

/// Writes an office, in place of what was known of it.
pub(crate) async fn put_office(tx: &mut Tx<'_>, office: &Office) -> Result<(), DbError> {
    let known = (
        offices::agency_id.eq(office.agency.uuid()),
        offices::kind.eq(office.kind.as_str()),
        offices::name_en.eq(&office.name.en),
        offices::name_zh.eq(&office.name.zh),
        offices::address_en.eq(&office.address.en),
        offices::address_zh.eq(&office.address.zh),
        offices::capabilities.eq(column(&office.capabilities, |word| word.as_str().to_owned())),
        offices::open.eq(office.open),
    );
    diesel::insert_into(offices::table)
        .values((
            offices::city.eq(office.id.city().number()),
            offices::id.eq(office.id.uuid()),
            known.clone(),
        ))
        .on_conflict((offices::city, offices::id))
        .do_update()
        .set(known)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Some offices of a city.
pub(crate) async fn offices_by_id(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Office>, Error> {
    let rows: Vec<OfficeRow> = offices::table
        .filter(offices::city.eq(city.number()))
        .filter(offices::id.eq_any(ids))
        .order(offices::id)
        .select(OfficeRow::as_select())
        .load(tx.conn())
        .await
        .map_err(DbError::from)?;
    rows.into_iter().map(Office::try_from).collect()
}

/// Offices that receive people, those that were added first at the top.
pub(crate) async fn offices(tx: &mut Tx<'_>, filter: &OfficeFilter) -> Result<Vec<Office>, Error> {
    let mut query = offices::table
        .filter(offices::city.eq(filter.city.number()))
        .filter(offices::open)
        .order(offices::id)
        .limit(OFFICES)
        .select(OfficeRow::as_select())
        .into_boxed();
    if let Some(kind) = &filter.kind {
        query = query.filter(offices::kind.eq(kind.as_str()));
    }
    if let Some(capability) = &filter.capability {
        query = query.filter(offices::capabilities.contains(vec![capability.as_str()]));
    }
    if let Some(agency) = filter.agency {
        query = query.filter(offices::agency_id.eq(agency.uuid()));
    }
    let rows: Vec<OfficeRow> = query.load(tx.conn()).await.map_err(DbError::from)?;
    rows.into_iter().map(Office::try_from).collect()
}
