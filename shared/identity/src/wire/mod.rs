//! Bodies of identity.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Masked, Words, wire};
use citygate_notify::{EmailAddress, Endpoint, WebhookUrl};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{actions, id_number::ResidentIdNumber, model::AccountId};

/// Where to send a one-time code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInCodeRequest)]
pub(crate) struct SendCodeBody {
    pub email: EmailAddress,
    /// The citizen's own city; it matters when the address signs in for the first time.
    pub city: CityCode,
}

/// A code is on its way, if the address can be written to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInCodeSent)]
pub(crate) struct CodeSentBody {
    /// Seconds for which the code works.
    pub expires_in: i64,
}

/// A one-time code, to be exchanged for tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInRequest)]
pub(crate) struct SignInBody {
    pub email: EmailAddress,
    /// Six digits, from the letter.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "123456")]
    pub code: Masked<OneTimeCode>,
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
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// Name and number, as on the identity card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RealNameRequest, example = json!({
    "name": "王芳", "id_number": "11010519491231002X",
}))]
pub(crate) struct RealNameBody {
    #[schema(value_type = Words<64>)]
    pub name: Masked<Words<64>>,
    pub id_number: ResidentIdNumber,
}

/// The caller's own account; what is personal is masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileBody {
    account_id: AccountId,
    city: CityCode,
    #[schema(example = "w***@example.com")]
    email: String,
    /// The language of letters.
    #[schema(example = "zh-CN")]
    locale: &'static str,
    /// Absent until the account has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = RealNameFactsBody)]
    real_name: Option<RealNameFactsBody>,
}

/// The real name of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RealName)]
pub(crate) struct RealNameFactsBody {
    #[schema(example = "王*")]
    name: String,
    #[schema(example = "3301**********0014")]
    id_number: String,
    since: DateTime<Utc>,
}

impl From<actions::Profile> for ProfileBody {
    fn from(profile: actions::Profile) -> Self {
        Self {
            account_id: profile.account,
            city: profile.city,
            email: profile.email_masked,
            locale: profile.locale.tag(),
            real_name: profile.real_name.map(|facts| RealNameFactsBody {
                name: facts.name_masked,
                id_number: facts.id_number_masked,
                since: facts.since,
            }),
        }
    }
}

/// Where an agency's system wants to be told what happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookRequest)]
pub(crate) struct PutWebhookBody {
    pub url: WebhookUrl,
}

/// A webhook as set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookBody {
    url: WebhookUrl,
    /// Signs every delivery (Standard Webhooks). Shown once, when the webhook is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        value_type = String,
        example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    )]
    secret: Option<String>,
    /// Since when nothing is delivered because the receiver answered 410.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    disabled_at: Option<DateTime<Utc>>,
}

impl WebhookBody {
    pub(crate) fn set(url: WebhookUrl, secret: Masked<String>) -> Self {
        Self { url, secret: Some(secret.into_exposed()), disabled_at: None }
    }
}

impl From<Endpoint> for WebhookBody {
    fn from(endpoint: Endpoint) -> Self {
        Self { url: endpoint.url, secret: None, disabled_at: endpoint.disabled_at }
    }
}
