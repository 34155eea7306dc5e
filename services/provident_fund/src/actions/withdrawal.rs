//! Withdrawals, as applicants see them. Whoever changes one holds its account: what is set aside is
//! summed while nobody else sets anything aside.

mod desk;

pub(crate) use desk::{Decision, Outcome, decide, list, overtake, read, recount};

use chrono::{DateTime, Months, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::{Agency, Rule, rule_by_id, rule_of};
use citygate_identity::{
    PersonId, RealName, Reason, Sensitive, StepUp, StepUpPurpose, require_session,
};
use citygate_kernel::{Clock, Money};
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};

use super::desk::{deadline, history, hold, hold_own, note, tell_centre, tell_person, today};
use crate::{
    error::{ApplicationError, Barred, Error},
    jobs::clock::{self, Application},
    mail::News,
    model::{
        Account, AccountId, PaperReference, Said, Step, Withdrawal, WithdrawalEvent,
        WithdrawalGround, WithdrawalId, WithdrawalState,
    },
    rules::withdrawal::{
        AmountRule, Bar, Standing, WITHDRAWAL, Wish, WithdrawalRule, bars, months_in_a_row, next,
    },
    store,
    wire::withdrawal::WithdrawalBody,
};

/// Money is taken out after a fresh proof for the account and the amount.
#[derive(Debug)]
pub(crate) struct FundApply;
impl Sensitive for FundApply {
    const PURPOSE: StepUpPurpose = StepUpPurpose::ProvidentFundApply;
}

/// Why a centre reads and records.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.withdrawal", legal_basis: "hpfr-25" };

/// What somebody applies for.
#[derive(Debug)]
pub(crate) struct NewWithdrawal {
    pub account: AccountId,
    pub ground: WithdrawalGround,
    pub amount: Money,
    pub cost: Option<Money>,
    pub papers: Vec<PaperReference>,
    pub words: Option<String>,
}

/// A withdrawal with the reasons for its deadline, and what was said.
pub(crate) struct WithdrawalView {
    pub withdrawal: Withdrawal,
    pub agency: Agency,
    pub rule: Rule<WithdrawalRule>,
    /// Of whoever has to act.
    pub deadline: Option<Deadline>,
    pub overdue: bool,
    pub today: NaiveDate,
    pub history: Vec<Step>,
}

/// The rule that an account is under today.
async fn rule_today(
    tx: &mut Tx<'_>,
    account: &Account,
) -> Result<(Rule<WithdrawalRule>, NaiveDate), Error> {
    let today = today(tx, account.id.city()).await?;
    Ok((rule_of(tx, WITHDRAWAL, account.agency, today).await?, today))
}

/// The grounds on which something can be taken out of the caller's account.
pub(crate) async fn grounds(
    cx: &Cx,
    person: PersonId,
    id: AccountId,
) -> Result<Rule<WithdrawalRule>, Error> {
    cx.db
        .read("provident_fund.grounds", async |tx| {
            let account = own(tx, id, person).await?;
            Ok(rule_today(tx, &account).await?.0)
        })
        .await
}

/// What stands in the way of a withdrawal. The balance is left out: it is told after a fresh proof.
pub(crate) async fn precheck(
    cx: &Cx,
    person: PersonId,
    id: AccountId,
    wish: &Wish<'_>,
) -> Result<Vec<Bar>, Error> {
    cx.db
        .read("provident_fund.precheck_withdrawal", async |tx| {
            let account = own(tx, id, person).await?;
            let (rule, today) = rule_today(tx, &account).await?;
            let standing = standing(tx, &account, wish.ground, today).await?;
            Ok(bars(&rule.params, wish, &standing))
        })
        .await
}

async fn own(tx: &mut Tx<'_>, id: AccountId, person: PersonId) -> Result<Account, Error> {
    let account = store::accounts::by_id(tx, id).await?;
    account.filter(|account| account.person == person).ok_or(Error::AccountUnknown)
}

/// What is known of an account that a rule asks for, without what is in it.
async fn standing(
    tx: &mut Tx<'_>,
    account: &Account,
    ground: WithdrawalGround,
    today: NaiveDate,
) -> Result<Standing, Error> {
    const LOOK_BACK: Months = Months::new(36);
    let uses = store::withdrawal::uses(tx, account.id, ground).await?;
    let city = citygate_catalogue::city(tx, account.id.city()).await?;
    let since = today.checked_sub_months(LOOK_BACK).unwrap_or(today);
    let paid = store::withdrawal::months_paid(tx, account.id, since).await?;
    Ok(Standing {
        state: account.state,
        opened_on: account.opened_on,
        used_on: uses.first().map(|used| city.date(used.lodged_at)),
        paid_months: months_in_a_row(&paid, today),
        pending: uses.iter().any(|used| used.state != WithdrawalState::Paid),
        moving: store::transfer::any_out(tx, account.id).await?,
        available: None,
        today,
    })
}

