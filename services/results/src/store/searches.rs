//! What hospitals' systems look for.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_fhir::Window;
use citygate_identity::PersonId;
use citygate_platform::{db::Tx, keys::Keys};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    observations::{ObservationRow, opened},
    orders::OrderRow,
    reports::ReportRow,
};
use crate::{
    error::Error,
    model::{Order, Report, StoredObservation},
    schema::{observations, orders, report_versions, reports},
};

/// What resources have to match. Each part that is there narrows it down; within a part any value
/// does.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub ids: Option<Vec<Uuid>>,
    /// Own numbers.
    pub numbers: Option<Vec<String>>,
    pub people: Option<Vec<PersonId>>,
    pub orders: Option<Vec<Uuid>>,
    /// Blind indexes.
    pub codes: Option<Vec<Vec<u8>>>,
    pub statuses: Option<Vec<&'static str>>,
    pub categories: Option<Vec<&'static str>>,
    /// Of authoring, or issue.
    pub issued: Vec<Window>,
    /// When it was true of the patient.
    pub effective: Vec<Window>,
    /// When the version came to be.
    pub updated: Vec<Window>,
    pub after: Option<Uuid>,
    pub limit: i64,
}

impl Filter {
    fn people(&self) -> Option<Vec<Uuid>> {
        Some(self.people.as_ref()?.iter().map(|person| person.uuid()).collect())
    }
}

/// Narrows a query down to instants within windows.
macro_rules! within {
    ($query:ident, $column:expr, $windows:expr) => {
        for Window { from, until, outside } in $windows {
            let (from, until) = (first(*from), last(*until));
            $query = match outside {
                false => $query.filter($column.ge(from)).filter($column.lt(until)),
                true => $query.filter($column.lt(from).or($column.ge(until))),
            };
        }
    };
}

/// Narrows a query down to values.
macro_rules! among {
    ($query:ident, $column:expr, $values:expr) => {
        if let Some(values) = $values {
            $query = $query.filter($column.eq_any(values));
        }
    };
}

fn first(from: Option<DateTime<Utc>>) -> DateTime<Utc> {
    from.unwrap_or(DateTime::UNIX_EPOCH - chrono::TimeDelta::days(365 * 1_000))
}

fn last(until: Option<DateTime<Utc>>) -> DateTime<Utc> {
    until.unwrap_or(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(365 * 8_000))
}

/// A hospital's orders.
pub(crate) async fn orders(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    filter: &Filter,
) -> Result<Vec<Order>, Error> {
    let mut query = orders::table
        .filter(orders::city.eq(agency.city().number()))
        .filter(orders::agency_id.eq(agency.uuid()))
        .order(orders::id)
        .limit(filter.limit)
        .select(OrderRow::as_select())
        .into_boxed();
    among!(query, orders::id, &filter.ids);
    among!(query, orders::order_no, &filter.numbers);
    among!(query, orders::person_id, filter.people());
    among!(query, orders::status, &filter.statuses);
    within!(query, orders::authored_at, &filter.issued);
    within!(query, orders::changed_at, &filter.updated);
    if let Some(after) = filter.after {
        query = query.filter(orders::id.gt(after));
    }
    let rows: Vec<OrderRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Order::try_from).collect()
}

