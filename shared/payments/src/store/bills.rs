//! Statements about bills.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Money, Rate, Text};
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{
        Array, BigInt, Bool, Date, Integer, Nullable, SmallInt, Text as SqlText, Timestamptz,
        Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{Bill, BillId, BillState, Instalment, NewBill, Parts, Progress, Surcharge},
    schema::{bill_instalments, bills},
};

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = bills)]
struct BillRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    issuer: String,
    external_no: String,
    debtor_person_id: Uuid,
    payer_person_id: Option<Uuid>,
    subject_en: String,
    subject_zh: String,
    amount_minor: i64,
    currency: String,
    due_on: NaiveDate,
    surcharge_bps_per_day: Option<i32>,
    surcharge_cap_minor: Option<i64>,
    state: String,
    expires_at: Option<DateTime<Utc>>,
    allows_partial: bool,
    line_count: i16,
    share_count: i16,
    instalment_count: i16,
    payment_count: i32,
    principal_paid_minor: i64,
    surcharge_paid_minor: i64,
    accrued_minor: i64,
    accrued_on: Option<NaiveDate>,
    cancel_reason: Option<String>,
}

impl TryFrom<BillRow> for Bill {
    type Error = Error;

    fn try_from(row: BillRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let surcharge = match (row.surcharge_bps_per_day, row.surcharge_cap_minor) {
            (Some(rate), Some(cap)) => Some(Surcharge {
                per_day: Rate::basis_points(rate.unsigned_abs()),
                cap: money(cap, &row.currency)?,
            }),
            _ => None,
        };
        Ok(Self {
            id: BillId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            issuer: row.issuer,
            external_no: row.external_no,
            debtor: PersonId::from_uuid(row.debtor_person_id),
            payer: row.payer_person_id.map(PersonId::from_uuid),
            subject: Text::new(row.subject_en, row.subject_zh),
            amount: money(row.amount_minor, &row.currency)?,
            due_on: row.due_on,
            surcharge,
            expires_at: row.expires_at,
            allows_partial: row.allows_partial,
            parts: Parts {
                lines: row.line_count,
                shares: row.share_count,
                instalments: row.instalment_count,
            },
            progress: Progress {
                principal: row.principal_paid_minor,
                surcharge: row.surcharge_paid_minor,
                accrued: row.accrued_minor,
                accrued_on: row.accrued_on,
                payments: row.payment_count,
            },
            // A state of a later version: neither payable nor paid as far as we know.
            stored_state: BillState::parse(&row.state).ok_or(Error::Damaged("bill state"))?,
            cancel_reason: row.cancel_reason,
            instalments: Vec::new(),
        })
    }
}

/// Bills with their instalments, where they have any.
async fn complete(tx: &Tx<'_>, rows: Vec<BillRow>) -> Result<Vec<Bill>, Error> {
    let mut bills = rows.into_iter().map(Bill::try_from).collect::<Result<Vec<_>, _>>()?;
    let planned = bills.iter().filter(|bill| bill.parts.instalments > 0).map(|bill| bill.id);
    let mut plans: BTreeMap<BillId, Vec<(i64, NaiveDate)>> = BTreeMap::new();
    for (city, ids) in BillId::by_city(planned) {
        let rows: Vec<(Uuid, i64, NaiveDate)> = bill_instalments::table
            .filter(bill_instalments::city.eq(city.number()))
            .filter(bill_instalments::bill_id.eq_any(ids))
            .order((bill_instalments::bill_id, bill_instalments::n))
            .select((
                bill_instalments::bill_id,
                bill_instalments::amount_minor,
                bill_instalments::due_on,
            ))
            .load(&mut tx.pipeline())
            .await?;
        for (id, minor, due_on) in rows {
            plans.entry(BillId::from_parts(city, id)).or_default().push((minor, due_on));
        }
    }
    for bill in &mut bills {
        let plan = plans.remove(&bill.id).unwrap_or_default().into_iter();
        let amount = |minor| Money::new(minor, bill.amount.currency());
        bill.instalments =
            plan.map(|(minor, due_on)| Instalment { amount: amount(minor), due_on }).collect();
    }
    Ok(bills)
}

