//! A small day against a database: people walk in, are called, get orders and results, and nobody
//! is left alone. The clock is moved from one happening to the next.

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::Accessor;
use citygate_kernel::{CityCode, Clock, Locale, Masked, Text};
use citygate_platform::{Cx, idempotency::Claim};
use citygate_testkit::TestDb;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{
    HOSPITAL, demo,
    model::{
        NewOrder, NewQueue, OrderKind, OrderWords, QueueEntryId, QueueId, Station, StepKind,
        VisitId, VisitState,
    },
    store,
};

const VISITS: usize = 80;
const DEPARTMENTS: [&str; 2] = ["CARD", "GI"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrives(usize),
    Leaves { queue: usize, entry: QueueEntryId, visit: VisitId, round: bool, came: bool },
    Resulted(usize),
}

struct Town {
    cx: Cx,
    clock: Clock,
    dice: u64,
    queues: Vec<(QueueId, Station, usize)>,
    busy: Vec<usize>,
    visits: Vec<VisitId>,
    told: Vec<Option<DateTime<Utc>>>,
    errors: Vec<i64>,
    orders: Vec<(VisitId, OrderKind)>,
    events: BinaryHeap<Reverse<(DateTime<Utc>, usize, Happening)>>,
    count: usize,
    calls: usize,
}

impl Town {
    async fn new(db: &TestDb) -> Self {
        // 08:00 in Hangzhou.
        let clock = Clock::manual("2026-11-23T00:00:00Z".parse().unwrap());
        let cx = db.platform(&clock).cx(Locale::En, "test");
        demo::seed(cx.clone()).await.unwrap();
        let mut town = Self {
            cx,
            clock,
            dice: 7,
            queues: Vec::new(),
            busy: Vec::new(),
            visits: Vec::new(),
            told: Vec::new(),
            errors: Vec::new(),
            orders: Vec::new(),
            events: BinaryHeap::new(),
            count: 0,
            calls: 0,
        };
        for department in DEPARTMENTS {
            town.open(department, Station::Consultation, Some(department), 2).await;
        }
        town.open("LAB", Station::Laboratory, None, 1).await;
        town.open("PH", Station::Pharmacy, None, 1).await;
        for n in 0..VISITS {
            let minutes = i64::try_from(town.roll(120)).unwrap();
            town.later(minutes * 60, Happening::Arrives(n));
        }
        town
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % sides
    }

    fn later(&mut self, seconds: i64, happening: Happening) {
        self.count += 1;
        let at = self.clock.now() + TimeDelta::seconds(seconds);
        self.events.push(Reverse((at, self.count, happening)));
    }

    async fn open(&mut self, no: &str, station: Station, department: Option<&str>, rooms: u16) {
        let opens_at = self.clock.now();
        let new = NewQueue {
            agency: HOSPITAL,
            station_no: no.parse().unwrap(),
            on: "2026-11-23".parse().unwrap(),
            station,
            department: None,
            practitioner: None,
            letter: "A".to_owned(),
            name: Text::new("Station", "窗口"),
            place: Text::new("Floor 3", "3层"),
            opens_at,
            closes_at: opens_at + TimeDelta::hours(10),
            rooms,
        };
        let department = department.map(|no| no.parse().unwrap());
        let opened = open_queue(&self.cx, &new, (department.as_ref(), None)).await.unwrap();
        self.queues.push((opened.0.queue.id, station, usize::from(rooms)));
        self.busy.push(0);
    }

    fn claim(&mut self) -> Claim {
        self.count += 1;
        Claim {
            city: CityCode::HANGZHOU,
            subject_id: Uuid::nil(),
            key: self.count.to_string(),
            request_hash: Vec::new(),
        }
    }

    async fn run(&mut self) {
        while let Some(Reverse((at, _, happening))) = self.events.pop() {
            self.clock.advance(at - self.clock.now());
            match happening {
                Happening::Arrives(n) => self.arrive(n).await,
                Happening::Resulted(order) => {
                    let no = format!("O-{order}").parse().unwrap();
                    advance_order(&self.cx, HOSPITAL, &no, OrderEvent::Resulted).await.unwrap();
                }
                Happening::Leaves { queue, entry, visit, round, came } => {
                    self.busy[queue] -= 1;
                    let event = if came { CalledEvent::Finished } else { CalledEvent::Missed };
                    if came && round {
                        self.prescribe(visit).await;
                    }
                    advance(&self.cx, HOSPITAL, entry, event).await.unwrap();
                    if came && self.queues[queue].1 == Station::Laboratory {
                        let at = self
                            .orders
                            .iter()
                            .position(|(of, kind)| *of == visit && *kind == OrderKind::Laboratory);
                        self.later(1_200, Happening::Resulted(at.unwrap()));
                    }
                }
            }
            for queue in 0..self.queues.len() {
                self.call(queue).await;
            }
        }
    }

