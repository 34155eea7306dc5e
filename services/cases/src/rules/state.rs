//! What becomes of a case. The table in the documentation of the crate is made from this one.

use citygate_kernel::states::{self, Row};

use crate::model::{CaseOutcome, CaseStanding, CaseTurn};

use CaseStanding as S;
use CaseTurn as T;

/// Every step that there is: from where, by what, to where.
const TABLE: &[Row<CaseStanding, CaseTurn>] = &[
    (S::Received, T::Dispatch, S::Dispatched),
    (S::Dispatched, T::Dispute, S::DispatchDisputed),
    (S::DispatchDisputed, T::Decide, S::Dispatched),
    (S::Dispatched, T::Accept, S::Accepted),
    // The desk thinks better of it: it is responsible until it is decided otherwise.
    (S::DispatchDisputed, T::Accept, S::Accepted),
    (S::Accepted, T::Extend, S::Accepted),
    (S::Dispatched, T::Add, S::Dispatched),
    (S::DispatchDisputed, T::Add, S::DispatchDisputed),
    (S::Accepted, T::Add, S::Accepted),
    (S::Dispatched, T::Link, S::Dispatched),
    (S::DispatchDisputed, T::Link, S::DispatchDisputed),
    (S::Accepted, T::Link, S::Accepted),
    (S::Accepted, T::Reply, S::Replied),
    (S::Replied, T::Rate, S::Closed),
    // Later than asked, but not too late to be counted.
    (S::Closed, T::Rate, S::Closed),
    (S::Replied, T::Lapse, S::Closed),
    (S::Accepted, T::Close, S::Closed),
    (S::Dispatched, T::CloseWithParent, S::Closed),
    (S::DispatchDisputed, T::CloseWithParent, S::Closed),
    (S::Accepted, T::CloseWithParent, S::Closed),
    (S::Dispatched, T::Withdraw, S::Closed),
    (S::DispatchDisputed, T::Withdraw, S::Closed),
    (S::Accepted, T::Withdraw, S::Closed),
    (S::Closed, T::Reopen, S::Dispatched),
];

/// That something cannot happen to a case as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot happen to a case that is {}", turn.code(), state.code())]
pub struct WrongStanding {
    /// Where it stands.
    pub(crate) state: CaseStanding,
    /// What was to happen.
    pub(crate) turn: CaseTurn,
}

/// Where a case stands after a turn.
pub(crate) fn next(state: CaseStanding, turn: CaseTurn) -> Result<CaseStanding, WrongStanding> {
    states::next(TABLE, state, turn).ok_or(WrongStanding { state, turn })
}

/// How a case ends once its person has said whether the answer helped, or has said nothing: an answer
/// that nobody confirms has explained, and no more. Another body's case stays that.
pub(crate) fn outcome_of(said: CaseOutcome, solved: Option<bool>) -> CaseOutcome {
    match (said, solved) {
        (CaseOutcome::Transferred | CaseOutcome::Withdrawn, _) => said,
        (CaseOutcome::Solved | CaseOutcome::Explained, Some(true)) => CaseOutcome::Solved,
        (CaseOutcome::Solved | CaseOutcome::Explained, Some(false) | None) => {
            CaseOutcome::Explained
        }
    }
}

#[cfg(test)]
mod tests {
    use citygate_testkit::states;

    use super::*;

    /// The table as the documentation of the crate has it.
    fn printed() -> String {
        let mut text = String::from("//! | from | what happens | to |\n//! |---|---|---|\n");
        for state in CaseStanding::ALL {
            for turn in CaseTurn::ALL {
                if let Ok(to) = next(*state, *turn) {
                    let row = [state.code(), turn.code(), to.code()].join(" | ");
                    text += &format!("//! | {row} |\n");
                }
            }
        }
        text
    }

    #[test]
    fn the_documentation_has_the_table() {
        let documented = include_str!("../lib.rs");
        assert!(documented.contains(&printed()), "put this into lib.rs:\n{}", printed());
    }

    /// For each state, in the order of [`CaseTurn::ALL`], where it leads.
    const EXPECTED: [(CaseStanding, &str); 6] = [
        (S::Received, "dispatched,,,,,,,,,,,,,"),
        (S::Dispatched, ",dispatch_disputed,,accepted,,dispatched,dispatched,,,,,closed,closed,"),
        (
            S::DispatchDisputed,
            ",,dispatched,accepted,,dispatch_disputed,dispatch_disputed,,,,,closed,closed,",
        ),
        (S::Accepted, ",,,,accepted,accepted,accepted,replied,,,closed,closed,closed,"),
        (S::Replied, ",,,,,,,,closed,closed,,,,"),
        (S::Closed, ",,,,,,,,closed,,,,,dispatched"),
    ];

    #[test]
    fn every_turn_in_every_state() {
        assert_eq!(EXPECTED.map(|(state, _)| state).as_slice(), CaseStanding::ALL);
        for (state, row) in EXPECTED {
            let row: Vec<&str> = row.split(',').collect();
            assert_eq!(row.len(), CaseTurn::ALL.len(), "{state:?}");
            for (expected, turn) in row.into_iter().zip(CaseTurn::ALL) {
                let after = next(state, *turn).map_or("", CaseStanding::code);
                assert_eq!(after, expected, "{turn:?} in {state:?}");
            }
        }
    }

    #[test]
    fn no_step_stands_there_twice_and_every_state_is_reached() {
        states::each_pair_stands_once(TABLE);
        states::every_state_is_reached(TABLE, CaseStanding::Received, CaseStanding::ALL);
    }

    #[test]
    fn only_the_person_can_say_that_it_is_solved() {
        use CaseOutcome::{Explained, Solved, Transferred};
        for (said, solved, outcome) in [
            (Solved, Some(true), Solved),
            (Solved, Some(false), Explained),
            (Solved, None, Explained),
            (Explained, Some(true), Solved),
            (Explained, None, Explained),
            (Transferred, Some(true), Transferred),
            (Transferred, None, Transferred),
        ] {
            assert_eq!(outcome_of(said, solved), outcome, "{said:?} {solved:?}");
        }
    }
}
