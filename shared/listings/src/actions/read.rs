//! What the public reads.

use chrono::NaiveDate;
use citygate_catalogue::{Agency, agency, city};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use crate::{
    error::Error,
    model::{InForce, Listing, ListingId, ListingState, Version, VersionState, Written},
    store,
};

/// A published version of a listing, as the public reads it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub listing: Listing,
    pub agency: Agency,
    pub written: Written,
    pub in_force: InForce,
    pub today: NaiveDate,
}

impl Shown {
    /// Whether something can be begun under it today.
    pub(crate) fn is_usable(&self) -> bool {
        self.listing.state == ListingState::Published && self.in_force.is_on(self.today)
    }
}

/// The date in a city.
pub(crate) async fn today(tx: &mut Tx<'_>, code: CityCode) -> Result<NaiveDate, Error> {
    let now = tx.now();
    Ok(city(tx, code).await?.date(now))
}

/// A listing of which something is public.
async fn public(tx: &mut Tx<'_>, id: ListingId) -> Result<Listing, Error> {
    let found = store::listings::by_id(tx, id).await?;
    found.filter(|listing| listing.state != ListingState::Draft).ok_or(Error::Unknown)
}

async fn show(tx: &mut Tx<'_>, listing: Listing, number: i32) -> Result<Shown, Error> {
    let found = store::versions::written(tx, listing.id, number).await?;
    let found = found.filter(|found| found.version.state() == VersionState::Published);
    let written = found.ok_or(Error::VersionUnknown)?;
    let in_force = written.version.in_force().ok_or(Error::Damaged("review"))?;
    let agency = agency(tx, listing.agency).await?;
    let today = today(tx, listing.id.city()).await?;
    Ok(Shown { listing, agency, written, in_force, today })
}

/// What a listing says today: the version in force, else the next one, else the last one.
pub(crate) async fn shown(cx: &Cx, id: ListingId) -> Result<Shown, Error> {
    cx.db
        .read("listings.get", async |tx| {
            let listing = public(tx, id).await?;
            let today = today(tx, id.city()).await?;
            let begun = store::versions::begun(tx, id, today).await?;
            let coming = store::versions::coming(tx, id, today).await?;
            let number = begun.or(coming).ok_or(Error::Damaged("published"))?;
            let shown = show(tx, listing, number).await?;
            match coming {
                Some(next) if shown.in_force.has_ended(today) => {
                    show(tx, shown.listing, next).await
                }
                _ => Ok(shown),
            }
        })
        .await
}

/// The published versions of a listing, newest first; one more than the page has.
pub(crate) async fn published_versions(
    cx: &Cx,
    id: ListingId,
    page: &PageQuery,
) -> Result<Vec<Version>, Error> {
    let of = (page.cursor, page.limit() + 1);
    cx.db
        .read("listings.list_versions", async |tx| {
            public(tx, id).await?;
            store::versions::published_of_listing(tx, id, of).await
        })
        .await
}

/// A published version of a listing, whatever has become of it since.
pub(crate) async fn published_version(
    cx: &Cx,
    (id, number): (ListingId, i32),
) -> Result<Shown, Error> {
    cx.db
        .read("listings.get_version", async |tx| {
            let listing = public(tx, id).await?;
            show(tx, listing, number).await
        })
        .await
}
