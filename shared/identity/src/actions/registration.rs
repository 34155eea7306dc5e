//! Registering clients, which is done by whoever runs the city.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, agency};
use citygate_platform::db::Tx;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Map, Value};

use crate::{
    error::{Error, StaffError},
    model::{CITYGATE_APP, Client, ClientId, client_name, client_named},
    rules::{
        is_redirect_uri,
        staff::{is_for_es256, public_key, unusable},
    },
    store,
};

/// A client to be registered.
pub struct NewClient<'a> {
    /// Which one it shall be.
    pub id: ClientId,
    /// Whose it is.
    pub agency: AgencyId,
    /// What its people call it; shown to whoever is asked for consent.
    pub name: &'a str,
    /// Its public key. A client without one is public (RFC 6749, 2.1): an app on people's devices.
    pub public_key: Option<&'a Jwk>,
    /// What it may be given, at most.
    pub scopes: &'a [&'a str],
    /// Where people come back to after signing in; compared as they stand.
    pub redirect_uris: &'a [&'a str],
    /// The same after signing out.
    pub post_logout_redirect_uris: &'a [&'a str],
}

impl<'a> NewClient<'a> {
    /// A system with a key, to which nobody signs in.
    pub const fn system(
        id: ClientId,
        agency: AgencyId,
        name: &'a str,
        public_key: &'a Jwk,
        scopes: &'a [&'a str],
    ) -> Self {
        let (redirect_uris, post_logout_redirect_uris) = (&[], &[]);
        let public_key = Some(public_key);
        Self { id, agency, name, public_key, scopes, redirect_uris, post_logout_redirect_uris }
    }
}

/// The key that whoever runs the city may register for a system: a public JWK (RFC 7517) on P-256,
/// for ES256, with a `kid`.
pub fn es256_key(jwk: &Map<String, Value>) -> Result<Jwk, StaffError> {
    let key = public_key(jwk).map_err(StaffError::KeyUnusable)?;
    let not_es256 = Some("it is no EC key on P-256, for ES256");
    let reason = if is_for_es256(&key) { unusable(&key) } else { not_es256 };
    reason.map_or(Ok(key), |reason| Err(StaffError::KeyUnusable(reason)))
}

/// Registers a client; one that is registered already stays as it is.
pub async fn register_client(tx: &mut Tx<'_>, new: &NewClient<'_>) -> Result<(), Error> {
    check_redirect_uris(new.redirect_uris)?;
    check_redirect_uris(new.post_logout_redirect_uris)?;
    if let Some(reason) = new.public_key.and_then(unusable) {
        return Err(StaffError::KeyUnusable(reason).into());
    }
    agency(tx, new.agency).await?;
    if store::client(tx, new.id).await?.is_some() {
        return Ok(());
    }
    let key = new.public_key.map(serde_json::to_value).transpose();
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let client = Client {
        id: new.id,
        city: new.agency.city(),
        agency_id: Some(new.agency.uuid()),
        name: new.name.to_owned(),
        public_jwk: key.map_err(|error| diesel::result::Error::SerializationError(error.into()))?,
        scopes: owned(new.scopes),
        redirect_uris: owned(new.redirect_uris),
        post_logout_redirect_uris: owned(new.post_logout_redirect_uris),
    };
    store::insert_client(tx, &client).await?;
    if let (Some(key), Some(jwk)) = (new.public_key, &client.public_jwk) {
        let kid = key.common.key_id.as_deref().unwrap_or_default();
        store::insert_client_key(tx, new.id, kid, jwk).await?;
    }
    Ok(())
}

fn check_redirect_uris(uris: &[&str]) -> Result<(), Error> {
    let refused = uris.iter().find(|uri| !is_redirect_uri(uri));
    refused.map_or(Ok(()), |uri| Err(Error::RedirectUriRefused((*uri).to_owned())))
}

/// Sets where people come back to after signing in to a client, and after signing out. False when
/// no client has the `client_id`.
pub async fn set_redirect_uris(
    tx: &mut Tx<'_>,
    client_id: &str,
    uris: &[&str],
) -> Result<bool, Error> {
    check_redirect_uris(uris)?;
    let Some(id) = client_named(client_id) else { return Ok(false) };
    store::set_redirect_uris(tx, id, uris).await
}

/// Lets the city's own app sign in with redirects to the device that it runs on (RFC 8252, 7.3).
/// For the demo city: anybody's program can say that it is this app.
pub(crate) async fn open_app_to_loopback(tx: &mut Tx<'_>) -> Result<(), Error> {
    const LOOPBACK: [&str; 2] = ["http://127.0.0.1/callback", "http://[::1]/callback"];
    store::set_redirect_uris(tx, CITYGATE_APP, &LOOPBACK).await?;
    Ok(())
}

/// A client as whoever runs the city sees it.
pub struct RegisteredClient {
    /// Its `client_id`.
    pub client_id: String,
    /// Whose it is; none for the city's own app.
    pub agency: Option<AgencyId>,
    /// What its people call it.
    pub name: String,
    /// What it may be given, at most.
    pub scopes: Vec<String>,
    /// Where people come back to after signing in.
    pub redirect_uris: Vec<String>,
    /// The names of the keys that work, oldest first.
    pub kids: Vec<String>,
    /// Since when it gets no tokens.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When it last proved itself, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// All clients, or those of an agency, oldest first.
pub async fn registered_clients(
    tx: &mut Tx<'_>,
    of: Option<AgencyId>,
) -> Result<Vec<RegisteredClient>, Error> {
    if let Some(of) = of {
        agency(tx, of).await?;
    }
    let found = store::registered(tx, of).await?;
    let ids: Vec<_> = found.iter().map(|(client, _)| client.id.uuid()).collect();
    let keys = store::keys_of(tx, &ids).await?;
    let kids_of = |client: ClientId| {
        keys.iter().filter(|(of, _)| *of == client.uuid()).map(|(_, key)| key.kid.clone()).collect()
    };
    let registered = |(client, (disabled_at, last_used_at)): (Client, _)| RegisteredClient {
        client_id: client_name(client.id),
        agency: client.agency_id.map(|id| AgencyId::from_parts(client.city, id)),
        name: client.name,
        scopes: client.scopes,
        redirect_uris: client.redirect_uris,
        kids: kids_of(client.id),
        disabled_at,
        last_used_at,
    };
    Ok(found.into_iter().map(registered).collect())
}
