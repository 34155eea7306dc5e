//! What becomes of a case. The table in the documentation of the crate is made from this one.

use citygate_kernel::states::{self, Row};

use crate::model::{CaseEvent, CaseState};

use CaseEvent as E;
use CaseState as S;

/// Every step that there is: from where, by what, to where.
const TABLE: &[Row<CaseState, CaseEvent>] = &[
    (S::Draft, E::Invite, S::Invited),
    // A new code takes the place of the one before.
    (S::Invited, E::Invite, S::Invited),
    (S::Invited, E::Confirm, S::Confirmed),
    (S::Confirmed, E::Sign, S::Confirmed),
    (S::Booked, E::Sign, S::Booked),
    (S::Confirmed, E::Withdraw, S::Confirmed),
    (S::Prechecked, E::Withdraw, S::Confirmed),
    // The place is kept: they may sign again at the registry, before a registrar.
    (S::Booked, E::Withdraw, S::Booked),
    (S::Confirmed, E::Pass, S::Prechecked),
    (S::Prechecked, E::Pass, S::Prechecked),
    (S::Prechecked, E::Book, S::Booked),
    (S::Booked, E::Move, S::Booked),
    // A pre-check is for a day.
    (S::Booked, E::Release, S::Confirmed),
    (S::Booked, E::Arrive, S::Arrived),
    (S::Arrived, E::Register, S::Registered),
    (S::Booked, E::Refuse, S::Refused),
    (S::Arrived, E::Refuse, S::Refused),
    (S::Booked, E::Miss, S::NoShow),
    (S::Draft, E::Cancel, S::Cancelled),
    (S::Invited, E::Cancel, S::Cancelled),
    (S::Confirmed, E::Cancel, S::Cancelled),
    (S::Prechecked, E::Cancel, S::Cancelled),
    (S::Draft, E::Lapse, S::Expired),
    (S::Invited, E::Lapse, S::Expired),
    (S::Confirmed, E::Lapse, S::Expired),
    (S::Prechecked, E::Lapse, S::Expired),
    (S::Registered, E::Correct, S::Registered),
    (S::Registered, E::Annul, S::Annulled),
    (S::Registered, E::Dissolve, S::Dissolved),
];

/// That something cannot happen to a case as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot happen to a case that is {}", event.code(), state.code())]
pub struct WrongState {
    /// Where it stands.
    pub(crate) state: CaseState,
    /// What was to happen.
    pub(crate) event: CaseEvent,
}

/// Where a case stands after an event.
pub(crate) fn next(state: CaseState, event: CaseEvent) -> Result<CaseState, WrongState> {
    states::next(TABLE, state, event).ok_or(WrongState { state, event })
}

#[cfg(test)]
mod tests {
    use citygate_testkit::states;

    use super::*;

    /// The table as the documentation of the crate has it.
    fn printed() -> String {
        let mut text = String::from("//! | from | what happens | to |\n//! |---|---|---|\n");
        for state in CaseState::ALL {
            for event in CaseEvent::ALL {
                if let Ok(to) = next(*state, *event) {
                    let row = [state.code(), event.code(), to.code()].join(" | ");
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

    /// For each state, in the order of [`CaseEvent::ALL`], the first letters of where it leads.
    const EXPECTED: [(CaseState, &str); 13] = [
        (S::Draft, "invited,,,,,,,,,,,,cancelled,expired,,,"),
        (S::Invited, "invited,confirmed,,,,,,,,,,,cancelled,expired,,,"),
        (S::Confirmed, ",,confirmed,confirmed,prechecked,,,,,,,,cancelled,expired,,,"),
        (S::Prechecked, ",,,confirmed,prechecked,booked,,,,,,,cancelled,expired,,,"),
        (S::Booked, ",,booked,booked,,,booked,confirmed,arrived,,refused,no_show,,,,,"),
        (S::Arrived, ",,,,,,,,,registered,refused,,,,,,"),
        (S::Registered, ",,,,,,,,,,,,,,registered,annulled,dissolved"),
        (S::Refused, ",,,,,,,,,,,,,,,,"),
        (S::Cancelled, ",,,,,,,,,,,,,,,,"),
        (S::Expired, ",,,,,,,,,,,,,,,,"),
        (S::NoShow, ",,,,,,,,,,,,,,,,"),
        (S::Annulled, ",,,,,,,,,,,,,,,,"),
        (S::Dissolved, ",,,,,,,,,,,,,,,,"),
    ];

    #[test]
    fn every_event_in_every_state() {
        assert_eq!(EXPECTED.map(|(state, _)| state).as_slice(), CaseState::ALL);
        for (state, row) in EXPECTED {
            let row: Vec<&str> = row.split(',').collect();
            assert_eq!(row.len(), CaseEvent::ALL.len(), "{state:?}");
            for (expected, event) in row.into_iter().zip(CaseEvent::ALL) {
                let after = next(state, *event).map_or("", CaseState::code);
                assert_eq!(after, expected, "{event:?} in {state:?}");
            }
        }
    }

    #[test]
    fn no_step_stands_there_twice_and_every_state_is_reached() {
        states::each_pair_stands_once(TABLE);
        states::every_state_is_reached(TABLE, CaseState::Draft, CaseState::ALL);
    }

    #[test]
    fn what_is_over_never_opens_again() {
        for (from, by, to) in TABLE {
            assert!(!from.is_over() || to.is_over(), "{from:?} {by:?}");
        }
    }
}
