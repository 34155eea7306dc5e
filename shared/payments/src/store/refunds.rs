//! Statements about refunds.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Currency, Money};
use citygate_ledger::TransferId;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, SmallInt, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{PaymentId, Refund, RefundId, RefundedLine},
    schema::{refund_letters, refund_lines, refund_totals, refunds},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = refunds)]
struct RefundRow {
    city: i32,
    id: Uuid,
    payment_id: Uuid,
    amount_minor: i64,
    currency: String,
    reason: String,
    transfer_id: Uuid,
    refunded_at: DateTime<Utc>,
}

impl TryFrom<RefundRow> for Refund {
    type Error = Error;

    fn try_from(row: RefundRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: RefundId::from_parts(city, row.id),
            payment: PaymentId::from_parts(city, row.payment_id),
            amount: money(row.amount_minor, &row.currency)?,
            reason: row.reason,
            transfer: TransferId::from_parts(city, row.transfer_id),
            refunded_at: row.refunded_at,
            lines: Vec::new(),
        })
    }
}

/// How much has gone back of payments of one city, in minor units; absent where nothing has.
pub(crate) async fn refunded(
    tx: &mut Tx<'_>,
    city: CityCode,
    payments: &[Uuid],
) -> Result<BTreeMap<PaymentId, i64>, Error> {
    let rows: Vec<(Uuid, i64)> = refund_totals::table
        .filter(refund_totals::city.eq(city.number()))
        .filter(refund_totals::payment_id.eq_any(payments))
        .select((refund_totals::payment_id, refund_totals::refunded_minor))
        .load(tx.conn())
        .await?;
    let by_id = |(id, minor)| (PaymentId::from_parts(city, id), minor);
    Ok(rows.into_iter().map(by_id).collect())
}

/// Adds to what has gone back of a payment. A CHECK has the last word: never more than was paid.
pub(crate) async fn add_refunded(
    tx: &mut Tx<'_>,
    payment: PaymentId,
    paid: Money,
    refunded: Money,
) -> Result<(), Error> {
    sql("INSERT INTO payments.refund_totals AS t (city, payment_id, paid_minor, refunded_minor) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (city, payment_id) \
         DO UPDATE SET refunded_minor = t.refunded_minor + excluded.refunded_minor")
    .bind::<Integer, _>(payment.city().number())
    .bind::<SqlUuid, _>(payment.uuid())
    .bind::<BigInt, _>(paid.minor())
    .bind::<BigInt, _>(refunded.minor())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a refund and which lines it took back.
pub(crate) async fn insert_refund(tx: &mut Tx<'_>, refund: &Refund) -> Result<(), Error> {
    diesel::insert_into(refunds::table)
        .values((
            refunds::city.eq(refund.id.city().number()),
            refunds::id.eq(refund.id.uuid()),
            refunds::payment_id.eq(refund.payment.uuid()),
            refunds::amount_minor.eq(refund.amount.minor()),
            refunds::currency.eq(refund.amount.currency().code()),
            refunds::reason.eq(&refund.reason),
            refunds::transfer_id.eq(refund.transfer.uuid()),
            refunds::refunded_at.eq(refund.refunded_at),
        ))
        .execute(tx.conn())
        .await?;
    if refund.lines.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.refund_lines (city, refund_id, n, amount_minor) \
         SELECT $1, $2, new.* FROM unnest($3, $4) AS new")
    .bind::<Integer, _>(refund.id.city().number())
    .bind::<SqlUuid, _>(refund.id.uuid())
    .bind::<Array<SmallInt>, _>(column(&refund.lines, |line| line.n))
    .bind::<Array<BigInt>, _>(column(&refund.lines, |line| line.amount.minor()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn refund(tx: &mut Tx<'_>, id: RefundId) -> Result<Option<Refund>, Error> {
    let row: Option<RefundRow> = refunds::table
        .find((id.city().number(), id.uuid()))
        .select(RefundRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    Ok(with_lines(tx, id.city(), vec![row]).await?.pop())
}

/// The latest refunds of a payment, newest first.
pub(crate) async fn refunds_of_payment(
    tx: &mut Tx<'_>,
    payment: PaymentId,
    limit: i64,
) -> Result<Vec<Refund>, Error> {
    let rows: Vec<RefundRow> = refunds::table
        .filter(refunds::city.eq(payment.city().number()))
        .filter(refunds::payment_id.eq(payment.uuid()))
        .order((refunds::refunded_at.desc(), refunds::id.desc()))
        .limit(limit)
        .select(RefundRow::as_select())
        .load(tx.conn())
        .await?;
    with_lines(tx, payment.city(), rows).await
}

async fn with_lines(
    tx: &mut Tx<'_>,
    city: CityCode,
    rows: Vec<RefundRow>,
) -> Result<Vec<Refund>, Error> {
    let mut refunds = rows.into_iter().map(Refund::try_from).collect::<Result<Vec<_>, _>>()?;
    if refunds.is_empty() {
        return Ok(refunds);
    }
    let lines: Vec<(Uuid, i16, i64)> = refund_lines::table
        .filter(refund_lines::city.eq(city.number()))
        .filter(refund_lines::refund_id.eq_any(column(&refunds, |refund| refund.id.uuid())))
        .order((refund_lines::refund_id, refund_lines::n))
        .select((refund_lines::refund_id, refund_lines::n, refund_lines::amount_minor))
        .load(tx.conn())
        .await?;
    for refund in &mut refunds {
        let currency: Currency = refund.amount.currency();
        let own = lines.iter().filter(|(id, ..)| *id == refund.id.uuid());
        refund.lines = own
            .map(|(_, n, minor)| RefundedLine { n: *n, amount: Money::new(*minor, currency) })
            .collect();
    }
    Ok(refunds)
}

/// Notes that the payer is told of a refund. False when that was done before.
pub(crate) async fn insert_refund_letter(tx: &mut Tx<'_>, refund: RefundId) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(refund_letters::table)
        .values((
            refund_letters::city.eq(refund.city().number()),
            refund_letters::refund_id.eq(refund.uuid()),
            refund_letters::posted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}
