//! Nouns: a hospital that is connected, and its twin in the sandbox.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, ClientId};
use citygate_kernel::CityCode;

citygate_kernel::words! {
    /// How far a hospital has come.
    #[schema(as = ParticipationState)]
    ParticipantState {
        /// It wants to be connected.
        Applied = "applied",
        /// Its system tries things out in the sandbox.
        Sandbox = "sandbox",
        /// Its system has shown there all that it has to.
        Certified = "certified",
        /// What it sends is carried out.
        Live = "live",
        /// It was live and may be again; for now nothing that it sends is carried out.
        Suspended = "suspended",
        /// The city did not want to connect it.
        Refused = "refused",
        /// It does not want to be connected any more.
        Withdrawn = "withdrawn",
    }
}

/// What happens to a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParticipantEvent {
    /// An admin of the hospital applies, for the first time or anew.
    Apply,
    /// Whoever runs the city opens a sandbox.
    OpenSandbox,
    /// All mandatory rules have passed.
    Certify,
    /// Two people of the hospital and whoever runs the city want it live.
    GoLive,
    /// Whoever runs the city stops it.
    Suspend,
    /// Whoever runs the city lets it go on.
    Resume,
    /// Whoever runs the city does not want to connect it.
    Refuse,
    /// The hospital does not want to be connected any more.
    Withdraw,
}

impl ParticipantEvent {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Apply,
        Self::OpenSandbox,
        Self::Certify,
        Self::GoLive,
        Self::Suspend,
        Self::Resume,
        Self::Refuse,
        Self::Withdraw,
    ];
}

/// A hospital whose systems are connected, or are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The hospital.
    pub agency: AgencyId,
    /// How far it has come.
    pub state: ParticipantState,
    /// What its system is called.
    pub software: String,
    /// What its system does.
    pub abilities: Abilities,
    /// Since when.
    pub applied_at: DateTime<Utc>,
    /// When its system had shown all that it has to.
    pub certified_at: Option<DateTime<Utc>>,
    /// Who asked to go live.
    pub(crate) live_asked: Option<By>,
    /// Who agreed to it.
    pub(crate) live_approved: Option<By>,
    /// When it first was live.
    pub live_at: Option<DateTime<Utc>>,
    /// Since when it is stopped.
    pub suspended_at: Option<DateTime<Utc>>,
}

impl Participant {
    /// Whether one person of the hospital has asked to go live, and another has agreed.
    pub fn is_live_approved(&self) -> bool {
        self.live_approved.is_some()
    }
}

/// What a system says of itself: it is held to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Each of its messages carries a signature of its own (RFC 9421).
    pub signs: bool,
    /// It speaks HL7 version 2.
    pub speaks_hl7: bool,
}

/// Whose account did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct By {
    pub account: AccountId,
    pub at: DateTime<Utc>,
}

/// The twin of a hospital in the city of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandbox {
    /// The twin.
    pub agency: AgencyId,
    /// The hospital itself.
    pub twin_of: AgencyId,
    /// Its system there.
    pub client: ClientId,
    /// What the hospital said of its system.
    pub abilities: Abilities,
    /// Evidence begins here.
    pub opened_at: DateTime<Utc>,
    /// So many messages more are carried out, and not answered.
    pub drop_answers: u8,
}

/// Who the twin of a hospital is.
pub fn twin(of: AgencyId) -> AgencyId {
    AgencyId::from_parts(CityCode::SANDBOX, of.uuid())
}

/// Whose messages are carried out, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admission {
    /// Each message has to carry a signature.
    pub signatures_required: bool,
}
