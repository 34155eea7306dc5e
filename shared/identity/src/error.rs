//! What can go wrong in identity.

mod proof;
mod staff;

use chrono::TimeDelta;
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::{SealError, Unsealable},
    problems,
};

use crate::rules::FRESH;

pub use proof::ProofError;
pub use staff::StaffError;

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
    /// Short messages do not go to this country.
    #[error("no short messages go to this country")]
    PhoneCountryRefused,
    /// The budget of short messages is spent.
    #[error("no short messages go out at present")]
    SmsUnavailable,
    /// The password is wrong, or there is none.
    #[error("the password is refused")]
    PasswordRefused,
    /// Another try at the password has to wait.
    #[error("too many tries at this password")]
    PasswordTooSoon(TimeDelta),
    /// The password is right, and too short to be the only factor.
    #[error("the password works beside a code only")]
    SecondFactorRequired,
    /// The new password is among the first that anybody would try.
    #[error("the password is too common")]
    PasswordCommon,
    /// The authenticator's answer does not hold, or comes too late.
    #[error("the passkey is refused")]
    PasskeyRefused,
    /// The account has as many passkeys as it may have.
    #[error("the account has too many passkeys")]
    PasskeysTooMany,
    /// The city has no domain name to bind passkeys to.
    #[error("there are no passkeys in this city")]
    PasskeysUnavailable,
    /// The caller signed in too long ago for this.
    #[error("the sign-in is too old")]
    SignInTooOld,
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] crate::hasher::HashError),
    /// A client cannot be sent back to this address.
    #[error(
        "{0} is no redirect URI: one is https, an app's own scheme, or http on 127.0.0.1 or [::1]"
    )]
    RedirectUriRefused(String),
    /// The city is not served.
    #[error("the city is not served")]
    CityUnknown,
    /// The account is bound to another person already.
    #[error("the account has another real name")]
    RealNameSettled,
    /// The account of a valid token is gone.
    #[error("the account is gone")]
    AccountUnknown,
    /// There is nobody of that number whom the caller may see.
    #[error("the person is not known")]
    PersonUnknown,
    /// The client has looked for too many people.
    #[error("too many people looked up")]
    TooManyLookups(TimeDelta),
    /// The purpose or the legal basis of an access is none of the city's.
    #[error("the purpose or legal basis of an access is not known")]
    ReasonUnknown,
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// A real name or a fresh proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Stored data does not open.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    /// A value could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// Between agencies, their people and their systems' keys.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
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
            Self::Catalogue(error) => error.as_db(),
            Self::Sealing(error) => error.as_db(),
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
    &PHONE_COUNTRY_REFUSED,
    &SMS_UNAVAILABLE,
    &PASSWORD_REFUSED,
    &PASSWORD_TOO_SOON,
    &SECOND_FACTOR_REQUIRED,
    &PASSWORD_COMMON,
    &PASSKEY_REFUSED,
    &PASSKEYS_TOO_MANY,
    &PASSKEYS_UNAVAILABLE,
    &SIGN_IN_TOO_OLD,
    &CITY_UNKNOWN,
    &REDIRECT_URI_REFUSED,
    &REAL_NAME_SETTLED,
    &proof::REAL_NAME_TOO_OFTEN,
    &proof::REGISTRY_MISSING,
    &proof::STEP_UP_REQUIRED,
    &proof::STEP_UP_REFUSED,
    &proof::STEP_UP_INCOMPLETE,
    &staff::DUTY_MISSING,
    &staff::TWO_FACTORS_REQUIRED,
    &staff::DESK_CLOSED,
    &staff::INVITATION_UNKNOWN,
    &staff::OWN_ROLE,
    &staff::TOO_MANY_INVITATIONS,
    &staff::KEY_UNUSABLE,
    &staff::KEY_NAME_TAKEN,
    &staff::TOO_MANY_KEYS,
    &staff::LAST_KEY,
    &staff::OWN_REQUEST,
    &staff::FINGERPRINT_DIFFERS,
    &staff::TOO_MANY_CLIENT_REQUESTS,
    &staff::SCOPE_UNKNOWN,
    &PERSON_UNKNOWN,
    &TOO_MANY_LOOKUPS,
    &REASON_UNKNOWN,
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
    "Claim your real name first (PUT /v1/me/real-name), and refresh when it is verified",
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
const PHONE_COUNTRY_REFUSED: ProblemType = ProblemType::new(
    "identity.phone_country_refused",
    422,
    "Codes are not sent to telephone numbers of this country; use a mail address",
    "暂不支持向该国家或地区的手机号码发送验证码，请使用电子邮箱",
);
const SMS_UNAVAILABLE: ProblemType = ProblemType::new(
    "identity.sms_unavailable",
    503,
    "No short messages go out at present; use a mail address, a password or a passkey",
    "短信服务暂不可用，请使用电子邮箱、密码或通行密钥登录",
)
.passing();
const PASSWORD_REFUSED: ProblemType = ProblemType::new(
    "identity.password_refused",
    401,
    "Address and password do not belong together",
    "账号或密码错误",
);
const PASSWORD_TOO_SOON: ProblemType = ProblemType::new(
    "identity.password_too_soon",
    429,
    "Too many wrong passwords; wait before the next try, or sign in with a code or a passkey",
    "密码错误次数过多，请稍后再试，或使用验证码、通行密钥登录",
)
.passing();
const SECOND_FACTOR_REQUIRED: ProblemType = ProblemType::new(
    "identity.second_factor_required",
    403,
    "This password works beside a one-time code only: sign in with both",
    "该密码须与验证码同时使用",
);
const PASSWORD_COMMON: ProblemType = ProblemType::new(
    "identity.password_common",
    422,
    "This password is among the first that anybody would try; choose another",
    "密码过于常见或容易被猜到，请更换",
);
const PASSKEY_REFUSED: ProblemType = ProblemType::new(
    "identity.passkey_refused",
    401,
    "The passkey is not valid here, or its answer came too late; begin again",
    "通行密钥无效或已超时，请重试",
);
const PASSKEYS_TOO_MANY: ProblemType = ProblemType::new(
    "identity.passkeys_too_many",
    422,
    "The account has 20 passkeys; remove one first",
    "每个账号最多添加 20 个通行密钥，请先删除不用的",
);
const PASSKEYS_UNAVAILABLE: ProblemType = ProblemType::new(
    "identity.passkeys_unavailable",
    422,
    "Passkeys need a city that is reached by a domain name; this one is not",
    "该城市未使用域名访问，无法使用通行密钥",
);
const SIGN_IN_TOO_OLD: ProblemType = ProblemType::new(
    "identity.sign_in_too_old",
    401,
    "Sign in again first: this needs a sign-in of the last five minutes",
    "请重新登录：此操作需在登录后五分钟内完成",
);
const REDIRECT_URI_REFUSED: ProblemType = ProblemType::new(
    "identity.redirect_uri_refused",
    422,
    "A redirect URI is https, an app's own scheme, or http on the device itself",
    "回调地址须为https、应用专有协议或本机http地址",
);
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

