//! Statements about the lines of bills, and about shares in bills and payments.

use std::collections::BTreeMap;

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Currency, Money, Text};
use citygate_ledger::TransferId;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, SmallInt, Text as SqlText, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{BillId, Line, NewBill, PaymentId, PaymentShare, RefundedLine, Share},
    schema::{bill_lines, bill_shares, payment_shares},
};

/// Writes the lines of new bills.
pub(crate) async fn insert_lines(tx: &mut Tx<'_>, new: &[&NewBill]) -> Result<(), Error> {
    let rows: Vec<(BillId, i16, &Line)> = new
        .iter()
        .flat_map(|bill| (1_i16..).zip(&bill.terms.lines).map(|(n, line)| (bill.id, n, line)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.bill_lines (city, bill_id, n, text_en, text_zh, amount_minor) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6)")
    .bind::<Array<Integer>, _>(column(&rows, |(id, ..)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(id, ..)| id.uuid()))
    .bind::<Array<SmallInt>, _>(column(&rows, |(_, n, _)| *n))
    .bind::<Array<SqlText>, _>(column(&rows, |(.., line)| line.text.en.as_str()))
    .bind::<Array<SqlText>, _>(column(&rows, |(.., line)| line.text.zh.as_str()))
    .bind::<Array<BigInt>, _>(column(&rows, |(.., line)| line.amount.minor()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The lines of bills of one city, in their order. They are of the bill's currency.
pub(crate) async fn lines(
    tx: &mut Tx<'_>,
    city: CityCode,
    bills: &BTreeMap<Uuid, Currency>,
) -> Result<BTreeMap<BillId, Vec<Line>>, Error> {
    let rows: Vec<(Uuid, String, String, i64, i64)> = bill_lines::table
        .filter(bill_lines::city.eq(city.number()))
        .filter(bill_lines::bill_id.eq_any(bills.keys()))
        .order((bill_lines::bill_id, bill_lines::n))
        .select((
            bill_lines::bill_id,
            bill_lines::text_en,
            bill_lines::text_zh,
            bill_lines::amount_minor,
            bill_lines::refunded_minor,
        ))
        .load(tx.conn())
        .await?;
    let mut lines: BTreeMap<BillId, Vec<Line>> = BTreeMap::new();
    for (bill, en, zh, minor, refunded) in rows {
        let Some(currency) = bills.get(&bill) else { continue };
        let (text, amount) = (Text::new(en, zh), Money::new(minor, *currency));
        let line = Line { text, amount, refunded };
        lines.entry(BillId::from_parts(city, bill)).or_default().push(line);
    }
    Ok(lines)
}

/// Writes down what a refund took back of the lines of a locked bill.
pub(crate) async fn take_from_lines(
    tx: &mut Tx<'_>,
    bill: BillId,
    taken: &[RefundedLine],
) -> Result<(), Error> {
    if taken.is_empty() {
        return Ok(());
    }
    sql("UPDATE payments.bill_lines l SET refunded_minor = l.refunded_minor + new.amount \
         FROM unnest($1, $2) AS new (n, amount) \
         WHERE l.city = $3 AND l.bill_id = $4 AND l.n = new.n")
    .bind::<Array<SmallInt>, _>(column(taken, |line| line.n))
    .bind::<Array<BigInt>, _>(column(taken, |line| line.amount.minor()))
    .bind::<Integer, _>(bill.city().number())
    .bind::<SqlUuid, _>(bill.uuid())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes the shares of new bills.
pub(crate) async fn insert_shares(tx: &mut Tx<'_>, new: &[&NewBill]) -> Result<(), Error> {
    let rows: Vec<(BillId, i16, &Share)> = new
        .iter()
        .flat_map(|bill| (1_i16..).zip(&bill.terms.shares).map(|(n, share)| (bill.id, n, share)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.bill_shares (city, bill_id, n, agency_id, parts) \
         SELECT * FROM unnest($1, $2, $3, $4, $5)")
    .bind::<Array<Integer>, _>(column(&rows, |(id, ..)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(id, ..)| id.uuid()))
    .bind::<Array<SmallInt>, _>(column(&rows, |(_, n, _)| *n))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(.., share)| share.agency.uuid()))
    .bind::<Array<Integer>, _>(column(&rows, |(.., share)| {
        i32::try_from(share.parts).unwrap_or(i32::MAX)
    }))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The shares of bills of one city, in their order. Whoever writes them holds the bills' locks.
pub(crate) async fn shares(
    tx: &Tx<'_>,
    city: CityCode,
    bills: &[Uuid],
) -> Result<BTreeMap<BillId, Vec<Share>>, Error> {
    let rows: Vec<(Uuid, Uuid, i32, i64)> = bill_shares::table
        .filter(bill_shares::city.eq(city.number()))
        .filter(bill_shares::bill_id.eq_any(bills))
        .order((bill_shares::bill_id, bill_shares::n))
        .select((
            bill_shares::bill_id,
            bill_shares::agency_id,
            bill_shares::parts,
            bill_shares::received_minor,
        ))
        .load(&mut tx.pipeline())
        .await?;
    let mut shares: BTreeMap<BillId, Vec<Share>> = BTreeMap::new();
    for (bill, agency, parts, received) in rows {
        let agency = AgencyId::from_parts(city, agency);
        let share = Share { agency, parts: parts.unsigned_abs(), received };
        shares.entry(BillId::from_parts(city, bill)).or_default().push(share);
    }
    Ok(shares)
}

/// Writes down what each share of some bills has received.
pub(crate) async fn update_shares(
    tx: &Tx<'_>,
    changed: &[(BillId, &Vec<Share>)],
) -> Result<(), Error> {
    let rows: Vec<(BillId, i16, i64)> = changed
        .iter()
        .flat_map(|(bill, shares)| {
            (1_i16..).zip(shares.iter()).map(|(n, share)| (*bill, n, share.received))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sql("UPDATE payments.bill_shares s SET received_minor = new.received \
         FROM unnest($1, $2, $3, $4) AS new (city, bill_id, n, received) \
         WHERE s.city = new.city AND s.bill_id = new.bill_id AND s.n = new.n")
    .bind::<Array<Integer>, _>(column(&rows, |(id, ..)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(id, ..)| id.uuid()))
    .bind::<Array<SmallInt>, _>(column(&rows, |(_, n, _)| *n))
    .bind::<Array<BigInt>, _>(column(&rows, |(.., received)| *received))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Writes down how payments were shared out.
pub(crate) async fn insert_payment_shares(tx: &Tx<'_>, rows: &[PaymentShare]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO payments.payment_shares \
         (city, payment_id, n, agency_id, amount_minor, transfer_id) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6)")
    .bind::<Array<Integer>, _>(column(rows, |s| s.payment.city().number()))
    .bind::<Array<SqlUuid>, _>(column(rows, |s| s.payment.uuid()))
    .bind::<Array<SmallInt>, _>(column(rows, |s| s.n))
    .bind::<Array<SqlUuid>, _>(column(rows, |s| s.agency.uuid()))
    .bind::<Array<BigInt>, _>(column(rows, |s| s.amount))
    .bind::<Array<SqlUuid>, _>(column(rows, |s| s.transfer.uuid()))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// How a payment was shared out, in its order; empty where it was not.
pub(crate) async fn payment_shares(
    tx: &mut Tx<'_>,
    payment: PaymentId,
) -> Result<Vec<PaymentShare>, Error> {
    let city = payment.city();
    let rows: Vec<(i16, Uuid, i64, i64, Uuid)> = payment_shares::table
        .filter(payment_shares::city.eq(city.number()))
        .filter(payment_shares::payment_id.eq(payment.uuid()))
        .order(payment_shares::n)
        .select((
            payment_shares::n,
            payment_shares::agency_id,
            payment_shares::amount_minor,
            payment_shares::refunded_minor,
            payment_shares::transfer_id,
        ))
        .load(tx.conn())
        .await?;
    let share = |(n, agency, amount, refunded, transfer)| PaymentShare {
        payment,
        n,
        agency: AgencyId::from_parts(city, agency),
        amount,
        refunded,
        transfer: TransferId::from_parts(city, transfer),
    };
    Ok(rows.into_iter().map(share).collect())
}

/// Writes down what a refund took of each share of a payment whose bill is locked, by their
/// numbers.
pub(crate) async fn take_from_payment_shares(
    tx: &mut Tx<'_>,
    payment: PaymentId,
    taken: &[(i16, i64)],
) -> Result<(), Error> {
    if taken.is_empty() {
        return Ok(());
    }
    sql("UPDATE payments.payment_shares s SET refunded_minor = s.refunded_minor + new.amount \
         FROM unnest($1, $2) AS new (n, amount) \
         WHERE s.city = $3 AND s.payment_id = $4 AND s.n = new.n")
    .bind::<Array<SmallInt>, _>(column(taken, |(n, _)| *n))
    .bind::<Array<BigInt>, _>(column(taken, |(_, amount)| *amount))
    .bind::<Integer, _>(payment.city().number())
    .bind::<SqlUuid, _>(payment.uuid())
    .execute(tx.conn())
    .await?;
    Ok(())
}
