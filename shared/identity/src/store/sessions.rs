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
    model::{AccountId, SessionId},
    schema::{refresh_tokens, sessions},
};

pub(crate) async fn insert_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::account_id.eq(account.uuid()),
            sessions::id.eq(session.uuid()),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    account: AccountId,
    session: SessionId,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest),
            refresh_tokens::account_id.eq(account.uuid()),
            refresh_tokens::session_id.eq(session.uuid()),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A refresh token, locked, with what its session says.
pub(crate) struct RefreshToken {
    pub account: AccountId,
    pub session: SessionId,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
    pub session_created_at: DateTime<Utc>,
    pub session_expires_at: DateTime<Utc>,
    pub session_revoked: bool,
}

pub(crate) async fn lock_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
) -> Result<Option<RefreshToken>, Error> {
    type TokenRow = (Uuid, Uuid, DateTime<Utc>, Option<DateTime<Utc>>);
    let token: Option<TokenRow> = refresh_tokens::table
        .find(digest)
        .select((
            refresh_tokens::account_id,
            refresh_tokens::session_id,
            refresh_tokens::expires_at,
            refresh_tokens::used_at,
        ))
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    let Some((account, session, expires_at, used_at)) = token else { return Ok(None) };
    let (session_created_at, session_expires_at, revoked_at): (
        DateTime<Utc>,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
    ) = sessions::table
        .find((account, session))
        .select((sessions::created_at, sessions::expires_at, sessions::revoked_at))
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(Some(RefreshToken {
        account: AccountId::from_uuid(account),
        session: SessionId::from_uuid(session),
        expires_at,
        used: used_at.is_some(),
        session_created_at,
        session_expires_at,
        session_revoked: revoked_at.is_some(),
    }))
}

pub(crate) async fn use_refresh_token(tx: &mut Tx<'_>, digest: &[u8]) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(refresh_tokens::table.find(digest))
        .set(refresh_tokens::used_at.eq(now))
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
