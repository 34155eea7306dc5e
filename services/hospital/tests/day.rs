//! A day of a crowded hospital, played by the rules alone: 8,000 visits, 40 consulting rooms,
//! laboratory, imaging and pharmacy, with durations at random from a seed. No step is lost, and what
//! people were told of their waiting is compared with how long they waited.
#![cfg(test)]

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use chrono::{DateTime, TimeDelta, Utc};
use citygate_hospital::{
    EntryState, Lane, OrderKind, QueueEntryId, Station, StepKey, StepKind, StepState, Tally,
    TurnKind, VisitState,
    rules::{
        estimate::{EstimateRule, Load, UsualSeconds, typical_seconds, wait},
        plan::{Facts, OrderFacts, plan, rounds, visit_state},
        queue::{
            InterleaveRule, MissedRule, PriorityRule, QueueRules, Setback, Waiting, ahead_of,
            back_until, order, turn_at,
        },
    },
};
use citygate_kernel::CityCode;
use uuid::Uuid;

const VISITS: usize = 8_000;
/// Queues of departments, each with two rooms.
const DEPARTMENTS: usize = 20;

/// A stream of numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % sides
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// Seconds around a mean, skewed: most take less, some far more.
    fn duration(&mut self, mean: i64) -> i64 {
        let part = |dice: &mut Self| i64::try_from(dice.roll(100)).unwrap();
        let product = part(self) * part(self) / 25 + part(self) / 2;
        (mean * (product + 20) / 143).max(mean / 5)
    }
}

fn rules() -> QueueRules {
    QueueRules {
        missed: MissedRule { ladder: vec![Setback::Back(5), Setback::Back(5), Setback::Last] },
        interleave: InterleaveRule { firsts_per_return: 2, when_returns_outnumber: 1 },
        priority: PriorityRule {
            critical: vec!["critically_ill".to_owned()],
            priority: vec!["over_80".to_owned()],
            at_most_in_a_row: 2,
        },
    }
}

const ESTIMATE: EstimateRule = EstimateRule {
    samples: 40,
    weight: 4,
    usual_seconds: UsualSeconds { consultation: 120, laboratory: 90, imaging: 300, pharmacy: 60 },
};

/// What happens at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrives(usize),
    /// The person in a queue's room is done, or is given up on.
    Leaves(usize, usize, bool),
    Pays(usize, u128),
    Resulted(usize, u128),
    Opens(usize),
}

struct Visit {
    facts: Facts,
    department: usize,
    window: DateTime<Utc>,
    lane: Lane,
    orders: u128,
    /// Whether the person has gone home and hears no call.
    gone: bool,
}

struct Entry {
    visit: usize,
    key: StepKey,
    waiting: Waiting,
    misses: u16,
    entered_at: DateTime<Utc>,
    /// What the person was told, in seconds.
    told: Option<i64>,
    /// Since when the person is called or inside.
    since: DateTime<Utc>,
}

struct Queue {
    station: Station,
    rooms: u16,
    mean: i64,
    tally: Tally,
    waiting: Vec<Waiting>,
    inside: Vec<usize>,
    served: Vec<i64>,
}

struct Day {
    dice: Dice,
    now: DateTime<Utc>,
    opens_at: DateTime<Utc>,
    queues: Vec<Queue>,
    visits: Vec<Visit>,
    entries: Vec<Entry>,
    events: BinaryHeap<Reverse<(DateTime<Utc>, u64, Happening)>>,
    sequence: u64,
    calls: usize,
    missed: usize,
    /// Actual minus told, in seconds, and the actual wait, of those who were called at once.
    errors: BTreeMap<Station, Vec<(i64, i64)>>,
}

