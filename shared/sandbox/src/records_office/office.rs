//! The office without HTTP: what is on file, and what was asked.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    behaviour::{Behaviour, Behaviours},
    failure::Failure,
};
use crate::delivery::Delivery;

/// A record as it is put on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// In the register of what.
    pub subject: String,
    /// Whose it is.
    pub id_number: String,
    /// Up to when the books are closed.
    pub as_of: DateTime<Utc>,
    /// What they say.
    pub record: Value,
}

/// The answer about somebody: what is on file.
pub type Told = Filed;

/// The request for a record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordBody {
    subject: String,
    #[serde(rename = "id_type")]
    _id_type: String,
    id_number: String,
    request_id: String,
}

impl RecordBody {
    /// Reads a request; what is not one of the documented form is refused whole.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|_| Failure::InvalidRequest)
    }
}

/// The number of somebody who is nobody's neighbour: whose record is told instead of another's.
const SOMEBODY_ELSE: &str = "330106195001010013";

/// Everything the office remembers.
#[derive(Default)]
pub(super) struct Office {
    /// What is on file, by subject and number.
    files: BTreeMap<(String, String), Filed>,
    /// The `request_id`s of what was asked, in order.
    asked: Vec<String>,
    behaviours: Behaviours,
}

impl Office {
    /// Replaces the behaviours that are left.
    pub(super) fn behave(&mut self, behaviours: Behaviours) {
        self.behaviours = behaviours;
    }

    /// Puts something on file.
    pub(super) fn file(&mut self, filed: Filed) {
        self.files.insert((filed.subject.clone(), filed.id_number.clone()), filed);
    }

    /// A request for a record arrives.
    pub(super) fn tell(
        &mut self,
        wanted: Result<RecordBody, Failure>,
    ) -> Delivery<Result<Told, Failure>> {
        let behaviour = self.behaviours.next.pop_front().unwrap_or(Behaviour::Well);
        let told = wanted.and_then(|wanted| {
            self.asked.push(wanted.request_id.clone());
            match behaviour {
                Behaviour::NoSuchRecord => Err(Failure::NoSuchRecord),
                Behaviour::Refuse => Err(Failure::NotToday),
                _ => self.found(wanted).map(|filed| told(filed, behaviour)),
            }
        });
        Delivery::by_office(behaviour, told)
    }

    /// The `request_id`s of what was asked, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.clone()
    }

    fn found(&self, wanted: RecordBody) -> Result<Filed, Failure> {
        let RecordBody { subject, id_number, .. } = wanted;
        self.files.get(&(subject, id_number)).cloned().ok_or(Failure::NoSuchRecord)
    }
}

/// What is said to be on file.
fn told(filed: Filed, behaviour: Behaviour) -> Told {
    match behaviour {
        Behaviour::OtherForm => Told { record: Value::from("see the counter"), ..filed },
        Behaviour::OtherPerson => Told { id_number: SOMEBODY_ELSE.to_owned(), ..filed },
        Behaviour::Yesterday => Told { as_of: filed.as_of - TimeDelta::days(1), ..filed },
        Behaviour::Tomorrow => Told { as_of: filed.as_of + TimeDelta::days(1), ..filed },
        _ => filed,
    }
}
