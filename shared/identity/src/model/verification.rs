//! Real names: what accounts claim, and what was found.

use chrono::{DateTime, Utc};
use citygate_kernel::{Id, Kind};

use super::AccountId;

/// Prefix of verification identifiers.
pub enum VerificationKind {}
impl Kind for VerificationKind {
    const PREFIX: &'static str = "vrfy";
}
/// Identifies a claim to a real name, and its result.
pub(crate) type VerificationId = Id<VerificationKind>;

/// What has become of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerificationState {
    Pending,
    Verified,
    Refused,
}

impl VerificationState {
    /// Every one of them.
    pub(crate) const ALL: [Self; 3] = [Self::Pending, Self::Verified, Self::Refused];

    /// As on the wire and in the tables.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Refused => "refused",
        }
    }

    /// The reverse of [`VerificationState::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A claim as stored.
#[derive(Debug, Clone)]
pub(crate) struct Verification {
    pub id: VerificationId,
    pub account: AccountId,
    pub state: VerificationState,
    /// Name and document, until there is a result.
    pub claim_sealed: Option<Vec<u8>>,
    /// Nobody is asked: the document was tried too often.
    pub withheld: bool,
    pub created_at: DateTime<Utc>,
}
