//! Reports.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, column_number, number};
use crate::{
    error::Error,
    model::{OrderId, OwnNo, Report, ReportCategory, ReportId, ReportStatus},
    schema::reports,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
pub(super) struct ReportRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    report_no: String,
    order_id: Uuid,
    person_id: Uuid,
    current_version: i32,
    last_version: i32,
    status: String,
    issued_at: DateTime<Utc>,
    effective_at: Option<DateTime<Utc>>,
    category: String,
    code_index: Vec<u8>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl TryFrom<ReportRow> for Report {
    type Error = Error;

    fn try_from(row: ReportRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: ReportId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            report_no: OwnNo::parse(&row.report_no).ok_or(Error::Damaged("report number"))?,
            order: OrderId::from_parts(city, row.order_id),
            person: PersonId::from_uuid(row.person_id),
            current_version: number(row.current_version)?,
            last_version: number(row.last_version)?,
            status: ReportStatus::parse(&row.status).ok_or(Error::Damaged("report status"))?,
            issued_at: row.issued_at,
            effective_at: row.effective_at,
            category: ReportCategory::parse(&row.category).ok_or(Error::Damaged("category"))?,
            code_index: row.code_index,
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// Writes new reports. Returns how many: fewer where a number is taken.
pub(crate) async fn insert(tx: &Tx<'_>, new: &[&Report]) -> Result<usize, Error> {
    let inserted = sql("INSERT INTO results.reports \
             (city, agency_id, id, report_no, order_id, person_id, current_version, last_version, \
              status, issued_at, effective_at, category, code_index, created_at, changed_at) \
         SELECT new.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         AS new ON CONFLICT (city, agency_id, report_no) DO NOTHING")
    .bind::<Array<Integer>, _>(column(new, |report| report.id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(new, |report| report.agency.uuid()))
    .bind::<Array<SqlUuid>, _>(column(new, |report| report.id.uuid()))
    .bind::<Array<Text>, _>(column(new, |report| report.report_no.as_str()))
    .bind::<Array<SqlUuid>, _>(column(new, |report| report.order.uuid()))
    .bind::<Array<SqlUuid>, _>(column(new, |report| report.person.uuid()))
    .bind::<Array<Integer>, _>(column(new, |report| column_number(report.current_version)))
    .bind::<Array<Integer>, _>(column(new, |report| column_number(report.last_version)))
    .bind::<Array<Text>, _>(column(new, |report| report.status.code()))
    .bind::<Array<Timestamptz>, _>(column(new, |report| report.issued_at))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(new, |report| report.effective_at))
    .bind::<Array<Text>, _>(column(new, |report| report.category.code()))
    .bind::<Array<Bytea>, _>(column(new, |report| report.code_index.as_slice()))
    .bind::<Array<Timestamptz>, _>(column(new, |report| report.created_at))
    .bind::<Array<Timestamptz>, _>(column(new, |report| report.changed_at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(inserted)
}

/// Writes what a new version changes of a report.
pub(crate) async fn update(tx: &Tx<'_>, report: &Report) -> Result<(), Error> {
    diesel::update(reports::table.find((report.id.city().number(), report.id.uuid())))
        .set((
            reports::current_version.eq(column_number(report.current_version)),
            reports::last_version.eq(column_number(report.last_version)),
            reports::status.eq(report.status.code()),
            reports::issued_at.eq(report.issued_at),
            reports::effective_at.eq(report.effective_at),
            reports::category.eq(report.category.code()),
            reports::code_index.eq(&report.code_index),
            reports::changed_at.eq(report.changed_at),
        ))
        .execute(&mut tx.pipeline())
        .await?;
    Ok(())
}

/// The reports of some numbers, locked in the order of their numbers. May be sent together with what
/// locks their orders, after it.
pub(crate) async fn lock_by_numbers(
    tx: &Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<Vec<Report>, Error> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::city.eq(agency.city().number()))
        .filter(reports::agency_id.eq(agency.uuid()))
        .filter(reports::report_no.eq_any(numbers))
        .order(reports::report_no)
        .select(ReportRow::as_select())
        .for_no_key_update()
        .load(&mut tx.pipeline())
        .await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// A report.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: ReportId) -> Result<Option<Report>, Error> {
    let row: Option<ReportRow> = reports::table
        .find((id.city().number(), id.uuid()))
        .select(ReportRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Report::try_from).transpose()
}

/// A report, which nobody else changes until this transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: ReportId) -> Result<Option<Report>, Error> {
    let row: Option<ReportRow> = reports::table
        .find((id.city().number(), id.uuid()))
        .select(ReportRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Report::try_from).transpose()
}

/// A person's reports, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Report>, Error> {
    let mut query = reports::table
        .filter(reports::person_id.eq(person.uuid()))
        .order(reports::id.desc())
        .limit(limit)
        .select(ReportRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(reports::id.lt(after));
    }
    let rows: Vec<ReportRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Report::try_from).collect()
}
