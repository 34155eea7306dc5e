//! What desks see.

use chrono::{Months, NaiveDate};
use citygate_catalogue::AgencyId;
use citygate_identity::{
    Access, Accessor, AccountId, Reason, Record, StaffId, masked_names, note_filed, note_read,
};
use citygate_platform::{Cx, db::Tx};

use super::{
    read::{OpenedCase, opened},
    step::begin_of,
    view::{CaseView, Viewer, view},
};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseId, MonthFigures},
    store::{self, lists::AtDesk},
};

/// How many cases a page has.
pub(crate) const PAGE: usize = 50;

/// Why cases are read and answered.
const CASE: Reason<'static> = Reason { purpose: "cases.case", legal_basis: "hotline-bj-13" };

/// Somebody who looks after cases for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clerk {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

impl Clerk {
    fn access<'a>(&self, cx: &'a Cx) -> Access<'a> {
        Access::new(cx, Accessor::staff(self.staff, self.agency), CASE)
    }
}

/// A case as a desk opens it.
#[derive(Debug)]
pub(crate) struct DeskCase {
    pub opened: OpenedCase,
    /// Partly hidden; none where the desk learns nothing of the person, or nobody knows the name.
    pub name: Option<String>,
}

/// The cases of an agency, newest first; one more than the page has. They name nobody.
pub(crate) async fn cases(
    cx: &Cx,
    clerk: Clerk,
    which: AtDesk<'_>,
) -> Result<Vec<CaseView>, Error> {
    let limit = i64::try_from(PAGE).unwrap_or_default() + 1;
    cx.db
        .read("cases.list_at_desk", async |tx| {
            let found = store::lists::at_desk(tx, clerk.agency, which, limit).await?;
            Viewer::new(tx).await?.views(tx, found).await
        })
        .await
}

/// A case of the agency, locked. Nobody looks after a case of their own.
pub(super) async fn lock_at(tx: &mut Tx<'_>, clerk: Clerk, id: CaseId) -> Result<Case, Error> {
    let case = store::cases::lock(tx, id).await?;
    let case = case.filter(|case| case.agency == clerk.agency).ok_or(CaseError::Unknown)?;
    if case.account == clerk.account {
        return Err(CaseError::OwnCase.into());
    }
    Ok(case)
}

/// A case with what was written. The person reads in the ledger of accesses who has opened it; who
/// that is, the desk learns unless it is a report or the person does not want it.
pub(crate) async fn open(cx: &Cx, clerk: Clerk, id: CaseId) -> Result<DeskCase, Error> {
    cx.db
        .tx("cases.open", async |tx| {
            let case = lock_at(tx, clerk, id).await?;
            let (person, hidden, no) = (case.person, case.hidden, id.to_string());
            let access = clerk.access(cx);
            let mut name = None;
            if let Some(person) = person {
                note_read(tx, &access, Record::Case, &[(person, &no)]).await?;
                if !hidden {
                    let mut names = masked_names(&cx.keys, tx, &access, &[person], &no).await?;
                    name = names.remove(&person);
                }
            }
            let view = view(tx, case).await?;
            Ok(DeskCase { opened: opened(cx, tx, view).await?, name })
        })
        .await
}

/// Notes in the ledger of accesses that the agency has written something about somebody.
pub(super) async fn note(cx: &Cx, tx: &mut Tx<'_>, clerk: Clerk, case: &Case) -> Result<(), Error> {
    let Some(person) = case.person else { return Ok(()) };
    let no = case.id.to_string();
    Ok(note_filed(tx, &clerk.access(cx), Record::Case, &[(person, &no)]).await?)
}

/// What the agency did in a month of its city.
pub(crate) async fn figures(
    cx: &Cx,
    agency: AgencyId,
    first: NaiveDate,
) -> Result<MonthFigures, Error> {
    cx.db
        .read("cases.figures", async |tx| {
            let city = citygate_catalogue::city(tx, agency.city()).await?;
            let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
            let span = (begin_of(&city, first), begin_of(&city, next));
            store::figures::between(tx, agency, span).await
        })
        .await
}
