//! Bodies about people who act for an agency, and about the keys of its systems.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Locale, Masked, wire};
use citygate_notify::EmailAddress;
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actions::{Colleague, Office, OpenInvitation},
    error::StaffError,
    model::{ClientId, StaffId, StaffInvitationId, StaffMember, StaffRole},
    rules::staff::public_key,
    store::{AgencyClient, ClientKey},
};

/// What somebody is at an agency.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StaffRole)]
pub(crate) enum StaffRoleBody {
    Admin,
    Clerk,
    Clinician,
    Registrar,
    Editor,
}

impl From<StaffRoleBody> for StaffRole {
    fn from(role: StaffRoleBody) -> Self {
        match role {
            StaffRoleBody::Admin => Self::Admin,
            StaffRoleBody::Clerk => Self::Clerk,
            StaffRoleBody::Clinician => Self::Clinician,
            StaffRoleBody::Registrar => Self::Registrar,
            StaffRoleBody::Editor => Self::Editor,
        }
    }
}

impl From<StaffRole> for StaffRoleBody {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Admin => Self::Admin,
            StaffRole::Clerk => Self::Clerk,
            StaffRole::Clinician => Self::Clinician,
            StaffRole::Registrar => Self::Registrar,
            StaffRole::Editor => Self::Editor,
        }
    }
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffInvitationRequest)]
pub(crate) struct InviteStaffBody {
    /// Only the account of this address can accept.
    pub email: EmailAddress,
    pub role: StaffRoleBody,
}

/// An invitation was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffInvited)]
pub(crate) struct StaffInvitedBody {
    pub id: StaffInvitationId,
}

/// An invitation that waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffInvitation)]
pub(crate) struct StaffInvitationBody {
    id: StaffInvitationId,
    email: String,
    role: StaffRoleBody,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<OpenInvitation> for StaffInvitationBody {
    fn from(OpenInvitation { invitation, email }: OpenInvitation) -> Self {
        Self {
            id: invitation.id,
            email,
            role: invitation.role.into(),
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// All of them; an agency has a hundred at most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffInvitations)]
pub(crate) struct StaffInvitationsBody {
    pub items: Vec<StaffInvitationBody>,
}

/// The code of a letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffInvitationAcceptance)]
pub(crate) struct AcceptInvitationBody {
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub code: Masked<InvitationCode>,
}

/// Forty-three characters of base64url: 256 bits.
pub(crate) struct InvitationCode(pub String);

impl FromStr for InvitationCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if text.len() == 43 && text.bytes().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a code of 43 letters, digits, - and _ is expected")
        }
    }
}

impl<'de> Deserialize<'de> for InvitationCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// A role at an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffMembership)]
pub(crate) struct OfficeBody {
    id: StaffId,
    agency_id: AgencyId,
    /// The name of the agency.
    agency: String,
    role: StaffRoleBody,
    /// Until an admin has certified it anew.
    expires_at: DateTime<Utc>,
}

impl OfficeBody {
    pub(crate) fn new(office: &Office, locale: Locale) -> Self {
        Self {
            id: office.member.id,
            agency_id: office.member.agency,
            agency: office.agency.get(locale).to_owned(),
            role: office.member.role.into(),
            expires_at: office.member.expires_at,
        }
    }
}

/// The roles of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffMemberships)]
pub(crate) struct OfficesBody {
    pub items: Vec<OfficeBody>,
}

/// Somebody of an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffMember)]
pub(crate) struct StaffMemberBody {
    id: StaffId,
    /// The address that was invited; absent in the answer to a certification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    email: Option<String>,
    role: StaffRoleBody,
    created_at: DateTime<Utc>,
    /// When an admin last said that the role is still right.
    certified_at: DateTime<Utc>,
    /// The role works until then; may be over.
    expires_at: DateTime<Utc>,
}

impl From<StaffMember> for StaffMemberBody {
    fn from(member: StaffMember) -> Self {
        Self {
            id: member.id,
            email: None,
            role: member.role.into(),
            created_at: member.created_at,
            certified_at: member.certified_at,
            expires_at: member.expires_at,
        }
    }
}

impl From<Colleague> for StaffMemberBody {
    fn from(Colleague { member, email }: Colleague) -> Self {
        Self { email: Some(email), ..member.into() }
    }
}

/// A system of an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyClient)]
pub(crate) struct AgencyClientBody {
    id: ClientId,
    name: String,
    scopes: Vec<String>,
    /// The public keys that work, oldest first.
    keys: Vec<ClientKeyBody>,
    /// Since when it gets no tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    disabled_at: Option<DateTime<Utc>>,
    /// When it last proved itself, to the minute; absent if it never has. After ninety days without
    /// it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<AgencyClient> for AgencyClientBody {
    fn from(client: AgencyClient) -> Self {
        Self {
            id: client.id,
            name: client.name,
            scopes: client.scopes,
            keys: client.keys.into_iter().map(ClientKeyBody::from).collect(),
            disabled_at: client.disabled_at,
            last_used_at: client.last_used_at,
        }
    }
}

/// The systems of an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyClients)]
pub(crate) struct AgencyClientsBody {
    pub items: Vec<AgencyClientBody>,
}

/// A public key of a system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientKey)]
pub(crate) struct ClientKeyBody {
    kid: String,
    /// A JWK (RFC 7517).
    jwk: serde_json::Value,
    created_at: DateTime<Utc>,
}

impl From<ClientKey> for ClientKeyBody {
    fn from(key: ClientKey) -> Self {
        Self { kid: key.kid, jwk: key.jwk, created_at: key.created_at }
    }
}

/// A public key to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientKeyRequest)]
pub(crate) struct AddClientKeyBody {
    /// A public JWK (RFC 7517) with a `kid`: EC on P-256 or P-384, RSA of 2,048 bits or more, or
    /// Ed25519.
    #[schema(value_type = Object)]
    jwk: serde_json::Map<String, serde_json::Value>,
}

impl AddClientKeyBody {
    /// The key, if it is a public one.
    pub(crate) fn key(&self) -> Result<Jwk, StaffError> {
        public_key(&self.jwk).map_err(StaffError::KeyUnusable)
    }
}
