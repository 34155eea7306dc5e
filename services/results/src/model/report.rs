//! What was found, version by version.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::Masked;
use citygate_platform::keys::Keys;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Code, NewObservation, NewReport, OrderId, OwnNo, ReportCategory, ReportId, ReportStatus,
};

/// A report, and what of the version that stands is not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub id: ReportId,
    pub agency: AgencyId,
    pub report_no: OwnNo,
    pub order: OrderId,
    pub person: PersonId,
    /// The number of the version that stands.
    pub current_version: u32,
    /// The number given last: of arrival.
    pub last_version: u32,
    pub status: ReportStatus,
    pub issued_at: DateTime<Utc>,
    pub effective_at: Option<DateTime<Utc>>,
    pub category: ReportCategory,
    pub code_index: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// A version as the order of versions sees it: nothing of it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionKey {
    /// The number of arrival, from 1.
    pub number: u32,
    pub status: ReportStatus,
    pub issued_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// Equal for equal content.
    pub content_digest: Vec<u8>,
}

/// A version with what it says, its observations apart.
#[derive(Debug, Clone)]
pub(crate) struct ReportVersion {
    /// The number of arrival, from 1: `meta.versionId`.
    pub number: u32,
    pub status: ReportStatus,
    /// It orders versions.
    pub issued_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub content: ReportContent,
}

/// What a version says: sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReportContent {
    pub category: ReportCategory,
    pub code: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Masked<String>>,
    /// The `DiagnosticReport`, where it came as one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::raw")]
    pub resource: Option<String>,
}

/// An item of a version, opened.
#[derive(Debug, Clone)]
pub(crate) struct StoredObservation {
    /// Of the `Observation`: the same in all versions that name it.
    pub id: Uuid,
    pub report: ReportId,
    /// The version of the report that it belongs to.
    pub version: u32,
    pub person: PersonId,
    /// When it was true: its own instant, else the report's, else when that was issued.
    pub effective_at: DateTime<Utc>,
    /// What the hospital said.
    pub said: NewObservation,
}

impl Code {
    /// By what a code is found without being stored.
    pub(crate) fn index(&self, keys: &Keys) -> Vec<u8> {
        code_index(keys, &self.system, &self.code)
    }
}

fn code_index(keys: &Keys, system: &str, code: &str) -> Vec<u8> {
    keys.blind_index("results.codes", &format!("{system}|{code}"))
}

/// Systems of which a code is looked for when a search names none; hospitals' own have none.
const SYSTEMS: [&str; 3] = ["", "http://loinc.org", "http://snomed.info/sct"];

/// What a code that somebody searches may be found by.
pub(crate) fn codes_of(keys: &Keys, system: Option<&str>, code: &str) -> Vec<Vec<u8>> {
    match system {
        Some(system) => vec![code_index(keys, system, code)],
        None => SYSTEMS.iter().map(|system| code_index(keys, system, code)).collect(),
    }
}

impl NewReport {
    /// Equal for equal content, whatever protocol it came in and whichever ids its resources were
    /// given. Keyed, because findings could be guessed from the rest and a plain digest.
    pub(crate) fn content_digest(&self, keys: &Keys) -> Vec<u8> {
        let Self { id: _, report_no, order_no, patient, status, issued_at, .. } = self;
        let Self { effective_at, category, code, conclusion, observations, resource: _, .. } = self;
        let items: Vec<_> = observations.iter().map(said).collect();
        let content = serde_json::json!([
            report_no.as_str(),
            order_no.as_str(),
            patient,
            status,
            issued_at,
            effective_at,
            category,
            code,
            conclusion,
            items,
        ]);
        keys.blind_index("results.report_versions", &content.to_string())
    }
}

/// What an item says, in whatever resource.
fn said(item: &NewObservation) -> serde_json::Value {
    let NewObservation { id: _, code, status, value, range, flags, effective_at, .. } = item;
    serde_json::json!([code, status, value, range, flags, effective_at, item.note])
}
