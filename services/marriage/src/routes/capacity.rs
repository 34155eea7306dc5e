//! Days of offices: opened by registrars, seen by anybody.

use actix_web::{
    HttpResponse, get, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::OfficeId;
use citygate_identity::{MarriagesRegister, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions::capacity,
    error::{CapacityError, Error},
    wire::{OfficeDayPath, OfficeDaysBody, OpenDayBody, StopDayBody, WindowsQuery},
};

/// How many days one answer has.
const DAYS: i64 = 62;

/// Opens a day of an office
///
/// With as many places as on a plain day; on days that many couples choose there are more, by the
/// rule of the agency or its city. Sending the same again changes nothing; other windows for the same
/// day are refused.
#[utoipa::path(
    operation_id = "marriage_open_office_day",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(OfficeDayPath),
    request_body = OpenDayBody,
    responses(
        (status = 200, body = OfficeDaysBody, description = "It was open; nothing changed."),
        (status = 201, body = OfficeDaysBody, description = "It is open.", links(
            ("windows" = (operation_id = "marriage_list_windows",
                parameters(("office_id" = "$response.body#/office_id"))))
        )),
        (status = 404, description = "`catalogue.office_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`booking.session_differs`"),
        (status = 422, description = "`marriage.office_day_unsound`, `booking.slots_unsound`, \
         `catalogue.rule_missing`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/offices/{office_id}/days/{on}")]
pub(super) async fn open_day(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<OfficeDayPath>,
    body: Body<OpenDayBody>,
) -> Result<HttpResponse, Failure> {
    let day = (path.office_id, path.on);
    let (found, is_new) = capacity::open_day(&cx, staff.agency, day, &body.windows()).await?;
    let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(OfficeDaysBody::new(found, cx.clock.now(), cx.locale)))
}

/// Stops a day of an office
///
/// Who has booked is told, and may book again; it counts against nobody. Doing it again changes
/// nothing.
#[utoipa::path(
    operation_id = "marriage_stop_office_day",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(OfficeDayPath),
    request_body = StopDayBody,
    responses(
        (status = 200, body = OfficeDaysBody, description = "It is stopped."),
        (status = 404, description = "`catalogue.office_unknown`, `marriage.office_day_unknown`; \
         `request.not_found`: the caller has no role there.")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/offices/{office_id}/days/{on}/stop")]
pub(super) async fn stop_day(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<OfficeDayPath>,
    body: Body<StopDayBody>,
) -> Result<Json<OfficeDaysBody>, Failure> {
    let day = (path.office_id, path.on);
    let found = capacity::stop_day(&cx, staff.agency, day, body.reason.as_str()).await?;
    Ok(Json(OfficeDaysBody::new(found, cx.clock.now(), cx.locale)))
}

/// The windows of an office
///
/// With what is free, how far ahead and until when each day can be booked, and why.
#[utoipa::path(
    operation_id = "marriage_list_windows",
    tag = "marriage",
    security(()),
    params(("office_id" = OfficeId, Path, description = "Which office."), WindowsQuery),
    responses(
        (status = 200, body = OfficeDaysBody, description = "The days that the office has opened."),
        (status = 404, description = "`catalogue.office_unknown`"),
        (status = 422, description = "`marriage.too_many_days`, `catalogue.rule_missing`")
    )
)]
#[get("/v1/marriage/offices/{office_id}/windows")]
pub(super) async fn list_windows(
    cx: Cx,
    office: Path<OfficeId>,
    query: Query<WindowsQuery>,
) -> Result<Json<OfficeDaysBody>, Failure> {
    let days = (query.from, query.to);
    if !(0..DAYS).contains(&(days.1 - days.0).num_days()) {
        return Err(Error::from(CapacityError::TooManyDays).into());
    }
    let found = capacity::windows(&cx, *office, days).await?;
    Ok(Json(OfficeDaysBody::new(found, cx.clock.now(), cx.locale)))
}
