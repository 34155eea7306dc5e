//! News between the two centres of a transfer.

use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_kernel::CityCode;
use citygate_platform::jobs::{Job, JobError, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{
    actions::transfer,
    model::{AccountId, TransferInEvent, TransferInId, TransferOut, TransferOutId},
};

/// A transfer on its way to the centre that gives the account away.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// As the centre that takes the account over knows it.
    pub transfer: TransferInId,
    /// Whose it is.
    pub person: PersonId,
    /// Who asked.
    pub lodged_by: SignedIn,
    /// What is given away.
    pub from: AccountId,
    /// What takes it over.
    pub to: AccountId,
    /// At which centre.
    pub to_agency: AgencyId,
}

/// Something that happened at the centre that gives the account away.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Told {
    /// As that centre knows it.
    pub transfer: TransferOutId,
    /// The city of the other centre, which is told.
    pub to_city: CityCode,
    /// What it is to that one.
    pub event: TransferInEvent,
}

impl Told {
    /// News of a transfer for its other side.
    pub(crate) fn of(transfer: &TransferOut, event: TransferInEvent) -> Self {
        Self { transfer: transfer.id, to_city: transfer.to_account.city(), event }
    }
}

/// The transfer reaches the centre that gives the account away.
pub(crate) const DELIVER: Task<Delivery> = Task::new("provident_fund.deliver_transfer");
/// That centre hears that the person has given it up.
pub(crate) const STOP: Task<TransferOutId> = Task::new("provident_fund.stop_transfer");
/// That centre hears that the money has arrived.
pub(crate) const ARRIVED: Task<TransferOutId> = Task::new("provident_fund.transfer_arrived");
/// The centre that takes the account over hears what the other one did.
pub(crate) const TOLD: Task<Told> = Task::new("provident_fund.told_of_transfer");

/// How they are done.
pub(crate) fn jobs() -> Vec<Job> {
    vec![
        DELIVER.done_by(Retries::INQUIRY, |cx, delivery| async move {
            transfer::delivered(&cx, delivery).await.map_err(JobError::from)
        }),
        STOP.done_by(Retries::INQUIRY, |cx, id| async move {
            transfer::stopped(&cx, id).await.map_err(JobError::from)
        }),
        ARRIVED.done_by(Retries::INQUIRY, |cx, id| async move {
            transfer::heard(&cx, id).await.map_err(JobError::from)
        }),
        TOLD.done_by(Retries::INQUIRY, |cx, told| async move {
            transfer::told(&cx, told).await.map_err(JobError::from)
        }),
    ]
}
