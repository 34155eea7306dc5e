//! What people read of their own.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Json, Path, Query},
};
use citygate_identity::{RealName, StepUp};
use citygate_inquiry::Registers;
use citygate_platform::{
    Cx, Routes,
    http::{Failure, Page, PageQuery},
};

use crate::{
    actions::{
        balance::{self, BalanceLanes, FundRead},
        people,
    },
    model::{AccountId, LoanId},
    wire::{
        balance::{BalanceBody, FundAccountBody},
        history::{self, HistoryBody, HistoryQuery, OverviewBody},
        loan::ScheduleBody,
    },
};

/// Nobody in between keeps what is about somebody's money.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds them.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(list_accounts)
        .service(get_balance)
        .service(get_overview)
        .service(get_history)
        .service(get_chart)
        .service(get_schedule);
}

/// The caller's accounts
///
/// Without what is on them: that takes a proof.
#[utoipa::path(
    operation_id = "provident_fund_list_accounts",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<FundAccountBody>, description = "Newest first.", links(
        ("balance" = (operation_id = "provident_fund_get_balance",
            parameters(("account_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/provident-fund/accounts")]
async fn list_accounts(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<FundAccountBody>>, Failure> {
    let accounts = people::accounts(&cx, &caller, &page).await?;
    let body = |account| FundAccountBody::new(account, cx.locale);
    Ok(Json(page.page(accounts, |(account, _)| account.id.uuid(), body)))
}

/// How much is on one of the caller's accounts
///
/// It takes a fresh proof (`provident_fund.read`), which serves once. Where the centre can be asked
/// itself, it is; while it is silent, what it said last is shown, as old as it is.
#[utoipa::path(
    operation_id = "provident_fund_get_balance",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Which one.")),
    responses(
        (status = 200, body = BalanceBody, description = "With its as-of, and whose word it is."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 409, description = "`request.in_progress`: the same proof is being used")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/balance")]
async fn get_balance(
    cx: Cx,
    lanes: Data<BalanceLanes>,
    registers: Registers,
    proof: StepUp<FundRead>,
    id: Path<AccountId>,
) -> Result<HttpResponse, Failure> {
    let known = balance::balance(&cx, (&lanes, &registers), &proof, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(BalanceBody::new(known, cx.locale)))
}

/// All that one of the caller's accounts says
///
/// Gaps and what the employer owes, base and rates over the years, loans with the next instalment, and
/// what could be borrowed. It takes a fresh proof (`provident_fund.read`), which serves once; for five
/// minutes the same sign-in gets history, chart and schedules without another.
#[utoipa::path(
    operation_id = "provident_fund_get_overview",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Which one.")),
    responses(
        (status = 200, body = OverviewBody, description = "As the centre has told.", links(
            ("history" = (operation_id = "provident_fund_get_history",
                parameters(("account_id" = "$response.body#/account/id")))),
            ("schedule" = (operation_id = "provident_fund_get_schedule",
                parameters(("account_id" = "$response.body#/account/id"),
                    ("loan_id" = "$response.body#/loans/0/id"))))
        )),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/overview")]
async fn get_overview(
    cx: Cx,
    proof: StepUp<FundRead>,
    id: Path<AccountId>,
) -> Result<HttpResponse, Failure> {
    let overview = people::overview(&cx, &proof, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(OverviewBody::new(overview, cx.locale)))
}

/// What was paid into one of the caller's accounts, and out of it
///
/// While the five minutes after the overview last.
#[utoipa::path(
    operation_id = "provident_fund_get_history",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Which one."), HistoryQuery),
    responses(
        (status = 200, body = HistoryBody, description = "Fifty postings, newest first."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/history")]
async fn get_history(
    cx: Cx,
    caller: RealName,
    id: Path<AccountId>,
    query: Query<HistoryQuery>,
) -> Result<HttpResponse, Failure> {
    let page = query.page();
    let found = people::history(&cx, &caller, *id, page).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(HistoryBody::new(found, page, cx.locale)))
}

/// The contributions of the last two years as a picture
///
/// While the five minutes after the overview last. What the picture shows is said in its description,
/// too.
#[utoipa::path(
    operation_id = "provident_fund_get_chart",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Which one.")),
    responses(
        (status = 200, body = String, content_type = "image/svg+xml",
            description = "A bar for each month: the person's own share, and the employer's on it."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/history/chart")]
async fn get_chart(cx: Cx, caller: RealName, id: Path<AccountId>) -> Result<HttpResponse, Failure> {
    let months = people::contributions_by_month(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok()
        .insert_header(PRIVATE)
        .content_type("image/svg+xml; charset=utf-8")
        .body(history::picture(&months, cx.locale)))
}

/// All instalments of one of the caller's loans
///
/// While the five minutes after the overview last.
#[utoipa::path(
    operation_id = "provident_fund_get_schedule",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(
        ("account_id" = AccountId, Path, description = "Of which account."),
        ("loan_id" = LoanId, Path, description = "Which loan.")
    ),
    responses(
        (status = 200, body = ScheduleBody, description = "As agreed, nothing paid ahead of time."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`, `provident_fund.loan_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/loans/{loan_id}/schedule")]
async fn get_schedule(
    cx: Cx,
    caller: RealName,
    path: Path<(AccountId, LoanId)>,
) -> Result<HttpResponse, Failure> {
    let view = people::schedule(&cx, &caller, path.into_inner()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ScheduleBody::new(&view, cx.locale)))
}
