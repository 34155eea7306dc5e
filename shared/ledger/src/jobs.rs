//! Holds end by themselves.

use chrono::{DateTime, Utc};
use citygate_kernel::Clock;
use citygate_platform::{
    Service,
    db::Tx,
    jobs::{Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions::post,
    error::Error,
    model::{Movement, Transfer, TransferId},
};

/// A hold whose time may be over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExpireHold {
    hold: TransferId,
}

const EXPIRE_HOLD: Task<ExpireHold> = Task::new("ledger.expire_hold");

/// Sees to it that holds are released when their time is over.
pub(crate) async fn schedule(
    tx: &Tx<'_>,
    ends: Vec<(TransferId, DateTime<Utc>)>,
) -> Result<(), Error> {
    let due: Vec<_> = ends.into_iter().map(|(hold, at)| (ExpireHold { hold }, at)).collect();
    Ok(EXPIRE_HOLD.enqueue_all(tx, &due).await?)
}

/// The ledger as a part of the city: it answers nobody, it only ends holds.
pub fn service() -> Service {
    let mut service = Service::new("ledger", &[], |_| {});
    service.about = "Double entry; other services post to it.";
    service.jobs = vec![EXPIRE_HOLD.done_by(Retries::INQUIRY, |cx, job| async move {
        let expired = cx.db.tx("ledger.expire_hold", async |tx| {
            let id = TransferId::new(job.hold.city(), &Clock::manual(tx.now()));
            let movement = Movement::Expire { hold: job.hold };
            match post(tx, &[Transfer { id, code: "hold_expired", movement }]).await {
                // It was posted or voided in time.
                Err(Error::HoldUnknown) => Ok(()),
                other => other,
            }
        });
        Ok(expired.await?)
    })];
    service
}
