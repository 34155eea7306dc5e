//! Statements about payments.

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::CityCode;
use citygate_ledger::TransferId;
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{BillId, Payment, PaymentId},
    schema::{bill_settlements, part_payments, payments, receipt_letters},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct PaymentRow {
    city: i32,
    id: Uuid,
    bill_id: Uuid,
    payer_person_id: Uuid,
    payer_account_id: Uuid,
    principal_minor: i64,
    surcharge_minor: i64,
    currency: String,
    transfer_id: Uuid,
    paid_at: DateTime<Utc>,
}

impl TryFrom<PaymentRow> for Payment {
    type Error = Error;

    fn try_from(row: PaymentRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: PaymentId::from_parts(city, row.id),
            bill: BillId::from_parts(city, row.bill_id),
            payer: PersonId::from_uuid(row.payer_person_id),
            payer_account: AccountId::from_uuid(row.payer_account_id),
            principal: money(row.principal_minor, &row.currency)?,
            surcharge: money(row.surcharge_minor, &row.currency)?,
            transfer: TransferId::from_parts(city, row.transfer_id),
            paid_at: row.paid_at,
        })
    }
}

/// Writes payments.
pub(crate) async fn insert_payments(tx: &Tx<'_>, paid: &[&Payment]) -> Result<(), Error> {
    sql("INSERT INTO payments.payments (city, id, bill_id, payer_person_id, payer_account_id, \
         principal_minor, surcharge_minor, currency, transfer_id, paid_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind::<Array<Integer>, _>(column(paid, |p| p.id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(paid, |p| p.id.uuid()))
    .bind::<Array<SqlUuid>, _>(column(paid, |p| p.bill.uuid()))
    .bind::<Array<SqlUuid>, _>(column(paid, |p| p.payer.uuid()))
    .bind::<Array<SqlUuid>, _>(column(paid, |p| p.payer_account.uuid()))
    .bind::<Array<BigInt>, _>(column(paid, |p| p.principal.minor()))
    .bind::<Array<BigInt>, _>(column(paid, |p| p.surcharge.minor()))
    .bind::<Array<Text>, _>(column(paid, |p| p.principal.currency().code()))
    .bind::<Array<SqlUuid>, _>(column(paid, |p| p.transfer.uuid()))
    .bind::<Array<Timestamptz>, _>(column(paid, |p| p.paid_at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Notes what settled some bills. The primary key has the last word.
pub(crate) async fn insert_settlements(tx: &Tx<'_>, settled: &[&Payment]) -> Result<(), Error> {
    if settled.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.bill_settlements (city, bill_id, payment_id) \
         SELECT * FROM unnest($1, $2, $3)")
    .bind::<Array<Integer>, _>(column(settled, |p| p.bill.city().number()))
    .bind::<Array<SqlUuid>, _>(column(settled, |p| p.bill.uuid()))
    .bind::<Array<SqlUuid>, _>(column(settled, |p| p.id.uuid()))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Notes payments that left something to be paid, each with its number.
pub(crate) async fn insert_part_payments(
    tx: &Tx<'_>,
    parts: &[(&Payment, i32)],
) -> Result<(), Error> {
    if parts.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.part_payments (city, bill_id, n, payment_id) \
         SELECT * FROM unnest($1, $2, $3, $4)")
    .bind::<Array<Integer>, _>(column(parts, |(p, _)| p.bill.city().number()))
    .bind::<Array<SqlUuid>, _>(column(parts, |(p, _)| p.bill.uuid()))
    .bind::<Array<Integer>, _>(column(parts, |(_, n)| *n))
    .bind::<Array<SqlUuid>, _>(column(parts, |(p, _)| p.id.uuid()))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

pub(crate) async fn payment(tx: &mut Tx<'_>, id: PaymentId) -> Result<Option<Payment>, Error> {
    let row: Option<PaymentRow> = payments::table
        .find((id.city().number(), id.uuid()))
        .select(PaymentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Payment::try_from).transpose()
}

/// The latest payments of a bill, newest first.
pub(crate) async fn payments_of_bill(
    tx: &mut Tx<'_>,
    bill: BillId,
    limit: i64,
) -> Result<Vec<Payment>, Error> {
    let mut ids: Vec<Uuid> = part_payments::table
        .filter(part_payments::city.eq(bill.city().number()))
        .filter(part_payments::bill_id.eq(bill.uuid()))
        .order(part_payments::n.desc())
        .limit(limit)
        .select(part_payments::payment_id)
        .load(tx.conn())
        .await?;
    let settled: Option<Uuid> = bill_settlements::table
        .find((bill.city().number(), bill.uuid()))
        .select(bill_settlements::payment_id)
        .first(tx.conn())
        .await
        .optional()?;
    ids.extend(settled);
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::city.eq(bill.city().number()))
        .filter(payments::id.eq_any(ids))
        .order((payments::paid_at.desc(), payments::id.desc()))
        .limit(limit)
        .select(PaymentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// What settled some bills of one city.
pub(crate) async fn payments_of_bills(
    tx: &mut Tx<'_>,
    city: CityCode,
    bills: &[Uuid],
) -> Result<Vec<Payment>, Error> {
    let rows: Vec<PaymentRow> = payments::table
        .inner_join(
            bill_settlements::table.on(bill_settlements::city
                .eq(payments::city)
                .and(bill_settlements::payment_id.eq(payments::id))),
        )
        .filter(bill_settlements::city.eq(city.number()))
        .filter(bill_settlements::bill_id.eq_any(bills))
        .select(PaymentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

pub(crate) async fn payments_of_payer(
    tx: &mut Tx<'_>,
    payer: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Payment>, Error> {
    let mut query = payments::table
        .filter(payments::payer_person_id.eq(payer.uuid()))
        .order(payments::id.desc())
        .limit(limit)
        .select(PaymentRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(payments::id.lt(after));
    }
    let rows: Vec<PaymentRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Notes that a receipt goes out. False when it did before.
pub(crate) async fn insert_receipt_letter(
    tx: &mut Tx<'_>,
    payment: PaymentId,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(receipt_letters::table)
        .values((
            receipt_letters::city.eq(payment.city().number()),
            receipt_letters::payment_id.eq(payment.uuid()),
            receipt_letters::posted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}
