//! Offices of a listing's agency, and where somebody is received soonest.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{SessionFilter, SessionView, Slot, next_free, sessions};
use citygate_catalogue::{
    AgencyId, Office, OfficeFilter, OfficeId, OfficeWord, city, offices, put_office,
};
use citygate_kernel::Clock;
use citygate_listings::{BookingSpec, Code, ListingId, Published, in_force};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};
use uuid::Uuid;

use super::{SERVICE, terms::booking};
use crate::{
    error::{BookingError, Error},
    model::{NewOffice, OfficeNext, OfficeWindows},
    rules::hours,
    wire::ListedOfficeBody,
};

/// Lists a new office of the agency, once for each claim.
pub(crate) async fn add(
    cx: &Cx,
    claim: &Claim,
    agency: AgencyId,
    new: &NewOffice,
) -> Result<Answer, Error> {
    cx.db
        .tx("listed.add_office", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let id = OfficeId::new(agency.city(), &Clock::manual(tx.now()));
                let kind = kind_for(tx, agency, new.listing).await?;
                let office = write(tx, agency, (id, kind), new).await?;
                Ok::<_, Error>(ListedOfficeBody::new(office, cx.locale))
            })
            .await
        })
        .await
}

/// Writes what has changed of an office of the agency. Doing it again changes nothing.
pub(crate) async fn change(
    cx: &Cx,
    agency: AgencyId,
    id: OfficeId,
    new: &NewOffice,
) -> Result<Office, Error> {
    cx.db
        .tx("listed.change_office", async |tx| {
            let known = citygate_catalogue::office(tx, id).await?;
            if known.agency != agency {
                return Err(citygate_catalogue::Error::OfficeUnknown.into());
            }
            let kind = kind_for(tx, agency, new.listing).await?;
            if known.kind != kind {
                return Err(BookingError::OfficeOtherKind.into());
            }
            write(tx, agency, (id, kind), new).await
        })
        .await
}

/// The kind of office that a listing of the agency names.
async fn kind_for(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    listing: ListingId,
) -> Result<OfficeWord, Error> {
    let listing = of_agency(tx, agency, listing).await?;
    word(&booking(&listing)?.office_kind)
}

async fn write(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (id, kind): (OfficeId, OfficeWord),
    new: &NewOffice,
) -> Result<Office, Error> {
    let NewOffice { name, address, capabilities, open, .. } = new.clone();
    let office = Office { id, agency, kind, name, address, capabilities, open };
    put_office(tx, &office).await?;
    Ok(office)
}

/// A listing of the agency that is in force; of another's, nothing is known.
pub(super) async fn of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ListingId,
) -> Result<Published, Error> {
    let unknown = || Error::from(citygate_listings::Error::Unknown);
    if id.city() != agency.city() {
        return Err(unknown());
    }
    let listing = in_force(tx, id).await?;
    if listing.agency == agency { Ok(listing) } else { Err(unknown()) }
}

/// The same word, as offices write it.
fn word(code: &Code) -> Result<OfficeWord, Error> {
    code.as_str().parse().map_err(|_| Error::Damaged("word of a listing"))
}

/// Whether an office receives people for a listing.
pub(super) fn serves(office: &Office, listing: &Published, spec: &BookingSpec) -> bool {
    office.open
        && office.agency == listing.agency
        && office.kind.as_str() == spec.office_kind.as_str()
        && spec.capability.as_ref().is_none_or(|wanted| office.can(wanted.as_str()))
}

/// An office that receives people for a listing.
pub(super) async fn office_for(
    tx: &mut Tx<'_>,
    (listing, spec): (&Published, &BookingSpec),
    id: OfficeId,
) -> Result<Office, Error> {
    let unknown = || Error::from(citygate_catalogue::Error::OfficeUnknown);
    if id.city() != listing.agency.city() {
        return Err(unknown());
    }
    let office = citygate_catalogue::office(tx, id).await?;
    if serves(&office, listing, spec) { Ok(office) } else { Err(unknown()) }
}

/// The offices that receive people for a listing, the one at the top where somebody is received
/// soonest; those where nothing is free come last.
pub(crate) async fn soonest(cx: &Cx, id: ListingId) -> Result<Vec<OfficeNext>, Error> {
    cx.db
        .read("listed.list_offices", async |tx| {
            let listing = in_force(tx, id).await?;
            let spec = booking(&listing)?;
            let filter = OfficeFilter {
                city: id.city(),
                kind: Some(word(&spec.office_kind)?),
                capability: spec.capability.as_ref().map(word).transpose()?,
                agency: Some(listing.agency),
            };
            let found = offices(tx, &filter).await?;
            let mut free = free_by_office(tx, id, spec).await?;
            let mut all: Vec<OfficeNext> = found
                .into_iter()
                .map(|office| OfficeNext { next_free: free.remove(&office.id.uuid()), office })
                .collect();
            all.sort_by_key(|one| (one.next_free.is_none(), one.next_free, one.office.id.uuid()));
            Ok(all)
        })
        .await
}

/// The earliest window of each office that can be booked for a listing now.
async fn free_by_office(
    tx: &mut Tx<'_>,
    listing: ListingId,
    spec: &BookingSpec,
) -> Result<BTreeMap<Uuid, DateTime<Utc>>, Error> {
    let city = city(tx, listing.city()).await?;
    let now = tx.now();
    // A window that begins at the very end of the notice can still be had.
    let after = hours::earliest(spec, now) - chrono::TimeDelta::microseconds(1);
    let found = next_free(tx, city.code, SERVICE, after).await?;
    let own = found.into_iter().filter(|one| one.provider == Some(listing.uuid()));
    let near = own.filter(|one| hours::in_time(spec, one.starts_at, now, &city).is_ok());
    Ok(near.map(|one| (one.unit, one.starts_at)).collect())
}

/// The windows of an office on a day, as they can be booked for a listing now.
pub(crate) async fn windows(
    cx: &Cx,
    id: ListingId,
    (office, on): (OfficeId, NaiveDate),
) -> Result<OfficeWindows, Error> {
    cx.db
        .read("listed.list_windows", async |tx| {
            let listing = in_force(tx, id).await?;
            let spec = booking(&listing)?;
            let office = office_for(tx, (&listing, spec), office).await?;
            let city = city(tx, id.city()).await?;
            let now = tx.now();
            let found = sessions_on(tx, id, office.id, on).await?;
            let mut windows: Vec<Slot> = found
                .into_iter()
                .filter(|view| view.session.stopped.is_none())
                .flat_map(|view| view.slots)
                .map(|slot| {
                    let open = hours::in_time(spec, slot.starts_at, now, &city).is_ok();
                    Slot { free: if open { slot.free } else { 0 }, ..slot }
                })
                .collect();
            windows.sort_by_key(|slot| slot.starts_at);
            Ok(OfficeWindows { office, on, windows })
        })
        .await
}

/// The sessions of a listing at an office on a day, stopped ones as well.
pub(super) async fn sessions_on(
    tx: &mut Tx<'_>,
    listing: ListingId,
    office: OfficeId,
    on: NaiveDate,
) -> Result<Vec<SessionView>, Error> {
    let filter = SessionFilter {
        city: listing.city(),
        service: SERVICE,
        units: vec![office.uuid()],
        providers: Vec::new(),
        from: on,
        to: on,
    };
    let mut found = sessions(tx, &filter).await?;
    found.retain(|view| view.session.provider == Some(listing.uuid()));
    Ok(found)
}
