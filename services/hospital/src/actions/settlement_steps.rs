//! What becomes of settlements: by what the insurer says, and by what is paid or not.
//!
//! Each step takes the charge's lock, looks where the settlement stands by then, and does nothing
//! where it has no effect any more. So it does not matter in which order or how often news comes:
//!
//! | order of events | what comes of it |
//! |---|---|
//! | called off while the split is not known yet | reversed at the insurer, whatever it had answered |
//! | paid, and then called off | refused: a bill that is paid cannot be taken back |
//! | called off, and then paid | refused: the bill is taken back |
//! | the time to pay ends | reversed at the insurer |
//! | paid, and the confirmation is unknown | asked about until it is known |
//! | paid, and the confirmation is refused for good | the money goes back; the charge is open again |
//! | paid, and another split is confirmed | the money goes back, and the insurer's part as well |

use chrono::Datelike;
use citygate_kernel::Clock;
use citygate_notify::{Owner, send_webhook};
use citygate_payments::{BillId, refund_bill};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use super::{
    charges,
    settlements::{NOT_PAID_IN_TIME, covered, lines, present, take_back, undo_cash},
};
use crate::{
    error::{ChargeError, Error},
    insurer::{ClaimLine, Outcome},
    model::{Charge, ChargeState, Settlement, SettlementId, SettlementState},
    rules::{
        insurance, receipt,
        settlement::{SettlementEvent, next},
    },
    store,
};

/// Why a settlement came to nothing, where the insurer's answers cannot be right.
const CONTRADICTION: &str = "insurer_contradicts_itself";
/// Why the patient's money goes back, to whoever has paid.
const NOT_CONFIRMED: &str = "医保未确认结算 / the medical insurance did not confirm its part";
const CAME_TO_NOTHING: &str = "结算已撤销 / the settlement was called off";

/// What the insurer is to be asked next.
pub(crate) enum Question {
    PreSettle { hospital: String, credential: String, lines: Vec<ClaimLine> },
    Confirm,
    Reverse,
}

/// What the insurer is to be asked about a settlement, if anything.
pub(crate) async fn question(cx: &Cx, id: SettlementId) -> Result<Option<Question>, Error> {
    cx.db
        .tx("hospital.question", async |tx| {
            let settlement = store::settlement(tx, id).await?;
            let settlement = settlement.ok_or(Error::Damaged("settlement"))?;
            match settlement.state {
                SettlementState::Asked => {}
                SettlementState::Paid => return Ok(Some(Question::Confirm)),
                SettlementState::Reversing => return Ok(Some(Question::Reverse)),
                SettlementState::PreSettled
                | SettlementState::Settled
                | SettlementState::PartlyRefunded
                | SettlementState::Refunded
                | SettlementState::Refused
                | SettlementState::Reversed => return Ok(None),
            }
            let charge = store::charge(tx, settlement.charge).await?;
            let charge = charge.ok_or(ChargeError::ChargeUnknown)?;
            let lines = lines(tx, &charge).await?;
            let claim = lines.iter().map(|line| {
                let (n, class, amount) = (line.n, line.class, line.amount.minor());
                ClaimLine { n, class, amount }
            });
            Ok(Some(Question::PreSettle {
                hospital: charge.agency.to_string(),
                credential: settlement.credential.expose().clone(),
                lines: claim.collect(),
            }))
        })
        .await
}

/// The insurer has split a charge, or refused to.
pub(crate) async fn pre_settled(cx: &Cx, id: SettlementId, outcome: &Outcome) -> Result<(), Error> {
    cx.db
        .tx("hospital.pre_settled", async |tx| {
            let (charge, settlement) = locked(tx, id).await?;
            let split = match outcome {
                Outcome::Refused { code } => return refused(tx, &charge, settlement, code).await,
                Outcome::Split(split) => split,
            };
            let lines = lines(tx, &charge).await?;
            if let Err(fault) = insurance::check(&lines, split) {
                tracing::warn!(settlement = %id, %fault, "the insurer's split is not sound");
                let why = SettlementEvent::Contradict;
                return take_back(tx, &charge, settlement, why, CONTRADICTION).await;
            }
            present(tx, &charge, settlement, &lines, split).await
        })
        .await
}

/// The insurer pays its part, or refuses to.
pub(crate) async fn confirmed(cx: &Cx, id: SettlementId, outcome: &Outcome) -> Result<(), Error> {
    cx.db
        .tx("hospital.confirmed", async |tx| {
            let (charge, settlement) = locked(tx, id).await?;
            if settlement.state != SettlementState::Paid {
                return Ok(());
            }
            let split = match outcome {
                Outcome::Refused { code } => return refused(tx, &charge, settlement, code).await,
                Outcome::Split(split) => split,
            };
            let shown = settlement.lines.iter().map(|line| line.split);
            if shown.eq(split.iter().copied()) {
                return settled(tx, &charge, settlement).await;
            }
            tracing::warn!(settlement = %id, "the insurer has confirmed another split");
            let before = settlement.clone();
            let settlement = Settlement { on_credit: false, ..settlement };
            let why = SettlementEvent::Contradict;
            take_back(tx, &charge, settlement, why, CONTRADICTION).await?;
            undo_cash(tx, &charge, &before, NOT_CONFIRMED).await
        })
        .await
}

