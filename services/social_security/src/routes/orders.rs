//! Contributions that people order.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::RealName;
use citygate_inquiry::Registers;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::{orders, record},
    model::OrderId,
    wire::{OrderBody, PostOrderBody, TermsBody},
};

/// What may be ordered at an agency today
///
/// For those who have no employer: insurances and their rates, the base, and the months.
#[utoipa::path(
    operation_id = "social_security_get_terms",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "At which agency.")),
    responses(
        (status = 200, body = TermsBody, description = "By the rule of today."),
        (status = 404, description = "`social_security.agency_unknown`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/contribution-terms")]
pub(super) async fn get_terms(
    cx: Cx,
    _: RealName,
    agency: Path<AgencyId>,
) -> Result<Json<TermsBody>, Failure> {
    Ok(Json(TermsBody::new(record::terms(&cx, *agency).await?, cx.locale)))
}

/// Orders contributions
///
/// Within ten minutes of the proof for the record. The agency's register is asked what is paid; the
/// bill of the order is then paid as every other.
#[utoipa::path(
    operation_id = "social_security_post_order",
    tag = "social_security",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = PostOrderBody,
    responses(
        (status = 201, body = OrderBody, description = "Ordered, and its bill issued.", links(
            ("order" = (operation_id = "social_security_get_order",
                parameters(("order_id" = "$response.body#/id")))),
            ("pay" = (operation_id = "payments_pay_bill",
                parameters(("bill_id" = "$response.body#/bill_id"))))
        )),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 409, description = "`social_security.month_paid`, \
         `social_security.months_taken`, `request.in_progress`"),
        (status = 422, description = "`social_security.base_out_of_range`, \
         `social_security.kind_not_open`, `social_security.months_not_open`, \
         `catalogue.rule_missing`, `request.idempotency_key_reused`"),
        (status = 503, description = "`social_security.register_silent`, `inquiry.unheard`")
    )
)]
#[post("/v1/social-security/orders")]
pub(super) async fn post_order(
    cx: Cx,
    caller: RealName,
    registers: Registers,
    key: IdempotencyKey,
    body: Body<PostOrderBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = body.into_inner().into();
    Ok(Idempotent(orders::order(&cx, &registers, &caller, &claim, &new).await?))
}

/// The caller's orders
#[utoipa::path(
    operation_id = "social_security_list_orders",
    tag = "social_security",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<OrderBody>, description = "Newest first.", links(
        ("order" = (operation_id = "social_security_get_order",
            parameters(("order_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/social-security/orders")]
pub(super) async fn list_orders(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<OrderBody>>, Failure> {
    let views = orders::list(&cx, caller.person, &page).await?;
    let body = |view| OrderBody::new(view, cx.locale);
    Ok(Json(page.page(views, |view| view.order.id.uuid(), body)))
}

/// One of the caller's orders
#[utoipa::path(
    operation_id = "social_security_get_order",
    tag = "social_security",
    security(("citizen" = [])),
    params(("order_id" = OrderId, Path, description = "Which one.")),
    responses(
        (status = 200, body = OrderBody, description = "The order."),
        (status = 404, description = "`social_security.order_unknown`")
    )
)]
#[get("/v1/social-security/orders/{order_id}")]
pub(super) async fn get_order(
    cx: Cx,
    caller: RealName,
    id: Path<OrderId>,
) -> Result<HttpResponse, Failure> {
    let view = orders::get(&cx, caller.person, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(OrderBody::new(view, cx.locale)))
}

/// Takes an order back before it is paid
///
/// Its months can be ordered again. Doing it twice changes nothing.
#[utoipa::path(
    operation_id = "social_security_cancel_order",
    tag = "social_security",
    security(("citizen" = [])),
    params(("order_id" = OrderId, Path, description = "Which one.")),
    responses(
        (status = 200, body = OrderBody, description = "The order, cancelled."),
        (status = 404, description = "`social_security.order_unknown`"),
        (status = 409, description = "`social_security.order_not_open`")
    )
)]
#[post("/v1/social-security/orders/{order_id}/cancel")]
pub(super) async fn cancel_order(
    cx: Cx,
    caller: RealName,
    id: Path<OrderId>,
) -> Result<Json<OrderBody>, Failure> {
    Ok(Json(OrderBody::new(orders::cancel(&cx, &caller, *id).await?, cx.locale)))
}
