//! Employers.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Employer, EmployerId},
    schema::employers,
};

/// Employers of a centre, by their ids; who is not known is absent.
pub(crate) async fn by_ids(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    ids: &[EmployerId],
) -> Result<BTreeMap<EmployerId, Employer>, Error> {
    let city = agency.city();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, String, String)> = employers::table
        .filter(employers::city.eq(city.number()))
        .filter(employers::agency_id.eq(agency.uuid()))
        .filter(employers::id.eq_any(ids))
        .select((employers::id, employers::employer_no, employers::name))
        .load(tx.conn())
        .await?;
    let employers = rows.into_iter().map(|(id, number, name)| {
        let id = EmployerId::from_parts(city, id);
        let number = number.parse().map_err(|_| Error::Damaged("employer number"))?;
        Ok((id, Employer { id, agency, number, name }))
    });
    employers.collect()
}

/// The ids of the employers of some numbers, where they are known.
pub(crate) async fn ids_by_numbers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<HashMap<String, Uuid>, Error> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Uuid)> = employers::table
        .filter(employers::city.eq(agency.city().number()))
        .filter(employers::agency_id.eq(agency.uuid()))
        .filter(employers::employer_no.eq_any(numbers))
        .select((employers::employer_no, employers::id))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Writes employers by their numbers, each with an id if it is new. The name of the later as-of
/// holds; of two names with the same one the greater, so that the order of arrival does not matter.
pub(crate) async fn put(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    as_of: DateTime<Utc>,
    named: &BTreeMap<&str, (Uuid, &str)>,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = named.values().map(|(id, _)| *id).collect();
    let names: Vec<&str> = named.values().map(|(_, name)| *name).collect();
    sql(
        "INSERT INTO provident_fund.employers AS e (city, agency_id, as_of, id, employer_no, name) \
         SELECT $1, $2, $3, new.* FROM unnest($4, $5, $6) AS new \
         ON CONFLICT (city, agency_id, employer_no) DO UPDATE \
         SET name = excluded.name, as_of = excluded.as_of \
         WHERE (e.as_of, e.name) < (excluded.as_of, excluded.name)",
    )
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<Timestamptz, _>(as_of)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(named.keys().copied().collect::<Vec<_>>())
    .bind::<Array<Text>, _>(names)
    .execute(tx.conn())
    .await?;
    Ok(())
}
