//! Statements about the systems of agencies and hospitals.

use chrono::{DateTime, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Client, ClientId},
    schema::{client_assertions, clients},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct ClientRow {
    id: Uuid,
    city: i32,
    agency_id: Uuid,
    public_jwk: serde_json::Value,
    scopes: Vec<Option<String>>,
}

pub(crate) async fn client(tx: &mut Tx<'_>, id: ClientId) -> Result<Option<Client>, Error> {
    let row: Option<ClientRow> = clients::table
        .find(id.uuid())
        .filter(clients::disabled_at.is_null())
        .select(ClientRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(|row| {
        Ok(Client {
            id: ClientId::from_uuid(row.id),
            city: row.city.try_into().map_err(|_| Error::CityUnknown)?,
            agency_id: row.agency_id,
            public_jwk: row.public_jwk,
            scopes: row.scopes.into_iter().flatten().collect(),
        })
    })
    .transpose()
}

pub(crate) async fn insert_client(
    tx: &mut Tx<'_>,
    client: &Client,
    name: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(client.id.uuid()),
            clients::city.eq(client.city.number()),
            clients::agency_id.eq(client.agency_id),
            clients::name.eq(name),
            clients::public_jwk.eq(&client.public_jwk),
            clients::scopes.eq(&client.scopes),
            clients::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes an assertion. False when it was seen before.
pub(crate) async fn insert_assertion(
    tx: &mut Tx<'_>,
    client: ClientId,
    jti: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, Error> {
    let now = tx.now();
    diesel::delete(
        client_assertions::table
            .filter(client_assertions::client_id.eq(client.uuid()))
            .filter(client_assertions::expires_at.lt(now)),
    )
    .execute(tx.conn())
    .await?;
    let inserted = diesel::insert_into(client_assertions::table)
        .values((
            client_assertions::client_id.eq(client.uuid()),
            client_assertions::jti.eq(jti),
            client_assertions::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}
