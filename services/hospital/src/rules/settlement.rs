//! What may become of a settlement.

use crate::model::SettlementState;

/// What happens to a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SettlementEvent {
    /// The insurer has split the charge.
    Split,
    /// The insurer has refused for good.
    Refuse,
    /// The patient's part is paid, is nothing, or may be paid later.
    Pay,
    /// The insurer pays its part.
    Confirm,
    /// The insurer says what cannot be: a split that does not add up, or another one than before.
    Contradict,
    /// The patient has called it off, or the time to pay is over.
    CallOff,
    /// The insurer has taken it back.
    Reverse,
    /// The hospital has taken some lines back.
    RefundSome,
    /// The hospital has taken the last lines back.
    RefundAll,
}

/// Where a settlement stands after an event; none where it changes nothing. News comes late and
/// twice: whoever hears it ignores what has no effect any more.
pub(crate) fn next(state: SettlementState, event: SettlementEvent) -> Option<SettlementState> {
    use SettlementEvent as E;
    use SettlementState as S;
    match (state, event) {
        (S::Asked, E::Split) => Some(S::PreSettled),
        (S::PreSettled, E::Pay) => Some(S::Paid),
        (S::Paid, E::Confirm) => Some(S::Settled),
        (S::Asked | S::Paid, E::Refuse) => Some(S::Refused),
        (S::Asked | S::PreSettled, E::CallOff) => Some(S::Reversing),
        (S::Asked | S::Paid, E::Contradict) => Some(S::Reversing),
        (S::Reversing, E::Reverse) => Some(S::Reversed),
        (S::Settled | S::PartlyRefunded, E::RefundSome) => Some(S::PartlyRefunded),
        (S::Settled | S::PartlyRefunded, E::RefundAll) => Some(S::Refunded),
        (
            S::Asked
            | S::PreSettled
            | S::Paid
            | S::Settled
            | S::PartlyRefunded
            | S::Refunded
            | S::Refused
            | S::Reversing
            | S::Reversed,
            E::Split
            | E::Refuse
            | E::Pay
            | E::Confirm
            | E::Contradict
            | E::CallOff
            | E::Reverse
            | E::RefundSome
            | E::RefundAll,
        ) => None,
    }
}

impl SettlementState {
    /// Whether the visit waits for the patient's money.
    pub(crate) fn waits_for_payment(self) -> bool {
        match self {
            Self::Asked | Self::PreSettled | Self::Refused | Self::Reversing | Self::Reversed => {
                true
            }
            Self::Paid | Self::Settled | Self::PartlyRefunded | Self::Refunded => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SettlementEvent as E, SettlementState as S, *};

    const EVENTS: [E; 9] = [
        E::Split,
        E::Refuse,
        E::Pay,
        E::Confirm,
        E::Contradict,
        E::CallOff,
        E::Reverse,
        E::RefundSome,
        E::RefundAll,
    ];

    #[test]
    fn every_event_in_every_state() {
        let moves = [
            (S::Asked, E::Split, S::PreSettled),
            (S::Asked, E::Refuse, S::Refused),
            (S::Asked, E::Contradict, S::Reversing),
            (S::Asked, E::CallOff, S::Reversing),
            (S::PreSettled, E::Pay, S::Paid),
            (S::PreSettled, E::CallOff, S::Reversing),
            (S::Paid, E::Confirm, S::Settled),
            (S::Paid, E::Refuse, S::Refused),
            (S::Paid, E::Contradict, S::Reversing),
            (S::Reversing, E::Reverse, S::Reversed),
            (S::Settled, E::RefundSome, S::PartlyRefunded),
            (S::Settled, E::RefundAll, S::Refunded),
            (S::PartlyRefunded, E::RefundSome, S::PartlyRefunded),
            (S::PartlyRefunded, E::RefundAll, S::Refunded),
        ];
        for state in S::ALL {
            for event in EVENTS {
                let expected = moves.iter().find(|(from, by, _)| (from, *by) == (state, event));
                let expected = expected.map(|(_, _, to)| *to);
                assert_eq!(next(*state, event), expected, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn what_came_to_nothing_and_what_was_refunded_stays_so() {
        for state in [S::Refused, S::Reversed, S::Refunded] {
            assert!(EVENTS.iter().all(|event| next(state, *event).is_none()), "{state:?}");
        }
    }

    #[test]
    fn money_that_was_paid_is_never_called_off_by_anybody_but_the_insurer() {
        assert_eq!(next(S::Paid, E::CallOff), None);
        assert_eq!(next(S::Settled, E::CallOff), None);
    }
}
