//! Appointments of citizens: made, read, moved and given up through booking, which alone knows
//! places.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_booking::{
    Appointment, AppointmentId, AppointmentState, Attendee, Reservation, SessionId, appointment,
    cancel_reservation, cancel_reservation_late, lock_for, move_reservation, reserve_for,
};
use citygate_catalogue::{OfficeId, city};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::Text;
use citygate_listings::{BookingSpec, ListingId, Published, in_force, version};
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};

use super::{
    SERVICE,
    offices::{office_for, sessions_on},
    terms::{booking, count_use, require_eligible},
};
use crate::{
    error::{BookingError, Error},
    model::{Booked, BookedView, Wanted},
    rules::hours,
    store,
    wire::ListedAppointmentBody,
};

/// Makes an appointment, once for each claim.
pub(crate) async fn make(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, wanted): (ListingId, Wanted),
) -> Result<Answer, Error> {
    cx.db
        .tx("listed.make_appointment", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let listing = in_force(tx, id).await?;
                let made = record(cx, tx, caller, &listing, wanted).await?;
                count_use(cx, tx, &listing).await?;
                let view = views(tx, vec![made]).await?.pop().ok_or(Error::Damaged("view"))?;
                Ok::<_, Error>(ListedAppointmentBody::new(view, cx.locale))
            })
            .await
        })
        .await
}

async fn record(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    listing: &Published,
    wanted: Wanted,
) -> Result<Booked, Error> {
    let spec = booking(listing)?;
    require_eligible(cx, tx, listing, caller.person).await?;
    let office = office_for(tx, (listing, spec), wanted.office).await?;
    let session = session_for(tx, (listing, spec), wanted).await?;
    require_none_open(tx, listing.listing, caller.person).await?;
    let persons = [Attendee { person: caller.person, account: caller.account }];
    let starts_at = wanted.starts_at;
    let reservation = Reservation { service: SERVICE, session, starts_at, persons: &persons };
    let appointment = reserve_for(tx, &reservation).await?;
    let booked = Booked {
        id: appointment.id,
        listing: listing.listing,
        version: listing.version,
        agency: listing.agency,
        office: office.id,
        person: caller.person,
        open: true,
        made_at: tx.now(),
    };
    if !store::appointments::insert(tx, &booked).await? {
        return Err(BookingError::BookedAlready.into());
    }
    Ok(booked)
}

/// The session of a window that can be booked now, by what the listing says.
async fn session_for(
    tx: &mut Tx<'_>,
    (listing, spec): (&Published, &BookingSpec),
    wanted: Wanted,
) -> Result<SessionId, Error> {
    let city = city(tx, listing.agency.city()).await?;
    let in_time = hours::in_time(spec, wanted.starts_at, tx.now(), &city);
    let on = city.date(wanted.starts_at);
    let mut found = sessions_on(tx, listing.listing, wanted.office, on).await?;
    found.retain(|view| view.slots.iter().any(|slot| slot.starts_at == wanted.starts_at));
    // One that was stopped may have been opened again.
    found.sort_by_key(|view| view.session.stopped.is_some());
    let session = found.first().ok_or(citygate_booking::Error::SlotUnknown)?.session.id;
    in_time.map_err(BookingError::from)?;
    Ok(session)
}

/// Nobody has two open appointments for one listing. One that is over is open no more, whether
/// anybody has noted what became of it or not.
async fn require_none_open(
    tx: &mut Tx<'_>,
    listing: ListingId,
    person: PersonId,
) -> Result<(), Error> {
    let Some(open) = store::appointments::open_of(tx, listing, person).await? else {
        return Ok(());
    };
    let stands = appointment(tx, open.id).await?;
    if stands.state.is_live() && tx.now() < stands.ends_at {
        return Err(BookingError::BookedAlready.into());
    }
    store::appointments::close(tx, open.id).await
}

