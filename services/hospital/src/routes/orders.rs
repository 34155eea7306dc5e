//! What doctors order, sent by hospitals' systems.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Json, Path},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::Partner;
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure},
};

use super::queues::{QueueRead, QueueWrite};
use crate::{
    actions,
    model::OwnNo,
    wire::{AdvanceOrderBody, OrderBody, PutOrderBody},
};

/// Adds the handlers.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes.service(put_order).service(get_order).service(advance_order);
}

/// Records what a doctor has ordered
///
/// Sending the same order again changes nothing. The plan of the visit gets its steps: payment, the
/// examination, its result and the return to the doctor, or the pharmacy.
#[utoipa::path(
    operation_id = "hospital_put_order",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(("order_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutOrderBody,
    responses(
        (status = 200, body = OrderBody, description = "It was on record; nothing changed."),
        (status = 201, body = OrderBody, description = "Recorded.", links(
            ("order" = (operation_id = "hospital_get_order",
                parameters(("order_no" = "$response.body#/order_no"))))
        )),
        (status = 404, description = "`hospital.visit_unknown`"),
        (status = 409, description = "`hospital.order_differs`, `hospital.visit_over`, \
         `hospital.too_many_orders`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[put("/v1/hospital/orders/{order_no}")]
async fn put_order(
    cx: Cx,
    system: Partner<QueueWrite>,
    order_no: Path<OwnNo>,
    body: Body<PutOrderBody>,
) -> Result<HttpResponse, Failure> {
    let agency = system.agency::<AgencyKind>();
    let new = body.into_inner().order(agency, order_no.into_inner());
    let (order, recorded) = actions::put_order(&cx, &new).await?;
    let mut answer = if recorded { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(OrderBody::from(order)))
}

/// An order of the hospital, and what became of it
#[utoipa::path(
    operation_id = "hospital_get_order",
    tag = "hospital",
    security(("partner" = ["hospital.queue:read"])),
    params(("order_no" = OwnNo, Path, description = "The hospital's own number.")),
    responses(
        (status = 200, body = OrderBody, description = "The order."),
        (status = 404, description = "`hospital.order_unknown`")
    )
)]
#[get("/v1/hospital/orders/{order_no}")]
async fn get_order(
    cx: Cx,
    system: Partner<QueueRead>,
    order_no: Path<OwnNo>,
) -> Result<Json<OrderBody>, Failure> {
    Ok(Json(actions::order(&cx, system.agency(), &order_no).await?.into()))
}

/// Says what became of an order
///
/// Saying it again changes nothing.
#[utoipa::path(
    operation_id = "hospital_advance_order",
    tag = "hospital",
    security(("partner" = ["hospital.queue:write"])),
    params(("order_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = AdvanceOrderBody,
    responses(
        (status = 200, body = OrderBody, description = "The order as it is now."),
        (status = 404, description = "`hospital.order_unknown`"),
        (status = 409, description = "`hospital.order_refused`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[post("/v1/hospital/orders/{order_no}/events")]
async fn advance_order(
    cx: Cx,
    system: Partner<QueueWrite>,
    order_no: Path<OwnNo>,
    body: Body<AdvanceOrderBody>,
) -> Result<Json<OrderBody>, Failure> {
    let order = actions::advance_order(&cx, system.agency(), &order_no, body.event()).await?;
    Ok(Json(order.into()))
}
