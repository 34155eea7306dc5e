//! Statements about people as hospitals know them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::new_id, schema::patients};

/// The ids under which a hospital knows people, where it knows them.
pub(crate) async fn patients_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    people: &[PersonId],
) -> Result<BTreeMap<PersonId, Uuid>, Error> {
    let found: Vec<(Uuid, Uuid)> = patients::table
        .filter(patients::city.eq(agency.city().number()))
        .filter(patients::agency_id.eq(agency.uuid()))
        .filter(patients::person_id.eq_any(column(people, |person| person.uuid())))
        .select((patients::person_id, patients::id))
        .load(tx.conn())
        .await?;
    Ok(found.into_iter().map(|(person, id)| (PersonId::from_uuid(person), id)).collect())
}

#[derive(QueryableByName)]
#[diesel(table_name = patients)]
struct Linked {
    person_id: Uuid,
    id: Uuid,
}

/// Gives people an id of the hospital's, but for those who have one. Waits for others who do the same.
pub(crate) async fn link_patients(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    people: &[(PersonId, Uuid)],
) -> Result<BTreeMap<PersonId, Uuid>, Error> {
    // Sorted: whoever links several people does it in this order.
    let mut people = people.to_vec();
    people.sort_unstable();
    let now = tx.now();
    let linked: Vec<Linked> = sql("INSERT INTO exchange.patients \
           (city, agency_id, created_at, person_id, id) \
         SELECT $1, $2, $3, new.* FROM unnest($4, $5) AS new \
         ON CONFLICT (city, agency_id, person_id) DO NOTHING RETURNING person_id, id")
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(column(&people, |(person, _)| person.uuid()))
    .bind::<Array<SqlUuid>, _>(column(&people, |(_, id)| *id))
    .load(tx.conn())
    .await?;
    Ok(linked.into_iter().map(|row| (PersonId::from_uuid(row.person_id), row.id)).collect())
}

/// Who a patient of a hospital is.
pub(crate) async fn person_of_patient(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    patient: Uuid,
) -> Result<Option<PersonId>, Error> {
    let found: Option<Uuid> = patients::table
        .find((agency.city().number(), patient))
        .filter(patients::agency_id.eq(agency.uuid()))
        .select(patients::person_id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.map(PersonId::from_uuid))
}

/// A patient of a hospital, and since when.
pub(crate) struct PatientRow {
    pub id: Uuid,
    pub person: PersonId,
    pub created_at: DateTime<Utc>,
}

/// Those of these patients who are the hospital's, in the order of their ids.
pub(crate) async fn patients_by_id(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    ids: &[Uuid],
) -> Result<Vec<PatientRow>, Error> {
    let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = patients::table
        .filter(patients::city.eq(agency.city().number()))
        .filter(patients::id.eq_any(ids))
        .filter(patients::agency_id.eq(agency.uuid()))
        .order(patients::id)
        .select((patients::id, patients::person_id, patients::created_at))
        .load(tx.conn())
        .await?;
    let row = |(id, person, created_at)| PatientRow {
        id,
        person: PersonId::from_uuid(person),
        created_at,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// An id for a patient who is new.
pub(crate) fn new_patient(tx: &Tx<'_>) -> Uuid {
    new_id(tx.now())
}
