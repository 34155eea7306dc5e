//! Bodies about new systems of agencies.

use chrono::{DateTime, Utc};
use citygate_kernel::Words;
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actions::OpenClientRequest,
    error::StaffError,
    model::{AccountId, ClientId, ClientRequestId},
    rules::staff::public_key,
};

/// A system to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientRequestRequest)]
pub(crate) struct RequestClientBody {
    /// What its people call it.
    pub name: Words<100>,
    /// What it may be given, at most.
    #[schema(min_items = 1, max_items = 50, example = json!(["system/*.read", "system/*.write"]))]
    pub scopes: Vec<String>,
    /// A public JWK (RFC 7517) with a `kid`: EC on P-256 or P-384, RSA of 2,048 bits or more, or
    /// Ed25519.
    #[schema(value_type = Object)]
    jwk: serde_json::Map<String, serde_json::Value>,
}

impl RequestClientBody {
    /// The key, if it is a public one.
    pub(crate) fn key(&self) -> Result<Jwk, StaffError> {
        public_key(&self.jwk).map_err(StaffError::KeyUnusable)
    }
}

/// A system that waits for another admin to agree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientRequest)]
pub(crate) struct ClientRequestBody {
    id: ClientRequestId,
    name: String,
    scopes: Vec<String>,
    /// A JWK (RFC 7517).
    jwk: serde_json::Value,
    /// The thumbprint of the key by SHA-256 (RFC 7638). Compare it with whoever made the key, by
    /// telephone or face to face.
    #[schema(example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    fingerprint: String,
    /// Whether the caller has asked for it, and so cannot agree to it.
    own: bool,
    created_at: DateTime<Utc>,
    /// Until when another admin can agree.
    expires_at: DateTime<Utc>,
}

impl ClientRequestBody {
    pub(crate) fn new(open: OpenClientRequest, caller: AccountId) -> Self {
        let OpenClientRequest { request, fingerprint } = open;
        Self {
            id: request.id,
            name: request.name,
            scopes: request.scopes,
            jwk: request.jwk,
            fingerprint,
            own: request.requested_by.1 == caller,
            created_at: request.created_at,
            expires_at: request.expires_at,
        }
    }
}

/// All of them; an agency has twenty at most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientRequests)]
pub(crate) struct ClientRequestsBody {
    pub items: Vec<ClientRequestBody>,
}

/// That an admin agrees.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientRequestApproval)]
pub(crate) struct ApproveClientBody {
    /// The fingerprint as whoever made the key has told it, not as it stands in the request.
    #[schema(max_length = 128, example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    pub fingerprint: Words<128>,
}

/// What was registered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientRegistered)]
pub(crate) struct ClientRegisteredBody {
    pub client_id: ClientId,
}
