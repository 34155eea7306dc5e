//! Appointments of citizens.

use actix_web::{
    HttpResponse, get, post,
    web::{Path, Query},
};
use citygate_booking::AppointmentId;
use citygate_identity::RealName;
use citygate_listings::ListingId;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::appointments,
    model::Wanted,
    wire::{ListedAppointmentBody, MoveListedAppointmentBody, PostListedAppointmentBody},
};

/// Makes an appointment
///
/// One at a time for a service. It is confirmed at once, and a letter says so.
#[utoipa::path(
    operation_id = "listed_post_appointment",
    tag = "listed",
    security(("citizen" = [])),
    params(("listing_id" = ListingId, Path, description = "For which service."), IdempotencyKey),
    request_body = PostListedAppointmentBody,
    responses(
        (status = 201, body = ListedAppointmentBody, description = "It is made.", links(
            ("appointment" = (operation_id = "listed_get_appointment",
                parameters(("appointment_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`listings.unknown`, `catalogue.office_unknown`, \
         `booking.slot_unknown`"),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`, \
         `listed.booked_already`, `booking.has_one`, `booking.overlaps`, \
         `booking.sold_out`, `booking.session_closed`, \
         `booking.session_stopped`, `request.in_progress`"),
        (status = 422, description = "`listed.not_eligible`, `listed.at_the_counter`, \
         `listed.too_soon`, `listed.too_far`, `booking.quota_reached`, `booking.blocked`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/listed/listings/{listing_id}/appointments")]
pub(super) async fn post_appointment(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<ListingId>,
    body: Body<PostListedAppointmentBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let wanted = Wanted::from(&*body);
    Ok(Idempotent(appointments::make(&cx, &claim, &caller, (*id, wanted)).await?))
}

/// The caller's appointments with listed services
#[utoipa::path(
    operation_id = "listed_list_appointments",
    tag = "listed",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedAppointmentBody>, description = "Newest first.",
        links(("appointment" = (operation_id = "listed_get_appointment",
            parameters(("appointment_id" = "$response.body#/items/0/id")))))
    ))
)]
#[get("/v1/listed/appointments")]
pub(super) async fn list_appointments(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let views = appointments::list(&cx, caller.person, &page).await?;
    let body = |view| ListedAppointmentBody::new(view, cx.locale);
    let page = page.page(views, ListedAppointmentBody::uuid, body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the caller's appointments with listed services
#[utoipa::path(
    operation_id = "listed_get_appointment",
    tag = "listed",
    security(("citizen" = [])),
    params(("appointment_id" = AppointmentId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ListedAppointmentBody, description = "The appointment."),
        (status = 404, description = "`booking.appointment_unknown`")
    )
)]
#[get("/v1/listed/appointments/{appointment_id}")]
pub(super) async fn get_appointment(
    cx: Cx,
    caller: RealName,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let view = appointments::get(&cx, caller.person, *id).await?;
    let body = ListedAppointmentBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Moves an appointment to another window of its office
///
/// As long as it could be given up without a strike. It keeps its number.
#[utoipa::path(
    operation_id = "listed_move_appointment",
    tag = "listed",
    security(("citizen" = [])),
    params(("appointment_id" = AppointmentId, Path, description = "Which one."), IdempotencyKey),
    request_body = MoveListedAppointmentBody,
    responses(
        (status = 200, body = ListedAppointmentBody, description = "It is moved.", links(
            ("appointment" = (operation_id = "listed_get_appointment",
                parameters(("appointment_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`booking.appointment_unknown`, `booking.slot_unknown`, \
         `catalogue.office_unknown`"),
        (status = 409, description = "`booking.not_live`, `booking.overlaps`, `booking.sold_out`, \
         `booking.session_closed`, `booking.session_stopped`, `booking.moved`, \
         `request.in_progress`"),
        (status = 422, description = "`listed.too_soon`, `listed.too_far`, `booking.too_late`, \
         `booking.not_of_the_same_worth`, `booking.quota_reached`, `booking.blocked`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/listed/appointments/{appointment_id}/move")]
pub(super) async fn move_appointment(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<AppointmentId>,
    body: Body<MoveListedAppointmentBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let to = (*id, body.starts_at);
    Ok(Idempotent(appointments::reschedule(&cx, &claim, &caller, to).await?))
}

/// Gives an appointment up
///
/// Until it begins; later than the service allows, it is a strike. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "listed_cancel_appointment",
    tag = "listed",
    security(("citizen" = [])),
    params(("appointment_id" = AppointmentId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ListedAppointmentBody, description = "It is given up."),
        (status = 404, description = "`booking.appointment_unknown`"),
        (status = 409, description = "`booking.not_live`, `booking.wrong_state`"),
        (status = 422, description = "`booking.too_late`")
    )
)]
#[post("/v1/listed/appointments/{appointment_id}/cancel")]
pub(super) async fn cancel_appointment(
    cx: Cx,
    caller: RealName,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let view = appointments::cancel(&cx, &caller, *id).await?;
    let body = ListedAppointmentBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}
