//! Whose a case is: accepting it, disputing it, deciding that; and which case it repeats.

use citygate_listings::{Published, version};
use citygate_platform::Cx;

use super::{
    desk::{Clerk, lock_at, note},
    letters,
    step::{give_to, step},
    view::{CaseView, spec, view},
};
use crate::{
    error::{CaseError, Error},
    mail::Letter,
    model::{CaseId, CaseStanding, CaseTurn, Dispute, Said},
    rules::state::next,
    store,
};

/// A desk takes a case on. Doing it again changes nothing.
pub(crate) async fn accept(cx: &Cx, clerk: Clerk, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.accept", async |tx| {
            let mut case = lock_at(tx, clerk, id).await?;
            if case.state != CaseStanding::Accepted {
                step(cx, tx, &mut case, (CaseTurn::Accept, Some(clerk.staff)), None).await?;
                letters::tell(cx, tx, &case, Letter::Accepted).await?;
            }
            view(tx, case).await
        })
        .await
}

/// Whether a listing has a desk.
fn has_desk(published: &Published, desk: &str) -> Result<bool, CaseError> {
    Ok(spec(published)?.categories.iter().any(|category| category.desk.as_str() == desk))
}

/// A desk says that a case is another's. The case stays with it, and its time runs on. The same again
/// changes nothing.
pub(crate) async fn dispute(
    cx: &Cx,
    clerk: Clerk,
    id: CaseId,
    (desk, reason): (&str, &str),
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.dispute", async |tx| {
            let mut case = lock_at(tx, clerk, id).await?;
            let dispute = Some(Dispute { desk: desk.to_owned(), by: clerk.account });
            if case.dispute == dispute {
                return view(tx, case).await;
            }
            next(case.state, CaseTurn::Dispute).map_err(CaseError::from)?;
            let published = version(tx, case.listing, case.version).await?;
            if case.desk == desk || !has_desk(&published, desk)? {
                return Err(CaseError::DeskUnknown.into());
            }
            if tx.now() >= case.dispute_until {
                return Err(CaseError::TooLateToDispute.into());
            }
            case.dispute = dispute;
            let said = Said::plain(reason);
            let by = (CaseTurn::Dispute, Some(clerk.staff));
            step(cx, tx, &mut case, by, Some(&said)).await?;
            view(tx, case).await
        })
        .await
}

/// Somebody other than who disputes it decides whose a case is. The same again changes nothing.
pub(crate) async fn decide(
    cx: &Cx,
    clerk: Clerk,
    id: CaseId,
    desk: &str,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.decide", async |tx| {
            let mut case = lock_at(tx, clerk, id).await?;
            if case.state == CaseStanding::Dispatched && case.desk == desk {
                return view(tx, case).await;
            }
            next(case.state, CaseTurn::Decide).map_err(CaseError::from)?;
            if case.dispute.as_ref().is_some_and(|dispute| dispute.by == clerk.account) {
                return Err(CaseError::OwnDispute.into());
            }
            let published = version(tx, case.listing, case.version).await?;
            if !has_desk(&published, desk)? {
                return Err(CaseError::DeskUnknown.into());
            }
            give_to(tx, &mut case, (desk, &published)).await?;
            let by = (CaseTurn::Decide, Some(clerk.staff));
            step(cx, tx, &mut case, by, None).await?;
            view(tx, case).await
        })
        .await
}

/// Links a case to the one that it repeats: it closes when that one does. The same again changes
/// nothing.
pub(crate) async fn link(
    cx: &Cx,
    clerk: Clerk,
    id: CaseId,
    parent: CaseId,
) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.link", async |tx| {
            if parent.city() != id.city() || parent == id {
                return Err(CaseError::ParentUnsound.into());
            }
            // Of two cases the lower is locked first, whichever it is.
            let first = store::cases::lock(tx, id.min(parent)).await?;
            let second = store::cases::lock(tx, id.max(parent)).await?;
            let mut case = lock_at(tx, clerk, id).await?;
            if case.parent == Some(parent) {
                return view(tx, case).await;
            }
            next(case.state, CaseTurn::Link).map_err(CaseError::from)?;
            let above = [first, second].into_iter().flatten().find(|one| one.id == parent);
            let above = above.filter(|one| one.agency == clerk.agency);
            let fits = above.is_some_and(|one| one.waits() && one.parent.is_none());
            if !fits || store::cases::is_parent(tx, id).await? {
                return Err(CaseError::ParentUnsound.into());
            }
            case.parent = Some(parent);
            step(cx, tx, &mut case, (CaseTurn::Link, Some(clerk.staff)), None).await?;
            note(cx, tx, clerk, &case).await?;
            view(tx, case).await
        })
        .await
}
