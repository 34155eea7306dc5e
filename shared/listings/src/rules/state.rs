//! What becomes of a listing and of its versions. The tables in the documentation of the crate are
//! made from these.

use citygate_kernel::states::{self, Row};

use crate::model::{ListingEvent, ListingState, VersionEvent, VersionState};

use ListingEvent as E;
use ListingState as S;

/// Every step of a listing: from where, by what, to where.
const LISTINGS: &[Row<ListingState, ListingEvent>] = &[
    (S::Draft, E::Submit, S::Draft),
    (S::Published, E::Submit, S::Published),
    (S::Suspended, E::Submit, S::Suspended),
    (S::Draft, E::Publish, S::Published),
    (S::Published, E::Publish, S::Published),
    // What was wrong may be put right while nobody can use it.
    (S::Suspended, E::Publish, S::Suspended),
    (S::Published, E::Suspend, S::Suspended),
    (S::Suspended, E::Resume, S::Published),
    (S::Published, E::Retire, S::Retired),
    (S::Suspended, E::Retire, S::Retired),
];

/// Every step of a version.
const VERSIONS: &[Row<VersionState, VersionEvent>] = &[
    (VersionState::Submitted, VersionEvent::Return, VersionState::Returned),
    (VersionState::Submitted, VersionEvent::Publish, VersionState::Published),
];

/// That something cannot happen to a listing or a version as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen to {what} that is {state}")]
pub struct WrongState {
    /// To what.
    what: &'static str,
    /// Where it stands.
    state: &'static str,
    /// What was to happen.
    event: &'static str,
}

/// Where a listing stands after an event.
pub(crate) fn next(state: ListingState, event: ListingEvent) -> Result<ListingState, WrongState> {
    let wrong = WrongState { what: "a listing", state: state.code(), event: event.code() };
    states::next(LISTINGS, state, event).ok_or(wrong)
}

/// Where a version stands after an event.
pub(crate) fn next_of_version(
    state: VersionState,
    event: VersionEvent,
) -> Result<VersionState, WrongState> {
    let wrong = WrongState { what: "a version", state: state.code(), event: event.code() };
    states::next(VERSIONS, state, event).ok_or(wrong)
}

#[cfg(test)]
mod tests {
    use citygate_testkit::states;

    use super::*;

    /// The tables as the documentation of the crate has them.
    fn printed() -> [String; 2] {
        let head = "//! | from | what happens | to |\n//! |---|---|---|\n";
        let row = |cells: [&str; 3]| format!("//! | {} |\n", cells.join(" | "));
        let (mut listings, mut versions) = (head.to_owned(), head.to_owned());
        for state in ListingState::ALL {
            for event in ListingEvent::ALL {
                if let Ok(to) = next(*state, *event) {
                    listings += &row([state.code(), event.code(), to.code()]);
                }
            }
        }
        for state in VersionState::ALL {
            for event in VersionEvent::ALL {
                if let Ok(to) = next_of_version(*state, *event) {
                    versions += &row([state.code(), event.code(), to.code()]);
                }
            }
        }
        [listings, versions]
    }

    #[test]
    fn the_documentation_has_the_tables() {
        let documented = include_str!("../lib.rs");
        for table in printed() {
            assert!(documented.contains(&table), "put this into lib.rs:\n{table}");
        }
    }

    #[test]
    fn every_event_in_every_state_of_a_listing() {
        // In the order of `ListingEvent::ALL`: submit, publish, suspend, resume, retire.
        let expected = [
            (S::Draft, "draft,published,,,"),
            (S::Published, "published,published,suspended,,retired"),
            (S::Suspended, "suspended,suspended,,published,retired"),
            (S::Retired, ",,,,"),
        ];
        assert_eq!(expected.map(|(state, _)| state).as_slice(), ListingState::ALL);
        for (state, row) in expected {
            let row: Vec<&str> = row.split(',').collect();
            assert_eq!(row.len(), ListingEvent::ALL.len(), "{state:?}");
            for (expected, event) in row.into_iter().zip(ListingEvent::ALL) {
                let after = next(state, *event).map_or("", ListingState::code);
                assert_eq!(after, expected, "{event:?} in {state:?}");
            }
        }
    }

    #[test]
    fn every_event_in_every_state_of_a_version() {
        for state in VersionState::ALL {
            for event in VersionEvent::ALL {
                let expected = match (state, event) {
                    (VersionState::Submitted, VersionEvent::Return) => Some(VersionState::Returned),
                    (VersionState::Submitted, VersionEvent::Publish) => {
                        Some(VersionState::Published)
                    }
                    (VersionState::Returned | VersionState::Published, _) => None,
                };
                assert_eq!(
                    next_of_version(*state, *event).ok(),
                    expected,
                    "{event:?} in {state:?}"
                );
            }
        }
    }

    #[test]
    fn no_step_stands_there_twice() {
        states::each_pair_stands_once(LISTINGS);
        states::each_pair_stands_once(VERSIONS);
    }
}
