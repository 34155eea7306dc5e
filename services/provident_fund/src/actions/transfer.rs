//! Transfers between cities. Each side is a row of its own city, changed in transactions of its own;
//! jobs carry the news between them, in any order and more than once. The app moves no money: each
//! centre's postings say what has left and what has arrived.

mod news;
mod outgoing;

pub(crate) use news::{delivered, heard, stopped, told};
pub(super) use outgoing::left;
pub(crate) use outgoing::{
    Decision, Outcome, TransferOutView, decide, list, overtake, read, recount,
};

use chrono::NaiveDate;
use citygate_catalogue::{Agency, Rule, rule_of};
use citygate_identity::{PersonId, RealName, Reason, require_session};
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};

use super::desk::{history, hold, hold_own, note, tell_centre, tell_person, today};
use crate::{
    error::{ApplicationError, Error, Hindered},
    jobs::transfer::{self as jobs, Delivery},
    mail::News,
    model::{
        Account, AccountId, LoanState, Said, Step, TransferIn, TransferInEvent, TransferInId,
        TransferInState, TransferOutKind, other_side,
    },
    rules::{
        transfer::{Hindrance, TRANSFER, TransferRule, hindrance, next_in},
        withdrawal::months_in_a_row,
    },
    store,
    wire::transfer::TransferBody,
};

/// Why centres read and record.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.transfer", legal_basis: "hpfr-15" };

/// A transfer as the person sees it, with the centres of both sides.
pub(crate) struct TransferView {
    pub transfer: TransferIn,
    pub to: Agency,
    pub from: Agency,
    pub history: Vec<Step>,
}

/// From where to where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewTransfer {
    pub from: AccountId,
    pub to: AccountId,
}

