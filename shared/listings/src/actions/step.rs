//! Steps of a listing, each with its line in the history.

use citygate_identity::StaffId;
use citygate_platform::db::Tx;

use crate::{
    error::Error,
    events::{LISTING_CHANGED, ListingChanged},
    model::{Listing, ListingEvent},
    rules::state,
    store,
};

/// Lets something happen to a locked listing, writes it down and, if it stands elsewhere then, tells
/// of it.
pub(super) async fn step(
    tx: &mut Tx<'_>,
    listing: &mut Listing,
    (event, number): (ListingEvent, Option<i32>),
    staff: Option<StaffId>,
) -> Result<(), Error> {
    let before = listing.state;
    listing.state = state::next(before, event)?;
    listing.changed_at = tx.now();
    store::listings::save(tx, listing).await?;
    store::events::insert(tx, listing, (event, number), staff).await?;
    if listing.state != before {
        let changed = ListingChanged { listing: listing.id, state: listing.state };
        LISTING_CHANGED.emit(tx, &changed).await?;
    }
    Ok(())
}
