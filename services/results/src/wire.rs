//! Bodies of results.

mod clinician;
mod report;
mod trend;

pub(crate) use clinician::{
    AcknowledgeBody, ChartBody, DiscloseBody, NoteBody, ReleaseBody, WaitingBody,
};
pub(crate) use report::{ListedBody, ReportBody, flag_text, range_text, unit_text, value_text};
pub(crate) use trend::TrendBody;