const PERSON_UNKNOWN: ProblemType = ProblemType::new(
    "identity.person_unknown",
    404,
    "There is nobody of this number whom you may see",
    "未找到您有权查询的人员",
);
const TOO_MANY_LOOKUPS: ProblemType = ProblemType::new(
    "identity.too_many_lookups",
    429,
    "You have looked for too many people within the hour",
    "一小时内查询的人数过多，请稍后再试",
)
.passing();
const REASON_UNKNOWN: ProblemType = ProblemType::new(
    "identity.reason_unknown",
    422,
    "The city does not know this purpose or this legal basis",
    "查询用途或法律依据不在城市目录中",
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
            Error::PhoneCountryRefused => Self::new(&PHONE_COUNTRY_REFUSED),
            Error::SmsUnavailable => Self::new(&SMS_UNAVAILABLE).retry_after(3_600),
            Error::PasswordRefused => Self::new(&PASSWORD_REFUSED),
            Error::PasswordTooSoon(wait) => {
                let seconds = u32::try_from(wait.num_seconds()).unwrap_or_default();
                Self::new(&PASSWORD_TOO_SOON).retry_after(seconds + 1)
            }
            Error::SecondFactorRequired => Self::new(&SECOND_FACTOR_REQUIRED),
            Error::PasswordCommon => Self::new(&PASSWORD_COMMON),
            Error::PasskeyRefused => Self::new(&PASSKEY_REFUSED),
            Error::PasskeysTooMany => Self::new(&PASSKEYS_TOO_MANY),
            Error::PasskeysUnavailable => Self::new(&PASSKEYS_UNAVAILABLE),
            Error::SignInTooOld => Self::new(&SIGN_IN_TOO_OLD).challenge(format!(
                "Bearer error=\"insufficient_user_authentication\", max_age={}",
                FRESH.num_seconds()
            )),
            Error::Hash(error) => Self::new(&problems::INTERNAL).cause(error),
            Error::RedirectUriRefused(_) => Self::new(&REDIRECT_URI_REFUSED),
            Error::CityUnknown => Self::new(&CITY_UNKNOWN),
            Error::RealNameSettled => Self::new(&REAL_NAME_SETTLED),
            Error::PersonUnknown => Self::new(&PERSON_UNKNOWN),
            Error::TooManyLookups(wait) => {
                let seconds = u32::try_from(wait.num_seconds()).unwrap_or_default();
                Self::new(&TOO_MANY_LOOKUPS).retry_after(seconds + 1)
            }
            Error::ReasonUnknown => Self::new(&REASON_UNKNOWN),
            Error::Notify(error) => error.into(),
            Error::Staff(error) => error.into(),
            Error::Proof(error) => error.into(),
            Error::Catalogue(error) => error.into(),
            Error::Sealing(error) => error.into(),
            Error::Damaged(_) | Error::Unsealable(_) | Error::Signing(_) => {
                Self::new(&problems::INTERNAL).cause(error)
            }
            Error::Db(error) => error.into(),
        }
    }
}