/// The insurer has taken everything back.
pub(crate) async fn taken_back(cx: &Cx, id: SettlementId) -> Result<(), Error> {
    cx.db
        .tx("hospital.taken_back", async |tx| {
            let (charge, settlement) = locked(tx, id).await?;
            reversed(tx, &charge, settlement).await
        })
        .await
}

/// A bill of ours is paid. What was paid for a settlement that came to nothing goes back.
pub(crate) async fn cash_paid(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("hospital.cash_paid", async |tx| {
            let Some(id) = store::settlement_of_bill(tx, bill).await? else { return Ok(()) };
            let (charge, mut settlement) = locked(tx, id).await?;
            if settlement.cash_paid_at.is_some() {
                return Ok(());
            }
            settlement.cash_paid_at = Some(tx.now());
            match settlement.state {
                SettlementState::PreSettled => covered(tx, &charge, settlement).await,
                SettlementState::Settled => give_receipt(tx, settlement).await,
                SettlementState::Asked
                | SettlementState::Paid
                | SettlementState::PartlyRefunded
                | SettlementState::Refunded => store::update_settlement(tx, &settlement).await,
                SettlementState::Refused
                | SettlementState::Reversing
                | SettlementState::Reversed => {
                    store::update_settlement(tx, &settlement).await?;
                    refund_bill(tx, charge.agency, bill, None, CAME_TO_NOTHING).await?;
                    Ok(())
                }
            }
        })
        .await
}

/// The time to pay a bill of ours is over.
pub(crate) async fn not_paid(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("hospital.not_paid", async |tx| {
            let Some(id) = store::settlement_of_bill(tx, bill).await? else { return Ok(()) };
            let (charge, settlement) = locked(tx, id).await?;
            if settlement.bill != Some(bill) {
                return Ok(());
            }
            take_back(tx, &charge, settlement, SettlementEvent::CallOff, NOT_PAID_IN_TIME).await
        })
        .await
}

/// Everybody pays what the split says.
pub(super) async fn settled(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, SettlementEvent::Confirm) else { return Ok(()) };
    settlement.state = state;
    if settlement.cash_paid_at.is_some() {
        give_receipt(tx, settlement).await?;
    } else {
        store::update_settlement(tx, &settlement).await?;
    }
    charges::changed(tx, charge).await?;
    tell_hospital(tx, charge, state, None).await
}

/// The insurer has refused for good: nobody pays, and the charge is open again.
async fn refused(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
    code: &str,
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, SettlementEvent::Refuse) else { return Ok(()) };
    let before = settlement.clone();
    settlement.state = state;
    settlement.reason = Some(code.to_owned());
    settlement.on_credit = false;
    end(tx, charge, settlement).await?;
    undo_cash(tx, charge, &before, NOT_CONFIRMED).await
}

/// Nothing stands at the insurer any more: the charge is open again.
pub(super) async fn reversed(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, SettlementEvent::Reverse) else { return Ok(()) };
    settlement.state = state;
    end(tx, charge, settlement).await
}

/// Writes down that a settlement has come to nothing.
async fn end(tx: &mut Tx<'_>, charge: &Charge, mut settlement: Settlement) -> Result<(), Error> {
    settlement.credential = Default::default();
    store::update_settlement(tx, &settlement).await?;
    let reason = settlement.reason.as_deref();
    store::leave_settling(tx, charge.id, ChargeState::Open, reason).await?;
    charges::changed(tx, charge).await?;
    tell_hospital(tx, charge, settlement.state, reason).await
}

/// What is settled and paid has a receipt.
async fn give_receipt(tx: &mut Tx<'_>, mut settlement: Settlement) -> Result<(), Error> {
    if settlement.receipt.is_none() {
        let city = citygate_catalogue::city(tx, settlement.id.city()).await?;
        let year = city.date(tx.now()).year();
        // Made of an id of its own, so that it tells nothing of the settlement.
        let id = SettlementId::new(city.code, &Clock::manual(tx.now())).uuid();
        let number = receipt::number(city.code, year, id);
        settlement.receipt = Some((number, tx.now()));
    }
    store::update_settlement(tx, &settlement).await
}

/// Tells the hospital's system where a charge stands.
pub(super) async fn tell_hospital(
    tx: &mut Tx<'_>,
    charge: &Charge,
    state: SettlementState,
    reason: Option<&str>,
) -> Result<(), Error> {
    let owner = Owner { city: charge.agency.city(), id: charge.agency.uuid() };
    let data = json!({
        "charge_no": charge.number,
        "visit_id": charge.visit,
        "state": state.code(),
        "reason": reason,
    });
    Ok(send_webhook(tx, owner, "hospital.charge.changed", data).await?)
}

/// A settlement and its charge, which nobody else changes until this transaction ends.
pub(super) async fn locked(
    tx: &mut Tx<'_>,
    id: SettlementId,
) -> Result<(Charge, Settlement), Error> {
    let found = store::settlement(tx, id).await?.ok_or(Error::Damaged("settlement"))?;
    let charge = store::lock_charge(tx, found.charge).await?;
    let charge = charge.ok_or(ChargeError::ChargeUnknown)?;
    let settlement = store::settlement(tx, id).await?.ok_or(Error::Damaged("settlement"))?;
    Ok((charge, settlement))
}
