//! Payments that agencies have received, and what they pay back.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use citygate_identity::Partner;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use super::{BillsRead, RefundsWrite};
use crate::{
    actions,
    error::Error,
    model::{PaymentId, RefundId},
    wire::{NewRefundBody, ReceivedPaymentBody, RefundBody},
};

/// A payment of one of the agency's bills, and what has gone back of it
///
/// Whoever has issued the bill: the agency's own system, or a service of the city on its behalf.
#[utoipa::path(
    operation_id = "payments_get_received_payment",
    tag = "payments",
    security(("partner" = ["payments.bills:read"])),
    params(("payment_id" = PaymentId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ReceivedPaymentBody, description = "The payment.", links(
            ("refund" = (operation_id = "payments_refund_payment",
                parameters(("payment_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`payments.payment_unknown`")
    )
)]
#[get("/v1/received-payments/{payment_id}")]
pub(super) async fn get_received_payment(
    cx: Cx,
    system: Partner<BillsRead>,
    id: Path<PaymentId>,
) -> Result<Json<ReceivedPaymentBody>, Failure> {
    let payment = actions::received_payment(&cx, system.agency(), *id).await?;
    Ok(Json(ReceivedPaymentBody::new(payment).map_err(Error::from)?))
}

/// Pays back what was paid, or a part of it
///
/// The money goes into the wallet that it came from, taken from each agency that shares in the bill
/// as it has received it. The bill stays as it is: what was paid stays paid, and nothing becomes due
/// again. The payer is told by letter.
#[utoipa::path(
    operation_id = "payments_refund_payment",
    tag = "payments",
    security(("partner" = ["payments.refunds:write"])),
    params(("payment_id" = PaymentId, Path, description = "Of which payment."), IdempotencyKey),
    request_body = NewRefundBody,
    responses(
        (status = 201, body = RefundBody, description = "Paid back.", links(
            ("refund" = (operation_id = "payments_get_refund",
                parameters(("refund_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`payments.payment_unknown`"),
        (status = 409, description = "`payments.refund_too_large`, `request.in_progress`"),
        (status = 412, description = "`payments.refund_available_changed`"),
        (status = 422, description = "`payments.refund_unsound`, `payments.line_unknown`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/received-payments/{payment_id}/refunds")]
pub(super) async fn refund_payment(
    cx: Cx,
    system: Partner<RefundsWrite>,
    key: IdempotencyKey,
    id: Path<PaymentId>,
    body: Body<NewRefundBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let refunded = actions::make_refund(&cx, &claim, system.agency(), *id, &body.refund()).await?;
    Ok(Idempotent(refunded))
}

/// A refund that the agency has made
#[utoipa::path(
    operation_id = "payments_get_refund",
    tag = "payments",
    security(("partner" = ["payments.bills:read"])),
    params(("refund_id" = RefundId, Path, description = "Which one.")),
    responses(
        (status = 200, body = RefundBody, description = "The refund."),
        (status = 404, description = "`payments.refund_unknown`")
    )
)]
#[get("/v1/refunds/{refund_id}")]
pub(super) async fn get_refund(
    cx: Cx,
    system: Partner<BillsRead>,
    id: Path<RefundId>,
) -> Result<Json<RefundBody>, Failure> {
    Ok(Json(actions::refund_of(&cx, system.agency(), *id).await?.into()))
}
