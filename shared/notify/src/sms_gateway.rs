//! The way out for short messages: a provider's gateway, or a folder.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use citygate_kernel::Masked;
use reqwest::{Client, redirect};
use serde::Serialize;
use tokio::sync::OnceCell;

use crate::{PhoneNumber, SmsSettings, sms::SmsId};

/// How long the gateway may take.
const LIMIT: Duration = Duration::from_secs(15);

/// Why a short message did not leave. It never quotes the gateway's text, which may name the
/// recipient.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// The folder for short messages cannot be used.
    #[error("the folder for short messages cannot be used: {0}")]
    Folder(#[from] io::Error),
    /// The file with the gateway's key cannot be read.
    #[error("the key of the SMS gateway cannot be read from {0}: {1}")]
    Key(PathBuf, #[source] io::Error),
    /// A gateway is set, and no key for it.
    #[error("sms.gateway_key_file is not set")]
    NoKey,
    /// The parts do not make a message.
    #[error("the short message cannot be composed: {0}")]
    Form(#[from] serde_json::Error),
    /// The gateway will never take it (4xx).
    #[error("the SMS gateway refused the message with {0}")]
    Rejected(u16),
    /// The gateway does not take it now.
    #[error("the SMS gateway put the message off with {0}")]
    Deferred(u16),
    /// There is no talking to the gateway.
    #[error("the SMS gateway cannot be talked to: {0}")]
    Unreachable(String),
}

impl SmsError {
    /// Trying again cannot help.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Form(_))
    }
}

/// Takes short messages out of the house. Cheap to clone.
#[derive(Clone)]
pub struct SmsGateway(Arc<Way>);

enum Way {
    /// One JSON file for each message, the newest last.
    Folder(PathBuf),
    Http(Gateway),
}

struct Gateway {
    url: String,
    key: Masked<String>,
    /// Made at the first message: it reads the machine's certificates.
    client: OnceCell<Client>,
}

/// What a folder gets, and what a gateway is posted.
#[derive(Serialize)]
struct Message<'a> {
    /// The same over all attempts.
    id: SmsId,
    written_at: DateTime<Utc>,
    to: &'a PhoneNumber,
    text: &'a str,
}

impl SmsGateway {
    /// A gateway after these settings; `default_folder` is used when they name neither a gateway
    /// nor a folder.
    pub fn new(settings: &SmsSettings, default_folder: &Path) -> Result<Self, SmsError> {
        let Some(url) = &settings.gateway_url else {
            let path = settings.folder.as_deref().unwrap_or(default_folder).to_owned();
            // Messages hold one-time codes.
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path.join("drafts"))?;
            return Ok(Self(Arc::new(Way::Folder(path))));
        };
        let file = settings.gateway_key_file.as_ref().ok_or(SmsError::NoKey)?;
        let key = fs::read_to_string(file).map_err(|error| SmsError::Key(file.clone(), error))?;
        let key = Masked::new(key.trim().to_owned());
        let gateway = Gateway { url: url.clone(), key, client: OnceCell::new() };
        Ok(Self(Arc::new(Way::Http(gateway))))
    }

    /// Sends a message. Repeated with the same id it has the same file name, or the same
    /// `Idempotency-Key`.
    pub(crate) async fn send(
        &self,
        id: SmsId,
        written_at: DateTime<Utc>,
        to: &PhoneNumber,
        text: &str,
    ) -> Result<(), SmsError> {
        let message = serde_json::to_vec(&Message { id, written_at, to, text })?;
        match &*self.0 {
            Way::Folder(path) => {
                // Whoever watches the folder sees whole messages only.
                let name = format!("{}-{id}.json", written_at.format("%Y%m%dT%H%M%S%6fZ"));
                let draft = path.join("drafts").join(&name);
                tokio::fs::write(&draft, message).await?;
                match tokio::fs::rename(&draft, path.join(&name)).await {
                    // Another attempt at the same message was faster.
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                    renamed => Ok(renamed?),
                }
            }
            Way::Http(gateway) => gateway.post(id, message).await,
        }
    }
}

impl Gateway {
    async fn post(&self, id: SmsId, message: Vec<u8>) -> Result<(), SmsError> {
        let client = self.client.get_or_try_init(async || {
            Client::builder().timeout(LIMIT).redirect(redirect::Policy::none()).build()
        });
        let client = client.await.map_err(|error| unreachable(&error))?;
        let sent = client
            .post(&self.url)
            .bearer_auth(self.key.expose())
            .header("content-type", "application/json")
            .header("idempotency-key", id.to_string())
            .body(message)
            .send();
        let status = sent.await.map_err(|error| unreachable(&error))?.status().as_u16();
        match status {
            200..=299 => Ok(()),
            // A wrong key is a fault of the settings, and no reason to give up the message.
            401 | 403 | 408 | 429 => Err(SmsError::Deferred(status)),
            400..=499 => Err(SmsError::Rejected(status)),
            _ => Err(SmsError::Deferred(status)),
        }
    }
}

/// Says what broke without the URL, which may hold a secret.
fn unreachable(error: &reqwest::Error) -> SmsError {
    let what = if error.is_timeout() {
        "it is too slow"
    } else if error.is_connect() {
        "it does not answer"
    } else {
        "the request failed"
    };
    SmsError::Unreachable(what.to_owned())
}
