//! Work of cases that happens after a commit, or when its time comes.

use citygate_catalogue::HOLIDAYS_LOADED;
use citygate_platform::jobs::{Job, JobError, Listener, Retries, Task};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    actions::{clocks, linked},
    model::CaseId,
};

/// An answer about which somebody is asked until now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub case: CaseId,
    pub answer: Uuid,
}
pub(crate) const LAPSE: Task<Asked> = Task::new("cases.lapse");

/// A case that is over, and others that repeat it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub parent: CaseId,
}
pub(crate) const CLOSE_LINKED: Task<Ended> = Task::new("cases.close_linked");

/// News of a case for those who follow it, from one account on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct News {
    pub case: CaseId,
    pub after: Uuid,
}
pub(crate) const TELL_FOLLOWERS: Task<News> = Task::new("cases.tell_followers");

/// How cases end by themselves, and people hear of them.
pub(crate) fn of_cases() -> Vec<Job> {
    vec![
        LAPSE.done_by(Retries::INQUIRY, |cx, asked| async move {
            clocks::lapse(&cx, &asked).await.map_err(JobError::from)
        }),
        CLOSE_LINKED.done_by(Retries::INQUIRY, |cx, ended| async move {
            linked::close(&cx, ended.parent).await.map_err(JobError::from)
        }),
        TELL_FOLLOWERS.done_by(Retries::DELIVERY, |cx, news| async move {
            linked::tell(&cx, &news).await.map_err(JobError::from)
        }),
    ]
}

/// Moves the ends of times that an announcement has moved.
pub(crate) fn recount() -> Listener {
    HOLIDAYS_LOADED.heard_by("cases.recount", Retries::DELIVERY, |cx, _| async move {
        let moved = clocks::recount(&cx).await?;
        tracing::info!(moved, "times of replies were counted anew");
        Ok(())
    })
}
