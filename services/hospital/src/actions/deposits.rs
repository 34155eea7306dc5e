//! Money that patients set aside for a visit: their charges are paid from it without them.

use chrono::TimeDelta;
use citygate_catalogue::{AgencyId, Rule, rule_of};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::Money;
use citygate_payments::{
    Deposit, DepositCase, NewDeposit, deposit_of_case, hold_deposit, pay_from_deposit,
    release_deposit,
};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    charges::{NamedCharge, lock_named},
    settlements::{ISSUER, current},
};
use crate::{
    error::{ChargeError, Error},
    model::{ChargeState, VisitId},
    rules::deposit::{DEPOSIT, DepositRule},
    store,
    wire::DepositBody,
};

/// Sets money aside for a visit of the patient, once for each claim.
pub(crate) async fn put_deposit(
    cx: &Cx,
    owner: &RealName,
    claim: &Claim,
    visit: VisitId,
    amount: Money,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.put_deposit", async |tx| {
            require_session(tx, owner).await?;
            once(cx, tx, claim, 201, async |tx| {
                let case = case_of_patient(tx, owner.person, visit).await?;
                let city = citygate_catalogue::city(tx, visit.city()).await?;
                let today = city.date(tx.now());
                let rule: Rule<DepositRule> = rule_of(tx, DEPOSIT, case.agency, today).await?;
                if amount.minor() > rule.params.max_minor {
                    return Err(ChargeError::DepositTooLarge.into());
                }
                let ends_at = tx.now() + TimeDelta::days(rule.params.days.into());
                let new = NewDeposit { case, payer: *owner, amount, ends_at };
                Ok(DepositBody::from(hold_deposit(tx, &new).await?))
            })
            .await
        })
        .await
}

/// What the patient has set aside for a visit, at last.
pub(crate) async fn deposit_of_patient(
    cx: &Cx,
    patient: PersonId,
    visit: VisitId,
) -> Result<Deposit, Error> {
    cx.db
        .tx("hospital.get_deposit", async |tx| {
            let case = case_of_patient(tx, patient, visit).await?;
            latest(tx, &case).await
        })
        .await
}

/// Pays the patient's part of a charge from what is set aside for its visit, once for each claim.
pub(crate) async fn pay_charge_from_deposit(
    cx: &Cx,
    claim: &Claim,
    named: &NamedCharge,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.pay_from_deposit", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let charge = lock_named(tx, named).await?;
                if charge.state != ChargeState::Settling {
                    return Err(ChargeError::NothingToPay.into());
                }
                let settlement = current(tx, &charge).await?;
                let unpaid = settlement.bill.filter(|_| settlement.cash_paid_at.is_none());
                let bill = unpaid.ok_or(ChargeError::NothingToPay)?;
                let case = case(charge.agency, charge.visit);
                let deposit = latest(tx, &case).await?;
                pay_from_deposit(tx, deposit.id, bill).await?;
                Ok(DepositBody::from(latest(tx, &case).await?))
            })
            .await
        })
        .await
}

/// Releases what is left of what was set aside for a visit of the hospital. Doing it again changes
/// nothing.
pub(crate) async fn end_deposit(
    cx: &Cx,
    agency: AgencyId,
    visit: VisitId,
) -> Result<Deposit, Error> {
    cx.db
        .tx("hospital.end_deposit", async |tx| {
            let parties = store::parties_of_visit(tx, visit).await?;
            parties.filter(|(hospital, _)| *hospital == agency).ok_or(Error::VisitUnknown)?;
            let deposit = latest(tx, &case(agency, visit)).await?;
            Ok(release_deposit(tx, agency, deposit.id).await?)
        })
        .await
}

async fn latest(tx: &mut Tx<'_>, case: &DepositCase) -> Result<Deposit, Error> {
    let found = deposit_of_case(tx, case).await?;
    Ok(found.ok_or(citygate_payments::Error::DepositUnknown)?)
}

async fn case_of_patient(
    tx: &mut Tx<'_>,
    patient: PersonId,
    visit: VisitId,
) -> Result<DepositCase, Error> {
    let parties = store::parties_of_visit(tx, visit).await?;
    let (hospital, _) =
        parties.filter(|(_, person)| *person == patient).ok_or(Error::VisitUnknown)?;
    Ok(case(hospital, visit))
}

fn case(agency: AgencyId, visit: VisitId) -> DepositCase {
    DepositCase { agency, issuer: ISSUER, number: visit.to_string() }
}
