//! Interest of 30 June.

use citygate_catalogue::AgencyId;
use citygate_platform::jobs::{Job, JobError, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::actions;

/// Accounts of one transaction.
const ACCOUNTS: usize = 500;

/// The accounts of a centre after a number, whose interest of a year is due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    pub agency: AgencyId,
    /// In which the year of interest ends.
    pub year: i32,
    /// The number of the account before; none of the first page.
    pub after: String,
}

/// The interest of a page is credited.
pub(crate) const CREDIT: Task<Page> = Task::new("provident_fund.credit_interest");

/// People's money waits for it: it is tried until it works.
pub(crate) fn credit() -> Job {
    CREDIT.done_by(Retries::INQUIRY, |cx, page| async move {
        let credited = actions::interest::credit(&cx, &page, ACCOUNTS).await?;
        tracing::info!(agency = %page.agency, year = page.year, credited, "interest was credited");
        Ok::<_, JobError>(())
    })
}
