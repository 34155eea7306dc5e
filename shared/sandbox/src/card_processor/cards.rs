//! The cards that exist here, and what comes of charging them.

use super::charge::{ChargeStatus, DeclineReason};

/// Every card token and what comes of charging the card. Any other token is unknown.
pub const CARDS: &[(&str, ChargeStatus)] = &[
    ("tok_sandbox_ok", ChargeStatus::Succeeded),
    ("tok_sandbox_declined", ChargeStatus::Declined { decline_reason: DeclineReason::DoNotHonour }),
    ("tok_sandbox_expired", ChargeStatus::Declined { decline_reason: DeclineReason::ExpiredCard }),
];

/// What comes of charging a card, if there is such a card.
pub(super) fn outcome(card_token: &str) -> Option<ChargeStatus> {
    CARDS.iter().find(|(token, _)| *token == card_token).map(|(_, status)| *status)
}
