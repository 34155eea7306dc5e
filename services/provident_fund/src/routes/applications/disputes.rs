//! Disputes.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
    problems,
};

use super::PRIVATE;
use crate::{
    actions::dispute,
    model::{AccountId, DisputeId},
    wire::{
        application::WordsBody,
        dispute::{DisputeBody, ListedDisputeBody, NewDisputeBody, ONE_OF_TWO},
    },
};

/// Says that a balance is wrong
///
/// About a posting, or about a month of which there should be one. The bank that keeps the accounts
/// for the centre answers first.
#[utoipa::path(
    operation_id = "provident_fund_file_dispute",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "On which account."), IdempotencyKey),
    request_body = NewDisputeBody,
    responses(
        (status = 201, body = DisputeBody, description = "The bank will answer.", links(
            ("dispute" = (operation_id = "provident_fund_get_dispute",
                parameters(("dispute_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 409, description = "`provident_fund.disputed_already`"),
        (status = 422, description = "`provident_fund.posting_unknown`, \
         `provident_fund.month_ahead`, `request.invalid_body`")
    )
)]
#[post("/v1/provident-fund/accounts/{account_id}/disputes")]
pub(super) async fn file_dispute(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<AccountId>,
    body: Body<NewDisputeBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let (pointer, reason) = ONE_OF_TWO;
    let unfit = || Problem::new(&problems::INVALID_BODY).field(pointer, reason);
    let new = body.into_inner().on(*id).ok_or_else(unfit)?;
    Ok(Idempotent(dispute::file(&cx, &claim, &caller, &new).await?))
}

/// The caller's disputes
#[utoipa::path(
    operation_id = "provident_fund_list_disputes",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedDisputeBody>, description = "Newest first.", links(
        ("dispute" = (operation_id = "provident_fund_get_dispute",
            parameters(("dispute_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/provident-fund/disputes")]
pub(super) async fn list_disputes(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedDisputeBody>>, Failure> {
    let (found, now) = dispute::of_person(&cx, caller.person, &page).await?;
    let bodies = found.into_iter().map(|one| ListedDisputeBody::new(one, now)).collect();
    Ok(Json(page.page(bodies, ListedDisputeBody::uuid, |body| body)))
}

/// One of the caller's disputes, and until when there has to be an answer
#[utoipa::path(
    operation_id = "provident_fund_get_dispute",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("dispute_id" = DisputeId, Path, description = "Which one.")),
    responses(
        (status = 200, body = DisputeBody, description = "With its history."),
        (status = 404, description = "`provident_fund.dispute_unknown`")
    )
)]
#[get("/v1/provident-fund/disputes/{dispute_id}")]
pub(super) async fn get_dispute(
    cx: Cx,
    caller: RealName,
    id: Path<DisputeId>,
) -> Result<HttpResponse, Failure> {
    let view = dispute::one(&cx, &caller, *id).await?;
    let body = DisputeBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Asks the centre to look again at what its bank has answered, once
#[utoipa::path(
    operation_id = "provident_fund_reopen_dispute",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("dispute_id" = DisputeId, Path, description = "Which one."), IdempotencyKey),
    request_body = WordsBody,
    responses(
        (status = 200, body = DisputeBody, description = "The centre will answer."),
        (status = 404, description = "`provident_fund.dispute_unknown`"),
        (status = 409, description = "`provident_fund.application_state`")
    )
)]
#[post("/v1/provident-fund/disputes/{dispute_id}/reopening")]
pub(super) async fn reopen_dispute(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<DisputeId>,
    body: Body<WordsBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let said = (*id, body.words.as_str());
    Ok(Idempotent(dispute::reopen(&cx, &claim, &caller, said).await?))
}

/// Gives a dispute up
#[utoipa::path(
    operation_id = "provident_fund_withdraw_dispute",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("dispute_id" = DisputeId, Path, description = "Which one."), IdempotencyKey),
    responses(
        (status = 200, body = DisputeBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.dispute_unknown`"),
        (status = 409, description = "`provident_fund.application_state`")
    )
)]
#[post("/v1/provident-fund/disputes/{dispute_id}/withdrawal")]
pub(super) async fn withdraw_dispute(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<DisputeId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(dispute::withdraw(&cx, &claim, &caller, *id).await?))
}
