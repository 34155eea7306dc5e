//! Disputes: somebody holds a balance to be wrong. The bank looks first, then the centre.

mod desk;

pub(crate) use desk::{NewAnswer, answer, list, overtake, read, recount};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::{Agency, Rule, rule_by_id, rule_of};
use citygate_identity::{PersonId, RealName, Reason, StaffId, require_session};
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};

use super::desk::{deadline, history, hold, hold_own, note, tell_centre, today};
use crate::{
    error::{ApplicationError, Error},
    jobs::clock::{self, Application},
    model::{AccountId, Dispute, DisputeEvent, DisputeId, DisputeState, Disputed, Said, Step},
    rules::dispute::{DISPUTE, DisputeRule, next},
    store,
    wire::dispute::DisputeBody,
};

/// Why a centre reads and records.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.dispute", legal_basis: "hpfr-36" };

/// What somebody holds to be wrong.
#[derive(Debug)]
pub(crate) struct NewDispute {
    pub account: AccountId,
    pub about: Disputed,
    pub words: String,
}

/// A dispute with the reasons for its deadline, and what was said.
pub(crate) struct DisputeView {
    pub dispute: Dispute,
    pub agency: Agency,
    pub rule: Rule<DisputeRule>,
    pub deadline: Option<Deadline>,
    pub overdue: bool,
    pub today: NaiveDate,
    pub history: Vec<Step>,
}

/// Files a dispute, once for each claim.
pub(crate) async fn file(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    new: &NewDispute,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.file_dispute", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let dispute = lodge(cx, tx, caller, new).await?;
                Ok::<_, Error>(DisputeBody::new(view(cx, tx, dispute).await?, cx.locale))
            })
            .await
        })
        .await
}

async fn lodge(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    new: &NewDispute,
) -> Result<Dispute, Error> {
    let account = hold_own(tx, new.account, caller.person).await?;
    let today = today(tx, account.id.city()).await?;
    match &new.about {
        Disputed::Posting(number) => {
            let posting = store::dispute::posting_state(tx, account.id, number).await?;
            posting.ok_or(ApplicationError::PostingUnknown { pointer: "/posting_no" })?;
        }
        Disputed::Month(month) if *month > today => {
            return Err(ApplicationError::MonthAhead.into());
        }
        Disputed::Month(_) => {}
    }
    if store::dispute::is_disputed(tx, account.id, &new.about).await? {
        return Err(ApplicationError::DisputedAlready.into());
    }
    let rule: Rule<DisputeRule> = rule_of(tx, DISPUTE, account.agency, today).await?;
    let (_, ends_at) = deadline(tx, account.id.city(), today, rule.params.answer).await?;
    let dispute = Dispute {
        id: DisputeId::new(account.id.city(), &Clock::manual(tx.now())),
        agency: account.agency,
        account: account.id,
        person: account.person,
        lodged_by: caller.account,
        about: new.about.clone(),
        state: DisputeState::WithBank,
        rule: rule.id,
        counted_from: today,
        act_by: Some(ends_at),
        outcome: None,
        corrected_by: None,
        lodged_at: tx.now(),
    };
    store::dispute::put(tx, &dispute).await?;
    let word = ("lodge", dispute.state.code());
    note(cx, tx, dispute.id, word, (None, Some(Said::words(&new.words)))).await?;
    clock::set(tx, Application::Dispute(dispute.id), dispute.act_by).await?;
    tell_centre(tx, dispute.agency, dispute.id, word).await?;
    Ok(dispute)
}

