//! Posting a message: one attempt after the other until the receiver takes it.

use std::{error::Error as StdError, iter, net::SocketAddr, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use citygate_platform::{
    Cx,
    jobs::{Job, JobError, Retries},
};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    header::CONTENT_TYPE,
    redirect,
};
use serde::Serialize;
use tokio::sync::OnceCell;

use super::{DELIVER, Delivery, Refused, SECRET, WebhookUrl, addresses::is_global, sign};
use crate::{Error, WebhookSettings, store};

/// How long a receiver may take, name look-up included.
const LIMIT: Duration = Duration::from_secs(15);

/// What receivers are sent. The order of members is part of the signature.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: DateTime<Utc>,
    data: &'a serde_json::Value,
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the receiver answered {0}")]
    Status(u16),
    #[error("the receiver was not reached: {0}")]
    Unreached(String),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The URL may hold a token of the receiver, and only the causes say what is wrong.
        let error = error.without_url();
        let causes = iter::successors(Some(&error as &dyn StdError), |&error| error.source());
        Self::Unreached(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

/// How a message is delivered.
pub(crate) fn job(postman: Arc<Postman>) -> Job {
    DELIVER.done_by(Retries::DELIVERY, move |cx, delivery| deliver(postman.clone(), cx, delivery))
}

async fn deliver(postman: Arc<Postman>, cx: Cx, delivery: Delivery) -> Result<(), JobError> {
    let owner = delivery.owner;
    let found = cx
        .db
        .tx("notify.read_endpoint", async |tx| {
            let found = store::endpoint(tx, owner).await?;
            let Some(endpoint) = found.filter(|endpoint| endpoint.disabled_at.is_none()) else {
                return Ok(None);
            };
            let sealed = &endpoint.secret_sealed;
            let secret = cx.keys.open_sealed(tx, &SECRET, owner.id, sealed).await?;
            Ok(Some((endpoint, secret)))
        })
        .await;
    let Some((endpoint, secret)) = found.map_err(Error::of_job)? else { return Ok(()) };
    let url: WebhookUrl = endpoint.url.parse().map_err(JobError::permanent)?;
    url.allowed_by(&postman.rules).map_err(JobError::permanent)?;
    let secret = String::from_utf8(secret).map_err(JobError::permanent)?;
    let body =
        Body { r#type: &delivery.kind, timestamp: delivery.happened_at, data: &delivery.data };
    let body = serde_json::to_string(&body).map_err(JobError::permanent)?;
    let id = delivery.message_id.to_string();
    match postman.post(&url, &secret, &id, cx.clock.now().timestamp(), body).await? {
        200..=299 => Ok(()),
        410 => {
            tracing::info!(city = %owner.city, owner = %owner.id, "a webhook receiver is gone");
            let secret = &endpoint.secret_sealed;
            cx.db
                .tx("notify.disable_endpoint", async |tx| {
                    store::disable_endpoint(tx, owner, secret).await
                })
                .await?;
            Ok(())
        }
        status => Err(Failure::Status(status).into()),
    }
}

/// Posts messages, and only to where it may.
pub(crate) struct Postman {
    rules: WebhookSettings,
    /// Made at the first delivery: it reads the machine's certificates.
    client: OnceCell<Client>,
}

impl From<WebhookSettings> for Postman {
    fn from(rules: WebhookSettings) -> Self {
        Self { rules, client: OnceCell::new() }
    }
}

impl Postman {
    /// Posts once and returns the status. The answer's body is not read.
    pub(super) async fn post(
        &self,
        url: &WebhookUrl,
        secret: &str,
        id: &str,
        timestamp: i64,
        body: String,
    ) -> Result<u16, JobError> {
        let signature = sign(secret, id, timestamp, &body).map_err(JobError::permanent)?;
        let client = self.client.get_or_try_init(async || client(self.rules)).await?;
        let sent = client
            .post(url.to_url())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body)
            .send();
        Ok(sent.await.map_err(Failure::from)?.status().as_u16())
    }
}

fn client(rules: WebhookSettings) -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent("Citygate-Webhooks/1")
        .timeout(LIMIT)
        .redirect(redirect::Policy::none())
        // A proxy would look names up by itself.
        .no_proxy()
        // Deliveries are rare, and an address is checked when a connection is made.
        .pool_max_idle_per_host(0)
        .dns_resolver(Guard(rules))
        .build()
}

/// Answers with public addresses only. It is the client's one source of addresses, so what was
/// checked is what is connected to; a second look-up could say something else.
struct Guard(WebhookSettings);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = self.0;
        Box::pin(async move {
            // Port 0 stands for the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|found| rules.allow_private || is_global(found.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused::Address.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
