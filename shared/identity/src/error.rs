//! What can go wrong in identity.

use chrono::TimeDelta;
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::Unsealable,
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No token was sent.
    #[error("no access token")]
    TokenRequired,
    /// The token is not one of this city, has expired, or was tampered with.
    #[error("the access token is not valid: {0}")]
    TokenInvalid(&'static str),
    /// The caller is somebody else than the operation serves.
    #[error("the caller may not do this")]
    Forbidden,
    /// The client's token lacks the scope of the operation.
    #[error("the scope {0} is missing")]
    ScopeMissing(&'static str),
    /// The account has no real name yet.
    #[error("the account has no real name")]
    RealNameRequired,
    /// The code is wrong, used, expired, or guessed at too often.
    #[error("the one-time code is refused")]
    CodeRefused,
    /// Another code has to wait.
    #[error("too many codes for this address")]
    CodeTooSoon(TimeDelta),
    /// The city is not served.
    #[error("the city is not served")]
    CityUnknown,
    /// The account is bound to another person already.
    #[error("the account has another real name")]
    RealNameSettled,
    /// The person has another account.
    #[error("the real name cannot be bound to this account")]
    RealNameRefused,
    /// The account of a valid token is gone.
    #[error("the account is gone")]
    AccountUnknown,
    /// Stored data does not open.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    /// The notifier refused.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// A token could not be signed.
    #[error("signing failed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Notify(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &TOKEN_REQUIRED,
    &TOKEN_INVALID,
    &FORBIDDEN,
    &SCOPE_MISSING,
    &REAL_NAME_REQUIRED,
    &CODE_REFUSED,
    &CODE_TOO_SOON,
    &CITY_UNKNOWN,
    &REAL_NAME_SETTLED,
    &REAL_NAME_REFUSED,
];

const TOKEN_REQUIRED: ProblemType = ProblemType::new(
    "identity.token_required",
    401,
    "An access token is required",
    "请先登录：缺少访问令牌",
);
const TOKEN_INVALID: ProblemType = ProblemType::new(
    "identity.token_invalid",
    401,
    "The access token is expired or not valid",
    "访问令牌无效或已过期",
);
const FORBIDDEN: ProblemType = ProblemType::new(
    "identity.forbidden",
    403,
    "This operation is not for this kind of caller",
    "当前身份无权执行此操作",
);
const SCOPE_MISSING: ProblemType = ProblemType::new(
    "identity.scope_missing",
    403,
    "The access token lacks the scope of this operation",
    "访问令牌缺少所需的权限范围",
);
const REAL_NAME_REQUIRED: ProblemType = ProblemType::new(
    "identity.real_name_required",
    403,
    "Give your name and resident identity number first (PUT /v1/me/real-name), then refresh",
    "请先完成实名认证，然后刷新访问令牌",
);
const CODE_REFUSED: ProblemType = ProblemType::new(
    "identity.code_refused",
    401,
    "The one-time code is wrong or no longer valid",
    "验证码错误或已失效",
);
const CODE_TOO_SOON: ProblemType = ProblemType::new(
    "identity.code_too_soon",
    429,
    "A code was sent to this address recently; wait before asking for another",
    "验证码发送过于频繁，请稍后再试",
)
.passing();
const CITY_UNKNOWN: ProblemType = ProblemType::new(
    "identity.city_unknown",
    422,
    "The gateway does not serve this city",
    "该城市尚未接入",
);
const REAL_NAME_SETTLED: ProblemType = ProblemType::new(
    "identity.real_name_settled",
    409,
    "The account has a real name already; it cannot be changed here",
    "该账号已完成实名认证，不能在此更改",
);
const REAL_NAME_REFUSED: ProblemType = ProblemType::new(
    "identity.real_name_refused",
    409,
    "The real name cannot be bound to this account; contact the service desk",
    "无法为该账号绑定此实名信息，请联系服务窗口",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::TokenRequired => Self::new(&TOKEN_REQUIRED).challenge("Bearer"),
            Error::TokenInvalid(reason) => {
                Self::new(&TOKEN_INVALID).detail(reason).challenge("Bearer error=\"invalid_token\"")
            }
            Error::AccountUnknown => {
                Self::new(&TOKEN_INVALID).challenge("Bearer error=\"invalid_token\"")
            }
            Error::Forbidden => Self::new(&FORBIDDEN),
            Error::ScopeMissing(scope) => Self::new(&SCOPE_MISSING)
                .challenge(format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")),
            Error::RealNameRequired => Self::new(&REAL_NAME_REQUIRED),
            Error::CodeRefused => Self::new(&CODE_REFUSED),
            Error::CodeTooSoon(wait) => {
                let seconds = u32::try_from(wait.num_seconds()).unwrap_or_default();
                Self::new(&CODE_TOO_SOON).retry_after(seconds + 1)
            }
            Error::CityUnknown => Self::new(&CITY_UNKNOWN),
            Error::RealNameSettled => Self::new(&REAL_NAME_SETTLED),
            Error::RealNameRefused => Self::new(&REAL_NAME_REFUSED),
            Error::Notify(error) => error.into(),
            Error::Unsealable(_) | Error::Signing(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
