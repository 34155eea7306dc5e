//! How many open applications somebody has under a listing.

use citygate_identity::PersonId;
use citygate_listings::ListingId;
use citygate_platform::db::Tx;
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;

use crate::{error::Error, schema::applicants};

/// Counts one more. Returns how many there are now; whoever counts at the same time waits.
pub(crate) async fn count(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
) -> Result<i32, Error> {
    Ok(diesel::insert_into(applicants::table)
        .values((
            applicants::city.eq(listing.city().number()),
            applicants::listing_id.eq(listing.uuid()),
            applicants::person_id.eq(person.uuid()),
            applicants::open_count.eq(1),
        ))
        .on_conflict((applicants::city, applicants::listing_id, applicants::person_id))
        .do_update()
        .set(applicants::open_count.eq(applicants::open_count + excluded(applicants::open_count)))
        .returning(applicants::open_count)
        .get_result(tx.conn())
        .await?)
}

/// Counts one less.
pub(crate) async fn release(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
) -> Result<(), Error> {
    let row = applicants::table.find((listing.city().number(), listing.uuid(), person.uuid()));
    diesel::update(row)
        .set(applicants::open_count.eq(applicants::open_count - 1))
        .execute(tx.conn())
        .await?;
    Ok(())
}
