//! Lines that hospitals take back after they were settled.

use citygate_kernel::{Clock, Currency, Money};
use citygate_payments::refund_bill;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    charges::{self, NamedCharge},
    settlement_steps::tell_hospital,
    settlements::current,
};
use crate::{
    error::{ChargeError, Error},
    jobs::settlement::{RETURN_LINES, ReturnLines},
    model::{
        Charge, ChargeRefund, ChargeRefundId, ChargeRefundState, ChargeState, OwnNo, Settlement,
        SettlementId, SettlementLine, SettlementMethod,
    },
    rules::settlement::{SettlementEvent, next},
    store,
    wire::ChargeRefundBody,
};

/// What a hospital takes back.
pub(crate) struct NewChargeRefund {
    /// The hospital's own number of it.
    pub number: OwnNo,
    /// Which lines, whole.
    pub lines: Vec<i16>,
    pub reason: String,
}

/// Takes lines of a settled charge back, once for each claim: the patient's part goes to the wallet
/// it came from at once, and the insurer is told of its part. The number stands for its content:
/// sending the same again changes nothing.
pub(crate) async fn refund_lines(
    cx: &Cx,
    claim: &Claim,
    named: &NamedCharge,
    new: &NewChargeRefund,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.refund_lines", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let charge = charges::lock_named(tx, named).await?;
                Ok::<_, Error>(ChargeRefundBody::from(refund(tx, &charge, new).await?))
            })
            .await
        })
        .await
}

async fn refund(
    tx: &mut Tx<'_>,
    charge: &Charge,
    new: &NewChargeRefund,
) -> Result<ChargeRefund, Error> {
    if charge.state != ChargeState::Settling {
        return Err(ChargeError::ChargeNotSettled.into());
    }
    let settlement = current(tx, charge).await?;
    if let Some(known) = store::charge_refund_by_no(tx, settlement.id, &new.number).await? {
        let same = known.lines == new.lines && known.reason == new.reason;
        return if same { Ok(known) } else { Err(ChargeError::RefundDiffers.into()) };
    }
    let all = settlement.lines.iter().filter(|line| line.refund.is_none()).count();
    let event = match new.lines.len() < all {
        true => SettlementEvent::RefundSome,
        false => SettlementEvent::RefundAll,
    };
    let state = next(settlement.state, event).filter(|_| settlement.cash_paid_at.is_some());
    let state = state.ok_or(ChargeError::ChargeNotSettled)?;
    let refund = of_lines(tx, &settlement, new)?;
    store::insert_charge_refund(tx, &refund).await?;
    store::update_settlement(tx, &Settlement { state, ..settlement.clone() }).await?;
    if refund.state == ChargeRefundState::Returning {
        RETURN_LINES.enqueue(tx, &ReturnLines { refund: refund.id }).await?;
    }
    charges::changed(tx, charge).await?;
    tell_hospital(tx, charge, state, None).await?;
    give_cash_back(tx, charge, &settlement, &refund).await?;
    Ok(refund)
}

/// What the lines come to.
fn of_lines(
    tx: &Tx<'_>,
    settlement: &Settlement,
    new: &NewChargeRefund,
) -> Result<ChargeRefund, Error> {
    let (mut cash, mut insurance) = (0_i64, 0_i64);
    for n in &new.lines {
        let line = settlement.lines.iter().find(|line| line.split.n == *n);
        let line = line.filter(|line| line.refund.is_none());
        let line = line.ok_or(ChargeError::LineNotRefundable(*n))?;
        cash = cash.saturating_add(line.split.own());
        insurance = insurance.saturating_add(line.split.insured());
    }
    let told = settlement.method == SettlementMethod::Insurance;
    Ok(ChargeRefund {
        id: ChargeRefundId::new(settlement.id.city(), &Clock::manual(tx.now())),
        settlement: settlement.id,
        number: new.number.clone(),
        reason: new.reason.clone(),
        cash: Money::new(cash, Currency::Cny),
        insurance: Money::new(insurance, Currency::Cny),
        state: if told { ChargeRefundState::Returning } else { ChargeRefundState::Done },
        lines: new.lines.clone(),
    })
}

/// The bill has a line for each line of the charge of which the patient pays something.
async fn give_cash_back(
    tx: &mut Tx<'_>,
    charge: &Charge,
    settlement: &Settlement,
    refund: &ChargeRefund,
) -> Result<(), Error> {
    let Some(bill) = settlement.bill else { return Ok(()) };
    let billed = settlement.lines.iter().filter(|line| line.split.own() > 0);
    let taken = |(_, line): &(i16, &SettlementLine)| refund.lines.contains(&line.split.n);
    let lines: Vec<i16> = (1..).zip(billed).filter(taken).map(|(n, _)| n).collect();
    let back = refund_bill(tx, charge.agency, bill, Some(&lines), &refund.reason).await?;
    if back != refund.cash {
        return Err(Error::Damaged("what was paid of a charge"));
    }
    Ok(())
}

/// What the insurer is to be told of lines that were taken back.
pub(crate) struct Returning {
    pub settlement: SettlementId,
    pub lines: Vec<i16>,
}

/// What the insurer is to be told, if it is not known yet that it knows.
pub(crate) async fn returning(cx: &Cx, id: ChargeRefundId) -> Result<Option<Returning>, Error> {
    cx.db
        .tx("hospital.returning", async |tx| {
            let refund = store::charge_refund(tx, id).await?;
            let refund = refund.ok_or(Error::Damaged("refund of a charge"))?;
            Ok(match refund.state {
                ChargeRefundState::Returning => {
                    Some(Returning { settlement: refund.settlement, lines: refund.lines })
                }
                ChargeRefundState::Done => None,
            })
        })
        .await
}

/// The insurer has its part back.
pub(crate) async fn returned(cx: &Cx, id: ChargeRefundId) -> Result<(), Error> {
    cx.db.tx("hospital.returned", async |tx| store::end_charge_refund(tx, id).await).await
}
