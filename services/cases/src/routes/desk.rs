//! What desks see, and whose a case is.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{CasesHandle, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Cursor, Failure, Page},
};

use super::PRIVATE;
use crate::{
    actions::{
        desk::{self as desks, Clerk},
        dispatch,
        view::CaseView,
    },
    model::CaseId,
    wire::{
        DeskCaseBody, DeskLineBody, DeskQuery, DispatchCaseBody, DisputeCaseBody, FiguresBody,
        FiguresQuery, LinkCaseBody,
    },
};

pub(super) fn clerk(staff: &Staff<CasesHandle>) -> Clerk {
    Clerk { staff: staff.id, account: staff.account, agency: staff.agency }
}

pub(super) fn line(cx: &Cx, view: CaseView) -> Json<DeskLineBody> {
    Json(DeskLineBody::new(view, cx.clock.now(), cx.locale))
}

/// The cases of an agency
///
/// By desk and state; they name nobody.
#[utoipa::path(
    operation_id = "cases_list_at_desk",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), DeskQuery),
    responses(
        (status = 200, body = Page<DeskLineBody>, description = "Newest first, fifty on a page.",
         links(("case" = (operation_id = "cases_open",
            parameters(("case_id" = "$response.body#/items/0/id")))))),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/cases/agencies/{agency_id}/cases")]
pub(super) async fn list_at_desk(
    cx: Cx,
    staff: Staff<CasesHandle>,
    query: Query<DeskQuery>,
) -> Result<HttpResponse, Failure> {
    let mut views = desks::cases(&cx, clerk(&staff), query.which()).await?;
    let (more, now) = (views.len() > desks::PAGE, cx.clock.now());
    views.truncate(desks::PAGE);
    let next_cursor = views.last().filter(|_| more).map(|view| Cursor(view.case.id.uuid()));
    let body = |view| DeskLineBody::new(view, now, cx.locale);
    let page = Page { items: views.into_iter().map(body).collect(), next_cursor };
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// What an agency did in a month
///
/// How many cases it has answered and how many in time, and what people say of its answers.
#[utoipa::path(
    operation_id = "cases_get_figures",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), FiguresQuery),
    responses(
        (status = 200, body = FiguresBody, description = "As of now."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/cases/agencies/{agency_id}/statistics")]
pub(super) async fn figures(
    cx: Cx,
    staff: Staff<CasesHandle>,
    query: Query<FiguresQuery>,
) -> Result<Json<FiguresBody>, Failure> {
    Ok(Json(desks::figures(&cx, staff.agency, query.first()).await?.into()))
}

/// Opens a case
///
/// With what was written. The person reads in the ledger of accesses who has opened it. Who that is, is
/// partly hidden; of a report, and where the person does not want it, nothing is shown.
#[utoipa::path(
    operation_id = "cases_open",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = DeskCaseBody, description = "The case."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.own_case`")
    )
)]
#[get("/v1/cases/agencies/{agency_id}/cases/{case_id}")]
pub(super) async fn open(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
) -> Result<HttpResponse, Failure> {
    let opened = desks::open(&cx, clerk(&staff), path.1).await?;
    let body = DeskCaseBody::new(opened, cx.clock.now(), cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Takes a case on
///
/// Doing it again changes nothing.
#[utoipa::path(
    operation_id = "cases_accept",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = DeskLineBody, description = "The desk works on it."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/accept")]
pub(super) async fn accept(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
) -> Result<Json<DeskLineBody>, Failure> {
    Ok(line(&cx, dispatch::accept(&cx, clerk(&staff), path.1).await?))
}

/// Says that a case is another desk's
///
/// Within the listing's time. The case stays with the desk, and its time runs on, until somebody else
/// decides. The same again changes nothing.
#[utoipa::path(
    operation_id = "cases_dispute",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = DisputeCaseBody,
    responses(
        (status = 200, body = DeskLineBody, description = "It waits for a decision."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`, \
         `cases.too_late_to_dispute`"),
        (status = 422, description = "`cases.desk_unknown`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/dispute")]
pub(super) async fn dispute(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<DisputeCaseBody>,
) -> Result<Json<DeskLineBody>, Failure> {
    let what = (body.desk.as_str(), body.reason.as_str());
    Ok(line(&cx, dispatch::dispute(&cx, clerk(&staff), path.1, what).await?))
}

/// Decides whose a case is
///
/// By somebody other than who disputes it. The same again changes nothing.
#[utoipa::path(
    operation_id = "cases_decide_dispatch",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = DispatchCaseBody,
    responses(
        (status = 200, body = DeskLineBody, description = "It is with that desk."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`, `cases.own_dispute`"),
        (status = 422, description = "`cases.desk_unknown`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/decide-dispatch")]
pub(super) async fn decide(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<DispatchCaseBody>,
) -> Result<Json<DeskLineBody>, Failure> {
    Ok(line(&cx, dispatch::decide(&cx, clerk(&staff), path.1, body.desk.as_str()).await?))
}

/// Links a case to the one that it repeats
///
/// It closes when that one does. The same again changes nothing.
#[utoipa::path(
    operation_id = "cases_link",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = LinkCaseBody,
    responses(
        (status = 200, body = DeskLineBody, description = "It is linked."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`"),
        (status = 422, description = "`cases.parent_unsound`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/link")]
pub(super) async fn link(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<LinkCaseBody>,
) -> Result<Json<DeskLineBody>, Failure> {
    Ok(line(&cx, dispatch::link(&cx, clerk(&staff), path.1, body.parent_id).await?))
}
