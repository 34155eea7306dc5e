//! The clocks of applications: when somebody's time to act is over.

use chrono::{DateTime, Utc};
use citygate_catalogue::HOLIDAYS_LOADED;
use citygate_platform::{
    db::{DbError, Tx},
    jobs::{Job, JobError, Listener, Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions,
    model::{DisputeId, TransferOutId, WithdrawalId},
};

/// An application that somebody has to act on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Application {
    /// A withdrawal.
    Withdrawal(WithdrawalId),
    /// A dispute.
    Dispute(DisputeId),
    /// A transfer, at the centre that gives the account away.
    Transfer(TransferOutId),
}

/// An application, and when the time to act on it is over.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Due {
    /// Which one.
    pub application: Application,
    /// When.
    pub act_by: DateTime<Utc>,
}

const DUE: Task<Due> = Task::new("provident_fund.due");

/// Sets the clock of an application, if anybody has to act on it.
pub(crate) async fn set(
    tx: &mut Tx<'_>,
    application: Application,
    act_by: Option<DateTime<Utc>>,
) -> Result<(), DbError> {
    match act_by {
        Some(act_by) => DUE.enqueue_at(tx, &Due { application, act_by }, act_by).await,
        None => Ok(()),
    }
}

/// What happens when the time is over.
pub(crate) fn due() -> Job {
    DUE.done_by(Retries::DELIVERY, |cx, due| async move {
        actions::clock::overtake(&cx, due).await.map_err(JobError::from)
    })
}

/// Counts deadlines anew that an announcement has moved.
pub(crate) fn recount() -> Listener {
    HOLIDAYS_LOADED.heard_by("provident_fund.recount", Retries::DELIVERY, |cx, _| async move {
        let moved = actions::clock::recount(&cx).await?;
        tracing::info!(moved, "deadlines of applications were counted anew");
        Ok(())
    })
}
