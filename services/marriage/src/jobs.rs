//! Work of marriage registration that happens after a commit, or when its time comes.

pub(crate) mod divorce;

use chrono::{DateTime, Utc};
use citygate_booking::{APPOINTMENT_CHANGED, AppointmentId};
use citygate_platform::jobs::{Job, JobError, Listener, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{actions::follow, model::CaseId};

/// A case whose time may be over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Due {
    pub case: CaseId,
}
pub(crate) const LAPSE: Task<Due> = Task::new("marriage.lapse");

/// An appointment that comes near.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reminder {
    pub case: CaseId,
    pub appointment: AppointmentId,
    pub starts_at: DateTime<Utc>,
}
pub(crate) const REMIND: Task<Reminder> = Task::new("marriage.remind");

/// How cases end by themselves, and people are reminded.
pub(crate) fn of_cases() -> Vec<Job> {
    vec![
        LAPSE.done_by(Retries::INQUIRY, |cx, due| async move {
            follow::lapse(&cx, &due).await.map_err(JobError::from)
        }),
        REMIND.done_by(Retries::DELIVERY, |cx, reminder| async move {
            follow::remind(&cx, &reminder).await.map_err(JobError::from)
        }),
    ]
}

/// Lets cases follow their appointments.
pub(crate) fn follow_appointments() -> Listener {
    APPOINTMENT_CHANGED.heard_by("marriage.follow", Retries::INQUIRY, |cx, news| async move {
        follow::follow(&cx, &news).await.map_err(JobError::from)
    })
}