/// What can still be taken out of an account.
pub(super) async fn available(tx: &mut Tx<'_>, account: &Account) -> Result<Money, Error> {
    let set_aside = store::withdrawal::set_aside(tx, account.id).await?;
    let left = account.balance.minor().saturating_sub(set_aside);
    Ok(Money::new(left, account.balance.currency()))
}

/// Applies for a withdrawal, once for each claim, and uses the proof up.
pub(crate) async fn apply(
    cx: &Cx,
    claim: &Claim,
    proof: &StepUp<FundApply>,
    new: &NewWithdrawal,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.apply_for_withdrawal", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let account = new.account.to_string();
                proof.consume(tx, Some(&account), Some(new.amount)).await?;
                let withdrawal = lodge(cx, tx, proof.caller(), new).await?;
                Ok::<_, Error>(WithdrawalBody::new(view(cx, tx, withdrawal).await?, cx.locale))
            })
            .await
        })
        .await
}

async fn lodge(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    new: &NewWithdrawal,
) -> Result<Withdrawal, Error> {
    let account = hold_own(tx, new.account, caller.person).await?;
    let (rule, today) = rule_today(tx, &account).await?;
    let papers: Vec<_> = new.papers.iter().map(|paper| paper.paper).collect();
    let wish = Wish { ground: new.ground, amount: new.amount, stated: new.cost, papers: &papers };
    let available = Some(available(tx, &account).await?);
    let standing = Standing { available, ..standing(tx, &account, new.ground, today).await? };
    let bars = bars(&rule.params, &wish, &standing);
    if !bars.is_empty() {
        return Err(ApplicationError::Barred(Barred(bars)).into());
    }
    let asks_for_cost = asks_for_cost(&rule.params, new.ground);
    let (_, ends_at) = deadline(tx, account.id.city(), today, rule.params.decision).await?;
    let withdrawal = Withdrawal {
        id: WithdrawalId::new(account.id.city(), &Clock::manual(tx.now())),
        agency: account.agency,
        account: account.id,
        person: account.person,
        lodged_by: caller.account,
        ground: new.ground,
        amount: new.amount,
        stated: new.cost.filter(|_| asks_for_cost),
        state: WithdrawalState::Lodged,
        rule: rule.id,
        counted_from: today,
        act_by: Some(ends_at),
        posting_no: None,
        lodged_at: tx.now(),
    };
    store::withdrawal::put(tx, &withdrawal).await?;
    let said = Said { words: new.words.clone(), papers: new.papers.clone(), ..Said::default() };
    note(cx, tx, withdrawal.id, ("lodge", withdrawal.state.code()), (None, Some(said))).await?;
    clock::set(tx, Application::Withdrawal(withdrawal.id), withdrawal.act_by).await?;
    let word = ("lodge", withdrawal.state.code());
    tell_centre(tx, withdrawal.agency, withdrawal.id, word).await?;
    Ok(withdrawal)
}

fn asks_for_cost(rule: &WithdrawalRule, ground: WithdrawalGround) -> bool {
    rule.grounds.get(&ground).map(|ground| ground.amount).is_some_and(AmountRule::asks_for_cost)
}

/// The withdrawals of a person, newest first; one more than the page holds.
pub(crate) async fn of_person(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<(Vec<Withdrawal>, DateTime<Utc>), Error> {
    cx.db
        .read("provident_fund.list_withdrawals", async |tx| {
            let page = (page.cursor, page.limit() + 1);
            Ok((store::withdrawal::of_person(tx, person, page.0, page.1).await?, tx.now()))
        })
        .await
}

/// A withdrawal of the person.
pub(crate) async fn one(
    cx: &Cx,
    caller: &RealName,
    id: WithdrawalId,
) -> Result<WithdrawalView, Error> {
    cx.db
        .tx("provident_fund.get_withdrawal", async |tx| {
            require_session(tx, caller).await?;
            let found = store::withdrawal::by_id(tx, id).await?;
            let found = found.filter(|found| found.person == caller.person);
            view(cx, tx, found.ok_or(ApplicationError::WithdrawalUnknown)?).await
        })
        .await
}

/// Adds what stands around a withdrawal. Its deadline is counted again from the rule that it is under,
/// so that its explanation cannot disagree with the law it names.
async fn view(cx: &Cx, tx: &mut Tx<'_>, withdrawal: Withdrawal) -> Result<WithdrawalView, Error> {
    let rule: Rule<WithdrawalRule> = rule_by_id(tx, withdrawal.rule).await?;
    let city = withdrawal.id.city();
    let deadline = match period(&rule.params, withdrawal.state) {
        Some(period) => Some(deadline(tx, city, withdrawal.counted_from, period).await?.0),
        None => None,
    };
    Ok(WithdrawalView {
        agency: citygate_catalogue::agency(tx, withdrawal.agency).await?,
        rule,
        deadline,
        overdue: withdrawal.is_overdue(tx.now()),
        today: today(tx, city).await?,
        history: history(cx, tx, withdrawal.id).await?,
        withdrawal,
    })
}

/// Within which whoever has to act has to; none where nobody has.
fn period(rule: &WithdrawalRule, state: WithdrawalState) -> Option<citygate_calendar::Period> {
    match state {
        WithdrawalState::Lodged => Some(rule.decision),
        WithdrawalState::Incomplete => Some(rule.supplement),
        WithdrawalState::Approved
        | WithdrawalState::Paid
        | WithdrawalState::Refused
        | WithdrawalState::Cancelled
        | WithdrawalState::Lapsed
        | WithdrawalState::Revoked => None,
    }
}

/// Brings what was asked for, once for each claim. The centre's time begins anew.
pub(crate) async fn supplement(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, said): (WithdrawalId, Said),
) -> Result<Answer, Error> {
    citizen_step(cx, claim, caller, (id, WithdrawalEvent::Supplement), Some(said)).await
}

