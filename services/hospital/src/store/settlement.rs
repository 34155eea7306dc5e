//! Statements about settlements, and what was taken back of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Masked};
use citygate_payments::BillId;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, SmallInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{charge::fen, city};
use crate::{
    error::Error,
    model::{
        ChargeId, ChargeRefundId, LineSplit, Settlement, SettlementId, SettlementLine,
        SettlementMethod, SettlementState,
    },
    rules::insurance::UsedThisYear,
    schema::{credit_takers, settlement_lines, settlements},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = settlements)]
struct SettlementRow {
    city: i32,
    id: Uuid,
    charge_id: Uuid,
    method: String,
    credential: String,
    state: String,
    reason: Option<String>,
    insurance_minor: i64,
    cash_minor: i64,
    bill_id: Option<Uuid>,
    on_credit: bool,
    cash_paid_at: Option<DateTime<Utc>>,
    receipt_no: Option<String>,
    receipt_at: Option<DateTime<Utc>>,
}

impl SettlementRow {
    fn with(self, lines: Vec<SettlementLine>) -> Result<Settlement, Error> {
        let city = city(self.city)?;
        let damaged = |what| move || Error::Damaged(what);
        Ok(Settlement {
            id: SettlementId::from_parts(city, self.id),
            charge: ChargeId::from_parts(city, self.charge_id),
            method: SettlementMethod::parse(&self.method).ok_or_else(damaged("method"))?,
            credential: Masked::new(self.credential),
            state: SettlementState::parse(&self.state).ok_or_else(damaged("settlement state"))?,
            reason: self.reason,
            insurance: fen(self.insurance_minor),
            cash: fen(self.cash_minor),
            bill: self.bill_id.map(|id| BillId::from_parts(city, id)),
            on_credit: self.on_credit,
            cash_paid_at: self.cash_paid_at,
            receipt: self.receipt_no.zip(self.receipt_at),
            lines,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = settlement_lines)]
struct LineRow {
    settlement_id: Uuid,
    n: i16,
    out_of_catalogue_minor: i64,
    category_b_self_minor: i64,
    deductible_used_minor: i64,
    pool_minor: i64,
    large_amount_minor: i64,
    assistance_minor: i64,
    account_minor: i64,
    cash_minor: i64,
    refund_id: Option<Uuid>,
}

impl LineRow {
    fn line(&self, city: CityCode) -> SettlementLine {
        let split = LineSplit {
            n: self.n,
            out_of_catalogue: self.out_of_catalogue_minor,
            category_b_self: self.category_b_self_minor,
            deductible_used: self.deductible_used_minor,
            pool: self.pool_minor,
            large_amount: self.large_amount_minor,
            assistance: self.assistance_minor,
            account: self.account_minor,
            cash: self.cash_minor,
        };
        let refund = self.refund_id.map(|id| ChargeRefundId::from_parts(city, id));
        SettlementLine { split, refund }
    }
}

pub(crate) async fn insert_settlement(
    tx: &mut Tx<'_>,
    settlement: &Settlement,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(settlements::table)
        .values((
            settlements::city.eq(settlement.id.city().number()),
            settlements::id.eq(settlement.id.uuid()),
            settlements::charge_id.eq(settlement.charge.uuid()),
            settlements::method.eq(settlement.method.code()),
            settlements::credential.eq(settlement.credential.expose()),
            settlements::state.eq(settlement.state.code()),
            settlements::insurance_minor.eq(settlement.insurance.minor()),
            settlements::cash_minor.eq(settlement.cash.minor()),
            settlements::on_credit.eq(settlement.on_credit),
            settlements::created_at.eq(now),
            settlements::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Some settlements of a city with their lines.
pub(crate) async fn settlements(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[SettlementId],
) -> Result<BTreeMap<SettlementId, Settlement>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<SettlementRow> = settlements::table
        .filter(settlements::city.eq(city.number()))
        .filter(settlements::id.eq_any(&ids))
        .select(SettlementRow::as_select())
        .load(tx.conn())
        .await?;
    let line_rows: Vec<LineRow> = settlement_lines::table
        .filter(settlement_lines::city.eq(city.number()))
        .filter(settlement_lines::settlement_id.eq_any(&ids))
        .order((settlement_lines::settlement_id, settlement_lines::n))
        .select(LineRow::as_select())
        .load(tx.conn())
        .await?;
    let mut lines: BTreeMap<Uuid, Vec<SettlementLine>> = BTreeMap::new();
    for row in line_rows {
        lines.entry(row.settlement_id).or_default().push(row.line(city));
    }
    rows.into_iter()
        .map(|row| {
            let lines = lines.remove(&row.id).unwrap_or_default();
            let settlement = row.with(lines)?;
            Ok((settlement.id, settlement))
        })
        .collect()
}

pub(crate) async fn settlement(
    tx: &mut Tx<'_>,
    id: SettlementId,
) -> Result<Option<Settlement>, Error> {
    Ok(settlements(tx, id.city(), &[id]).await?.remove(&id))
}

/// The settlement whose cash part is a bill.
pub(crate) async fn settlement_of_bill(
    tx: &mut Tx<'_>,
    bill: BillId,
) -> Result<Option<SettlementId>, Error> {
    let found = settlements::table
        .filter(settlements::city.eq(bill.city().number()))
        .filter(settlements::bill_id.eq(bill.uuid()))
        .select(settlements::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.map(|id| SettlementId::from_parts(bill.city(), id)))
}

/// The settlement that a receipt is of.
pub(crate) async fn settlement_of_receipt(
    tx: &mut Tx<'_>,
    city: CityCode,
    receipt_no: &str,
) -> Result<Option<SettlementId>, Error> {
    let found = settlements::table
        .filter(settlements::city.eq(city.number()))
        .filter(settlements::receipt_no.eq(receipt_no))
        .select(settlements::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.map(|id| SettlementId::from_parts(city, id)))
}

/// Writes down everything that may change of a settlement.
pub(crate) async fn update_settlement(
    tx: &mut Tx<'_>,
    settlement: &Settlement,
) -> Result<(), Error> {
    let now = tx.now();
    let (receipt_no, receipt_at) = match &settlement.receipt {
        Some((number, at)) => (Some(number), Some(*at)),
        None => (None, None),
    };
    diesel::update(settlements::table.find((settlement.id.city().number(), settlement.id.uuid())))
        .set((
            settlements::credential.eq(settlement.credential.expose()),
            settlements::state.eq(settlement.state.code()),
            settlements::reason.eq(&settlement.reason),
            settlements::insurance_minor.eq(settlement.insurance.minor()),
            settlements::cash_minor.eq(settlement.cash.minor()),
            settlements::bill_id.eq(settlement.bill.map(|bill| bill.uuid())),
            settlements::on_credit.eq(settlement.on_credit),
            settlements::cash_paid_at.eq(settlement.cash_paid_at),
            settlements::receipt_no.eq(receipt_no),
            settlements::receipt_at.eq(receipt_at),
            settlements::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes who pays what of each line.
pub(crate) async fn insert_split(
    tx: &mut Tx<'_>,
    id: SettlementId,
    split: &[LineSplit],
) -> Result<(), Error> {
    let amounts = |of: fn(&LineSplit) -> i64| column(split, of);
    sql("INSERT INTO hospital.settlement_lines (city, settlement_id, n, out_of_catalogue_minor, \
             category_b_self_minor, deductible_used_minor, pool_minor, large_amount_minor, \
             assistance_minor, account_minor, cash_minor) \
         SELECT $1, $2, new.* \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) AS new")
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Array<SmallInt>, _>(column(split, |line| line.n))
    .bind::<Array<BigInt>, _>(amounts(|line| line.out_of_catalogue))
    .bind::<Array<BigInt>, _>(amounts(|line| line.category_b_self))
    .bind::<Array<BigInt>, _>(amounts(|line| line.deductible_used))
    .bind::<Array<BigInt>, _>(amounts(|line| line.pool))
    .bind::<Array<BigInt>, _>(amounts(|line| line.large_amount))
    .bind::<Array<BigInt>, _>(amounts(|line| line.assistance))
    .bind::<Array<BigInt>, _>(amounts(|line| line.account))
    .bind::<Array<BigInt>, _>(amounts(|line| line.cash))
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = BigInt)]
    deductible: i64,
    #[diesel(sql_type = BigInt)]
    pool: i64,
}

/// What a patient has used of the insurance in a city since an instant, as far as it was settled
/// here and not taken back.
pub(crate) async fn used_since(
    tx: &mut Tx<'_>,
    city: CityCode,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<UsedThisYear, Error> {
    let row: UsedRow =
        sql("SELECT coalesce(sum(l.deductible_used_minor), 0)::bigint AS deductible, \
             coalesce(sum(l.pool_minor), 0)::bigint AS pool \
         FROM hospital.charges c \
         JOIN hospital.settlements s ON s.city = c.city AND s.charge_id = c.id \
         JOIN hospital.settlement_lines l ON l.city = s.city AND l.settlement_id = s.id \
         WHERE c.city = $1 AND c.person_id = $2 AND s.created_at >= $3 AND l.refund_id IS NULL \
             AND s.state IN ('pre_settled', 'paid', 'settled', 'partly_refunded')")
        .bind::<Integer, _>(city.number())
        .bind::<SqlUuid, _>(person.uuid())
        .bind::<Timestamptz, _>(since)
        .get_result(tx.conn())
        .await?;
    Ok(UsedThisYear { deductible: row.deductible, pool: row.pool })
}

/// From here on nobody else grants the person credit in the city.
pub(crate) async fn lock_credit(
    tx: &mut Tx<'_>,
    city: CityCode,
    person: PersonId,
) -> Result<(), Error> {
    diesel::insert_into(credit_takers::table)
        .values((
            credit_takers::city.eq(city.number()),
            credit_takers::person_id.eq(person.uuid()),
            credit_takers::grants.eq(1),
        ))
        .on_conflict((credit_takers::city, credit_takers::person_id))
        .do_update()
        .set(credit_takers::grants.eq(credit_takers::grants + 1))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct OwedRow {
    #[diesel(sql_type = SqlUuid)]
    bill_id: Uuid,
}

/// What a person has still to pay on credit in a city.
pub(crate) async fn owed_on_credit(
    tx: &mut Tx<'_>,
    city: CityCode,
    person: PersonId,
) -> Result<Vec<BillId>, Error> {
    let rows: Vec<OwedRow> = sql("SELECT s.bill_id FROM hospital.settlements s \
         JOIN hospital.charges c ON c.city = s.city AND c.id = s.charge_id \
         WHERE s.city = $1 AND c.person_id = $2 AND s.on_credit AND s.cash_paid_at IS NULL \
             AND s.bill_id IS NOT NULL")
    .bind::<Integer, _>(city.number())
    .bind::<SqlUuid, _>(person.uuid())
    .get_results(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| BillId::from_parts(city, row.bill_id)).collect())
}
