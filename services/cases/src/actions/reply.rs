//! How a desk answers: later, with a question whether it helped, or for good.

use citygate_listings::version;
use citygate_platform::{
    Cx,
    idempotency::{Answer, Claim, once},
};

use super::{
    desk::{Clerk, lock_at, note},
    letters,
    step::{answer, end_of, ended, set_due, step, tell_followers},
    view::{CaseView, spec, view},
};
use crate::{
    error::{CaseError, Error},
    mail::Letter,
    model::{CaseId, CaseOutcome, CaseTurn, Said},
    rules::state::next,
    store,
    wire::CaseLineBody,
};

/// Extends the time of a reply, once in the life of a case, with a reason that the person reads.
pub(crate) async fn extend(
    cx: &Cx,
    clerk: Clerk,
    id: CaseId,
    reason: &str,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.extend", async |tx| {
            let mut case = lock_at(tx, clerk, id).await?;
            next(case.state, CaseTurn::Extend).map_err(CaseError::from)?;
            if store::events::count(tx, id, CaseTurn::Extend).await? > 0 {
                return Err(CaseError::ExtendedAlready.into());
            }
            if tx.now() >= case.due_at {
                return Err(CaseError::TooLateToExtend.into());
            }
            let published = version(tx, case.listing, case.version).await?;
            case.extended = true;
            set_due(tx, &mut case, &published).await?;
            let (by, said) = ((CaseTurn::Extend, Some(clerk.staff)), Said::plain(reason));
            step(cx, tx, &mut case, by, Some(&said)).await?;
            letters::tell(cx, tx, &case, Letter::Extended(case.due_on)).await?;
            note(cx, tx, clerk, &case).await?;
            view(tx, case).await
        })
        .await
}

/// What a desk answers.
#[derive(Debug)]
pub(crate) struct NewAnswer {
    pub outcome: CaseOutcome,
    pub said: Said,
}

/// Answers, once for each claim, and asks the person whether it helped.
pub(crate) async fn reply(
    cx: &Cx,
    claim: &Claim,
    clerk: Clerk,
    (id, new): (CaseId, &NewAnswer),
) -> Result<Answer, Error> {
    cx.db
        .tx("cases.reply", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let mut case = lock_at(tx, clerk, id).await?;
                next(case.state, CaseTurn::Reply).map_err(CaseError::from)?;
                let published = version(tx, case.listing, case.version).await?;
                let within = spec(&published)?.call_back_within;
                let (asked, until) = end_of(tx, id.city(), within).await?;
                answer(cx, tx, &mut case, (new.outcome, &published), Some(until)).await?;
                let by = (CaseTurn::Reply, Some(clerk.staff));
                step(cx, tx, &mut case, by, Some(&new.said)).await?;
                letters::tell(cx, tx, &case, Letter::Replied(asked.due_on())).await?;
                tell_followers(tx, &case).await?;
                note(cx, tx, clerk, &case).await?;
                Ok::<_, Error>(CaseLineBody::new(view(tx, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Closes a case for good, without asking: it was explained, or is another body's. The same outcome
/// again changes nothing.
pub(crate) async fn close(
    cx: &Cx,
    clerk: Clerk,
    id: CaseId,
    new: &NewAnswer,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.close", async |tx| {
            let mut case = lock_at(tx, clerk, id).await?;
            if case.outcome == Some(new.outcome) {
                return view(tx, case).await;
            }
            next(case.state, CaseTurn::Close).map_err(CaseError::from)?;
            let published = version(tx, case.listing, case.version).await?;
            answer(cx, tx, &mut case, (new.outcome, &published), None).await?;
            case.outcome = Some(new.outcome);
            let by = (CaseTurn::Close, Some(clerk.staff));
            step(cx, tx, &mut case, by, Some(&new.said)).await?;
            ended(cx, tx, &case).await?;
            note(cx, tx, clerk, &case).await?;
            view(tx, case).await
        })
        .await
}
