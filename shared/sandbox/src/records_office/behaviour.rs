//! The ways in which the office fails its clients.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// How the next request for a record is mistreated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Treats the request as it should: to mistreat one that comes after.
    Well,
    /// Answers 2 seconds later.
    Slow,
    /// Never answers: the connection is held until the client gives up, at most 60 seconds, and
    /// then cut.
    Hang,
    /// Cuts the connection at once.
    HangUp,
    /// Answers 500.
    #[serde(rename = "error_500")]
    Error500,
    /// Answers 200 with a body that is not JSON.
    Garbage,
    /// Tells what it should, with a record of another form.
    OtherForm,
    /// Tells somebody else's record.
    OtherPerson,
    /// Tells it as of a day before it was filed.
    Yesterday,
    /// Tells it as of a day after it was filed.
    Tomorrow,
    /// Says that it does not know the person, whoever it is.
    NoSuchRecord,
    /// Refuses: 422 `not_today`.
    Refuse,
}

/// The behaviours that are left, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviours {
    pub(super) next: VecDeque<Behaviour>,
}

impl<T> Delivery<T> {
    /// How an answer of the office is delivered.
    pub(super) fn by_office(behaviour: Behaviour, answer: T) -> Self {
        match behaviour {
            Behaviour::Slow => Self::Late(answer),
            Behaviour::Hang => Self::Never,
            Behaviour::HangUp => Self::Cut,
            Behaviour::Error500 => Self::Breakdown,
            Behaviour::Garbage => Self::Garbage,
            Behaviour::Well
            | Behaviour::OtherForm
            | Behaviour::OtherPerson
            | Behaviour::Yesterday
            | Behaviour::Tomorrow
            | Behaviour::NoSuchRecord
            | Behaviour::Refuse => Self::Prompt(answer),
        }
    }
}
