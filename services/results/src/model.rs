//! Nouns of results.

mod order;
mod raw;
mod release;
mod report;

use chrono::{DateTime, Utc};
use citygate_identity::PersonId;
use citygate_kernel::{CityId, Kind, Masked};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use order::{Order, OrderId, OrderSource, OrderStatus};
pub(crate) use release::{Release, ReleaseClass, ReleaseEvent, ReleaseState, ReleaseStep, Viewer};
pub(crate) use report::{
    Report, ReportContent, ReportVersion, StoredObservation, VersionKey, codes_of,
};

/// Prefix of report identifiers.
pub enum ReportKind {}
impl Kind for ReportKind {
    const PREFIX: &'static str = "rept";
}
/// Identifies a report.
pub type ReportId = CityId<ReportKind>;

/// A number that a hospital gives: 1 to 64 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnNo(String);

impl OwnNo {
    /// The number of a text, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

citygate_kernel::words! {
    /// How far a report is (FHIR R4, DiagnosticReport.status; HL7 v2, OBR-25 and table 0123).
    ReportStatus {
        /// Known to be on its way.
        Registered = "registered",
        /// Some of it.
        Partial = "partial",
        /// Not verified yet. (P)
        Preliminary = "preliminary",
        /// Complete and verified. (F)
        Final = "final",
        /// Changed after it was final.
        Amended = "amended",
        /// Changed because it was wrong. (C)
        Corrected = "corrected",
        /// More was added after it was final.
        Appended = "appended",
        /// Not carried out. (X)
        Cancelled = "cancelled",
        /// Should never have been sent. (D)
        EnteredInError = "entered_in_error",
    }
}

citygate_kernel::words! {
    /// What kind of examination it reports (HL7 table 0074).
    #[schema(as = ResultCategory)]
    ReportCategory {
        /// LAB and its parts.
        Laboratory = "laboratory",
        /// RAD, CT, NMR, RUS and the like.
        Imaging = "imaging",
        /// PAT, SP, CP: tissue and cells.
        Pathology = "pathology",
        /// Whatever else.
        Other = "other",
    }
}

/// A term of a code system, with what the hospital calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Code {
    /// The code system's URI: `http://loinc.org`. Empty for the hospital's own codes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// The code.
    pub code: String,
    /// In words.
    pub display: String,
}

/// What was measured or seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservedValue {
    /// A number with its unit, UCUM where the hospital uses it.
    Quantity {
        /// To the digit that was reported.
        value: Decimal,
        /// `<`, `<=`, `>=`, `>`: the true value lies beyond it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comparator: Option<String>,
        /// The unit as people read it.
        unit: String,
    },
    /// A term: blood group, a micro-organism.
    Coded(Code),
    /// In words.
    Text(String),
    /// Nothing, and why.
    Absent(String),
}

/// What is usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Not below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Decimal>,
    /// Not above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Decimal>,
    /// In words, where it is no interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

citygate_kernel::words! {
    /// How a value stands to what is usual (HL7 v3 ObservationInterpretation; HL7 table 0078).
    Flag {
        /// N
        Normal = "N",
        /// L
        Low = "L",
        /// H
        High = "H",
        /// LL: critically low.
        CriticallyLow = "LL",
        /// HH: critically high.
        CriticallyHigh = "HH",
        /// A
        Abnormal = "A",
        /// AA: critically abnormal.
        CriticallyAbnormal = "AA",
    }
}

/// One item of a report, as a hospital sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewObservation {
    /// The resource's id, where the sender is told one; otherwise a new one is made.
    #[serde(skip)]
    pub id: Option<Uuid>,
    /// What was measured.
    pub code: Code,
    /// How far it is.
    pub status: ReportStatus,
    /// What was found.
    pub value: ObservedValue,
    /// What is usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// How it stands to that, as the hospital says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// When it was true of the person, where it differs from the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<DateTime<Utc>>,
    /// What the laboratory adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The FHIR resource, where it came as one: it is given back as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "raw")]
    pub resource: Option<String>,
}

/// A report as a hospital sends it, in whatever protocol.
#[derive(Debug)]
pub struct NewReport {
    /// The resource's id, where the sender is told one; otherwise a new one is made.
    pub id: Option<Uuid>,
    /// The hospital's own number of the report (DiagnosticReport.identifier; OBR-3).
    pub report_no: OwnNo,
    /// The hospital's own number of the order (ServiceRequest.identifier; OBR-2).
    pub order_no: OwnNo,
    /// Whom the message says that it is about, by an identity number.
    pub patient: PersonId,
    /// How far it is.
    pub status: ReportStatus,
    /// When this version was issued: it orders versions (DiagnosticReport.issued; OBR-22).
    pub issued_at: DateTime<Utc>,
    /// When the specimen was taken or the examination made.
    pub effective_at: Option<DateTime<Utc>>,
    /// What kind of examination.
    pub category: ReportCategory,
    /// Which examination.
    pub code: Code,
    /// What the examiner concludes.
    pub conclusion: Option<Masked<String>>,
    /// Its items.
    pub observations: Vec<NewObservation>,
    /// The FHIR resource, where it came as one: it is given back as it was sent.
    pub resource: Option<String>,
}
