//! Draws, and those who take part.

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{Id, Kind};

use super::SessionId;

/// Prefix of tickets.
pub enum TicketKind {}
impl Kind for TicketKind {
    const PREFIX: &'static str = "tckt";
}
/// The number of an entry in a draw: sixteen random bytes, which say nothing about anybody. All of
/// them are published with the outcome.
pub type TicketId = Id<TicketKind>;

citygate_kernel::words! {
    /// What came of an entry.
    DrawOutcome {
        /// A place: the person has an appointment.
        Place = "place",
        /// All places were given; a turn in the waitlist, in the order of the draw.
        Waiting = "waiting",
        /// It was their turn, but a quota or strikes forbade it.
        Refused = "refused",
        /// Nothing.
        None = "none",
    }
}

/// A draw for the places of a session.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    pub session: SessionId,
    pub commitment: Vec<u8>,
    /// Nobody reads it before the lots are drawn.
    pub seed_sealed: Vec<u8>,
    pub revealed: Option<Revealed>,
}

/// What is published when the lots are drawn.
#[derive(Debug, Clone)]
pub(crate) struct Revealed {
    pub seed: Vec<u8>,
    pub entries_digest: Vec<u8>,
    pub drawn_at: DateTime<Utc>,
}

/// Somebody who takes part.
#[derive(Debug, Clone)]
pub(crate) struct DrawEntry {
    pub session: SessionId,
    pub ticket: TicketId,
    pub person: PersonId,
    pub account: AccountId,
    /// From 1, once drawn.
    pub drawn: Option<(i32, DrawOutcome)>,
    pub created_at: DateTime<Utc>,
}
