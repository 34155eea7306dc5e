//! The clock of divorces.

use citygate_platform::jobs::{Job, JobError, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{actions::divorce, model::CaseId};

/// A divorce whose clock is to be looked at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tick {
    pub case: CaseId,
}
pub(crate) const CLOCK: Task<Tick> = Task::new("marriage.divorce_clock");

/// How periods end.
pub(crate) fn of_divorces() -> Job {
    CLOCK.done_by(Retries::INQUIRY, |cx, tick| async move {
        divorce::tick(&cx, tick.case).await.map_err(JobError::from)
    })
}
