//! What those see and do who receive people.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_booking::{
    Appointment, AppointmentFilter, AppointmentId, AppointmentState, appointments_of_agency,
    arrive, fulfil, lock_for, no_show,
};
use citygate_catalogue::{AgencyId, OfficeId, city};
use citygate_identity::{
    Access, Accessor, AccountId, Reason, Record, StaffId, masked_names, note_filed,
};
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use serde_json::json;
use uuid::Uuid;

use super::SERVICE;
use crate::{
    error::{BookingError, Error},
    model::DeskAppointment,
    rules::hours,
    store,
};

/// Why people are shown to those who receive them, and what is noted of them.
const RECEIVED: Reason<'static> =
    Reason { purpose: "listed.appointment", legal_basis: "pipl-13-3" };

/// Somebody who receives people for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Receiver {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

impl Receiver {
    fn access<'a>(&self, cx: &'a Cx) -> Access<'a> {
        Access::new(cx, Accessor::staff(self.staff, self.agency), RECEIVED)
    }
}

/// What becomes of an appointment on its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The person is there.
    Arrived,
    /// The person was seen.
    Fulfilled,
    /// The person did not come.
    NoShow,
}

impl Outcome {
    fn state(self) -> AppointmentState {
        match self {
            Self::Arrived => AppointmentState::Arrived,
            Self::Fulfilled => AppointmentState::Fulfilled,
            Self::NoShow => AppointmentState::NoShow,
        }
    }
}

/// The appointments of an office on a day, with names that are partly hidden; one more than the page
/// has. Each of the people reads that they were shown.
pub(crate) async fn day(
    cx: &Cx,
    by: Receiver,
    (office, on): (OfficeId, NaiveDate),
    page: &PageQuery,
) -> Result<Vec<DeskAppointment>, Error> {
    cx.db
        .tx("listed.list_day", async |tx| {
            let known = citygate_catalogue::office(tx, office).await?;
            if known.agency != by.agency {
                return Err(citygate_catalogue::Error::OfficeUnknown.into());
            }
            let city = city(tx, office.city()).await?;
            let (from, until) = hours::day(on, &city).ok_or(Error::Damaged("day"))?;
            let filter = AppointmentFilter {
                units: Some(vec![office.uuid()]),
                from: Some(from),
                until: Some(until),
                after: page.cursor.map(|cursor| cursor.0),
                ..AppointmentFilter::of(by.agency, SERVICE, page.limit() + 1)
            };
            let found = appointments_of_agency(tx, &filter).await?;
            let found = found.into_iter().map(|(one, _)| one).collect();
            named(cx, tx, by, found).await
        })
        .await
}

async fn named(
    cx: &Cx,
    tx: &mut Tx<'_>,
    by: Receiver,
    found: Vec<Appointment>,
) -> Result<Vec<DeskAppointment>, Error> {
    let ids: Vec<Uuid> = found.iter().map(|one| one.id.uuid()).collect();
    let made = store::appointments::by_ids(tx, by.agency.city(), &ids).await?;
    let listings: BTreeMap<AppointmentId, _> =
        made.into_iter().map(|one| (one.id, one.listing)).collect();
    let access = by.access(cx);
    let mut lines = Vec::with_capacity(found.len());
    for appointment in found {
        let listing = *listings.get(&appointment.id).ok_or(Error::Damaged("appointment"))?;
        let (person, case) = (appointment.person, appointment.id.to_string());
        let mut names = masked_names(&cx.keys, tx, &access, &[person], &case).await?;
        lines.push(DeskAppointment { appointment, listing, name: names.remove(&person) });
    }
    Ok(lines)
}

/// Notes what became of an appointment with the agency. Noting it again changes nothing.
pub(crate) async fn note(
    cx: &Cx,
    by: Receiver,
    id: AppointmentId,
    outcome: Outcome,
) -> Result<DeskAppointment, Error> {
    cx.db
        .tx("listed.note_outcome", async |tx| {
            let unknown = citygate_booking::Error::AppointmentUnknown;
            if id.city() != by.agency.city() {
                return Err(unknown.into());
            }
            let booked = store::appointments::by_id(tx, id).await?;
            let booked = booked.filter(|one| one.agency == by.agency).ok_or(unknown)?;
            let mut appointment = lock_for(tx, (by.agency, SERVICE), id).await?;
            if appointment.account == Some(by.account) {
                return Err(BookingError::OwnAppointment.into());
            }
            if appointment.state != outcome.state() {
                appointment = write(tx, &appointment, outcome).await?;
                let case = id.to_string();
                let of = [(appointment.person, case.as_str())];
                note_filed(tx, &by.access(cx), Record::Listed, &of).await?;
            }
            Ok(DeskAppointment { appointment, listing: booked.listing, name: None })
        })
        .await
}

async fn write(
    tx: &mut Tx<'_>,
    stands: &Appointment,
    outcome: Outcome,
) -> Result<Appointment, Error> {
    let city = city(tx, stands.id.city()).await?;
    match outcome {
        Outcome::Arrived => {
            if city.date(tx.now()) != stands.on {
                return Err(BookingError::NotToday.into());
            }
            Ok(arrive(tx, stands.id).await?)
        }
        Outcome::Fulfilled => {
            let fulfilled = fulfil(tx, stands.id).await?;
            store::appointments::close(tx, stands.id).await?;
            Ok(fulfilled)
        }
        Outcome::NoShow => {
            if tx.now() < stands.starts_at {
                return Err(BookingError::TooEarly.into());
            }
            let evidence = json!({"awaited_from": stands.starts_at, "noted_at": tx.now()});
            let missed = no_show(tx, stands.id, &evidence).await?;
            store::appointments::close(tx, stands.id).await?;
            Ok(missed)
        }
    }
}
