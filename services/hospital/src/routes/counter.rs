//! Appointments that a hospital's counter books and gives up for people.

use actix_web::{post, web::Path};
use citygate_booking::AppointmentId;
use citygate_identity::{Accessor, Partner};
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use super::schedule::SchedulesWrite;
use crate::{
    actions,
    model::OwnNo,
    wire::{NewAppointmentBody, SessionAppointmentBody},
};

/// Adds the handlers.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes.service(book).service(cancel);
}

/// Books a place for somebody at the hospital's counter
///
/// Or for somebody whom a family doctor or another hospital refers. Each of these channels has
/// places of its own, which need not be released. Quotas are counted by real name, over all channels
/// and hospitals; who cannot book in the app cannot here. The appointment is confirmed at once: the
/// counter collects the fee. The person need not have an account, and sees the appointment in the
/// app if they do. What is refused is kept under the key: ask again with another.
#[utoipa::path(
    operation_id = "hospital_book_appointment",
    tag = "hospital",
    security(("partner" = ["hospital.schedules:write"])),
    params(
        ("session_no" = OwnNo, Path, description = "The hospital's own number."),
        IdempotencyKey
    ),
    request_body = NewAppointmentBody,
    responses(
        (status = 201, body = SessionAppointmentBody, description = "Booked.", links(
            ("cancel" = (operation_id = "hospital_cancel_appointment",
                parameters(("appointment_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`hospital.session_unknown`, `booking.slot_unknown`"),
        (status = 409, description = "`booking.sold_out`, `booking.session_closed`, \
         `booking.session_stopped`, `booking.overlaps`, `booking.has_one`, `request.in_progress`"),
        (status = 422, description = "`booking.quota_reached`, `booking.blocked`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/sessions/{session_no}/appointments")]
async fn book(
    cx: Cx,
    system: Partner<SchedulesWrite>,
    key: IdempotencyKey,
    number: Path<OwnNo>,
    body: Body<NewAppointmentBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let (hospital, new) = (system.agency(), body.into_inner().at_counter(number.into_inner()));
    let by = Accessor::system(system.client, hospital);
    Ok(Idempotent(actions::book_at_counter(&cx, &claim, by, hospital, &new).await?))
}

/// Gives up an appointment for somebody at the hospital's counter
///
/// As long as they could in the app, and only what was booked at a counter or by referral. The place
/// can be had there again; the counter pays the fee back.
#[utoipa::path(
    operation_id = "hospital_cancel_appointment",
    tag = "hospital",
    security(("partner" = ["hospital.schedules:write"])),
    params(
        ("appointment_id" = AppointmentId, Path, description = "Which one."),
        IdempotencyKey
    ),
    responses(
        (status = 200, body = SessionAppointmentBody, description = "Given up."),
        (status = 404, description = "`booking.appointment_unknown`"),
        (status = 409, description = "`booking.wrong_state`, `booking.moved`, \
         `request.in_progress`"),
        (status = 422, description = "`booking.too_late`, `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/appointments/{appointment_id}/cancellation")]
async fn cancel(
    cx: Cx,
    system: Partner<SchedulesWrite>,
    key: IdempotencyKey,
    id: Path<AppointmentId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(system.city, system.client.uuid());
    let hospital = system.agency();
    let by = Accessor::system(system.client, hospital);
    Ok(Idempotent(actions::cancel_at_counter(&cx, &claim, by, hospital, *id).await?))
}
