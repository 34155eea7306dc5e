//! Settlements: asked for, paid, put on credit and called off by patients.
//!
//! Locks are taken in the order of every writer: charge, credit, bill, balances. Whoever holds the
//! lock of a charge is the only one who moves its settlement.

use chrono::{Days, TimeDelta};
use citygate_catalogue::{Rule, rule_of};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::{Clock, Currency, Masked, Money};
use citygate_payments::{
    BillId, BillState, Line, NewBill, Terms, bills, cancel_bill, issue_bill, refund_bill,
};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{charges, settlement_steps};
use crate::{
    error::{ChargeError, Error},
    jobs::settlement::{SETTLE, Settle},
    model::{
        Charge, ChargeId, ChargeLine, ChargeState, LineSplit, Settlement, SettlementId,
        SettlementMethod, SettlementState,
    },
    rules::{
        credit::{self, CREDIT, CreditRule, Owed, Refusal},
        insurance::{PRE_SETTLEMENT, PreSettlementRule},
        settlement::{SettlementEvent, next},
    },
    store,
    wire::ChargeStandingBody,
};

/// As whom this service issues bills.
pub(crate) const ISSUER: &str = "hospital";

/// Why a settlement came to nothing, where the insurer does not say.
const CALLED_OFF: &str = "called_off";
pub(super) const NOT_PAID_IN_TIME: &str = "not_paid_in_time";

/// How a patient wants a charge to be settled.
pub(crate) struct NewSettlement {
    pub method: SettlementMethod,
    /// What shows the insurer whom it insures; empty where nobody is to pay but the patient.
    pub credential: Masked<String>,
}

/// Begins to settle a charge of the patient, once for each claim.
pub(crate) async fn settle_charge(
    cx: &Cx,
    owner: &RealName,
    claim: &Claim,
    id: ChargeId,
    new: &NewSettlement,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.settle_charge", async |tx| {
            require_session(tx, owner).await?;
            once(cx, tx, claim, 202, async |tx| {
                let charge = own(tx, owner.person, id).await?;
                match charge.state {
                    ChargeState::Open => {}
                    ChargeState::Settling => return Err(ChargeError::SettlementUnderWay.into()),
                    ChargeState::Withdrawn => return Err(ChargeError::ChargeWithdrawn.into()),
                }
                begin(tx, &charge, new).await?;
                body(tx, id).await
            })
            .await
        })
        .await
}

async fn begin(tx: &mut Tx<'_>, charge: &Charge, new: &NewSettlement) -> Result<(), Error> {
    let nothing = Money::zero(Currency::Cny);
    let settlement = Settlement {
        id: SettlementId::new(charge.id.city(), &Clock::manual(tx.now())),
        charge: charge.id,
        method: new.method,
        credential: new.credential.clone(),
        state: SettlementState::Asked,
        reason: None,
        insurance: nothing,
        cash: nothing,
        bill: None,
        on_credit: false,
        cash_paid_at: None,
        receipt: None,
        lines: Vec::new(),
    };
    store::insert_settlement(tx, &settlement).await?;
    store::begin_settling(tx, charge.id, settlement.id).await?;
    match new.method {
        SettlementMethod::Insurance => {
            SETTLE.enqueue(tx, &Settle { settlement: settlement.id }).await?;
            charges::changed(tx, charge).await
        }
        SettlementMethod::SelfPay => {
            let lines = lines(tx, charge).await?;
            let alone = |line: &ChargeLine| LineSplit::self_paid(line.n, line.amount.minor());
            let split: Vec<LineSplit> = lines.iter().map(alone).collect();
            present(tx, charge, settlement, &lines, &split).await
        }
    }
}

/// Shows the patient a split: a bill for what is to be paid, or nothing where that is nothing.
pub(super) async fn present(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
    lines: &[ChargeLine],
    split: &[LineSplit],
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, SettlementEvent::Split) else { return Ok(()) };
    let sum = |of: fn(&LineSplit) -> i64| split.iter().map(of).fold(0, i64::saturating_add);
    settlement.state = state;
    settlement.credential = Masked::default();
    settlement.insurance = Money::new(sum(LineSplit::insured), Currency::Cny);
    settlement.cash = Money::new(sum(LineSplit::own), Currency::Cny);
    store::insert_split(tx, settlement.id, split).await?;
    if settlement.cash.minor() == 0 {
        settlement.cash_paid_at = Some(tx.now());
        return covered(tx, charge, settlement).await;
    }
    let city = citygate_catalogue::city(tx, charge.id.city()).await?;
    let today = city.date(tx.now());
    let rule: Rule<PreSettlementRule> = rule_of(tx, PRE_SETTLEMENT, charge.agency, today).await?;
    let ends = tx.now() + TimeDelta::minutes(rule.params.valid_minutes.into());
    let terms = Terms { expires_at: Some(ends), ..terms(charge, lines, split) };
    let number = settlement.id.to_string();
    let bill = bill(tx, charge, settlement.cash, number, today, terms);
    settlement.bill = Some(bill.id);
    store::update_settlement(tx, &settlement).await?;
    charges::changed(tx, charge).await?;
    Ok(issue_bill(tx, &bill).await?)
}

