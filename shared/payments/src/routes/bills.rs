//! Bills and their payment, for citizens.

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
    actions::{self, PayBill, PayLanes},
    error::Error,
    model::{BillId, PaymentId},
    wire::{BillBody, PayBillBody, PaymentBody},
};

/// The caller's bills
#[utoipa::path(
    operation_id = "payments_list_bills",
    tag = "payments",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<BillBody>, description = "Newest first.", links(
        ("bill" = (operation_id = "payments_get_bill",
            parameters(("bill_id" = "$response.body#/items/0/id")))),
        ("pay" = (operation_id = "payments_pay_bill",
            parameters(("bill_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/bills")]
pub(super) async fn list_bills(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<BillBody>>, Failure> {
    let bills = actions::bills_of(&cx, caller.person, &page).await?;
    let bodies: Result<Vec<_>, _> =
        bills.into_iter().map(|bill| BillBody::new(bill, caller.person, cx.locale)).collect();
    let bodies = bodies.map_err(Error::from)?;
    Ok(Json(page.page(bodies, |bill| bill.id().uuid(), |bill| bill)))
}

/// One of the caller's bills
#[utoipa::path(
    operation_id = "payments_get_bill",
    tag = "payments",
    security(("citizen" = [])),
    params(("bill_id" = BillId, Path, description = "Which one.")),
    responses(
        (status = 200, body = BillBody, description = "The bill."),
        (status = 404, description = "`payments.bill_unknown`")
    )
)]
#[get("/v1/bills/{bill_id}")]
pub(super) async fn get_bill(
    cx: Cx,
    caller: RealName,
    id: Path<BillId>,
) -> Result<Json<BillBody>, Failure> {
    let bill = actions::bill_of(&cx, caller.person, *id).await?;
    Ok(Json(BillBody::new(bill, caller.person, cx.locale).map_err(Error::from)?))
}

/// Pays a bill out of the caller's wallet
#[utoipa::path(
    operation_id = "payments_pay_bill",
    tag = "payments",
    security(("citizen" = [])),
    params(("bill_id" = BillId, Path, description = "Which one."), IdempotencyKey),
    request_body = PayBillBody,
    responses(
        (status = 201, body = PaymentBody, description = "Paid; this is the receipt.", links(
            ("payment" = (operation_id = "payments_get_payment",
                parameters(("payment_id" = "$response.body#/id"))))
        )),
        (status = 402, description = "`payments.insufficient_funds`"),
        (status = 404, description = "`payments.bill_unknown`"),
        (status = 409, description = "`payments.bill_already_paid`, `payments.bill_cancelled`, \
         `payments.bill_expired`, `payments.amount_changed`, `request.in_progress`"),
        (status = 422, description = "`payments.amount_not_payable`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/bills/{bill_id}/payments")]
pub(super) async fn pay_bill(
    cx: Cx,
    caller: RealName,
    lanes: Data<PayLanes>,
    key: IdempotencyKey,
    id: Path<BillId>,
    body: Body<PayBillBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let pay = PayBill {
        request: Request::new(&cx, claim),
        payer: caller,
        bill: *id,
        amount: body.amount,
        expected: body.expected,
    };
    Ok(Idempotent(actions::pay_bill(&cx, &lanes, pay).await?))
}

/// The caller's payments
#[utoipa::path(
    operation_id = "payments_list_payments",
    tag = "payments",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<PaymentBody>, description = "Newest first."))
)]
#[get("/v1/payments")]
pub(super) async fn list_payments(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<PaymentBody>>, Failure> {
    let payments = actions::payments_of(&cx, caller.person, &page).await?;
    Ok(Json(page.page(payments, |payment| payment.id().uuid(), |payment| payment)))
}

/// One of the caller's payments, which is its receipt
#[utoipa::path(
    operation_id = "payments_get_payment",
    tag = "payments",
    security(("citizen" = [])),
    params(("payment_id" = PaymentId, Path, description = "Which one.")),
    responses(
        (status = 200, body = PaymentBody, description = "The payment."),
        (status = 404, description = "`payments.payment_unknown`")
    )
)]
#[get("/v1/payments/{payment_id}")]
pub(super) async fn get_payment(
    cx: Cx,
    caller: RealName,
    id: Path<PaymentId>,
) -> Result<Json<PaymentBody>, Failure> {
    Ok(Json(actions::payment_of(&cx, caller.person, *id).await?))
}
