//! Money from cards into wallets.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use super::Charging;
use crate::{
    actions,
    error::Error,
    model::TopUpId,
    wire::{CreateTopUpBody, TopUpBody},
};

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
pub(super) async fn create_top_up(
    cx: Cx,
    caller: RealName,
    charging: Data<Charging>,
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
pub(super) async fn get_top_up(
    cx: Cx,
    caller: RealName,
    id: Path<TopUpId>,
) -> Result<HttpResponse, Failure> {
    let top_up = actions::top_up_of(&cx, caller.person, *id).await?;
    Ok(HttpResponse::Ok().json(TopUpBody::from(top_up)))
}
