//! Disputes, as the centre sees and answers them. Its bank answers through it.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, Rule, rule_by_id};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{DisputeView, REASON, held, step, view};
use crate::{
    actions::desk::{
        Clerk, deadline, filed_by_clerk, history, read_by_clerk, repeats, tell_centre, tell_person,
    },
    error::{ApplicationError, Error},
    jobs::clock::{self, Application},
    mail::News,
    model::{Dispute, DisputeEvent, DisputeId, DisputeOutcome, PostingNo, PostingState, Said},
    rules::dispute::DisputeRule,
    store,
};

/// What bank or centre answer.
#[derive(Debug)]
pub(crate) struct NewAnswer {
    pub words: String,
    /// The posting that puts it right; none where nothing was wrong.
    pub corrected_by: Option<PostingNo>,
}

/// The disputes of a centre that wait for an answer, newest first; one more than the page holds.
pub(crate) async fn list(
    cx: &Cx,
    agency: AgencyId,
    overdue: bool,
    page: &PageQuery,
) -> Result<(Vec<Dispute>, DateTime<Utc>), Error> {
    cx.db
        .tx("provident_fund.list_disputes_of_centre", async |tx| {
            let page = (page.cursor, page.limit() + 1);
            Ok((store::dispute::of_centre(tx, agency, overdue, page).await?, tx.now()))
        })
        .await
}

/// A dispute with everything that was said, and whose it is, partly hidden. Whoever asked reads that
/// it was read.
pub(crate) async fn read(
    cx: &Cx,
    clerk: &Clerk,
    id: DisputeId,
) -> Result<(DisputeView, Option<String>), Error> {
    cx.db
        .tx("provident_fund.read_dispute", async |tx| {
            let dispute = of_centre(tx, clerk.agency, id).await?;
            let case = id.to_string();
            let whose = (dispute.person, case.as_str());
            let name = read_by_clerk(cx, tx, clerk, whose, REASON).await?;
            Ok((view(cx, tx, dispute).await?, name))
        })
        .await
}

async fn of_centre(tx: &mut Tx<'_>, agency: AgencyId, id: DisputeId) -> Result<Dispute, Error> {
    let found = store::dispute::by_id(tx, id).await?.filter(|found| found.agency == agency);
    let found = found.ok_or(ApplicationError::DisputeUnknown)?;
    held(tx, found.id).await
}

/// Answers a dispute. The same again changes nothing. What is said to put it right has to be on the
/// account.
pub(crate) async fn answer(
    cx: &Cx,
    clerk: &Clerk,
    id: DisputeId,
    new: &NewAnswer,
) -> Result<DisputeView, Error> {
    cx.db
        .tx("provident_fund.answer_dispute", async |tx| {
            let dispute = of_centre(tx, clerk.agency, id).await?;
            clerk.is_not(dispute.lodged_by)?;
            let (event, said) = (DisputeEvent::Answer, Said::words(&new.words));
            let before = history(cx, tx, id).await?;
            let same = dispute.corrected_by == new.corrected_by;
            if same && repeats(&before, event.code(), clerk.staff, &said) {
                return view(cx, tx, dispute).await;
            }
            let outcome = match &new.corrected_by {
                Some(number) => {
                    counts(tx, &dispute, number).await?;
                    DisputeOutcome::Corrected
                }
                None => DisputeOutcome::Explained,
            };
            let corrected_by = new.corrected_by.clone();
            let dispute = Dispute { outcome: Some(outcome), corrected_by, ..dispute };
            let dispute = step(cx, tx, dispute, event, (Some(clerk.staff), Some(said))).await?;
            let (whose, case) = ((dispute.person, dispute.agency), id.to_string());
            filed_by_clerk(cx, tx, clerk, (whose.0, &case), REASON).await?;
            tell_person(cx, tx, whose, News::Decided, &case).await?;
            tell_centre(tx, whose.1, id, (event.code(), dispute.state.code())).await?;
            view(cx, tx, dispute).await
        })
        .await
}

/// Whether a posting is on the account and counts.
async fn counts(tx: &mut Tx<'_>, dispute: &Dispute, number: &PostingNo) -> Result<(), Error> {
    match store::dispute::posting_state(tx, dispute.account, number).await? {
        Some(PostingState::Posted | PostingState::Corrected) => Ok(()),
        Some(PostingState::Declared | PostingState::Received | PostingState::Withdrawn) | None => {
            Err(ApplicationError::PostingUnknown { pointer: "/corrected_by" }.into())
        }
    }
}

/// What happens when the time to answer is over. Another time that was set meanwhile is left to its
/// own clock.
pub(crate) async fn overtake(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: DisputeId,
    act_by: DateTime<Utc>,
) -> Result<(), Error> {
    let dispute = held(tx, id).await?;
    if dispute.act_by != Some(act_by) || act_by > tx.now() {
        return Ok(());
    }
    let (whose, event) = ((dispute.person, dispute.agency), DisputeEvent::Overdue);
    let stepped = step(cx, tx, dispute, event, (None, None)).await?;
    tell_person(cx, tx, whose, News::Overdue, &id.to_string()).await?;
    tell_centre(tx, whose.1, id, (event.code(), stepped.state.code())).await
}

/// Counts the time to answer anew, after days off were announced. Returns whether it moved.
pub(crate) async fn recount(tx: &mut Tx<'_>, id: DisputeId) -> Result<bool, Error> {
    let dispute = held(tx, id).await?;
    if dispute.act_by.is_none() {
        return Ok(false);
    }
    let rule: Rule<DisputeRule> = rule_by_id(tx, dispute.rule).await?;
    let counted = deadline(tx, id.city(), dispute.counted_from, rule.params.answer).await?;
    if dispute.act_by == Some(counted.1) {
        return Ok(false);
    }
    let moved = Dispute { act_by: Some(counted.1), ..dispute };
    store::dispute::put(tx, &moved).await?;
    clock::set(tx, Application::Dispute(id), moved.act_by).await?;
    Ok(true)
}
