//! Bills that agencies' systems issue here themselves.

use actix_web::{
    HttpResponse, get,
    http::header::{self, HeaderValue},
    post,
    web::{Json, Path},
};
use citygate_identity::Partner;
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
    problems,
};

use super::{BillsRead, BillsWrite};
use crate::{
    actions,
    model::BillId,
    wire::{CancelBillBody, IssueBillsBody, IssuedBillBody, IssuedBillsBody, NewBillBody},
};

/// Issues a bill
///
/// The agency's own number stands for its content: sending the same bill again, also under another
/// key and whatever has become of it, changes nothing and says so (`unchanged`). Other content under
/// the same number is refused.
#[utoipa::path(
    operation_id = "payments_issue_bill",
    tag = "payments",
    security(("partner" = ["payments.bills:write"])),
    params(IdempotencyKey),
    request_body = NewBillBody,
    responses(
        (status = 200, body = IssuedBillBody, description = "It was on record; nothing changed."),
        (status = 201, body = IssuedBillBody, description = "Issued.", links(
            ("bill" = (operation_id = "payments_get_issued_bill",
                parameters(("bill_id" = "$response.body#/id")))),
            ("cancellation" = (operation_id = "payments_cancel_bill",
                parameters(("bill_id" = "$response.body#/id"))))
        )),
        (status = 409, description = "`payments.external_no_taken`, `request.in_progress`"),
        (status = 422, description = "`payments.bill_unsound`, `payments.beneficiary_unknown`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/issued-bills")]
pub(super) async fn issue_bill(
    cx: Cx,
    system: Partner<BillsWrite>,
    key: IdempotencyKey,
    body: Body<NewBillBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let bill = body.into_inner().bill(system.agency(), &cx.clock);
    Ok(Idempotent(actions::issue_one(&cx, claim, &bill).await?))
}

/// Issues up to a thousand bills
///
/// Each bill is issued, is on record already, or is refused, as if it had been sent alone; none
/// hinders another. The answer says of each what came of it, in the order in which they were sent.
/// A body that does not have the documented form is refused as a whole, and so is one of more than
/// 1 MiB: a thousand bills without lines, shares and instalments have room in it; of bills with many
/// of those, send fewer at a time.
#[utoipa::path(
    operation_id = "payments_issue_bills",
    tag = "payments",
    security(("partner" = ["payments.bills:write"])),
    params(IdempotencyKey),
    request_body = IssueBillsBody,
    responses(
        (status = 200, body = IssuedBillsBody, description = "What came of each. Its problems are \
         `payments.external_no_taken`, `payments.bill_unsound`, `payments.beneficiary_unknown`.",
         links(("bill" = (operation_id = "payments_get_issued_bill",
            parameters(("bill_id" = "$response.body#/results/0/bill_id")))))),
        (status = 409, description = "`request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/issued-bills/batches")]
pub(super) async fn issue_bills(
    cx: Cx,
    system: Partner<BillsWrite>,
    key: IdempotencyKey,
    body: Body<IssueBillsBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let bills = body.into_inner().bills(system.agency(), &cx.clock);
    Ok(Idempotent(actions::issue_batch(&cx, &claim, &bills).await?))
}

/// A batch is sent and not read. Without this, its path would be that of a bill named `batches`.
pub(super) async fn batches_are_sent() -> HttpResponse {
    let refused = Failure(Problem::new(&problems::METHOD_NOT_ALLOWED));
    let mut answer = HttpResponse::from_error(refused);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    answer
}

/// A bill that the agency has issued, and what has become of it
#[utoipa::path(
    operation_id = "payments_get_issued_bill",
    tag = "payments",
    security(("partner" = ["payments.bills:read"])),
    params(("bill_id" = BillId, Path, description = "Which one.")),
    responses(
        (status = 200, body = IssuedBillBody, description = "The bill.", links(
            ("payment" = (operation_id = "payments_get_received_payment",
                parameters(("payment_id" = "$response.body#/payments/0/id"))))
        )),
        (status = 404, description = "`payments.bill_unknown`; also where a service of the city \
         has issued it on behalf of the agency")
    )
)]
#[get("/v1/issued-bills/{bill_id}")]
pub(super) async fn get_issued_bill(
    cx: Cx,
    system: Partner<BillsRead>,
    id: Path<BillId>,
) -> Result<Json<IssuedBillBody>, Failure> {
    let bill = actions::issued_bill_of(&cx, system.agency(), *id).await?;
    Ok(Json(IssuedBillBody::new(bill, None)?))
}

/// Takes a bill back
///
/// Nobody can pay it any more. A bill of which something was paid is not taken back: pay that back
/// instead. Taking it back twice changes nothing; the first reason stays.
#[utoipa::path(
    operation_id = "payments_cancel_bill",
    tag = "payments",
    security(("partner" = ["payments.bills:write"])),
    params(("bill_id" = BillId, Path, description = "Which one."), IdempotencyKey),
    request_body = CancelBillBody,
    responses(
        (status = 200, body = IssuedBillBody, description = "It is taken back."),
        (status = 404, description = "`payments.bill_unknown`"),
        (status = 409, description = "`payments.bill_has_payments`, `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/issued-bills/{bill_id}/cancellation")]
pub(super) async fn cancel_bill(
    cx: Cx,
    system: Partner<BillsWrite>,
    key: IdempotencyKey,
    id: Path<BillId>,
    body: Body<CancelBillBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let (agency, reason) = (system.agency(), body.reason.as_str());
    Ok(Idempotent(actions::cancel_issued(&cx, &claim, agency, *id, reason).await?))
}
