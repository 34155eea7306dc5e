//! Transfers at the centre that gives the account away.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::{Agency, AgencyId, Rule, rule_by_id};
use citygate_identity::StaffId;
use citygate_kernel::{Money, words};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{REASON, in_the_way};
use crate::{
    actions::desk::{
        Clerk, deadline, filed_by_clerk, history, hold, note, read_by_clerk, repeats, tell_centre,
        tell_person, today,
    },
    error::{ApplicationError, Error, Hindered},
    jobs::{
        clock::{self, Application},
        transfer::{self as jobs, Told},
    },
    mail::News,
    model::{
        Account, Said, Step, TransferInEvent, TransferOut, TransferOutEvent, TransferOutId,
        TransferOutState,
    },
    rules::transfer::{TransferRule, next_out},
    store,
};

words! {
    /// What a centre decides about giving an account away.
    #[schema(as = FundTransferOutcome)]
    Outcome {
        /// It is given away: the centre books it out next.
        Accepted = "accepted",
        /// It is not.
        Refused = "refused",
    }
}

/// What a centre decides, and why.
#[derive(Debug)]
pub(crate) struct Decision {
    pub outcome: Outcome,
    pub reason: String,
}

/// A transfer as the centre that gives the account away sees it.
pub(crate) struct TransferOutView {
    pub transfer: TransferOut,
    pub to: Agency,
    pub rule: Rule<TransferRule>,
    pub deadline: Option<Deadline>,
    pub overdue: bool,
    pub today: NaiveDate,
    pub history: Vec<Step>,
}

/// The transfers that a centre is asked for, in a state, newest first; one more than the page holds.
pub(crate) async fn list(
    cx: &Cx,
    agency: AgencyId,
    which: (TransferOutState, bool),
    page: &PageQuery,
) -> Result<(Vec<TransferOut>, DateTime<Utc>), Error> {
    cx.db
        .tx("provident_fund.list_transfers_of_centre", async |tx| {
            let page = (page.cursor, page.limit() + 1);
            Ok((store::transfer::of_centre(tx, agency, which, page).await?, tx.now()))
        })
        .await
}

/// A transfer with everything that was said, and whose account it is, partly hidden. The person reads
/// that it was read.
pub(crate) async fn read(
    cx: &Cx,
    clerk: &Clerk,
    id: TransferOutId,
) -> Result<(TransferOutView, Option<String>), Error> {
    cx.db
        .tx("provident_fund.read_transfer", async |tx| {
            let (transfer, _) = of_centre(tx, clerk.agency, id).await?;
            let case = id.to_string();
            let whose = (transfer.person, case.as_str());
            let name = read_by_clerk(cx, tx, clerk, whose, REASON).await?;
            Ok((view(cx, tx, transfer).await?, name))
        })
        .await
}

async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: TransferOutId,
) -> Result<(TransferOut, Account), Error> {
    let found = store::transfer::out_by_id(tx, id).await?.filter(|found| found.agency == agency);
    let found = found.ok_or(ApplicationError::TransferUnknown)?;
    held(tx, found.id).await
}

/// A transfer that nobody else changes at the centre that gives the account away, and the account.
pub(super) async fn held(
    tx: &mut Tx<'_>,
    id: TransferOutId,
) -> Result<(TransferOut, Account), Error> {
    let unknown = || ApplicationError::TransferUnknown;
    let seen = store::transfer::out_by_id(tx, id).await?.ok_or_else(unknown)?;
    let account = hold(tx, seen.account).await?;
    // As it stands now that the account is held.
    Ok((store::transfer::out_by_id(tx, id).await?.ok_or_else(unknown)?, account))
}

async fn view(cx: &Cx, tx: &mut Tx<'_>, transfer: TransferOut) -> Result<TransferOutView, Error> {
    let rule: Rule<TransferRule> = rule_by_id(tx, transfer.rule).await?;
    let city = transfer.id.city();
    let deadline = match transfer.act_by {
        Some(_) => Some(deadline(tx, city, transfer.counted_from, rule.params.answer).await?.0),
        None => None,
    };
    Ok(TransferOutView {
        to: citygate_catalogue::agency(tx, transfer.to_agency).await?,
        rule,
        deadline,
        overdue: transfer.is_overdue(tx.now()),
        today: today(tx, city).await?,
        history: history(cx, tx, transfer.id).await?,
        transfer,
    })
}

