//! Transfers between cities.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::transfer,
    model::TransferInId,
    wire::transfer::{ListedTransferBody, NewTransferBody, TransferBody},
};

/// Asks for an account to be moved to the centre of another city
///
/// Both accounts are the caller's. The centre that gives the account away decides.
#[utoipa::path(
    operation_id = "provident_fund_request_transfer",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = NewTransferBody,
    responses(
        (status = 201, body = TransferBody, description = "On its way to the other centre.", links(
            ("transfer" = (operation_id = "provident_fund_get_transfer",
                parameters(("transfer_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 409, description = "`provident_fund.transfer_pending`"),
        (status = 422, description = "`provident_fund.transfer_barred`")
    )
)]
#[post("/v1/provident-fund/transfers")]
pub(super) async fn request_transfer(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    body: Body<NewTransferBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = body.into_inner().into();
    Ok(Idempotent(transfer::request(&cx, &claim, &caller, new).await?))
}

/// The caller's transfers
#[utoipa::path(
    operation_id = "provident_fund_list_transfers",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedTransferBody>, description = "Newest first.", links(
        ("transfer" = (operation_id = "provident_fund_get_transfer",
            parameters(("transfer_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/provident-fund/transfers")]
pub(super) async fn list_transfers(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedTransferBody>>, Failure> {
    let found = transfer::of_person(&cx, caller.person, &page).await?;
    let bodies = found.into_iter().map(ListedTransferBody::from).collect();
    Ok(Json(page.page(bodies, ListedTransferBody::uuid, |body| body)))
}

/// One of the caller's transfers, and how far both centres are
#[utoipa::path(
    operation_id = "provident_fund_get_transfer",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("transfer_id" = TransferInId, Path, description = "Which one.")),
    responses(
        (status = 200, body = TransferBody, description = "With its history."),
        (status = 404, description = "`provident_fund.transfer_unknown`")
    )
)]
#[get("/v1/provident-fund/transfers/{transfer_id}")]
pub(super) async fn get_transfer(
    cx: Cx,
    caller: RealName,
    id: Path<TransferInId>,
) -> Result<HttpResponse, Failure> {
    let view = transfer::one(&cx, &caller, *id).await?;
    let body = TransferBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Gives a transfer up
///
/// The other centre has to hear of it before it agrees: until then it stands as `cancelling`.
#[utoipa::path(
    operation_id = "provident_fund_cancel_transfer",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("transfer_id" = TransferInId, Path, description = "Which one."), IdempotencyKey),
    responses(
        (status = 200, body = TransferBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.transfer_unknown`"),
        (status = 409, description = "`provident_fund.application_state`")
    )
)]
#[post("/v1/provident-fund/transfers/{transfer_id}/cancellation")]
pub(super) async fn cancel_transfer(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<TransferInId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(transfer::cancel(&cx, &claim, &caller, *id).await?))
}
