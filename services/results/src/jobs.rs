//! What results hear.

pub(crate) mod release;

use citygate_exchange::{ORDER_PLACED, ORDER_WITHDRAWN, OrderPlaced, OrderWithdrawn};
use citygate_platform::{
    Cx,
    jobs::{JobError, Listener, Retries},
};

use crate::{actions::orders, error::Error};

/// Notes orders of visits.
pub(crate) fn note_order() -> Listener {
    ORDER_PLACED.heard_by("results.note_order", Retries::DELIVERY, |cx, news| async move {
        note(&cx, news).await
    })
}

/// Notes that orders of visits were taken back.
pub(crate) fn note_withdrawal() -> Listener {
    ORDER_WITHDRAWN.heard_by("results.note_withdrawal", Retries::DELIVERY, |cx, news| async move {
        note_back(&cx, news).await
    })
}

async fn note(cx: &Cx, news: OrderPlaced) -> Result<(), JobError> {
    let noted = cx.db.tx("results.note_order", async |tx| orders::heard(cx, tx, &news).await).await;
    match noted {
        // People have to see to it: which of the two is right cannot be known here.
        Err(Error::OrderOfAnother) => Err(JobError::permanent(Error::OrderOfAnother)),
        noted => Ok(noted?),
    }
}

async fn note_back(cx: &Cx, news: OrderWithdrawn) -> Result<(), JobError> {
    let known =
        cx.db.tx("results.note_withdrawal", async |tx| orders::withdrawn(tx, &news).await).await?;
    // The news of the order itself may be late.
    if known { Ok(()) } else { Err(JobError::passing("the order has not been heard of yet")) }
}
