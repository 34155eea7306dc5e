//! Postings that carry out applications: what was approved is paid, what was accepted is moved. The
//! intake asks before it takes such lines, and has them booked in the same transaction, holding their
//! accounts.

use std::collections::BTreeMap;

use citygate_catalogue::AgencyId;
use citygate_kernel::Money;
use citygate_platform::{Cx, db::Tx};

use super::{transfer, withdrawal};
use crate::{
    error::Error,
    model::{
        AccountId, ApplicationNo, FaultCode, NewPosting, PostingKind, PostingNo, PostingState,
        TransferIn, TransferInState, TransferOut, TransferOutState, Withdrawal, WithdrawalState,
    },
    store,
};

/// An application that a posting carries out.
pub(crate) enum Payout {
    /// Money leaves an account for its owner.
    Withdrawal(Box<Withdrawal>),
    /// An account is taken over.
    In(Box<TransferIn>),
    /// An account is given away.
    Out(Box<TransferOut>, Money),
    /// It was carried out by this posting before.
    Done,
}

/// Looks at postings that name an application: what each of them carries out, or that it does not fit.
/// Those that name none carry out nothing. Two postings do not carry out one application.
pub(crate) async fn check(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    postings: &[&NewPosting],
) -> Result<Vec<Result<Option<Payout>, FaultCode>>, Error> {
    let mut checked = Vec::with_capacity(postings.len());
    let mut carried_out: BTreeMap<String, &PostingNo> = BTreeMap::new();
    for posting in postings {
        let Some(application) = posting.application else {
            checked.push(Ok(None));
            continue;
        };
        match carried_out.insert(application.to_string(), &posting.number) {
            // The line is being repeated.
            Some(by) if *by == posting.number => checked.push(Ok(None)),
            Some(_) => checked.push(Err(FaultCode::ApplicationUnfit)),
            None if posting.state != PostingState::Posted => {
                checked.push(Err(FaultCode::ApplicationUnfit));
            }
            None => {
                let payout = payout(tx, agency, application, posting).await?;
                checked.push(payout.map(Some).ok_or(FaultCode::ApplicationUnfit));
            }
        }
    }
    Ok(checked)
}

async fn payout(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    application: ApplicationNo,
    posting: &NewPosting,
) -> Result<Option<Payout>, Error> {
    match application {
        ApplicationNo::Withdrawal(id) => {
            let found = store::withdrawal::by_id(tx, id).await?;
            let Some(found) = found.filter(|found| found.agency == agency) else { return Ok(None) };
            let same = is_account(tx, found.account, posting).await?;
            Ok(Some(found).filter(|_| same).and_then(|found| pays(found, posting)))
        }
        ApplicationNo::TransferIn(id) => {
            let found = store::transfer::in_by_id(tx, id).await?;
            let Some(found) = found.filter(|found| found.agency == agency) else { return Ok(None) };
            let same = is_account(tx, found.account, posting).await?;
            Ok(Some(found).filter(|_| same).and_then(|found| takes_over(found, posting)))
        }
        ApplicationNo::TransferOut(id) => {
            let found = store::transfer::out_by_id(tx, id).await?;
            let Some(found) = found.filter(|found| found.agency == agency) else { return Ok(None) };
            let same = is_account(tx, found.account, posting).await?;
            Ok(Some(found).filter(|_| same).and_then(|found| gives_away(found, posting)))
        }
    }
}

/// Whether a posting is one of this account.
async fn is_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    posting: &NewPosting,
) -> Result<bool, Error> {
    let account = store::accounts::by_id(tx, account).await?;
    Ok(account.is_some_and(|account| account.number == posting.account))
}

/// A withdrawal is paid as approved, to the fen.
fn pays(withdrawal: Withdrawal, posting: &NewPosting) -> Option<Payout> {
    let fits = posting.kind == PostingKind::Withdrawal
        && posting.amount_minor() == -withdrawal.amount.minor();
    match withdrawal.state {
        WithdrawalState::Approved => fits.then(|| Payout::Withdrawal(Box::new(withdrawal))),
        WithdrawalState::Paid => {
            let same = withdrawal.posting_no.as_deref() == Some(posting.number.as_str());
            (fits && same).then_some(Payout::Done)
        }
        WithdrawalState::Lodged
        | WithdrawalState::Incomplete
        | WithdrawalState::Refused
        | WithdrawalState::Cancelled
        | WithdrawalState::Lapsed
        | WithdrawalState::Revoked => None,
    }
}

/// What arrives is what has left, to the fen.
fn takes_over(transfer: TransferIn, posting: &NewPosting) -> Option<Payout> {
    let moved = transfer.moved.map(|(amount, _)| amount.minor());
    let fits = posting.kind == PostingKind::TransferIn && moved == Some(posting.amount_minor());
    match transfer.state {
        TransferInState::Moving => fits.then(|| Payout::In(Box::new(transfer))),
        TransferInState::Completed => {
            let same = transfer.posting_no.as_deref() == Some(posting.number.as_str());
            (fits && same).then_some(Payout::Done)
        }
        TransferInState::Requested
        | TransferInState::Sent
        | TransferInState::Accepted
        | TransferInState::Refused
        | TransferInState::Cancelling
        | TransferInState::Cancelled => None,
    }
}

/// What leaves is for the centre to say: the balance, with interest to the day.
fn gives_away(transfer: TransferOut, posting: &NewPosting) -> Option<Payout> {
    let left = posting.amount_minor().checked_neg().filter(|minor| *minor > 0)?;
    let fits = posting.kind == PostingKind::TransferOut;
    match transfer.state {
        TransferOutState::Accepted => {
            let amount = Money::new(left, citygate_kernel::Currency::Cny);
            fits.then(|| Payout::Out(Box::new(transfer), amount))
        }
        TransferOutState::Moving | TransferOutState::Completed => {
            let before = transfer.left.as_ref();
            let same = before.is_some_and(|(number, amount)| {
                number == posting.number.as_str() && amount.minor() == left
            });
            (fits && same).then_some(Payout::Done)
        }
        TransferOutState::Received | TransferOutState::Refused | TransferOutState::Cancelled => {
            None
        }
    }
}

/// Books what a posting that was taken carries out.
pub(crate) async fn book(
    cx: &Cx,
    tx: &mut Tx<'_>,
    payout: Payout,
    posting: &NewPosting,
) -> Result<(), Error> {
    let number = posting.number.as_str();
    match payout {
        Payout::Withdrawal(found) => withdrawal::paid(cx, tx, *found, number).await,
        Payout::In(found) => transfer::arrived(cx, tx, *found, number).await,
        Payout::Out(found, amount) => transfer::left(cx, tx, *found, (number, amount)).await,
        Payout::Done => Ok(()),
    }
}