/// The disputes of a person, newest first; one more than the page holds.
pub(crate) async fn of_person(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<(Vec<Dispute>, DateTime<Utc>), Error> {
    cx.db
        .read("provident_fund.list_disputes", async |tx| {
            let page = (page.cursor, page.limit() + 1);
            Ok((store::dispute::of_person(tx, person, page.0, page.1).await?, tx.now()))
        })
        .await
}

/// A dispute of the person.
pub(crate) async fn one(cx: &Cx, caller: &RealName, id: DisputeId) -> Result<DisputeView, Error> {
    cx.db
        .tx("provident_fund.get_dispute", async |tx| {
            require_session(tx, caller).await?;
            let found = store::dispute::by_id(tx, id).await?;
            let found = found.filter(|found| found.person == caller.person);
            view(cx, tx, found.ok_or(ApplicationError::DisputeUnknown)?).await
        })
        .await
}

/// Adds what stands around a dispute.
async fn view(cx: &Cx, tx: &mut Tx<'_>, dispute: Dispute) -> Result<DisputeView, Error> {
    let rule: Rule<DisputeRule> = rule_by_id(tx, dispute.rule).await?;
    let city = dispute.id.city();
    let deadline = match dispute.act_by {
        Some(_) => Some(deadline(tx, city, dispute.counted_from, rule.params.answer).await?.0),
        None => None,
    };
    Ok(DisputeView {
        agency: citygate_catalogue::agency(tx, dispute.agency).await?,
        rule,
        deadline,
        overdue: dispute.is_overdue(tx.now()),
        today: today(tx, city).await?,
        history: history(cx, tx, dispute.id).await?,
        dispute,
    })
}

/// Goes from the bank to the centre, once for each claim: the centre has the time of the law again.
pub(crate) async fn reopen(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, words): (DisputeId, &str),
) -> Result<Answer, Error> {
    citizen_step(cx, claim, caller, (id, DisputeEvent::Reopen), Some(Said::words(words))).await
}

/// Gives a dispute up, once for each claim.
pub(crate) async fn withdraw(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    id: DisputeId,
) -> Result<Answer, Error> {
    citizen_step(cx, claim, caller, (id, DisputeEvent::Withdraw), None).await
}

async fn citizen_step(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, event): (DisputeId, DisputeEvent),
    said: Option<Said>,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.change_dispute", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let dispute = held(tx, id).await?;
                if dispute.person != caller.person {
                    return Err(ApplicationError::DisputeUnknown.into());
                }
                let dispute = step(cx, tx, dispute, event, (None, said.clone())).await?;
                let word = (event.code(), dispute.state.code());
                tell_centre(tx, dispute.agency, id, word).await?;
                Ok::<_, Error>(DisputeBody::new(view(cx, tx, dispute).await?, cx.locale))
            })
            .await
        })
        .await
}

/// A dispute that nobody else changes until the transaction ends.
async fn held(tx: &mut Tx<'_>, id: DisputeId) -> Result<Dispute, Error> {
    let unknown = || ApplicationError::DisputeUnknown;
    let seen = store::dispute::by_id(tx, id).await?.ok_or_else(unknown)?;
    hold(tx, seen.account).await?;
    // As it stands now that the account is held.
    Ok(store::dispute::by_id(tx, id).await?.ok_or_else(unknown)?)
}

/// Takes a step, notes it, and sets the clock of whoever has to answer next. Whoever calls it holds
/// the account.
async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    dispute: Dispute,
    event: DisputeEvent,
    (staff, said): (Option<StaffId>, Option<Said>),
) -> Result<Dispute, Error> {
    let from = dispute.state;
    let state = next(from, event)
        .ok_or(ApplicationError::State { state: from.code(), event: event.code() })?;
    let stepped = match state {
        _ if state == from => dispute,
        DisputeState::WithBank | DisputeState::WithCentre => {
            let rule: Rule<DisputeRule> = rule_by_id(tx, dispute.rule).await?;
            let (city, today) = (dispute.id.city(), today(tx, dispute.id.city()).await?);
            let (_, ends_at) = deadline(tx, city, today, rule.params.answer).await?;
            // What the bank found is what is being looked at again.
            let (outcome, corrected_by) = (None, None);
            let (counted_from, act_by) = (today, Some(ends_at));
            Dispute { state, counted_from, act_by, outcome, corrected_by, ..dispute }
        }
        DisputeState::BankAnswered | DisputeState::Answered | DisputeState::Withdrawn => {
            Dispute { state, act_by: None, ..dispute }
        }
    };
    store::dispute::put(tx, &stepped).await?;
    note(cx, tx, stepped.id, (event.code(), state.code()), (staff, said)).await?;
    if state != from {
        clock::set(tx, Application::Dispute(stepped.id), stepped.act_by).await?;
    }
    Ok(stepped)
}
