//! Withdrawals, as the centre sees and decides them.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, Rule, rule_by_id};
use citygate_kernel::{Money, words};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{REASON, WithdrawalView, available, held, step, view};
use crate::{
    actions::desk::{
        Clerk, deadline, filed_by_clerk, history, read_by_clerk, repeats, tell_centre, tell_person,
    },
    error::{ApplicationError, Error},
    jobs::clock::{self, Application},
    mail::News,
    model::{Said, Withdrawal, WithdrawalEvent, WithdrawalId, WithdrawalState},
    rules::withdrawal::WithdrawalRule,
    store,
};

words! {
    /// What a centre decides about a withdrawal.
    #[schema(as = FundWithdrawalOutcome)]
    Outcome {
        /// It is granted, and the amount is set aside.
        Approved = "approved",
        /// It is not granted.
        Refused = "refused",
        /// Something is missing: the applicant has to bring it.
        Incomplete = "incomplete",
        /// What was granted is taken back before it is paid.
        Revoked = "revoked",
    }
}

impl Outcome {
    fn event(self) -> WithdrawalEvent {
        match self {
            Self::Approved => WithdrawalEvent::Approve,
            Self::Refused => WithdrawalEvent::Refuse,
            Self::Incomplete => WithdrawalEvent::Ask,
            Self::Revoked => WithdrawalEvent::Revoke,
        }
    }

    fn news(self) -> News {
        match self {
            Self::Approved | Self::Refused | Self::Revoked => News::Decided,
            Self::Incomplete => News::Asked,
        }
    }

    /// Whether the applicant is told what can be done about it.
    fn has_remedy(self) -> bool {
        matches!(self, Self::Refused | Self::Revoked)
    }
}

/// What a centre decides, and why.
#[derive(Debug)]
pub(crate) struct Decision {
    pub outcome: Outcome,
    pub reason: String,
}

/// The withdrawals of a centre in a state, newest first; one more than the page holds.
pub(crate) async fn list(
    cx: &Cx,
    agency: AgencyId,
    which: (WithdrawalState, bool),
    page: &PageQuery,
) -> Result<(Vec<Withdrawal>, DateTime<Utc>), Error> {
    cx.db
        .tx("provident_fund.list_withdrawals_of_centre", async |tx| {
            let page = (page.cursor, page.limit() + 1);
            Ok((store::withdrawal::of_centre(tx, agency, which, page).await?, tx.now()))
        })
        .await
}

/// A withdrawal with everything that was said, whose it is, partly hidden, and what can still be taken
/// out of the account. The applicant reads that it was read.
pub(crate) async fn read(
    cx: &Cx,
    clerk: &Clerk,
    id: WithdrawalId,
) -> Result<(WithdrawalView, Option<String>, Money), Error> {
    cx.db
        .tx("provident_fund.read_withdrawal", async |tx| {
            let (withdrawal, account) = of_centre(tx, clerk.agency, id).await?;
            let case = id.to_string();
            let whose = (withdrawal.person, case.as_str());
            let name = read_by_clerk(cx, tx, clerk, whose, REASON).await?;
            let available = available(tx, &account).await?;
            Ok((view(cx, tx, withdrawal).await?, name, available))
        })
        .await
}

async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: WithdrawalId,
) -> Result<(Withdrawal, crate::model::Account), Error> {
    let found = store::withdrawal::by_id(tx, id).await?.filter(|found| found.agency == agency);
    let found = found.ok_or(ApplicationError::WithdrawalUnknown)?;
    held(tx, found.id).await
}

/// Decides about a withdrawal. The same again changes nothing. What is granted is set aside, and never
/// more than is there.
pub(crate) async fn decide(
    cx: &Cx,
    clerk: &Clerk,
    id: WithdrawalId,
    Decision { outcome, reason }: &Decision,
) -> Result<WithdrawalView, Error> {
    cx.db
        .tx("provident_fund.decide_withdrawal", async |tx| {
            let (withdrawal, account) = of_centre(tx, clerk.agency, id).await?;
            clerk.is_not(withdrawal.lodged_by)?;
            let rule: Rule<WithdrawalRule> = rule_by_id(tx, withdrawal.rule).await?;
            let remedy = outcome.has_remedy().then_some(rule.params.remedy);
            let said = Said { remedy, ..Said::words(reason) };
            let event = outcome.event();
            let before = history(cx, tx, id).await?;
            if repeats(&before, event.code(), clerk.staff, &said) {
                return view(cx, tx, withdrawal).await;
            }
            let least = withdrawal.amount.minor();
            let enough = available(tx, &account).await?.minor() >= least;
            let by = (Some(clerk.staff), Some(said));
            let whose = (withdrawal.person, withdrawal.agency);
            let withdrawal = step(cx, tx, withdrawal, event, by).await?;
            if event == WithdrawalEvent::Approve && !enough {
                return Err(ApplicationError::OverBalance.into());
            }
            let case = id.to_string();
            filed_by_clerk(cx, tx, clerk, (whose.0, &case), REASON).await?;
            tell_person(cx, tx, whose, outcome.news(), &case).await?;
            tell_centre(tx, whose.1, id, (event.code(), withdrawal.state.code())).await?;
            view(cx, tx, withdrawal).await
        })
        .await
}

/// What happens when somebody's time is over: the centre is late, or the applicant has not brought
/// what was asked for. Another time that was set meanwhile is left to its own clock.
pub(crate) async fn overtake(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: WithdrawalId,
    act_by: DateTime<Utc>,
) -> Result<(), Error> {
    let (withdrawal, _) = held(tx, id).await?;
    if withdrawal.act_by != Some(act_by) || act_by > tx.now() {
        return Ok(());
    }
    let lapses = withdrawal.state == WithdrawalState::Incomplete;
    let (event, news) = if lapses {
        (WithdrawalEvent::Lapse, News::Lapsed)
    } else {
        (WithdrawalEvent::Overdue, News::Overdue)
    };
    let whose = (withdrawal.person, withdrawal.agency);
    let stepped = step(cx, tx, withdrawal, event, (None, None)).await?;
    tell_person(cx, tx, whose, news, &id.to_string()).await?;
    tell_centre(tx, whose.1, id, (event.code(), stepped.state.code())).await
}

/// Counts the time of whoever has to act anew, after days off were announced. Returns whether it moved.
pub(crate) async fn recount(tx: &mut Tx<'_>, id: WithdrawalId) -> Result<bool, Error> {
    let (withdrawal, _) = held(tx, id).await?;
    let rule: Rule<WithdrawalRule> = rule_by_id(tx, withdrawal.rule).await?;
    let Some(period) = super::period(&rule.params, withdrawal.state) else { return Ok(false) };
    let (_, ends_at) = deadline(tx, id.city(), withdrawal.counted_from, period).await?;
    if withdrawal.act_by == Some(ends_at) {
        return Ok(false);
    }
    let moved = Withdrawal { act_by: Some(ends_at), ..withdrawal };
    store::withdrawal::put(tx, &moved).await?;
    clock::set(tx, Application::Withdrawal(id), moved.act_by).await?;
    Ok(true)
}
