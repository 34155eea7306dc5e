//! What people see of their cases.

use citygate_catalogue::{City, RuleBook};
use citygate_identity::RealName;
use citygate_kernel::{Masked, Text};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use crate::{
    error::{CaseError, Error},
    model::{Case, CaseId, SignedStatement},
    rules::registry::RefusalRule,
    store,
};

/// Why a case was refused, in words.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub code: String,
    pub reason: Text,
    pub remedy: Text,
    pub citation: Text,
}

/// A case as one of the two sees it: everything of their own, and of the other the name, partly
/// hidden.
#[derive(Debug)]
pub(crate) struct CaseView {
    pub case: Case,
    pub city: City,
    pub name: Masked<String>,
    pub other: Option<Masked<String>>,
    /// Their own signature, if it stands.
    pub signed: Option<SignedStatement>,
    pub refusal: Option<Refusal>,
}

/// A case as somebody in it sees it.
pub(super) async fn view(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    case: Case,
) -> Result<CaseView, Error> {
    let couple = store::parties::of_case(&cx.keys, tx, case.id).await?;
    let side = couple.side_of(caller.person).ok_or(CaseError::CaseUnknown)?;
    let name = |side| couple.on(side).map(|party| party.name.clone());
    let standing = store::statements::standing(&cx.keys, tx, case.id).await?;
    Ok(CaseView {
        city: citygate_catalogue::city(tx, case.id.city()).await?,
        name: name(side).ok_or(CaseError::CaseUnknown)?,
        other: name(side.other()),
        signed: standing.into_iter().find(|signed| signed.side == side),
        refusal: refusal(tx, &case).await?,
        case,
    })
}

/// Why a case was refused, by the version of the rule that the registrar used.
async fn refusal(tx: &mut Tx<'_>, case: &Case) -> Result<Option<Refusal>, Error> {
    let Some((code, rule)) = &case.refusal else { return Ok(None) };
    let rule = RuleBook::default().rule::<RefusalRule>(tx, *rule).await?;
    let reason = rule.params.reason(code).ok_or(Error::Damaged("refusal"))?;
    Ok(Some(Refusal {
        code: code.clone(),
        reason: reason.text(),
        remedy: reason.remedy(),
        citation: rule.citation.clone(),
    }))
}

/// One of the caller's cases.
pub(crate) async fn case(cx: &Cx, caller: &RealName, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .read("marriage.get_case", async |tx| {
            let case = store::cases::by_id(tx, id).await?.ok_or(CaseError::CaseUnknown)?;
            view(cx, tx, caller, case).await
        })
        .await
}

/// The caller's cases, newest first; one more than the page has.
pub(crate) async fn cases(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<CaseView>, Error> {
    cx.db
        .read("marriage.list_cases", async |tx| {
            let (cursor, limit) = (page.cursor, page.limit() + 1);
            let found = store::cases::of_person(tx, caller.person, cursor, limit).await?;
            let mut views = Vec::with_capacity(found.len());
            for case in found {
                views.push(view(cx, tx, caller, case).await?);
            }
            Ok(views)
        })
        .await
}
