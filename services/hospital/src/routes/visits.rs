//! Visits of citizens: checking in, what comes next, and following it live.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{Data, Json, Path, Query},
};
use citygate_identity::{RealName, require_session};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, Page, PageQuery, edge::Draining},
    problems,
};
use futures_util::stream;

use crate::{
    actions,
    error::Error,
    model::VisitId,
    stream::Hub,
    wire::{CheckInBody, PlanEventBody, VisitBody, VisitPlanBody},
};

/// Adds the handlers.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes.service(check_in).service(list_visits).service(get_visit).service(follow_visit);
}

/// Checks in for an appointment
///
/// From half an hour before its window, by default. Checking in again changes nothing and says so
/// with status 200. The number for the doctor is given out at once, or when the hospital opens the
/// queue.
#[utoipa::path(
    operation_id = "hospital_check_in",
    tag = "hospital",
    security(("citizen" = [])),
    request_body = CheckInBody,
    responses(
        (status = 200, body = VisitPlanBody, description = "Was checked in before."),
        (status = 201, body = VisitPlanBody, description = "Checked in.", links(
            ("visit" = (operation_id = "hospital_get_visit",
                parameters(("visit_id" = "$response.body#/visit/id"))))
        )),
        (status = 404, description = "`hospital.appointment_unknown`"),
        (status = 409, description = "`booking.not_live`, `booking.wrong_state`"),
        (status = 422, description = "`hospital.check_in_not_open`, `hospital.check_in_closed`, \
         `catalogue.rule_missing`")
    )
)]
#[post("/v1/hospital/visits")]
async fn check_in(
    cx: Cx,
    caller: RealName,
    body: Body<CheckInBody>,
) -> Result<HttpResponse, Failure> {
    let (view, new) = actions::check_in(&cx, &caller, body.appointment_id).await?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(VisitPlanBody::new(view, cx.clock.now(), cx.locale)))
}

/// The caller's visits
#[utoipa::path(
    operation_id = "hospital_list_visits",
    tag = "hospital",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<VisitBody>, description = "Newest first.", links(
        ("visit" = (operation_id = "hospital_get_visit",
            parameters(("visit_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/hospital/visits")]
async fn list_visits(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<VisitBody>>, Failure> {
    let visits = actions::visits(&cx, &caller, &page).await?;
    let bodies: Vec<_> = visits
        .into_iter()
        .map(|(visit, hospital)| VisitBody::new(visit, &hospital, cx.locale))
        .collect();
    Ok(Json(page.page(bodies, |visit| visit.id().uuid(), |visit| visit)))
}

/// One of the caller's visits: what comes next, where, when, and how to prepare
#[utoipa::path(
    operation_id = "hospital_get_visit",
    tag = "hospital",
    security(("citizen" = [])),
    params(("visit_id" = VisitId, Path, description = "Which one.")),
    responses(
        (status = 200, body = VisitPlanBody, description = "The visit with its plan."),
        (status = 404, description = "`hospital.visit_unknown`")
    )
)]
#[get("/v1/hospital/visits/{visit_id}")]
async fn get_visit(
    cx: Cx,
    caller: RealName,
    id: Path<VisitId>,
) -> Result<Json<VisitPlanBody>, Failure> {
    let view = actions::visit(&cx, &caller, *id).await?;
    Ok(Json(VisitPlanBody::new(view, cx.clock.now(), cx.locale)))
}

/// Follows one of the caller's visits live
///
/// Server-Sent Events. Each has the number of the event in the visit as its `id`; a reader that
/// comes back sends the last one in `Last-Event-ID` and misses nothing. The stream ends with the
/// visit, with the session, or when the server goes away; then the reader comes back. It is told by
/// 204 that nothing more will happen.
#[utoipa::path(
    operation_id = "hospital_follow_visit",
    tag = "hospital",
    security(("citizen" = [])),
    params(
        ("visit_id" = VisitId, Path, description = "Which one."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0,
            description = "The `id` of the last event that arrived.")
    ),
    responses(
        (status = 200, body = PlanEventBody, content_type = "text/event-stream",
            description = "What happens; the schema is that of the `data` of one event."),
        (status = 204, description = "The visit is over, and all of its events have arrived."),
        (status = 404, description = "`hospital.visit_unknown`"),
        (status = 429, description = "`hospital.too_many_streams`")
    )
)]
#[get("/v1/hospital/visits/{visit_id}/events")]
async fn follow_visit(
    cx: Cx,
    caller: RealName,
    id: Path<VisitId>,
    request: HttpRequest,
    hub: Data<Hub>,
    draining: Data<Draining>,
) -> Result<HttpResponse, Failure> {
    let after = last_event(&request)?;
    let found = cx.db.tx("hospital.follow_visit", async |tx| {
        require_session(tx, &caller).await?;
        actions::own_visit(tx, &caller, *id).await
    });
    let visit: Result<_, Error> = found.await;
    let visit = visit?;
    if !visit.state.is_live() && after >= visit.last_event {
        return Ok(HttpResponse::NoContent().finish());
    }
    let hub: Arc<Hub> = hub.into_inner();
    let reader = hub.open(caller, visit.id, after, (&cx.db, &draining))?;
    let body = stream::unfold(reader, |mut reader| async move {
        let chunk = reader.recv().await?;
        Some((Ok::<_, actix_web::Error>(chunk), reader))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Proxies hand on what they get, when they get it.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

/// After which event the reader goes on; from the first one, without a number.
fn last_event(request: &HttpRequest) -> Result<i64, Problem> {
    let Some(value) = request.headers().get("last-event-id") else { return Ok(0) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok());
    number.filter(|number| *number >= 0).ok_or_else(|| {
        Problem::new(&problems::INVALID_PARAMETER)
            .field("Last-Event-ID", "the id of an event of this visit is expected")
    })
}
