//! What people at a hospital do about results.

use actix_web::{
    get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{ResultsAcknowledge, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions::clinician,
    model::ReportId,
    wire::{AcknowledgeBody, ChartBody, DiscloseBody, NoteBody, ReleaseBody, WaitingBody},
};

/// What waits for somebody at the hospital
///
/// Without what was found: whoever reads that leaves an entry in the patient's ledger of accesses.
#[utoipa::path(
    operation_id = "results_list_waiting",
    tag = "results",
    security(("staff" = ["results:acknowledge"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital."), PageQuery),
    responses(
        (status = 200, body = Page<WaitingBody>, description = "Newest first.", links(
            ("report" = (operation_id = "results_get_report",
                parameters(("report_id" = "$response.body#/items/0/report_id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/results/agencies/{agency_id}/waiting")]
pub(super) async fn list_waiting(
    cx: Cx,
    staff: Staff<ResultsAcknowledge>,
    page: Query<PageQuery>,
) -> Result<Json<Page<WaitingBody>>, Failure> {
    let waiting = clinician::waiting(&cx, staff.agency, &page).await?;
    Ok(Json(page.page(waiting, |(report, _)| report.id.uuid(), WaitingBody::new)))
}

/// A report of the hospital, and what became of it
#[utoipa::path(
    operation_id = "results_get_report",
    tag = "results",
    security(("staff" = ["results:acknowledge"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("report_id" = ReportId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = ChartBody, description = "With its history, and who has seen it."),
        (status = 404, description = "`results.report_unknown`; `request.not_found`: the caller \
         has no role there.")
    )
)]
#[get("/v1/results/agencies/{agency_id}/reports/{report_id}")]
pub(super) async fn get_report(
    cx: Cx,
    staff: Staff<ResultsAcknowledge>,
    path: Path<(AgencyId, ReportId)>,
) -> Result<Json<ChartBody>, Failure> {
    let chart = clinician::chart(&cx, &staff, path.1).await?;
    Ok(Json(ChartBody::new(chart, cx.locale)))
}

/// Takes note of a critical result
///
/// The alarm ends, and the patient may read the result. It may be late; the history says so.
#[utoipa::path(
    operation_id = "results_acknowledge",
    tag = "results",
    security(("staff" = ["results:acknowledge"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("report_id" = ReportId, Path, description = "Which one.")
    ),
    request_body = AcknowledgeBody,
    responses(
        (status = 200, body = ReleaseBody, description = "As it stands now."),
        (status = 404, description = "`results.report_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`results.version_changed`, \
         `results.nothing_to_acknowledge`, `results.step_refused`")
    )
)]
#[post("/v1/results/agencies/{agency_id}/reports/{report_id}/acknowledgements")]
pub(super) async fn acknowledge(
    cx: Cx,
    staff: Staff<ResultsAcknowledge>,
    path: Path<(AgencyId, ReportId)>,
    body: Body<AcknowledgeBody>,
) -> Result<Json<ReleaseBody>, Failure> {
    let on = (path.1, body.version);
    let release = clinician::acknowledge(&cx, &staff, on, body.read_back.as_str()).await?;
    Ok(Json(release.into()))
}

/// Explains a result
///
/// What waits for an explanation is released with it.
#[utoipa::path(
    operation_id = "results_add_note",
    tag = "results",
    security(("staff" = ["results:acknowledge"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("report_id" = ReportId, Path, description = "Which one.")
    ),
    request_body = NoteBody,
    responses(
        (status = 200, body = ReleaseBody, description = "As it stands now."),
        (status = 404, description = "`results.report_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`results.version_changed`, `results.step_refused`")
    )
)]
#[post("/v1/results/agencies/{agency_id}/reports/{report_id}/notes")]
pub(super) async fn add_note(
    cx: Cx,
    staff: Staff<ResultsAcknowledge>,
    path: Path<(AgencyId, ReportId)>,
    body: Body<NoteBody>,
) -> Result<Json<ReleaseBody>, Failure> {
    let on = (path.1, body.version);
    let release = clinician::explain(&cx, &staff, on, body.text.as_str()).await?;
    Ok(Json(release.into()))
}

/// Notes that somebody was told in person
///
/// From then on the person may read the result, with a fresh proof.
#[utoipa::path(
    operation_id = "results_disclose",
    tag = "results",
    security(("staff" = ["results:acknowledge"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("report_id" = ReportId, Path, description = "Which one.")
    ),
    request_body = DiscloseBody,
    responses(
        (status = 200, body = ReleaseBody, description = "As it stands now."),
        (status = 404, description = "`results.report_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`results.version_changed`, `results.step_refused`")
    )
)]
#[post("/v1/results/agencies/{agency_id}/reports/{report_id}/disclosures")]
pub(super) async fn disclose(
    cx: Cx,
    staff: Staff<ResultsAcknowledge>,
    path: Path<(AgencyId, ReportId)>,
    body: Body<DiscloseBody>,
) -> Result<Json<ReleaseBody>, Failure> {
    let on = (path.1, body.version);
    let release = clinician::told(&cx, &staff, on, body.told.code()).await?;
    Ok(Json(release.into()))
}
