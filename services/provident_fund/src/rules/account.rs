//! What becomes of an account. The table stands in the documentation of the crate.

use citygate_kernel::states::Row;

use crate::model::AccountState::{self, Active, Closed, Open, Sealed, Transferred};

/// What happens to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Somebody pays in, for the first time or again.
    Activate,
    /// Nobody pays in any more for the time being.
    Seal,
    /// It moves to the centre of another city.
    Transfer,
    /// It is paid out as a whole.
    Close,
}

/// Which event leads from which state to which.
const TABLE: [Row<AccountState, Event>; 5] = [
    (Open, Event::Activate, Active),
    (Active, Event::Seal, Sealed),
    (Sealed, Event::Activate, Active),
    (Sealed, Event::Transfer, Transferred),
    (Sealed, Event::Close, Closed),
];

/// Whether an account that stood one way may stand the other way now. A centre tells how its
/// accounts stand at the end of a day, and more than one event may lie between two days.
pub(crate) fn can_become(from: AccountState, to: AccountState) -> bool {
    let mut reached = vec![from];
    let mut looked_at = 0;
    while let Some(state) = reached.get(looked_at).copied() {
        if state == to {
            return true;
        }
        let next = TABLE.iter().filter(|(before, ..)| *before == state).map(|(.., after)| *after);
        let new: Vec<_> = next.filter(|after| !reached.contains(after)).collect();
        reached.extend(new);
        looked_at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table;

    #[test]
    fn the_documentation_shows_what_becomes_of_an_account() {
        let states: Vec<_> = AccountState::ALL.iter().map(|one| (*one, one.code())).collect();
        let events = [
            (Event::Activate, "activate"),
            (Event::Seal, "seal"),
            (Event::Transfer, "transfer"),
            (Event::Close, "close"),
        ];
        let ends = [Transferred, Closed];
        table::holds("# What becomes of an account", &TABLE, &states, &events, &ends);
    }

    #[test]
    fn an_account_can_come_to_stand_as_its_events_lead_and_no_other_way() {
        let reach = [
            (Open, [true, true, true, true, true]),
            (Active, [false, true, true, true, true]),
            (Sealed, [false, true, true, true, true]),
            (Transferred, [false, false, false, true, false]),
            (Closed, [false, false, false, false, true]),
        ];
        for (from, row) in reach {
            for (to, expected) in AccountState::ALL.iter().zip(row) {
                assert_eq!(can_become(from, *to), expected, "{from:?} to {to:?}");
            }
        }
    }
}
