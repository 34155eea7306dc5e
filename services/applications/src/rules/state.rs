//! What becomes of an application. The table in the documentation of the crate is made from this one.

use citygate_kernel::states::{self, Row};

use ApplicationEvent as E;
use ApplicationState as S;

use crate::model::{ApplicationEvent, ApplicationState};

/// Every step that there is: from where, by what, to where. Where nothing is to be paid, what is
/// lodged is in progress at once.
const TABLE: &[Row<ApplicationState, ApplicationEvent>] = &[
    (S::Lodged, E::Pay, S::InProgress),
    (S::Lodged, E::Expire, S::Expired),
    (S::Lodged, E::Withdraw, S::Withdrawn),
    (S::InProgress, E::Ask, S::SupplementAsked),
    (S::InProgress, E::Finish, S::InProgress),
    (S::InProgress, E::Approve, S::Approved),
    (S::InProgress, E::Refuse, S::Refused),
    (S::InProgress, E::Withdraw, S::Withdrawn),
    (S::SupplementAsked, E::Supply, S::InProgress),
    (S::SupplementAsked, E::Lapse, S::Expired),
    (S::SupplementAsked, E::Withdraw, S::Withdrawn),
    (S::Approved, E::Deliver, S::Delivered),
];

/// That something cannot happen to an application as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot happen to an application that is {}", event.code(), state.code())]
pub struct WrongState {
    /// Where it stands.
    pub(crate) state: ApplicationState,
    /// What was to happen.
    pub(crate) event: ApplicationEvent,
}

/// Where an application stands after an event.
pub(crate) fn next(
    state: ApplicationState,
    event: ApplicationEvent,
) -> Result<ApplicationState, WrongState> {
    states::next(TABLE, state, event).ok_or(WrongState { state, event })
}

#[cfg(test)]
mod tests {
    use citygate_testkit::states;

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

    /// For each state, in the order of [`ApplicationEvent::ALL`], where it leads.
    const EXPECTED: [(ApplicationState, &str); 8] = [
        (S::Lodged, ",in_progress,expired,,,,,,,,withdrawn"),
        (S::InProgress, ",,,supplement_asked,,,in_progress,approved,refused,,withdrawn"),
        (S::SupplementAsked, ",,,,in_progress,expired,,,,,withdrawn"),
        (S::Approved, ",,,,,,,,,delivered,"),
        (S::Delivered, ",,,,,,,,,,"),
        (S::Refused, ",,,,,,,,,,"),
        (S::Withdrawn, ",,,,,,,,,,"),
        (S::Expired, ",,,,,,,,,,"),
    ];

    #[test]
    fn every_event_in_every_state() {
        assert_eq!(EXPECTED.map(|(state, _)| state).as_slice(), ApplicationState::ALL);
        for (state, row) in EXPECTED {
            let row: Vec<&str> = row.split(',').collect();
            assert_eq!(row.len(), ApplicationEvent::ALL.len(), "{state:?}");
            for (expected, event) in row.into_iter().zip(ApplicationEvent::ALL) {
                let after = next(state, *event).map_or("", ApplicationState::code);
                assert_eq!(after, expected, "{event:?} in {state:?}");
            }
        }
    }

    #[test]
    fn what_is_decided_or_over_never_opens_again_and_every_state_is_reached() {
        for (from, by, to) in TABLE {
            assert!(from.is_open() || !to.is_open(), "{from:?} {by:?}");
        }
        states::every_state_is_reached(TABLE, S::Lodged, ApplicationState::ALL);
    }
}
