//! Statements about authorization codes and pushed requests.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sessions::{authentication, method_names};
use crate::{
    error::Error,
    model::{AccountId, AuthorizationCode, ClientId, SessionId},
    schema::{authorization_codes, pushed_requests},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = authorization_codes)]
struct CodeRow {
    client_id: Uuid,
    account_id: Uuid,
    redirect_uri: String,
    scopes: Vec<Option<String>>,
    nonce: Option<String>,
    code_challenge: String,
    authenticated_at: DateTime<Utc>,
    methods: Vec<Option<String>>,
    expires_at: DateTime<Utc>,
    session_id: Option<Uuid>,
}

impl From<CodeRow> for AuthorizationCode {
    fn from(row: CodeRow) -> Self {
        Self {
            client: ClientId::from_uuid(row.client_id),
            account: AccountId::from_uuid(row.account_id),
            redirect_uri: row.redirect_uri,
            scopes: row.scopes.into_iter().flatten().collect(),
            nonce: row.nonce,
            code_challenge: row.code_challenge,
            authentication: authentication(row.methods, row.authenticated_at),
            expires_at: row.expires_at,
            session: row.session_id.map(SessionId::from_uuid),
        }
    }
}

/// Keeps a code. Those of the account from the day before go: nobody will try to use them.
pub(crate) async fn insert_authorization_code(
    tx: &mut Tx<'_>,
    digest: &[u8],
    code: &AuthorizationCode,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::delete(
        authorization_codes::table
            .filter(authorization_codes::account_id.eq(code.account.uuid()))
            .filter(authorization_codes::created_at.lt(now - TimeDelta::days(1))),
    )
    .execute(tx.conn())
    .await?;
    diesel::insert_into(authorization_codes::table)
        .values((
            authorization_codes::digest.eq(digest),
            authorization_codes::client_id.eq(code.client.uuid()),
            authorization_codes::account_id.eq(code.account.uuid()),
            authorization_codes::redirect_uri.eq(&code.redirect_uri),
            authorization_codes::scopes.eq(&code.scopes),
            authorization_codes::nonce.eq(&code.nonce),
            authorization_codes::code_challenge.eq(&code.code_challenge),
            authorization_codes::authenticated_at.eq(code.authentication.at),
            authorization_codes::methods.eq(method_names(&code.authentication)),
            authorization_codes::created_at.eq(now),
            authorization_codes::expires_at.eq(code.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Locks a code, where there is one.
pub(crate) async fn lock_authorization_code(
    tx: &mut Tx<'_>,
    digest: &[u8],
) -> Result<Option<AuthorizationCode>, Error> {
    let row: Option<CodeRow> = authorization_codes::table
        .find(digest)
        .select(CodeRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(AuthorizationCode::from))
}

/// A code is used: it began this session.
pub(crate) async fn use_authorization_code(
    tx: &mut Tx<'_>,
    digest: &[u8],
    session: SessionId,
) -> Result<(), Error> {
    diesel::update(authorization_codes::table.find(digest))
        .set(authorization_codes::session_id.eq(session.uuid()))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps a pushed request. Those that have run out go.
pub(crate) async fn insert_pushed(
    tx: &mut Tx<'_>,
    digest: &[u8],
    client: ClientId,
    parameters: &serde_json::Value,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::delete(pushed_requests::table.filter(pushed_requests::expires_at.lt(now)))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(pushed_requests::table)
        .values((
            pushed_requests::digest.eq(digest),
            pushed_requests::client_id.eq(client.uuid()),
            pushed_requests::parameters.eq(parameters),
            pushed_requests::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The parameters of a pushed request of a client that has not run out. The first time that
/// somebody opens it, its end moves.
pub(crate) async fn open_pushed(
    tx: &mut Tx<'_>,
    digest: &[u8],
    client: ClientId,
    until: DateTime<Utc>,
) -> Result<Option<serde_json::Value>, Error> {
    let now = tx.now();
    let waiting = pushed_requests::table
        .find(digest)
        .filter(pushed_requests::client_id.eq(client.uuid()))
        .filter(pushed_requests::expires_at.gt(now));
    diesel::update(waiting.filter(pushed_requests::opened_at.is_null()))
        .set((pushed_requests::opened_at.eq(now), pushed_requests::expires_at.eq(until)))
        .execute(tx.conn())
        .await?;
    let parameters = waiting.select(pushed_requests::parameters).first(tx.conn()).await;
    Ok(parameters.optional()?)
}

/// A pushed request is answered. False when it was already.
pub(crate) async fn close_pushed(tx: &mut Tx<'_>, digest: &[u8]) -> Result<bool, Error> {
    let closed = diesel::delete(pushed_requests::table.find(digest)).execute(tx.conn()).await?;
    Ok(closed == 1)
}
