//! What people do with their own cases.

use chrono::TimeDelta;
use citygate_identity::Citizen;
use citygate_listings::version;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    step::{ended, give_to, set_due, step, tell_followers},
    view::{CaseView, spec, view},
};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseId, CaseOutcome, CaseStanding, CaseTurn, Rating, Said},
    rules::state::{next, outcome_of},
    store,
    wire::CaseLineBody,
};

/// How often somebody may add to a case.
const ADDITIONS: i64 = 20;

/// A case of the caller's, locked.
async fn lock_own(tx: &mut Tx<'_>, caller: &Citizen, id: CaseId) -> Result<Case, Error> {
    let case = store::cases::lock(tx, id).await?;
    let case = case.filter(|case| case.account == caller.account);
    Ok(case.ok_or(CaseError::Unknown)?)
}

/// Adds something to a case, once for each claim.
pub(crate) async fn add(
    cx: &Cx,
    claim: &Claim,
    caller: &Citizen,
    (id, text): (CaseId, &str),
) -> Result<Answer, Error> {
    cx.db
        .tx("cases.add", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let mut case = lock_own(tx, caller, id).await?;
                let said = Said::plain(text);
                if store::events::count(tx, id, CaseTurn::Add).await? >= ADDITIONS {
                    return Err(CaseError::TooMany.into());
                }
                step(cx, tx, &mut case, (CaseTurn::Add, None), Some(&said)).await?;
                Ok::<_, Error>(CaseLineBody::new(view(tx, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Takes a case back. Doing it again changes nothing.
pub(crate) async fn withdraw(cx: &Cx, caller: &Citizen, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.withdraw", async |tx| {
            let mut case = lock_own(tx, caller, id).await?;
            if case.outcome != Some(CaseOutcome::Withdrawn) {
                case.outcome = Some(CaseOutcome::Withdrawn);
                step(cx, tx, &mut case, (CaseTurn::Withdraw, None), None).await?;
                ended(cx, tx, &case).await?;
            }
            view(tx, case).await
        })
        .await
}

/// What somebody says of an answer.
#[derive(Debug)]
pub(crate) struct NewRating<'a> {
    pub solved: bool,
    pub satisfaction: i16,
    pub note: Option<&'a str>,
}

/// Rates the last answer, which closes the case. The same rating again changes nothing.
pub(crate) async fn rate(
    cx: &Cx,
    caller: &Citizen,
    id: CaseId,
    new: NewRating<'_>,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.rate", async |tx| {
            let mut case = lock_own(tx, caller, id).await?;
            next(case.state, CaseTurn::Rate).map_err(CaseError::from)?;
            let withdrawn = case.outcome == Some(CaseOutcome::Withdrawn);
            let answer = store::answers::last(tx, id).await?.filter(|_| !withdrawn);
            let answer = answer.ok_or(CaseError::NotAnswered)?;
            if let Some(old) = answer.rating {
                let same = (old.solved, old.satisfaction) == (new.solved, new.satisfaction);
                return if same {
                    view(tx, case).await
                } else {
                    Err(CaseError::RatedAlready.into())
                };
            }
            let NewRating { solved, satisfaction, note } = new;
            let rating = Rating { solved, satisfaction, at: tx.now() };
            store::answers::rate(tx, id, answer.id, rating).await?;
            let open = case.state == CaseStanding::Replied;
            case.outcome = Some(outcome_of(answer.outcome, Some(solved)));
            let said = note.map(Said::plain);
            step(cx, tx, &mut case, (CaseTurn::Rate, None), said.as_ref()).await?;
            if open {
                ended(cx, tx, &case).await?;
            }
            view(tx, case).await
        })
        .await
}

/// Has a case begin anew, at the desk that answered, as often and as long as its listing allows.
pub(crate) async fn reopen(
    cx: &Cx,
    caller: &Citizen,
    id: CaseId,
    reason: &str,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.reopen", async |tx| {
            let mut case = lock_own(tx, caller, id).await?;
            next(case.state, CaseTurn::Reopen).map_err(CaseError::from)?;
            let published = version(tx, case.listing, case.version).await?;
            let limits = spec(&published)?;
            let closed_at = case.closed_at.ok_or(Error::Damaged("closed_at"))?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            let today = city.date(tx.now());
            let last = city.date(closed_at) + TimeDelta::days(limits.reopen_within_days.into());
            if case.outcome == Some(CaseOutcome::Withdrawn) {
                return Err(CaseError::NotAnswered.into());
            }
            if case.reopened >= i32::from(limits.reopen_times) {
                return Err(CaseError::ReopenedTooOften.into());
            }
            if today > last {
                return Err(CaseError::TooLateToReopen.into());
            }
            case.reopened += 1;
            (case.trigger_on, case.extended, case.parent) = (today, false, None);
            let desk = case.desk.clone();
            give_to(tx, &mut case, (&desk, &published)).await?;
            set_due(tx, &mut case, &published).await?;
            let said = Said::plain(reason);
            step(cx, tx, &mut case, (CaseTurn::Reopen, None), Some(&said)).await?;
            tell_followers(tx, &case).await?;
            view(tx, case).await
        })
        .await
}
