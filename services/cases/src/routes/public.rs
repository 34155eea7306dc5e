//! What everybody may know of cases.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::Citizen;
use citygate_platform::{
    Cx,
    http::{Cursor, Failure, Page},
};

use crate::{
    actions::{follow as following, read},
    model::CaseId,
    wire::{PublicCaseBody, PublicQuery},
};

/// The cases of a city
///
/// Of which category, where to about a kilometre, how they stand and since when: neither who nor what
/// was written. Reports of wrongs are not among them.
#[utoipa::path(
    operation_id = "cases_list_public",
    tag = "cases",
    security(()),
    params(PublicQuery),
    responses(
        (status = 200, body = Page<PublicCaseBody>, description = "Newest first, fifty on a page."),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/cases/public")]
pub(super) async fn list_public(
    cx: Cx,
    query: Query<PublicQuery>,
) -> Result<Json<Page<PublicCaseBody>>, Failure> {
    let category = query.category.as_ref().map(|code| code.as_str());
    let mut views = read::public(&cx, query.city, (category, query.cursor)).await?;
    let more = views.len() > read::PUBLIC_PAGE;
    views.truncate(read::PUBLIC_PAGE);
    let next_cursor = views.last().filter(|_| more).map(|view| Cursor(view.case.id.uuid()));
    let items = views.into_iter().map(|view| PublicCaseBody::new(view, cx.locale)).collect();
    Ok(Json(Page { items, next_cursor }))
}

/// Follows a case
///
/// One that everybody may know of. With a real name, the caller gets a letter when it goes on. Doing it
/// again changes nothing.
#[utoipa::path(
    operation_id = "cases_follow",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = PublicCaseBody, description = "The caller follows it."),
        (status = 404, description = "`cases.case_unknown`"),
        (status = 409, description = "`cases.too_many`")
    )
)]
#[post("/v1/cases/{case_id}/follow")]
pub(super) async fn follow(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
) -> Result<Json<PublicCaseBody>, Failure> {
    let view = following::follow(&cx, &caller, *id).await?;
    Ok(Json(PublicCaseBody::new(view, cx.locale)))
}

/// Follows a case no more
///
/// Doing it again changes nothing.
#[utoipa::path(
    operation_id = "cases_unfollow",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 204, description = "The caller does not follow it."),
        (status = 404, description = "`cases.case_unknown`")
    )
)]
#[delete("/v1/cases/{case_id}/follow")]
pub(super) async fn unfollow(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
) -> Result<HttpResponse, Failure> {
    following::unfollow(&cx, &caller, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
