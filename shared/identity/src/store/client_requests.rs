//! Statements about systems that agencies ask for.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, ClientId, ClientRequest, ClientRequestId, StaffId},
    schema::client_requests,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = client_requests)]
struct ClientRequestRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    name: String,
    scopes: Vec<Option<String>>,
    public_jwk: serde_json::Value,
    requested_by: Uuid,
    requester: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    client_id: Option<Uuid>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl TryFrom<ClientRequestRow> for ClientRequest {
    type Error = Error;

    fn try_from(row: ClientRequestRow) -> Result<Self, Error> {
        let city = row.city.try_into().map_err(|_| Error::CityUnknown)?;
        let admin = StaffId::from_parts(city, row.requested_by);
        Ok(Self {
            id: ClientRequestId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            name: row.name,
            scopes: row.scopes.into_iter().flatten().collect(),
            jwk: row.public_jwk,
            requested_by: (admin, AccountId::from_uuid(row.requester)),
            created_at: row.created_at,
            expires_at: row.expires_at,
            client: row.client_id.map(ClientId::from_uuid),
            withdrawn_at: row.withdrawn_at,
        })
    }
}

pub(crate) async fn insert_client_request(
    tx: &mut Tx<'_>,
    request: &ClientRequest,
) -> Result<(), Error> {
    diesel::insert_into(client_requests::table)
        .values((
            client_requests::city.eq(request.agency.city().number()),
            client_requests::id.eq(request.id.uuid()),
            client_requests::agency_id.eq(request.agency.uuid()),
            client_requests::name.eq(&request.name),
            client_requests::scopes.eq(&request.scopes),
            client_requests::public_jwk.eq(&request.jwk),
            client_requests::requested_by.eq(request.requested_by.0.uuid()),
            client_requests::requester.eq(request.requested_by.1.uuid()),
            client_requests::created_at.eq(request.created_at),
            client_requests::expires_at.eq(request.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The requests of an agency that can still be approved, newest first.
pub(crate) async fn open_client_requests(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    limit: i64,
) -> Result<Vec<ClientRequest>, Error> {
    let now = tx.now();
    let rows: Vec<ClientRequestRow> = client_requests::table
        .filter(client_requests::city.eq(agency.city().number()))
        .filter(client_requests::agency_id.eq(agency.uuid()))
        .filter(client_requests::approved_at.is_null())
        .filter(client_requests::withdrawn_at.is_null())
        .filter(client_requests::expires_at.gt(now))
        .order(client_requests::id.desc())
        .limit(limit)
        .select(ClientRequestRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(ClientRequest::try_from).collect()
}

/// A request of an agency, locked.
pub(crate) async fn lock_client_request(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ClientRequestId,
) -> Result<Option<ClientRequest>, Error> {
    let row: Option<ClientRequestRow> = client_requests::table
        .find((id.city().number(), id.uuid()))
        .filter(client_requests::city.eq(agency.city().number()))
        .filter(client_requests::agency_id.eq(agency.uuid()))
        .select(ClientRequestRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(ClientRequest::try_from).transpose()
}

pub(crate) async fn approve_client_request(
    tx: &mut Tx<'_>,
    id: ClientRequestId,
    (admin, account): (StaffId, AccountId),
    client: ClientId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(client_requests::table.find((id.city().number(), id.uuid())))
        .set((
            client_requests::approved_by.eq(admin.uuid()),
            client_requests::approver.eq(account.uuid()),
            client_requests::approved_at.eq(now),
            client_requests::client_id.eq(client.uuid()),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn withdraw_client_request(
    tx: &mut Tx<'_>,
    id: ClientRequestId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(client_requests::table.find((id.city().number(), id.uuid())))
        .set(client_requests::withdrawn_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}
