//! What an agency does with its listings, apart from writing and reviewing them.

use citygate_kernel::Text;
use citygate_platform::{Cx, db::Tx, http::Cursor};

use super::step::step;
use crate::{
    error::Error,
    model::{Editor, Listing, ListingEvent, ListingId, ListingState, Version, Written},
    store,
};

/// How many versions are shown with their listing.
const SHOWN: i64 = 100;

/// A listing with its versions, newest first.
#[derive(Debug)]
pub(crate) struct Detail {
    pub listing: Listing,
    pub versions: Vec<Version>,
}

/// What an agency does to a listing as a whole.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// It cannot be used for now, for a reason that the public reads.
    Suspend(Text),
    /// It can be used again.
    Resume,
    /// It is offered no more, for a reason that the public reads.
    Retire(Text),
}

impl Change {
    fn event(&self) -> ListingEvent {
        match self {
            Self::Suspend(_) => ListingEvent::Suspend,
            Self::Resume => ListingEvent::Resume,
            Self::Retire(_) => ListingEvent::Retire,
        }
    }

    fn leads_to(&self) -> ListingState {
        match self {
            Self::Suspend(_) => ListingState::Suspended,
            Self::Resume => ListingState::Published,
            Self::Retire(_) => ListingState::Retired,
        }
    }

    fn reason(self) -> Option<Text> {
        match self {
            Self::Suspend(reason) | Self::Retire(reason) => Some(reason),
            Self::Resume => None,
        }
    }
}

/// The listings of an agency, newest first.
pub(crate) async fn list(
    cx: &Cx,
    editor: Editor,
    state: Option<ListingState>,
    of: (Option<Cursor>, i64),
) -> Result<Vec<Listing>, Error> {
    cx.db
        .read("listings.list", async |tx| {
            store::listings::of_agency(tx, editor.agency, state, of).await
        })
        .await
}

async fn own(tx: &mut Tx<'_>, editor: Editor, id: ListingId) -> Result<Listing, Error> {
    let found = store::listings::by_id(tx, id).await?;
    found.filter(|listing| listing.agency == editor.agency).ok_or(Error::Unknown)
}

/// A listing of the agency.
pub(crate) async fn detail(cx: &Cx, editor: Editor, id: ListingId) -> Result<Detail, Error> {
    cx.db
        .read("listings.get_own", async |tx| {
            let listing = own(tx, editor, id).await?;
            let versions = store::versions::of_listing(tx, id, (None, SHOWN)).await?;
            Ok(Detail { listing, versions })
        })
        .await
}

/// A version of a listing of the agency, with its file.
pub(crate) async fn written(
    cx: &Cx,
    editor: Editor,
    (id, number): (ListingId, i32),
) -> Result<(Listing, Written), Error> {
    cx.db
        .read("listings.get_own_version", async |tx| {
            let listing = own(tx, editor, id).await?;
            let found = store::versions::written(tx, id, number).await?;
            Ok((listing, found.ok_or(Error::VersionUnknown)?))
        })
        .await
}

/// Changes a listing as a whole. Doing it again changes nothing.
pub(crate) async fn change(
    cx: &Cx,
    editor: Editor,
    id: ListingId,
    change: &Change,
) -> Result<Listing, Error> {
    cx.db
        .tx("listings.change", async |tx| {
            let locked = store::listings::lock(tx, id).await?;
            let locked = locked.filter(|listing| listing.agency == editor.agency);
            let mut listing = locked.ok_or(Error::Unknown)?;
            if listing.state == change.leads_to() {
                return Ok(listing);
            }
            listing.reason = change.clone().reason();
            step(tx, &mut listing, (change.event(), None), Some(editor.staff)).await?;
            Ok(listing)
        })
        .await
}