impl Day {
    fn new(seed: u64) -> Self {
        let opens_at: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
        let queue = |station, rooms, mean| Queue {
            station,
            rooms,
            mean,
            tally: Tally::default(),
            waiting: Vec::new(),
            inside: Vec::new(),
            served: Vec::new(),
        };
        let mut queues: Vec<_> =
            (0..DEPARTMENTS).map(|_| queue(Station::Consultation, 2, 120)).collect();
        queues.push(queue(Station::Laboratory, 7, 80));
        queues.push(queue(Station::Imaging, 16, 280));
        queues.push(queue(Station::Pharmacy, 8, 45));
        let mut day = Self {
            dice: Dice(seed),
            now: opens_at - TimeDelta::hours(1),
            opens_at,
            queues,
            visits: Vec::new(),
            entries: Vec::new(),
            events: BinaryHeap::new(),
            sequence: 0,
            calls: 0,
            missed: 0,
            errors: BTreeMap::new(),
        };
        for queue in 0..day.queues.len() {
            day.at(opens_at, Happening::Opens(queue));
        }
        for visit in 0..VISITS {
            day.book(visit);
        }
        day
    }

    fn at(&mut self, at: DateTime<Utc>, happening: Happening) {
        self.sequence += 1;
        self.events.push(Reverse((at, self.sequence, happening)));
    }

    fn later(&mut self, seconds: i64, happening: Happening) {
        self.at(self.now + TimeDelta::seconds(seconds), happening);
    }

    /// Windows of half an hour over nine hours; people come up to half an hour early or ten minutes
    /// late.
    fn book(&mut self, visit: usize) {
        let slot = i64::try_from(self.dice.roll(18)).unwrap();
        let window = self.opens_at + TimeDelta::minutes(30 * slot);
        let lane = match self.dice.roll(200) {
            0 => Lane::Critical,
            1..=16 => Lane::Priority,
            _ => Lane::Regular,
        };
        let department = visit % DEPARTMENTS;
        let gone = self.dice.chance(1);
        self.visits.push(Visit {
            facts: Facts::default(),
            department,
            window,
            lane,
            orders: 0,
            gone,
        });
        let early = i64::try_from(self.dice.roll(2_400)).unwrap() - 600;
        self.at(window - TimeDelta::seconds(early), Happening::Arrives(visit));
    }

    fn run(&mut self) {
        while let Some(Reverse((at, _, happening))) = self.events.pop() {
            self.now = at;
            match happening {
                Happening::Arrives(visit) => self.replan(visit),
                Happening::Opens(queue) => self.call(queue),
                Happening::Pays(visit, charge) => {
                    let id = Uuid::from_u128(charge);
                    self.visits[visit].facts.charges.insert(id, false);
                    self.replan(visit);
                }
                Happening::Resulted(visit, order) => {
                    let id = Uuid::from_u128(order);
                    self.visits[visit].facts.orders.get_mut(&id).unwrap().resulted = true;
                    self.replan(visit);
                }
                Happening::Leaves(queue, entry, came) => self.leave(queue, entry, came),
            }
        }
    }

    /// Queues whatever the plan says is ready.
    fn replan(&mut self, visit: usize) {
        for step in plan(&self.visits[visit].facts) {
            let station = match step.key.kind {
                StepKind::Consult | StepKind::ReturnConsult => self.visits[visit].department,
                StepKind::Laboratory => DEPARTMENTS,
                StepKind::Imaging => DEPARTMENTS + 1,
                StepKind::Pharmacy => DEPARTMENTS + 2,
                StepKind::Pay | StepKind::Result => continue,
            };
            if step.state == StepState::Ready {
                self.enter(visit, station, step.key);
            }
        }
    }

    fn enter(&mut self, visit: usize, queue: usize, key: StepKey) {
        let first = key.kind == StepKind::Consult;
        let kind =
            if key.kind == StepKind::ReturnConsult { TurnKind::Return } else { TurnKind::First };
        let number = self.entries.len();
        let waiting = Waiting {
            entry: QueueEntryId::from_parts(CityCode::HANGZHOU, Uuid::from_u128(number as u128)),
            lane: self.visits[visit].lane,
            kind,
            turn_at: turn_at(self.now, first.then_some(self.visits[visit].window)),
            number: u32::try_from(number).unwrap(),
            back_until: None,
        };
        self.visits[visit].facts.turns.insert(key, EntryState::Waiting);
        self.queues[queue].waiting.push(waiting);
        let told = self.estimate(queue, waiting.entry);
        let (entered_at, since) = (self.now, self.now);
        self.entries.push(Entry { visit, key, waiting, misses: 0, entered_at, told, since });
        self.call(queue);
    }

