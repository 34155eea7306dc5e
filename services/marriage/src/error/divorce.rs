//! Facts of divorces.

use citygate_kernel::{Problem, ProblemType};

use crate::rules::divorce::WrongDivorceState;

/// Why something cannot be done with a divorce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DivorceError {
    /// There is no such divorce, or it is somebody else's.
    #[error("there is no such divorce")]
    Unknown,
    /// There is no such marriage, or it has ended.
    #[error("there is no such marriage")]
    MarriageUnknown,
    /// A divorce of the marriage goes on.
    #[error("a divorce of the marriage goes on")]
    Open,
    /// It cannot happen to the divorce as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongDivorceState),
}

pub(super) const DIVORCE_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.divorce_unknown",
    404,
    "There is no such divorce",
    "离婚登记事项不存在",
);
pub(super) const MARRIAGE_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.marriage_unknown",
    404,
    "There is no such marriage, or it has ended",
    "没有该结婚登记，或者婚姻关系已解除",
);
pub(super) const DIVORCE_OPEN: ProblemType = ProblemType::new(
    "marriage.divorce_open",
    409,
    "A divorce of this marriage goes on",
    "已有正在办理的离婚登记",
);
pub(super) const WRONG_DIVORCE_STATE: ProblemType = ProblemType::new(
    "marriage.wrong_divorce_state",
    409,
    "That cannot be done with the divorce as it stands",
    "离婚登记当前状态不允许此操作",
);

impl From<DivorceError> for Problem {
    fn from(fact: DivorceError) -> Self {
        match fact {
            DivorceError::Unknown => Self::new(&DIVORCE_UNKNOWN),
            DivorceError::MarriageUnknown => Self::new(&MARRIAGE_UNKNOWN),
            DivorceError::Open => Self::new(&DIVORCE_OPEN),
            DivorceError::WrongState(_) => Self::new(&WRONG_DIVORCE_STATE),
        }
    }
}
