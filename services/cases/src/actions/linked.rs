//! Those whom a case concerns as well: cases that repeat it, and people who follow it. Both may be
//! many, and are taken some at a time.

use citygate_listings::version;
use citygate_platform::Cx;

use super::{
    letters,
    step::{answer, ended, step},
};
use crate::{
    error::Error,
    jobs::{CLOSE_LINKED, Ended, News, TELL_FOLLOWERS},
    mail::Letter,
    model::{CaseId, CaseOutcome, CaseTurn, Said},
    rules::state::outcome_of,
    store,
};

/// How many cases are closed in one transaction.
const CASES: i64 = 20;
/// How many people are told in one transaction.
const PEOPLE: i64 = 100;

/// Closes some of the cases that are linked to one that is over, with what its answer has for them.
/// The next job goes on.
pub(crate) async fn close(cx: &Cx, parent: CaseId) -> Result<(), Error> {
    cx.db
        .tx("cases.close_linked", async |tx| {
            let Some(above) = store::cases::by_id(tx, parent).await? else { return Ok(()) };
            let Some(outcome) = above.outcome else { return Ok(()) };
            if outcome == CaseOutcome::Withdrawn {
                return Ok(());
            }
            let turns = [CaseTurn::Reply, CaseTurn::Close];
            let said = store::events::last_said(&cx.keys, tx, parent, &turns).await?;
            let said = said.and_then(|said| said.for_linked).map(|text| Said::plain(&text));
            // Only its own person can say that a case is solved.
            let outcome = outcome_of(outcome, None);
            let linked = store::cases::lock_linked(tx, parent, CASES).await?;
            let more = i64::try_from(linked.len()).is_ok_and(|found| found == CASES);
            for mut case in linked {
                let published = version(tx, case.listing, case.version).await?;
                answer(cx, tx, &mut case, (outcome, &published), None).await?;
                case.outcome = Some(outcome);
                let by = (CaseTurn::CloseWithParent, None);
                step(cx, tx, &mut case, by, said.as_ref()).await?;
                ended(cx, tx, &case).await?;
            }
            if more {
                CLOSE_LINKED.enqueue(tx, &Ended { parent }).await?;
            }
            Ok(())
        })
        .await
}

/// Tells some of those who follow a case that there is news. The next job goes on.
pub(crate) async fn tell(cx: &Cx, news: &News) -> Result<(), Error> {
    cx.db
        .tx("cases.tell_followers", async |tx| {
            let found = store::followers::of_case(tx, news.case, news.after, PEOPLE).await?;
            for (_, person) in &found {
                if let Some(person) = person {
                    letters::send(cx, tx, (news.case, *person), Letter::Followed).await?;
                }
            }
            match found.last() {
                Some((after, _)) if i64::try_from(found.len()).is_ok_and(|n| n == PEOPLE) => {
                    let next = News { case: news.case, after: *after };
                    Ok(TELL_FOLLOWERS.enqueue(tx, &next).await?)
                }
                _ => Ok(()),
            }
        })
        .await
}
