//! People who act for an agency.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind};

use super::AccountId;

/// Prefix of staff identifiers.
pub enum StaffKind {}
impl Kind for StaffKind {
    const PREFIX: &'static str = "stff";
}
/// Identifies an account in a role at an agency.
pub type StaffId = CityId<StaffKind>;

/// Prefix of invitation identifiers.
pub enum StaffInvitationKind {}
impl Kind for StaffInvitationKind {
    const PREFIX: &'static str = "sinv";
}
/// Identifies an invitation to act for an agency.
pub type StaffInvitationId = CityId<StaffInvitationKind>;

/// What somebody is at an agency. What each role may do stands in `rules::staff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffRole {
    /// Looks after the agency's people and the keys of its systems; sees no citizen.
    Admin,
    /// Works on citizens' cases.
    Clerk,
    /// Treats patients of a hospital: answers for what their examinations have found.
    Clinician,
    /// Registers marriages, and what becomes of them.
    Registrar,
    /// Writes what the agency lists; sees no citizen.
    Editor,
}

impl StaffRole {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Clerk, Self::Clinician, Self::Registrar, Self::Editor];

    /// As tables and messages have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Clerk => "clerk",
            Self::Clinician => "clinician",
            Self::Registrar => "registrar",
            Self::Editor => "editor",
        }
    }

    /// The reverse of [`StaffRole::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// An account in a role at an agency.
#[derive(Debug, Clone)]
pub(crate) struct StaffMember {
    pub id: StaffId,
    pub agency: AgencyId,
    pub account: AccountId,
    pub role: StaffRole,
    /// Through which it came; it knows the address.
    pub invitation: StaffInvitationId,
    pub created_at: DateTime<Utc>,
    /// When an admin last said that it is still right.
    pub certified_at: DateTime<Utc>,
    /// Which admin; none where it was whoever runs the city.
    pub certified_by: Option<StaffId>,
    pub expires_at: DateTime<Utc>,
}

/// A letter that makes its addressee staff.
#[derive(Debug, Clone)]
pub(crate) struct StaffInvitation {
    pub id: StaffInvitationId,
    pub agency: AgencyId,
    pub role: StaffRole,
    pub email_index: Vec<u8>,
    pub email_sealed: Vec<u8>,
    pub invited_by: Option<StaffId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
