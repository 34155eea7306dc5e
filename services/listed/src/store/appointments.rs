//! Statements about appointments of listed services.

use chrono::{DateTime, Utc};
use citygate_booking::AppointmentId;
use citygate_catalogue::{AgencyId, OfficeId};
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_listings::ListingId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::Booked, schema::appointments};

#[derive(Queryable, Selectable)]
#[diesel(table_name = appointments)]
struct AppointmentRow {
    city: i32,
    id: Uuid,
    listing_id: Uuid,
    version: i32,
    agency_id: Uuid,
    office_id: Uuid,
    person_id: Uuid,
    open: bool,
    made_at: DateTime<Utc>,
}

impl TryFrom<AppointmentRow> for Booked {
    type Error = Error;

    fn try_from(row: AppointmentRow) -> Result<Self, Error> {
        let city: CityCode = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
        Ok(Self {
            id: AppointmentId::from_parts(city, row.id),
            listing: ListingId::from_parts(city, row.listing_id),
            version: row.version,
            agency: AgencyId::from_parts(city, row.agency_id),
            office: OfficeId::from_parts(city, row.office_id),
            person: PersonId::from_uuid(row.person_id),
            open: row.open,
            made_at: row.made_at,
        })
    }
}

/// Writes an appointment. False where the person has an open one for the listing; of two that try at
/// once, one waits.
pub(crate) async fn insert(tx: &mut Tx<'_>, booked: &Booked) -> Result<bool, Error> {
    let inserted = diesel::insert_into(appointments::table)
        .values((
            appointments::city.eq(booked.id.city().number()),
            appointments::id.eq(booked.id.uuid()),
            appointments::listing_id.eq(booked.listing.uuid()),
            appointments::version.eq(booked.version),
            appointments::agency_id.eq(booked.agency.uuid()),
            appointments::office_id.eq(booked.office.uuid()),
            appointments::person_id.eq(booked.person.uuid()),
            appointments::open.eq(booked.open),
            appointments::made_at.eq(booked.made_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// It keeps nobody from making another.
pub(crate) async fn close(tx: &mut Tx<'_>, id: AppointmentId) -> Result<(), Error> {
    diesel::update(appointments::table.find((id.city().number(), id.uuid())))
        .set(appointments::open.eq(false))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What keeps somebody from making another appointment for a listing.
pub(crate) async fn open_of(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
) -> Result<Option<Booked>, Error> {
    let row: Option<AppointmentRow> = appointments::table
        .filter(appointments::city.eq(listing.city().number()))
        .filter(appointments::listing_id.eq(listing.uuid()))
        .filter(appointments::person_id.eq(person.uuid()))
        .filter(appointments::open)
        .select(AppointmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Booked::try_from).transpose()
}

/// What an appointment was made for.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Option<Booked>, Error> {
    Ok(by_ids(tx, id.city(), &[id.uuid()]).await?.pop())
}

/// What some appointments of a city were made for, in no order.
pub(crate) async fn by_ids(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Booked>, Error> {
    let rows: Vec<AppointmentRow> = appointments::table
        .filter(appointments::city.eq(city.number()))
        .filter(appointments::id.eq_any(ids))
        .select(AppointmentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Booked::try_from).collect()
}

/// The appointments of somebody, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Booked>, Error> {
    let before = after.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<AppointmentRow> = appointments::table
        .filter(appointments::person_id.eq(person.uuid()))
        .filter(appointments::id.lt(before))
        .order(appointments::id.desc())
        .limit(limit)
        .select(AppointmentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Booked::try_from).collect()
}
