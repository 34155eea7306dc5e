//! What those do who receive people.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::{AppointmentsReceive, Staff};
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::desk::{self, Outcome, Receiver},
    wire::{DayAppointmentsPath, DeskAppointmentPath, ListedDeskAppointmentBody},
};

fn receiver(staff: &Staff<AppointmentsReceive>) -> Receiver {
    Receiver { staff: staff.id, account: staff.account, agency: staff.agency }
}

/// The appointments of an office on a day
///
/// Names are partly hidden; each of the people reads in the ledger of accesses that they were shown.
#[utoipa::path(
    operation_id = "listed_list_day",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(DayAppointmentsPath, PageQuery),
    responses(
        (status = 200, body = Page<ListedDeskAppointmentBody>, description = "In the order in which \
         they were made."),
        (status = 404, description = "`catalogue.office_unknown`; `request.not_found`: the caller \
         has no role there.")
    )
)]
#[get("/v1/listed/agencies/{agency_id}/offices/{office_id}/days/{on}")]
pub(super) async fn list_day(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<DayAppointmentsPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let lines = desk::day(&cx, receiver(&staff), (path.office_id, path.on), &page).await?;
    let page = page.page(lines, ListedDeskAppointmentBody::uuid, ListedDeskAppointmentBody::from);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// Notes that somebody is there
///
/// On the day of the appointment. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "listed_arrive",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(DeskAppointmentPath),
    responses(
        (status = 200, body = ListedDeskAppointmentBody, description = "As it stands now."),
        (status = 404, description = "`booking.appointment_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`listed.not_today`, `listed.own_appointment`, \
         `booking.wrong_state`")
    )
)]
#[post("/v1/listed/agencies/{agency_id}/appointments/{appointment_id}/arrive")]
pub(super) async fn arrive(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<DeskAppointmentPath>,
) -> Result<Json<ListedDeskAppointmentBody>, Failure> {
    let by = receiver(&staff);
    let noted = desk::note(&cx, by, path.appointment_id, Outcome::Arrived).await?;
    Ok(Json(noted.into()))
}

/// Notes that somebody was seen
///
/// Who has arrived. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "listed_fulfil",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(DeskAppointmentPath),
    responses(
        (status = 200, body = ListedDeskAppointmentBody, description = "As it stands now."),
        (status = 404, description = "`booking.appointment_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`listed.own_appointment`, `booking.wrong_state`")
    )
)]
#[post("/v1/listed/agencies/{agency_id}/appointments/{appointment_id}/fulfil")]
pub(super) async fn fulfil(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<DeskAppointmentPath>,
) -> Result<Json<ListedDeskAppointmentBody>, Failure> {
    let by = receiver(&staff);
    let noted = desk::note(&cx, by, path.appointment_id, Outcome::Fulfilled).await?;
    Ok(Json(noted.into()))
}

/// Notes that somebody did not come
///
/// Once the hour of the appointment has come. The person is told, and can object. Doing it again
/// changes nothing.
#[utoipa::path(
    operation_id = "listed_miss",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(DeskAppointmentPath),
    responses(
        (status = 200, body = ListedDeskAppointmentBody, description = "As it stands now."),
        (status = 404, description = "`booking.appointment_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`listed.too_early`, `listed.own_appointment`, \
         `booking.wrong_state`")
    )
)]
#[post("/v1/listed/agencies/{agency_id}/appointments/{appointment_id}/no-show")]
pub(super) async fn miss(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<DeskAppointmentPath>,
) -> Result<Json<ListedDeskAppointmentBody>, Failure> {
    let by = receiver(&staff);
    let noted = desk::note(&cx, by, path.appointment_id, Outcome::NoShow).await?;
    Ok(Json(noted.into()))
}
