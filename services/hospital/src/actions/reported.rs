//! Appointments that a hospital keeps itself and reports under its own numbers: each is a place of
//! its counter here, once.

use chrono::{DateTime, Utc};
use citygate_booking::{
    Appointment, AppointmentId, AppointmentState, BookFor, CounterChannel, appointment, book_for,
    cancel_for,
};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::db::Tx;

use super::{
    SERVICE,
    visit_absences::{Absent, note_absence},
};
use crate::{
    error::{DirectoryError, Error, VisitError},
    model::OwnNo,
    store,
};

/// What is reported of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportedEvent {
    /// It is new.
    Booked,
    /// Session or time may have changed.
    Moved,
    /// It was given up.
    Cancelled,
    /// The patient did not come.
    Missed,
}

/// An appointment as the hospital reports it.
#[derive(Debug, Clone)]
pub(crate) struct ReportedAppointment {
    /// The hospital's own number of it.
    pub number: OwnNo,
    pub event: ReportedEvent,
    /// Whose it is; it may be left unsaid where it was said before.
    pub person: Option<PersonId>,
    /// In which session, by the hospital's number, and from when.
    pub place: Option<(OwnNo, DateTime<Utc>)>,
}

/// Does here what the hospital has done. The same again changes nothing.
pub(crate) async fn report_appointment(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    reported: &ReportedAppointment,
) -> Result<(), Error> {
    let known = store::reported_appointment(tx, hospital, &reported.number).await?;
    let known = match known {
        Some(id) => Some(appointment(tx, id).await?),
        None => None,
    };
    if let (Some(known), Some(person)) = (&known, reported.person)
        && known.person != person
    {
        return Err(VisitError::AppointmentContradicted("it is another patient's").into());
    }
    match (reported.event, known) {
        (ReportedEvent::Booked, None) => book(tx, hospital, reported, None).await,
        (ReportedEvent::Booked, Some(known)) => {
            if stands(&known) && is_there(tx, hospital, reported, &known).await? {
                return Ok(());
            }
            let why = "the number stands for an appointment at another time, or one that is over";
            Err(VisitError::AppointmentContradicted(why).into())
        }
        (_, None) => Err(VisitError::AppointmentUnknown.into()),
        (ReportedEvent::Moved, Some(known)) => moved(tx, hospital, reported, &known).await,
        (ReportedEvent::Cancelled, Some(known)) => {
            if known.state != AppointmentState::Cancelled {
                cancel_for(tx, (hospital, SERVICE), known.id).await?;
            }
            Ok(())
        }
        (ReportedEvent::Missed, Some(known)) => missed(tx, known.id).await,
    }
}

fn stands(known: &Appointment) -> bool {
    matches!(known.state, AppointmentState::Booked | AppointmentState::Arrived)
}

/// Whether an appointment is where the hospital says it is.
async fn is_there(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    reported: &ReportedAppointment,
    known: &Appointment,
) -> Result<bool, Error> {
    let Some((number, starts_at)) = &reported.place else { return Ok(true) };
    let schedule = store::schedule_by_no(tx, hospital, number).await?;
    let schedule = schedule.ok_or(DirectoryError::SessionUnknown)?;
    Ok(schedule.session == known.session && *starts_at == known.starts_at)
}

/// Another place for the same appointment: the first is given up and the other booked, or neither.
async fn moved(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    reported: &ReportedAppointment,
    known: &Appointment,
) -> Result<(), Error> {
    if known.state == AppointmentState::Cancelled {
        return Err(VisitError::AppointmentContradicted("it was given up").into());
    }
    if is_there(tx, hospital, reported, known).await? {
        return Ok(());
    }
    cancel_for(tx, (hospital, SERVICE), known.id).await?;
    book(tx, hospital, reported, Some(known.person)).await
}

async fn book(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    reported: &ReportedAppointment,
    before: Option<PersonId>,
) -> Result<(), Error> {
    let (Some(person), Some((number, starts_at))) = (reported.person.or(before), &reported.place)
    else {
        return Err(VisitError::AppointmentUnknown.into());
    };
    let schedule = store::schedule_by_no(tx, hospital, number).await?;
    let place = BookFor {
        session: schedule.ok_or(DirectoryError::SessionUnknown)?.session,
        starts_at: *starts_at,
        channel: CounterChannel::Onsite,
        person,
    };
    let booked = book_for(tx, &place).await?;
    let key = (hospital, &reported.number);
    if store::note_reported_appointment(tx, key, booked.id, before.is_some()).await? {
        return Ok(());
    }
    // Of two reports that came at once, one is first; the other is sent again.
    Err(VisitError::AppointmentContradicted("it is being booked").into())
}

async fn missed(tx: &mut Tx<'_>, id: AppointmentId) -> Result<(), Error> {
    let known = appointment(tx, id).await?;
    match known.state {
        AppointmentState::NoShow => Ok(()),
        AppointmentState::Booked => match note_absence(tx, id).await? {
            Absent::Settled => Ok(()),
            Absent::Early(_) => {
                let why = "check-in is still open";
                Err(VisitError::AppointmentContradicted(why).into())
            }
        },
        AppointmentState::Held
        | AppointmentState::Arrived
        | AppointmentState::Fulfilled
        | AppointmentState::Cancelled
        | AppointmentState::Expired => {
            let why = "the patient has come, or it was given up";
            Err(VisitError::AppointmentContradicted(why).into())
        }
    }
}