    fn estimate(&self, queue: usize, entry: QueueEntryId) -> Option<i64> {
        let queue = &self.queues[queue];
        let rules = rules();
        let ahead = ahead_of(order(queue.tally, &queue.waiting, &rules), entry)?;
        let inside: Vec<_> = queue.inside.iter().map(|entry| self.entries[*entry].since).collect();
        let last: Vec<i64> = queue.served.iter().rev().take(40).copied().collect();
        let load = Load {
            now: self.now,
            opens_at: self.opens_at,
            rooms: queue.rooms,
            inside: &inside,
            typical_seconds: typical_seconds(queue.station, &last, &ESTIMATE),
        };
        wait(ahead, &load).map(|wait| wait.num_seconds())
    }

    /// Calls as many as there are free rooms. One in twenty-five does not come.
    fn call(&mut self, at: usize) {
        let rules = rules();
        while self.now >= self.opens_at
            && self.queues[at].inside.len() < usize::from(self.queues[at].rooms)
        {
            let queue = &mut self.queues[at];
            let Some(next) = order(queue.tally, &queue.waiting, &rules).next().copied() else {
                return;
            };
            queue.tally = queue.tally.after(&next);
            queue.waiting.retain(|one| one.entry != next.entry);
            let entry = usize::try_from(next.number).unwrap();
            queue.inside.push(entry);
            let (station, mean) = (queue.station, queue.mean);
            self.calls += 1;
            self.entries[entry].since = self.now;
            let Entry { visit, key, misses, entered_at, told, .. } = self.entries[entry];
            if let (0, Some(told)) = (misses, told) {
                let waited = (self.now - entered_at).num_seconds();
                self.errors.entry(station).or_default().push((waited - told, waited));
            }
            self.visits[visit].facts.turns.insert(key, EntryState::Called);
            let came = !self.visits[visit].gone && !self.dice.chance(4);
            let mean = if key.kind == StepKind::ReturnConsult { mean * 2 / 3 } else { mean };
            let seconds = if came { self.dice.duration(mean) } else { 20 };
            self.later(seconds, Happening::Leaves(at, entry, came));
        }
    }

    fn leave(&mut self, at: usize, entry: usize, came: bool) {
        let Entry { visit, key, .. } = self.entries[entry];
        let queue = &mut self.queues[at];
        queue.inside.retain(|one| *one != entry);
        if came {
            let seconds = (self.now - self.entries[entry].since).num_seconds();
            queue.served.push(seconds);
            self.visits[visit].facts.turns.insert(key, EntryState::Done);
            self.after(visit, key);
        } else {
            self.missed += 1;
            let one = &mut self.entries[entry];
            let others = queue.waiting.len();
            one.waiting.back_until =
                back_until(one.misses, queue.tally.calls, others, &rules().missed);
            one.misses += 1;
            let state = if one.waiting.back_until.is_some() {
                queue.waiting.push(one.waiting);
                EntryState::Waiting
            } else {
                EntryState::Void
            };
            self.visits[visit].facts.turns.insert(key, state);
        }
        self.replan(visit);
        self.call(at);
    }

