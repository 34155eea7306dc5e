//! Results as those who answer for them see them.

use chrono::{DateTime, Utc};
use citygate_identity::StaffId;
use citygate_kernel::{Locale, Words, wire};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::report::ReportBody;
use crate::{
    actions::clinician::Chart,
    model::{
        Release, ReleaseClass, ReleaseEvent, ReleaseState, ReleaseStep, Report, ReportCategory,
        ReportId, Viewer,
    },
};

/// The number of a version.
fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::try_from(wire::integer(deserializer)?) {
        Ok(number @ 1..=0x7fff_ffff) => Ok(number),
        _ => Err(de::Error::custom("the number of a version is expected")),
    }
}

/// What a clinician repeats of something critical.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AcknowledgeResultRequest, example = json!({"version": 1, "read_back": "钾 6.8 mmol/L"}))]
pub(crate) struct AcknowledgeBody {
    /// The version that was read.
    #[serde(deserialize_with = "version")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: u32,
    /// The value, read back.
    pub read_back: Words<500>,
}

/// What a clinician explains.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResultNoteRequest, example = json!({"version": 1, "text": "良性，六个月后复查。"}))]
pub(crate) struct NoteBody {
    /// The version that was read.
    #[serde(deserialize_with = "version")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: u32,
    pub text: Words<2000>,
}

/// Who was told in person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResultDisclosureRequest, example = json!({"version": 1, "told": "person"}))]
pub(crate) struct DiscloseBody {
    /// The version that was told.
    #[serde(deserialize_with = "version")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: u32,
    pub told: Told,
}

/// Who was told in person.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ToldInPerson)]
pub(crate) enum Told {
    Person,
    Guardian,
}

impl Told {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guardian => "guardian",
        }
    }
}

/// What waits for somebody at the hospital.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingResult)]
pub(crate) struct WaitingBody {
    report_id: ReportId,
    /// The hospital's own number.
    report_no: String,
    category: ReportCategory,
    issued_at: DateTime<Utc>,
    release: ReleaseBody,
}

impl WaitingBody {
    pub(crate) fn new((report, release): (Report, Release)) -> Self {
        Self {
            report_id: report.id,
            report_no: report.report_no.as_str().to_owned(),
            category: report.category,
            issued_at: report.issued_at,
            release: release.into(),
        }
    }
}

/// How far the version that stands is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultRelease)]
pub(crate) struct ReleaseBody {
    version: u32,
    class: &'static str,
    /// Which gate it stands at, or that it is through.
    state: &'static str,
    /// Until when something critical is to be acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    acknowledge_by: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    acknowledged_at: Option<DateTime<Utc>>,
    /// When the rule waits no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    release_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    released_at: Option<DateTime<Utc>>,
}

impl From<Release> for ReleaseBody {
    fn from(release: Release) -> Self {
        Self {
            version: release.version,
            class: ReleaseClass::code(release.class),
            state: ReleaseState::code(release.state),
            acknowledge_by: release.acknowledge_by,
            acknowledged_at: release.acknowledged_at,
            release_at: release.release_at,
            released_at: release.released_at,
        }
    }
}

/// A report with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultChart)]
pub(crate) struct ChartBody {
    report: ReportBody,
    release: ReleaseBody,
    /// Oldest first.
    history: Vec<EventBody>,
    viewers: Vec<ViewerBody>,
}

/// A line of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultEvent)]
struct EventBody {
    version: u32,
    step: &'static str,
    /// Where it led to.
    state: &'static str,
    happened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = StaffId)]
    staff_id: Option<StaffId>,
    /// What was read back, noted or told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    words: Option<String>,
}

/// Who has seen a version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultViewer)]
struct ViewerBody {
    version: u32,
    /// Absent where it was the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = StaffId)]
    staff_id: Option<StaffId>,
    viewed_at: DateTime<Utc>,
}

impl ChartBody {
    pub(crate) fn new(chart: Chart, locale: Locale) -> Self {
        let Chart { reading, history, viewers } = chart;
        let event = |event: ReleaseEvent| EventBody {
            version: event.version,
            step: ReleaseStep::code(event.step),
            state: ReleaseState::code(event.state),
            happened_at: event.happened_at,
            staff_id: event.staff,
            words: event.words,
        };
        let viewer = |(version, viewer, viewed_at)| ViewerBody {
            version,
            staff_id: match viewer {
                Viewer::Person => None,
                Viewer::Staff(staff) => Some(staff),
            },
            viewed_at,
        };
        Self {
            release: reading.release.clone().into(),
            report: ReportBody::new(reading, locale),
            history: history.into_iter().map(event).collect(),
            viewers: viewers.into_iter().map(viewer).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_whole_number_from_1() {
        for (sent, expected) in [
            ("1", Some(1)),
            ("2.0", Some(2)),
            ("2147483647", Some(2_147_483_647)),
            ("2147483648", None),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("\"1\"", None),
            ("null", None),
        ] {
            let body = format!("{{\"version\": {sent}, \"told\": \"person\"}}");
            let read = serde_json::from_str::<DiscloseBody>(&body).ok().map(|body| body.version);
            assert_eq!(read, expected, "{sent}");
        }
    }
}
