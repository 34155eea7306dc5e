//! Parties outside, spoken to in JSON over HTTP with a key that they gave us.
//!
//! Whoever asks a party for something has to know what its answer means for the effect: a refusal
//! says that nothing was done; everything else that is no answer says nothing, and is asked about
//! until it is known.

use std::{fs, io, path::PathBuf, time::Duration};

use citygate_kernel::Masked;
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// How long an answer may take. What takes longer is asked about later.
const LIMIT: Duration = Duration::from_secs(5);
/// How long it may take to reach a party.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest answer, in bytes.
const ANSWER_MAX: usize = 256 * 1024;
/// The longest code of a refusal, in bytes.
const CODE_MAX: usize = 64;

/// Where a party is reached.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PartySettings {
    /// Its address. Without one, there is nobody to ask.
    pub url: Option<String>,
    /// A file with the key that it gave us.
    pub api_key_file: Option<PathBuf>,
}

/// Why a party that is set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PartySettingsError {
    /// No key is named.
    #[error("{0}.api_key_file is not set")]
    KeyFileMissing(&'static str),
    /// The key cannot be read.
    #[error("{path}: {source}")]
    KeyFile {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] PartyError),
}

impl PartySettings {
    /// The party that is set under a name, if one is.
    pub fn party(&self, name: &'static str) -> Result<Option<Party>, PartySettingsError> {
        let Some(url) = &self.url else { return Ok(None) };
        let path = self.api_key_file.as_ref();
        let path = path.ok_or(PartySettingsError::KeyFileMissing(name))?;
        let key = fs::read_to_string(path)
            .map_err(|source| PartySettingsError::KeyFile { path: path.clone(), source })?;
        Ok(Some(Party::new(url, Masked::new(key.trim().to_owned()))?))
    }
}

/// A party outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Party {
    url: String,
    api_key: Masked<String>,
    client: Client,
}

/// Why there is no answer to use.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// It understood, refused, and did nothing.
    #[error("it refused: {status} {code}")]
    Refused {
        /// 404, 409 or 422.
        status: StatusCode,
        /// The `error` of its answer; empty where it gives none.
        code: String,
    },
    /// No answer, or a part of one.
    #[error("it did not answer: {0}")]
    Silent(#[source] reqwest::Error),
    /// An answer that says nothing about what was asked.
    #[error("it answered {0}")]
    Unexpected(StatusCode),
    /// An answer of another form.
    #[error("it answered what cannot be read")]
    Unreadable,
}

impl From<reqwest::Error> for PartyError {
    /// The address may name the case; logs need not.
    fn from(error: reqwest::Error) -> Self {
        Self::Silent(error.without_url())
    }
}

impl PartyError {
    /// The code of a refusal. None where it is not known whether anything was done.
    pub fn refusal(&self) -> Option<(StatusCode, &str)> {
        match self {
            Self::Refused { status, code } => Some((*status, code)),
            Self::Silent(_) | Self::Unexpected(_) | Self::Unreadable => None,
        }
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Party {
    /// A party with the key that it gave us.
    pub fn new(url: &str, api_key: Masked<String>) -> Result<Self, PartyError> {
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(LIMIT)
            .build()?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), api_key, client })
    }

    /// A party at another address, spoken to over the same connections with the key that it gave us.
    pub fn at(&self, url: &str, api_key: Masked<String>) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { url, api_key, client: self.client.clone() }
    }

    /// Asks about something. The path begins with a slash.
    pub async fn get(&self, path: &str) -> Result<Said, PartyError> {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// Asks for something to be done. The path begins with a slash.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Said, PartyError> {
        self.send(self.client.post(format!("{}{path}", self.url)).json(body)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Said, PartyError> {
        let answer = request.bearer_auth(self.api_key.expose()).send().await?;
        let status = answer.status();
        match status {
            StatusCode::OK | StatusCode::CREATED => Ok(Said(whole(answer).await?)),
            StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                Err(PartyError::Refused { status, code: code(&whole(answer).await?) })
            }
            other => Err(PartyError::Unexpected(other)),
        }
    }
}

/// An answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(Vec<u8>);

impl Said {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The answer as the type that is expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PartyError> {
        serde_json::from_slice(&self.0).map_err(|_| PartyError::Unreadable)
    }
}

/// The body of an answer, if it is not too long.
async fn whole(mut answer: Response) -> Result<Vec<u8>, PartyError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_MAX {
            return Err(PartyError::Unreadable);
        }
    }
    Ok(bytes)
}

/// Codes are shown and stored, so only what looks like one is.
fn code(body: &[u8]) -> String {
    let code = serde_json::from_slice(body).map(|Refusal { error }| error).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if code.len() <= CODE_MAX && code.bytes().all(plain) { code } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_short_word_or_nothing() {
        for (body, expected) in [
            (r#"{"error": "not_insured"}"#, "not_insured"),
            (r#"{"error": "not_insured", "about": 1}"#, "not_insured"),
            (r#"{"error": "Wang Fang is not insured"}"#, ""),
            (r#"{"error": 7}"#, ""),
            ("<html>", ""),
        ] {
            assert_eq!(code(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(code(format!(r#"{{"error": "{}"}}"#, "a".repeat(65)).as_bytes()), "");
    }

    #[test]
    fn a_party_that_is_set_needs_a_key() {
        assert!(PartySettings::default().party("insurer").unwrap().is_none());
        let set = |file: Option<PathBuf>| PartySettings {
            url: Some("http://127.0.0.1:1/".to_owned()),
            api_key_file: file,
        };
        let missing = set(None).party("insurer").unwrap_err();
        assert_eq!(missing.to_string(), "insurer.api_key_file is not set");
        assert!(set(Some("/nowhere/key".into())).party("insurer").is_err());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        fs::write(&file, "a key\n").unwrap();
        let party = set(Some(file)).party("insurer").unwrap().unwrap();
        assert_eq!(
            (party.url.as_str(), party.api_key.expose().as_str()),
            ("http://127.0.0.1:1", "a key")
        );
    }
}
