//! The way of a report to the person.

use crate::model::{ReleaseState, ReleaseStep};

/// Where a step leads; none where it does not apply. A version that comes to stand begins anew,
/// wherever the one before was: [`classify`](super::release::classify) says where.
pub(crate) fn next(state: ReleaseState, step: ReleaseStep) -> Option<ReleaseState> {
    use ReleaseState::{Acknowledgement, InPerson, NotFinal, Note, Released, Viewed, Withdrawn};
    match step {
        // Only `classify` knows.
        ReleaseStep::Filed => None,
        ReleaseStep::Alerted => match state {
            Withdrawn => None,
            NotFinal | InPerson | Acknowledgement | Note | Released | Viewed => Some(state),
        },
        // What is critical may stand at another gate; taking note of it opens only its own.
        ReleaseStep::Acknowledged => match state {
            Acknowledgement => Some(Released),
            NotFinal | InPerson | Note | Released | Viewed => Some(state),
            Withdrawn => None,
        },
        ReleaseStep::Noted => match state {
            Note => Some(Released),
            NotFinal | InPerson | Acknowledgement | Released | Viewed => Some(state),
            Withdrawn => None,
        },
        // Whoever tells somebody of something critical acknowledges it first.
        ReleaseStep::Told => match state {
            InPerson | Note => Some(Released),
            Released | Viewed => Some(state),
            NotFinal | Acknowledgement | Withdrawn => None,
        },
        ReleaseStep::TimeOver => match state {
            Acknowledgement | Note => Some(Released),
            NotFinal | InPerson | Released | Viewed | Withdrawn => None,
        },
        ReleaseStep::Viewed => match state {
            Released | Viewed => Some(Viewed),
            NotFinal | InPerson | Acknowledgement | Note | Withdrawn => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each state, in the order of `ReleaseStep::ALL`: filed, alerted, acknowledged, noted, told,
    /// time_over, viewed. `.` is refused, `=` stays, `R` released, `V` viewed.
    const TABLE: [(ReleaseState, &str); 7] = [
        (ReleaseState::NotFinal, ".===..."),
        (ReleaseState::InPerson, ".===R.."),
        (ReleaseState::Acknowledgement, ".=R=.R."),
        (ReleaseState::Note, ".==RRR."),
        (ReleaseState::Released, ".====.V"),
        (ReleaseState::Viewed, ".====.="),
        (ReleaseState::Withdrawn, "......."),
    ];

    #[test]
    fn every_step_from_every_state() {
        assert_eq!(TABLE.map(|(state, _)| state).as_slice(), ReleaseState::ALL);
        for (state, row) in TABLE {
            for (step, expected) in ReleaseStep::ALL.iter().zip(row.chars()) {
                let expected = match expected {
                    '=' => Some(state),
                    'R' => Some(ReleaseState::Released),
                    'V' => Some(ReleaseState::Viewed),
                    _ => None,
                };
                assert_eq!(next(state, *step), expected, "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn what_is_told_in_person_opens_by_nothing_else() {
        for step in ReleaseStep::ALL {
            let open = next(ReleaseState::InPerson, *step).is_some_and(ReleaseState::is_open);
            assert_eq!(open, *step == ReleaseStep::Told, "{step:?}");
        }
    }
}
