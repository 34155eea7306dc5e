//! Bodies of identity.

mod staff;

mod accesses;
mod client_requests;
mod methods;
mod passkeys;
mod real_names;
mod sign_in;
mod step_up;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Masked};
use citygate_notify::{Endpoint, WebhookUrl};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{actions, model::AccountId};

pub(crate) use self::{
    accesses::{AccessBody, FoundPersonBody, LookupBody},
    client_requests::{
        ApproveClientBody, ClientRegisteredBody, ClientRequestBody, ClientRequestsBody,
        RequestClientBody,
    },
    methods::{
        OwnMethodsBody, PasswordBody, PhoneBody, PhoneCodeBody, PutPasswordBody, PutPhoneBody,
        SessionsBody,
    },
    passkeys::{
        AddPasskeyBody, CeremonyBody, PasskeyBody, PasskeySignInBody, PasskeysBody,
        RenamePasskeyBody,
    },
    real_names::{IdentityBody, RealNameBody, VerificationBody},
    sign_in::{CodeSentBody, OneTimeCode, PasswordSignInBody, SendCodeBody, SignInBody},
    step_up::{StepUpBody, StepUpCodeBody, StepUpCodeSentBody, SteppedUpBody},
};

pub(crate) use staff::*;

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
    /// The newest claim to a real name; absent until there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = VerificationBody)]
    verification: Option<VerificationBody>,
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
            verification: profile.verification.map(VerificationBody::from),
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
