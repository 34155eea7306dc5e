//! What a person can show: certificates and statements.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path},
};
use citygate_identity::{RealName, StepUp};
use citygate_paper::pdf::Printer;
use citygate_platform::{
    Cx,
    http::{Failure, IdempotencyKey, Idempotent},
};

use super::PRIVATE;
use crate::{
    actions::{balance::FundRead, certificate, statement},
    model::{AccountId, StatementYear},
    wire::{
        certificate::CertificateBody,
        statement::{StatementBody, StatementsBody},
    },
};

/// Certifies what was paid into one of the caller's accounts
///
/// It takes a fresh proof (`provident_fund.read`), which serves once. The certificate is read, printed
/// and verified as every certificate is.
#[utoipa::path(
    operation_id = "provident_fund_certify",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Which one."), IdempotencyKey),
    responses(
        (status = 201, body = CertificateBody, description = "Issued."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`"),
        (status = 409, description = "`provident_fund.nothing_paid_in`")
    )
)]
#[post("/v1/provident-fund/accounts/{account_id}/certificates")]
pub(super) async fn certify(
    cx: Cx,
    proof: StepUp<FundRead>,
    key: IdempotencyKey,
    id: Path<AccountId>,
) -> Result<Idempotent, Failure> {
    let caller = proof.caller();
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(certificate::certify(&cx, &claim, &proof, *id).await?))
}

/// For which years there are statements of one of the caller's accounts
///
/// Without what they say: that takes a proof.
#[utoipa::path(
    operation_id = "provident_fund_list_statements",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(("account_id" = AccountId, Path, description = "Of which account.")),
    responses(
        (status = 200, body = StatementsBody, description = "Newest first."),
        (status = 404, description = "`provident_fund.account_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/statements")]
pub(super) async fn list_statements(
    cx: Cx,
    caller: RealName,
    id: Path<AccountId>,
) -> Result<Json<StatementsBody>, Failure> {
    Ok(Json(statement::years(&cx, caller.person, *id).await?.into()))
}

/// What became of one of the caller's accounts in a year
///
/// It takes a fresh proof (`provident_fund.read`), which serves once.
#[utoipa::path(
    operation_id = "provident_fund_get_statement",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(
        ("account_id" = AccountId, Path, description = "Of which account."),
        ("year" = i16, Path, minimum = 1990, maximum = 9999, description = "In which it ends.")
    ),
    responses(
        (status = 200, body = StatementBody, description = "To the fen."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`, \
         `provident_fund.statement_unknown`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/statements/{year}")]
pub(super) async fn get_statement(
    cx: Cx,
    proof: StepUp<FundRead>,
    path: Path<(AccountId, StatementYear)>,
) -> Result<HttpResponse, Failure> {
    let view = statement::read(&cx, &proof, path.into_inner()).await?;
    let body = StatementBody::new(view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// The same as PDF
///
/// It takes a fresh proof (`provident_fund.read`), which serves once.
#[utoipa::path(
    operation_id = "provident_fund_get_statement_document",
    tag = "provident_fund",
    security(("citizen" = [])),
    params(
        ("account_id" = AccountId, Path, description = "Of which account."),
        ("year" = i16, Path, minimum = 1990, maximum = 9999, description = "In which it ends.")
    ),
    responses(
        (status = 200, content_type = "application/pdf", body = Vec<u8>, description = "A4, with \
         its font in it."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`provident_fund.account_unknown`, \
         `provident_fund.statement_unknown`"),
        (status = 503, description = "`provident_fund.documents_busy`")
    )
)]
#[get("/v1/provident-fund/accounts/{account_id}/statements/{year}/document.pdf")]
pub(super) async fn get_statement_document(
    cx: Cx,
    proof: StepUp<FundRead>,
    printer: Data<Printer>,
    path: Path<(AccountId, StatementYear)>,
) -> Result<HttpResponse, Failure> {
    let pdf = statement::document(&cx, &printer, &proof, path.into_inner()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).content_type("application/pdf").body(pdf))
}
