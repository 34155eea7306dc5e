//! Offices open hours for a listing, and stop them.

use citygate_booking::{
    Allocation, Claims, DayPart, NewSession, NewSlot, SessionId, SessionView, open_session,
    stop_session,
};
use citygate_catalogue::{AgencyId, Office};
use citygate_kernel::{Currency, Money, Text};
use citygate_listings::{ListingId, Published};
use citygate_platform::{Cx, db::Tx};

use super::{
    SERVICE,
    offices::{of_agency, office_for, sessions_on},
    terms::booking,
};
use crate::{
    error::{BookingError, Error},
    model::{OpenHours, OpenedSession},
    rules::hours::slots,
};

/// Opens hours of an office for a listing of the agency. Opening the same again changes nothing.
/// Returns whether they are new.
pub(crate) async fn open(
    cx: &Cx,
    agency: AgencyId,
    hours: &OpenHours,
) -> Result<(OpenedSession, bool), Error> {
    cx.db
        .tx("listed.open_session", async |tx| {
            let listing = of_agency(tx, agency, hours.listing).await?;
            let spec = booking(&listing)?;
            let office = office_for(tx, (&listing, spec), hours.office).await?;
            let city = citygate_catalogue::city(tx, agency.city()).await?;
            let slots = slots(hours, city.date(tx.now()), &city).map_err(BookingError::from)?;
            let new = session_of(&listing, &office, hours, slots);
            require_no_overlap(tx, hours, &new).await?;
            let (session, is_new) = open_session(cx, tx, &new).await?;
            let view = view(tx, hours.listing, session.id).await?;
            Ok((OpenedSession { listing: hours.listing, view }, is_new))
        })
        .await
}

/// Windows of one listing at one office never overlap: each is known by when it begins.
async fn require_no_overlap(
    tx: &mut Tx<'_>,
    hours: &OpenHours,
    new: &NewSession,
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (new.slots.first(), new.slots.last()) else {
        return Err(Error::Damaged("slots of a session"));
    };
    let found = sessions_on(tx, hours.listing, hours.office, hours.on).await?;
    let others = found
        .iter()
        .map(|view| &view.session)
        .filter(|one| one.stopped.is_none() && one.external_no != new.external_no);
    let overlaps = |one: &citygate_booking::Session| {
        one.starts_at < last.ends_at && first.starts_at < one.ends_at
    };
    if others.into_iter().any(overlaps) { Err(BookingError::Overlap.into()) } else { Ok(()) }
}

fn session_of(
    listing: &Published,
    office: &Office,
    hours: &OpenHours,
    slots: Vec<NewSlot>,
) -> NewSession {
    let (name, at) = (&listing.content.name, &office.name);
    NewSession {
        agency: listing.agency,
        service: SERVICE,
        external_no: format!(
            "{}/{}/{}T{}",
            listing.listing,
            office.id,
            hours.on,
            hours.from.format("%H:%M")
        ),
        unit: office.id.uuid(),
        // Booking looks for what is free by office and by this.
        provider: Some(listing.listing.uuid()),
        // Appointments of one listing may move to any other of it at the same office.
        grade: listing.listing.to_string(),
        title: Text::new(format!("{}, {}", name.en, at.en), format!("{}（{}）", name.zh, at.zh)),
        place: office.address.clone(),
        on: hours.on,
        part: DayPart::Day,
        slots,
        fee: Money::zero(Currency::Cny),
        allocation: Allocation::FirstCome,
        claims: Claims::Service,
    }
}

/// Stops a session of the agency: whoever has an appointment is told, and it is held against nobody.
/// Doing it again changes nothing.
pub(crate) async fn stop(
    cx: &Cx,
    agency: AgencyId,
    id: SessionId,
    reason: &str,
) -> Result<OpenedSession, Error> {
    cx.db
        .tx("listed.stop_session", async |tx| {
            let unknown = || Error::from(citygate_booking::Error::SessionUnknown);
            let session = citygate_booking::session(tx, id).await?;
            let listing = session.provider.filter(|_| session.service == SERVICE);
            let listing = ListingId::from_parts(id.city(), listing.ok_or_else(unknown)?);
            stop_session(tx, agency, id, reason).await?;
            Ok(OpenedSession { listing, view: view(tx, listing, id).await? })
        })
        .await
}

async fn view(tx: &mut Tx<'_>, listing: ListingId, id: SessionId) -> Result<SessionView, Error> {
    let session = citygate_booking::session(tx, id).await?;
    let office = citygate_catalogue::OfficeId::from_parts(id.city(), session.unit);
    let found = sessions_on(tx, listing, office, session.on).await?;
    let view = found.into_iter().find(|view| view.session.id == id);
    view.ok_or(Error::Damaged("session"))
}
