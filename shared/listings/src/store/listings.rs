//! Listings.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::Text;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    content::ItemCode,
    error::Error,
    model::{EngineKind, Listing, ListingId, ListingState},
    schema::listings,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = listings)]
struct ListingRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    item: String,
    engine: String,
    state: String,
    versions: i32,
    name_en: String,
    name_zh: String,
    reason_en: Option<String>,
    reason_zh: Option<String>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl TryFrom<ListingRow> for Listing {
    type Error = Error;

    fn try_from(row: ListingRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let reason = row.reason_en.zip(row.reason_zh);
        Ok(Self {
            id: ListingId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            item: row.item.parse().map_err(|_| Error::Damaged("item"))?,
            engine: EngineKind::parse(&row.engine).ok_or(Error::Damaged("engine"))?,
            state: ListingState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            versions: row.versions,
            name: Text::new(row.name_en, row.name_zh),
            reason: reason.map(|(en, zh)| Text::new(en, zh)),
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// Writes a new listing, unless its agency offers that item already.
pub(crate) async fn insert(tx: &mut Tx<'_>, new: &Listing) -> Result<(), Error> {
    diesel::insert_into(listings::table)
        .values((
            listings::city.eq(new.id.city().number()),
            listings::id.eq(new.id.uuid()),
            listings::agency_id.eq(new.agency.uuid()),
            listings::item.eq(new.item.as_str()),
            listings::engine.eq(new.engine.code()),
            listings::state.eq(new.state.code()),
            listings::versions.eq(new.versions),
            listings::name_en.eq(&new.name.en),
            listings::name_zh.eq(&new.name.zh),
            listings::created_at.eq(new.created_at),
            listings::changed_at.eq(new.changed_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what has changed of a locked listing.
pub(crate) async fn save(tx: &mut Tx<'_>, listing: &Listing) -> Result<(), Error> {
    let id = listing.id;
    diesel::update(listings::table.find((id.city().number(), id.uuid())))
        .set((
            listings::engine.eq(listing.engine.code()),
            listings::state.eq(listing.state.code()),
            listings::versions.eq(listing.versions),
            listings::name_en.eq(&listing.name.en),
            listings::name_zh.eq(&listing.name.zh),
            listings::reason_en.eq(listing.reason.as_ref().map(|reason| &reason.en)),
            listings::reason_zh.eq(listing.reason.as_ref().map(|reason| &reason.zh)),
            listings::changed_at.eq(listing.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A listing.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: ListingId) -> Result<Option<Listing>, Error> {
    let row: Option<ListingRow> = listings::table
        .find((id.city().number(), id.uuid()))
        .select(ListingRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Listing::try_from).transpose()
}

/// A listing, which stays as it is until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: ListingId) -> Result<Option<Listing>, Error> {
    let row: Option<ListingRow> = listings::table
        .find((id.city().number(), id.uuid()))
        .select(ListingRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Listing::try_from).transpose()
}

/// The listing by which an agency offers an item; it stays as it is until the transaction ends.
pub(crate) async fn lock_item(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    item: &ItemCode,
) -> Result<Option<Listing>, Error> {
    let row: Option<ListingRow> = listings::table
        .filter(listings::city.eq(agency.city().number()))
        .filter(listings::agency_id.eq(agency.uuid()))
        .filter(listings::item.eq(item.as_str()))
        .select(ListingRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Listing::try_from).transpose()
}

/// The listings of an agency, newest first.
pub(crate) async fn of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    state: Option<ListingState>,
    (after, limit): (Option<Cursor>, i64),
) -> Result<Vec<Listing>, Error> {
    let before = after.map_or(Uuid::max(), |cursor| cursor.0);
    let mut wanted = listings::table
        .filter(listings::city.eq(agency.city().number()))
        .filter(listings::agency_id.eq(agency.uuid()))
        .filter(listings::id.lt(before))
        .order(listings::id.desc())
        .limit(limit)
        .select(ListingRow::as_select())
        .into_boxed();
    if let Some(state) = state {
        wanted = wanted.filter(listings::state.eq(state.code()));
    }
    let rows: Vec<ListingRow> = wanted.load(tx.conn()).await?;
    rows.into_iter().map(Listing::try_from).collect()
}
