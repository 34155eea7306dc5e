//! The appointment for people's own calendars.

use actix_web::{HttpResponse, get, http::header, web::Path};
use citygate_identity::RealName;
use citygate_platform::{Cx, http::Failure};

use crate::{actions::calendar, model::CaseId};

/// The appointment of a case as a calendar file
///
/// iCalendar (RFC 5545), for either of the two; it names neither. Reading it again replaces what a
/// calendar has: the event keeps its identifier, its sequence grows when the appointment moves, and it
/// says `CANCELLED` once there is none any more.
#[utoipa::path(
    operation_id = "marriage_get_calendar",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which case.")),
    responses(
        (status = 200, content_type = "text/calendar", body = String,
            description = "One event, in UTC."),
        (status = 404, description = "`marriage.case_unknown`, `marriage.no_appointment`")
    )
)]
#[get("/v1/marriage/cases/{case_id}/calendar")]
pub(super) async fn get_calendar(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<HttpResponse, Failure> {
    let event = calendar::event(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(event.to_string()))
}
