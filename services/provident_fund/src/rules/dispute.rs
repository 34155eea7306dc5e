//! Disputes: the bank looks first, then the centre (Regulation, article 36).

use citygate_calendar::Period;
use citygate_kernel::states::{self, Row};
use serde::Deserialize;

use crate::model::{DisputeEvent, DisputeState};

/// Key of the rule for disputes.
pub(crate) const DISPUTE: &str = "provident_fund.dispute";

use DisputeEvent as Event;
use DisputeState as State;

/// What becomes of a dispute. The documentation of the crate shows it.
pub(crate) const TABLE: &[Row<State, Event>] = &[
    (State::WithBank, Event::Answer, State::BankAnswered),
    (State::WithBank, Event::Withdraw, State::Withdrawn),
    (State::WithBank, Event::Overdue, State::WithBank),
    (State::BankAnswered, Event::Reopen, State::WithCentre),
    (State::WithCentre, Event::Answer, State::Answered),
    (State::WithCentre, Event::Withdraw, State::Withdrawn),
    (State::WithCentre, Event::Overdue, State::WithCentre),
];

/// Where an event leads; none where it cannot happen.
pub(crate) fn next(state: State, event: Event) -> Option<State> {
    states::next(TABLE, state, event)
}

/// Parameters of [`DISPUTE`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisputeRule {
    /// Within which bank and centre each answer, from the day on which they are asked.
    pub answer: Period,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::holds;

    #[test]
    fn every_event_in_every_state_does_what_the_documentation_says() {
        let states: Vec<_> = State::ALL.iter().map(|state| (*state, state.code())).collect();
        let events: Vec<_> = Event::ALL.iter().map(|event| (*event, event.code())).collect();
        let ends = [State::Answered, State::Withdrawn];
        holds("# What becomes of a dispute", TABLE, &states, &events, &ends);
    }

    #[test]
    fn it_is_reopened_once() {
        let reopened = State::ALL.iter().filter_map(|state| next(*state, Event::Reopen));
        assert_eq!(reopened.collect::<Vec<_>>(), [State::WithCentre]);
        assert_eq!(next(State::WithCentre, Event::Answer), Some(State::Answered));
    }
}