/// Writes bills; those whose number their agency has used already are left out. Returns which were
/// written.
pub(crate) async fn insert_bills(tx: &mut Tx<'_>, new: &[&NewBill]) -> Result<Vec<BillId>, Error> {
    #[derive(QueryableByName)]
    #[diesel(table_name = bills)]
    struct Inserted {
        city: i32,
        id: Uuid,
    }
    let rates = new.iter().map(|bill| {
        let rate = bill.surcharge.map(|terms| i32::try_from(terms.per_day.in_basis_points()));
        rate.transpose().map_err(|_| Error::Damaged("surcharge"))
    });
    let rates: Vec<Option<i32>> = rates.collect::<Result<_, _>>()?;
    let count = |n: usize| i16::try_from(n).unwrap_or(i16::MAX);
    let now = tx.now();
    let rows: Vec<Inserted> = sql(
        "INSERT INTO payments.bills (state, created_at, city, id, agency_id, issuer, external_no, \
         debtor_person_id, payer_person_id, subject_en, subject_zh, amount_minor, currency, \
         due_on, surcharge_bps_per_day, surcharge_cap_minor, expires_at, allows_partial, \
         line_count, share_count, instalment_count) \
         SELECT 'open', $1, new.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
         $13, $14, $15, $16, $17, $18, $19, $20) AS new ON CONFLICT DO NOTHING RETURNING city, id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Integer>, _>(column(new, |b| b.id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(new, |b| b.id.uuid()))
    .bind::<Array<SqlUuid>, _>(column(new, |b| b.agency.uuid()))
    .bind::<Array<SqlText>, _>(column(new, |b| b.issuer))
    .bind::<Array<SqlText>, _>(column(new, |b| b.external_no.as_str()))
    .bind::<Array<SqlUuid>, _>(column(new, |b| b.debtor.uuid()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(new, |b| b.terms.payer.map(|p| p.uuid())))
    .bind::<Array<SqlText>, _>(column(new, |b| b.subject.en.as_str()))
    .bind::<Array<SqlText>, _>(column(new, |b| b.subject.zh.as_str()))
    .bind::<Array<BigInt>, _>(column(new, |b| b.amount.minor()))
    .bind::<Array<SqlText>, _>(column(new, |b| b.amount.currency().code()))
    .bind::<Array<Date>, _>(column(new, |b| b.due_on))
    .bind::<Array<Nullable<Integer>>, _>(rates)
    .bind::<Array<Nullable<BigInt>>, _>(column(new, |b| b.surcharge.map(|s| s.cap.minor())))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(new, |b| b.terms.expires_at))
    .bind::<Array<Bool>, _>(column(new, |b| b.terms.allows_partial))
    .bind::<Array<SmallInt>, _>(column(new, |b| count(b.terms.lines.len())))
    .bind::<Array<SmallInt>, _>(column(new, |b| count(b.terms.shares.len())))
    .bind::<Array<SmallInt>, _>(column(new, |b| count(b.terms.instalments.len())))
    .load(tx.conn())
    .await?;
    rows.into_iter().map(|row| Ok(BillId::from_parts(city(row.city)?, row.id))).collect()
}

/// Writes the instalments of new bills.
pub(crate) async fn insert_instalments(tx: &mut Tx<'_>, new: &[&NewBill]) -> Result<(), Error> {
    let rows: Vec<(BillId, i16, Instalment)> = new
        .iter()
        .flat_map(|bill| {
            (1_i16..).zip(&bill.terms.instalments).map(|(n, part)| (bill.id, n, *part))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.bill_instalments (city, bill_id, n, amount_minor, due_on) \
         SELECT * FROM unnest($1, $2, $3, $4, $5)")
    .bind::<Array<Integer>, _>(column(&rows, |(id, ..)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(id, ..)| id.uuid()))
    .bind::<Array<SmallInt>, _>(column(&rows, |(_, n, _)| *n))
    .bind::<Array<BigInt>, _>(column(&rows, |(.., part)| part.amount.minor()))
    .bind::<Array<Date>, _>(column(&rows, |(.., part)| part.due_on))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn bill(tx: &mut Tx<'_>, id: BillId) -> Result<Option<Bill>, Error> {
    Ok(bills_by_id(tx, id.city(), &[id.uuid()]).await?.pop())
}

/// Locks bills of one city, in the order of all writers: each by its key, one after the other,
/// whatever the planner believes of the size of the table.
pub(crate) async fn lock_bills(
    tx: &Tx<'_>,
    city: CityCode,
    mut ids: Vec<Uuid>,
) -> Result<Vec<Bill>, Error> {
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<BillRow> = sql(
        "SELECT b.* FROM unnest($1) AS asked (id) CROSS JOIN LATERAL (SELECT city, id, agency_id, \
         issuer, external_no, debtor_person_id, payer_person_id, subject_en, subject_zh, \
         amount_minor, currency, due_on, surcharge_bps_per_day, surcharge_cap_minor, state, \
         expires_at, allows_partial, line_count, share_count, instalment_count, payment_count, \
         principal_paid_minor, surcharge_paid_minor, accrued_minor, accrued_on, cancel_reason \
         FROM payments.bills WHERE city = $2 AND id = asked.id FOR NO KEY UPDATE) b",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Integer, _>(city.number())
    .load(&mut tx.pipeline())
    .await?;
    complete(tx, rows).await
}

pub(crate) async fn lock_bill(tx: &mut Tx<'_>, id: BillId) -> Result<Option<Bill>, Error> {
    Ok(lock_bills(tx, id.city(), vec![id.uuid()]).await?.pop())
}

/// Bills of one city.
pub(crate) async fn bills_by_id(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Bill>, Error> {
    let rows: Vec<BillRow> = bills::table
        .filter(bills::city.eq(city.number()))
        .filter(bills::id.eq_any(ids))
        .select(BillRow::as_select())
        .load(tx.conn())
        .await?;
    complete(tx, rows).await
}

/// Bills of an agency by its own numbers.
pub(crate) async fn bills_by_number(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    issuer: &str,
    numbers: &[&str],
) -> Result<Vec<Bill>, Error> {
    let rows: Vec<BillRow> = bills::table
        .filter(bills::city.eq(agency.city().number()))
        .filter(bills::agency_id.eq(agency.uuid()))
        .filter(bills::issuer.eq(issuer))
        .filter(bills::external_no.eq_any(numbers))
        .select(BillRow::as_select())
        .load(tx.conn())
        .await?;
    complete(tx, rows).await
}

/// The bills that a person owes or is asked to pay.
pub(crate) async fn bills_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Bill>, Error> {
    let mut query = bills::table
        .filter(
            bills::debtor_person_id.eq(person.uuid()).or(bills::payer_person_id.eq(person.uuid())),
        )
        .order(bills::id.desc())
        .limit(limit)
        .select(BillRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(bills::id.lt(after));
    }
    let rows: Vec<BillRow> = query.load(tx.conn()).await?;
    complete(tx, rows).await
}

pub(crate) async fn set_due_on(
    tx: &mut Tx<'_>,
    id: BillId,
    due_on: NaiveDate,
) -> Result<(), Error> {
    diesel::update(bills::table.find((id.city().number(), id.uuid())))
        .set(bills::due_on.eq(due_on))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Closes an open bill that nobody will pay any more.
pub(crate) async fn close_bill(
    tx: &mut Tx<'_>,
    id: BillId,
    state: BillState,
    reason: Option<&str>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(bills::table.find((id.city().number(), id.uuid())))
        .set((
            bills::state.eq(state.code()),
            bills::closed_at.eq(now),
            bills::cancel_reason.eq(reason),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes down what was paid of locked bills of one city, and closes those that are settled.
pub(crate) async fn update_progress(
    tx: &Tx<'_>,
    city: CityCode,
    paid: &[&Bill],
) -> Result<(), Error> {
    let now = tx.now();
    sql("UPDATE payments.bills b SET state = new.state, payment_count = new.payments, \
         principal_paid_minor = new.principal, surcharge_paid_minor = new.surcharge, \
         accrued_minor = new.accrued, accrued_on = new.accrued_on, \
         closed_at = CASE WHEN new.state = 'paid' THEN $1 END \
         FROM unnest($2, $3, $4, $5, $6, $7, $8) \
         AS new (id, state, payments, principal, surcharge, accrued, accrued_on) \
         WHERE b.city = $9 AND b.id = ANY($10) AND b.id = new.id")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(column(paid, |b| b.id.uuid()))
    .bind::<Array<SqlText>, _>(column(paid, |b| b.stored_state.code()))
    .bind::<Array<Integer>, _>(column(paid, |b| b.progress.payments))
    .bind::<Array<BigInt>, _>(column(paid, |b| b.progress.principal))
    .bind::<Array<BigInt>, _>(column(paid, |b| b.progress.surcharge))
    .bind::<Array<BigInt>, _>(column(paid, |b| b.progress.accrued))
    .bind::<Array<Nullable<Date>>, _>(column(paid, |b| b.progress.accrued_on))
    .bind::<Integer, _>(city.number())
    .bind::<Array<SqlUuid>, _>(column(paid, |b| b.id.uuid()))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}
