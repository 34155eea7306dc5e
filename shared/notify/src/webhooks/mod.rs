//! Webhooks: who wants to hear, and what they are told. After Standard Webhooks 1.0.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Clock, Id, Kind, Masked};
use citygate_platform::{
    db::{DbError, Tx},
    jobs::Task,
    keys::{DataClass, Keys, SealedColumn},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, WebhookSettings, store};

mod addresses;
mod delivery;
mod signature;
#[cfg(test)]
pub(crate) mod tests;
mod url;

pub(crate) use delivery::job;
pub use signature::{InvalidSecret, sign};
pub use url::{InvalidWebhookUrl, Refused, WebhookUrl};

/// Prefix of the identifiers that receivers recognise repetitions by.
pub(crate) enum MessageKind {}
impl Kind for MessageKind {
    const PREFIX: &'static str = "msg";
}

/// What signs an owner's deliveries.
pub(crate) const SECRET: SealedColumn =
    SealedColumn::new("notify.webhook_endpoints", "owner_id", "secret_sealed", DataClass::Secret);

const DELIVER: Task<Delivery> = Task::new("notify.deliver_webhook");

/// Whose endpoint it is. What stands behind the id is the caller's knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The city that the owner belongs to.
    pub city: CityCode,
    /// The owner within the city.
    pub id: Uuid,
}

/// Where an owner's news is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The receiver.
    pub url: WebhookUrl,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// Since when the receiver says that it is gone.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// One message to one owner. All attempts are made from this alone, so all have the same body.
#[derive(Serialize, Deserialize)]
struct Delivery {
    owner: Owner,
    message_id: Id<MessageKind>,
    kind: String,
    data: serde_json::Value,
    happened_at: DateTime<Utc>,
}

/// Registers an owner's endpoint in place of any earlier one, and returns the new secret: shown
/// once, to the owner.
pub async fn register_endpoint(
    rules: &WebhookSettings,
    keys: &Keys,
    tx: &mut Tx<'_>,
    owner: Owner,
    url: &WebhookUrl,
) -> Result<Masked<String>, Error> {
    url.allowed_by(rules)?;
    let secret = signature::new_secret();
    let sealed = keys.seal(tx, &SECRET, owner.id, secret.expose().as_bytes()).await?;
    store::put_endpoint(tx, owner, url.as_str(), &sealed).await?;
    Ok(secret)
}

/// An owner's endpoint.
pub async fn endpoint(tx: &mut Tx<'_>, owner: Owner) -> Result<Option<Endpoint>, Error> {
    let Some(row) = store::endpoint(tx, owner).await? else { return Ok(None) };
    let url = row.url.parse().map_err(|error: InvalidWebhookUrl| {
        DbError::from(diesel::result::Error::DeserializationError(error.into()))
    })?;
    Ok(Some(Endpoint { url, created_at: row.created_at, disabled_at: row.disabled_at }))
}

/// Tells an owner that something happened, `crate.fact`, if it has an enabled endpoint. Posted
/// after COMMIT, at least once.
pub async fn send_webhook(
    tx: &mut Tx<'_>,
    owner: Owner,
    kind: &str,
    data: serde_json::Value,
) -> Result<(), Error> {
    if store::endpoint(tx, owner).await?.is_none_or(|row| row.disabled_at.is_some()) {
        return Ok(());
    }
    let happened_at = tx.now();
    let delivery = Delivery {
        owner,
        message_id: Id::new(&Clock::manual(happened_at)),
        kind: kind.to_owned(),
        data,
        happened_at,
    };
    DELIVER.enqueue(tx, &delivery).await?;
    Ok(())
}
