//! The card processor: a party outside, spoken to over HTTP.
//!
//! It takes money from a card once for each reference, however often it is asked, and says what
//! became of a reference. It may be slow, silent, or wrong for a moment; what it says when asked
//! about a reference is what counts.

use std::{path::PathBuf, time::Duration};

use citygate_kernel::{Masked, Money};
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};

/// How long an answer may take. A charge that takes longer is asked about later.
const LIMIT: Duration = Duration::from_secs(5);

/// Settings of the card processor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessorSettings {
    /// Its address. Without one, cards cannot be charged.
    pub url: Option<String>,
    /// A file with the key that it gave us.
    pub api_key_file: Option<PathBuf>,
}

/// A client of the processor. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CardProcessor {
    url: String,
    api_key: Masked<String>,
    client: Client,
}

/// What became of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Succeeded,
    Declined { reason: String },
}

/// Why it is not known what became of a charge.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    /// No answer, or none that can be read.
    #[error("the card processor did not answer: {0}")]
    Silent(#[from] reqwest::Error),
    /// An answer that is none.
    #[error("the card processor answered {0}")]
    Unexpected(StatusCode),
    /// It speaks of another amount than it was told.
    #[error("the card processor charged {charged} under a reference for {asked}")]
    OtherAmount {
        /// What it says.
        charged: Money,
        /// What we asked for.
        asked: Money,
    },
}

#[derive(Serialize)]
struct ChargeRequest<'a> {
    reference: &'a str,
    amount: Money,
    card_token: &'a str,
}

#[derive(Deserialize)]
struct Charge {
    amount: Money,
    status: Status,
    #[serde(default)]
    decline_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Succeeded,
    Declined,
}

impl CardProcessor {
    /// A client with the key that the processor gave us.
    pub fn new(url: &str, api_key: Masked<String>) -> Result<Self, ProcessorError> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .timeout(LIMIT)
            .build()?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), api_key, client })
    }

    /// Asks for a charge and returns what became of it. May be called again with the same
    /// reference; money is taken once.
    pub(crate) async fn charge(
        &self,
        reference: &str,
        amount: Money,
        card_token: &str,
    ) -> Result<Outcome, ProcessorError> {
        let request = ChargeRequest { reference, amount, card_token };
        let answer = self
            .client
            .post(format!("{}/charges", self.url))
            .bearer_auth(self.api_key.expose())
            .json(&request)
            .send()
            .await?;
        match answer.status() {
            StatusCode::OK | StatusCode::CREATED => {
                match outcome(answer.json().await?, amount)? {
                    Outcome::Succeeded => Ok(Outcome::Succeeded),
                    // A refusal is final for the citizen, so it is heard twice.
                    Outcome::Declined { .. } => self.find(reference, amount).await,
                }
            }
            // A token may be spent by an earlier attempt that got no answer.
            StatusCode::UNPROCESSABLE_ENTITY => self.find(reference, amount).await,
            other => Err(ProcessorError::Unexpected(other)),
        }
    }

    /// What became of a reference. One that the processor has never seen was refused before
    /// anything was booked, because only asked-for references are looked up.
    async fn find(&self, reference: &str, amount: Money) -> Result<Outcome, ProcessorError> {
        let answer = self
            .client
            .get(format!("{}/charges/{reference}", self.url))
            .bearer_auth(self.api_key.expose())
            .send()
            .await?;
        match answer.status() {
            StatusCode::OK => outcome(answer.json().await?, amount),
            StatusCode::NOT_FOUND => Ok(Outcome::Declined { reason: "unknown_card".to_owned() }),
            other => Err(ProcessorError::Unexpected(other)),
        }
    }
}

fn outcome(charge: Charge, asked: Money) -> Result<Outcome, ProcessorError> {
    if charge.amount != asked {
        return Err(ProcessorError::OtherAmount { charged: charge.amount, asked });
    }
    Ok(match charge.status {
        Status::Succeeded => Outcome::Succeeded,
        Status::Declined => {
            Outcome::Declined { reason: charge.decline_reason.unwrap_or("declined".to_owned()) }
        }
    })
}
