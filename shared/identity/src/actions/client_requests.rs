//! New systems of agencies: one admin asks, another agrees.

use citygate_catalogue::AgencyId;
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;

use super::registration::{NewClient, register_client};
use crate::{
    error::{Error, StaffError},
    model::{AccountId, ClientId, ClientRequest, ClientRequestId, StaffId},
    rules::{
        client_requests::{
            Approval, CLIENT_REQUEST_LIFE, OPEN_CLIENT_REQUESTS, approval, fingerprint,
        },
        staff::unusable,
    },
    store,
};

/// A system that an admin wants to have registered.
pub(crate) struct NewClientRequest {
    pub agency: AgencyId,
    pub name: String,
    pub scopes: Vec<String>,
    pub key: Jwk,
}

/// A request that waits, with the fingerprint of its key.
pub(crate) struct OpenClientRequest {
    pub request: ClientRequest,
    pub fingerprint: String,
}

impl OpenClientRequest {
    fn new(request: ClientRequest) -> Result<Self, Error> {
        let key = Jwk::deserialize(&request.jwk).map_err(|_| Error::Damaged("a public key"))?;
        Ok(Self { fingerprint: fingerprint(&key)?, request })
    }
}

/// Asks for a system. Nothing is registered before another admin agrees.
pub(crate) async fn request_client(
    cx: &Cx,
    new: &NewClientRequest,
    by: (StaffId, AccountId),
) -> Result<OpenClientRequest, Error> {
    if let Some(reason) = unusable(&new.key) {
        return Err(StaffError::KeyUnusable(reason).into());
    }
    let jwk = serde_json::to_value(&new.key)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    cx.db
        .tx("identity.request_client", async |tx| {
            let open = store::open_client_requests(tx, new.agency, OPEN_CLIENT_REQUESTS).await?;
            if i64::try_from(open.len()).is_ok_and(|open| open >= OPEN_CLIENT_REQUESTS) {
                return Err(StaffError::TooManyClientRequests.into());
            }
            let now = tx.now();
            let request = ClientRequest {
                id: ClientRequestId::new(new.agency.city(), &Clock::manual(now)),
                agency: new.agency,
                name: new.name.clone(),
                scopes: new.scopes.clone(),
                jwk: jwk.clone(),
                requested_by: by,
                created_at: now,
                expires_at: now + CLIENT_REQUEST_LIFE,
                client: None,
                withdrawn_at: None,
            };
            store::insert_client_request(tx, &request).await?;
            OpenClientRequest::new(request)
        })
        .await
}

/// The requests of an agency that wait, newest first.
pub(crate) async fn open_client_requests(
    cx: &Cx,
    agency: AgencyId,
) -> Result<Vec<OpenClientRequest>, Error> {
    let open = cx
        .db
        .read("identity.open_client_requests", async |tx| {
            store::open_client_requests(tx, agency, OPEN_CLIENT_REQUESTS).await
        })
        .await?;
    open.into_iter().map(OpenClientRequest::new).collect()
}

/// Agrees to a request, with the fingerprint that was compared on another way: the system is
/// registered. Agreeing again changes nothing.
pub(crate) async fn approve_client_request(
    cx: &Cx,
    (agency, id): (AgencyId, ClientRequestId),
    by: (StaffId, AccountId),
    compared: &str,
) -> Result<ClientId, Error> {
    cx.db
        .tx("identity.approve_client_request", async |tx| {
            let request = lock(tx, agency, id).await?;
            let OpenClientRequest { request, fingerprint } = OpenClientRequest::new(request)?;
            match approval(&request, by.1, (&fingerprint, compared), tx.now()) {
                Approval::Given => register(tx, &request, by).await,
                Approval::GivenBefore => Ok(request.client.ok_or(StaffError::NothingHere)?),
                Approval::Over => Err(StaffError::NothingHere.into()),
                Approval::OwnRequest => Err(StaffError::OwnRequest.into()),
                Approval::OtherKey => Err(StaffError::FingerprintDiffers.into()),
            }
        })
        .await
}

async fn register(
    tx: &mut Tx<'_>,
    request: &ClientRequest,
    by: (StaffId, AccountId),
) -> Result<ClientId, Error> {
    let key = Jwk::deserialize(&request.jwk).map_err(|_| Error::Damaged("a public key"))?;
    let client = ClientId::new(&Clock::manual(tx.now()));
    let scopes: Vec<&str> = request.scopes.iter().map(String::as_str).collect();
    let new = NewClient::system(client, request.agency, &request.name, &key, &scopes);
    register_client(tx, &new).await?;
    store::approve_client_request(tx, request.id, by, client).await?;
    Ok(client)
}

/// Takes back a request that waits.
pub(crate) async fn withdraw_client_request(
    cx: &Cx,
    agency: AgencyId,
    id: ClientRequestId,
) -> Result<(), Error> {
    cx.db
        .tx("identity.withdraw_client_request", async |tx| {
            let request = lock(tx, agency, id).await?;
            if request.client.is_some() || request.withdrawn_at.is_some() {
                return Err(StaffError::NothingHere.into());
            }
            store::withdraw_client_request(tx, id).await
        })
        .await
}

async fn lock(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ClientRequestId,
) -> Result<ClientRequest, Error> {
    let request = store::lock_client_request(tx, agency, id).await?;
    Ok(request.ok_or(StaffError::NothingHere)?)
}
