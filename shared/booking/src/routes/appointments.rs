//! The caller's appointments.

use actix_web::{
    get, post,
    web::{Data, Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
    idempotency::Request,
};

use crate::{
    actions::{self, ClaimLanes, ClaimPlace},
    model::AppointmentId,
    wire::{AppointmentBody, ClaimBody, RescheduleBody},
};

/// Claims a place
///
/// Where there is a fee, the place is held until its bill is paid, and lost when that is too late.
/// What is refused because nothing is free was not begun: the same request may succeed later.
#[utoipa::path(
    operation_id = "booking_claim_place",
    tag = "booking",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = ClaimBody,
    responses(
        (status = 201, body = AppointmentBody, description = "Held for its fee, or booked.", links(
            ("appointment" = (operation_id = "booking_get_appointment",
                parameters(("appointment_id" = "$response.body#/id")))),
            ("cancel" = (operation_id = "booking_cancel",
                parameters(("appointment_id" = "$response.body#/id")))),
            ("reschedule" = (operation_id = "booking_reschedule",
                parameters(("appointment_id" = "$response.body#/id")))),
            ("pay" = (operation_id = "payments_pay_bill",
                parameters(("bill_id" = "$response.body#/bill_id"))))
        )),
        (status = 404, description = "`booking.slot_unknown`"),
        (status = 409, description = "`booking.sold_out`, `booking.session_closed`, \
         `booking.session_stopped`, `booking.not_released`, `booking.drawn_later`, \
         `booking.overlaps`, `booking.has_one`"),
        (status = 422, description = "`booking.quota_reached`, `booking.blocked`")
    )
)]
#[post("/v1/appointments")]
pub(super) async fn claim(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    key: IdempotencyKey,
    body: Body<ClaimBody>,
) -> Result<Idempotent, Failure> {
    let key = key.claim(caller.city, caller.account.uuid(), &body);
    let request = Request::new(&cx, key);
    let claim = ClaimPlace { request, caller, slot: body.slot_id };
    Ok(Idempotent(actions::claim_place(&cx, &lanes, claim).await?))
}

/// The caller's appointments
#[utoipa::path(
    operation_id = "booking_list_appointments",
    tag = "booking",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<AppointmentBody>, description = "Newest first.", links(
        ("appointment" = (operation_id = "booking_get_appointment",
            parameters(("appointment_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/appointments")]
pub(super) async fn list_appointments(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<AppointmentBody>>, Failure> {
    let found = actions::appointments_of(&cx, &lanes.rules(), caller.person, &page).await?;
    let bodies = found.iter().map(|view| AppointmentBody::of(view, cx.locale)).collect();
    Ok(Json(page.page(bodies, AppointmentBody::uuid, |body| body)))
}

/// One of the caller's appointments
#[utoipa::path(
    operation_id = "booking_get_appointment",
    tag = "booking",
    security(("citizen" = [])),
    params(("appointment_id" = AppointmentId, Path, description = "Which one.")),
    responses(
        (status = 200, body = AppointmentBody, description = "The appointment."),
        (status = 404, description = "`booking.appointment_unknown`")
    )
)]
#[get("/v1/appointments/{appointment_id}")]
pub(super) async fn get_appointment(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    id: Path<AppointmentId>,
) -> Result<Json<AppointmentBody>, Failure> {
    let view = actions::appointment_of(&cx, &lanes.rules(), caller.person, *id).await?;
    Ok(Json(AppointmentBody::of(&view, cx.locale)))
}

/// Gives an appointment up
///
/// What was paid goes back in full to the wallet it came from.
#[utoipa::path(
    operation_id = "booking_cancel",
    tag = "booking",
    security(("citizen" = [])),
    params(
        ("appointment_id" = AppointmentId, Path, description = "Which one."),
        IdempotencyKey
    ),
    responses(
        (status = 200, body = AppointmentBody, description = "Given up."),
        (status = 404, description = "`booking.appointment_unknown`"),
        (status = 409, description = "`booking.wrong_state`, `booking.moved`, \
         `booking.through_service`"),
        (status = 422, description = "`booking.too_late`")
    )
)]
#[post("/v1/appointments/{appointment_id}/cancel")]
pub(super) async fn cancel(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<AppointmentId>,
) -> Result<Idempotent, Failure> {
    let key = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(actions::cancel(&cx, &lanes.rules(), &key, &caller, *id).await?))
}

/// Moves an appointment
///
/// To another slot of the same department, grade and fee. It keeps its number and its bill.
#[utoipa::path(
    operation_id = "booking_reschedule",
    tag = "booking",
    security(("citizen" = [])),
    params(
        ("appointment_id" = AppointmentId, Path, description = "Which one."),
        IdempotencyKey
    ),
    request_body = RescheduleBody,
    responses(
        (status = 200, body = AppointmentBody, description = "Moved."),
        (status = 404, description = "`booking.appointment_unknown`, `booking.slot_unknown`"),
        (status = 409, description = "`booking.through_service`, `booking.not_live`, \
         `booking.moved`, `booking.sold_out`, \
         `booking.session_closed`, `booking.session_stopped`, `booking.not_released`, \
         `booking.drawn_later`, `booking.overlaps`, `booking.has_one`"),
        (status = 422, description = "`booking.too_late`, `booking.not_of_the_same_worth`, \
         `booking.quota_reached`, `booking.blocked`")
    )
)]
#[post("/v1/appointments/{appointment_id}/reschedule")]
pub(super) async fn reschedule(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<AppointmentId>,
    body: Body<RescheduleBody>,
) -> Result<Idempotent, Failure> {
    let key = key.claim(caller.city, caller.account.uuid(), &body);
    let to = (*id, body.slot_id);
    Ok(Idempotent(actions::reschedule(&cx, &lanes.rules(), &key, &caller, to).await?))
}
