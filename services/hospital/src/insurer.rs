//! The medical insurance agency: a party outside, spoken to over HTTP.
//!
//! It splits a charge once for each reference, confirms the split and takes it back, however often
//! it is asked. It may be slow, silent, or wrong for a moment. What it says when it is asked about a
//! reference is what counts: every refusal is looked up before it is believed.

use citygate_platform::party::{Party, PartyError};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use crate::model::{CatalogueClass, LineSplit};

/// A client of the insurer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Insurer(Party);

/// What the insurer is asked to split.
pub(crate) struct Claim<'a> {
    pub reference: &'a str,
    pub hospital: &'a str,
    /// What shows whom it insures.
    pub credential: &'a str,
    pub lines: &'a [ClaimLine],
}

/// A line of what it is asked to split.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimLine {
    pub n: i16,
    pub class: CatalogueClass,
    /// In fen.
    pub amount: i64,
}

/// Where a settlement stands with the insurer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    PreSettled,
    Confirmed,
    Reversed,
}

#[derive(Debug, Deserialize)]
struct Settlement {
    reference: String,
    state: State,
    lines: Vec<LineSplit>,
    returned: Vec<i16>,
}

/// What became of a request whose outcome is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is split, or the split is confirmed.
    Split(Vec<LineSplit>),
    /// It was refused for good, and nothing stands at the insurer.
    Refused {
        /// The insurer's code.
        code: String,
    },
}

/// Why it is not known what became of a request.
#[derive(Debug, thiserror::Error)]
pub enum InsurerError {
    /// No answer that can be used.
    #[error("the insurer: {0}")]
    Party(#[from] PartyError),
    /// It has not done what it was asked for, and may yet.
    #[error("the insurer has not done it yet: {0}")]
    NotYet(PartyError),
}

/// What a refusal without a code of its own is filed under.
const REFUSED: &str = "refused";

impl Insurer {
    /// The insurer as a party.
    pub fn new(party: Party) -> Self {
        Self(party)
    }

    /// Asks who pays what. May be called again with the same reference.
    pub(crate) async fn pre_settle(&self, claim: &Claim<'_>) -> Result<Outcome, InsurerError> {
        #[derive(Serialize)]
        struct Request<'a> {
            reference: &'a str,
            hospital: &'a str,
            credential: &'a str,
            lines: &'a [ClaimLine],
        }
        let Claim { reference, hospital, credential, lines } = *claim;
        let request = Request { reference, hospital, credential, lines };
        let (found, refusal) = self.ask(reference, "/settlements", &request).await?;
        match found {
            Some(Settlement { state: State::PreSettled | State::Confirmed, lines, .. }) => {
                Ok(Outcome::Split(lines))
            }
            Some(Settlement { state: State::Reversed, .. }) | None => {
                Ok(Outcome::Refused { code: code_of(refusal.as_ref()) })
            }
        }
    }

    /// Asks it to pay. May be called again.
    pub(crate) async fn confirm(&self, reference: &str) -> Result<Outcome, InsurerError> {
        let path = format!("/settlements/{reference}/confirmation");
        let (found, refusal) = self.ask(reference, &path, &NOTHING).await?;
        match (found, refusal) {
            (Some(Settlement { state: State::Confirmed, lines, .. }), _) => {
                Ok(Outcome::Split(lines))
            }
            // It still stands there, so it may still be confirmed.
            (Some(Settlement { state: State::PreSettled, .. }), refusal) => {
                Err(InsurerError::NotYet(refusal.unwrap_or(PartyError::Unreadable)))
            }
            (Some(Settlement { state: State::Reversed, .. }) | None, refusal) => {
                Ok(Outcome::Refused { code: code_of(refusal.as_ref()) })
            }
        }
    }

    /// Asks it to take everything back. May be called again.
    pub(crate) async fn reverse(&self, reference: &str) -> Result<(), InsurerError> {
        let path = format!("/settlements/{reference}/reversal");
        match self.ask(reference, &path, &NOTHING).await? {
            (Some(Settlement { state: State::Reversed, .. }), _) => Ok(()),
            (_, refusal) => Err(InsurerError::NotYet(refusal.unwrap_or(PartyError::Unreadable))),
        }
    }

    /// Asks it to take lines back, under a reference of their own. May be called again.
    pub(crate) async fn return_lines(
        &self,
        reference: &str,
        own: &str,
        lines: &[i16],
    ) -> Result<(), InsurerError> {
        #[derive(Serialize)]
        struct Request<'a> {
            reference: &'a str,
            lines: &'a [i16],
        }
        let path = format!("/settlements/{reference}/returns");
        let (found, refusal) =
            self.ask(reference, &path, &Request { reference: own, lines }).await?;
        let back = |settlement: Settlement| lines.iter().all(|n| settlement.returned.contains(n));
        if found.is_some_and(back) {
            return Ok(());
        }
        Err(InsurerError::NotYet(refusal.unwrap_or(PartyError::Unreadable)))
    }

    /// Asks for something, and says where the reference stands after it: as the answer says, or, if
    /// that is a refusal, as the insurer says when it is asked once more.
    async fn ask(
        &self,
        reference: &str,
        path: &str,
        request: &impl Serialize,
    ) -> Result<(Option<Settlement>, Option<PartyError>), InsurerError> {
        let refusal = match self.0.post(path, request).await {
            Ok(said) => return Ok((Some(of(reference, said.json()?)?), None)),
            Err(refusal @ PartyError::Refused { .. }) => refusal,
            Err(other) => return Err(other.into()),
        };
        match self.0.get(&format!("/settlements/{reference}")).await {
            Ok(said) => Ok((Some(of(reference, said.json()?)?), Some(refusal))),
            Err(other) if is_unknown(&other) => Ok((None, Some(refusal))),
            Err(other) => Err(other.into()),
        }
    }
}

#[derive(Serialize)]
struct Nothing {}

const NOTHING: Nothing = Nothing {};

/// An answer about a reference, and about no other.
fn of(reference: &str, settlement: Settlement) -> Result<Settlement, PartyError> {
    if settlement.reference == reference { Ok(settlement) } else { Err(PartyError::Unreadable) }
}

/// Whether it says that nothing stands under the reference. A wrong address is answered with another
/// code, and is not read as that.
fn is_unknown(error: &PartyError) -> bool {
    error.refusal() == Some((StatusCode::NOT_FOUND, "no_such_settlement"))
}

fn code_of(refusal: Option<&PartyError>) -> String {
    let code = refusal.and_then(PartyError::refusal).map(|(_, code)| code);
    code.filter(|code| !code.is_empty()).unwrap_or(REFUSED).to_owned()
}
