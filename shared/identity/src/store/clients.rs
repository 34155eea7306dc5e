//! Statements about clients, and about what people let them do.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, Client, ClientId},
    schema::{client_assertions, client_consents, clients},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct ClientRow {
    id: Uuid,
    city: i32,
    agency_id: Option<Uuid>,
    name: String,
    public_jwk: Option<serde_json::Value>,
    scopes: Vec<Option<String>>,
    redirect_uris: Vec<Option<String>>,
    post_logout_redirect_uris: Vec<Option<String>>,
}

impl TryFrom<ClientRow> for Client {
    type Error = Error;

    fn try_from(row: ClientRow) -> Result<Self, Error> {
        Ok(Self {
            id: ClientId::from_uuid(row.id),
            city: row.city.try_into().map_err(|_| Error::CityUnknown)?,
            agency_id: row.agency_id,
            name: row.name,
            public_jwk: row.public_jwk,
            scopes: row.scopes.into_iter().flatten().collect(),
            redirect_uris: row.redirect_uris.into_iter().flatten().collect(),
            post_logout_redirect_uris: row
                .post_logout_redirect_uris
                .into_iter()
                .flatten()
                .collect(),
        })
    }
}

pub(crate) async fn client(tx: &mut Tx<'_>, id: ClientId) -> Result<Option<Client>, Error> {
    let row: Option<ClientRow> = clients::table
        .find(id.uuid())
        .filter(clients::disabled_at.is_null())
        .select(ClientRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Client::try_from).transpose()
}

/// When a client was disabled, and when it last proved itself.
pub(crate) type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// All clients, or those of an agency, oldest first, with their times.
pub(crate) async fn registered(
    tx: &mut Tx<'_>,
    agency: Option<AgencyId>,
) -> Result<Vec<(Client, Times)>, Error> {
    let mut wanted = clients::table
        .order(clients::id)
        .select((ClientRow::as_select(), (clients::disabled_at, clients::last_used_at)))
        .into_boxed();
    if let Some(agency) = agency {
        wanted = wanted
            .filter(clients::city.eq(agency.city().number()))
            .filter(clients::agency_id.eq(agency.uuid()));
    }
    let rows: Vec<(ClientRow, Times)> = wanted.load(tx.conn()).await?;
    rows.into_iter().map(|(row, times)| Ok((row.try_into()?, times))).collect()
}

pub(crate) async fn insert_client(tx: &mut Tx<'_>, client: &Client) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(client.id.uuid()),
            clients::city.eq(client.city.number()),
            clients::agency_id.eq(client.agency_id),
            clients::name.eq(&client.name),
            clients::public_jwk.eq(&client.public_jwk),
            clients::scopes.eq(&client.scopes),
            clients::redirect_uris.eq(&client.redirect_uris),
            clients::post_logout_redirect_uris.eq(&client.post_logout_redirect_uris),
            clients::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that a client has proven itself, once a minute at most.
pub(crate) async fn note_use(tx: &mut Tx<'_>, client: ClientId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(clients::table.find(client.uuid()))
        .filter(
            clients::last_used_at
                .is_null()
                .or(clients::last_used_at.le(now - TimeDelta::minutes(1))),
        )
        .set(clients::last_used_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Sets where people come back to after signing in and out. False when there is no such client.
pub(crate) async fn set_redirect_uris(
    tx: &mut Tx<'_>,
    client: ClientId,
    uris: &[&str],
) -> Result<bool, Error> {
    let set = diesel::update(clients::table.find(client.uuid()))
        .set((clients::redirect_uris.eq(uris), clients::post_logout_redirect_uris.eq(uris)))
        .execute(tx.conn())
        .await?;
    Ok(set == 1)
}

/// What a person lets a client do without being asked again.
pub(crate) async fn consented(
    tx: &mut Tx<'_>,
    account: AccountId,
    client: ClientId,
) -> Result<Vec<String>, Error> {
    let scopes: Option<Vec<Option<String>>> = client_consents::table
        .find((account.uuid(), client.uuid()))
        .select(client_consents::scopes)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(scopes.into_iter().flatten().flatten().collect())
}

/// A person lets a client do this from now on.
pub(crate) async fn set_consent(
    tx: &mut Tx<'_>,
    account: AccountId,
    client: ClientId,
    scopes: &[String],
) -> Result<(), Error> {
    let now = tx.now();
    let given = (client_consents::scopes.eq(scopes), client_consents::granted_at.eq(now));
    diesel::insert_into(client_consents::table)
        .values((
            client_consents::account_id.eq(account.uuid()),
            client_consents::client_id.eq(client.uuid()),
            given,
        ))
        .on_conflict((client_consents::account_id, client_consents::client_id))
        .do_update()
        .set(given)
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
