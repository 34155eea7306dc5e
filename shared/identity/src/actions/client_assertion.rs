//! How a client proves itself with its key (`private_key_jwt`, RFC 7523).

use chrono::DateTime;
use citygate_platform::db::Tx;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde::Deserialize;

use crate::{
    error::Error,
    model::{Client, ClientId},
    rules::ASSERTION_LIFE,
    store,
    tokens::{Audience, LEEWAY, Tokens},
};

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

/// The client that an assertion proves, which works once.
pub(super) async fn asserted_client(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    assertion: &str,
) -> Result<Option<Client>, Error> {
    let Some(id) = claimed_client(assertion) else { return Ok(None) };
    let now = tx.now();
    let Some(client) = store::client(tx, id).await? else { return Ok(None) };
    // While one key takes the place of another, both work.
    let keys = store::client_keys(tx, id).await?;
    let said = keys.iter().find_map(|key| verify(id, &key.jwk, tokens, assertion, now.timestamp()));
    let Some(said) = said else { return Ok(None) };
    let expires = DateTime::from_timestamp(said.exp + LEEWAY, 0).unwrap_or(now);
    let fresh = store::insert_assertion(tx, id, &said.jti, expires).await?;
    if fresh {
        store::note_use(tx, id).await?;
    }
    Ok(fresh.then_some(client))
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

fn verify(
    client: ClientId,
    key: &serde_json::Value,
    tokens: &Tokens,
    assertion: &str,
    now: i64,
) -> Option<Assertion> {
    let key = Jwk::deserialize(key).ok()?;
    let header = decode_header(assertion).ok()?;
    if !fits(&key, header.alg) || header.crit.is_some() {
        return None;
    }
    let mut validation = Validation::new(header.alg);
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
    let named = said.iss == client.to_string() && said.sub == said.iss;
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
