//! Clients: systems of agencies and hospitals, and apps that people sign in to.

use citygate_kernel::Masked;
use citygate_notify::{Endpoint, Owner, WebhookSettings, WebhookUrl, endpoint, register_endpoint};
use citygate_platform::{Cx, db::Tx};

use super::{
    client_assertion::asserted_client,
    issue::{Grant, Granted, claims},
};
use crate::{
    error::Error,
    model::{CITYGATE_APP, Client, client_named},
    oauth::Refusal,
    rules::PARTNER_TOKEN_LIFE,
    scopes::OF_PEOPLE,
    store,
    tokens::{Audience, Caller, Tokens, service_of},
};

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

/// Gives a system an access token (RFC 6749, 4.4), for the services that its scopes belong to. An
/// unknown scope gives a token without it, never more than was registered. With a `resource` it is
/// for that service alone (RFC 8707), of which the system must have a scope.
pub(crate) async fn system_token(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    scope: Option<&str>,
    resource: Option<&str>,
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
            let there = |own: &&String| {
                !OF_PEOPLE.contains(&own.as_str())
                    && resource.is_none_or(|service| service_of(own) == service)
            };
            let own: Vec<&String> = client.scopes.iter().filter(there).collect();
            if resource.is_some() && own.is_empty() {
                return Ok(Err(Refusal::InvalidTarget));
            }
            let wanted = |own: &&String| {
                scope.is_none_or(|asked| asked.split(' ').any(|one| one == own.as_str()))
            };
            let scopes: Vec<_> = own.into_iter().filter(wanted).cloned().collect();
            let granted = Grant {
                aud: Audience::of_scopes(&scopes),
                sub: client.id.to_string(),
                client_id: client.id.to_string(),
                scope: scopes.join(" "),
                caller: Caller::Partner { agency, city: client.city.to_string() },
            };
            let claims = claims(tokens, now, PARTNER_TOKEN_LIFE, granted);
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
    cx.db.read("identity.webhook", async |tx| Ok(endpoint(tx, owner).await?)).await
}