/// A hospital's reports.
pub(crate) async fn reports(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    filter: &Filter,
) -> Result<Vec<Report>, Error> {
    let mut query = reports::table
        .filter(reports::city.eq(agency.city().number()))
        .filter(reports::agency_id.eq(agency.uuid()))
        .order(reports::id)
        .limit(filter.limit)
        .select(ReportRow::as_select())
        .into_boxed();
    among!(query, reports::id, &filter.ids);
    among!(query, reports::report_no, &filter.numbers);
    among!(query, reports::person_id, filter.people());
    among!(query, reports::order_id, &filter.orders);
    among!(query, reports::code_index, &filter.codes);
    among!(query, reports::status, &filter.statuses);
    among!(query, reports::category, &filter.categories);
    within!(query, reports::issued_at, &filter.issued);
    within!(query, reports::effective_at.assume_not_null(), &filter.effective);
    within!(query, reports::changed_at, &filter.updated);
    if let Some(after) = filter.after {
        query = query.filter(reports::id.gt(after));
    }
    let rows: Vec<ReportRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// An item, and when its version arrived.
pub(crate) type Item = (StoredObservation, DateTime<Utc>);

/// A hospital's items, in the versions that stand.
pub(crate) async fn observations(
    tx: &mut Tx<'_>,
    keys: &Keys,
    agency: AgencyId,
    filter: &Filter,
) -> Result<Vec<Item>, Error> {
    let of_report = observations::city
        .eq(reports::city)
        .and(observations::report_id.eq(reports::id))
        .and(observations::version.eq(reports::current_version));
    let of_version = report_versions::city
        .eq(reports::city)
        .and(report_versions::report_id.eq(reports::id))
        .and(report_versions::version.eq(reports::current_version));
    let mut query = reports::table
        .inner_join(observations::table.on(of_report))
        .inner_join(report_versions::table.on(of_version))
        .filter(reports::city.eq(agency.city().number()))
        .filter(reports::agency_id.eq(agency.uuid()))
        .order(observations::resource_id)
        .limit(filter.limit)
        .select((ObservationRow::as_select(), report_versions::received_at))
        .into_boxed();
    among!(query, observations::resource_id, &filter.ids);
    among!(query, observations::person_id, filter.people());
    among!(query, observations::code_index, &filter.codes);
    among!(query, observations::status, &filter.statuses);
    within!(query, observations::effective_at, &filter.effective);
    within!(query, report_versions::received_at, &filter.updated);
    if let Some(after) = filter.after {
        query = query.filter(observations::resource_id.gt(after));
    }
    let rows: Vec<(ObservationRow, DateTime<Utc>)> = query.load(tx.conn()).await?;
    with_instants(rows, keys, tx).await
}

/// All versions of a hospital's item, newest arrival first.
pub(crate) async fn observation_versions(
    tx: &mut Tx<'_>,
    keys: &Keys,
    agency: AgencyId,
    id: Uuid,
) -> Result<Vec<(Item, bool)>, Error> {
    let of_report =
        observations::city.eq(reports::city).and(observations::report_id.eq(reports::id));
    let of_version = report_versions::city
        .eq(observations::city)
        .and(report_versions::report_id.eq(observations::report_id))
        .and(report_versions::version.eq(observations::version));
    let rows: Vec<(ObservationRow, DateTime<Utc>, i32)> = observations::table
        .inner_join(reports::table.on(of_report))
        .inner_join(report_versions::table.on(of_version))
        .filter(observations::city.eq(agency.city().number()))
        .filter(observations::resource_id.eq(id))
        .filter(reports::agency_id.eq(agency.uuid()))
        .order(observations::version.desc())
        .select((
            ObservationRow::as_select(),
            report_versions::received_at,
            reports::current_version,
        ))
        .load(tx.conn())
        .await?;
    let standing: Vec<i32> = rows.iter().map(|(_, _, current)| *current).collect();
    let rows = rows.into_iter().map(|(row, at, _)| (row, at)).collect();
    let items = with_instants(rows, keys, tx).await?;
    let stands = |(item, current): (Item, i32)| {
        let stands = i32::try_from(item.0.version) == Ok(current);
        (item, stands)
    };
    Ok(items.into_iter().zip(standing).map(stands).collect())
}

async fn with_instants(
    rows: Vec<(ObservationRow, DateTime<Utc>)>,
    keys: &Keys,
    tx: &Tx<'_>,
) -> Result<Vec<Item>, Error> {
    let (rows, instants): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    Ok(opened(rows, keys, tx).await?.into_iter().zip(instants).collect())
}
