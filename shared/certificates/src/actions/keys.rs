//! Keys that certificates are signed with.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::KeyPair;
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{SealError, Unsealable},
};
use jsonwebtoken::{EncodingKey, jwk::PublicKeyUse};
use serde_json::Value;

use crate::{
    credential::Signer,
    error::Error,
    model::SigningKeyId,
    sealed::PRIVATE_KEY,
    store::{self, keys::SigningKey},
};

/// For how long others may keep our key set (`Cache-Control: max-age`), in seconds.
pub(crate) const JWKS_LIFE_SECONDS: u32 = 300;
/// How long a new key is published before it signs: longer than anybody keeps our key set.
const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// A key that signs soon.
#[derive(Debug)]
pub struct NextKey {
    /// Its thumbprint (RFC 7638).
    pub kid: String,
    /// When it begins.
    pub begins_at: DateTime<Utc>,
}

/// What signs now. The first certificate of all makes the first key.
pub(super) async fn signer(cx: &Cx, tx: &mut Tx<'_>) -> Result<Signer, Error> {
    let key = match store::keys::signing(tx).await? {
        Some(key) => key,
        None => {
            make_first(cx, tx).await?;
            store::keys::signing(tx).await?.ok_or(Error::Damaged("signing key"))?
        }
    };
    // Only keys before the one that signs lose their private parts.
    let sealed = key.private_sealed.ok_or(Error::Damaged("signing key"))?;
    let private = cx.keys.open_sealed(tx, &PRIVATE_KEY, key.id, &sealed).await?;
    let pair = KeyPair::from_private(private)?;
    if pair.public.common.key_id.as_deref() != Some(key.kid.as_str()) {
        return Err(SealError::from(Unsealable).into());
    }
    Ok(Signer { kid: key.kid, key: EncodingKey::from_ec_der(&pair.private) })
}

/// Makes a key that signs in ten minutes, and destroys the private parts of those that have been
/// followed by another already. Every public key stays published.
pub async fn rotate_signing_key(cx: &Cx) -> Result<NextKey, Error> {
    cx.db
        .tx("certificates.rotate_signing_key", async |tx| {
            make_first(cx, tx).await?;
            let current = store::keys::signing(tx).await?;
            let current = current.ok_or(Error::Damaged("signing key"))?;
            let begins_at = tx.now() + PUBLISHED_BEFORE;
            let key = new_key(cx, tx, begins_at).await?;
            if !store::keys::insert(tx, &key).await? {
                return Err(Error::KeyNotMade);
            }
            store::keys::destroy_before(tx, current.begins_at).await?;
            Ok(NextKey { kid: key.kid, begins_at })
        })
        .await
}

/// The public keys of all that were ever made.
pub(crate) async fn published_keys(cx: &Cx) -> Result<Vec<Value>, Error> {
    let published = cx
        .db
        .read("certificates.published_keys", async |tx| store::keys::published(tx).await)
        .await?;
    if !published.is_empty() {
        return Ok(published);
    }
    // Published before the first certificate is issued.
    cx.db
        .tx("certificates.publish_first_key", async |tx| {
            make_first(cx, tx).await?;
            store::keys::published(tx).await
        })
        .await
}

/// Makes the first key where there is none; of two who try, one waits and changes nothing.
async fn make_first(cx: &Cx, tx: &mut Tx<'_>) -> Result<(), Error> {
    if store::keys::signing(tx).await?.is_none() {
        let key = new_key(cx, tx, DateTime::UNIX_EPOCH).await?;
        store::keys::insert(tx, &key).await?;
    }
    Ok(())
}

async fn new_key(cx: &Cx, tx: &mut Tx<'_>, begins_at: DateTime<Utc>) -> Result<SigningKey, Error> {
    let KeyPair { private, mut public } = KeyPair::generate().ok_or(Error::KeyNotMade)?;
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    let id = SigningKeyId::new(&cx.clock).uuid();
    Ok(SigningKey {
        id,
        kid: public.common.key_id.clone().ok_or(Error::KeyNotMade)?,
        public_jwk: serde_json::to_value(&public).map_err(|_| Error::KeyNotMade)?,
        begins_at,
        private_sealed: Some(cx.keys.seal(tx, &PRIVATE_KEY, id, &private).await?),
    })
}
