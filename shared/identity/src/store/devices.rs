//! Statements about sessions, as their citizen sees them.

use chrono::{DateTime, Utc};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, Authentication, SessionId},
    schema::sessions,
};

use super::sessions::authentication;

/// A session as its citizen sees it.
pub(crate) struct SessionFacts {
    pub id: SessionId,
    pub device: Option<String>,
    /// The name of the client; none for a browser's sign-in to the city's own pages.
    pub client: Option<String>,
    pub authentication: Authentication,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<diesel::sql_types::Text>)]
    device: Option<String>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Text>)]
    client: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Array<Nullable<diesel::sql_types::Text>>)]
    methods: Vec<Option<String>>,
    #[diesel(sql_type = Timestamptz)]
    authenticated_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_used_at: DateTime<Utc>,
}

/// The running sessions of an account, the one used last first; at most a hundred.
pub(crate) async fn running_sessions_of(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<SessionFacts>, Error> {
    let now = tx.now();
    let rows: Vec<Row> = sql("SELECT s.id, s.device, c.name AS client, s.methods, \
           s.authenticated_at, s.created_at, \
           coalesce((SELECT max(t.created_at) FROM identity.refresh_tokens t \
             WHERE t.account_id = s.account_id AND t.session_id = s.id), s.created_at) \
             AS last_used_at \
         FROM identity.sessions s LEFT JOIN identity.clients c ON c.id = s.client_id \
         WHERE s.account_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 \
         ORDER BY last_used_at DESC, s.id DESC LIMIT 100")
    .bind::<SqlUuid, _>(account.uuid())
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    let facts = |row: Row| SessionFacts {
        id: SessionId::from_uuid(row.id),
        device: row.device,
        client: row.client,
        authentication: authentication(row.methods, row.authenticated_at),
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// Notes on which device a session runs.
pub(crate) async fn set_device(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
    device: &str,
) -> Result<(), Error> {
    diesel::update(sessions::table.find((account.uuid(), session.uuid())))
        .set(sessions::device.eq(device))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a running session of an account. False where there is none.
pub(crate) async fn end_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<bool, Error> {
    let now = tx.now();
    let ended = diesel::update(sessions::table.find((account.uuid(), session.uuid())))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .set(sessions::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(ended == 1)
}

/// Ends all sessions of an account but one.
pub(crate) async fn end_other_sessions(
    tx: &mut Tx<'_>,
    account: AccountId,
    kept: SessionId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sessions::table)
        .filter(sessions::account_id.eq(account.uuid()))
        .filter(sessions::id.ne(kept.uuid()))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Since when somebody has been signed in, where the session runs.
pub(crate) async fn authenticated_at(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<Option<DateTime<Utc>>, Error> {
    let now = tx.now();
    Ok(sessions::table
        .find((account.uuid(), session.uuid()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select(sessions::authenticated_at)
        .first(tx.conn())
        .await
        .optional()?)
}
