//! What becomes of an order. The table in the documentation of the crate is made from this one.

use citygate_kernel::states::{self, Row};

use OrderEvent as E;
use OrderState as S;

use crate::model::{OrderEvent, OrderState};

/// Every step that there is: from where, by what, to where.
const TABLE: &[Row<OrderState, OrderEvent>] = &[
    (S::Ordered, E::Pay, S::Paid),
    (S::Ordered, E::Expire, S::Expired),
    (S::Ordered, E::Cancel, S::Cancelled),
    (S::Paid, E::Report, S::Reported),
];

/// Where an order stands after an event; none where it cannot happen.
pub(crate) fn next(state: OrderState, event: OrderEvent) -> Option<OrderState> {
    states::next(TABLE, state, event)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as the documentation of the crate has it.
    fn printed() -> String {
        let mut text = String::from("//! | from | what happens | to |\n//! |---|---|---|\n");
        for (from, by, to) in TABLE {
            text += &format!("//! | {} | {} | {} |\n", from.code(), by.code(), to.code());
        }
        text
    }

    #[test]
    fn the_documentation_has_the_table() {
        assert!(include_str!("../lib.rs").contains(&printed()), "lib.rs should say\n{}", printed());
    }

    #[test]
    fn every_event_in_every_state() {
        // By state: pay, report, expire, cancel.
        let expected = [
            (S::Ordered, [Some(S::Paid), None, Some(S::Expired), Some(S::Cancelled)]),
            (S::Paid, [None, Some(S::Reported), None, None]),
            (S::Reported, [None; 4]),
            (S::Expired, [None; 4]),
            (S::Cancelled, [None; 4]),
        ];
        assert_eq!(expected.len(), OrderState::ALL.len());
        for (state, after) in expected {
            for (event, expected) in OrderEvent::ALL.iter().zip(after) {
                assert_eq!(next(state, *event), expected, "{event:?} in {state:?}");
            }
        }
    }
}
