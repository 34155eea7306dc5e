//! Clients: systems of agencies and hospitals, and apps that people sign in to.

use citygate_kernel::{CityId, Kind, Masked};
use citygate_notify::{Endpoint, Owner, WebhookSettings, WebhookUrl, endpoint, register_endpoint};
use citygate_platform::{Cx, db::Tx};
use jsonwebtoken::jwk::Jwk;

use super::{
    client_assertion::asserted_client,
    issue::{Granted, claims},
};
use crate::{
    error::Error,
    model::{CITYGATE_APP, Client, ClientId, client_named},
    oauth::Refusal,
    rules::{PARTNER_TOKEN_LIFE, is_redirect_uri},
    scopes::OF_PEOPLE,
    store,
    tokens::{Caller, Tokens},
};

/// A client to be registered.
pub struct NewClient<'a, K> {
    /// Which one it shall be.
    pub id: ClientId,
    /// Whose it is.
    pub agency: CityId<K>,
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

impl<'a, K> NewClient<'a, K> {
    /// A system with a key, to which nobody signs in.
    pub const fn system(
        id: ClientId,
        agency: CityId<K>,
        name: &'a str,
        public_key: &'a Jwk,
        scopes: &'a [&'a str],
    ) -> Self {
        let (redirect_uris, post_logout_redirect_uris) = (&[], &[]);
        let public_key = Some(public_key);
        Self { id, agency, name, public_key, scopes, redirect_uris, post_logout_redirect_uris }
    }
}

/// Registers a client. (Agencies will do this themselves, with two people; today it is done by
/// whoever runs the city.)
pub async fn register_client<K: Kind>(
    tx: &mut Tx<'_>,
    new: &NewClient<'_, K>,
) -> Result<(), Error> {
    let mut uris = new.redirect_uris.iter().chain(new.post_logout_redirect_uris);
    if let Some(uri) = uris.find(|uri| !is_redirect_uri(uri)) {
        return Err(Error::RedirectUriRefused((*uri).to_owned()));
    }
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
        let kid = key.common.key_id.as_deref().unwrap_or("first");
        store::insert_client_key(tx, new.id, kid, jwk).await?;
    }
    Ok(())
}

/// Lets the city's own app sign in with redirects to the device that it runs on (RFC 8252, 7.3).
/// For the demo city: anybody's program can say that it is this app.
pub(crate) async fn open_app_to_loopback(tx: &mut Tx<'_>) -> Result<(), Error> {
    const LOOPBACK: [&str; 2] = ["http://127.0.0.1/callback", "http://[::1]/callback"];
    store::set_redirect_uris(tx, CITYGATE_APP, &LOOPBACK).await
}

/// What a client says about itself at an endpoint.
#[derive(Debug, Default)]
pub(crate) struct ClientProof {
    pub client_id: Option<String>,
    /// Signed with its key.
    pub assertion: Option<Masked<String>>,
}

/// The client that somebody proves to be. A confidential client signs; of a public one there is no
/// proof, only its name. Who says nothing at all is the city's own app, as it was before others
/// could sign people in.
pub(super) async fn prove_client(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    proof: &ClientProof,
) -> Result<Option<Client>, Error> {
    let named = proof.client_id.as_deref().map(client_named);
    match (&proof.assertion, named) {
        (_, Some(None)) => Ok(None),
        (Some(assertion), named) => {
            let client = asserted_client(tx, tokens, assertion.expose()).await?;
            let named = named.flatten();
            Ok(client.filter(|client| named.is_none_or(|named| named == client.id)))
        }
        (None, named) => {
            let id = named.flatten().unwrap_or(CITYGATE_APP);
            let client = store::client(tx, id).await?;
            Ok(client.filter(|client| !client.is_confidential()))
        }
    }
}

/// A confidential client that has proven itself.
pub(super) async fn prove_confidential(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    proof: &ClientProof,
) -> Result<Option<Client>, Error> {
    let client = prove_client(tx, tokens, proof).await?;
    Ok(client.filter(Client::is_confidential))
}

/// Gives a system an access token (RFC 6749, 4.4). An unknown scope gives a token without it, never
/// more than was registered.
pub(crate) async fn system_token(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    scope: Option<&str>,
) -> Result<Result<Granted, Refusal>, Error> {
    cx.db
        .tx("identity.system_token", async |tx| {
            let now = tx.now();
            let Some(client) = prove_confidential(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let Some(agency) = client.agency_id else {
                return Ok(Err(Refusal::UnauthorizedClient));
            };
            let wanted = |own: &&String| {
                !OF_PEOPLE.contains(&own.as_str())
                    && scope.is_none_or(|asked| asked.split(' ').any(|one| one == own.as_str()))
            };
            let scopes: Vec<_> = client.scopes.iter().filter(wanted).cloned().collect();
            let id = client.id.to_string();
            let caller = Caller::Partner { agency, city: client.city.to_string() };
            let (sub, scope) = (id.clone(), scopes.join(" "));
            let claims = claims(tokens, now, PARTNER_TOKEN_LIFE, sub, id, scope, caller);
            Ok(Ok(Granted {
                access_token: Masked::new(tokens.sign(&claims, now)?),
                refresh_token: None,
                id_token: None,
                expires_in: PARTNER_TOKEN_LIFE.num_seconds(),
                scope: claims.scope,
            }))
        })
        .await
}

/// Sets where an agency's system wants to be told. Returns the secret that signs what it is told.
pub(crate) async fn put_webhook(
    cx: &Cx,
    rules: &WebhookSettings,
    owner: Owner,
    url: &WebhookUrl,
) -> Result<Masked<String>, Error> {
    cx.db
        .tx("identity.put_webhook", async |tx| {
            Ok(register_endpoint(rules, &cx.keys, tx, owner, url).await?)
        })
        .await
}

/// Where an agency's system wants to be told.
pub(crate) async fn webhook(cx: &Cx, owner: Owner) -> Result<Option<Endpoint>, Error> {
    cx.db.tx("identity.webhook", async |tx| Ok(endpoint(tx, owner).await?)).await
}