    /// What comes of a step that is done: orders of the doctor, results of examinations.
    fn after(&mut self, visit: usize, key: StepKey) {
        match key.kind {
            StepKind::Consult => {
                let exams = self.dice.chance(45);
                if exams && self.dice.chance(70) {
                    self.order(visit, OrderKind::Laboratory);
                }
                if exams && self.dice.chance(50) {
                    self.order(visit, OrderKind::Imaging);
                }
                if !exams && self.dice.chance(70) {
                    self.order(visit, OrderKind::Prescription);
                }
            }
            StepKind::ReturnConsult if self.dice.chance(60) => {
                self.order(visit, OrderKind::Prescription);
            }
            StepKind::Laboratory | StepKind::Imaging => {
                let minutes = 10 + i64::try_from(self.dice.roll(35)).unwrap();
                self.later(minutes * 60, Happening::Resulted(visit, key.subject.as_u128()));
            }
            StepKind::ReturnConsult | StepKind::Pay | StepKind::Result | StepKind::Pharmacy => {}
        }
    }

    /// An order, and its charge, which is paid within ten minutes.
    fn order(&mut self, visit: usize, kind: OrderKind) {
        let one = &mut self.visits[visit];
        one.orders += 1;
        let (id, round) = (one.orders, rounds(&one.facts).saturating_sub(1));
        let fact = OrderFacts { kind, round, resulted: false, dispensed: false, cancelled: false };
        one.facts.orders.insert(Uuid::from_u128(id), fact);
        one.facts.charges.insert(Uuid::from_u128(id), true);
        let seconds = 30 + i64::try_from(self.dice.roll(570)).unwrap();
        self.later(seconds, Happening::Pays(visit, id));
    }
}

/// The value below which so many of a hundred are.
fn percentile(values: &mut [i64], percent: usize) -> i64 {
    values.sort_unstable();
    values[(values.len() - 1) * percent / 100]
}

#[test]
fn a_day_of_8_000_visits_loses_no_step_and_tells_people_how_long_they_wait() {
    let mut day = Day::new(20_261_123);
    day.run();
    let (mut finished, mut void, mut steps) = (0, 0, 0);
    for (n, visit) in day.visits.iter().enumerate() {
        let planned = plan(&visit.facts);
        steps += planned.len();
        let open = planned.iter().find(|step| !step.state.is_over());
        assert_eq!(open, None, "visit {n} was left alone");
        match visit_state(&visit.facts, &planned) {
            VisitState::Finished => finished += 1,
            VisitState::Void => {
                let consult = planned.first().map(|step| step.state);
                assert_eq!(consult, Some(StepState::Missed), "visit {n} is void without a reason");
                void += 1;
            }
            state => panic!("visit {n} is {state:?} at the end of the day"),
        }
    }
    assert_eq!(finished + void, VISITS);
    let left: usize = day.queues.iter().map(|queue| queue.waiting.len() + queue.inside.len()).sum();
    assert_eq!(left, 0, "somebody still waits");
    let ended = day.now.format("%H:%M");
    println!(
        "RESULT day visits={VISITS} finished={finished} void={void} steps={steps} calls={} \
         missed={} last_utc={ended}",
        day.calls, day.missed
    );
    for (station, errors) in &day.errors {
        let mut off: Vec<i64> = errors.iter().map(|(error, _)| error.abs()).collect();
        let mut waits: Vec<i64> = errors.iter().map(|(_, waited)| *waited).collect();
        let bias = errors.iter().map(|(error, _)| error).sum::<i64>() / errors.len() as i64;
        let (median, p90) = (percentile(&mut off, 50), percentile(&mut off, 90));
        let (wait_median, wait_p90) = (percentile(&mut waits, 50), percentile(&mut waits, 90));
        println!(
            "RESULT wait station={} people={} wait_median_s={wait_median} wait_p90_s={wait_p90} \
             error_median_abs_s={median} error_p90_abs_s={p90} error_bias_s={bias}",
            station.code(),
            errors.len()
        );
        // Half of the people are told the truth to within a third of what is usual there.
        assert!(median <= (wait_median / 3).max(120), "{station:?}: {median} of {wait_median}");
    }
}

#[test]
fn the_same_seed_makes_the_same_day() {
    let ends = [7, 7].map(|seed| {
        let mut day = Day::new(seed);
        day.run();
        (day.calls, day.missed, day.now)
    });
    assert_eq!(ends[0], ends[1]);
}
