//! Results as people read them.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::read::{Listed, Reading},
    model::{
        Flag, ObservedValue, ReleaseState, ReportCategory, ReportId, ReportStatus,
        StoredObservation,
    },
    rules::flags::{self, Flagged},
};

/// How far a result is on its way.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ResultState)]
pub(crate) enum StateBody {
    /// It waits at the hospital.
    Withheld,
    /// A clinician looks at it first.
    ClinicianFirst,
    Released,
    Viewed,
    /// It should never have been sent.
    Withdrawn,
}

impl From<ReleaseState> for StateBody {
    fn from(state: ReleaseState) -> Self {
        match state {
            ReleaseState::NotFinal | ReleaseState::InPerson => Self::Withheld,
            ReleaseState::Acknowledgement | ReleaseState::Note => Self::ClinicianFirst,
            ReleaseState::Released => Self::Released,
            ReleaseState::Viewed => Self::Viewed,
            ReleaseState::Withdrawn => Self::Withdrawn,
        }
    }
}

/// How far a report is, as FHIR has it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ResultStatus)]
pub(crate) enum StatusBody {
    Registered,
    Partial,
    Preliminary,
    Final,
    Amended,
    Corrected,
    Appended,
    Cancelled,
    EnteredInError,
}

impl From<ReportStatus> for StatusBody {
    fn from(status: ReportStatus) -> Self {
        match status {
            ReportStatus::Registered => Self::Registered,
            ReportStatus::Partial => Self::Partial,
            ReportStatus::Preliminary => Self::Preliminary,
            ReportStatus::Final => Self::Final,
            ReportStatus::Amended => Self::Amended,
            ReportStatus::Corrected => Self::Corrected,
            ReportStatus::Appended => Self::Appended,
            ReportStatus::Cancelled => Self::Cancelled,
            ReportStatus::EnteredInError => Self::EnteredInError,
        }
    }
}

/// A result on the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedResult)]
pub(crate) struct ListedBody {
    pub id: ReportId,
    hospital: HospitalBody,
    category: ReportCategory,
    state: StateBody,
    /// When the version that stands was issued.
    issued_at: DateTime<Utc>,
    /// What was examined; only of what is released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    title: Option<String>,
    /// What to do, where it is not released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    notice: Option<String>,
}

/// Which hospital.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultHospital)]
struct HospitalBody {
    id: AgencyId,
    name: String,
}

impl ListedBody {
    pub(crate) fn new(listed: Listed, locale: Locale) -> Self {
        let Listed { report, release, agency, title } = listed;
        let name = agency.name.get(locale).to_owned();
        Self {
            id: report.id,
            category: report.category,
            state: release.state.into(),
            issued_at: report.issued_at,
            title,
            notice: notice(release.state, &name, locale),
            hospital: HospitalBody { id: agency.id, name },
        }
    }
}

/// What somebody does about a result that they cannot read here. All that waits is told alike: only
/// the hospital says why.
fn notice(state: ReleaseState, hospital: &str, locale: Locale) -> Option<String> {
    let notice = match (state, locale) {
        (ReleaseState::Released | ReleaseState::Viewed, _) => return None,
        (ReleaseState::Withdrawn, Locale::En) => {
            format!("{hospital} has withdrawn this report; do not rely on it.")
        }
        (ReleaseState::Withdrawn, Locale::ZhCn) => {
            format!("{hospital}已撤回该报告，请勿以其为依据。")
        }
        (
            ReleaseState::NotFinal
            | ReleaseState::InPerson
            | ReleaseState::Acknowledgement
            | ReleaseState::Note,
            Locale::En,
        ) => format!("A result waits for you at {hospital}: ask the doctor who ordered it."),
        (
            ReleaseState::NotFinal
            | ReleaseState::InPerson
            | ReleaseState::Acknowledgement
            | ReleaseState::Note,
            Locale::ZhCn,
        ) => format!("您有一份结果在{hospital}等候查看，请联系为您开单的医生。"),
    };
    Some(notice)
}

/// A version of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Result)]
pub(crate) struct ReportBody {
    id: ReportId,
    /// The hospital's own number.
    report_no: String,
    hospital: HospitalBody,
    category: ReportCategory,
    state: StateBody,
    status: StatusBody,
    title: String,
    /// The number of this version, in the order of arrival.
    version: u32,
    /// Whether it is the version that stands.
    current: bool,
    issued_at: DateTime<Utc>,
    /// When the specimen was taken or the examination made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    effective_at: Option<DateTime<Utc>>,
    items: Vec<ItemBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    conclusion: Option<String>,
    /// What to do about findings out of the usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    advice: Option<String>,
    /// What clinicians explain, oldest first.
    notes: Vec<ExplanationBody>,
    versions: Vec<VersionBody>,
}

/// What a clinician explains.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultNote)]
struct ExplanationBody {
    text: String,
    noted_at: DateTime<Utc>,
}

/// A version on the list of a report's versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultVersion)]
struct VersionBody {
    version: u32,
    status: StatusBody,
    issued_at: DateTime<Utc>,
    current: bool,
}

