//! Bodies of passkeys. The options and credentials in them are those of the standard, as browsers
//! read and write them (WebAuthn Level 3, 5.1.8 to 5.1.10); what it may add to them is ignored.

use std::str::FromStr;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use citygate_kernel::{Words, wire};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::{
    actions::Ceremony,
    model::{CeremonyId, PasskeyId},
    store::PasskeyFacts,
};

/// What to ask the authenticator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyOptions)]
pub(crate) struct CeremonyBody {
    /// Names this ceremony. It is answered once, within five minutes.
    ceremony: CeremonyId,
    /// For `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

impl From<Ceremony> for CeremonyBody {
    fn from(ceremony: Ceremony) -> Self {
        Self { ceremony: ceremony.id, public_key: ceremony.public_key }
    }
}

/// Bytes in base64url without padding, as `toJSON` of a credential writes them.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Base64Url(String);

/// Far more than any authenticator says.
const MAX: usize = 16 * 1_024;
/// Groups of four, and a rest whose last bits say nothing.
const PATTERN: &str = "^([A-Za-z0-9_-]{4})*\
     ([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$";

impl FromStr for Base64Url {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=MAX).contains(&text.len());
        if fits && BASE64_URL_SAFE_NO_PAD.decode(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err("base64url without padding is expected")
        }
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for Base64Url {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Bytes in base64url without padding (RFC 4648, 5)."))
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(PATTERN))
            .into()
    }
}

impl ToSchema for Base64Url {}

/// The one type of credential that there is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub(crate) enum CredentialType {
    #[serde(rename = "public-key")]
    PublicKey,
}

/// A passkey that an authenticator has made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyRequest)]
pub(crate) struct AddPasskeyBody {
    pub ceremony: CeremonyId,
    /// What the citizen calls it.
    pub name: Words<64>,
    pub credential: RegistrationBody,
}

/// A `RegistrationResponseJSON`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RegistrationResponseJSON)]
pub(crate) struct RegistrationBody {
    #[serde(rename = "rawId")]
    raw_id: Base64Url,
    response: AttestationBody,
    #[serde(rename = "type")]
    kind: CredentialType,
}

/// An `AuthenticatorAttestationResponseJSON`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthenticatorAttestationResponseJSON)]
struct AttestationBody {
    #[serde(rename = "attestationObject")]
    attestation_object: Base64Url,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
}

impl RegistrationBody {
    /// As the library reads it. `None` cannot be of what was parsed.
    pub(crate) fn to_credential(&self) -> Option<RegisterPublicKeyCredential> {
        with_id(self, &self.raw_id)
    }
}

/// The answer of an authenticator, to be exchanged for tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeySignInRequest)]
pub(crate) struct PasskeySignInBody {
    pub ceremony: CeremonyId,
    pub credential: AuthenticationBody,
}

/// An `AuthenticationResponseJSON`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthenticationResponseJSON)]
pub(crate) struct AuthenticationBody {
    #[serde(rename = "rawId")]
    raw_id: Base64Url,
    response: AssertionBody,
    #[serde(rename = "type")]
    kind: CredentialType,
}

/// An `AuthenticatorAssertionResponseJSON`. A passkey says whose it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthenticatorAssertionResponseJSON)]
struct AssertionBody {
    #[serde(rename = "authenticatorData")]
    authenticator_data: Base64Url,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    signature: Base64Url,
    #[serde(rename = "userHandle")]
    user_handle: Base64Url,
}

impl AuthenticationBody {
    /// As the library reads it. `None` cannot be of what was parsed.
    pub(crate) fn to_credential(&self) -> Option<PublicKeyCredential> {
        with_id(self, &self.raw_id)
    }
}

/// The library reads `id` as well, which says the same as `rawId`.
fn with_id<T: serde::de::DeserializeOwned>(body: &impl Serialize, id: &Base64Url) -> Option<T> {
    let mut value = serde_json::to_value(body).ok()?;
    value.as_object_mut()?.insert("id".to_owned(), json!(id.0));
    serde_json::from_value(value).ok()
}

/// Another name for a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyNameRequest)]
pub(crate) struct RenamePasskeyBody {
    pub name: Words<64>,
}

/// The citizen's passkeys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passkeys)]
pub(crate) struct PasskeysBody {
    /// The oldest comes first.
    items: Vec<PasskeyBody>,
}

impl From<Vec<PasskeyFacts>> for PasskeysBody {
    fn from(all: Vec<PasskeyFacts>) -> Self {
        Self { items: all.into_iter().map(PasskeyBody::from).collect() }
    }
}

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub(crate) struct PasskeyBody {
    id: PasskeyId,
    name: String,
    created_at: DateTime<Utc>,
    /// Absent until it has been used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<PasskeyFacts> for PasskeyBody {
    fn from(facts: PasskeyFacts) -> Self {
        let PasskeyFacts { id, name, created_at, last_used_at } = facts;
        Self { id, name, created_at, last_used_at }
    }
}
