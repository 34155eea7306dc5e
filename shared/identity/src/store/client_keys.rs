//! Statements about the keys of agencies' systems.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::ClientId,
    schema::{client_keys, clients},
};

/// A client as its agency's admins see it.
pub(crate) struct AgencyClient {
    pub id: ClientId,
    pub name: String,
    pub scopes: Vec<String>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub keys: Vec<ClientKey>,
}

/// A public key that a client may sign with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClientKey {
    pub kid: String,
    pub jwk: serde_json::Value,
    pub created_at: DateTime<Utc>,
}

/// The keys of clients that are not retired, oldest first.
pub(crate) async fn keys_of(
    tx: &mut Tx<'_>,
    clients: &[Uuid],
) -> Result<Vec<(Uuid, ClientKey)>, Error> {
    let rows: Vec<(Uuid, String, serde_json::Value, DateTime<Utc>)> = client_keys::table
        .filter(client_keys::client_id.eq_any(clients))
        .filter(client_keys::retired_at.is_null())
        .order((client_keys::created_at, client_keys::kid))
        .select((
            client_keys::client_id,
            client_keys::kid,
            client_keys::jwk,
            client_keys::created_at,
        ))
        .load(tx.conn())
        .await?;
    let key = |(of, kid, jwk, created_at)| (of, ClientKey { kid, jwk, created_at });
    Ok(rows.into_iter().map(key).collect())
}

/// The keys of a client that are not retired, oldest first.
pub(crate) async fn client_keys(tx: &mut Tx<'_>, id: ClientId) -> Result<Vec<ClientKey>, Error> {
    let keys = keys_of(tx, &[id.uuid()]).await?;
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// A key that a client may sign with now, as a JWK: the client is not disabled, the key not retired.
pub(crate) async fn working_key(
    tx: &mut Tx<'_>,
    id: ClientId,
    kid: &str,
) -> Result<Option<serde_json::Value>, Error> {
    Ok(client_keys::table
        .inner_join(clients::table.on(clients::id.eq(client_keys::client_id)))
        .filter(client_keys::client_id.eq(id.uuid()))
        .filter(client_keys::kid.eq(kid))
        .filter(client_keys::retired_at.is_null())
        .filter(clients::disabled_at.is_null())
        .select(client_keys::jwk)
        .first(tx.conn())
        .await
        .optional()?)
}

/// The clients of an agency, oldest first, with the keys that are not retired.
pub(crate) async fn clients_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
) -> Result<Vec<AgencyClient>, Error> {
    type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    type ClientRow = (Uuid, String, Vec<Option<String>>, Times);
    let rows: Vec<ClientRow> = clients::table
        .filter(clients::city.eq(agency.city().number()))
        .filter(clients::agency_id.eq(agency.uuid()))
        .order(clients::id)
        .select((
            clients::id,
            clients::name,
            clients::scopes,
            (clients::disabled_at, clients::last_used_at),
        ))
        .load(tx.conn())
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let keys = keys_of(tx, &ids).await?;
    let keys_of = |client: Uuid| {
        keys.iter().filter(|(of, _)| *of == client).map(|(_, key)| key.clone()).collect()
    };
    let client = |(id, name, scopes, (disabled_at, last_used_at)): ClientRow| AgencyClient {
        id: ClientId::from_uuid(id),
        name,
        scopes: scopes.into_iter().flatten().collect(),
        disabled_at,
        last_used_at,
        keys: keys_of(id),
    };
    Ok(rows.into_iter().map(client).collect())
}

/// Locks a client of an agency. False when the agency has none of that name.
pub(crate) async fn lock_client_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ClientId,
) -> Result<bool, Error> {
    let found: Option<Uuid> = clients::table
        .find(id.uuid())
        .filter(clients::city.eq(agency.city().number()))
        .filter(clients::agency_id.eq(agency.uuid()))
        .select(clients::id)
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Adds a key. False when the client has one of that name, or had one.
pub(crate) async fn insert_client_key(
    tx: &mut Tx<'_>,
    id: ClientId,
    kid: &str,
    jwk: &serde_json::Value,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(client_keys::table)
        .values((
            client_keys::client_id.eq(id.uuid()),
            client_keys::kid.eq(kid),
            client_keys::jwk.eq(jwk),
            client_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn retire_client_key(
    tx: &mut Tx<'_>,
    id: ClientId,
    kid: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(client_keys::table.find((id.uuid(), kid)))
        .set(client_keys::retired_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps the column that a program of the release before reads at a key that works.
pub(crate) async fn set_first_key(
    tx: &mut Tx<'_>,
    id: ClientId,
    jwk: &serde_json::Value,
) -> Result<(), Error> {
    diesel::update(clients::table.find(id.uuid()))
        .set(clients::public_jwk.eq(jwk))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Disables the clients of an agency, for ever.
pub(crate) async fn disable_clients_of(tx: &mut Tx<'_>, agency: AgencyId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(clients::table)
        .filter(clients::city.eq(agency.city().number()))
        .filter(clients::agency_id.eq(agency.uuid()))
        .filter(clients::disabled_at.is_null())
        .set(clients::disabled_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Disables a client, for ever.
pub(crate) async fn disable_client(tx: &mut Tx<'_>, id: ClientId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(clients::table.find(id.uuid()))
        .filter(clients::disabled_at.is_null())
        .set(clients::disabled_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}
