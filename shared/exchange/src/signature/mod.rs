//! Signatures of messages (RFC 9421) over the digest of their content (RFC 9530).
//!
//! What a signature has to cover: `@method`; `@target-uri`, or `@authority` with `@path` and, where
//! there is a query, `@query`; `content-digest` and `content-type`, where there is content. What it has
//! to say: `created`, within five minutes of our time; `nonce`, which serves once; `keyid`, of a key
//! that the *same* system may sign with now; and `alg`, where the key does not say it. Address and
//! authority are those of the city's public URL, whatever proxies stand between.
//!
//! The bytes of the body are verified before anybody reads them.

mod base;
mod digest;
mod params;
#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, http::header::HeaderMap, web::Data};
use base64::{Engine, prelude::BASE64_STANDARD};
use citygate_identity::{Tokens, verifying_key};
use citygate_platform::Cx;
use serde::Serialize;
use sfv::{BareItem, Dictionary, InnerList, Item, ListEntry, Parser};

use self::{
    base::{Target, covered, joined},
    params::{Claims, MessageAlgorithm},
};
use crate::{
    error::{Error, SIGNATURE_INVALID, SIGNATURE_STALE},
    inbox,
    model::Protocol,
    sender::Sender,
};

/// A signature that holds, for later proof: with the public key, which stays on record, anybody can
/// verify it again.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Proof {
    /// It can be used once; the inbox sees to it.
    pub nonce: String,
    key_id: String,
    algorithm: &'static str,
    /// The text that was signed.
    base: String,
    /// In base64.
    signature: String,
}

#[cfg(test)]
impl Proof {
    /// One that nobody has made.
    pub(crate) fn for_test(nonce: &str) -> Self {
        let (nonce, key_id) = (nonce.to_owned(), "test".to_owned());
        Self { nonce, key_id, algorithm: "ed25519", base: String::new(), signature: String::new() }
    }
}

/// How many signatures of one request are looked at: a gateway may have added its own.
const SIGNATURES: usize = 4;

/// Verifies the signature of a request, if it has one. Who has to sign, and whether the nonce was
/// used before, the inbox says. A signature that does not hold is noted among the refusals.
pub(crate) async fn check(
    cx: &Cx,
    request: &HttpRequest,
    protocol: Protocol,
    sender: Sender,
    body: &[u8],
) -> Result<Option<Proof>, Error> {
    let checked = verify(cx, request, sender, body).await;
    let refused = match &checked {
        Err(Error::SignatureInvalid(_)) => Some(&SIGNATURE_INVALID),
        Err(Error::SignatureStale) => Some(&SIGNATURE_STALE),
        Ok(_) | Err(_) => None,
    };
    if let Some(kind) = refused {
        let pattern = request.match_pattern();
        let what = format!("{} {}", request.method(), pattern.as_deref().unwrap_or("/"));
        inbox::note_refusal(cx, (sender, protocol, &what), body, kind.code).await?;
    }
    checked
}

async fn verify(
    cx: &Cx,
    request: &HttpRequest,
    sender: Sender,
    body: &[u8],
) -> Result<Option<Proof>, Error> {
    let headers = request.headers();
    if !headers.contains_key("signature-input") && !headers.contains_key("signature") {
        return Ok(None);
    }
    let tokens = request.app_data::<Data<Tokens>>().ok_or(Error::Damaged("tokens"))?;
    let target = Target::new(request, tokens.issuer());
    let mut fault = Error::SignatureInvalid("keyid names no key that this system may sign with");
    for (signed, signature) in signatures(headers)? {
        let claims = match Claims::read(&signed.params) {
            Ok(claims) => claims,
            // A gateway's, perhaps: there may be one of the system's own.
            Err(incomplete) => {
                fault = incomplete;
                continue;
            }
        };
        let key = cx.db.read("exchange.verifying_key", async |tx| {
            verifying_key(tx, sender.client, &claims.key_id).await
        });
        let Some(key) = key.await? else { continue };
        suffices(&target, &signed, body)?;
        let algorithm = MessageAlgorithm::of(&key, claims.algorithm)
            .ok_or(Error::SignatureInvalid("alg does not fit the key, or is missing"))?;
        let base = base::base(&target, &signed)
            .ok_or(Error::SignatureInvalid("a component is missing, or not understood"))?;
        if !algorithm.verifies(&key, &base, &signature) {
            return Err(Error::SignatureInvalid("it was not made over this request by this key"));
        }
        if !joined(headers, "content-digest").is_none_or(|given| digest::is_of(&given, body)) {
            return Err(Error::SignatureInvalid("Content-Digest is of another content"));
        }
        if !claims.is_fresh(cx.clock.now()) {
            return Err(Error::SignatureStale);
        }
        let (nonce, key_id, algorithm) = (claims.nonce, claims.key_id, algorithm.name());
        let signature = BASE64_STANDARD.encode(signature);
        return Ok(Some(Proof { nonce, key_id, algorithm, base, signature }));
    }
    Err(fault)
}

/// The signatures of a request with what each covers.
fn signatures(headers: &HeaderMap) -> Result<Vec<(InnerList, Vec<u8>)>, Error> {
    let malformed = || Error::SignatureInvalid("Signature-Input and Signature do not fit together");
    let read = |name| {
        let value = joined(headers, name).ok_or_else(malformed)?;
        Parser::new(&value).parse::<Dictionary>().map_err(|_| malformed())
    };
    let (mut inputs, mut made) = (read("signature-input")?, read("signature")?);
    if inputs.is_empty() || inputs.len() > SIGNATURES {
        return Err(malformed());
    }
    let pair = |(label, input)| match (input, made.swap_remove(&label)) {
        (
            ListEntry::InnerList(signed),
            Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(signature), .. })),
        ) => Ok((signed, signature)),
        _ => Err(malformed()),
    };
    inputs.drain(..).map(pair).collect()
}

/// Whether a signature covers what makes the request what it is.
fn suffices(target: &Target<'_>, signed: &InnerList, body: &[u8]) -> Result<(), Error> {
    let names = covered(signed).ok_or(Error::SignatureInvalid("a component is not understood"))?;
    let has = |name: &str| names.contains(&name);
    let address = has("@target-uri")
        || has("@authority")
            && (has("@request-target") || has("@path") && (has("@query") || !target.has_query()));
    let content = body.is_empty() || has("content-digest") && has("content-type");
    if has("@method") && address && content {
        Ok(())
    } else {
        Err(Error::SignatureInvalid(
            "@method, @target-uri, content-digest and content-type are to be covered",
        ))
    }
}
