//! Every statement of usage.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Month};
use citygate_platform::db::{DbError, Tx};
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Measure, Service},
    schema::counters,
};

/// How often, over all rows of a group.
const TIMES: &str = "sum(times)::bigint";

/// Counts one in a row of many.
pub(crate) async fn count(
    tx: &mut Tx<'_>,
    service: Service<'_>,
    (month, measure, shard): (Month, Measure, i16),
) -> Result<(), DbError> {
    diesel::insert_into(counters::table)
        .values((
            counters::city.eq(service.agency.city().number()),
            counters::month.eq(month.first_day()),
            counters::item.eq(service.item),
            counters::agency_id.eq(service.agency.uuid()),
            counters::measure.eq(measure.code()),
            counters::shard.eq(shard),
            counters::times.eq(1_i64),
        ))
        .on_conflict((
            counters::city,
            counters::month,
            counters::item,
            counters::agency_id,
            counters::measure,
            counters::shard,
        ))
        .do_update()
        .set(counters::times.eq(counters::times + 1))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How often each service of a city was used.
pub(crate) async fn of_city(
    tx: &mut Tx<'_>,
    city: CityCode,
    month: Month,
) -> Result<Vec<(String, i64)>, Error> {
    let used = counters::table
        .filter(counters::city.eq(city.number()))
        .filter(counters::month.eq(month.first_day()))
        .filter(counters::measure.eq(Measure::Used.code()))
        .group_by(counters::item)
        .select((counters::item, sql::<BigInt>(TIMES)))
        .load(tx.conn());
    Ok(used.await?)
}

/// How often a service was used in each city.
pub(crate) async fn of_item(
    tx: &mut Tx<'_>,
    item: &str,
    month: Month,
) -> Result<Vec<(CityCode, i64)>, Error> {
    let rows: Vec<(i32, i64)> = counters::table
        .filter(counters::month.eq(month.first_day()))
        .filter(counters::item.eq(item))
        .filter(counters::measure.eq(Measure::Used.code()))
        .group_by(counters::city)
        .select((counters::city, sql::<BigInt>(TIMES)))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(city, times)| Ok((city.try_into().map_err(|_| Error::Damaged("city"))?, times)))
        .collect()
}

/// How often each agency of a city answered, and how.
pub(crate) async fn answers_of_city(
    tx: &mut Tx<'_>,
    city: CityCode,
    month: Month,
) -> Result<Vec<(AgencyId, Measure, i64)>, Error> {
    let rows: Vec<(Uuid, String, i64)> = counters::table
        .filter(counters::city.eq(city.number()))
        .filter(counters::month.eq(month.first_day()))
        .filter(counters::measure.ne(Measure::Used.code()))
        .group_by((counters::agency_id, counters::measure))
        .select((counters::agency_id, counters::measure, sql::<BigInt>(TIMES)))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(id, word, times)| Ok((AgencyId::from_parts(city, id), measure(&word)?, times)))
        .collect()
}

/// Everything that was counted of an agency's services.
pub(crate) async fn of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    month: Month,
) -> Result<Vec<(String, Measure, i64)>, Error> {
    let rows: Vec<(String, String, i64)> = counters::table
        .filter(counters::city.eq(agency.city().number()))
        .filter(counters::month.eq(month.first_day()))
        .filter(counters::agency_id.eq(agency.uuid()))
        .group_by((counters::item, counters::measure))
        .select((counters::item, counters::measure, sql::<BigInt>(TIMES)))
        .order(counters::item)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|(item, word, times)| Ok((item, measure(&word)?, times))).collect()
}

/// The first month in which anything was counted anywhere.
pub(crate) async fn first_month(tx: &mut Tx<'_>) -> Result<Option<Month>, Error> {
    let first: Option<NaiveDate> = counters::table
        .select(counters::month)
        .order(counters::month)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(first.map(Month::of))
}

fn measure(word: &str) -> Result<Measure, Error> {
    Measure::parse(word).ok_or(Error::Damaged("measure"))
}
