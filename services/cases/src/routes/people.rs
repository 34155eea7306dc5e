//! What people do with their own cases.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::Citizen;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::{file as filing, own, read},
    model::CaseId,
    wire::{
        AddToCaseBody, CaseLineBody, FileCaseBody, OpenedCaseBody, RateCaseBody, ReopenCaseBody,
    },
};

/// Asks, reports or suggests something
///
/// By a listing that takes cases. The case goes to the desk of its category at once. What is written is
/// stored encrypted; what the listing does not take is not stored, and the problem says where it goes.
/// Who reports a wrong is shown to no desk.
#[utoipa::path(
    operation_id = "cases_file",
    tag = "cases",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = FileCaseBody,
    responses(
        (status = 201, body = CaseLineBody, description = "It is with a desk.", links(
            ("case" = (operation_id = "cases_get_case",
                parameters(("case_id" = "$response.body#/id")))),
            ("add" = (operation_id = "cases_add",
                parameters(("case_id" = "$response.body#/id")))),
            ("withdraw" = (operation_id = "cases_withdraw",
                parameters(("case_id" = "$response.body#/id")))),
            ("follow" = (operation_id = "cases_follow",
                parameters(("case_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`, `cases.other_kind`, \
         `cases.too_many`"),
        (status = 422, description = "`cases.category_unknown`, `cases.intent_not_taken`, \
         `cases.not_taken`, `cases.place_elsewhere`")
    )
)]
#[post("/v1/cases")]
pub(super) async fn file(
    cx: Cx,
    caller: Citizen,
    key: IdempotencyKey,
    body: Body<FileCaseBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = body.into_inner().into_case();
    Ok(Idempotent(filing::file(&cx, &claim, &caller, &new).await?))
}

/// The caller's cases
#[utoipa::path(
    operation_id = "cases_list_cases",
    tag = "cases",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<CaseLineBody>, description = "Newest first."))
)]
#[get("/v1/cases")]
pub(super) async fn list_cases(
    cx: Cx,
    caller: Citizen,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let views = read::cases(&cx, &caller, &page).await?;
    let bodies = views.into_iter().map(|view| CaseLineBody::new(view, cx.locale)).collect();
    let page = page.page(bodies, CaseLineBody::uuid, |body| body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the caller's cases
///
/// With what was written, its history, the answer, and until when it is answered, and why then.
#[utoipa::path(
    operation_id = "cases_get_case",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = OpenedCaseBody, description = "As it stands."),
        (status = 404, description = "`cases.case_unknown`")
    )
)]
#[get("/v1/cases/{case_id}")]
pub(super) async fn get_case(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
) -> Result<HttpResponse, Failure> {
    let opened = read::case(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(OpenedCaseBody::new(opened, cx.locale)))
}

/// Adds something to a case
///
/// As long as no desk has answered; twenty times at most.
#[utoipa::path(
    operation_id = "cases_add",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one."), IdempotencyKey),
    request_body = AddToCaseBody,
    responses(
        (status = 201, body = CaseLineBody, description = "The desk reads it."),
        (status = 404, description = "`cases.case_unknown`"),
        (status = 409, description = "`cases.wrong_state`, `cases.too_many`")
    )
)]
#[post("/v1/cases/{case_id}/additions")]
pub(super) async fn add(
    cx: Cx,
    caller: Citizen,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<AddToCaseBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(own::add(&cx, &claim, &caller, (*id, body.text.as_str())).await?))
}

/// Takes a case back
///
/// As long as no desk has answered. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "cases_withdraw",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = CaseLineBody, description = "It is closed."),
        (status = 404, description = "`cases.case_unknown`"),
        (status = 409, description = "`cases.wrong_state`")
    )
)]
#[post("/v1/cases/{case_id}/withdraw")]
pub(super) async fn withdraw(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
) -> Result<Json<CaseLineBody>, Failure> {
    let view = own::withdraw(&cx, &caller, *id).await?;
    Ok(Json(CaseLineBody::new(view, cx.locale)))
}

/// Says whether an answer helped
///
/// That closes the case: as solved if the caller says so, and otherwise as explained. Whoever says
/// nothing in time can still say it later. The same again changes nothing.
#[utoipa::path(
    operation_id = "cases_rate",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = RateCaseBody,
    responses(
        (status = 200, body = CaseLineBody, description = "It is closed."),
        (status = 404, description = "`cases.case_unknown`"),
        (status = 409, description = "`cases.wrong_state`, `cases.not_answered`, \
         `cases.rated_already`")
    )
)]
#[post("/v1/cases/{case_id}/rating")]
pub(super) async fn rate(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
    body: Body<RateCaseBody>,
) -> Result<Json<CaseLineBody>, Failure> {
    let view = own::rate(&cx, &caller, *id, body.rating()).await?;
    Ok(Json(CaseLineBody::new(view, cx.locale)))
}

/// Has a case begin anew
///
/// At the desk that answered, with another period from today; as often and within as many days as the
/// listing says.
#[utoipa::path(
    operation_id = "cases_reopen",
    tag = "cases",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = ReopenCaseBody,
    responses(
        (status = 200, body = CaseLineBody, description = "It is with the desk again."),
        (status = 404, description = "`cases.case_unknown`"),
        (status = 409, description = "`cases.wrong_state`, `cases.not_answered`, \
         `cases.reopened_too_often`, `cases.too_late_to_reopen`")
    )
)]
#[post("/v1/cases/{case_id}/reopen")]
pub(super) async fn reopen(
    cx: Cx,
    caller: Citizen,
    id: Path<CaseId>,
    body: Body<ReopenCaseBody>,
) -> Result<Json<CaseLineBody>, Failure> {
    let view = own::reopen(&cx, &caller, *id, body.reason.as_str()).await?;
    Ok(Json(CaseLineBody::new(view, cx.locale)))
}
