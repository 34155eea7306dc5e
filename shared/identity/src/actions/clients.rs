//! Systems of agencies and hospitals.

use chrono::DateTime;
use citygate_kernel::{CityId, Clock, Id, Kind, Masked};
use citygate_notify::{Endpoint, Owner, WebhookSettings, WebhookUrl, endpoint, register_endpoint};
use citygate_platform::{Cx, db::Tx};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde::Deserialize;

use super::sessions::{Granted, TokenKind};
use crate::{
    error::Error,
    model::{Client, ClientId},
    rules::{ASSERTION_LIFE, PARTNER_TOKEN_LIFE},
    store,
    tokens::{Caller, Claims, LEEWAY, Tokens},
};

/// A system to be registered.
pub struct NewClient<'a, K> {
    /// Which one it shall be.
    pub id: ClientId,
    /// Whose it is.
    pub agency: CityId<K>,
    /// What its people call it.
    pub name: &'a str,
    /// Its public key.
    pub public_key: &'a Jwk,
    /// What it may do.
    pub scopes: &'a [&'a str],
}

/// Registers a system. (Agencies will do this themselves, with two people; today it is done by
/// whoever runs the city.)
pub async fn register_client<K: Kind>(
    tx: &mut Tx<'_>,
    new: &NewClient<'_, K>,
) -> Result<(), Error> {
    if store::client(tx, new.id).await?.is_some() {
        return Ok(());
    }
    let client = Client {
        id: new.id,
        city: new.agency.city(),
        agency_id: new.agency.uuid(),
        public_jwk: serde_json::to_value(new.public_key)
            .map_err(|error| diesel::result::Error::SerializationError(error.into()))?,
        scopes: new.scopes.iter().map(ToString::to_string).collect(),
    };
    store::insert_client(tx, &client, new.name).await
}

/// What a client says to prove itself (RFC 7523, 3).
#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Exchanges a signed assertion for an access token. `None` is `invalid_client`; an unknown scope
/// gives a token without it, never more than was registered.
pub(crate) async fn assertion_token(
    cx: &Cx,
    tokens: &Tokens,
    assertion: &str,
    scope: Option<&str>,
) -> Result<Option<Granted>, Error> {
    let Some(id) = claimed_client(assertion) else { return Ok(None) };
    cx.db
        .tx("identity.assertion_token", async |tx| {
            let now = tx.now();
            let Some(client) = store::client(tx, id).await? else { return Ok(None) };
            let Some(said) = verify(&client, tokens, assertion, now.timestamp()) else {
                return Ok(None);
            };
            let expires = DateTime::from_timestamp(said.exp + LEEWAY, 0).unwrap_or(now);
            if !store::insert_assertion(tx, id, &said.jti, expires).await? {
                return Ok(None);
            }
            let wanted = |own: &&String| {
                scope.is_none_or(|asked| asked.split(' ').any(|one| one == own.as_str()))
            };
            let scope: Vec<_> = client.scopes.iter().filter(wanted).cloned().collect();
            let claims = Claims {
                iss: tokens.issuer().to_owned(),
                aud: tokens.issuer().to_owned(),
                sub: id.to_string(),
                exp: (now + PARTNER_TOKEN_LIFE).timestamp(),
                iat: now.timestamp(),
                nbf: now.timestamp(),
                jti: Id::<TokenKind>::new(&Clock::manual(now)).to_string(),
                client_id: id.to_string(),
                scope: scope.join(" "),
                city: client.city.to_string(),
                caller: Caller::Partner { agency: client.agency_id },
            };
            Ok(Some(Granted {
                access_token: Masked::new(tokens.sign(&claims)?),
                refresh_token: None,
                expires_in: PARTNER_TOKEN_LIFE.num_seconds(),
                scope: claims.scope,
            }))
        })
        .await
}

/// Who the assertion says it is from; proven afterwards.
fn claimed_client(assertion: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let said: Subject = jsonwebtoken::dangerous::insecure_decode_claims(assertion).ok()?;
    said.sub.parse().ok()
}

fn verify(client: &Client, tokens: &Tokens, assertion: &str, now: i64) -> Option<Assertion> {
    let key: Jwk = serde_json::from_value(client.public_jwk.clone()).ok()?;
    let algorithm = decode_header(assertion).ok()?.alg;
    if !fits(&key, algorithm) {
        return None;
    }
    let mut validation = Validation::new(algorithm);
    // Checked below: the time by our clock, the audience in either of its two usual forms.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    let key = DecodingKey::from_jwk(&key).ok()?;
    let said = decode::<Assertion>(assertion, &key, &validation).ok()?.claims;
    let token_endpoint = format!("{}/v1/oauth/token", tokens.issuer());
    let ours = |aud: &String| aud == tokens.issuer() || *aud == token_endpoint;
    let for_us = match &said.aud {
        Audience::One(aud) => ours(aud),
        Audience::Many(all) => matches!(&all[..], [aud] if ours(aud)),
    };
    let in_time = now < said.exp.saturating_add(LEEWAY)
        && said.exp <= now + ASSERTION_LIFE.num_seconds() + LEEWAY
        && said.nbf.is_none_or(|nbf| nbf <= now + LEEWAY);
    let named = said.iss == client.id.to_string() && said.sub == said.iss;
    // PostgreSQL keeps no NUL in a text.
    let once = (1..=255).contains(&said.jti.chars().count()) && !said.jti.contains('\0');
    (for_us && in_time && named && once).then_some(said)
}

/// The algorithms that a registered key may sign with; the header chooses among these only.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, RS256, RS384};
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
            EllipticCurve::P256 => algorithm == ES256,
            EllipticCurve::P384 => algorithm == ES384,
            _ => false,
        },
        AlgorithmParameters::RSA(_) => matches!(algorithm, RS256 | RS384 | PS256 | PS384),
        AlgorithmParameters::OctetKeyPair(_) => algorithm == EdDSA,
        // A shared secret is no proof of who signed.
        _ => false,
    }
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
