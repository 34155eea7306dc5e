//! The keys of an agency's systems, looked after by its admins.

use citygate_catalogue::AgencyId;
use citygate_platform::{Cx, db::Tx};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;

use crate::{
    error::{Error, StaffError},
    model::ClientId,
    rules::staff::{CLIENT_KEYS, unusable},
    store::{self, AgencyClient, ClientKey},
};

/// The systems of an agency with their keys.
pub(crate) async fn agency_clients(cx: &Cx, agency: AgencyId) -> Result<Vec<AgencyClient>, Error> {
    cx.db.read("identity.agency_clients", async |tx| store::clients_of(tx, agency).await).await
}

/// The public key by which a message of a system can be verified: one that the system may sign with
/// now. Read anew each time: a key that was retired verifies nothing from then on.
pub async fn verifying_key(
    tx: &mut Tx<'_>,
    client: ClientId,
    kid: &str,
) -> Result<Option<Jwk>, Error> {
    let key = store::working_key(tx, client, kid).await?;
    key.map(|key| Jwk::deserialize(&key).map_err(|_| Error::Damaged("client key"))).transpose()
}

/// Adds a key beside those that work. Adding it again changes nothing.
pub(crate) async fn add_client_key(
    cx: &Cx,
    agency: AgencyId,
    client: ClientId,
    key: &Jwk,
) -> Result<ClientKey, Error> {
    if let Some(reason) = unusable(key) {
        return Err(StaffError::KeyUnusable(reason).into());
    }
    let kid = key.common.key_id.clone().unwrap_or_default();
    let jwk = serde_json::to_value(key)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    cx.db
        .tx("identity.add_client_key", async |tx| {
            let keys = lock(tx, agency, client).await?;
            if let Some(same) = keys.iter().find(|key| key.kid == kid && key.jwk == jwk) {
                return Ok(same.clone());
            }
            if keys.len() >= CLIENT_KEYS {
                return Err(StaffError::TooManyKeys.into());
            }
            if !store::insert_client_key(tx, client, &kid, &jwk).await? {
                return Err(StaffError::KeyNameTaken.into());
            }
            Ok(ClientKey { kid: kid.clone(), jwk: jwk.clone(), created_at: tx.now() })
        })
        .await
}

/// Retires a key: from now on no assertion of it is accepted. The last one stays, because a system
/// without a key would be one that nobody knows to be disabled.
pub(crate) async fn retire_client_key(
    cx: &Cx,
    agency: AgencyId,
    client: ClientId,
    kid: &str,
) -> Result<(), Error> {
    cx.db
        .tx("identity.retire_client_key", async |tx| {
            let keys = lock(tx, agency, client).await?;
            let (retired, left): (Vec<_>, Vec<_>) =
                keys.into_iter().partition(|key| key.kid == kid);
            if retired.is_empty() {
                return Err(StaffError::NothingHere.into());
            }
            let Some(first) = left.first() else { return Err(StaffError::LastKey.into()) };
            store::retire_client_key(tx, client, kid).await?;
            store::set_first_key(tx, client, &first.jwk).await
        })
        .await
}

/// Disables a system, from the next assertion on. Its access tokens end within five minutes.
pub(crate) async fn disable_client(
    cx: &Cx,
    agency: AgencyId,
    client: ClientId,
) -> Result<(), Error> {
    cx.db
        .tx("identity.disable_client", async |tx| {
            lock(tx, agency, client).await?;
            store::disable_client(tx, client).await
        })
        .await
}

/// Disables all systems of an agency.
pub async fn disable_clients_of(tx: &mut Tx<'_>, agency: AgencyId) -> Result<(), Error> {
    store::disable_clients_of(tx, agency).await
}

/// The keys of a system of the agency, which is locked.
async fn lock(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    client: ClientId,
) -> Result<Vec<ClientKey>, Error> {
    if !store::lock_client_of(tx, agency, client).await? {
        return Err(StaffError::NothingHere.into());
    }
    store::client_keys(tx, client).await
}
