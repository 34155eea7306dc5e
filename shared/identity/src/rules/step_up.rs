//! Fresh proofs: how long they last, and what they are for.

use chrono::TimeDelta;
use citygate_kernel::Money;

use crate::model::{Bound, Level, StepUpPurpose};

/// How long a fresh proof serves, and how old it may be where one is asked for: `max_age` of RFC
/// 9470.
pub(crate) const STEP_UP_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How long its code works.
pub(crate) const STEP_UP_CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// The level that a fresh proof reaches.
pub(crate) const STEP_UP_LEVEL: Level = Level::Three;
/// How it was proven (RFC 8176, 2): a code, and what only its owner should know.
pub(crate) const STEP_UP_AMR: [&str; 3] = ["kba", "mfa", "otp"];

/// Whether object and amount are named exactly where the purpose needs them: a proof for "some
/// payment" would be one for any.
pub(crate) fn is_whole(
    purpose: StepUpPurpose,
    object: Option<&str>,
    amount: Option<Money>,
) -> bool {
    let named = (object.is_some(), amount.is_some());
    named
        == match purpose.bound() {
            Bound::Whole => (false, false),
            Bound::Object => (true, false),
            Bound::ObjectAndAmount => (true, true),
        }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::Currency;

    use super::*;

    #[test]
    fn a_purpose_names_what_it_needs_and_nothing_else() {
        let amount = Money::new(100, Currency::Cny);
        for (purpose, expected) in [
            (StepUpPurpose::IdentityRead, (None, None)),
            (StepUpPurpose::ProvidentFundRead, (None, None)),
            (StepUpPurpose::HealthResultRead, (Some("x"), None)),
            (StepUpPurpose::PaymentConfirm, (Some("x"), Some(amount))),
        ] {
            for object in [None, Some("x")] {
                for amount in [None, Some(amount)] {
                    let whole = is_whole(purpose, object, amount);
                    assert_eq!(whole, (object, amount) == expected, "{purpose:?}");
                }
            }
        }
    }

    #[test]
    fn purposes_are_read_as_they_are_written() {
        for purpose in StepUpPurpose::ALL {
            let json = serde_json::to_string(&purpose).unwrap();
            assert_eq!(json, format!("\"{}\"", purpose.code()));
            assert_eq!(serde_json::from_str::<StepUpPurpose>(&json).unwrap(), purpose);
            let text = purpose.text();
            assert!(!text.en.is_empty() && !text.zh.is_empty());
        }
    }
}
