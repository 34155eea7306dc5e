//! Statements about bills that were fetched.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_listings::ListingId;
use citygate_payments::BillId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{ListedBill, ListedBillId},
    schema::bills,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = bills)]
struct BillRow {
    city: i32,
    id: Uuid,
    listing_id: Uuid,
    version: i32,
    agency_id: Uuid,
    external_no: String,
    person_id: Uuid,
    bill_id: Uuid,
    fetched_at: DateTime<Utc>,
}

impl TryFrom<BillRow> for ListedBill {
    type Error = Error;

    fn try_from(row: BillRow) -> Result<Self, Error> {
        let city: CityCode = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
        Ok(Self {
            id: ListedBillId::from_parts(city, row.id),
            listing: ListingId::from_parts(city, row.listing_id),
            version: row.version,
            agency: AgencyId::from_parts(city, row.agency_id),
            external_no: row.external_no,
            person: PersonId::from_uuid(row.person_id),
            bill: BillId::from_parts(city, row.bill_id),
            fetched_at: row.fetched_at,
        })
    }
}

/// Writes bills of one city. Returns those that are new: a number that is known is left out; of two
/// who write the same one at once, one waits.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    new: &[ListedBill],
) -> Result<BTreeSet<ListedBillId>, Error> {
    let Some(city) = new.first().map(|one| one.id.city()) else { return Ok(BTreeSet::new()) };
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                bills::city.eq(one.id.city().number()),
                bills::id.eq(one.id.uuid()),
                bills::listing_id.eq(one.listing.uuid()),
                bills::version.eq(one.version),
                bills::agency_id.eq(one.agency.uuid()),
                bills::external_no.eq(&one.external_no),
                bills::person_id.eq(one.person.uuid()),
                bills::bill_id.eq(one.bill.uuid()),
                bills::fetched_at.eq(one.fetched_at),
            )
        })
        .collect();
    let written: Vec<Uuid> = diesel::insert_into(bills::table)
        .values(rows)
        .on_conflict((bills::city, bills::listing_id, bills::external_no))
        .do_nothing()
        .returning(bills::id)
        .get_results(tx.conn())
        .await?;
    Ok(written.into_iter().map(|id| ListedBillId::from_parts(city, id)).collect())
}

/// The bills that somebody has fetched of a listing, which stay as they are until the transaction
/// ends. They come before the bills that stand for them.
pub(crate) async fn lock_of(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
) -> Result<Vec<ListedBill>, Error> {
    let rows: Vec<BillRow> = bills::table
        .filter(bills::person_id.eq(person.uuid()))
        .filter(bills::city.eq(listing.city().number()))
        .filter(bills::listing_id.eq(listing.uuid()))
        .order(bills::id)
        .select(BillRow::as_select())
        .for_no_key_update()
        .load(tx.conn())
        .await?;
    rows.into_iter().map(ListedBill::try_from).collect()
}

/// The bills of somebody with these numbers of a listing.
pub(crate) async fn of_numbers(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
    numbers: &[&str],
) -> Result<Vec<ListedBill>, Error> {
    let rows: Vec<BillRow> = bills::table
        .filter(bills::city.eq(listing.city().number()))
        .filter(bills::listing_id.eq(listing.uuid()))
        .filter(bills::external_no.eq_any(numbers))
        .filter(bills::person_id.eq(person.uuid()))
        .select(BillRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(ListedBill::try_from).collect()
}

/// Another bill of the gateway stands for it.
pub(crate) async fn set_bill(tx: &mut Tx<'_>, id: ListedBillId, bill: BillId) -> Result<(), Error> {
    diesel::update(bills::table.find((id.city().number(), id.uuid())))
        .set(bills::bill_id.eq(bill.uuid()))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A bill that was fetched.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: ListedBillId) -> Result<Option<ListedBill>, Error> {
    let row: Option<BillRow> = bills::table
        .find((id.city().number(), id.uuid()))
        .select(BillRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(ListedBill::try_from).transpose()
}

/// What a bill of the gateway stands for.
pub(crate) async fn by_bill(tx: &mut Tx<'_>, bill: BillId) -> Result<Option<ListedBill>, Error> {
    let row: Option<BillRow> = bills::table
        .filter(bills::city.eq(bill.city().number()))
        .filter(bills::bill_id.eq(bill.uuid()))
        .select(BillRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(ListedBill::try_from).transpose()
}

/// The bills that somebody has fetched, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<ListedBill>, Error> {
    let before = after.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<BillRow> = bills::table
        .filter(bills::person_id.eq(person.uuid()))
        .filter(bills::id.lt(before))
        .order(bills::id.desc())
        .limit(limit)
        .select(BillRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(ListedBill::try_from).collect()
}
