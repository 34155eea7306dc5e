//! The appointment: booked, moved and given up through booking, which alone knows places. The case
//! follows it.

use chrono::{DateTime, Utc};
use citygate_booking::{
    Appointment, Attendee, Reservation, Session, SessionId, cancel_reservation, move_reservation,
    reserve_for,
};
use citygate_catalogue::{OfficeId, office, rule};
use citygate_identity::{RealName, require_session};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    SERVICE,
    precheck::for_day,
    read,
    step::{limits, lock_own, step, wait_until},
};
use crate::{
    error::{CaseError, Error},
    jobs::{REMIND, Reminder},
    model::{Case, CaseEvent, CaseId, CaseState, Couple, Venue},
    rules::{
        registry::{REMINDER, ReminderRule},
        state,
    },
    store,
    wire::CaseBody,
};

/// A slot by its session and the instant at which it begins.
pub(crate) type Wanted = (SessionId, DateTime<Utc>);

/// Books a place for both, once for each claim.
pub(crate) async fn book(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, wanted): (CaseId, Wanted),
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.book", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let (mut case, couple, _) = lock_own(cx, tx, caller, id).await?;
                state::next(case.state, CaseEvent::Book).map_err(CaseError::from)?;
                let session = session_for(cx, tx, (&case, &couple), wanted).await?;
                let both = couple.both().ok_or(Error::Damaged("couple"))?;
                let people =
                    both.map(|party| Attendee { person: party.person, account: party.account });
                let reservation = Reservation {
                    service: SERVICE,
                    session: session.id,
                    starts_at: wanted.1,
                    persons: &people,
                };
                let appointment = reserve_for(tx, &reservation).await.map_err(of_either)?;
                held(tx, &mut case, &appointment).await?;
                step(tx, &mut case, CaseEvent::Book, None).await?;
                Ok::<_, Error>(CaseBody::kept(read::view(cx, tx, caller, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Moves the appointment to another slot of the same office, once for each claim.
pub(crate) async fn reschedule(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    (id, wanted): (CaseId, Wanted),
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.reschedule", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let (mut case, couple, _) = lock_own(cx, tx, caller, id).await?;
                state::next(case.state, CaseEvent::Move).map_err(CaseError::from)?;
                session_for(cx, tx, (&case, &couple), wanted).await?;
                let old = case.venue.ok_or(Error::Damaged("venue"))?.appointment;
                let appointment =
                    move_reservation(tx, SERVICE, old, wanted).await.map_err(of_either)?;
                held(tx, &mut case, &appointment).await?;
                step(tx, &mut case, CaseEvent::Move, None).await?;
                Ok::<_, Error>(CaseBody::kept(read::view(cx, tx, caller, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Gives the appointment up, once for each claim, as long as the office's rule allows. The case
/// stays.
pub(crate) async fn give_up(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    id: CaseId,
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.give_up", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                require_session(tx, caller).await?;
                let (mut case, _, _) = lock_own(cx, tx, caller, id).await?;
                state::next(case.state, CaseEvent::Release).map_err(CaseError::from)?;
                let venue = case.venue.ok_or(Error::Damaged("venue"))?;
                cancel_reservation(tx, SERVICE, venue.appointment).await?;
                released(tx, &mut case).await?;
                Ok::<_, Error>(CaseBody::kept(read::view(cx, tx, caller, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// The session of a slot, if the office can receive the two on its day.
async fn session_for(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (case, couple): (&Case, &Couple),
    (session, _): Wanted,
) -> Result<Session, Error> {
    if session.city() != case.id.city() {
        return Err(citygate_booking::Error::SessionUnknown.into());
    }
    let session = citygate_booking::session(tx, session).await?;
    if session.service != SERVICE {
        return Err(citygate_booking::Error::SessionUnknown.into());
    }
    let office = office(tx, OfficeId::from_parts(session.id.city(), session.unit)).await?;
    let checked = for_day(cx, tx, (case, couple), session.on).await?;
    let designated = checked.told.iter().filter_map(|told| told.designated);
    let can = designated.into_iter().all(|wanted| office.can(wanted.code()));
    // The same word for the office, the day and either of the two: it says nothing of anybody.
    if can && checked.is_ready() { Ok(session) } else { Err(CaseError::CannotProceed.into()) }
}

/// What keeps one of the two from having a place is about that one alone.
fn of_either(error: citygate_booking::Error) -> Error {
    match error {
        citygate_booking::Error::Blocked { .. } | citygate_booking::Error::QuotaReached { .. } => {
            CaseError::CannotProceed.into()
        }
        fact => fact.into(),
    }
}

/// Notes where and when, has the two reminded, and lets the case wait no longer. It is for the caller
/// to save it.
pub(super) async fn held(
    tx: &mut Tx<'_>,
    case: &mut Case,
    appointment: &Appointment,
) -> Result<(), Error> {
    case.lapses_at = None;
    case.venue = Some(Venue {
        agency: appointment.agency,
        office: appointment.unit,
        session: appointment.session,
        appointment: appointment.id,
        on: appointment.on,
        starts_at: appointment.starts_at,
    });
    let city = citygate_catalogue::city(tx, case.id.city()).await?;
    let now = tx.now();
    let reminder = rule::<ReminderRule>(tx, REMINDER, city.code, city.date(now)).await?;
    let times = (now, appointment.starts_at);
    if let Some(at) = reminder.params.remind_at(times, &city) {
        let starts_at = appointment.starts_at;
        let job = Reminder { case: case.id, appointment: appointment.id, starts_at };
        REMIND.enqueue_at(tx, &job, at).await?;
    }
    Ok(())
}

/// Notes that there is no appointment any more: the two may book another, for a while.
pub(super) async fn released(tx: &mut Tx<'_>, case: &mut Case) -> Result<(), Error> {
    case.venue = None;
    let until = limits(tx, case.id.city()).await?.params.book_by(tx.now());
    wait_until(tx, case, until).await?;
    step(tx, case, CaseEvent::Release, None).await
}

/// Whether a reminder still is about what is booked.
pub(super) async fn is_current(tx: &mut Tx<'_>, job: &Reminder) -> Result<bool, Error> {
    let case = store::cases::by_id(tx, job.case).await?;
    let booked = case.filter(|case| case.state == CaseState::Booked);
    let venue = booked.and_then(|case| case.venue);
    Ok(venue.is_some_and(|venue| {
        venue.appointment == job.appointment && venue.starts_at == job.starts_at
    }))
}
