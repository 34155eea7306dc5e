//! What happens to a case without anybody asking: its time ends, its appointment changes, its day
//! comes.

use citygate_booking::{AppointmentChanged, AppointmentState, lock_for};
use citygate_platform::Cx;

use super::{
    SERVICE,
    book::{held, is_current, released},
    letters,
    step::step,
};
use crate::{
    error::Error,
    jobs::{Due, Reminder},
    model::{CaseEvent, CaseState},
    rules::state,
    store,
};

/// Ends a case whose time is over. A case that has gone on is left alone.
pub(crate) async fn lapse(cx: &Cx, due: &Due) -> Result<(), Error> {
    cx.db
        .tx("marriage.lapse", async |tx| {
            let Some(mut case) = store::cases::lock(tx, due.case).await? else { return Ok(()) };
            let over = case.lapses_at.is_some_and(|at| at <= tx.now());
            if !over || state::next(case.state, CaseEvent::Lapse).is_err() {
                return Ok(());
            }
            let unanswered = case.state == CaseState::Invited;
            step(tx, &mut case, CaseEvent::Lapse, None).await?;
            let couple = store::parties::of_case(&cx.keys, tx, case.id).await?;
            if unanswered {
                return letters::unanswered(cx, tx, couple.a.person).await;
            }
            for person in couple.people() {
                letters::lapsed(cx, tx, person).await?;
            }
            Ok(())
        })
        .await
}

/// Brings a case to where its appointment is. Hearing it again changes nothing: what counts is how
/// the appointment stands now.
pub(crate) async fn follow(cx: &Cx, news: &AppointmentChanged) -> Result<(), Error> {
    if news.service != SERVICE {
        return Ok(());
    }
    cx.db
        .tx("marriage.follow", async |tx| {
            let found = store::cases::of_appointment(tx, news.appointment).await?;
            let Some(id) = found else { return Ok(()) };
            let Some(mut case) = store::cases::lock(tx, id).await? else { return Ok(()) };
            let venue = case.venue.filter(|venue| venue.appointment == news.appointment);
            let (Some(venue), CaseState::Booked) = (venue, case.state) else { return Ok(()) };
            let appointment = lock_for(tx, (venue.agency, SERVICE), venue.appointment).await?;
            match appointment.state {
                AppointmentState::Cancelled | AppointmentState::Expired => {
                    released(tx, &mut case).await
                }
                AppointmentState::NoShow => step(tx, &mut case, CaseEvent::Miss, None).await,
                AppointmentState::Booked if appointment.starts_at != venue.starts_at => {
                    held(tx, &mut case, &appointment).await?;
                    step(tx, &mut case, CaseEvent::Move, None).await
                }
                // Whether both are there, and what comes of it, the registrar says.
                AppointmentState::Held
                | AppointmentState::Booked
                | AppointmentState::Arrived
                | AppointmentState::Fulfilled => Ok(()),
            }
        })
        .await
}

/// Reminds both of an appointment that still stands.
pub(crate) async fn remind(cx: &Cx, job: &Reminder) -> Result<(), Error> {
    cx.db
        .tx("marriage.remind", async |tx| {
            if !is_current(tx, job).await? {
                return Ok(());
            }
            let Some(case) = store::cases::by_id(tx, job.case).await? else { return Ok(()) };
            let couple = store::parties::of_case(&cx.keys, tx, case.id).await?;
            for person in couple.people() {
                letters::reminder(cx, tx, &case, person).await?;
            }
            Ok(())
        })
        .await
}
