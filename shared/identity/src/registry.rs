//! The register of the police: a party outside, spoken to over HTTP.
//!
//! It says whether a name belongs to a document, once for each reference, however often it is
//! asked. It may be slow, silent, or wrong for a moment. A match opens somebody's affairs and a
//! refusal is final for the citizen, so either is believed only when it is heard twice.

use aws_lc_rs::digest;
use citygate_platform::party::{Party, PartyError, Said};
use serde::{Deserialize, Serialize};

use crate::documents::Document;

/// A client of the register. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PoliceRegistry(Party);

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
    /// No answer that can be used. Not even a refusal says whose a document is.
    #[error("the register: {0}")]
    Party(#[from] PartyError),
    /// It says one thing and then another.
    #[error("the register contradicts itself")]
    Contradiction,
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

    /// The register as a party.
    pub fn new(party: Party) -> Self {
        Self(party)
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
        let (said, _) = read(&self.0.post("/checks", &request).await?, reference)?;
        let (again, evidence_digest) =
            read(&self.0.get(&format!("/checks/{reference}")).await?, reference)?;
        if said != again {
            return Err(RegistryError::Contradiction);
        }
        Ok(Finding { matches: said == CheckResult::Match, evidence_digest })
    }
}

/// The result in an answer about a reference, and the digest of the answer.
fn read(said: &Said, reference: &str) -> Result<(CheckResult, Vec<u8>), RegistryError> {
    let check: Check = said.json()?;
    if check.reference != reference {
        return Err(PartyError::Unreadable.into());
    }
    let digest = digest::digest(&digest::SHA256, said.bytes());
    Ok((check.result, digest.as_ref().to_vec()))
}
