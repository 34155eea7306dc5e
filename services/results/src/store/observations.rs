//! Items of versions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::{
    db::Tx,
    keys::Keys,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Bytea, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, column_number, number};
use crate::{
    error::Error,
    model::{NewObservation, ReportId, StoredObservation},
    schema::{observations, reports},
    sealed,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = observations)]
pub(super) struct ObservationRow {
    city: i32,
    id: Uuid,
    resource_id: Uuid,
    report_id: Uuid,
    version: i32,
    person_id: Uuid,
    effective_at: DateTime<Utc>,
    content_sealed: Vec<u8>,
}

impl ObservationRow {
    pub(super) async fn opened(self, keys: &Keys, tx: &Tx<'_>) -> Result<StoredObservation, Error> {
        let column = &sealed::OBSERVATION;
        let said: NewObservation =
            keys.open_json(tx, column, self.id, &self.content_sealed).await?;
        Ok(StoredObservation {
            id: self.resource_id,
            report: ReportId::from_parts(city(self.city)?, self.report_id),
            version: number(self.version)?,
            person: PersonId::from_uuid(self.person_id),
            effective_at: self.effective_at,
            said: NewObservation { id: Some(self.resource_id), ..said },
        })
    }
}

pub(super) async fn opened(
    rows: Vec<ObservationRow>,
    keys: &Keys,
    tx: &Tx<'_>,
) -> Result<Vec<StoredObservation>, Error> {
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push(row.opened(keys, tx).await?);
    }
    Ok(opened)
}

/// An item that is to be written.
pub(crate) struct NewItem {
    /// What the content is sealed for.
    pub id: Uuid,
    /// Of the `Observation`.
    pub resource: Uuid,
    pub report: ReportId,
    pub version: u32,
    /// Its place in the version, from 1.
    pub n: i16,
    pub person: PersonId,
    pub status: &'static str,
    pub effective_at: DateTime<Utc>,
    pub code_index: Vec<u8>,
    pub content_sealed: Vec<u8>,
}

/// Writes items.
pub(crate) async fn insert(tx: &Tx<'_>, new: &[NewItem]) -> Result<(), Error> {
    sql("INSERT INTO results.observations (city, id, resource_id, report_id, version, n, \
             person_id, status, effective_at, code_index, content_sealed) \
         SELECT new.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS new")
    .bind::<Array<Integer>, _>(column(new, |item| item.report.city().number()))
    .bind::<Array<SqlUuid>, _>(column(new, |item| item.id))
    .bind::<Array<SqlUuid>, _>(column(new, |item| item.resource))
    .bind::<Array<SqlUuid>, _>(column(new, |item| item.report.uuid()))
    .bind::<Array<Integer>, _>(column(new, |item| column_number(item.version)))
    .bind::<Array<SmallInt>, _>(column(new, |item| item.n))
    .bind::<Array<SqlUuid>, _>(column(new, |item| item.person.uuid()))
    .bind::<Array<Text>, _>(column(new, |item| item.status))
    .bind::<Array<Timestamptz>, _>(column(new, |item| item.effective_at))
    .bind::<Array<Bytea>, _>(new.iter().map(|i| i.code_index.as_slice()).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(new.iter().map(|i| i.content_sealed.as_slice()).collect::<Vec<_>>())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// The items of a version, in the hospital's order.
pub(crate) async fn of_version(
    tx: &mut Tx<'_>,
    keys: &Keys,
    report: ReportId,
    version: u32,
) -> Result<Vec<StoredObservation>, Error> {
    let rows: Vec<ObservationRow> = observations::table
        .filter(observations::city.eq(report.city().number()))
        .filter(observations::report_id.eq(report.uuid()))
        .filter(observations::version.eq(column_number(version)))
        .order(observations::n)
        .select(ObservationRow::as_select())
        .load(tx.conn())
        .await?;
    opened(rows, keys, tx).await
}

/// A person's items of one code in the versions that stand, newest first: from all hospitals.
pub(crate) async fn of_code(
    tx: &mut Tx<'_>,
    keys: &Keys,
    person: PersonId,
    code_index: &[u8],
    limit: i64,
) -> Result<Vec<StoredObservation>, Error> {
    let rows: Vec<ObservationRow> =
        observations::table
            .inner_join(reports::table.on(
                reports::city.eq(observations::city).and(reports::id.eq(observations::report_id)),
            ))
            .filter(observations::person_id.eq(person.uuid()))
            .filter(observations::code_index.eq(code_index))
            .filter(observations::version.eq(reports::current_version))
            .order((observations::effective_at.desc(), observations::id.desc()))
            .limit(limit)
            .select(ObservationRow::as_select())
            .load(tx.conn())
            .await?;
    opened(rows, keys, tx).await
}

/// The ids of a version's `Observation`s, in the hospital's order.
pub(crate) async fn ids_of_version(
    tx: &mut Tx<'_>,
    report: ReportId,
    version: u32,
) -> Result<Vec<Uuid>, Error> {
    Ok(observations::table
        .filter(observations::city.eq(report.city().number()))
        .filter(observations::report_id.eq(report.uuid()))
        .filter(observations::version.eq(column_number(version)))
        .order(observations::n)
        .select(observations::resource_id)
        .load(tx.conn())
        .await?)
}

/// Of which reports of a hospital's some `Observation`s are.
pub(crate) async fn reports_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Uuid>, Error> {
    let rows: Vec<(Uuid, Uuid)> =
        observations::table
            .inner_join(reports::table.on(
                reports::city.eq(observations::city).and(reports::id.eq(observations::report_id)),
            ))
            .filter(observations::city.eq(agency.city().number()))
            .filter(observations::resource_id.eq_any(ids))
            .filter(reports::agency_id.eq(agency.uuid()))
            .select((observations::resource_id, observations::report_id))
            .load(tx.conn())
            .await?;
    Ok(rows.into_iter().collect())
}