    async fn arrive(&mut self, n: usize) {
        let who = Arriving::WalkIn {
            id_number: id_number(n).parse().unwrap(),
            name: Masked::new("某人".to_owned()),
            department: DEPARTMENTS[n % DEPARTMENTS.len()].parse().unwrap(),
            practitioner: None,
        };
        let priority = n.is_multiple_of(20).then(|| "over_80".to_owned());
        let (claim, by) = (self.claim(), Accessor::city(CityCode::HANGZHOU));
        let arrival = Arrival { who, priority };
        let answer = arrive(&self.cx, &claim, by, HOSPITAL, &arrival).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let visit = body["id"].as_str().unwrap().parse().unwrap();
        let seen = received_visit(&self.cx, HOSPITAL, visit).await.unwrap();
        self.visits.push(visit);
        self.told.push(seen.steps[0].turn.as_ref().unwrap().expected_at);
    }

    /// Orders of the first consultation: a test for one of two, medicine for the others.
    async fn prescribe(&mut self, visit: VisitId) {
        let (kind, station) = match self.roll(2) {
            0 => (OrderKind::Laboratory, "LAB"),
            _ => (OrderKind::Prescription, "PH"),
        };
        let new = NewOrder {
            agency: HOSPITAL,
            order_no: format!("O-{}", self.orders.len()).parse().unwrap(),
            visit,
            kind,
            station_no: station.parse().unwrap(),
            words: OrderWords { title: Text::new("Something", "项目"), preparation: None },
            ready_minutes: None,
        };
        self.orders.push((visit, kind));
        assert!(put_order(&self.cx, &new).await.unwrap().1);
    }

    /// Calls into each free room. One in twelve does not come.
    async fn call(&mut self, at: usize) {
        let (queue, _, rooms) = self.queues[at];
        while self.busy[at] < rooms {
            let claim = self.claim();
            let answer = call_next(&self.cx, &claim, HOSPITAL, queue, "1").await.unwrap();
            if answer.status == 409 {
                return;
            }
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            let text = |name: &str| body[name].as_str().unwrap().to_owned();
            let entry = text("id").parse().unwrap();
            let visit: VisitId = text("visit_id").parse().unwrap();
            let first = text("step") == StepKind::Consult.code();
            let n = self.visits.iter().position(|one| *one == visit).unwrap();
            if let (true, 0, Some(told)) = (first, body["misses"].as_i64().unwrap(), self.told[n]) {
                self.errors.push((self.clock.now() - told).num_seconds());
            }
            self.calls += 1;
            self.busy[at] += 1;
            let came = self.roll(12) != 0;
            let seconds = if came {
                advance(&self.cx, HOSPITAL, entry, CalledEvent::Begun).await.unwrap();
                60 + i64::try_from(self.roll(240)).unwrap()
            } else {
                20
            };
            self.later(seconds, Happening::Leaves { queue: at, entry, visit, round: first, came });
        }
    }
}

fn id_number(n: usize) -> String {
    let body = format!("33010619850101{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap();
    format!("{body}{check}")
}

#[tokio::test]
async fn a_small_day_in_a_database_leaves_nobody_alone() {
    let db = TestDb::new().await;
    let mut town = Town::new(&db).await;
    town.run().await;
    let (mut finished, mut void) = (0, 0);
    for id in town.visits.clone() {
        let seen = received_visit(&town.cx, HOSPITAL, id).await.unwrap();
        match (seen.visit.state, seen.visit.end_reason) {
            (VisitState::Finished, None) => finished += 1,
            (VisitState::Void, Some(_)) => void += 1,
            other => panic!("{id} is {other:?}"),
        }
        assert!(seen.steps.iter().all(|step| step.step.state.is_over()), "{id}");
        let places = [(id, 0)];
        let events =
            town.cx.db.tx("test.events", async |tx| store::plans::events_after(tx, &places).await);
        let numbers: Vec<_> = events.await.unwrap().iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=seen.visit.last_event).collect::<Vec<_>>(), "without gaps");
    }
    assert_eq!(finished + void, VISITS);
    let mut off: Vec<i64> = town.errors.iter().map(|error| error.abs()).collect();
    off.sort_unstable();
    println!(
        "RESULT small_day visits={VISITS} finished={finished} void={void} calls={} \
         error_median_abs_s={} error_p90_abs_s={} error_bias_s={}",
        town.calls,
        off[off.len() / 2],
        off[off.len() * 9 / 10],
        town.errors.iter().sum::<i64>() / i64::try_from(off.len()).unwrap()
    );
}
