//! Those who had an appointment and did not come.

use chrono::{DateTime, Utc};
use citygate_booking::{Appointment, AppointmentId, AppointmentState, Session};
use citygate_catalogue::{city, rule_of};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use crate::{
    error::Error,
    jobs,
    model::DepartmentId,
    rules::visit::{Absence, CHECK_IN, CheckIn, CheckInRule, Verdict, check_in, verdict},
    store,
};

/// Looks after the check-in of an appointment that was confirmed.
pub(crate) async fn watch_check_in(cx: &Cx, id: AppointmentId) -> Result<(), Error> {
    cx.db
        .tx("hospital.watch_check_in", async |tx| {
            let appointment = citygate_booking::appointment(tx, id).await?;
            let session = citygate_booking::session(tx, appointment.session).await?;
            let open = check_in_of(tx, &appointment, &session).await?;
            jobs::mark_no_show_later(tx, id, open.closes_at).await
        })
        .await
}

/// When the holder of an appointment can check in.
pub(crate) async fn check_in_of(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    session: &Session,
) -> Result<CheckIn, Error> {
    let (agency, on) = (appointment.agency, appointment.on);
    let city = city(tx, agency.city()).await?;
    let rule = rule_of::<CheckInRule>(tx, CHECK_IN, agency, on).await?.params;
    let slot = (appointment.starts_at, appointment.ends_at);
    Ok(check_in(slot, (on, session.part), &city, &rule))
}

/// Notes that somebody did not come, once check-in is over, with what shows it. Nobody is blamed
/// for a session that the hospital did not hold in time.
pub(crate) async fn mark_no_show(cx: &Cx, id: AppointmentId) -> Result<(), Error> {
    cx.db
        .tx("hospital.mark_no_show", async |tx| match note_absence(tx, id).await? {
            Absent::Settled => Ok(()),
            // It was moved to a later window meanwhile.
            Absent::Early(at) => jobs::mark_no_show_later(tx, id, at).await,
        })
        .await
}

/// What came of looking whether somebody has come.
pub(crate) enum Absent {
    /// They have, or it is noted that they have not, or is held against nobody.
    Settled,
    /// They still may, until then.
    Early(DateTime<Utc>),
}

/// The same in the transaction of the caller.
pub(crate) async fn note_absence(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Absent, Error> {
    let appointment = citygate_booking::appointment(tx, id).await?;
    let visited = store::visits::visit_of_appointment(tx, id).await?.is_some();
    if appointment.state != AppointmentState::Booked || visited {
        return Ok(Absent::Settled);
    }
    let session = citygate_booking::session(tx, appointment.session).await?;
    let open = check_in_of(tx, &appointment, &session).await?;
    if tx.now() < open.closes_at {
        return Ok(Absent::Early(open.closes_at));
    }
    let started_at = started(tx, &appointment, &session).await?;
    let stopped = session.stopped.is_some();
    let absence = Absence { ends_at: appointment.ends_at, stopped, started_at };
    match verdict(&absence) {
        Verdict::Hospital => {}
        Verdict::NoShow => {
            let evidence = json!({
                "check_in_opened_at": open.opens_at,
                "check_in_closed_at": open.closes_at,
                "session_started_at": started_at,
                "window_starts_at": appointment.starts_at,
                "window_ends_at": appointment.ends_at,
            });
            citygate_booking::no_show(tx, id, &evidence).await?;
        }
    }
    Ok(Absent::Settled)
}

/// When the first person of a session was seen; none, when nobody was.
async fn started(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    session: &Session,
) -> Result<Option<DateTime<Utc>>, Error> {
    let department = DepartmentId::from_parts(appointment.agency.city(), appointment.unit);
    let (agency, on) = (appointment.agency, appointment.on);
    let queues = store::queues::queues_of_department(tx, agency, on, department).await?;
    let of_session = queues.into_iter().filter(|queue| {
        let doctor = queue.terms.practitioner.map(|id| id.uuid());
        let overlaps =
            queue.terms.opens_at < session.ends_at && session.starts_at < queue.terms.closes_at;
        overlaps && (doctor.is_none() || doctor == session.provider)
    });
    Ok(of_session.filter_map(|queue| queue.started_at).min())
}