/// Gives an application up, once for each claim.
pub(crate) async fn cancel(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    id: WithdrawalId,
) -> Result<Answer, Error> {
    citizen_step(cx, claim, caller, (id, WithdrawalEvent::Cancel), None).await
}

async fn citizen_step(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, event): (WithdrawalId, WithdrawalEvent),
    said: Option<Said>,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.change_withdrawal", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let (withdrawal, _) = held(tx, id).await?;
                if withdrawal.person != caller.person {
                    return Err(ApplicationError::WithdrawalUnknown.into());
                }
                let withdrawal = step(cx, tx, withdrawal, event, (None, said.clone())).await?;
                let word = (event.code(), withdrawal.state.code());
                tell_centre(tx, withdrawal.agency, id, word).await?;
                Ok::<_, Error>(WithdrawalBody::new(view(cx, tx, withdrawal).await?, cx.locale))
            })
            .await
        })
        .await
}

/// A withdrawal that nobody else changes until the transaction ends, and its account.
async fn held(tx: &mut Tx<'_>, id: WithdrawalId) -> Result<(Withdrawal, Account), Error> {
    let unknown = || ApplicationError::WithdrawalUnknown;
    let seen = store::withdrawal::by_id(tx, id).await?.ok_or_else(unknown)?;
    let account = hold(tx, seen.account).await?;
    // As it stands now that the account is held.
    Ok((store::withdrawal::by_id(tx, id).await?.ok_or_else(unknown)?, account))
}

/// Takes a step, notes it, and sets the clock of whoever has to act next. Whoever calls it holds the
/// account.
async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    withdrawal: Withdrawal,
    event: WithdrawalEvent,
    (staff, said): (Option<citygate_identity::StaffId>, Option<Said>),
) -> Result<Withdrawal, Error> {
    let from = withdrawal.state;
    let state = next(from, event)
        .ok_or(ApplicationError::State { state: from.code(), event: event.code() })?;
    let stepped = if state == from {
        withdrawal
    } else {
        let rule: Rule<WithdrawalRule> = rule_by_id(tx, withdrawal.rule).await?;
        let (city, today) = (withdrawal.id.city(), today(tx, withdrawal.id.city()).await?);
        let act_by = match period(&rule.params, state) {
            Some(period) => Some(deadline(tx, city, today, period).await?.1),
            None => None,
        };
        let counted_from = if act_by.is_some() { today } else { withdrawal.counted_from };
        Withdrawal { state, act_by, counted_from, ..withdrawal }
    };
    store::withdrawal::put(tx, &stepped).await?;
    note(cx, tx, stepped.id, (event.code(), state.code()), (staff, said)).await?;
    if state != from {
        clock::set(tx, Application::Withdrawal(stepped.id), stepped.act_by).await?;
    }
    Ok(stepped)
}

/// Books what a posting of the centre says was paid out. The intake calls it, holding the account.
pub(super) async fn paid(
    cx: &Cx,
    tx: &mut Tx<'_>,
    withdrawal: Withdrawal,
    posting_no: &str,
) -> Result<(), Error> {
    let withdrawal = Withdrawal { posting_no: Some(posting_no.to_owned()), ..withdrawal };
    let (id, whose) = (withdrawal.id, (withdrawal.person, withdrawal.agency));
    step(cx, tx, withdrawal, WithdrawalEvent::Pay, (None, None)).await?;
    tell_person(cx, tx, whose, News::Paid, &id.to_string()).await
}
