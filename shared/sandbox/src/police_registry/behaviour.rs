//! The ways in which the register fails its clients.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// How the next request for or about a check is mistreated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Treats the request as it should: to mistreat one that comes after.
    Well,
    /// Does what was asked and answers 2 seconds later.
    Slow,
    /// Never answers: the connection is held until the client gives up, at most 60 seconds, and
    /// then cut.
    Hang,
    /// Answers 500.
    #[serde(rename = "error_500")]
    Error500,
    /// Answers 200 with a body that is not JSON.
    Garbage,
    /// Says the opposite of what is so.
    Contradict,
}

/// The behaviours that are left, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviours {
    pub(super) next: VecDeque<Behaviour>,
}

impl<T> Delivery<T> {
    /// Does what was asked where the behaviour lets it happen, and says how it is answered.
    pub(super) fn by_register(behaviour: Behaviour, act: impl FnOnce() -> T) -> Self {
        match behaviour {
            Behaviour::Well | Behaviour::Contradict => Self::Prompt(act()),
            Behaviour::Slow => Self::Late(act()),
            Behaviour::Hang => Self::Never,
            Behaviour::Error500 => Self::Breakdown,
            Behaviour::Garbage => Self::Garbage,
        }
    }
}
