//! The history of listings.

use citygate_identity::StaffId;
use citygate_platform::db::Tx;
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    model::{Listing, ListingEvent},
    schema::events,
};

/// Writes a line about a locked listing, as it stands after what has happened.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    listing: &Listing,
    (event, number): (ListingEvent, Option<i32>),
    staff: Option<StaffId>,
) -> Result<(), Error> {
    let now = tx.now();
    let (city, id) = (listing.id.city().number(), listing.id.uuid());
    let last: Option<i32> = events::table
        .filter(events::city.eq(city))
        .filter(events::listing_id.eq(id))
        .select(max(events::n))
        .first(tx.conn())
        .await?;
    diesel::insert_into(events::table)
        .values((
            events::city.eq(city),
            events::listing_id.eq(id),
            events::n.eq(last.unwrap_or(0) + 1),
            events::event.eq(event.code()),
            events::state.eq(listing.state.code()),
            events::number.eq(number),
            events::reason_en.eq(listing.reason.as_ref().map(|reason| &reason.en)),
            events::reason_zh.eq(listing.reason.as_ref().map(|reason| &reason.zh)),
            events::staff_id.eq(staff.map(|staff| staff.uuid())),
            events::happened_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
