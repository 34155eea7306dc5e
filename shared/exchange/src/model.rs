//! Messages and what becomes of them.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Clock, Id, Kind};
use uuid::Uuid;

use crate::fault::Hold;

/// Prefix of identifiers of messages that are held.
pub enum HoldKind {}
impl Kind for HoldKind {
    const PREFIX: &'static str = "hold";
}
/// Identifies a message that is held, or was.
pub type HoldId = CityId<HoldKind>;

/// In which language a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    /// FHIR R4 over HTTP.
    Fhir,
    /// HL7 version 2, over MLLP or HTTP.
    Hl7v2,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::Fhir, Self::Hl7v2];

    /// As a table stores it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Fhir => "fhir",
            Self::Hl7v2 => "hl7v2",
        }
    }

    /// The reverse of [`Protocol::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.code() == code)
    }
}

/// An id of something that comes to be now.
pub(crate) fn new_id(now: DateTime<Utc>) -> Uuid {
    Id::<HoldKind>::new(&Clock::manual(now)).uuid()
}

/// What became of a message that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldState {
    /// It waits.
    Held,
    /// It was carried out.
    Released,
    /// It never will be.
    Discarded,
}

impl HoldState {
    pub(crate) const ALL: [Self; 3] = [Self::Held, Self::Released, Self::Discarded];

    /// As tables and answers say it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Discarded => "discarded",
        }
    }

    /// The reverse of [`HoldState::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Why people discard a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscardReason {
    /// It should not have been sent.
    SentInError,
    /// It was mended and sent under another number.
    Replaced,
    /// What it speaks of is another institution's.
    NotOurs,
}

impl DiscardReason {
    pub(crate) const ALL: [Self; 3] = [Self::SentInError, Self::Replaced, Self::NotOurs];

    /// As tables and answers say it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::SentInError => "sent_in_error",
            Self::Replaced => "replaced",
            Self::NotOurs => "not_ours",
        }
    }

    /// The reverse of [`DiscardReason::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A message that is held, or was, as its hospital sees it: without its content, which tells of
/// somebody's health and which the hospital has itself.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub id: HoldId,
    pub agency: AgencyId,
    pub hold: Hold,
    pub state: HoldState,
    pub protocol: Protocol,
    pub what: String,
    pub message_no: Option<String>,
    pub content_sha256: Vec<u8>,
    pub held_at: DateTime<Utc>,
    /// How often it was carried out again in vain.
    pub tries: u32,
    /// Why it was refused the last time: the code of a problem.
    pub refused_with: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub discarded: Option<DiscardReason>,
}
