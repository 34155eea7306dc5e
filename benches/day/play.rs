//! The day, from one instant to the next.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Instant,
};

use chrono::{DateTime, DurationRound as _, TimeDelta, Timelike as _, Utc};
use citygate::demo::actors::Reply;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::{city::Failure, dice::Dice, hospital::Hospital, patients::Patient, tellings::Tellings};

/// All that happens within so many seconds happens at once.
const TICK_SECONDS: i64 = 5;

/// Requests under way at once.
const CONNECTIONS: usize = 8;

/// Somebody in the room of a station.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Inside {
    patient: usize,
    station: usize,
    turn: String,
    step: String,
    came: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrives(usize),
    /// Looks at the app.
    Looks(usize),
    Resulted(usize, String),
    Leaves(Inside, Vec<(String, &'static str)>),
}

/// A turn of somebody who waits, as a plan shows it.
struct Seen {
    turn: String,
    station: usize,
    kind: &'static str,
    expected_at: Option<DateTime<Utc>>,
}

/// What came of a happening.
struct Outcome {
    happened: Happening,
    visit: Option<String>,
    seen: Vec<Seen>,
    /// Whether somebody who did not come is back in the queue.
    back: bool,
}

/// The whole day.
pub struct Day {
    hospital: Hospital,
    patients: Vec<Patient>,
    by_visit: BTreeMap<String, usize>,
    by_queue: BTreeMap<String, usize>,
    /// Of each station, how many wait and how many rooms are taken.
    waiting: Vec<usize>,
    taken: Vec<usize>,
    events: BinaryHeap<Reverse<(DateTime<Utc>, u64, Happening)>>,
    count: u64,
    worked_at: DateTime<Utc>,
    began: Instant,
    /// What people were told, and how it was.
    pub tellings: Tellings,
    /// Calls, and those that nobody heard.
    pub calls: u64,
    /// Calls that nobody heard.
    pub missed: u64,
    /// Background jobs and events.
    pub jobs: usize,
    /// Orders of doctors.
    pub orders: usize,
}

impl Day {
    /// Everybody is still at home.
    pub fn new(hospital: Hospital, visits: usize) -> Self {
        let departments = hospital.stations.len().saturating_sub(3);
        let stations = hospital.stations.len();
        let mut day = Self {
            patients: (0..visits).map(|n| Patient::new(n, departments)).collect(),
            by_visit: BTreeMap::new(),
            by_queue: hospital.by_queue(),
            waiting: vec![0; stations],
            taken: vec![0; stations],
            events: BinaryHeap::new(),
            count: 0,
            worked_at: hospital.clock.now(),
            began: Instant::now(),
            hospital,
            tellings: Tellings::default(),
            calls: 0,
            missed: 0,
            jobs: 0,
            orders: 0,
        };
        let mut dice = Dice::new(7);
        for n in 0..visits {
            let at = dice.arrival(day.hospital.opens_at);
            day.at(at, Happening::Arrives(n));
        }
        day
    }

    fn at(&mut self, at: DateTime<Utc>, happening: Happening) {
        let tick = TimeDelta::seconds(TICK_SECONDS);
        let at = at.duration_round_up(tick).unwrap_or(at);
        self.count += 1;
        self.events.push(Reverse((at, self.count, happening)));
    }

    fn later(&mut self, seconds: i64, happening: Happening) {
        self.at(self.hospital.clock.now() + TimeDelta::seconds(seconds), happening);
    }

    /// Plays until nothing is left to happen.
    pub async fn play(&mut self) -> Result<(), Failure> {
        self.began = Instant::now();
        let opens_at = self.hospital.opens_at;
        let mut hour = None;
        let mut opened = false;
        while let Some(Reverse((next, ..))) = self.events.peek() {
            // The doors open at an instant of their own: the first are called then.
            let next = if opened { *next } else { (*next).min(opens_at) };
            opened = opened || next >= opens_at;
            if hour.replace(next.hour()).is_some_and(|before| before != next.hour()) {
                self.tell(next).await?;
            }
            self.hospital.be_at(next).await?;
            let due = self.due(next);
            self.happen(due).await?;
            if opened {
                self.call().await?;
            }
            if next - self.worked_at >= TimeDelta::minutes(1) {
                self.jobs += self.hospital.work().await?;
                self.worked_at = next;
            }
        }
        self.jobs += self.hospital.work().await?;
        Ok(())
    }

    /// The hospital, when the day is over.
    pub fn into_hospital(self) -> Hospital {
        self.hospital
    }

    /// What the hospital has asked.
    pub fn requests(&self) -> u64 {
        self.hospital.requests()
    }

    fn due(&mut self, now: DateTime<Utc>) -> Vec<Happening> {
        let mut due = Vec::new();
        while self.events.peek().is_some_and(|Reverse((at, ..))| *at <= now) {
            due.extend(self.events.pop().map(|Reverse((.., happening))| happening));
        }
        due
    }

    async fn happen(&mut self, due: Vec<Happening>) -> Result<(), Failure> {
        let day = &*self;
        let outcomes = stream::iter(due).map(|happening| day.one(happening));
        let outcomes: Vec<_> = outcomes.buffered(CONNECTIONS).try_collect().await?;
        for outcome in outcomes {
            self.note(outcome)?;
        }
        Ok(())
    }

    /// Asks what there is to ask.
    async fn one(&self, happened: Happening) -> Result<Outcome, Failure> {
        let (mut visit, mut back) = (None, false);
        let look = match &happened {
            Happening::Arrives(n) => {
                let patient = self.patients.get(*n).ok_or("nobody")?;
                let station = self.hospital.stations.get(patient.department).ok_or("nowhere")?;
                let body = patient.arrival(*n, &station.no);
                let id = self.hospital.arrive(&format!("arrival-{n}"), &body).await?.text_at("/id");
                visit = Some(id.clone());
                Some(id)
            }
            Happening::Looks(n) => Some(self.visit_of(*n)?),
            Happening::Resulted(n, order) => {
                self.hospital.order_event(order, "resulted").await?;
                Some(self.visit_of(*n)?)
            }
            Happening::Leaves(inside, orders) => {
                let id = self.visit_of(inside.patient)?;
                for (no, kind) in orders {
                    self.hospital.order(no, &order(&id, kind)).await?;
                }
                let event = if inside.came { "finished" } else { "missed" };
                let turn = self.hospital.turn(&inside.turn, event).await?;
                back = turn.text_at("/state") == "waiting";
                (!orders.is_empty() || !inside.came).then_some(id)
            }
        };
        let seen = match look {
            Some(id) => self.seen(&self.hospital.plan(&id).await?)?,
            None => Vec::new(),
        };
        Ok(Outcome { happened, visit, seen, back })
    }

    fn visit_of(&self, patient: usize) -> Result<String, Failure> {
        Ok(self.patients.get(patient).ok_or("nobody")?.visit.clone())
    }

    /// The turns of a plan that wait.
    fn seen(&self, plan: &Reply) -> Result<Vec<Seen>, Failure> {
        let steps = plan.body.get("steps").and_then(Value::as_array).ok_or("no plan")?;
        let turns = steps.iter().filter_map(|step| Some((step.get("kind")?, step.get("turn")?)));
        let waiting = turns.filter(|(_, turn)| turn.get("state") == Some(&json!("waiting")));
        let seen = waiting.map(|(kind, turn)| {
            let queue = text(turn, "queue_id")?;
            let station = *self.by_queue.get(&queue).ok_or("no such queue")?;
            let there = self.hospital.stations.get(station).ok_or("no such station")?;
            let kind = if kind == "return_consult" { "return" } else { there.kind };
            let expected_at = turn.get("expected_at").and_then(Value::as_str);
            let expected_at = expected_at.map(str::parse).transpose()?;
            Ok(Seen { turn: text(turn, "id")?, station, kind, expected_at })
        });
        seen.collect()
    }

    /// Notes what came of a happening, and what comes of that.
    fn note(&mut self, outcome: Outcome) -> Result<(), Failure> {
        let Outcome { happened, visit, seen, back } = outcome;
        let now = self.hospital.clock.now();
        for one in seen {
            if self.tellings.told(&one.turn, one.kind, now, one.expected_at) {
                *self.waiting.get_mut(one.station).ok_or("no station")? += 1;
            }
        }
        match happened {
            Happening::Arrives(n) => {
                let visit = visit.ok_or("no visit")?;
                self.by_visit.insert(visit.clone(), n);
                self.patients.get_mut(n).ok_or("nobody")?.visit = visit;
                if n.is_multiple_of(4) {
                    self.later(600, Happening::Looks(n));
                }
            }
            Happening::Looks(_) | Happening::Resulted(..) => {}
            Happening::Leaves(inside, orders) => {
                *self.taken.get_mut(inside.station).ok_or("no station")? -= 1;
                self.orders += orders.len();
                if back {
                    *self.waiting.get_mut(inside.station).ok_or("no station")? += 1;
                }
                if inside.came {
                    let patient = self.patients.get_mut(inside.patient).ok_or("nobody")?;
                    patient.inside = false;
                    self.examined(inside)?;
                }
            }
        }
        Ok(())
    }

    /// After an examination there will be a result.
    fn examined(&mut self, inside: Inside) -> Result<(), Failure> {
        if inside.step != "laboratory" && inside.step != "imaging" {
            return Ok(());
        }
        let patient = self.patients.get_mut(inside.patient).ok_or("nobody")?;
        let seconds = patient.dice.seconds(600, 2_700);
        let no = order_no(inside.patient, &inside.step);
        self.later(seconds, Happening::Resulted(inside.patient, no));
        Ok(())
    }

    /// Calls into each free room as long as somebody waits.
    async fn call(&mut self) -> Result<(), Failure> {
        let day = &*self;
        let called = stream::iter(0..day.hospital.stations.len());
        let called = called.map(|station| day.call_at(station)).buffered(CONNECTIONS);
        let called: Vec<Vec<Reply>> = called.try_collect().await?;
        let mut begun = Vec::new();
        for (station, replies) in called.into_iter().enumerate() {
            for reply in replies {
                let inside = self.called(station, &reply)?;
                begun.extend(inside.came.then(|| inside.turn.clone()));
                self.leave_later(inside)?;
            }
        }
        let hospital = &self.hospital;
        let begun = stream::iter(begun)
            .map(async |turn| hospital.turn(&turn, "begun").await)
            .buffered(CONNECTIONS);
        begun.try_for_each(async |_| Ok(())).await
    }

    async fn call_at(&self, station: usize) -> Result<Vec<Reply>, Failure> {
        let there = self.hospital.stations.get(station).ok_or("no station")?;
        let taken = self.taken.get(station).copied().unwrap_or_default();
        let waiting = self.waiting.get(station).copied().unwrap_or_default();
        let mut replies = Vec::new();
        for n in 0..waiting.min(there.rooms.saturating_sub(taken)) {
            let key = format!("{}-{}-{n}", there.no, self.hospital.clock.now().timestamp());
            replies.push(self.hospital.call(&there.queue, &key).await?);
        }
        Ok(replies)
    }

    fn called(&mut self, station: usize, reply: &Reply) -> Result<Inside, Failure> {
        let (turn, step) = (reply.text_at("/id"), reply.text_at("/step"));
        let visit = reply.text_at("/visit_id");
        let patient = *self.by_visit.get(&visit).ok_or("somebody unknown was called")?;
        *self.waiting.get_mut(station).ok_or("no station")? -= 1;
        *self.taken.get_mut(station).ok_or("no station")? += 1;
        self.calls += 1;
        self.tellings.called(&turn, self.hospital.clock.now());
        let who = self.patients.get_mut(patient).ok_or("nobody")?;
        let came = !who.gone && !who.inside && !who.dice.chance(4);
        who.inside = who.inside || came;
        self.missed += u64::from(!came);
        Ok(Inside { patient, station, turn, step, came })
    }

    fn leave_later(&mut self, inside: Inside) -> Result<(), Failure> {
        let who = self.patients.get_mut(inside.patient).ok_or("nobody")?;
        if !inside.came {
            self.later(20, Happening::Leaves(inside, Vec::new()));
            return Ok(());
        }
        let there = self.hospital.stations.get(inside.station).ok_or("no station")?;
        let mean = if inside.step == "return_consult" { there.mean * 2 / 3 } else { there.mean };
        let seconds = who.dice.duration(mean);
        let orders = who.orders_after(&inside.step);
        let orders = orders.into_iter().map(|kind| (order_no(inside.patient, kind), kind));
        let orders = orders.collect();
        self.later(seconds, Happening::Leaves(inside, orders));
        Ok(())
    }

    /// How far it has come, and how long everybody may see that the longest queue is.
    async fn tell(&self, at: DateTime<Utc>) -> Result<(), Failure> {
        let longest = self.waiting.iter().zip(0_usize..).max().map_or(0, |(_, station)| station);
        let there = self.hospital.stations.get(longest).ok_or("no station")?;
        let eta = self.hospital.eta(&there.queue).await?;
        println!(
            "{}: {} of {} came, {} calls, {} wait; longest {}: {} wait, {} s; {} requests, {} jobs, \
             {:.1} s",
            (at + TimeDelta::hours(8)).format("%H:%M"),
            self.by_visit.len(),
            self.patients.len(),
            self.calls,
            self.waiting.iter().sum::<usize>(),
            there.no,
            eta.text_at("/waiting"),
            eta.text_at("/wait_seconds"),
            self.hospital.requests(),
            self.jobs,
            self.began.elapsed().as_secs_f64(),
        );
        Ok(())
    }
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    let found = value.get(name).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("no {name}"))?.to_owned())
}

/// Nobody has two orders of the same kind but medicine, which is ordered once.
fn order_no(patient: usize, kind: &str) -> String {
    format!("{kind}-{patient}")
}

fn order(visit: &str, kind: &str) -> Value {
    let station_no = match kind {
        "laboratory" => "LAB",
        "imaging" => "IMG",
        _ => "PH",
    };
    json!({
        "visit_id": visit, "kind": kind, "station_no": station_no,
        "title": {"en": "Something", "zh": "项目"},
    })
}
