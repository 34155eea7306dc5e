//! A charge, and the request for one.

use citygate_kernel::{Id, Kind, Money};
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// The longest reference, in characters.
const REFERENCE_CHARS_MAX: usize = 64;

/// Names charges among the processor's identifiers.
pub enum ChargeKind {}

impl Kind for ChargeKind {
    const PREFIX: &'static str = "ch";
}

/// The processor's own name of a charge: `ch_0199f0c2…`.
pub type ChargeId = Id<ChargeKind>;

/// What the processor booked when it was asked to charge a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The processor's name of it.
    pub charge_id: ChargeId,
    /// The client's name of it; the same reference is never charged twice.
    pub reference: String,
    /// How much was asked for.
    pub amount: Money,
    /// What came of it.
    #[serde(flatten)]
    pub status: ChargeStatus,
}

/// What came of a charge. On the wire `"status"`, and `"decline_reason"` beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ChargeStatus {
    /// The money was taken.
    Succeeded,
    /// The bank of the card refused; no money was taken.
    Declined {
        /// Why.
        decline_reason: DeclineReason,
    },
}

/// Why the bank of a card refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// The bank does not say why.
    DoNotHonour,
    /// The card has expired.
    ExpiredCard,
}

/// The request for a charge.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChargeBody {
    pub(super) reference: String,
    pub(super) amount: Money,
    pub(super) card_token: String,
}

impl ChargeBody {
    /// Reads a request; what is not one of the documented form is refused whole.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let body: Self = serde_json::from_slice(body).map_err(|_| Failure::InvalidRequest)?;
        let named = (1..=REFERENCE_CHARS_MAX).contains(&body.reference.chars().count());
        if named && body.amount.minor() > 0 { Ok(body) } else { Err(Failure::InvalidRequest) }
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{Clock, Currency};
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_documented_form_is_a_request() {
        let amount = json!({"amount_minor": 1, "currency": "CNY"});
        let none = json!({"amount_minor": 0, "currency": "CNY"});
        let token = "tok_sandbox_ok";
        for (body, valid) in [
            (json!({"reference": "r", "amount": amount, "card_token": token}), true),
            (json!({"reference": "用".repeat(64), "amount": amount, "card_token": token}), true),
            (json!({"reference": "用".repeat(65), "amount": amount, "card_token": token}), false),
            (json!({"reference": "", "amount": amount, "card_token": token}), false),
            (json!({"reference": "r", "amount": none, "card_token": token}), false),
            (json!({"reference": "r", "amount": 1, "card_token": token}), false),
            (json!({"reference": "r", "amount": amount}), false),
            (json!({"reference": "r", "amount": amount, "card_token": token, "x": 1}), false),
            (json!([]), false),
        ] {
            assert_eq!(ChargeBody::parse(body.to_string().as_bytes()).is_ok(), valid, "{body}");
        }
        assert!(ChargeBody::parse(b"").is_err());
    }

    #[test]
    fn the_reason_stands_beside_the_status() {
        let declined = ChargeStatus::Declined { decline_reason: DeclineReason::ExpiredCard };
        for (status, expected) in [
            (ChargeStatus::Succeeded, json!({"status": "succeeded"})),
            (declined, json!({"status": "declined", "decline_reason": "expired_card"})),
        ] {
            let charge = Charge {
                charge_id: ChargeId::new(&Clock::system()),
                reference: "r".to_owned(),
                amount: Money::new(10_000, Currency::Cny),
                status,
            };
            let mut wire = json!({
                "charge_id": charge.charge_id.to_string(),
                "reference": "r",
                "amount": {"amount_minor": 10_000, "currency": "CNY"},
            });
            wire.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
            assert_eq!(serde_json::to_value(&charge).unwrap(), wire);
            assert_eq!(serde_json::from_value::<Charge>(wire).unwrap(), charge);
        }
    }
}