/// Asks for a transfer to the caller's account from another of theirs, once for each claim.
pub(crate) async fn request(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    new: NewTransfer,
) -> Result<Answer, Error> {
    // The other city is only looked at here: what counts is what its centre finds when it hears of it.
    let from = giving_away(cx, caller.person, new.from).await?;
    cx.db
        .tx("provident_fund.request_transfer", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let from = match &from {
                    Ok(from) => from,
                    Err(Refused::Unknown) => return Err(Error::AccountUnknown),
                    Err(Refused::Hindered(hindrance)) => {
                        return Err(ApplicationError::Hindered(Hindered(*hindrance)).into());
                    }
                };
                let transfer = lodge(cx, tx, caller, (from, new.to)).await?;
                Ok::<_, Error>(TransferBody::new(view(cx, tx, transfer).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Why an account is not given away.
enum Refused {
    Unknown,
    Hindered(Hindrance),
}

async fn giving_away(
    cx: &Cx,
    person: PersonId,
    id: AccountId,
) -> Result<Result<Account, Refused>, Error> {
    let found = cx.db.read("provident_fund.account_to_move", async |tx| {
        let account = store::accounts::by_id(tx, id).await?;
        let Some(account) = account.filter(|account| account.person == person) else {
            return Ok(Err(Refused::Unknown));
        };
        match in_the_way(tx, &account).await? {
            Some(hindrance) => Ok(Err(Refused::Hindered(hindrance))),
            None => Ok(Ok(account)),
        }
    });
    found.await
}

/// What stands in the way of giving an account away.
async fn in_the_way(tx: &mut Tx<'_>, account: &Account) -> Result<Option<Hindrance>, Error> {
    const LOANS: i64 = 50;
    let loans = store::loans::of_account(tx, account.id, LOANS).await?;
    let loan = loans.iter().any(|loan| loan.state != LoanState::Settled);
    let withdrawal = store::withdrawal::any_open(tx, account.id).await?;
    Ok(hindrance(account.state, loan, withdrawal, account.balance.minor()))
}

async fn lodge(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    (from, to): (&Account, AccountId),
) -> Result<TransferIn, Error> {
    let account = hold_own(tx, to, caller.person).await?;
    if account.agency == from.agency {
        return Err(ApplicationError::SameCentre.into());
    }
    if store::transfer::any_in(tx, account.id).await? {
        return Err(ApplicationError::TransferPending.into());
    }
    let today = today(tx, account.id.city()).await?;
    let rule: Rule<TransferRule> = rule_of(tx, TRANSFER, account.agency, today).await?;
    enough_months(tx, &account, &rule.params, today).await?;
    let transfer = TransferIn {
        id: TransferInId::new(account.id.city(), &Clock::manual(tx.now())),
        agency: account.agency,
        account: account.id,
        person: account.person,
        lodged_by: caller.account,
        from_agency: from.agency,
        from_account: from.id,
        state: TransferInState::Requested,
        rule: rule.id,
        moved: None,
        posting_no: None,
        lodged_at: tx.now(),
    };
    store::transfer::put_in(tx, &transfer).await?;
    let word = ("lodge", transfer.state.code());
    note(cx, tx, transfer.id, word, (None, None)).await?;
    let delivery = Delivery {
        transfer: transfer.id,
        person: transfer.person,
        lodged_by: transfer.lodged_by,
        from: transfer.from_account,
        to: transfer.account,
        to_agency: transfer.agency,
    };
    jobs::DELIVER.enqueue(tx, &delivery).await?;
    tell_centre(tx, transfer.agency, transfer.id, word).await?;
    Ok(transfer)
}

async fn enough_months(
    tx: &mut Tx<'_>,
    account: &Account,
    rule: &TransferRule,
    today: NaiveDate,
) -> Result<(), Error> {
    const LOOK_BACK: chrono::Months = chrono::Months::new(36);
    let since = today.checked_sub_months(LOOK_BACK).unwrap_or(today);
    let paid = store::withdrawal::months_paid(tx, account.id, since).await?;
    let (needed, paid) = (rule.paid_months, months_in_a_row(&paid, today));
    if paid < needed {
        return Err(ApplicationError::TooFewMonths { needed, paid }.into());
    }
    Ok(())
}

/// The transfers that a person has asked for, newest first; one more than the page holds.
pub(crate) async fn of_person(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<TransferIn>, Error> {
    cx.db
        .read("provident_fund.list_transfers", async |tx| {
            store::transfer::of_person(tx, person, page.cursor, page.limit() + 1).await
        })
        .await
}

/// A transfer of the person.
pub(crate) async fn one(
    cx: &Cx,
    caller: &RealName,
    id: TransferInId,
) -> Result<TransferView, Error> {
    cx.db
        .tx("provident_fund.get_transfer", async |tx| {
            require_session(tx, caller).await?;
            let found = store::transfer::in_by_id(tx, id).await?;
            let found = found.filter(|found| found.person == caller.person);
            view(cx, tx, found.ok_or(ApplicationError::TransferUnknown)?).await
        })
        .await
}

async fn view(cx: &Cx, tx: &mut Tx<'_>, transfer: TransferIn) -> Result<TransferView, Error> {
    Ok(TransferView {
        to: citygate_catalogue::agency(tx, transfer.agency).await?,
        from: citygate_catalogue::agency(tx, transfer.from_agency).await?,
        history: history(cx, tx, transfer.id).await?,
        transfer,
    })
}

/// Gives a transfer up, once for each claim. Whether that is in time, the other centre says.
pub(crate) async fn cancel(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    id: TransferInId,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.cancel_transfer", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let transfer = held(tx, id).await?;
                if transfer.person != caller.person {
                    return Err(ApplicationError::TransferUnknown.into());
                }
                let event = TransferInEvent::Cancel;
                let transfer = step(cx, tx, transfer, event, None).await?;
                let there = other_side::<_, TransferOutKind>(id, transfer.from_account.city());
                jobs::STOP.enqueue(tx, &there).await?;
                Ok::<_, Error>(TransferBody::new(view(cx, tx, transfer).await?, cx.locale))
            })
            .await
        })
        .await
}

/// A transfer that nobody else changes at the centre that takes the account over.
async fn held(tx: &mut Tx<'_>, id: TransferInId) -> Result<TransferIn, Error> {
    let unknown = || ApplicationError::TransferUnknown;
    let seen = store::transfer::in_by_id(tx, id).await?.ok_or_else(unknown)?;
    hold(tx, seen.account).await?;
    // As it stands now that the account is held.
    Ok(store::transfer::in_by_id(tx, id).await?.ok_or_else(unknown)?)
}

/// Takes a step at the centre that takes the account over, and notes it. Whoever calls it holds the
/// account.
async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    transfer: TransferIn,
    event: TransferInEvent,
    said: Option<Said>,
) -> Result<TransferIn, Error> {
    let from = transfer.state;
    let state = next_in(from, event)
        .ok_or(ApplicationError::State { state: from.code(), event: event.code() })?;
    let stepped = TransferIn { state, ..transfer };
    store::transfer::put_in(tx, &stepped).await?;
    let word = (event.code(), state.code());
    note(cx, tx, stepped.id, word, (None, said)).await?;
    tell_centre(tx, stepped.agency, stepped.id, word).await?;
    Ok(stepped)
}

/// Notes that the money has arrived, by a posting of the centre that takes the account over. The
/// intake calls it, holding the account.
pub(super) async fn arrived(
    cx: &Cx,
    tx: &mut Tx<'_>,
    transfer: TransferIn,
    posting_no: &str,
) -> Result<(), Error> {
    let transfer = TransferIn { posting_no: Some(posting_no.to_owned()), ..transfer };
    let there = other_side::<_, TransferOutKind>(transfer.id, transfer.from_account.city());
    let (id, whose) = (transfer.id, (transfer.person, transfer.agency));
    step(cx, tx, transfer, TransferInEvent::Arrive, None).await?;
    tell_person(cx, tx, whose, News::Paid, &id.to_string()).await?;
    Ok(jobs::ARRIVED.enqueue(tx, &there).await?)
}
