//! What people see of cases: their own, and those that everybody may know of.

use citygate_identity::Citizen;
use citygate_kernel::CityCode;
use citygate_platform::{
    Cx,
    db::Tx,
    http::{Cursor, PageQuery},
};

use super::view::{CaseView, Viewer, view};
use crate::{
    error::{CaseError, Error},
    model::{CaseAnswer, CaseId, Content, Line},
    store,
};

/// How many public cases a page has.
pub(crate) const PUBLIC_PAGE: usize = 50;

/// A case with everything that was written.
#[derive(Debug)]
pub(crate) struct OpenedCase {
    pub view: CaseView,
    pub content: Content,
    pub history: Vec<Line>,
    /// The last one.
    pub answer: Option<CaseAnswer>,
}

/// Opens what is written in a case.
pub(super) async fn opened(cx: &Cx, tx: &mut Tx<'_>, view: CaseView) -> Result<OpenedCase, Error> {
    let id = view.case.id;
    Ok(OpenedCase {
        content: store::cases::content(&cx.keys, tx, id).await?,
        history: store::events::of_case(&cx.keys, tx, id).await?,
        answer: store::answers::last(tx, id).await?,
        view,
    })
}

/// One of the caller's cases.
pub(crate) async fn case(cx: &Cx, caller: &Citizen, id: CaseId) -> Result<OpenedCase, Error> {
    cx.db
        .read("cases.get_case", async |tx| {
            let case = store::cases::by_id(tx, id).await?;
            let case = case.filter(|case| case.account == caller.account);
            let view = view(tx, case.ok_or(CaseError::Unknown)?).await?;
            opened(cx, tx, view).await
        })
        .await
}

/// The caller's cases, newest first; one more than the page has.
pub(crate) async fn cases(
    cx: &Cx,
    caller: &Citizen,
    page: &PageQuery,
) -> Result<Vec<CaseView>, Error> {
    cx.db
        .read("cases.list_cases", async |tx| {
            let (cursor, limit) = (page.cursor, page.limit() + 1);
            let found = store::lists::of_account(tx, caller.account, cursor, limit).await?;
            Viewer::new(tx).await?.views(tx, found).await
        })
        .await
}

/// The public cases of a city, newest first; one more than the page has.
pub(crate) async fn public(
    cx: &Cx,
    city: CityCode,
    (category, before): (Option<&str>, Option<Cursor>),
) -> Result<Vec<CaseView>, Error> {
    let limit = i64::try_from(PUBLIC_PAGE).unwrap_or_default() + 1;
    cx.db
        .read("cases.list_public", async |tx| {
            citygate_catalogue::city(tx, city).await?;
            let found = store::lists::public(tx, city, category, before, limit).await?;
            Viewer::new(tx).await?.views(tx, found).await
        })
        .await
}
