//! Why a batch or a part of it is not taken.

use citygate_kernel::{Problem, ProblemType};

use crate::rules::batch::WrongState;

/// A fact about a batch.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The centre has declared no batch of this number.
    #[error("there is no such batch")]
    Unknown,
    /// The number stands for a batch that was declared otherwise.
    #[error("the batch was declared otherwise")]
    DeclaredOtherwise,
    /// Nobody can tell everything of a time to come.
    #[error("the as-of lies in the future")]
    AsOfAhead,
    /// What it is to replace is no batch of the kind that has come out wrong, or a later one.
    #[error("there is no such batch to replace")]
    NothingToReplace,
    /// The part is there, with other content.
    #[error("the part is there, with other content")]
    PartDiffers,
    /// Too few lines, or too many.
    #[error("a part has 1 to {most} lines")]
    PartSize {
        /// The most that it may have.
        most: usize,
    },
    /// Something cannot happen to the batch as it stands.
    #[error(transparent)]
    State(#[from] WrongState),
}

pub(super) const UNKNOWN: ProblemType =
    ProblemType::new("provident_fund.batch_unknown", 404, "There is no such batch", "批次不存在");
pub(super) const DECLARED_OTHERWISE: ProblemType = ProblemType::new(
    "provident_fund.batch_differs",
    409,
    "The number stands for a batch that was declared otherwise",
    "该批次号已对应内容不同的批次",
);
pub(super) const AS_OF_AHEAD: ProblemType = ProblemType::new(
    "provident_fund.as_of_ahead",
    422,
    "A batch tells of what was, not of what will be",
    "数据截止时间不得晚于当前时间",
);
pub(super) const NOTHING_TO_REPLACE: ProblemType = ProblemType::new(
    "provident_fund.nothing_to_replace",
    422,
    "A batch replaces an earlier one of its kind that is open or did not balance",
    "只能替换同类且未平衡的早前批次",
);
pub(super) const PART_DIFFERS: ProblemType = ProblemType::new(
    "provident_fund.part_differs",
    409,
    "The part is there, with other content",
    "该分片已接收且内容不同",
);
pub(super) const PART_SIZE: ProblemType = ProblemType::new(
    "provident_fund.part_size",
    422,
    "A part has too few lines, or too many",
    "分片行数不符合要求",
);
pub(super) const BATCH_CLOSED: ProblemType =
    ProblemType::new("provident_fund.batch_closed", 409, "The batch is closed", "批次已关闭");
pub(super) const BATCH_REPLACED: ProblemType = ProblemType::new(
    "provident_fund.batch_replaced",
    409,
    "Another batch has replaced this one",
    "该批次已被其他批次替换",
);

impl From<BatchError> for Problem {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Unknown => Self::new(&UNKNOWN),
            BatchError::DeclaredOtherwise => Self::new(&DECLARED_OTHERWISE),
            BatchError::AsOfAhead => Self::new(&AS_OF_AHEAD).field("/as_of", "not after now"),
            BatchError::NothingToReplace => Self::new(&NOTHING_TO_REPLACE),
            BatchError::PartDiffers => Self::new(&PART_DIFFERS),
            BatchError::PartSize { most } => {
                Self::new(&PART_SIZE).detail(format!("1 to {most} lines are expected"))
            }
            BatchError::State(WrongState { state, event: _ }) => Self::new(wrong_state(state)),
        }
    }
}

fn wrong_state(state: crate::model::BatchState) -> &'static ProblemType {
    use crate::model::BatchState::{Closed, Open, Replaced, Unbalanced};
    match state {
        Replaced => &BATCH_REPLACED,
        // An open or unbalanced batch takes whatever comes.
        Closed | Open | Unbalanced => &BATCH_CLOSED,
    }
}