/// What most bills have nothing of: who else may pay, and the patient's part of each line.
fn terms(charge: &Charge, lines: &[ChargeLine], split: &[LineSplit]) -> Terms {
    let own = lines.iter().zip(split).filter(|(_, part)| part.own() > 0);
    let line = |(line, part): (&ChargeLine, &LineSplit)| Line {
        text: line.service.name(),
        amount: Money::new(part.own(), Currency::Cny),
        refunded: 0,
    };
    Terms { payer: charge.payer, lines: own.map(line).collect(), ..Terms::default() }
}

fn bill(
    tx: &Tx<'_>,
    charge: &Charge,
    amount: Money,
    external_no: String,
    due_on: chrono::NaiveDate,
    terms: Terms,
) -> NewBill {
    NewBill {
        id: BillId::new(charge.id.city(), &Clock::manual(tx.now())),
        agency: charge.agency,
        issuer: ISSUER,
        external_no,
        debtor: charge.person,
        // Whoever else may pay reads it, too.
        subject: charge.name(),
        amount,
        due_on,
        surcharge: None,
        terms,
    }
}

/// The patient's part is paid, is nothing, or may be paid later: the insurer is told, where there
/// is one.
pub(super) async fn covered(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, SettlementEvent::Pay) else { return Ok(()) };
    settlement.state = state;
    match settlement.method {
        SettlementMethod::Insurance => {
            store::update_settlement(tx, &settlement).await?;
            SETTLE.enqueue(tx, &Settle { settlement: settlement.id }).await?;
            charges::changed(tx, charge).await
        }
        SettlementMethod::SelfPay => settlement_steps::settled(tx, charge, settlement).await,
    }
}

/// Lets the patient pay after the visit, where the city's scheme allows it, once for each claim.
pub(crate) async fn pay_later(
    cx: &Cx,
    owner: &RealName,
    claim: &Claim,
    id: ChargeId,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.pay_later", async |tx| {
            require_session(tx, owner).await?;
            once(cx, tx, claim, 200, async |tx| {
                let charge = own(tx, owner.person, id).await?;
                let mut settlement = current(tx, &charge).await?;
                let (SettlementState::PreSettled, Some(first)) =
                    (settlement.state, settlement.bill)
                else {
                    return Err(ChargeError::NothingToPay.into());
                };
                let rule = grant(tx, &charge, settlement.cash).await?;
                cancel_bill(tx, charge.agency, first, "to be paid after the visit").await?;
                let city = citygate_catalogue::city(tx, id.city()).await?;
                let due_on = city.date(tx.now()) + Days::new(rule.days.into());
                let lines = lines(tx, &charge).await?;
                let split: Vec<LineSplit> =
                    settlement.lines.iter().map(|line| line.split).collect();
                let terms = terms(&charge, &lines, &split);
                let number = format!("{}+credit", settlement.id);
                let bill = bill(tx, &charge, settlement.cash, number, due_on, terms);
                issue_bill(tx, &bill).await?;
                (settlement.bill, settlement.on_credit) = (Some(bill.id), true);
                covered(tx, &charge, settlement).await?;
                body(tx, id).await
            })
            .await
        })
        .await
}

/// Whether the scheme of the city lets the patient owe so much more.
async fn grant(tx: &mut Tx<'_>, charge: &Charge, more: Money) -> Result<CreditRule, Error> {
    let city = citygate_catalogue::city(tx, charge.id.city()).await?;
    let today = city.date(tx.now());
    let rule: Rule<CreditRule> = match rule_of(tx, CREDIT, charge.agency, today).await {
        Err(citygate_catalogue::Error::RuleMissing { .. }) => {
            return Err(ChargeError::CreditNotOffered.into());
        }
        found => found?,
    };
    store::lock_credit(tx, city.code, charge.person).await?;
    let owed = store::owed_on_credit(tx, city.code, charge.person).await?;
    let owed = bills(tx, city.code, &owed).await?;
    let open = owed.values().filter(|view| view.state == BillState::Open);
    let owed: Vec<Owed> = open
        .map(|view| Owed { minor: view.bill.amount.minor(), due_on: view.bill.due_on })
        .collect();
    let citation = rule.citation;
    credit::grant(&rule.params, &owed, more.minor(), today).map_err(|refusal| match refusal {
        Refusal::TooLarge { left } => {
            ChargeError::CreditTooLarge { left: Money::new(left, Currency::Cny), citation }
        }
        Refusal::Late => ChargeError::CreditStopped { citation },
    })?;
    Ok(rule.params)
}

