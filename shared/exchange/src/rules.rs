//! What may be done with a message that is held.

use crate::model::HoldState;

/// What happens to a message that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldEvent {
    /// It was carried out after all.
    CarriedOut,
    /// Somebody of the hospital decided that it never will be.
    Discarded,
}

/// What the message is then; nothing, where that cannot happen any more.
pub(crate) fn next(state: HoldState, event: HoldEvent) -> Option<HoldState> {
    match (state, event) {
        (HoldState::Held, HoldEvent::CarriedOut) => Some(HoldState::Released),
        (HoldState::Held, HoldEvent::Discarded) => Some(HoldState::Discarded),
        (HoldState::Released | HoldState::Discarded, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_as_it_is() {
        use HoldEvent::{CarriedOut, Discarded};
        let mut seen = Vec::new();
        for state in HoldState::ALL {
            for event in [CarriedOut, Discarded] {
                seen.push((state, event, next(state, event)));
            }
        }
        assert_eq!(
            seen,
            [
                (HoldState::Held, CarriedOut, Some(HoldState::Released)),
                (HoldState::Held, Discarded, Some(HoldState::Discarded)),
                (HoldState::Released, CarriedOut, None),
                (HoldState::Released, Discarded, None),
                (HoldState::Discarded, CarriedOut, None),
                (HoldState::Discarded, Discarded, None),
            ]
        );
    }
}
