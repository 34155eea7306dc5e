//! Bodies of queues and the turns in them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Words, wire};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::directory::{TextBody, given};
use crate::{
    actions::{CalledEvent, QueueView, turn_number},
    model::{
        EntryState, Lane, NewQueue, OwnNo, Queue, QueueEntry, QueueEntryId, QueueId, Station,
        StepKind, TurnKind, VisitId,
    },
};

/// How many who wait a body lists.
const LISTED: usize = 200;

/// Reads a number of rooms.
fn rooms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::try_from(wire::integer(deserializer)?) {
        Ok(rooms) if rooms <= 100 => Ok(rooms),
        _ => Err(de::Error::custom("0 to 100 rooms are expected")),
    }
}

/// What stands before the numbers of a queue.
#[derive(Debug)]
struct Letter(String);

impl<'de> Deserialize<'de> for Letter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom("one or two letters from A to Z are expected"))
        }
    }
}

/// The queue of a station for a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalQueue)]
pub(crate) struct PutQueueBody {
    /// The day, in the city's own time.
    #[serde(deserialize_with = "wire::date")]
    #[schema(example = "2026-11-23")]
    on: NaiveDate,
    station: Station,
    /// Of a consultation: the hospital's own number of the department.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    pub department_no: Option<OwnNo>,
    /// Of a consultation with one doctor: the hospital's own number of the doctor.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    pub practitioner_no: Option<OwnNo>,
    /// What stands before the numbers.
    #[schema(value_type = String, pattern = "^[A-Z]{1,2}$", example = "A")]
    letter: Letter,
    name: TextBody,
    place: TextBody,
    #[serde(deserialize_with = "wire::instant")]
    opens_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::instant")]
    closes_at: DateTime<Utc>,
    /// How many rooms call from it; none while it rests.
    #[serde(deserialize_with = "rooms")]
    #[schema(minimum = 0, maximum = 100)]
    rooms: u16,
}

impl PutQueueBody {
    /// The queue, and department and doctor by the hospital's own numbers.
    pub(crate) fn queue(
        self,
        agency: citygate_catalogue::AgencyId,
        station_no: OwnNo,
    ) -> (NewQueue, Option<OwnNo>, Option<OwnNo>) {
        let queue = NewQueue {
            agency,
            station_no,
            on: self.on,
            station: self.station,
            department: None,
            practitioner: None,
            letter: self.letter.0,
            name: self.name.text(),
            place: self.place.text(),
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            rooms: self.rooms,
        };
        (queue, self.department_no, self.practitioner_no)
    }
}

/// Where the next is called to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalCall, example = json!({"room": "3"}))]
pub(crate) struct NewCallBody {
    /// The room, as it is written on its door.
    pub room: Words<40>,
}

/// What happens to somebody who was called.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HospitalTurnEvent)]
enum TurnEventBody {
    /// Called once more.
    CalledAgain,
    /// Nobody came: back in the queue, and void after too many times.
    Missed,
    /// Came in.
    Begun,
    /// Is done.
    Finished,
}

/// News of a turn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalTurnEvent, example = json!({"event": "begun"}))]
pub(crate) struct AdvanceBody {
    event: TurnEventBody,
}

impl AdvanceBody {
    pub(crate) fn event(&self) -> CalledEvent {
        match self.event {
            TurnEventBody::CalledAgain => CalledEvent::CalledAgain,
            TurnEventBody::Missed => CalledEvent::Missed,
            TurnEventBody::Begun => CalledEvent::Begun,
            TurnEventBody::Finished => CalledEvent::Finished,
        }
    }
}

/// Somebody's turn, as the hospital sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalTurn)]
pub(crate) struct CallBody {
    id: QueueEntryId,
    queue_id: QueueId,
    visit_id: VisitId,
    step: StepKind,
    /// As it is called: `A017`.
    number: String,
    kind: TurnKind,
    lane: Lane,
    state: EntryState,
    /// Since when the person waits.
    arrived_at: DateTime<Utc>,
    /// Calls that were missed.
    misses: u16,
    times_called: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    room: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    called_at: Option<DateTime<Utc>>,
}

impl CallBody {
    pub(crate) fn new(queue: &Queue, entry: &QueueEntry) -> Self {
        Self {
            id: entry.id,
            queue_id: queue.id,
            visit_id: entry.visit,
            step: entry.step,
            number: turn_number(queue, entry),
            kind: entry.kind,
            lane: entry.lane,
            state: entry.state,
            arrived_at: entry.arrived_at,
            misses: entry.misses,
            times_called: entry.times_called,
            room: entry.room.clone(),
            called_at: entry.called_at,
        }
    }
}

/// A station's queue of a day, as the hospital sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalQueue)]
pub(crate) struct QueueBody {
    id: QueueId,
    station_no: OwnNo,
    on: NaiveDate,
    station: Station,
    name: String,
    place: String,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    rooms: u16,
    /// How many wait in all.
    waiting_count: usize,
    /// The first 200 who wait, in the order in which they would be called now.
    waiting: Vec<CallBody>,
    /// Those who were called or are inside.
    inside: Vec<CallBody>,
    /// How long one person takes.
    typical_seconds: i64,
}

impl QueueBody {
    pub(crate) fn new(view: QueueView, locale: Locale) -> Self {
        let QueueView { queue, waiting, inside, typical_seconds } = view;
        let body = |entry| CallBody::new(&queue, entry);
        let terms = &queue.terms;
        Self {
            id: queue.id,
            station_no: terms.station_no.clone(),
            on: terms.on,
            station: terms.station,
            name: terms.name.get(locale).to_owned(),
            place: terms.place.get(locale).to_owned(),
            opens_at: terms.opens_at,
            closes_at: terms.closes_at,
            rooms: terms.rooms,
            waiting_count: waiting.len(),
            waiting: waiting.iter().take(LISTED).map(body).collect(),
            inside: inside.iter().map(body).collect(),
            typical_seconds,
        }
    }
}

/// How long a queue is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalQueueEta)]
pub(crate) struct EtaBody {
    queue_id: QueueId,
    on: NaiveDate,
    station: Station,
    name: String,
    place: String,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    /// How many rooms call.
    rooms: u16,
    /// How many wait.
    waiting: usize,
    /// How long one person takes, by the last who were seen.
    typical_seconds: i64,
    /// How long somebody waits who comes now; absent while no room calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64)]
    wait_seconds: Option<i64>,
    /// Numbers that were called or are inside.
    called: Vec<String>,
    as_of: DateTime<Utc>,
}

impl EtaBody {
    pub(crate) fn new(view: QueueView, now: DateTime<Utc>, locale: Locale) -> Self {
        let wait = view.wait(view.waiting.len(), now);
        let QueueView { queue, waiting, inside, typical_seconds } = view;
        let called = inside.iter().map(|entry| turn_number(&queue, entry)).collect();
        let terms = queue.terms;
        Self {
            queue_id: queue.id,
            on: terms.on,
            station: terms.station,
            name: terms.name.get(locale).to_owned(),
            place: terms.place.get(locale).to_owned(),
            opens_at: terms.opens_at,
            closes_at: terms.closes_at,
            rooms: terms.rooms,
            waiting: waiting.len(),
            typical_seconds,
            wait_seconds: wait.map(|wait| wait.num_seconds()),
            called,
            as_of: now,
        }
    }
}
