//! What happens to results after a commit, and when their time comes.

use citygate_platform::jobs::{Job, JobError, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{actions, model::ReportId, rules::release::Desk};

/// A version of a report.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Due {
    pub report: ReportId,
    pub version: u32,
}

/// A step of an alarm about a version.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Alert {
    pub report: ReportId,
    pub version: u32,
    pub to: Desk,
}

/// The person is told that there is a result.
pub(crate) const TELL: Task<Due> = Task::new("results.tell");
/// Whoever has seen an earlier version is told of the new one.
pub(crate) const TELL_VIEWERS: Task<Due> = Task::new("results.tell_viewers");
/// The rule waits no longer.
pub(crate) const WAITED: Task<Due> = Task::new("results.waited");
/// Somebody at the hospital is alerted.
pub(crate) const ALERT: Task<Alert> = Task::new("results.alert");

/// A lost minute is a minute of somebody's life: tried again at once, and for ever.
const ALARM: Retries = Retries::after(&[1, 2, 5, 15, 30, 60]).endless();

/// How results are told, released and escalated.
pub(crate) fn release() -> Vec<Job> {
    vec![
        TELL.done_by(Retries::DELIVERY, |cx, due| async move {
            actions::letters::tell(&cx, due).await.map_err(JobError::from)
        }),
        TELL_VIEWERS.done_by(Retries::DELIVERY, |cx, due| async move {
            actions::letters::tell_viewers(&cx, due).await.map_err(JobError::from)
        }),
        WAITED.done_by(ALARM, |cx, due| async move {
            actions::release::waited(&cx, due).await.map_err(JobError::from)
        }),
        ALERT.done_by(ALARM, |cx, due| async move {
            actions::letters::alert(&cx, due).await.map_err(JobError::from)
        }),
    ]
}
