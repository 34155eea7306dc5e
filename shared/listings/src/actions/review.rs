//! A second person looks at a version.

use citygate_catalogue::AgencyId;
use citygate_platform::{Cx, db::Tx};

use super::{read::today, step::step};
use crate::{
    error::Error,
    events::{LISTING_PUBLISHED, ListingPublished},
    model::{
        Editor, Hand, InForce, Listing, ListingEvent, ListingId, Outcome, Review, Version,
        VersionEvent, VersionState, Written,
    },
    rules::state,
    store,
};

/// Publishes a version that somebody else has written. It takes effect on the day that it names, but
/// not before today. Publishing it again changes nothing.
pub(crate) async fn publish(
    cx: &Cx,
    editor: Editor,
    which: (ListingId, i32),
) -> Result<(Listing, Version), Error> {
    cx.db
        .tx("listings.publish", async |tx| {
            published(tx, (editor.agency, Some((editor.staff, editor.account))), which).await
        })
        .await
}

/// Publishes a version. Where nobody is named, the city itself does it, and asks for nobody else.
pub(super) async fn published(
    tx: &mut Tx<'_>,
    (agency, by): (AgencyId, Hand),
    (id, number): (ListingId, i32),
) -> Result<(Listing, Version), Error> {
    let (mut listing, found) = to_review(tx, (agency, by), (id, number)).await?;
    let mut version = found.version;
    if version.state() == VersionState::Published {
        return Ok((listing, version));
    }
    state::next_of_version(version.state(), VersionEvent::Publish)?;
    if store::versions::is_overtaken(tx, id, number).await? {
        return Err(Error::VersionOvertaken);
    }
    let today = today(tx, id.city()).await?;
    let from = found.content.effective_from.max(today);
    let days = InForce { from, to: found.content.effective_to };
    if days.to.is_some_and(|last| last < from) {
        return Err(Error::PeriodOver);
    }
    let review = Review { outcome: Outcome::Published(days), by, at: tx.now() };
    store::versions::insert_review(tx, id, (number, &review)).await?;
    listing.name = found.content.name;
    let staff = by.map(|(staff, _)| staff);
    step(tx, &mut listing, (ListingEvent::Publish, Some(number)), staff).await?;
    LISTING_PUBLISHED.emit(tx, &ListingPublished { listing: id, version: number }).await?;
    version.review = Some(review);
    Ok((listing, version))
}

/// Gives a version back that somebody else has written. Giving it back again changes nothing.
pub(crate) async fn send_back(
    cx: &Cx,
    editor: Editor,
    which: (ListingId, i32),
    reason: &str,
) -> Result<(Listing, Version), Error> {
    cx.db
        .tx("listings.return", async |tx| {
            let by = Some((editor.staff, editor.account));
            let (listing, found) = to_review(tx, (editor.agency, by), which).await?;
            let mut version = found.version;
            if version.state() == VersionState::Returned {
                return Ok((listing, version));
            }
            state::next_of_version(version.state(), VersionEvent::Return)?;
            let outcome = Outcome::Returned(reason.to_owned());
            let review = Review { outcome, by, at: tx.now() };
            store::versions::insert_review(tx, which.0, (which.1, &review)).await?;
            version.review = Some(review);
            Ok((listing, version))
        })
        .await
}

/// A version of a locked listing. Nobody reviews what they have written themselves, in whatever role.
async fn to_review(
    tx: &mut Tx<'_>,
    (agency, by): (AgencyId, Hand),
    (id, number): (ListingId, i32),
) -> Result<(Listing, Written), Error> {
    let listing = store::listings::lock(tx, id).await?;
    let listing = listing.filter(|listing| listing.agency == agency).ok_or(Error::Unknown)?;
    let found = store::versions::written(tx, id, number).await?.ok_or(Error::VersionUnknown)?;
    let own = by
        .zip(found.version.submitted_by)
        .is_some_and(|(reviewer, author)| reviewer.0 == author.0 || reviewer.1 == author.1);
    if own {
        return Err(Error::OwnVersion);
    }
    Ok((listing, found))
}
