//! Withdrawals.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::{RealName, StepUp};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::withdrawal::{self, FundApply},
    model::{AccountId, Said, WithdrawalId},
    rules::withdrawal::Wish,
    wire::withdrawal::{
        ApplyBody, GroundsBody, ListedWithdrawalBody, PrecheckBody, SupplementBody, VerdictBody,
        WithdrawalBody,
    },
};

/// On which grounds something can be taken out, and what it takes
#[utoipa::path(
    operation_id = "provident_fund_list_grounds",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Of which account.")),
    responses(
        (status = 200, body = GroundsBody, description = "By the law of the account's city."),
        (status = 404, description = "`provident_fund.account_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/withdrawal-grounds")]
pub(super) async fn list_grounds(
    cx: Cx,
    caller: RealName,
    id: Path<AccountId>,
) -> Result<Json<GroundsBody>, Failure> {
    let rule = withdrawal::grounds(&cx, caller.person, *id).await?;
    Ok(Json(GroundsBody::new(&rule, cx.locale)))
}

/// What stands in the way of a withdrawal
///
/// Nothing is recorded. The balance is left out of it: that takes a proof.
#[utoipa::path(
    operation_id = "provident_fund_precheck_withdrawal",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "From which account.")),
    request_body = PrecheckBody,
    responses(
        (status = 200, body = VerdictBody, description = "Everything that stands in the way."),
        (status = 404, description = "`provident_fund.account_unknown`")
    )
)]
#[post("/v1/provident-fund/accounts/{account_id}/withdrawal-precheck")]
pub(super) async fn precheck(
    cx: Cx,
    caller: RealName,
    id: Path<AccountId>,
    body: Body<PrecheckBody>,
) -> Result<Json<VerdictBody>, Failure> {
    let PrecheckBody { ground, amount, cost, papers } = &*body;
    let wish = Wish { ground: *ground, amount: *amount, stated: *cost, papers };
    let bars = withdrawal::precheck(&cx, caller.person, *id, &wish).await?;
    Ok(Json(VerdictBody::new(&bars, cx.locale)))
}

/// Applies for a withdrawal
///
/// It takes a fresh proof (`provident_fund.apply`) for the account and the amount. The centre decides
/// within the time that the law gives it; what it grants is paid to the account that it has on record.
#[utoipa::path(
    operation_id = "provident_fund_apply_for_withdrawal",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "From which account."), IdempotencyKey),
    request_body = ApplyBody,
    responses(
        (status = 201, body = WithdrawalBody, description = "The centre will decide.", links(
            ("withdrawal" = (operation_id = "provident_fund_get_withdrawal",
                parameters(("withdrawal_id" = "$response.body#/id"))))
        )),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 422, description = "`provident_fund.withdrawal_barred`")
    )
)]
#[post("/v1/provident-fund/accounts/{account_id}/withdrawals")]
pub(super) async fn apply(
    cx: Cx,
    proof: StepUp<FundApply>,
    key: IdempotencyKey,
    id: Path<AccountId>,
    body: Body<ApplyBody>,
) -> Result<Idempotent, Failure> {
    let caller = proof.caller();
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = body.into_inner().on(*id);
    Ok(Idempotent(withdrawal::apply(&cx, &claim, &proof, &new).await?))
}

/// The caller's withdrawals
#[utoipa::path(
    operation_id = "provident_fund_list_withdrawals",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedWithdrawalBody>, description = "Newest first.", links(
        ("withdrawal" = (operation_id = "provident_fund_get_withdrawal",
            parameters(("withdrawal_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/provident-fund/withdrawals")]
pub(super) async fn list_withdrawals(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let (found, now) = withdrawal::of_person(&cx, caller.person, &page).await?;
    let bodies = found.iter().map(|one| ListedWithdrawalBody::new(one, now)).collect();
    let page = page.page(bodies, ListedWithdrawalBody::uuid, |body| body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the caller's withdrawals, and until when somebody has to act
#[utoipa::path(
    operation_id = "provident_fund_get_withdrawal",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("withdrawal_id" = WithdrawalId, Path, description = "Which one.")),
    responses(
        (status = 200, body = WithdrawalBody, description = "With its history."),
        (status = 404, description = "`provident_fund.withdrawal_unknown`")
    )
)]
#[get("/v1/provident-fund/withdrawals/{withdrawal_id}")]
pub(super) async fn get_withdrawal(
    cx: Cx,
    caller: RealName,
    id: Path<WithdrawalId>,
) -> Result<HttpResponse, Failure> {
    let view = withdrawal::one(&cx, &caller, *id).await?;
    let body = WithdrawalBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Brings what the centre has asked for
///
/// The centre's time begins anew.
#[utoipa::path(
    operation_id = "provident_fund_supplement_withdrawal",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("withdrawal_id" = WithdrawalId, Path, description = "Which one."), IdempotencyKey),
    request_body = SupplementBody,
    responses(
        (status = 200, body = WithdrawalBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.withdrawal_unknown`"),
        (status = 409, description = "`provident_fund.application_state`")
    )
)]
#[post("/v1/provident-fund/withdrawals/{withdrawal_id}/supplements")]
pub(super) async fn supplement(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<WithdrawalId>,
    body: Body<SupplementBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let said = Said::from(body.into_inner());
    Ok(Idempotent(withdrawal::supplement(&cx, &claim, &caller, (*id, said)).await?))
}

/// Gives a withdrawal up, as long as the centre has not granted it
#[utoipa::path(
    operation_id = "provident_fund_cancel_withdrawal",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("withdrawal_id" = WithdrawalId, Path, description = "Which one."), IdempotencyKey),
    responses(
        (status = 200, body = WithdrawalBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.withdrawal_unknown`"),
        (status = 409, description = "`provident_fund.application_state`")
    )
)]
#[post("/v1/provident-fund/withdrawals/{withdrawal_id}/cancellation")]
pub(super) async fn cancel_withdrawal(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<WithdrawalId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(withdrawal::cancel(&cx, &claim, &caller, *id).await?))
}
