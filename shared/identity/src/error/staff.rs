//! What can go wrong between agencies, their people and their systems' keys.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::problems;

use crate::rules::staff::{STAFF_LEVEL, fresh_enough_seconds};

/// A fact.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The caller has no role at the agency, or it has nothing of that name.
    #[error("there is nothing here for the caller")]
    NothingHere,
    /// None of the caller's roles at the agency may do this.
    #[error("the duty {0} is missing")]
    DutyMissing(&'static str),
    /// The caller has signed in with one factor; a role needs two (RFC 9470).
    #[error("two factors are needed")]
    TwoFactorsRequired,
    /// The caller has signed in too long ago, or has not acted for a while (RFC 9470).
    #[error("the desk is closed")]
    DeskClosed,
    /// No invitation of that code waits for this account.
    #[error("no such invitation")]
    InvitationUnknown,
    /// Nobody gives or certifies a role of their own.
    #[error("the role is the caller's own")]
    OwnRole,
    /// As many invitations wait as an agency may have.
    #[error("too many invitations wait")]
    TooManyInvitations,
    /// The key cannot prove anything here.
    #[error("the key cannot be used: {0}")]
    KeyUnusable(&'static str),
    /// The system has, or had, another key of that name.
    #[error("the kid is taken")]
    KeyNameTaken,
    /// As many keys work as a system may have.
    #[error("too many keys")]
    TooManyKeys,
    /// Nobody agrees to a system that they have asked for themselves.
    #[error("the request is the caller's own")]
    OwnRequest,
    /// The key is another than the one that was compared.
    #[error("the fingerprint differs")]
    FingerprintDiffers,
    /// As many systems wait as an agency may have.
    #[error("too many systems wait")]
    TooManyClientRequests,
    /// A system cannot have such a scope.
    #[error("there is no such scope for systems")]
    ScopeUnknown,
    /// The system would be left without a key.
    #[error("the last key")]
    LastKey,
}

pub(super) const DUTY_MISSING: ProblemType = ProblemType::new(
    "identity.duty_missing",
    403,
    "The caller's role at the agency does not allow this",
    "您在该机构的岗位无权执行此操作",
);
pub(super) const TWO_FACTORS_REQUIRED: ProblemType = ProblemType::new(
    "identity.two_factors_required",
    401,
    "Sign in with two factors: a passkey, or a password and a short message",
    "请使用两种方式验证后登录：通行密钥，或密码加短信验证码",
);
pub(super) const DESK_CLOSED: ProblemType = ProblemType::new(
    "identity.desk_closed",
    401,
    "Sign in again: whoever acts for an agency does so after every 15 minutes without work, and after 8 \
     hours",
    "请重新登录：为机构办理业务时，15分钟无操作或登录满8小时后须重新登录",
);
pub(super) const INVITATION_UNKNOWN: ProblemType = ProblemType::new(
    "identity.invitation_unknown",
    404,
    "No invitation with this code waits for this account; sign in with the address that was invited",
    "没有与该代码对应的待接受邀请；请使用受邀邮箱登录",
);
pub(super) const OWN_ROLE: ProblemType = ProblemType::new(
    "identity.own_role",
    409,
    "Nobody gives or certifies a role of their own; ask another admin",
    "不能为本人授予或续认岗位，请由其他管理员办理",
);
pub(super) const TOO_MANY_INVITATIONS: ProblemType = ProblemType::new(
    "identity.too_many_invitations",
    409,
    "Too many invitations of the agency wait; take some back first",
    "该机构待接受的邀请过多，请先撤回部分邀请",
);
pub(super) const KEY_UNUSABLE: ProblemType = ProblemType::new(
    "identity.key_unusable",
    422,
    "The key is not one that a system can prove itself with",
    "该密钥不能用于系统身份证明",
);
pub(super) const KEY_NAME_TAKEN: ProblemType = ProblemType::new(
    "identity.key_name_taken",
    409,
    "The system has, or had, another key of this kid",
    "该系统已有或曾有相同 kid 的其他密钥",
);
pub(super) const TOO_MANY_KEYS: ProblemType = ProblemType::new(
    "identity.too_many_keys",
    409,
    "The system has as many keys as it may; retire one first",
    "该系统的密钥数量已达上限，请先停用一个",
);
pub(super) const LAST_KEY: ProblemType = ProblemType::new(
    "identity.last_key",
    409,
    "The system would have no key left; add another first, or disable the system",
    "该系统将没有可用密钥；请先添加新密钥，或停用该系统",
);
pub(super) const OWN_REQUEST: ProblemType = ProblemType::new(
    "identity.own_request",
    409,
    "Another admin of the agency has to agree to a new system",
    "须由本机构另一名管理员同意新增系统",
);
pub(super) const FINGERPRINT_DIFFERS: ProblemType = ProblemType::new(
    "identity.fingerprint_differs",
    422,
    "The key of the request has another fingerprint; do not agree before it is known why",
    "密钥指纹不一致；查明原因前请勿同意",
);
pub(super) const TOO_MANY_CLIENT_REQUESTS: ProblemType = ProblemType::new(
    "identity.too_many_client_requests",
    409,
    "Too many new systems of the agency wait; take some back first",
    "该机构待同意的新增系统过多，请先撤回部分申请",
);
pub(super) const SCOPE_UNKNOWN: ProblemType = ProblemType::new(
    "identity.scope_unknown",
    422,
    "A system has 1 to 50 scopes, each of which some operation for systems asks for",
    "系统的权限范围须为1至50项，且均为面向系统开放的权限",
);

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::NothingHere => Self::new(&problems::NOT_FOUND),
            StaffError::DutyMissing(duty) => {
                Self::new(&DUTY_MISSING).detail(format!("it needs {duty}"))
            }
            StaffError::TwoFactorsRequired => Self::new(&TWO_FACTORS_REQUIRED).challenge(format!(
                "Bearer error=\"insufficient_user_authentication\", acr_values=\"{}\"",
                STAFF_LEVEL.acr()
            )),
            StaffError::DeskClosed => Self::new(&DESK_CLOSED).challenge(format!(
                "Bearer error=\"insufficient_user_authentication\", acr_values=\"{}\", max_age=\"{}\"",
                STAFF_LEVEL.acr(),
                fresh_enough_seconds()
            )),
            StaffError::InvitationUnknown => Self::new(&INVITATION_UNKNOWN),
            StaffError::OwnRole => Self::new(&OWN_ROLE),
            StaffError::TooManyInvitations => Self::new(&TOO_MANY_INVITATIONS),
            StaffError::KeyUnusable(reason) => {
                Self::new(&KEY_UNUSABLE).field("/jwk", reason.to_owned())
            }
            StaffError::KeyNameTaken => Self::new(&KEY_NAME_TAKEN),
            StaffError::TooManyKeys => Self::new(&TOO_MANY_KEYS),
            StaffError::LastKey => Self::new(&LAST_KEY),
            StaffError::OwnRequest => Self::new(&OWN_REQUEST),
            StaffError::FingerprintDiffers => {
                Self::new(&FINGERPRINT_DIFFERS).field("/fingerprint", "not that of the key")
            }
            StaffError::TooManyClientRequests => Self::new(&TOO_MANY_CLIENT_REQUESTS),
            StaffError::ScopeUnknown => {
                Self::new(&SCOPE_UNKNOWN).field("/scopes", "not all are for systems")
            }
        }
    }
}
