//! Queues of stations: opened and called from by hospitals' systems, seen by everybody.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Json, Path},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Accessor, Partner, Scope};
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use crate::{
    actions,
    model::{OwnNo, QueueEntryId, QueueId, VisitId},
    wire::{
        AdvanceBody, ArrivalBody, CallBody, EtaBody, NewCallBody, PutQueueBody, QueueBody,
        VisitBody, VisitPlanBody,
    },
};

/// May run the queues of its hospital, and say what is ordered and done.
pub struct QueueWrite;
impl Scope for QueueWrite {
    const NAME: &'static str = "hospital.queue:write";
}

/// May see the queues and visits of its hospital.
pub struct QueueRead;
impl Scope for QueueRead {
    const NAME: &'static str = "hospital.queue:read";
}

/// Adds the handlers.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(put_queue)
        .service(get_queue)
        .service(get_eta)
        .service(call_next)
        .service(advance_turn)
        .service(arrive)
        .service(get_received_visit);
}

/// Opens the queue of a station for a day, or changes its words, hours and rooms
///
/// Sending the same again changes nothing. What the station leads to, and the letter of its
/// numbers, stay as they were.
#[utoipa::path(
    operation_id = "hospital_put_queue",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(("station_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutQueueBody,
    responses(
        (status = 200, body = QueueBody, description = "It was open."),
        (status = 201, body = QueueBody, description = "Opened.", links(
            ("queue" = (operation_id = "hospital_get_queue",
                parameters(("queue_id" = "$response.body#/id")))),
            ("eta" = (operation_id = "hospital_queue_eta",
                parameters(("queue_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 409, description = "`hospital.queue_differs`"),
        (status = 422, description = "`hospital.queue_unsound`, `hospital.not_named`, \
         `catalogue.rule_missing`")
    )
)]
#[put("/v1/hospital/stations/{station_no}/queue")]
async fn put_queue(
    cx: Cx,
    system: Partner<QueueWrite>,
    station_no: Path<OwnNo>,
    body: Body<PutQueueBody>,
) -> Result<HttpResponse, Failure> {
    let agency = system.agency::<AgencyKind>();
    let (queue, department, practitioner) =
        body.into_inner().queue(agency, station_no.into_inner());
    let named = (department.as_ref(), practitioner.as_ref());
    let (view, new) = actions::open_queue(&cx, &queue, named).await?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(QueueBody::new(view, cx.locale)))
}

/// A queue of the hospital: who waits, in the order of the next calls, and who was called
#[utoipa::path(
    operation_id = "hospital_get_queue",
    tag = "hospital",
    security(("partner" = ["hospital.queue:read"])),
    params(("queue_id" = QueueId, Path, description = "Which one.")),
    responses(
        (status = 200, body = QueueBody, description = "The queue."),
        (status = 404, description = "`hospital.queue_unknown`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[get("/v1/hospital/queues/{queue_id}")]
async fn get_queue(
    cx: Cx,
    system: Partner<QueueRead>,
    id: Path<QueueId>,
) -> Result<Json<QueueBody>, Failure> {
    let view = actions::queue_of(&cx, system.agency(), *id).await?;
    Ok(Json(QueueBody::new(view, cx.locale)))
}

/// How long a queue is, and how long somebody waits who comes now
#[utoipa::path(
    operation_id = "hospital_queue_eta",
    tag = "hospital",
    security(()),
    params(("queue_id" = QueueId, Path, description = "Which one.")),
    responses(
        (status = 200, body = EtaBody, description = "As of now."),
        (status = 404, description = "`hospital.queue_unknown`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[get("/v1/hospital/queues/{queue_id}/eta")]
async fn get_eta(cx: Cx, id: Path<QueueId>) -> Result<Json<EtaBody>, Failure> {
    let view = actions::queue_for_all(&cx, *id).await?;
    Ok(Json(EtaBody::new(view, cx.clock.now(), cx.locale)))
}

/// Calls the next into a room
///
/// By the rules in force: those with priority first, a few at a time; two first visits for one
/// return; whoever missed a call so many places later.
#[utoipa::path(
    operation_id = "hospital_call_next",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(("queue_id" = QueueId, Path, description = "From which queue."), IdempotencyKey),
    request_body = NewCallBody,
    responses(
        (status = 200, body = CallBody, description = "Called.", links(
            ("turn" = (operation_id = "hospital_advance_turn",
                parameters(("entry_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`hospital.queue_unknown`"),
        (status = 409, description = "`hospital.nobody_waits`, `request.in_progress`"),
        (status = 422, description = "`catalogue.rule_missing`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/queues/{queue_id}/calls")]
async fn call_next(
    cx: Cx,
    system: Partner<QueueWrite>,
    key: IdempotencyKey,
    id: Path<QueueId>,
    body: Body<NewCallBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let room = body.room.as_str();
    Ok(Idempotent(actions::call_next(&cx, &claim, system.agency(), *id, room).await?))
}

/// Says what became of somebody who was called
#[utoipa::path(
    operation_id = "hospital_advance_turn",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(("entry_id" = QueueEntryId, Path, description = "Whose turn.")),
    request_body = AdvanceBody,
    responses(
        (status = 200, body = CallBody, description = "The turn as it is now."),
        (status = 404, description = "`hospital.queue_entry_unknown`"),
        (status = 409, description = "`hospital.turn_refused`, `booking.wrong_state`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[post("/v1/hospital/queue-entries/{entry_id}/events")]
async fn advance_turn(
    cx: Cx,
    system: Partner<QueueWrite>,
    id: Path<QueueEntryId>,
    body: Body<AdvanceBody>,
) -> Result<Json<CallBody>, Failure> {
    let (queue, entry) = actions::advance(&cx, system.agency(), *id, body.event()).await?;
    Ok(Json(CallBody::new(&queue, &entry)))
}

/// Somebody is at the hospital's desk or machine, with an appointment or without
#[utoipa::path(
    operation_id = "hospital_record_arrival",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(IdempotencyKey),
    request_body = ArrivalBody,
    responses(
        (status = 200, body = VisitBody, description = "Was there before."),
        (status = 201, body = VisitBody, description = "Checked in.", links(
            ("visit" = (operation_id = "hospital_get_received_visit",
                parameters(("visit_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`hospital.appointment_unknown`"),
        (status = 409, description = "`booking.not_live`, `booking.wrong_state`, \
         `request.in_progress`"),
        (status = 422, description = "`hospital.check_in_not_open`, `hospital.check_in_closed`, \
         `hospital.priority_unknown`, `hospital.not_named`, `catalogue.rule_missing`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/arrivals")]
async fn arrive(
    cx: Cx,
    system: Partner<QueueWrite>,
    key: IdempotencyKey,
    body: Body<ArrivalBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let agency = system.agency::<AgencyKind>();
    let by = Accessor::system(system.client, agency);
    let arrival = body.into_inner().arrival();
    Ok(Idempotent(actions::arrive(&cx, &claim, by, agency, &arrival).await?))
}

/// A visit of the hospital, with its plan
#[utoipa::path(
    operation_id = "hospital_get_received_visit",
    tag = "hospital",
    security(("partner" = ["hospital.queue:read"])),
    params(("visit_id" = VisitId, Path, description = "Which one.")),
    responses(
        (status = 200, body = VisitPlanBody, description = "The visit with its plan."),
        (status = 404, description = "`hospital.visit_unknown`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[get("/v1/hospital/received-visits/{visit_id}")]
async fn get_received_visit(
    cx: Cx,
    system: Partner<QueueRead>,
    id: Path<VisitId>,
) -> Result<Json<VisitPlanBody>, Failure> {
    let view = actions::received_visit(&cx, system.agency(), *id).await?;
    Ok(Json(VisitPlanBody::new(view, cx.clock.now(), cx.locale)))
}
