//! The ways in which the insurer fails its clients.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// How the next request about a settlement is mistreated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Treats the request as it should: to mistreat one that comes after.
    Well,
    /// Does what was asked and never answers: the connection is held until the client gives up, at
    /// most 60 seconds, and then cut.
    TimeoutAfter,
    /// Does nothing and never answers.
    TimeoutBefore,
    /// Does nothing and answers 500.
    #[serde(rename = "error_500")]
    Error500,
    /// Does what was asked and answers 500.
    ErrorAfter,
    /// Does nothing and answers 200 with a body that is not JSON.
    Garbage,
    /// Does what was asked at once and tells so 2 seconds later.
    Slow,
    /// Does what was asked and calls it a repetition: 409 `duplicate`.
    Duplicate,
    /// Refuses, whatever it is: 422 `suspended`. A confirmation that is refused so undoes the
    /// pre-settlement.
    Refuse,
    /// Does what was asked, and splits the first line in another way than it did before.
    OtherSplit,
}

/// The behaviours that are left, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviours {
    pub(super) next: VecDeque<Behaviour>,
}

impl<T> Delivery<T> {
    /// Does what was asked where the behaviour lets it happen, and says how it is answered.
    pub(super) fn by_insurer(behaviour: Behaviour, act: impl FnOnce() -> T) -> Self {
        match behaviour {
            Behaviour::Well | Behaviour::Duplicate | Behaviour::Refuse | Behaviour::OtherSplit => {
                Self::Prompt(act())
            }
            Behaviour::Slow => Self::Late(act()),
            Behaviour::TimeoutAfter => {
                act();
                Self::Never
            }
            Behaviour::TimeoutBefore => Self::Never,
            Behaviour::ErrorAfter => {
                act();
                Self::Breakdown
            }
            Behaviour::Error500 => Self::Breakdown,
            Behaviour::Garbage => Self::Garbage,
        }
    }
}
