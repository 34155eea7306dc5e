//! Bodies of a citizen's own ways to sign in, and sessions.

use chrono::{DateTime, Utc};
use citygate_kernel::Masked;
use citygate_notify::PhoneNumber;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OneTimeCode;
use crate::{
    actions::OwnMethods,
    model::{ChallengeId, SessionId},
    rules::{Password, Strength},
    store::SessionFacts,
};

/// A number that the citizen wants to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneCodeRequest)]
pub(crate) struct PhoneCodeBody {
    pub phone: PhoneNumber,
}

/// The code that was sent to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneRequest)]
pub(crate) struct PutPhoneBody {
    /// From the answer to the request for the code.
    pub challenge: ChallengeId,
    /// Six digits, from the message.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "123456")]
    pub code: Masked<OneTimeCode>,
}

/// The number of the account, masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Phone)]
pub(crate) struct PhoneBody {
    #[schema(example = "+86*******8000")]
    phone: String,
}

impl From<PhoneNumber> for PhoneBody {
    fn from(phone: PhoneNumber) -> Self {
        Self { phone: phone.masked() }
    }
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordRequest)]
pub(crate) struct PutPasswordBody {
    /// 15 characters and more work alone, shorter ones beside a code.
    #[schema(value_type = Password)]
    pub password: Masked<Password>,
}

/// The password of the account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasswordFacts)]
pub(crate) struct PasswordBody {
    /// Whether it works without a code.
    alone: bool,
}

impl From<Strength> for PasswordBody {
    fn from(strength: Strength) -> Self {
        Self { alone: strength == Strength::Alone }
    }
}

/// By what else than the mailbox the citizen can sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInMethods)]
pub(crate) struct OwnMethodsBody {
    /// The number of the account, masked; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "+86*******8000")]
    phone: Option<String>,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PasswordBody)]
    password: Option<PasswordBody>,
    /// How many there are.
    passkeys: usize,
}

impl From<OwnMethods> for OwnMethodsBody {
    fn from(own: OwnMethods) -> Self {
        let password = own.password.map(PasswordBody::from);
        Self { phone: own.phone_masked, password, passkeys: own.passkeys }
    }
}

/// The citizen's running sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sessions)]
pub(crate) struct SessionsBody {
    /// The one used last comes first; at most a hundred.
    items: Vec<SessionBody>,
}

/// A running session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionBody {
    id: SessionId,
    /// The families of browser and system; absent where they are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "Chrome, Android")]
    device: Option<String>,
    /// What the session is for; absent for the city's own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "Citygate")]
    client: Option<String>,
    /// How the citizen signed in (RFC 8176).
    #[schema(example = json!(["otp"]))]
    amr: Vec<&'static str>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    /// Whether it is the session that asks.
    current: bool,
}

impl SessionsBody {
    pub(crate) fn new(sessions: Vec<SessionFacts>, current: SessionId) -> Self {
        let body = |session: SessionFacts| SessionBody {
            id: session.id,
            device: session.device,
            client: session.client,
            amr: session.authentication.amr(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            current: session.id == current,
        };
        Self { items: sessions.into_iter().map(body).collect() }
    }
}
