//! Statements about sessions and their refresh tokens.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, Authentication, ClientId, Method, Session, SessionId},
    rules::{RefreshState, staff::Desk},
    schema::{refresh_tokens, sessions},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    account_id: Uuid,
    id: Uuid,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    client_id: Option<Uuid>,
    scopes: Vec<Option<String>>,
    authenticated_at: DateTime<Utc>,
    methods: Vec<Option<String>>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            client: row.client_id.map(ClientId::from_uuid),
            scopes: row.scopes.into_iter().flatten().collect(),
            authentication: authentication(row.methods, row.authenticated_at),
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
        }
    }
}

/// Reads the columns `methods` and `authenticated_at`.
pub(super) fn authentication(names: Vec<Option<String>>, at: DateTime<Utc>) -> Authentication {
    let methods = names.iter().flatten().filter_map(|name| Method::from_name(name));
    Authentication { methods: methods.collect(), at }
}

/// Writes the column `methods`.
pub(super) fn method_names(authentication: &Authentication) -> Vec<&'static str> {
    authentication.methods.iter().map(|method| method.name()).collect()
}

/// Begins a session. `cookie_digest` is that of a browser's sign-in, which has no client.
pub(crate) async fn insert_session(
    tx: &mut Tx<'_>,
    session: &Session,
    cookie_digest: Option<&[u8]>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::account_id.eq(session.account.uuid()),
            sessions::id.eq(session.id.uuid()),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(session.expires_at),
            sessions::client_id.eq(session.client.map(ClientId::uuid)),
            sessions::scopes.eq(&session.scopes),
            sessions::authenticated_at.eq(session.authentication.at),
            sessions::methods.eq(method_names(&session.authentication)),
            sessions::cookie_digest.eq(cookie_digest),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A session by its identifier alone, for who does not know the account.
pub(crate) async fn session(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, Error> {
    let row: Option<SessionRow> = sessions::table
        .filter(sessions::id.eq(id.uuid()))
        .select(SessionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(Session::from))
}

/// The sign-in of the browser that holds a cookie.
pub(crate) async fn session_of_cookie(
    tx: &mut Tx<'_>,
    cookie_digest: &[u8],
) -> Result<Option<Session>, Error> {
    let row: Option<SessionRow> = sessions::table
        .filter(sessions::cookie_digest.eq(cookie_digest))
        .select(SessionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(Session::from))
}

pub(crate) async fn insert_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    session: &Session,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest),
            refresh_tokens::account_id.eq(session.account.uuid()),
            refresh_tokens::session_id.eq(session.id.uuid()),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The session of a refresh token, locked: whoever turns one of its tokens waits for whoever turns
/// another.
pub(crate) async fn lock_session_of_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
) -> Result<Option<Session>, Error> {
    let key: Option<(Uuid, Uuid)> = refresh_tokens::table
        .find(digest)
        .select((refresh_tokens::account_id, refresh_tokens::session_id))
        .first(tx.conn())
        .await
        .optional()?;
    let Some(key) = key else { return Ok(None) };
    let row: SessionRow = sessions::table
        .find(key)
        .select(SessionRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(Some(row.into()))
}

/// What is known of a refresh token, and its successor. Its session has to be locked.
pub(crate) async fn refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
) -> Result<(RefreshState, Option<Vec<u8>>), Error> {
    type TokenRow = (Option<DateTime<Utc>>, DateTime<Utc>, Option<DateTime<Utc>>, Option<Vec<u8>>);
    let (used_at, expires_at, reissued_at, successor): TokenRow = refresh_tokens::table
        .find(digest)
        .select((
            refresh_tokens::used_at,
            refresh_tokens::expires_at,
            refresh_tokens::reissued_at,
            refresh_tokens::successor,
        ))
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    let unused_successor = match &successor {
        Some(successor) => refresh_tokens::table
            .find(successor)
            .filter(refresh_tokens::used_at.is_null())
            .select(refresh_tokens::created_at)
            .first(tx.conn())
            .await
            .optional()?,
        None => None,
    };
    let state = RefreshState {
        used: used_at.is_some(),
        expires_at,
        reissued: reissued_at.is_some(),
        unused_successor,
    };
    Ok((state, successor))
}

/// A token is used: `successor` takes its place.
pub(crate) async fn use_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    successor: Option<&[u8]>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(refresh_tokens::table.find(digest))
        .set((refresh_tokens::used_at.eq(now), refresh_tokens::successor.eq(successor)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The successor of a used token is replaced by another.
pub(crate) async fn reissue_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    successor: Option<&[u8]>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(refresh_tokens::table.find(digest))
        .set((refresh_tokens::reissued_at.eq(now), refresh_tokens::successor.eq(successor)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn revoke_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sessions::table.find((account.uuid(), session.uuid())))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a session was neither revoked nor has run out.
pub(crate) async fn session_runs(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<bool, Error> {
    let now = tx.now();
    let running = sessions::table
        .find((account.uuid(), session.uuid()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now));
    Ok(diesel::select(diesel::dsl::exists(running)).get_result(tx.conn()).await?)
}

/// The sign-in of somebody who acts for an agency, where the session runs.
pub(crate) async fn desk(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<Option<Desk>, Error> {
    let now = tx.now();
    let times: Option<(DateTime<Utc>, Option<DateTime<Utc>>)> = sessions::table
        .find((account.uuid(), session.uuid()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select((sessions::authenticated_at, sessions::acted_as_staff_at))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(times.map(|(signed_in_at, acted_at)| Desk { signed_in_at, acted_at }))
}

/// Somebody acts for an agency in a session.
pub(crate) async fn act_as_staff(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sessions::table.find((account.uuid(), session.uuid())))
        .set(sessions::acted_as_staff_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = sessions)]
struct SessionKey {
    account_id: Uuid,
    id: Uuid,
}

/// Those of the sessions that were neither revoked nor have run out.
pub(crate) async fn sessions_that_run(
    tx: &Tx<'_>,
    asked: &[(AccountId, SessionId)],
) -> Result<BTreeSet<(AccountId, SessionId)>, Error> {
    let now = tx.now();
    let running: Vec<SessionKey> = sql("SELECT s.account_id, s.id \
         FROM unnest($1, $2) AS asked (account_id, id) \
         CROSS JOIN LATERAL (SELECT * FROM identity.sessions \
           WHERE account_id = asked.account_id AND id = asked.id OFFSET 0) s \
         WHERE s.revoked_at IS NULL AND s.expires_at > $3")
    .bind::<Array<SqlUuid>, _>(asked.iter().map(|(account, _)| account.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(asked.iter().map(|(_, session)| session.uuid()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .load(&mut tx.pipeline())
    .await?;
    Ok(running
        .into_iter()
        .map(|key| (AccountId::from_uuid(key.account_id), SessionId::from_uuid(key.id)))
        .collect())
}
