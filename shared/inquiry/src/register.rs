//! Registers as parties outside, spoken to over HTTP as the crate describes.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use chrono::{DateTime, Utc};
use citygate_identity::Document;
use citygate_kernel::{Masked, Problem};
use citygate_platform::{
    http::Failure,
    party::{Party, PartyError, Said},
    problems,
};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    model::{Source, Subject, Trouble},
    rules::Heard,
};

/// How many wait for one register at a time, in this process. A register that hangs keeps so many
/// waiting and no more; others are not held up by it.
const PLACES: usize = 32;

/// Whom registers are asked through: part of a handler's signature. Cheap to clone.
#[derive(Clone)]
pub struct Registers(Arc<Shared>);

struct Shared {
    /// Whose connections are used for all registers.
    party: Party,
    /// The places of each register, by the id of its source.
    places: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
}

#[derive(Serialize)]
struct RecordRequest<'a> {
    subject: &'a str,
    id_type: &'static str,
    id_number: &'a str,
    request_id: &'a str,
}

#[derive(Deserialize)]
struct RecordAnswer {
    subject: String,
    id_number: String,
    as_of: DateTime<Utc>,
    record: Box<RawValue>,
}

impl Registers {
    /// Nobody is asked yet. Fails where no connections can be made.
    pub fn new() -> Result<Self, PartyError> {
        let party = Party::new("", Masked::new(String::new()))?;
        Ok(Self(Arc::new(Shared { party, places: Mutex::default() })))
    }

    /// Asks a register for somebody's record. May be called again.
    pub(crate) async fn hear(
        &self,
        (id, source): (Uuid, &Source),
        document: &Document,
        request_id: &str,
    ) -> Heard {
        let places = self.places(id);
        let Ok(_place) = places.try_acquire() else { return Heard::Nothing(Trouble::Crowded) };
        let request = RecordRequest {
            subject: source.subject.as_str(),
            id_type: document.kind().code(),
            id_number: document.expose(),
            request_id,
        };
        let party = self.0.party.at(source.url.as_str(), source.api_key.clone());
        match party.post("/records", &request).await {
            Ok(said) => read(&said, &source.subject, document.expose()),
            Err(error) if error.refusal() == Some((StatusCode::NOT_FOUND, NO_RECORD)) => {
                Heard::NoRecord
            }
            Err(error) => Heard::Nothing(trouble(&error)),
        }
    }

    fn places(&self, source: Uuid) -> Arc<Semaphore> {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(source).or_insert_with(|| Arc::new(Semaphore::new(PLACES))))
    }
}

/// What a register says where it has nothing on somebody.
const NO_RECORD: &str = "no_such_record";

/// A record about the person who was asked about, and about nobody else.
fn read(said: &Said, subject: &Subject, id_number: &str) -> Heard {
    match said.json::<RecordAnswer>() {
        Ok(answer) if answer.id_number != id_number => Heard::Nothing(Trouble::OtherPerson),
        Ok(answer) if answer.subject == subject.as_str() => {
            Heard::Record { as_of: answer.as_of, record: answer.record.get().as_bytes().to_vec() }
        }
        Ok(_) | Err(_) => Heard::Nothing(Trouble::Unreadable),
    }
}

fn trouble(error: &PartyError) -> Trouble {
    match error {
        PartyError::Refused { .. } => Trouble::Refused,
        PartyError::Silent(_) => Trouble::Silent,
        PartyError::Unexpected(_) => Trouble::Failed,
        PartyError::Unreadable => Trouble::Unreadable,
    }
}

impl FromRequest for Registers {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let registers = request.app_data::<Data<Self>>().map(|data| Self::clone(data));
        ready(registers.ok_or_else(|| Problem::new(&problems::INTERNAL).into()))
    }
}
