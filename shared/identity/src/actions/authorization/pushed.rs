//! Pushed authorization requests (RFC 9126): nobody on the way to the browser can change them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use citygate_platform::{Cx, keys::random};

use crate::{
    actions::{
        clients::{ClientProof, prove_confidential},
        issue::secret_digest,
    },
    error::Error,
    model::client_name,
    oauth::{AuthorizationError, AuthorizationParameters, Refusal},
    rules::{PUSHED_LIFE, authorization_request, is_registered},
    store,
    tokens::Tokens,
};

/// A request that is kept.
pub(crate) struct Pushed {
    pub request_uri: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Keeps a request of a confidential client, if it could be answered.
pub(crate) async fn push(
    cx: &Cx,
    tokens: &Tokens,
    proof: &ClientProof,
    said: &AuthorizationParameters,
) -> Result<Result<Pushed, Refusal>, Error> {
    let reference = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let request_uri = format!("urn:ietf:params:oauth:request_uri:{reference}");
    cx.db
        .tx("identity.push_request", async |tx| {
            let Some(client) = prove_confidential(tx, tokens, proof).await? else {
                return Ok(Err(Refusal::InvalidClient));
            };
            let uri = said.redirect_uri.as_deref().unwrap_or_default();
            if said.request_uri.is_some() || !is_registered(&client.redirect_uris, uri) {
                return Ok(Err(Refusal::Authorization(AuthorizationError::InvalidRequest(
                    "redirect_uri is not registered, or request_uri was pushed",
                ))));
            }
            if let Err(error) = authorization_request(&client, said) {
                return Ok(Err(Refusal::Authorization(error)));
            }
            let mut kept = said.clone();
            kept.client_id = Some(client_name(client.id));
            let parameters = serde_json::to_value(kept)
                .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
            let (digest, ends) = (secret_digest(&request_uri), tx.now() + PUSHED_LIFE);
            store::insert_pushed(tx, &digest, client.id, &parameters, ends).await?;
            let (request_uri, expires_in) = (request_uri.clone(), PUSHED_LIFE.num_seconds());
            Ok(Ok(Pushed { request_uri, expires_in }))
        })
        .await
}
