//! The ways in which the processor fails its clients.

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// How the next request for or about a charge is mistreated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Books the charge and never answers: the connection is held until the client gives up, at
    /// most 60 seconds, and then cut.
    TimeoutAfterCharge,
    /// Books nothing and never answers.
    TimeoutBeforeCharge,
    /// Books nothing and answers 500.
    #[serde(rename = "error_500")]
    Error500,
    /// Books the charge and answers 500.
    ErrorAfterCharge,
    /// Books nothing and answers 200 with a body that is not JSON.
    Garbage,
    /// Books the charge at once and tells so 2 seconds later.
    Slow,
    /// Books the charge and says that it was declined; asked again, it tells the truth.
    Contradict,
}

impl<T> Delivery<T> {
    /// Does what was asked where the behaviour lets it happen, and says how it is answered.
    pub(super) fn of(behaviour: Option<Behaviour>, act: impl FnOnce() -> T) -> Self {
        match behaviour {
            None | Some(Behaviour::Contradict) => Self::Prompt(act()),
            Some(Behaviour::Slow) => Self::Late(act()),
            Some(Behaviour::TimeoutAfterCharge) => {
                act();
                Self::Never
            }
            Some(Behaviour::TimeoutBeforeCharge) => Self::Never,
            Some(Behaviour::ErrorAfterCharge) => {
                act();
                Self::Breakdown
            }
            Some(Behaviour::Error500) => Self::Breakdown,
            Some(Behaviour::Garbage) => Self::Garbage,
        }
    }
}
