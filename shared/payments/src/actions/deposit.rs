//! Money that is set aside in a wallet for what an agency will bill, in the caller's transaction.
//!
//! Locks are taken in the order of every writer: bill, deposit, balances, chain.

use std::{collections::BTreeMap, future::ready};

use citygate_catalogue::AgencyId;
use citygate_kernel::{Clock, Money};
use citygate_ledger::{Movement, Transfer, TransferId, post};
use citygate_platform::{Cx, db::Tx};

use super::{
    desk::{Desk, Papers, Paying},
    wallet::{collections, wallet_account},
};
use crate::{
    error::Error,
    jobs::{END_DEPOSIT, EndDeposit},
    model::{BillId, Deposit, DepositCase, DepositId, Depositor, NewDeposit, Payment},
    rules, store,
};

/// Sets money aside. Nobody else can be paid with it until it is used, released, or ends by itself.
pub async fn hold_deposit(tx: &mut Tx<'_>, new: &NewDeposit) -> Result<Deposit, Error> {
    rules::check_top_up(new.amount)?;
    let (city, currency) = (new.case.agency.city(), new.amount.currency());
    let mut deposit = Deposit {
        id: DepositId::new(city, &Clock::manual(tx.now())),
        agency: new.case.agency,
        payer: new.payer.into(),
        put: new.amount,
        held: new.amount,
        used: Money::zero(currency),
        hold: None,
        ends_at: new.ends_at,
    };
    hold(tx, &mut deposit).await?;
    store::insert_deposit(tx, &deposit, &new.case).await?;
    END_DEPOSIT.enqueue_at(tx, &EndDeposit { deposit: deposit.id }, new.ends_at).await?;
    Ok(deposit)
}

/// The deposit that is held for a case, else the latest that was, if there was any.
pub async fn deposit_of_case(
    tx: &mut Tx<'_>,
    case: &DepositCase,
) -> Result<Option<Deposit>, Error> {
    store::deposit_of_case(tx, case).await
}

/// Pays everything that is due of a bill of the deposit's agency from it. What is left stays set
/// aside. All of it happens, or nothing.
pub async fn pay_from_deposit(
    tx: &mut Tx<'_>,
    id: DepositId,
    bill: BillId,
) -> Result<Payment, Error> {
    let locked = store::lock_bill(tx, bill).await?.ok_or(Error::BillUnknown)?;
    let mut deposit = store::lock_deposit(tx, id).await?.ok_or(Error::DepositUnknown)?;
    if locked.agency != deposit.agency {
        return Err(Error::BillUnknown);
    }
    let held = deposit.hold.ok_or(Error::DepositUnknown)?;
    let paying = Paying {
        bill,
        city: deposit.payer.city,
        person: deposit.payer.person,
        account: deposit.payer.account,
        amount: None,
        expected: None,
    };
    end_hold(tx, held).await?;
    let papers = Papers::read(tx, BTreeMap::from([(bill, locked)])).await?;
    let mut desk = Desk::open(tx, papers, std::slice::from_ref(&paying)).await?;
    let (payment, _, _) = desk.pay(&paying)?;
    let paid = payment.total()?;
    if paid.minor() > deposit.held.minor() {
        return Err(Error::DepositTooSmall { held: deposit.held });
    }
    desk.write(tx, ready(Ok(()))).await?;
    deposit.held = deposit.held.checked_sub(paid)?;
    deposit.used = deposit.used.checked_add(paid)?;
    hold(tx, &mut deposit).await?;
    store::update_deposit(tx, &deposit).await?;
    Ok(payment)
}

/// Releases what is left of a deposit. Doing it again changes nothing.
pub async fn release_deposit(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: DepositId,
) -> Result<Deposit, Error> {
    let deposit = store::lock_deposit(tx, id).await?.filter(|found| found.agency == agency);
    release(tx, deposit.ok_or(Error::DepositUnknown)?).await
}

/// Releases what is left of a deposit whose time is over.
pub(crate) async fn end_deposit(cx: &Cx, id: DepositId) -> Result<(), Error> {
    cx.db
        .tx("payments.end_deposit", async |tx| {
            let deposit = store::lock_deposit(tx, id).await?.ok_or(Error::DepositUnknown)?;
            release(tx, deposit).await.map(drop)
        })
        .await
}

async fn release(tx: &mut Tx<'_>, mut deposit: Deposit) -> Result<Deposit, Error> {
    let Some(held) = deposit.hold.take() else { return Ok(deposit) };
    end_hold(tx, held).await?;
    deposit.held = Money::zero(deposit.put.currency());
    store::update_deposit(tx, &deposit).await?;
    Ok(deposit)
}

/// Holds what is to be held of a deposit, if anything is.
async fn hold(tx: &mut Tx<'_>, deposit: &mut Deposit) -> Result<(), Error> {
    deposit.hold = None;
    if deposit.held.minor() == 0 {
        return Ok(());
    }
    let id = TransferId::new(deposit.id.city(), &Clock::manual(tx.now()));
    let Depositor { person, city, .. } = deposit.payer;
    let debit = wallet_account(city, person, deposit.held.currency());
    let credit = collections(deposit.agency, deposit.held.currency());
    // The deposit ends it, so that both are of one mind.
    let movement = Movement::Pending { debit, credit, amount: deposit.held, expires_at: None };
    let held = post(tx, &[Transfer { id, code: "deposit", movement }]).await;
    held.map_err(|error| match error {
        citygate_ledger::Error::ExceedsCredits { available } => {
            Error::InsufficientFunds { available, needed: deposit.held }
        }
        other => other.into(),
    })?;
    deposit.hold = Some(id);
    Ok(())
}

async fn end_hold(tx: &mut Tx<'_>, hold: TransferId) -> Result<(), Error> {
    let id = TransferId::new(hold.city(), &Clock::manual(tx.now()));
    let movement = Movement::Void { hold };
    Ok(post(tx, &[Transfer { id, code: "deposit_released", movement }]).await?)
}
