//! What stands on the accounts of citizens and agencies, and whether the books balance.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_identity::{Partner, RealName};
use citygate_kernel::Month;
use citygate_ledger::Account;
use citygate_platform::{
    Cx,
    http::{Failure, PageQuery},
};

use super::{BooksRead, CollectionsRead};
use crate::{
    actions,
    error::Error,
    wire::{
        AtQuery, CollectionsBody, EntriesBody, EntryBody, StatementBody, TrialBalanceBody,
        WalletBody, entry_before, entry_cursor,
    },
};

/// The caller's wallet
#[utoipa::path(
    operation_id = "payments_get_wallet",
    tag = "payments",
    security(("citizen" = [])),
    params(AtQuery),
    responses((status = 200, body = WalletBody, description = "What it holds, or held."))
)]
#[get("/v1/wallet")]
pub(super) async fn get_wallet(
    cx: Cx,
    caller: RealName,
    query: Query<AtQuery>,
) -> Result<Json<WalletBody>, Failure> {
    let standing = actions::standing(&cx, &actions::own_wallet(&caller), query.at).await?;
    Ok(Json(standing.into()))
}

/// What happened in the caller's wallet
#[utoipa::path(
    operation_id = "payments_list_wallet_entries",
    tag = "payments",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = EntriesBody, description = "Newest first."))
)]
#[get("/v1/wallet/entries")]
pub(super) async fn list_wallet_entries(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<EntriesBody>, Failure> {
    entries(&cx, &actions::own_wallet(&caller), &page).await
}

/// A month of the caller's wallet
///
/// From 00:00 of its first day in the time zone of the citizen's city, up to and without 00:00 of
/// the first day of the next.
#[utoipa::path(
    operation_id = "payments_get_wallet_statement",
    tag = "payments",
    security(("citizen" = [])),
    params(("month" = String, Path, description = "Which one.", example = "2026-11",
        pattern = "^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$")),
    responses((status = 200, body = StatementBody, description = "What happened in it."))
)]
#[get("/v1/wallet/statements/{month}")]
pub(super) async fn get_wallet_statement(
    cx: Cx,
    caller: RealName,
    month: Path<Month>,
) -> Result<Json<StatementBody>, Failure> {
    statement(&cx, &actions::own_wallet(&caller), *month).await
}

/// What is collected for the agency
#[utoipa::path(
    operation_id = "payments_get_collections",
    tag = "payments",
    security(("partner" = ["payments.collections:read"])),
    params(AtQuery),
    responses((
        status = 200,
        body = CollectionsBody,
        description = "What was paid to it, less what went back and what was handed over."
    ))
)]
#[get("/v1/collections")]
pub(super) async fn get_collections(
    cx: Cx,
    system: Partner<CollectionsRead>,
    query: Query<AtQuery>,
) -> Result<Json<CollectionsBody>, Failure> {
    let account = actions::own_collections(system.agency());
    Ok(Json(actions::standing(&cx, &account, query.at).await?.into()))
}

/// What was collected for the agency, one by one
#[utoipa::path(
    operation_id = "payments_list_collections_entries",
    tag = "payments",
    security(("partner" = ["payments.collections:read"])),
    params(PageQuery),
    responses((status = 200, body = EntriesBody, description = "Newest first."))
)]
#[get("/v1/collections/entries")]
pub(super) async fn list_collections_entries(
    cx: Cx,
    system: Partner<CollectionsRead>,
    page: Query<PageQuery>,
) -> Result<Json<EntriesBody>, Failure> {
    entries(&cx, &actions::own_collections(system.agency()), &page).await
}

/// A month of what was collected for the agency
///
/// From 00:00 of its first day in the time zone of the agency's city, up to and without 00:00 of
/// the first day of the next.
#[utoipa::path(
    operation_id = "payments_get_collections_statement",
    tag = "payments",
    security(("partner" = ["payments.collections:read"])),
    params(("month" = String, Path, description = "Which one.", example = "2026-11",
        pattern = "^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$")),
    responses((status = 200, body = StatementBody, description = "What happened in it."))
)]
#[get("/v1/collections/statements/{month}")]
pub(super) async fn get_collections_statement(
    cx: Cx,
    system: Partner<CollectionsRead>,
    month: Path<Month>,
) -> Result<Json<StatementBody>, Failure> {
    statement(&cx, &actions::own_collections(system.agency()), *month).await
}

async fn entries(
    cx: &Cx,
    account: &Account,
    page: &PageQuery,
) -> Result<Json<EntriesBody>, Failure> {
    let before = page.cursor.map(|cursor| entry_before(cursor.0));
    let entries = actions::entries(cx, account, before, page.limit() + 1).await?;
    Ok(Json(page.page(entries, entry_cursor, EntryBody::from).into()))
}

async fn statement(
    cx: &Cx,
    account: &Account,
    month: Month,
) -> Result<Json<StatementBody>, Failure> {
    let statement = actions::statement(cx, account, month).await?;
    Ok(Json(StatementBody::new(month, statement)))
}

/// Whether the books balance
#[utoipa::path(
    operation_id = "payments_get_trial_balance",
    tag = "payments",
    security(("partner" = ["books:read"])),
    responses((status = 200, body = TrialBalanceBody, description = "All accounts, per currency."))
)]
#[get("/v1/books/trial-balance")]
pub(super) async fn get_trial_balance(
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
