//! Handlers of the gateway.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::{Partner, RealName, Scope};
use citygate_platform::{
    Cx, Service,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions, demo,
    error::{Error, PROBLEMS},
    jobs,
    model::{BillId, PaymentId, TopUpId},
    processor::CardProcessor,
    wire::{
        BillBody, CreateTopUpBody, PayBillBody, PaymentBody, TopUpBody, TrialBalanceBody,
        WalletBody,
    },
};

/// The gateway as a part of the city.
pub fn service(processor: Option<CardProcessor>) -> Service {
    let charging = Charging(processor.is_some());
    let mut service = Service::new("payments", PROBLEMS, move |routes| {
        routes
            .app_data(actix_web::web::Data::new(charging))
            .service(list_bills)
            .service(get_bill)
            .service(pay_bill)
            .service(list_payments)
            .service(get_payment)
            .service(get_wallet)
            .service(create_top_up)
            .service(get_top_up)
            .service(get_trial_balance);
    });
    service.jobs = vec![jobs::resolve_top_ups(processor)];
    service.listeners = vec![jobs::post_receipts()];
    service.about = "Bills, payments, receipts, and the wallet that pays them.";
    service.demo = Some(demo::seed);
    service
}

/// Whether cards can be charged at all.
#[derive(Clone, Copy)]
struct Charging(bool);

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
async fn list_bills(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<BillBody>>, Failure> {
    let bills = actions::bills_of(&cx, caller.person, &page).await?;
    let bodies: Vec<_> = bills.into_iter().map(|bill| BillBody::new(bill, cx.locale)).collect();
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
async fn get_bill(cx: Cx, caller: RealName, id: Path<BillId>) -> Result<Json<BillBody>, Failure> {
    let bill = actions::bill_of(&cx, caller.person, *id).await?;
    Ok(Json(BillBody::new(bill, cx.locale)))
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
        (status = 409, description = "`payments.bill_already_paid`, `payments.amount_changed`, \
         `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/bills/{bill_id}/payments")]
async fn pay_bill(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<BillId>,
    body: Body<PayBillBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(actions::pay_bill(&cx, &caller, &claim, *id, body.expected).await?))
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
async fn list_payments(
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
async fn get_payment(
    cx: Cx,
    caller: RealName,
    id: Path<PaymentId>,
) -> Result<Json<PaymentBody>, Failure> {
    Ok(Json(actions::payment_of(&cx, caller.person, *id).await?))
}

/// The caller's wallet
#[utoipa::path(
    operation_id = "payments_get_wallet",
    tag = "payments",
    security(("citizen" = [])),
    responses((status = 200, body = WalletBody, description = "What it holds."))
)]
#[get("/v1/wallet")]
async fn get_wallet(cx: Cx, caller: RealName) -> Result<Json<WalletBody>, Failure> {
    Ok(Json(WalletBody { available: actions::wallet(&cx, &caller).await? }))
}

/// Takes money from a card into the caller's wallet
///
/// The card processor is asked after the answer: read the top-up until it is no longer
/// `processing`.
#[utoipa::path(
    operation_id = "payments_create_top_up",
    tag = "payments",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = CreateTopUpBody,
    responses(
        (status = 202, body = TopUpBody, description = "It is under way.", links(
            ("topUp" = (operation_id = "payments_get_top_up",
                parameters(("top_up_id" = "$response.body#/id"))))
        )),
        (status = 409, description = "`request.in_progress`"),
        (status = 422, description = "`payments.amount_out_of_range`, \
         `payments.currency_not_supported`, `request.idempotency_key_reused`")
    )
)]
#[post("/v1/wallet/top-ups")]
async fn create_top_up(
    cx: Cx,
    caller: RealName,
    charging: actix_web::web::Data<Charging>,
    key: IdempotencyKey,
    body: Body<CreateTopUpBody>,
) -> Result<Idempotent, Failure> {
    if !charging.0 {
        return Err(Error::ProcessorMissing.into());
    }
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let answer =
        actions::create_top_up(&cx, &caller, &claim, body.amount, &body.card_token.0).await?;
    Ok(Idempotent(answer))
}

/// One of the caller's top-ups
#[utoipa::path(
    operation_id = "payments_get_top_up",
    tag = "payments",
    security(("citizen" = [])),
    params(("top_up_id" = TopUpId, Path, description = "Which one.")),
    responses(
        (status = 200, body = TopUpBody, description = "The top-up."),
        (status = 404, description = "`payments.top_up_unknown`")
    )
)]
#[get("/v1/wallet/top-ups/{top_up_id}")]
async fn get_top_up(cx: Cx, caller: RealName, id: Path<TopUpId>) -> Result<HttpResponse, Failure> {
    let top_up = actions::top_up_of(&cx, caller.person, *id).await?;
    Ok(HttpResponse::Ok().json(TopUpBody::from(top_up)))
}

/// May read the sums of the books.
struct BooksRead;
impl Scope for BooksRead {
    const NAME: &'static str = "books:read";
}

/// Whether the books balance
#[utoipa::path(
    operation_id = "payments_get_trial_balance",
    tag = "payments",
    security(("partner" = ["books:read"])),
    responses((status = 200, body = TrialBalanceBody, description = "All accounts, per currency."))
)]
#[get("/v1/books/trial-balance")]
async fn get_trial_balance(
    cx: Cx,
    _auditor: Partner<BooksRead>,
) -> Result<Json<TrialBalanceBody>, Failure> {
    let rows: Result<_, Error> =
        cx.db
            .tx("payments.trial_balance", async |tx| {
                Ok(citygate_ledger::trial_balance(tx, None).await?)
            })
            .await;
    Ok(Json(rows?.into()))
}