/// Decides about giving an account away. The same again changes nothing.
pub(crate) async fn decide(
    cx: &Cx,
    clerk: &Clerk,
    id: TransferOutId,
    Decision { outcome, reason }: &Decision,
) -> Result<TransferOutView, Error> {
    let (event, told) = match outcome {
        Outcome::Accepted => (TransferOutEvent::Accept, TransferInEvent::Accept),
        Outcome::Refused => (TransferOutEvent::Refuse, TransferInEvent::Refuse),
    };
    cx.db
        .tx("provident_fund.decide_transfer", async |tx| {
            let (transfer, account) = of_centre(tx, clerk.agency, id).await?;
            clerk.is_not(transfer.lodged_by)?;
            let said = Said::words(reason);
            let before = history(cx, tx, id).await?;
            if repeats(&before, event.code(), clerk.staff, &said) {
                return view(cx, tx, transfer).await;
            }
            let person = transfer.person;
            let transfer = step(cx, tx, transfer, event, (Some(clerk.staff), Some(said))).await?;
            if event == TransferOutEvent::Accept
                && let Some(hindrance) = in_the_way(tx, &account).await?
            {
                return Err(ApplicationError::Hindered(Hindered(hindrance)).into());
            }
            filed_by_clerk(cx, tx, clerk, (person, &id.to_string()), REASON).await?;
            jobs::TOLD.enqueue(tx, &Told::of(&transfer, told)).await?;
            view(cx, tx, transfer).await
        })
        .await
}

/// Takes a step at the centre that gives the account away, and notes it. Whoever calls it holds the
/// account.
pub(super) async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    transfer: TransferOut,
    event: TransferOutEvent,
    (staff, said): (Option<StaffId>, Option<Said>),
) -> Result<TransferOut, Error> {
    let from = transfer.state;
    let state = next_out(from, event)
        .ok_or(ApplicationError::State { state: from.code(), event: event.code() })?;
    let act_by = transfer.act_by.filter(|_| state == from);
    let stepped = TransferOut { state, act_by, ..transfer };
    store::transfer::put_out(tx, &stepped).await?;
    let word = (event.code(), state.code());
    note(cx, tx, stepped.id, word, (staff, said)).await?;
    tell_centre(tx, stepped.agency, stepped.id, word).await?;
    Ok(stepped)
}

/// Notes that the money has left, by a posting of the centre that gives the account away. The intake
/// calls it, holding the account.
pub(in crate::actions) async fn left(
    cx: &Cx,
    tx: &mut Tx<'_>,
    transfer: TransferOut,
    (posting_no, amount): (&str, Money),
) -> Result<(), Error> {
    let transfer = TransferOut { left: Some((posting_no.to_owned(), amount)), ..transfer };
    let transfer = step(cx, tx, transfer, TransferOutEvent::Leave, (None, None)).await?;
    Ok(jobs::TOLD.enqueue(tx, &Told::of(&transfer, TransferInEvent::Leave)).await?)
}

/// What happens when the time to decide is over. Another time that was set meanwhile is left to its
/// own clock.
pub(crate) async fn overtake(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: TransferOutId,
    act_by: DateTime<Utc>,
) -> Result<(), Error> {
    let (transfer, _) = held(tx, id).await?;
    if transfer.act_by != Some(act_by) || act_by > tx.now() {
        return Ok(());
    }
    let whose = (transfer.person, transfer.agency);
    step(cx, tx, transfer, TransferOutEvent::Overdue, (None, None)).await?;
    tell_person(cx, tx, whose, News::Overdue, &id.to_string()).await
}

/// Counts the time to decide anew, after days off were announced. Returns whether it moved.
pub(crate) async fn recount(tx: &mut Tx<'_>, id: TransferOutId) -> Result<bool, Error> {
    let (transfer, _) = held(tx, id).await?;
    if transfer.act_by.is_none() {
        return Ok(false);
    }
    let rule: Rule<TransferRule> = rule_by_id(tx, transfer.rule).await?;
    let counted = deadline(tx, id.city(), transfer.counted_from, rule.params.answer).await?;
    if transfer.act_by == Some(counted.1) {
        return Ok(false);
    }
    let moved = TransferOut { act_by: Some(counted.1), ..transfer };
    store::transfer::put_out(tx, &moved).await?;
    clock::set(tx, Application::Transfer(id), moved.act_by).await?;
    Ok(true)
}