/// Moves an appointment to another window of its office, once for each claim.
pub(crate) async fn reschedule(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, starts_at): (AppointmentId, DateTime<Utc>),
) -> Result<Answer, Error> {
    cx.db
        .tx("listed.move_appointment", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let booked = own(tx, caller.person, id).await?;
                let listing = version(tx, booked.listing, booked.version).await?;
                let spec = booking(&listing)?;
                let wanted = Wanted { office: booked.office, starts_at };
                office_for(tx, (&listing, spec), booked.office).await?;
                let session = session_for(tx, (&listing, spec), wanted).await?;
                let stands = appointment(tx, id).await?;
                require_in_time(tx, spec, &stands)?;
                move_reservation(tx, SERVICE, id, (session, starts_at)).await?;
                let view = views(tx, vec![booked]).await?.pop().ok_or(Error::Damaged("view"))?;
                Ok::<_, Error>(ListedAppointmentBody::new(view, cx.locale))
            })
            .await
        })
        .await
}

/// Only what can still be given up without a strike can be moved.
fn require_in_time(tx: &Tx<'_>, spec: &BookingSpec, stands: &Appointment) -> Result<(), Error> {
    let until = hours::cancel_until(spec, stands.starts_at);
    if tx.now() < until {
        return Ok(());
    }
    let citation = Text::new("Set by the agency in its listing", "由该机构在服务事项中规定");
    Err(citygate_booking::Error::TooLate { until, citation }.into())
}

/// Gives an appointment up; late, with a strike. Doing it again changes nothing.
pub(crate) async fn cancel(
    cx: &Cx,
    caller: &RealName,
    id: AppointmentId,
) -> Result<BookedView, Error> {
    cx.db
        .tx("listed.cancel_appointment", async |tx| {
            require_session(tx, caller).await?;
            let booked = own(tx, caller.person, id).await?;
            let stands = lock_for(tx, (booked.agency, SERVICE), id).await?;
            if stands.state != AppointmentState::Cancelled {
                let listing = version(tx, booked.listing, booked.version).await?;
                let until = hours::cancel_until(booking(&listing)?, stands.starts_at);
                if tx.now() < until {
                    cancel_reservation(tx, SERVICE, id).await?;
                } else {
                    cancel_reservation_late(tx, SERVICE, id).await?;
                }
                store::appointments::close(tx, id).await?;
            }
            views(tx, vec![booked]).await?.pop().ok_or(Error::Damaged("view"))
        })
        .await
}

/// An appointment of the person.
async fn own(tx: &mut Tx<'_>, person: PersonId, id: AppointmentId) -> Result<Booked, Error> {
    let found = store::appointments::by_id(tx, id).await?.filter(|one| one.person == person);
    Ok(found.ok_or(citygate_booking::Error::AppointmentUnknown)?)
}

/// An appointment of the person.
pub(crate) async fn get(cx: &Cx, person: PersonId, id: AppointmentId) -> Result<BookedView, Error> {
    cx.db
        .read("listed.get_appointment", async |tx| {
            let booked = own(tx, person, id).await?;
            views(tx, vec![booked]).await?.pop().ok_or(Error::Damaged("view"))
        })
        .await
}

/// The appointments of a person, newest first; one more than the page has.
pub(crate) async fn list(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<BookedView>, Error> {
    cx.db
        .read("listed.list_appointments", async |tx| {
            let (cursor, limit) = (page.cursor, page.limit() + 1);
            let found = store::appointments::of_person(tx, person, cursor, limit).await?;
            views(tx, found).await
        })
        .await
}

/// Adds what booking, the catalogue and the listing know; each version and each office is read once.
async fn views(tx: &mut Tx<'_>, found: Vec<Booked>) -> Result<Vec<BookedView>, Error> {
    let (mut listings, mut offices) = (BTreeMap::new(), BTreeMap::new());
    let mut views = Vec::with_capacity(found.len());
    for booked in found {
        let of = (booked.listing, booked.version);
        let listing = match listings.get(&of).cloned() {
            Some(listing) => listing,
            None => version(tx, of.0, of.1).await?,
        };
        let at: OfficeId = booked.office;
        let office = match offices.get(&at).cloned() {
            Some(office) => office,
            None => citygate_catalogue::office(tx, at).await?,
        };
        let appointment = appointment(tx, booked.id).await?;
        let cancel_until = hours::cancel_until(booking(&listing)?, appointment.starts_at);
        listings.insert(of, listing.clone());
        offices.insert(at, office.clone());
        views.push(BookedView { booked, listing, appointment, office, cancel_until });
    }
    Ok(views)
}
