//! Bodies of signing in.

use std::str::FromStr;

use citygate_kernel::{CityCode, Masked, wire};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{
    actions::SentCode,
    model::{ChallengeId, CodeAddress},
    rules::Password,
};

/// Where to send a one-time code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInCodeRequest)]
pub(crate) struct SendCodeBody {
    pub address: CodeAddress,
    /// The citizen's own city; it matters when a mail address signs in for the first time.
    pub city: CityCode,
}

/// A code is on its way, if the address can be written to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInCodeSent)]
pub(crate) struct CodeSentBody {
    /// Names this flow. Whoever wants to use the code has to know it, too.
    challenge: ChallengeId,
    /// Seconds for which the code works: 600 by mail, 300 by short message.
    expires_in: i64,
}

impl From<SentCode> for CodeSentBody {
    fn from(sent: SentCode) -> Self {
        Self { challenge: sent.challenge, expires_in: sent.expires_in.num_seconds() }
    }
}

/// A one-time code, to be exchanged for tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInRequest)]
pub(crate) struct SignInBody {
    /// From the answer to the request for the code.
    pub challenge: ChallengeId,
    /// Six digits, from the message.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "123456")]
    pub code: Masked<OneTimeCode>,
    /// The password of the account, as the second factor beside the code.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Password)]
    pub password: Option<Masked<Password>>,
}

/// What is there is not null.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Six digits.
pub(crate) struct OneTimeCode(pub String);

impl FromStr for OneTimeCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a code of six digits is expected")
        }
    }
}

impl<'de> Deserialize<'de> for OneTimeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// A password alone, to be exchanged for tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordSignInRequest)]
pub(crate) struct PasswordSignInBody {
    pub address: CodeAddress,
    #[schema(value_type = Password)]
    pub password: Masked<Password>,
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}
