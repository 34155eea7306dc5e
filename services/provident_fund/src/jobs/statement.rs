//! Yearly statements, made in pages.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::jobs::{Job, JobError, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{actions::statement, model::AccountId};

/// The next page of a centre's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NextPage {
    /// Of which centre.
    pub agency: AgencyId,
    /// The last day of the year.
    pub last: NaiveDate,
    /// Up to when the centre has told everything.
    pub as_of: DateTime<Utc>,
    /// The last number of the page before; none for the first page.
    pub after: Option<String>,
}

/// The statement of an account for a year.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Made {
    /// Of which account.
    pub account: AccountId,
    /// The calendar year in which it ends.
    pub year: i16,
}

/// Makes the statements of a page.
pub(crate) const MAKE: Task<NextPage> = Task::new("provident_fund.make_statements");
/// Tells somebody that a statement is there.
pub(crate) const TELL: Task<Made> = Task::new("provident_fund.tell_statement");

/// How they are done.
pub(crate) fn jobs() -> Vec<Job> {
    vec![
        MAKE.done_by(Retries::DELIVERY, |cx, page| async move {
            statement::make(&cx, &page).await.map_err(JobError::from)
        }),
        TELL.done_by(Retries::DELIVERY, |cx, made| async move {
            statement::tell(&cx, made).await.map_err(JobError::from)
        }),
    ]
}
