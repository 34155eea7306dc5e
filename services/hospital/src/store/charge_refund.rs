//! Statements about what was taken back of settlements.

use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{charge::fen, city};
use crate::{
    error::Error,
    model::{ChargeRefund, ChargeRefundId, ChargeRefundState, OwnNo, SettlementId},
    schema::{charge_refunds, settlement_lines},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = charge_refunds)]
struct RefundRow {
    city: i32,
    id: Uuid,
    settlement_id: Uuid,
    refund_no: String,
    reason: String,
    cash_minor: i64,
    insurance_minor: i64,
    state: String,
}

impl RefundRow {
    fn with(self, lines: Vec<i16>) -> Result<ChargeRefund, Error> {
        let city = city(self.city)?;
        Ok(ChargeRefund {
            id: ChargeRefundId::from_parts(city, self.id),
            settlement: SettlementId::from_parts(city, self.settlement_id),
            number: self.refund_no.parse().map_err(|_| Error::Damaged("refund number"))?,
            reason: self.reason,
            cash: fen(self.cash_minor),
            insurance: fen(self.insurance_minor),
            state: ChargeRefundState::parse(&self.state).ok_or(Error::Damaged("refund state"))?,
            lines,
        })
    }
}

async fn lines_of(tx: &mut Tx<'_>, refund: &RefundRow) -> Result<Vec<i16>, Error> {
    let lines = settlement_lines::table
        .filter(settlement_lines::city.eq(refund.city))
        .filter(settlement_lines::settlement_id.eq(refund.settlement_id))
        .filter(settlement_lines::refund_id.eq(refund.id))
        .order(settlement_lines::n)
        .select(settlement_lines::n)
        .load(tx.conn())
        .await?;
    Ok(lines)
}

pub(crate) async fn charge_refund(
    tx: &mut Tx<'_>,
    id: ChargeRefundId,
) -> Result<Option<ChargeRefund>, Error> {
    let row: Option<RefundRow> = charge_refunds::table
        .find((id.city().number(), id.uuid()))
        .select(RefundRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, &row).await?;
    row.with(lines).map(Some)
}

pub(crate) async fn charge_refund_by_no(
    tx: &mut Tx<'_>,
    settlement: SettlementId,
    number: &OwnNo,
) -> Result<Option<ChargeRefund>, Error> {
    let row: Option<RefundRow> = charge_refunds::table
        .filter(charge_refunds::city.eq(settlement.city().number()))
        .filter(charge_refunds::settlement_id.eq(settlement.uuid()))
        .filter(charge_refunds::refund_no.eq(number.as_str()))
        .select(RefundRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines_of(tx, &row).await?;
    row.with(lines).map(Some)
}

/// Writes what was taken back, and marks its lines.
pub(crate) async fn insert_charge_refund(
    tx: &mut Tx<'_>,
    refund: &ChargeRefund,
) -> Result<(), Error> {
    let now = tx.now();
    let city = refund.id.city().number();
    diesel::insert_into(charge_refunds::table)
        .values((
            charge_refunds::city.eq(city),
            charge_refunds::id.eq(refund.id.uuid()),
            charge_refunds::settlement_id.eq(refund.settlement.uuid()),
            charge_refunds::refund_no.eq(refund.number.as_str()),
            charge_refunds::reason.eq(&refund.reason),
            charge_refunds::cash_minor.eq(refund.cash.minor()),
            charge_refunds::insurance_minor.eq(refund.insurance.minor()),
            charge_refunds::state.eq(refund.state.code()),
            charge_refunds::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    let lines = settlement_lines::table
        .filter(settlement_lines::city.eq(city))
        .filter(settlement_lines::settlement_id.eq(refund.settlement.uuid()))
        .filter(settlement_lines::n.eq_any(&refund.lines));
    diesel::update(lines)
        .set(settlement_lines::refund_id.eq(Some(refund.id.uuid())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The insurer has its part back.
pub(crate) async fn end_charge_refund(tx: &mut Tx<'_>, id: ChargeRefundId) -> Result<(), Error> {
    diesel::update(charge_refunds::table.find((id.city().number(), id.uuid())))
        .set(charge_refunds::state.eq(ChargeRefundState::Done.code()))
        .execute(tx.conn())
        .await?;
    Ok(())
}
