//! What the service hears, and what it does after it.

use citygate_payments::{BILL_EXPIRED, BILL_PAID};
use citygate_platform::jobs::{Job, JobError, Listener, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{orders::ISSUER, reports},
    model::OrderId,
};

/// An order to tell its agency of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReportOrder {
    pub order: OrderId,
}

/// Tells the agency that an order is paid.
pub(crate) const REPORT_ORDER: Task<ReportOrder> = Task::new("social_security.report_order");

pub(crate) fn report_order() -> Job {
    REPORT_ORDER.done_by(Retries::DELIVERY, |cx, job| async move {
        reports::report(&cx, job.order).await.map_err(JobError::from)
    })
}

/// Notes what is paid.
pub(crate) fn note_paid() -> Listener {
    BILL_PAID.heard_by("social_security.note_paid", Retries::DELIVERY, |cx, news| async move {
        if news.issuer != ISSUER {
            return Ok(());
        }
        reports::note_paid(&cx, news.bill).await.map_err(JobError::from)
    })
}

/// Notes what was not paid in time.
pub(crate) fn note_expired() -> Listener {
    let name = "social_security.note_expired";
    BILL_EXPIRED.heard_by(name, Retries::DELIVERY, |cx, news| async move {
        if news.issuer != ISSUER {
            return Ok(());
        }
        reports::note_expired(&cx, news.bill).await.map_err(JobError::from)
    })
}
