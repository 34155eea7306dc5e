//! The register of the police: a party outside, spoken to over HTTP.
//!
//! It says whether a name belongs to a document, once for each reference, however often it is
//! asked. It may be slow, silent, or wrong for a moment. A match opens somebody's affairs and a
//! refusal is final for the citizen, so either is believed only when it is heard twice.

use std::{path::PathBuf, time::Duration};

use aws_lc_rs::digest;
use citygate_kernel::Masked;
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::documents::Document;

/// How long an answer may take. A check that takes longer is asked about later.
const LIMIT: Duration = Duration::from_secs(5);
/// The longest answer, in bytes.
const ANSWER_MAX: usize = 16 * 1024;

/// Settings of the register.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrySettings {
    /// Its address. Without one, real names cannot be verified.
    pub url: Option<String>,
    /// A file with the key that it gave us.
    pub api_key_file: Option<PathBuf>,
}

/// A client of the register. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PoliceRegistry {
    url: String,
    api_key: Masked<String>,
    client: Client,
}

/// What the register has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Whether the document is the person's of that name.
    pub matches: bool,
    /// SHA-256 of the answer as it came: it proves later what was said, and tells nothing.
    pub evidence_digest: Vec<u8>,
}

/// Why it is not known what the register would say.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No answer, or none that can be read.
    #[error("the register did not answer: {0}")]
    Silent(#[source] reqwest::Error),
    /// An answer of another form.
    #[error("the register answered what cannot be read")]
    Unreadable,
    /// An answer that is none.
    #[error("the register answered {0}")]
    Unexpected(StatusCode),
    /// It says one thing and then another.
    #[error("the register contradicts itself")]
    Contradiction,
}

impl From<reqwest::Error> for RegistryError {
    fn from(error: reqwest::Error) -> Self {
        Self::Silent(error.without_url())
    }
}

#[derive(Serialize)]
struct CheckRequest<'a> {
    reference: &'a str,
    name: &'a str,
    document: DocumentRequest<'a>,
}

#[derive(Serialize)]
struct DocumentRequest<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'static str>,
}

#[derive(Deserialize)]
struct Check {
    reference: String,
    result: CheckResult,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CheckResult {
    Match,
    Mismatch,
    UnknownDocument,
}

impl PoliceRegistry {
    /// What its findings are filed under.
    pub(crate) const NAME: &'static str = "police";

    /// A client with the key that the register gave us.
    pub fn new(url: &str, api_key: Masked<String>) -> Result<Self, RegistryError> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .timeout(LIMIT)
            .build()?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), api_key, client })
    }

    /// Asks whether a document is the person's of that name. May be called again with the same
    /// reference.
    pub(crate) async fn check(
        &self,
        reference: &str,
        name: &str,
        document: &Document,
    ) -> Result<Finding, RegistryError> {
        let request = CheckRequest {
            reference,
            name,
            document: DocumentRequest {
                kind: document.kind().code(),
                number: document.expose(),
                issuer: document.issuer().as_ref().map(|issuer| issuer.code()),
            },
        };
        let post = self.client.post(format!("{}/checks", self.url));
        let post = post.bearer_auth(self.api_key.expose()).json(&request);
        let (said, _) = read(post.send().await?, reference).await?;
        let get = self.client.get(format!("{}/checks/{reference}", self.url));
        let get = get.bearer_auth(self.api_key.expose());
        let (again, evidence_digest) = read(get.send().await?, reference).await?;
        if said != again {
            return Err(RegistryError::Contradiction);
        }
        Ok(Finding { matches: said == CheckResult::Match, evidence_digest })
    }
}

/// The result in an answer about a reference, and the digest of the answer.
async fn read(
    mut answer: Response,
    reference: &str,
) -> Result<(CheckResult, Vec<u8>), RegistryError> {
    if !matches!(answer.status(), StatusCode::OK | StatusCode::CREATED) {
        return Err(RegistryError::Unexpected(answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_MAX {
            return Err(RegistryError::Unreadable);
        }
    }
    let check: Check = serde_json::from_slice(&bytes).map_err(|_| RegistryError::Unreadable)?;
    if check.reference != reference {
        return Err(RegistryError::Unreadable);
    }
    let digest = digest::digest(&digest::SHA256, &bytes);
    Ok((check.result, digest.as_ref().to_vec()))
}
