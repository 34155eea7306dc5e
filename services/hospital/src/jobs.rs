//! What is done after COMMIT, and what is heard.

pub(crate) mod settlement;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_booking::{APPOINTMENT_CHANGED, AppointmentId, AppointmentState};
use citygate_exchange::ORDER_RESULTED;
use citygate_platform::{
    db::Tx,
    jobs::{Job, JobError, Listener, Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{self, OrderEvent, SERVICE, Turn},
    error::{Error, VisitError},
    model::{QueueId, VisitId},
};

/// Work within the house: what fails is tried again soon.
const SOON: Retries = Retries::after(&[1, 5, 30, 300, 1_800, 7_200]);

#[derive(Serialize, Deserialize)]
struct OfVisit {
    visit: VisitId,
}

#[derive(Serialize, Deserialize)]
struct OfQueue {
    queue: QueueId,
}

#[derive(Serialize, Deserialize)]
struct Announce {
    visit: VisitId,
    turn: Turn,
}

#[derive(Serialize, Deserialize)]
struct OfAppointment {
    appointment: AppointmentId,
}

const REPLAN_DAY: Task<OfQueue> = Task::new("hospital.replan_day");
const REPLAN: Task<OfVisit> = Task::new("hospital.replan");
const CLOSE: Task<OfVisit> = Task::new("hospital.close_visit");
const ANNOUNCE: Task<Announce> = Task::new("hospital.announce");
const MARK_NO_SHOW: Task<OfAppointment> = Task::new("hospital.mark_no_show");

/// Has the plans of some visits computed anew.
pub(crate) async fn replan_later(tx: &mut Tx<'_>, visits: &[VisitId]) -> Result<(), Error> {
    let now = tx.now();
    let due: Vec<_> = visits.iter().map(|visit| (OfVisit { visit: *visit }, now)).collect();
    Ok(REPLAN.enqueue_all(tx, &due).await?)
}

/// Has the plans of a day computed anew that wait for a queue which has opened. Once more after a
/// while: a visit that began at the same time and did not see the queue is written by then, because
/// no transaction lasts that long.
pub(crate) async fn replan_day_later(tx: &mut Tx<'_>, queue: QueueId) -> Result<(), Error> {
    let now = tx.now();
    for due in [now, now + TimeDelta::seconds(15)] {
        REPLAN_DAY.enqueue_at(tx, &OfQueue { queue }, due).await?;
    }
    Ok(())
}

/// Has a visit ended when its day is over.
pub(crate) async fn close_later(
    tx: &mut Tx<'_>,
    visit: VisitId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    Ok(CLOSE.enqueue_at(tx, &OfVisit { visit }, at).await?)
}

/// Has somebody told of a turn.
pub(crate) async fn announce_later(
    tx: &mut Tx<'_>,
    visit: VisitId,
    turn: Turn,
) -> Result<(), Error> {
    Ok(ANNOUNCE.enqueue(tx, &Announce { visit, turn }).await?)
}

/// Has looked, when check-in is over, whether somebody came.
pub(crate) async fn mark_no_show_later(
    tx: &mut Tx<'_>,
    appointment: AppointmentId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    Ok(MARK_NO_SHOW.enqueue_at(tx, &OfAppointment { appointment }, at).await?)
}

/// The work of the day of a visit.
pub(crate) fn of_visits() -> Vec<Job> {
    vec![
        REPLAN_DAY.done_by(SOON, |cx, job| async move {
            let done = cx
                .db
                .tx("hospital.replan_day", async |tx| actions::replan_day(tx, job.queue).await);
            done.await.map_err(JobError::from)
        }),
        REPLAN.done_by(SOON, |cx, job| async move {
            let done = cx.db.tx("hospital.replan", async |tx| actions::replan(tx, job.visit).await);
            done.await.map_err(JobError::from)
        }),
        CLOSE.done_by(SOON, |cx, job| async move {
            let done =
                cx.db.tx("hospital.close_visit", async |tx| actions::close(tx, job.visit).await);
            done.await.map_err(JobError::from)
        }),
        ANNOUNCE.done_by(Retries::DELIVERY, |cx, job| async move {
            actions::announce(&cx, job.visit, job.turn).await.map_err(JobError::from)
        }),
        MARK_NO_SHOW.done_by(SOON, |cx, job| async move {
            actions::mark_no_show(&cx, job.appointment).await.map_err(JobError::from)
        }),
    ]
}

/// Hears of appointments that are confirmed, and looks after their check-in.
pub(crate) fn watch_check_in() -> Listener {
    APPOINTMENT_CHANGED.heard_by("hospital.watch_check_in", SOON, |cx, news| async move {
        if news.service != SERVICE || news.state != AppointmentState::Booked {
            return Ok(());
        }
        actions::watch_check_in(&cx, news.appointment).await.map_err(JobError::from)
    })
}

/// Hears that the result of an order is there, so that the visit goes on. An order that was taken
/// back, or that the hospital has never placed here, has no visit that waits for it.
pub(crate) fn hear_results() -> Listener {
    ORDER_RESULTED.heard_by("hospital.order_resulted", SOON, |cx, news| async move {
        let Ok(number) = news.order_no.parse() else { return Ok(()) };
        let event = OrderEvent::Resulted;
        match actions::advance_order(&cx, news.agency, &number, event).await {
            Ok(_) | Err(Error::Visit(VisitError::OrderUnknown | VisitError::OrderRefused)) => {
                Ok(())
            }
            Err(error) => Err(JobError::from(error)),
        }
    })
}
