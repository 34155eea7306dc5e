//! What applications hear, and what happens to them when their time comes.

use citygate_catalogue::HOLIDAYS_LOADED;
use citygate_payments::{BILL_EXPIRED, BILL_PAID};
use citygate_platform::jobs::{Job, JobError, Listener, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{ISSUER, follow},
    model::ApplicationId,
};

/// An application for which what is missing may not have come in time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SupplementDue {
    pub application: ApplicationId,
}

/// Ends it, unless it has come.
pub(crate) const LAPSE: Task<SupplementDue> = Task::new("applications.lapse");

pub(crate) fn lapse() -> Job {
    LAPSE.done_by(Retries::INQUIRY, |cx, due| async move {
        follow::lapse(&cx, due.application).await.map_err(JobError::from)
    })
}

/// Lets the agency begin once the fee is paid.
pub(crate) fn note_paid() -> Listener {
    BILL_PAID.heard_by("applications.note_paid", Retries::INQUIRY, |cx, news| async move {
        if news.issuer != ISSUER {
            return Ok(());
        }
        follow::paid(&cx, news.bill).await.map_err(JobError::from)
    })
}

/// Ends what was not paid for in time.
pub(crate) fn note_expired() -> Listener {
    BILL_EXPIRED.heard_by("applications.note_expired", Retries::INQUIRY, |cx, news| async move {
        if news.issuer != ISSUER {
            return Ok(());
        }
        follow::expired(&cx, news.bill).await.map_err(JobError::from)
    })
}

/// Counts deadlines anew that an announcement has moved.
pub(crate) fn recount() -> Listener {
    HOLIDAYS_LOADED.heard_by("applications.recount", Retries::DELIVERY, |cx, _| async move {
        let moved = follow::recount(&cx).await?;
        tracing::info!(moved, "deadlines of applications were counted anew");
        Ok(())
    })
}
