//! What people read of their own.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Json, Path, Query},
};
use citygate_identity::{RealName, StepUp};
use citygate_paper::pdf::Printer;
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    actions::{
        document,
        read::{self, ResultRead},
        trend,
    },
    model::ReportId,
    wire::{ListedBody, ReportBody, TrendBody},
};

/// Nobody in between keeps what is about somebody's health.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Which item.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ItemQuery {
    /// The place of the item in the report, from 1. Never its code: addresses are written down.
    #[param(minimum = 1, maximum = 1000)]
    item: u32,
}

/// The caller's results
///
/// What is not released has no title: the hospital says what it is.
#[utoipa::path(
    operation_id = "results_list_results",
    tag = "results",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedBody>, description = "Newest first.", links(
        ("result" = (operation_id = "results_get_result",
            parameters(("report_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/results")]
pub(super) async fn list_results(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedBody>>, Failure> {
    let listed = read::list(&cx, &caller, &page).await?;
    let body = |listed| ListedBody::new(listed, cx.locale);
    Ok(Json(page.page(listed, |listed| listed.report.id.uuid(), body)))
}

/// One of the caller's results
///
/// It takes a fresh proof for this report (`health_result.read`), which serves once. For five minutes
/// the same sign-in gets its document, its trends and its earlier versions without another.
#[utoipa::path(
    operation_id = "results_get_result",
    tag = "results",
    security(("citizen" = [])),
    params(("report_id" = ReportId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ReportBody, description = "The version that stands."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 403, description = "`results.withheld`"),
        (status = 404, description = "`results.report_unknown`"),
        (status = 410, description = "`results.withdrawn`")
    )
)]
#[get("/v1/results/{report_id}")]
pub(super) async fn get_result(
    cx: Cx,
    proof: StepUp<ResultRead>,
    id: Path<ReportId>,
) -> Result<HttpResponse, Failure> {
    let reading = read::read(&cx, &proof, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ReportBody::new(reading, cx.locale)))
}

/// A result as PDF
///
/// Within five minutes of the proof for it.
#[utoipa::path(
    operation_id = "results_get_document",
    tag = "results",
    security(("citizen" = [])),
    params(("report_id" = ReportId, Path, description = "Which one.")),
    responses(
        (status = 200, content_type = "application/pdf", body = Vec<u8>, description = "A4, with \
         its font in it."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 403, description = "`results.withheld`"),
        (status = 404, description = "`results.report_unknown`"),
        (status = 410, description = "`results.withdrawn`"),
        (status = 503, description = "`results.documents_busy`")
    )
)]
#[get("/v1/results/{report_id}/document.pdf")]
pub(super) async fn get_document(
    cx: Cx,
    caller: RealName,
    printer: Data<Printer>,
    id: Path<ReportId>,
) -> Result<HttpResponse, Failure> {
    let pdf = document::document(&cx, &printer, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).content_type("application/pdf").body(pdf))
}

/// How a value has moved
///
/// Within five minutes of the proof for the report. Values come from all hospitals, as far as they
/// are released; each unit is a series of its own.
#[utoipa::path(
    operation_id = "results_get_trend",
    tag = "results",
    security(("citizen" = [])),
    params(("report_id" = ReportId, Path, description = "Which one."), ItemQuery),
    responses(
        (status = 200, body = TrendBody, description = "Up to a hundred values."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 403, description = "`results.withheld`"),
        (status = 404, description = "`results.report_unknown`, `results.item_unknown`"),
        (status = 410, description = "`results.withdrawn`")
    )
)]
#[get("/v1/results/{report_id}/trend")]
pub(super) async fn get_trend(
    cx: Cx,
    caller: RealName,
    id: Path<ReportId>,
    query: Query<ItemQuery>,
) -> Result<HttpResponse, Failure> {
    let trend = trend::trend(&cx, &caller, *id, query.item).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(TrendBody::new(trend, cx.locale)))
}

/// How a value has moved, as a picture
///
/// Within five minutes of the proof for the report.
#[utoipa::path(
    operation_id = "results_get_trend_picture",
    tag = "results",
    security(("citizen" = [])),
    params(("report_id" = ReportId, Path, description = "Which one."), ItemQuery),
    responses(
        (status = 200, content_type = "image/svg+xml", body = String, description = "With a title \
         and a description for screen readers."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 403, description = "`results.withheld`"),
        (status = 404, description = "`results.report_unknown`, `results.item_unknown`"),
        (status = 410, description = "`results.withdrawn`")
    )
)]
#[get("/v1/results/{report_id}/trend.svg")]
pub(super) async fn get_picture(
    cx: Cx,
    caller: RealName,
    id: Path<ReportId>,
    query: Query<ItemQuery>,
) -> Result<HttpResponse, Failure> {
    let trend = trend::trend(&cx, &caller, *id, query.item).await?;
    let svg = document::picture(&trend, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).content_type("image/svg+xml").body(svg))
}

/// A version of a result
///
/// Within five minutes of the proof for the report. An earlier version is shown to whoever has seen
/// it, and where it would be shown at once today.
#[utoipa::path(
    operation_id = "results_get_version",
    tag = "results",
    security(("citizen" = [])),
    params(
        ("report_id" = ReportId, Path, description = "Which one."),
        ("version" = u32, Path, description = "Its number.")
    ),
    responses(
        (status = 200, body = ReportBody, description = "The version."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 403, description = "`results.withheld`"),
        (status = 404, description = "`results.report_unknown`, `results.version_unknown`"),
        (status = 410, description = "`results.withdrawn`")
    )
)]
#[get("/v1/results/{report_id}/versions/{version}")]
pub(super) async fn get_version(
    cx: Cx,
    caller: RealName,
    path: Path<(ReportId, u32)>,
) -> Result<HttpResponse, Failure> {
    let (id, version) = *path;
    let reading = read::read_again(&cx, &caller, id, version).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ReportBody::new(reading, cx.locale)))
}