/// Calls off a settlement that is not paid, once for each claim.
pub(crate) async fn call_off(
    cx: &Cx,
    owner: &RealName,
    claim: &Claim,
    id: ChargeId,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.call_off", async |tx| {
            require_session(tx, owner).await?;
            once(cx, tx, claim, 202, async |tx| {
                let charge = own(tx, owner.person, id).await?;
                let settlement = match charge.state {
                    ChargeState::Settling => current(tx, &charge).await?,
                    ChargeState::Open | ChargeState::Withdrawn => {
                        return Err(ChargeError::NotCallable.into());
                    }
                };
                if next(settlement.state, SettlementEvent::CallOff).is_none() {
                    return Err(ChargeError::NotCallable.into());
                }
                if let Some(bill) = settlement.bill {
                    match cancel_bill(tx, charge.agency, bill, CALLED_OFF).await {
                        // Paid a moment ago; the news of it is on its way.
                        Err(citygate_payments::Error::BillHasPayments) => {
                            return Err(ChargeError::NotCallable.into());
                        }
                        other => other.map(drop)?,
                    }
                }
                take_back(tx, &charge, settlement, SettlementEvent::CallOff, CALLED_OFF).await?;
                body(tx, id).await
            })
            .await
        })
        .await
}

/// Ends a settlement that cannot go on. Whatever the insurer has set aside is given back first.
pub(super) async fn take_back(
    tx: &mut Tx<'_>,
    charge: &Charge,
    mut settlement: Settlement,
    why: SettlementEvent,
    reason: &str,
) -> Result<(), Error> {
    let Some(state) = next(settlement.state, why) else { return Ok(()) };
    settlement.state = state;
    settlement.reason = Some(reason.to_owned());
    settlement.credential = Masked::default();
    match settlement.method {
        SettlementMethod::Insurance => {
            store::update_settlement(tx, &settlement).await?;
            SETTLE.enqueue(tx, &Settle { settlement: settlement.id }).await?;
            charges::changed(tx, charge).await
        }
        SettlementMethod::SelfPay => settlement_steps::reversed(tx, charge, settlement).await,
    }
}

/// Gives the patient's part back: money that was paid goes to the wallet it came from, and a bill
/// that was not paid cannot be any more.
pub(super) async fn undo_cash(
    tx: &mut Tx<'_>,
    charge: &Charge,
    settlement: &Settlement,
    reason: &str,
) -> Result<(), Error> {
    let Some(bill) = settlement.bill else { return Ok(()) };
    match cancel_bill(tx, charge.agency, bill, reason).await {
        Err(citygate_payments::Error::BillHasPayments) => {
            refund_bill(tx, charge.agency, bill, None, reason).await?;
            Ok(())
        }
        other => Ok(other.map(drop)?),
    }
}

/// A charge of the patient, locked.
async fn own(tx: &mut Tx<'_>, patient: PersonId, id: ChargeId) -> Result<Charge, Error> {
    let charge = store::lock_charge(tx, id).await?.filter(|charge| charge.person == patient);
    Ok(charge.ok_or(ChargeError::ChargeUnknown)?)
}

/// The settlement of a locked charge that is under way, or done.
pub(super) async fn current(tx: &mut Tx<'_>, charge: &Charge) -> Result<Settlement, Error> {
    let id = charge.settlement.ok_or(ChargeError::NothingToPay)?;
    store::settlement(tx, id).await?.ok_or(Error::Damaged("settlement"))
}

pub(super) async fn lines(tx: &mut Tx<'_>, charge: &Charge) -> Result<Vec<ChargeLine>, Error> {
    let mut lines = store::charge_lines(tx, charge.id.city(), &[charge.id]).await?;
    Ok(lines.remove(&charge.id).unwrap_or_default())
}

/// Where the charge stands now. The answer is kept, so it says nothing of what was done.
async fn body(tx: &mut Tx<'_>, id: ChargeId) -> Result<ChargeStandingBody, Error> {
    let charge = store::charge(tx, id).await?.ok_or(ChargeError::ChargeUnknown)?;
    let settlement = match charge.settlement {
        Some(id) => store::settlement(tx, id).await?,
        None => None,
    };
    Ok(ChargeStandingBody::new(&charge, settlement.as_ref()))
}
