//! What the two are told before they come.

use chrono::NaiveDate;
use citygate_kernel::{Locale, wire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actions::precheck::Checked,
    model::Side,
    rules::precheck::{Designation, Finding, OtherSide, Paper},
};

/// For which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrecheckRequest, example = json!({"on": "2027-05-20"}))]
pub(crate) struct PrecheckBody {
    /// From today to a year from now.
    #[serde(deserialize_with = "wire::date")]
    pub on: NaiveDate,
}

/// What the caller is told: everything about themselves, and a word about the other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Precheck)]
pub(crate) struct PrecheckedBody {
    on: NaiveDate,
    /// Whether an appointment on that day can be booked.
    ready: bool,
    findings: Vec<FindingBody>,
    /// What the caller brings.
    papers: Vec<PaperBody>,
    /// Where the papers are listed.
    papers_citation: String,
    /// What the office has to be designated for, for the caller's document; absent where every office
    /// can do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Designation)]
    designated_for: Option<Designation>,
    other: OtherSideBody,
}

/// Something about the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrecheckFinding)]
struct FindingBody {
    code: Finding,
    /// Whether it is in the way.
    blocks: bool,
    text: String,
    citation: String,
}

/// Something to bring.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriagePaper)]
struct PaperBody {
    code: Paper,
    name: String,
}

/// A word about the other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrecheckOther)]
struct OtherSideBody {
    code: OtherSide,
    text: String,
}

impl PrecheckedBody {
    pub(crate) fn new(checked: &Checked, side: Side, locale: Locale) -> Self {
        let told = checked.of(side);
        let finding = |finding: &Finding| FindingBody {
            code: *finding,
            blocks: finding.blocks(),
            text: finding.name().get(locale).to_owned(),
            citation: checked.citation(*finding).get(locale).to_owned(),
        };
        let paper =
            |paper: &Paper| PaperBody { code: *paper, name: paper.name().get(locale).to_owned() };
        Self {
            on: checked.on,
            ready: told.is_ready(),
            findings: told.findings.iter().map(finding).collect(),
            papers: told.papers.iter().map(paper).collect(),
            papers_citation: checked.papers_citation.get(locale).to_owned(),
            designated_for: told.designated,
            other: OtherSideBody {
                code: told.other,
                text: told.other.name().get(locale).to_owned(),
            },
        }
    }
}
