//! Bodies about messages that are held.

use chrono::{DateTime, Utc};
use citygate_kernel::{Locale, wire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    fault::HoldReason,
    model::{DiscardReason, Held, HoldId, HoldState, Protocol},
};

/// In which language a message is written.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldProtocol)]
enum ProtocolBody {
    Fhir,
    Hl7v2,
}

/// Why a message is held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldReason)]
enum ReasonBody {
    OrderUnknown,
    PatientMismatch,
    OrderWithdrawn,
    StatusRegressed,
    VersionConflict,
}

impl From<HoldReason> for ReasonBody {
    fn from(reason: HoldReason) -> Self {
        match reason {
            HoldReason::OrderUnknown => Self::OrderUnknown,
            HoldReason::PatientMismatch => Self::PatientMismatch,
            HoldReason::OrderWithdrawn => Self::OrderWithdrawn,
            HoldReason::StatusRegressed => Self::StatusRegressed,
            HoldReason::VersionConflict => Self::VersionConflict,
        }
    }
}

/// What became of a message that was held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldState)]
enum StateBody {
    Held,
    Released,
    Discarded,
}

/// Why a message is discarded: it should not have been sent; it was mended and sent under another
/// number; what it speaks of is another institution's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DiscardReason)]
pub(crate) enum DiscardReasonBody {
    SentInError,
    Replaced,
    NotOurs,
}

impl From<DiscardReasonBody> for DiscardReason {
    fn from(reason: DiscardReasonBody) -> Self {
        match reason {
            DiscardReasonBody::SentInError => Self::SentInError,
            DiscardReasonBody::Replaced => Self::Replaced,
            DiscardReasonBody::NotOurs => Self::NotOurs,
        }
    }
}

impl From<DiscardReason> for DiscardReasonBody {
    fn from(reason: DiscardReason) -> Self {
        match reason {
            DiscardReason::SentInError => Self::SentInError,
            DiscardReason::Replaced => Self::Replaced,
            DiscardReason::NotOurs => Self::NotOurs,
        }
    }
}

/// Discards a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DiscardRequest)]
pub(crate) struct DiscardBody {
    /// Why.
    pub reason: DiscardReasonBody,
}

/// A message that is held, or was. What it says is not shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldBody {
    id: HoldId,
    state: StateBody,
    reason: ReasonBody,
    /// The reason in words.
    #[schema(example = "The order is for another patient; nothing was assigned to anybody")]
    text: String,
    /// The hospital's number of the order that it waits for, where it is tried again when that
    /// arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    protocol: ProtocolBody,
    /// What was sent.
    #[schema(example = "ORU^R01")]
    what: String,
    /// What its sender calls it: Idempotency-Key, Bundle.identifier, MSH-10.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_no: Option<String>,
    /// SHA-256 of the message, in hexadecimal digits; for FHIR of what its headers ask, too.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    content_sha256: String,
    held_at: DateTime<Utc>,
    /// How often it was carried out again in vain.
    tries: u32,
    /// The code of the problem with which it was refused the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discard_reason: Option<DiscardReasonBody>,
}

impl HoldBody {
    pub(crate) fn new(held: Held, locale: Locale) -> Self {
        Self {
            id: held.id,
            state: match held.state {
                HoldState::Held => StateBody::Held,
                HoldState::Released => StateBody::Released,
                HoldState::Discarded => StateBody::Discarded,
            },
            reason: held.hold.reason.into(),
            text: held.hold.reason.text().get(locale).to_owned(),
            waits_for: held.hold.waits_for,
            protocol: match held.protocol {
                Protocol::Fhir => ProtocolBody::Fhir,
                Protocol::Hl7v2 => ProtocolBody::Hl7v2,
            },
            what: held.what,
            message_no: held.message_no,
            content_sha256: wire::hex(&held.content_sha256),
            held_at: held.held_at,
            tries: held.tries,
            refused_with: held.refused_with,
            ended_at: held.ended_at,
            discard_reason: held.discarded.map(Into::into),
        }
    }
}
