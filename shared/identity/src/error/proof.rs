//! What can go wrong when somebody proves who they are: a real name, or a fresh proof.

use chrono::TimeDelta;
use citygate_kernel::{Problem, ProblemType};

use crate::{
    model::StepUpPurpose,
    rules::{STEP_UP_LEVEL, STEP_UP_LIFE},
};

/// A fact.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The account has claimed real names too often.
    #[error("too many claims to a real name")]
    RealNameTooOften(TimeDelta),
    /// There is no register to ask.
    #[error("no register of real names is set up")]
    RegistryMissing,
    /// The operation needs a fresh proof, or the one that was shown is not for this.
    #[error("a fresh proof for {} is needed", .0.code())]
    StepUpRequired(StepUpPurpose),
    /// The document is not the caller's, or the code is wrong, used, expired, for something else, or
    /// guessed at too often.
    #[error("the proof is refused")]
    StepUpRefused,
    /// Object and amount are not named as the purpose needs them.
    #[error("object or amount are not those of the purpose")]
    StepUpIncomplete,
}

pub(super) const REAL_NAME_TOO_OFTEN: ProblemType = ProblemType::new(
    "identity.real_name_too_often",
    429,
    "The account has claimed a real name too often; try again later",
    "实名认证次数过多，请稍后再试",
)
.passing();
pub(super) const REGISTRY_MISSING: ProblemType = ProblemType::new(
    "identity.registry_missing",
    503,
    "Real names cannot be verified here at present",
    "暂不支持实名认证",
);
pub(super) const STEP_UP_REQUIRED: ProblemType = ProblemType::new(
    "identity.step_up_required",
    401,
    "Prove who you are for this first (POST /v1/step-ups), and repeat it with the new access token",
    "此操作需先进行身份核验，然后使用新的访问令牌重试",
);
pub(super) const STEP_UP_REFUSED: ProblemType = ProblemType::new(
    "identity.step_up_refused",
    403,
    "Document and code do not prove who you are, or are for something else",
    "身份核验未通过，请检查证件号码和验证码",
);
pub(super) const STEP_UP_INCOMPLETE: ProblemType = ProblemType::new(
    "identity.step_up_incomplete",
    422,
    "The purpose needs an object, an amount, or neither",
    "核验事项的对象或金额填写不符合要求",
);

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::RealNameTooOften(wait) => {
                let seconds = u32::try_from(wait.num_seconds()).unwrap_or_default();
                Self::new(&REAL_NAME_TOO_OFTEN).retry_after(seconds + 1)
            }
            ProofError::RegistryMissing => Self::new(&REGISTRY_MISSING),
            ProofError::StepUpRequired(purpose) => Self::new(&STEP_UP_REQUIRED)
                .detail(format!("purpose {}", purpose.code()))
                .challenge(format!(
                    "Bearer error=\"insufficient_user_authentication\", acr_values=\"{}\", \
                     max_age={}",
                    STEP_UP_LEVEL.acr(),
                    STEP_UP_LIFE.num_seconds()
                )),
            ProofError::StepUpRefused => Self::new(&STEP_UP_REFUSED),
            ProofError::StepUpIncomplete => Self::new(&STEP_UP_INCOMPLETE),
        }
    }
}
