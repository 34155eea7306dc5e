//! What becomes of an appointment. The table stands in the documentation of the crate.

use crate::model::{AppointmentState, CancelledBy};

/// What happens to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// Its bill is paid.
    Pay,
    /// The person is there.
    Arrive,
    /// The person was seen.
    Fulfil,
    /// Somebody gives it up, or takes it back.
    Cancel(CancelledBy),
    /// Its time to pay is over.
    Expire,
    /// The person did not come, or left before it was their turn.
    Miss,
}

/// That something cannot happen to an appointment as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen to an appointment that is {}", state.code())]
pub struct WrongState {
    /// Where it stands.
    pub(crate) state: AppointmentState,
    /// What was to happen.
    pub(crate) event: Event,
}

/// Where an appointment stands after an event.
pub(crate) fn next(state: AppointmentState, event: Event) -> Result<AppointmentState, WrongState> {
    use AppointmentState::{Arrived, Booked, Cancelled, Expired, Fulfilled, Held, NoShow};
    use CancelledBy::{Agency, Citizen};
    match (state, event) {
        (Held, Event::Pay) => Ok(Booked),
        (Held, Event::Expire) => Ok(Expired),
        (Held | Booked, Event::Cancel(Citizen | Agency)) => Ok(Cancelled),
        (Booked, Event::Arrive) => Ok(Arrived),
        (Booked | Arrived, Event::Miss) => Ok(NoShow),
        // Who is there already speaks to the people there.
        (Arrived, Event::Cancel(Agency)) => Ok(Cancelled),
        (Arrived, Event::Fulfil) => Ok(Fulfilled),
        (Held, Event::Arrive | Event::Fulfil | Event::Miss)
        | (Booked, Event::Pay | Event::Fulfil | Event::Expire)
        | (Arrived, Event::Pay | Event::Arrive | Event::Expire | Event::Cancel(Citizen))
        | (Fulfilled | Cancelled | Expired | NoShow, _) => Err(WrongState { state, event }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EVENTS: [(&str, Event); 7] = [
        ("pay", Event::Pay),
        ("arrive", Event::Arrive),
        ("fulfil", Event::Fulfil),
        ("cancel by the citizen", Event::Cancel(CancelledBy::Citizen)),
        ("cancel by the agency", Event::Cancel(CancelledBy::Agency)),
        ("expire", Event::Expire),
        ("miss", Event::Miss),
    ];

    /// The table that follows a heading of the crate's documentation, as rows of cells.
    fn documented() -> Vec<Vec<&'static str>> {
        let lines = include_str!("../lib.rs").lines();
        let mut lines = lines.skip_while(|line| *line != "//! # What becomes of an appointment");
        assert!(lines.next().is_some(), "the heading is gone");
        lines
            .skip_while(|line| !line.starts_with("//! |"))
            .map_while(|line| line.strip_prefix("//! |"))
            .filter(|line| !line.starts_with("---"))
            .map(|line| line.trim_end_matches('|').split('|').map(str::trim).collect())
            .collect()
    }

    #[test]
    fn every_event_in_every_state_does_what_the_documentation_says() {
        let table = documented();
        let head: Vec<_> = [""].into_iter().chain(EVENTS.map(|(name, _)| name)).collect();
        assert_eq!(table[0], head);
        assert_eq!(table.len(), AppointmentState::ALL.len() + 1);
        for (row, state) in table[1..].iter().zip(AppointmentState::ALL) {
            assert_eq!(row[0], state.code());
            for (cell, (name, event)) in row[1..].iter().zip(EVENTS) {
                let after = next(*state, event).map_or("", AppointmentState::code);
                assert_eq!(*cell, after, "{name} in {state:?}");
            }
        }
    }

    #[test]
    fn what_is_over_stays_so_and_everything_can_be_over() {
        for state in AppointmentState::ALL {
            let after = EVENTS.iter().filter_map(|(_, event)| next(*state, *event).ok());
            assert_eq!(after.count() > 0, state.is_live(), "{state:?}");
        }
        let mut reached = BTreeSet::from([AppointmentState::Held]);
        while reached.len() < AppointmentState::ALL.len() {
            let from = reached.clone();
            let steps = from.iter().flat_map(|state| EVENTS.map(|(_, event)| next(*state, event)));
            reached.extend(steps.flatten());
            assert!(reached.len() > from.len(), "only {reached:?} are ever reached");
        }
    }
}
