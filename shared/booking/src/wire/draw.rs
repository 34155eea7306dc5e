//! Draws, with all that is needed to check them.

use chrono::{DateTime, Utc};
use citygate_kernel::wire::hex;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::DrawView,
    model::{DrawEntry, DrawOutcome, Revealed, SessionId, TicketId},
};

/// A draw for the places of a session. Anybody can check it: SHA-256 of the seed is the commitment;
/// SHA-256 of the sixteen bytes of all tickets, in ascending order, is the digest of the entries;
/// and the tickets are in the order of SHA-256 of seed, digest and ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Draw)]
pub(crate) struct DrawBody {
    session_id: SessionId,
    /// SHA-256 of the seed, in hexadecimal: published before anybody could enter.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    commitment: String,
    /// How many take part.
    entries: i64,
    /// When entries close and the lots are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    draws_at: Option<DateTime<Utc>>,
    /// What was drawn; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DrawnBody)]
    drawn: Option<DrawnBody>,
}

/// The outcome of a draw.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Drawn)]
struct DrawnBody {
    /// 32 bytes in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    seed: String,
    /// SHA-256 of all tickets, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    entries_digest: String,
    drawn_at: DateTime<Utc>,
    /// All of them; the first got the earliest place, if nothing forbade it.
    tickets: Vec<TicketId>,
}

impl From<DrawView> for DrawBody {
    fn from(DrawView { draw, draws_at, entries, tickets }: DrawView) -> Self {
        let drawn = |Revealed { seed, entries_digest, drawn_at }| DrawnBody {
            seed: hex(&seed),
            entries_digest: hex(&entries_digest),
            drawn_at,
            tickets,
        };
        Self {
            session_id: draw.session,
            commitment: hex(&draw.commitment),
            entries,
            draws_at,
            drawn: draw.revealed.map(drawn),
        }
    }
}

/// That the caller takes part in a draw, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DrawEntry)]
pub(crate) struct DrawEntryBody {
    session_id: SessionId,
    /// The number under which the entry is drawn. Nobody else knows whose it is.
    ticket: TicketId,
    entered_at: DateTime<Utc>,
    /// The place in the order of the draw, from 1; absent until it is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i32)]
    position: Option<i32>,
    /// What came of it; absent until it is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DrawOutcome)]
    outcome: Option<DrawOutcome>,
}

impl From<DrawEntry> for DrawEntryBody {
    fn from(entry: DrawEntry) -> Self {
        Self {
            session_id: entry.session,
            ticket: entry.ticket,
            entered_at: entry.created_at,
            position: entry.drawn.map(|(position, _)| position),
            outcome: entry.drawn.map(|(_, outcome)| outcome),
        }
    }
}

/// The caller's entries in draws.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DrawEntries)]
pub(crate) struct DrawEntriesBody {
    /// Newest first; a hundred at most.
    items: Vec<DrawEntryBody>,
}

impl From<Vec<DrawEntry>> for DrawEntriesBody {
    fn from(entries: Vec<DrawEntry>) -> Self {
        Self { items: entries.into_iter().map(DrawEntryBody::from).collect() }
    }
}
