//! Bodies of fresh proofs.

use citygate_kernel::{Masked, Money, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OneTimeCode, real_names::DocumentBody, sign_in::given};
use crate::{
    actions::{SteppedUp, Wanted},
    model::StepUpPurpose,
};

/// What the caller wants to prove themselves anew for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepUpCodeRequest, example = json!({"purpose": "identity.read"}))]
pub(crate) struct StepUpCodeBody {
    pub purpose: StepUpPurpose,
    /// For the purposes that need one: the identifier of the thing.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<128>)]
    pub object: Option<Words<128>>,
    /// For the purposes that need one.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Money)]
    pub amount: Option<Money>,
}

impl StepUpCodeBody {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        let object = self.object.as_ref().map(Words::as_str);
        Wanted { purpose: self.purpose, object, amount: self.amount }
    }
}

/// A code is on its way to the address of the account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepUpCodeSent)]
pub(crate) struct StepUpCodeSentBody {
    /// Seconds for which the code works.
    pub expires_in: i64,
}

/// A document and a code, to be exchanged for a proof of exactly what the code was sent for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepUpRequest, example = json!({
    "purpose": "identity.read",
    "document": {"type": "resident_id", "number": "11010519491231002X"},
    "code": "123456",
}))]
pub(crate) struct StepUpBody {
    pub purpose: StepUpPurpose,
    /// As when the code was asked for.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<128>)]
    pub object: Option<Words<128>>,
    /// As when the code was asked for.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Money)]
    pub amount: Option<Money>,
    /// The one that the account was verified with.
    pub document: DocumentBody,
    /// Six digits, from the letter.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "123456")]
    pub code: Masked<OneTimeCode>,
}

impl StepUpBody {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        let object = self.object.as_ref().map(Words::as_str);
        Wanted { purpose: self.purpose, object, amount: self.amount }
    }
}

/// An access token with a fresh proof in it. It serves its purpose once, and otherwise what every
/// access token of the session does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepUp)]
pub(crate) struct SteppedUpBody {
    /// A JWT for the `Authorization: Bearer` header; its `acr` is `urn:citygate:loa:3`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds until the proof ends.
    expires_in: i64,
    /// Space-separated scopes of the access token.
    scope: String,
}

impl From<SteppedUp> for SteppedUpBody {
    fn from(stepped_up: SteppedUp) -> Self {
        Self {
            access_token: stepped_up.access_token.into_exposed(),
            token_type: "Bearer",
            expires_in: stepped_up.expires_in,
            scope: stepped_up.scope,
        }
    }
}
