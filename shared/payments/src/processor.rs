//! The card processor: a party outside, spoken to over HTTP.
//!
//! It takes money from a card once for each reference, however often it is asked, and says what
//! became of a reference. It may be slow, silent, or wrong for a moment; what it says when asked
//! about a reference is what counts.

use citygate_kernel::Money;
use citygate_platform::party::{Party, PartyError};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

/// As which the processor refuses a token.
const UNKNOWN_CARD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
/// As which it says that a reference stands for nothing.
const NEVER_SEEN: StatusCode = StatusCode::NOT_FOUND;

/// A client of the processor. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CardProcessor(Party);

/// What became of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Succeeded,
    Declined { reason: String },
}

/// Why it is not known what became of a charge.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    /// No answer that can be used.
    #[error("the card processor: {0}")]
    Party(#[from] PartyError),
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
    /// The processor as a party.
    pub fn new(party: Party) -> Self {
        Self(party)
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
        match self.0.post("/charges", &request).await {
            Ok(said) => match outcome(said.json()?, amount)? {
                Outcome::Succeeded => Ok(Outcome::Succeeded),
                // A refusal is final for the citizen, so it is heard twice.
                Outcome::Declined { .. } => self.find(reference, amount).await,
            },
            // A token may be spent by an earlier attempt that got no answer.
            Err(PartyError::Refused { status, .. }) if status == UNKNOWN_CARD => {
                self.find(reference, amount).await
            }
            Err(other) => Err(other.into()),
        }
    }

    /// What became of a reference. One that the processor has never seen was refused before
    /// anything was booked, because only asked-for references are looked up.
    async fn find(&self, reference: &str, amount: Money) -> Result<Outcome, ProcessorError> {
        match self.0.get(&format!("/charges/{reference}")).await {
            Ok(said) => outcome(said.json()?, amount),
            Err(PartyError::Refused { status, .. }) if status == NEVER_SEEN => {
                Ok(Outcome::Declined { reason: "unknown_card".to_owned() })
            }
            Err(other) => Err(other.into()),
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
