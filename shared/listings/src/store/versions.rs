//! Versions of listings, and what a second person says to them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, StaffId};
use citygate_kernel::CityCode;
use citygate_platform::{db::Tx, http::Cursor, sql::sql};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    content::Content,
    error::Error,
    model::{
        Hand, InForce, ListingId, ListingState, NewVersion, Outcome, Published, Review, Version,
        VersionState, Written,
    },
    schema::{reviews, versions},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct VersionRow {
    number: i32,
    digest: Vec<u8>,
    submitted_by: Option<Uuid>,
    submitted_account: Option<Uuid>,
    submitted_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct ReviewRow {
    reason: Option<String>,
    reviewed_by: Option<Uuid>,
    reviewed_account: Option<Uuid>,
    reviewed_at: DateTime<Utc>,
    in_force_from: Option<NaiveDate>,
    in_force_to: Option<NaiveDate>,
}

fn hand(city: CityCode, staff: Option<Uuid>, account: Option<Uuid>) -> Hand {
    let both = staff.zip(account);
    both.map(|(staff, account)| (StaffId::from_parts(city, staff), AccountId::from_uuid(account)))
}

fn review(city: CityCode, row: ReviewRow) -> Result<Review, Error> {
    let outcome = match (row.in_force_from, row.reason) {
        (Some(from), _) => Outcome::Published(InForce { from, to: row.in_force_to }),
        (None, Some(reason)) => Outcome::Returned(reason),
        (None, None) => return Err(Error::Damaged("review")),
    };
    Ok(Review {
        outcome,
        by: hand(city, row.reviewed_by, row.reviewed_account),
        at: row.reviewed_at,
    })
}

fn version(
    city: CityCode,
    (row, reviewed): (VersionRow, Option<ReviewRow>),
) -> Result<Version, Error> {
    Ok(Version {
        number: row.number,
        digest: row.digest,
        submitted_by: hand(city, row.submitted_by, row.submitted_account),
        submitted_at: row.submitted_at,
        review: reviewed.map(|row| review(city, row)).transpose()?,
    })
}

fn content(json: Value) -> Result<Content, Error> {
    serde_json::from_value(json).map_err(|_| Error::Damaged("content"))
}

/// Writes a version.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    id: ListingId,
    (number, new): (i32, NewVersion<'_>),
    by: Hand,
) -> Result<(), Error> {
    let now = tx.now();
    let json = serde_json::to_value(new.content).map_err(|_| Error::Damaged("content"))?;
    let (staff, account) = by.unzip();
    diesel::insert_into(versions::table)
        .values((
            versions::city.eq(id.city().number()),
            versions::listing_id.eq(id.uuid()),
            versions::number.eq(number),
            versions::file.eq(new.file),
            versions::digest.eq(new.digest),
            versions::content.eq(json),
            versions::submitted_by.eq(staff.map(|staff| staff.uuid())),
            versions::submitted_account.eq(account.map(|account| account.uuid())),
            versions::submitted_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what a second person says to a version.
pub(crate) async fn insert_review(
    tx: &mut Tx<'_>,
    id: ListingId,
    (number, review): (i32, &Review),
) -> Result<(), Error> {
    let (outcome, reason, days) = match &review.outcome {
        Outcome::Returned(reason) => (VersionState::Returned, Some(reason), None),
        Outcome::Published(days) => (VersionState::Published, None, Some(days)),
    };
    let (staff, account) = review.by.unzip();
    diesel::insert_into(reviews::table)
        .values((
            reviews::city.eq(id.city().number()),
            reviews::listing_id.eq(id.uuid()),
            reviews::number.eq(number),
            reviews::outcome.eq(outcome.code()),
            reviews::reason.eq(reason),
            reviews::reviewed_by.eq(staff.map(|staff| staff.uuid())),
            reviews::reviewed_account.eq(account.map(|account| account.uuid())),
            reviews::reviewed_at.eq(review.at),
            reviews::in_force_from.eq(days.map(|days| days.from)),
            reviews::in_force_to.eq(days.and_then(|days| days.to)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A version with what is said to it.
#[diesel::dsl::auto_type(no_type_alias)]
fn reviewed(id: ListingId) -> _ {
    let city: i32 = id.city().number();
    let listing: Uuid = id.uuid();
    versions::table
        .left_join(
            reviews::table.on(reviews::city
                .eq(versions::city)
                .and(reviews::listing_id.eq(versions::listing_id))
                .and(reviews::number.eq(versions::number))),
        )
        .filter(versions::city.eq(city))
        .filter(versions::listing_id.eq(listing))
}

/// Where a page of versions begins, whose cursor is the number of the last one before it.
fn before(after: Option<Cursor>) -> i32 {
    let number = after.and_then(|cursor| i32::try_from(cursor.0.as_u128()).ok());
    number.unwrap_or(i32::MAX)
}

/// The versions of a listing, newest first.
pub(crate) async fn of_listing(
    tx: &mut Tx<'_>,
    id: ListingId,
    (after, limit): (Option<Cursor>, i64),
) -> Result<Vec<Version>, Error> {
    let rows: Vec<(VersionRow, Option<ReviewRow>)> = reviewed(id)
        .filter(versions::number.lt(before(after)))
        .order(versions::number.desc())
        .limit(limit)
        .select((VersionRow::as_select(), Option::<ReviewRow>::as_select()))
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| version(id.city(), row)).collect()
}

/// The published versions of a listing, newest first.
pub(crate) async fn published_of_listing(
    tx: &mut Tx<'_>,
    id: ListingId,
    (after, limit): (Option<Cursor>, i64),
) -> Result<Vec<Version>, Error> {
    let rows: Vec<(VersionRow, Option<ReviewRow>)> = reviewed(id)
        .filter(versions::number.lt(before(after)))
        .filter(reviews::in_force_from.is_not_null())
        .order(versions::number.desc())
        .limit(limit)
        .select((VersionRow::as_select(), Option::<ReviewRow>::as_select()))
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| version(id.city(), row)).collect()
}

/// A version with what it says.
pub(crate) async fn written(
    tx: &mut Tx<'_>,
    id: ListingId,
    number: i32,
) -> Result<Option<Written>, Error> {
    let row: Option<(VersionRow, Option<ReviewRow>, String, Value)> = reviewed(id)
        .filter(versions::number.eq(number))
        .select((
            VersionRow::as_select(),
            Option::<ReviewRow>::as_select(),
            versions::file,
            versions::content,
        ))
        .first(tx.conn())
        .await
        .optional()?;
    let Some((row, reviewed, file, json)) = row else { return Ok(None) };
    let version = version(id.city(), (row, reviewed))?;
    Ok(Some(Written { version, file, content: content(json)? }))
}

/// The published version that is in force on a day, or was the last to be: of those that have begun,
/// the one that began last.
pub(crate) async fn begun(
    tx: &mut Tx<'_>,
    id: ListingId,
    on: NaiveDate,
) -> Result<Option<i32>, Error> {
    Ok(reviews::table
        .filter(reviews::city.eq(id.city().number()))
        .filter(reviews::listing_id.eq(id.uuid()))
        .filter(reviews::in_force_from.le(on))
        .order((reviews::in_force_from.desc(), reviews::number.desc()))
        .select(reviews::number)
        .first(tx.conn())
        .await
        .optional()?)
}

/// The published version that comes into force next after a day.
pub(crate) async fn coming(
    tx: &mut Tx<'_>,
    id: ListingId,
    on: NaiveDate,
) -> Result<Option<i32>, Error> {
    Ok(reviews::table
        .filter(reviews::city.eq(id.city().number()))
        .filter(reviews::listing_id.eq(id.uuid()))
        .filter(reviews::in_force_from.gt(on))
        .order((reviews::in_force_from.asc(), reviews::number.desc()))
        .select(reviews::number)
        .first(tx.conn())
        .await
        .optional()?)
}

/// Whether a version that was written after this one is published.
pub(crate) async fn is_overtaken(
    tx: &mut Tx<'_>,
    id: ListingId,
    number: i32,
) -> Result<bool, Error> {
    let later: Option<i32> = reviews::table
        .filter(reviews::city.eq(id.city().number()))
        .filter(reviews::listing_id.eq(id.uuid()))
        .filter(reviews::number.gt(number))
        .filter(reviews::in_force_from.is_not_null())
        .select(reviews::number)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(later.is_some())
}

/// The published version that was made of a file, if there is one.
pub(crate) async fn published_as(
    tx: &mut Tx<'_>,
    id: ListingId,
    digest: &[u8],
) -> Result<Option<i32>, Error> {
    Ok(reviewed(id)
        .filter(versions::digest.eq(digest))
        .filter(reviews::in_force_from.is_not_null())
        .order(versions::number.desc())
        .select(versions::number)
        .first(tx.conn())
        .await
        .optional()?)
}

#[derive(QueryableByName)]
struct InForceRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    agency_id: Uuid,
    #[diesel(sql_type = sql_types::Integer)]
    number: i32,
    #[diesel(sql_type = sql_types::Jsonb)]
    content: Value,
}

/// What works by an engine and is in force in a city on a day, in the order of identifiers.
pub(crate) async fn in_force_in(
    tx: &mut Tx<'_>,
    city: CityCode,
    (engine, on): (&str, NaiveDate),
) -> Result<Vec<Published>, Error> {
    let rows: Vec<InForceRow> =
        sql("SELECT l.id, l.agency_id, v.number, v.content FROM listings.listings l \
         CROSS JOIN LATERAL (SELECT number, in_force_to FROM listings.reviews \
           WHERE city = l.city AND listing_id = l.id AND in_force_from <= $1 \
           ORDER BY in_force_from DESC, number DESC LIMIT 1) r \
         JOIN listings.versions v \
           ON v.city = l.city AND v.listing_id = l.id AND v.number = r.number \
         WHERE l.city = $2 AND l.engine = $3 AND l.state = 'published' \
           AND (r.in_force_to IS NULL OR r.in_force_to >= $4) \
         ORDER BY l.id LIMIT 100")
        .bind::<sql_types::Date, _>(on)
        .bind::<sql_types::Integer, _>(city.number())
        .bind::<sql_types::Text, _>(engine.to_owned())
        .bind::<sql_types::Date, _>(on)
        .load(tx.conn())
        .await?;
    let read = |row: InForceRow| {
        Ok(Published {
            listing: ListingId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            version: row.number,
            state: ListingState::Published,
            content: content(row.content)?,
        })
    };
    rows.into_iter().map(read).collect()
}
