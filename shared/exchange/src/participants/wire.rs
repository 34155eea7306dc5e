//! Bodies about connections and conformance.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::ClientId;
use citygate_kernel::{Locale, Words};
use citygate_notify::EmailAddress;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    actions::{Application, Judgement},
    conformance::{Finding, is_conformant},
    model::{Abilities, Participant, ParticipantState, Sandbox},
};

/// What a hospital says when it applies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ParticipationRequest)]
pub(crate) struct ApplyBody {
    /// Whom the city writes to about the connection.
    contact: EmailAddress,
    /// What the system is called, with its version.
    #[schema(example = "Northwind LIS 7.2")]
    software: Words<100>,
    /// Whether each message carries a signature (RFC 9421). From then on it has to.
    signs: bool,
    /// Whether it speaks HL7 version 2 besides FHIR.
    speaks_hl7: bool,
    /// The public key of the system in the sandbox: a JWK (RFC 7517) with a `kid`, EC on P-256.
    #[schema(value_type = Object)]
    sandbox_jwk: serde_json::Map<String, serde_json::Value>,
}

impl ApplyBody {
    pub(crate) fn application(self, agency: AgencyId) -> Application {
        let abilities = Abilities { signs: self.signs, speaks_hl7: self.speaks_hl7 };
        Application {
            agency,
            contact: self.contact,
            software: self.software.into_string(),
            abilities,
            key: self.sandbox_jwk,
        }
    }
}

/// The connection of a hospital.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Participation)]
pub(crate) struct ParticipationBody {
    agency_id: AgencyId,
    state: ParticipantState,
    software: String,
    signs: bool,
    speaks_hl7: bool,
    applied_at: DateTime<Utc>,
    /// When the system had shown all that it has to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    certified_at: Option<DateTime<Utc>>,
    /// When somebody of the hospital last asked to go live.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    live_asked_at: Option<DateTime<Utc>>,
    /// When somebody else of the hospital agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    live_approved_at: Option<DateTime<Utc>>,
    /// Since when it is live, or first was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    live_at: Option<DateTime<Utc>>,
    /// Since when it is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    suspended_at: Option<DateTime<Utc>>,
    /// While there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SandboxBody)]
    sandbox: Option<SandboxBody>,
}

impl ParticipationBody {
    pub(crate) fn new(participant: Participant, sandbox: Option<Sandbox>) -> Self {
        Self {
            agency_id: participant.agency,
            state: participant.state,
            software: participant.software,
            signs: participant.abilities.signs,
            speaks_hl7: participant.abilities.speaks_hl7,
            applied_at: participant.applied_at,
            certified_at: participant.certified_at,
            live_asked_at: participant.live_asked.map(|by| by.at),
            live_approved_at: participant.live_approved.map(|by| by.at),
            live_at: participant.live_at,
            suspended_at: participant.suspended_at,
            sandbox: sandbox.map(SandboxBody::from),
        }
    }
}

/// The twin of a hospital in the city of the sandbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParticipationSandbox)]
pub(crate) struct SandboxBody {
    agency_id: AgencyId,
    /// The system's `client_id` there.
    client_id: ClientId,
    opened_at: DateTime<Utc>,
}

impl From<Sandbox> for SandboxBody {
    fn from(sandbox: Sandbox) -> Self {
        Self { agency_id: sandbox.agency, client_id: sandbox.client, opened_at: sandbox.opened_at }
    }
}

/// How the sandbox misbehaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SandboxSettings)]
pub(crate) struct PutSandboxBody {
    /// So many of the next new messages that carry a number are carried out and answered 503, as if
    /// the answer had been lost.
    #[schema(maximum = 10)]
    #[serde(deserialize_with = "up_to_ten")]
    pub drop_answers: u8,
}

fn up_to_ten<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(deserializer)?;
    if number <= 10 {
        Ok(number)
    } else {
        Err(serde::de::Error::custom("0 to 10 answers are dropped"))
    }
}

/// A rule, and whether the system has passed it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConformanceFinding)]
pub(crate) struct FindingBody {
    #[schema(example = "final_report")]
    rule: &'static str,
    /// Whether the hospital goes live without it.
    mandatory: bool,
    passed: bool,
    /// When it first did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    passed_at: Option<DateTime<Utc>>,
    /// What is tested, in the language of the answer.
    text: String,
    /// What to do to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    hint: Option<String>,
    /// Where it stands.
    reference: &'static str,
}

impl FindingBody {
    fn new(finding: &Finding, locale: Locale) -> Self {
        let Finding { rule, mandatory, passed_at } = *finding;
        let passed = passed_at.is_some();
        Self {
            rule: rule.code,
            mandatory,
            passed,
            passed_at,
            text: rule.what().get(locale).to_owned(),
            hint: (!passed).then(|| rule.hint().get(locale).to_owned()),
            reference: rule.reference,
        }
    }
}

/// What is found of a system in the sandbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conformance)]
pub(crate) struct ConformanceBody {
    /// Of the hospital itself.
    state: ParticipantState,
    /// Whether all mandatory rules have passed.
    conformant: bool,
    /// Evidence counts since then.
    since: DateTime<Utc>,
    rules: Vec<FindingBody>,
}

impl ConformanceBody {
    pub(crate) fn new(judgement: &Judgement, locale: Locale) -> Self {
        Self {
            state: judgement.state,
            conformant: is_conformant(&judgement.findings),
            since: judgement.sandbox.opened_at,
            rules: judgement.findings.iter().map(|one| FindingBody::new(one, locale)).collect(),
        }
    }
}
