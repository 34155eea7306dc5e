//! Versions of reports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    db::Tx,
    keys::Keys,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Bytea, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{column_number, number};
use crate::{
    error::Error,
    model::{ReportId, ReportStatus, ReportVersion, VersionKey},
    schema::{report_versions as versions, reports},
    sealed,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct KeyRow {
    report_id: Uuid,
    version: i32,
    status: String,
    issued_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    content_digest: Vec<u8>,
}

impl TryFrom<KeyRow> for VersionKey {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self, Error> {
        Ok(Self {
            number: number(row.version)?,
            status: ReportStatus::parse(&row.status).ok_or(Error::Damaged("report status"))?,
            issued_at: row.issued_at,
            received_at: row.received_at,
            content_digest: row.content_digest,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct VersionRow {
    id: Uuid,
    version: i32,
    status: String,
    issued_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    content_sealed: Vec<u8>,
}

impl VersionRow {
    async fn opened(self, keys: &Keys, tx: &Tx<'_>) -> Result<ReportVersion, Error> {
        let column = &sealed::VERSION;
        Ok(ReportVersion {
            number: number(self.version)?,
            status: ReportStatus::parse(&self.status).ok_or(Error::Damaged("report status"))?,
            issued_at: self.issued_at,
            received_at: self.received_at,
            content: keys.open_json(tx, column, self.id, &self.content_sealed).await?,
        })
    }
}

/// A version that is to be written.
pub(crate) struct NewVersion {
    /// What the content is sealed for.
    pub id: Uuid,
    pub report: ReportId,
    pub key: VersionKey,
    pub content_sealed: Vec<u8>,
}

/// Writes versions.
pub(crate) async fn insert(tx: &Tx<'_>, new: &[NewVersion]) -> Result<(), Error> {
    sql("INSERT INTO results.report_versions (city, id, report_id, version, status, issued_at, \
             received_at, content_digest, content_sealed) \
         SELECT new.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS new")
    .bind::<Array<Integer>, _>(column(new, |version| version.report.city().number()))
    .bind::<Array<SqlUuid>, _>(column(new, |version| version.id))
    .bind::<Array<SqlUuid>, _>(column(new, |version| version.report.uuid()))
    .bind::<Array<Integer>, _>(column(new, |version| column_number(version.key.number)))
    .bind::<Array<Text>, _>(column(new, |version| version.key.status.code()))
    .bind::<Array<Timestamptz>, _>(column(new, |version| version.key.issued_at))
    .bind::<Array<Timestamptz>, _>(column(new, |version| version.key.received_at))
    .bind::<Array<Bytea>, _>(
        new.iter().map(|v| v.key.content_digest.as_slice()).collect::<Vec<_>>(),
    )
    .bind::<Array<Bytea>, _>(new.iter().map(|v| v.content_sealed.as_slice()).collect::<Vec<_>>())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// The versions of the reports of some numbers, by report. May be sent together with what locks the
/// reports, after it.
pub(crate) async fn keys_by_numbers(
    tx: &Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<BTreeMap<Uuid, Vec<VersionKey>>, Error> {
    let city = agency.city().number();
    let rows: Vec<KeyRow> = versions::table
        .inner_join(
            reports::table
                .on(reports::city.eq(versions::city).and(reports::id.eq(versions::report_id))),
        )
        .filter(reports::city.eq(city))
        .filter(reports::agency_id.eq(agency.uuid()))
        .filter(reports::report_no.eq_any(numbers))
        .order((versions::report_id, versions::version))
        .select(KeyRow::as_select())
        .load(&mut tx.pipeline())
        .await?;
    let mut found: BTreeMap<Uuid, Vec<VersionKey>> = BTreeMap::new();
    for row in rows {
        found.entry(row.report_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// The versions of a report in the order of their numbers, without what they say.
pub(crate) async fn keys_of(tx: &mut Tx<'_>, report: ReportId) -> Result<Vec<VersionKey>, Error> {
    let rows: Vec<KeyRow> = versions::table
        .filter(versions::city.eq(report.city().number()))
        .filter(versions::report_id.eq(report.uuid()))
        .order(versions::version)
        .select(KeyRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(VersionKey::try_from).collect()
}

/// A version of a report.
pub(crate) async fn version(
    tx: &mut Tx<'_>,
    keys: &Keys,
    report: ReportId,
    number: u32,
) -> Result<Option<ReportVersion>, Error> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::city.eq(report.city().number()))
        .filter(versions::report_id.eq(report.uuid()))
        .filter(versions::version.eq(column_number(number)))
        .select(VersionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    match row {
        Some(row) => Ok(Some(row.opened(keys, tx).await?)),
        None => Ok(None),
    }
}

/// Versions of a report, newest arrival first.
pub(crate) async fn versions(
    tx: &mut Tx<'_>,
    keys: &Keys,
    report: ReportId,
    before: Option<u32>,
    limit: i64,
) -> Result<Vec<ReportVersion>, Error> {
    let rows: Vec<VersionRow> = versions::table
        .filter(versions::city.eq(report.city().number()))
        .filter(versions::report_id.eq(report.uuid()))
        .filter(versions::version.lt(before.map_or(i32::MAX, column_number)))
        .order(versions::version.desc())
        .limit(limit)
        .select(VersionRow::as_select())
        .load(tx.conn())
        .await?;
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push(row.opened(keys, tx).await?);
    }
    Ok(opened)
}

/// The versions that stand of some reports.
pub(crate) async fn standing(
    tx: &mut Tx<'_>,
    keys: &Keys,
    of: &[crate::model::Report],
) -> Result<BTreeMap<Uuid, ReportVersion>, Error> {
    let Some(first) = of.first() else { return Ok(BTreeMap::new()) };
    let city = first.id.city();
    let rows: Vec<(Uuid, VersionRow)> = versions::table
        .inner_join(
            reports::table
                .on(reports::city.eq(versions::city).and(reports::id.eq(versions::report_id))),
        )
        .filter(versions::city.eq(city.number()))
        .filter(versions::report_id.eq_any(column(of, |report| report.id.uuid())))
        .filter(versions::version.eq(reports::current_version))
        .select((versions::report_id, VersionRow::as_select()))
        .load(tx.conn())
        .await?;
    let mut opened = BTreeMap::new();
    for (id, row) in rows {
        let version = row.opened(keys, tx).await?;
        opened.insert(id, version);
    }
    Ok(opened)
}
