//! Why a result is not shown, or nothing is done about it.

use citygate_kernel::{Problem, ProblemType};
use citygate_paper::pdf::PrintError;

/// A fact about the release of a report.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// There is no such report, or it is somebody else's.
    #[error("there is no such report")]
    ReportUnknown,
    /// There is no such version, or it may not be shown.
    #[error("there is no such version")]
    VersionUnknown,
    /// It waits at the hospital.
    #[error("the report is not released")]
    Withheld,
    /// It should never have been sent.
    #[error("the report was withdrawn")]
    Withdrawn,
    /// Another version stands by now.
    #[error("version {current} stands")]
    VersionChanged {
        /// The one that stands.
        current: u32,
    },
    /// Nothing critical waits for an acknowledgement.
    #[error("nothing waits for an acknowledgement")]
    NothingToAcknowledge,
    /// The step does not apply to what the report is.
    #[error("the step does not apply")]
    StepRefused,
    /// The report has no such item.
    #[error("the report has no such item")]
    ItemUnknown,
    /// Documents are being made for others.
    #[error("too many documents are being made")]
    DocumentsBusy,
    /// A document did not come to be.
    #[error("a document could not be made: {0}")]
    Document(PrintError),
}

pub(super) const REPORT_UNKNOWN: ProblemType =
    ProblemType::new("results.report_unknown", 404, "There is no such report", "报告不存在");
pub(super) const VERSION_UNKNOWN: ProblemType = ProblemType::new(
    "results.version_unknown",
    404,
    "The report has no such version to show",
    "该报告没有可查看的此版本",
);
pub(super) const WITHHELD: ProblemType = ProblemType::new(
    "results.withheld",
    403,
    "The result waits for you at the hospital",
    "该结果请到医院由医生当面告知",
);
pub(super) const WITHDRAWN: ProblemType = ProblemType::new(
    "results.withdrawn",
    410,
    "The hospital has withdrawn the report",
    "医院已撤回该报告",
);
pub(super) const VERSION_CHANGED: ProblemType = ProblemType::new(
    "results.version_changed",
    409,
    "Another version of the report stands by now",
    "报告版本已更新",
);
pub(super) const NOTHING_TO_ACKNOWLEDGE: ProblemType = ProblemType::new(
    "results.nothing_to_acknowledge",
    409,
    "Nothing critical waits for an acknowledgement",
    "没有待确认的危急值",
);
pub(super) const STEP_REFUSED: ProblemType = ProblemType::new(
    "results.step_refused",
    409,
    "The step does not apply to the report as it stands",
    "报告当前状态不允许该操作",
);
pub(super) const ITEM_UNKNOWN: ProblemType = ProblemType::new(
    "results.item_unknown",
    404,
    "The report has no such item with a number",
    "该报告没有此数值项目",
);
pub(super) const DOCUMENTS_BUSY: ProblemType = ProblemType::new(
    "results.documents_busy",
    503,
    "Too many documents are being made; try again in a moment",
    "正在生成的文档过多，请稍后再试",
);

impl From<PrintError> for ReleaseError {
    fn from(error: PrintError) -> Self {
        match error {
            PrintError::Busy => Self::DocumentsBusy,
            PrintError::Pdf(_) | PrintError::Interrupted => Self::Document(error),
        }
    }
}

impl From<ReleaseError> for Problem {
    fn from(error: ReleaseError) -> Self {
        Self::new(match error {
            ReleaseError::ReportUnknown => &REPORT_UNKNOWN,
            ReleaseError::VersionUnknown => &VERSION_UNKNOWN,
            ReleaseError::Withheld => &WITHHELD,
            ReleaseError::Withdrawn => &WITHDRAWN,
            ReleaseError::VersionChanged { current } => {
                return Self::new(&VERSION_CHANGED).detail(format!("version {current} stands"));
            }
            ReleaseError::NothingToAcknowledge => &NOTHING_TO_ACKNOWLEDGE,
            ReleaseError::StepRefused => &STEP_REFUSED,
            ReleaseError::ItemUnknown => &ITEM_UNKNOWN,
            ReleaseError::DocumentsBusy => &DOCUMENTS_BUSY,
            ReleaseError::Document(_) => {
                return Self::new(&citygate_platform::problems::INTERNAL).cause(error);
            }
        })
    }
}