/// An item of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultItem)]
struct ItemBody {
    /// Its place in the report, from 1.
    n: u32,
    name: String,
    /// As it was reported: `<0.5`, `Positive`.
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    unit: Option<String>,
    /// What is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = FlagBody)]
    flag: Option<FlagBody>,
    /// What the laboratory adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    note: Option<String>,
    /// Whether there is a trend of it.
    has_trend: bool,
}

/// How a value stands to what is usual.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultFlag)]
pub(super) struct FlagBody {
    /// `N`, `L`, `H`, `LL`, `HH`, `A`, `AA` (HL7 table 0078).
    code: &'static str,
    text: &'static str,
    /// Whether the city has computed it from the range, because the hospital gave none.
    computed: bool,
}

impl FlagBody {
    pub(super) fn new(flagged: Flagged, locale: Locale) -> Self {
        let flag = flagged.flag();
        let computed = matches!(flagged, Flagged::ByRange(_));
        Self { code: flag.code(), text: flag_text(flag, locale), computed }
    }
}

/// A flag in words.
pub(crate) fn flag_text(flag: Flag, locale: Locale) -> &'static str {
    match (flag, locale) {
        (Flag::Normal, Locale::En) => "normal",
        (Flag::Normal, Locale::ZhCn) => "正常",
        (Flag::Low, Locale::En) => "low ↓",
        (Flag::Low, Locale::ZhCn) => "偏低↓",
        (Flag::High, Locale::En) => "high ↑",
        (Flag::High, Locale::ZhCn) => "偏高↑",
        (Flag::CriticallyLow, Locale::En) => "critically low ↓↓",
        (Flag::CriticallyLow, Locale::ZhCn) => "危急偏低↓↓",
        (Flag::CriticallyHigh, Locale::En) => "critically high ↑↑",
        (Flag::CriticallyHigh, Locale::ZhCn) => "危急偏高↑↑",
        (Flag::Abnormal, Locale::En) => "abnormal",
        (Flag::Abnormal, Locale::ZhCn) => "异常",
        (Flag::CriticallyAbnormal, Locale::En) => "critically abnormal",
        (Flag::CriticallyAbnormal, Locale::ZhCn) => "危急异常",
    }
}

/// A value as it was reported.
pub(crate) fn value_text(value: &ObservedValue) -> String {
    match value {
        ObservedValue::Quantity { value, comparator, .. } => {
            format!("{}{value}", comparator.as_deref().unwrap_or_default())
        }
        ObservedValue::Coded(code) => code.display.clone(),
        ObservedValue::Text(text) | ObservedValue::Absent(text) => text.clone(),
    }
}

/// The unit of a value that has one.
pub(crate) fn unit_text(value: &ObservedValue) -> Option<&str> {
    match value {
        ObservedValue::Quantity { unit, .. } => {
            Some(unit).filter(|unit| !unit.is_empty()).map(String::as_str)
        }
        ObservedValue::Coded(_) | ObservedValue::Text(_) | ObservedValue::Absent(_) => None,
    }
}

/// What is usual, in words.
pub(crate) fn range_text(item: &StoredObservation) -> Option<String> {
    let range = item.said.range.as_ref()?;
    match (&range.low, &range.high) {
        (Some(low), Some(high)) => Some(format!("{low}–{high}")),
        (Some(low), None) => Some(format!("≥{low}")),
        (None, Some(high)) => Some(format!("≤{high}")),
        (None, None) => range.text.clone(),
    }
}

impl ItemBody {
    fn new(n: u32, item: &StoredObservation, locale: Locale) -> Self {
        let said = &item.said;
        Self {
            n,
            name: said.code.display.clone(),
            value: value_text(&said.value),
            unit: unit_text(&said.value).map(str::to_owned),
            range: range_text(item),
            flag: flags::flag(said).map(|flagged| FlagBody::new(flagged, locale)),
            note: said.note.clone(),
            has_trend: matches!(said.value, ObservedValue::Quantity { .. }),
        }
    }
}

impl ReportBody {
    pub(crate) fn new(reading: Reading, locale: Locale) -> Self {
        let Reading {
            report, release, agency, version, observations, versions, advice, notes, ..
        } = reading;
        let items = (1..).zip(&observations).map(|(n, item)| ItemBody::new(n, item, locale));
        let current = release.version;
        Self {
            id: report.id,
            report_no: report.report_no.as_str().to_owned(),
            hospital: HospitalBody { id: agency.id, name: agency.name.get(locale).to_owned() },
            category: version.content.category,
            state: release.state.into(),
            status: version.status.into(),
            title: version.content.code.display,
            version: version.number,
            current: version.number == current,
            issued_at: version.issued_at,
            effective_at: version.content.effective_at,
            items: items.collect(),
            conclusion: version.content.conclusion.map(|text| text.expose().clone()),
            advice: advice.map(|text| text.get(locale).to_owned()),
            notes: notes
                .into_iter()
                .map(|event| ExplanationBody {
                    text: event.words.unwrap_or_default(),
                    noted_at: event.happened_at,
                })
                .collect(),
            versions: versions
                .into_iter()
                .map(|key| VersionBody {
                    version: key.number,
                    status: key.status.into(),
                    issued_at: key.issued_at,
                    current: key.number == current,
                })
                .collect(),
        }
    }
}
