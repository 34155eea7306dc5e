//! Recomputes the plan of a visit from facts, gives out the numbers that follow from it, and tells
//! what has changed.
//!
//! Locks: a queue, then a visit, then the numbers of queues in the order of their ids. A turn is
//! changed only under the lock of its visit.

use citygate_kernel::Clock;
use citygate_platform::db::Tx;
use serde::Serialize;
use serde_json::{Value, json};

use super::announcements::{self, Turn};
use crate::{
    error::Error,
    jobs,
    model::{
        ChargeBrief, EndReason, EntryState, Lane, Order, PlanEvent, PlanEventKind, Queue,
        QueueEntry, QueueEntryId, QueueId, Station, StepChange, StepKey, StepKind, StepState,
        StoredStep, TurnKind, Visit, VisitId, VisitState,
    },
    rules::{
        plan::{Facts, OrderFacts, Step, plan, rounds, visit_state},
        queue::{PRIORITY, PriorityRule, turn_at},
        visit::{TurnEvent, next},
    },
    store,
};

/// Something that happened, beside what follows from it for the plan.
pub(crate) type News = (PlanEventKind, Value);

/// Recomputes the steps of a visit from facts. Whoever changes a fact calls it in the same
/// transaction; calling it again changes nothing.
pub(crate) async fn replan(tx: &mut Tx<'_>, visit: VisitId) -> Result<(), Error> {
    let visit = store::visits::lock_visit(tx, visit).await?.ok_or(Error::VisitUnknown)?;
    replan_locked(tx, visit, Vec::new()).await?;
    Ok(())
}

/// Ends what is left of a visit whose day is over.
pub(crate) async fn close(tx: &mut Tx<'_>, visit: VisitId) -> Result<(), Error> {
    let visit = store::visits::lock_visit(tx, visit).await?.ok_or(Error::VisitUnknown)?;
    if visit.state.is_live() {
        let known = Known::read(tx, &visit, true).await?;
        apply(tx, visit, known, Vec::new()).await?;
    }
    Ok(())
}

/// [`replan`] for whoever holds the lock of the visit and has news to tell.
pub(crate) async fn replan_locked(
    tx: &mut Tx<'_>,
    visit: Visit,
    news: Vec<News>,
) -> Result<Visit, Error> {
    let closed = visit.state == VisitState::Void;
    let known = Known::read(tx, &visit, closed).await?;
    apply(tx, visit, known, news).await
}

/// What is known of a visit, with the rows that say so.
pub(crate) struct Known {
    pub entries: Vec<QueueEntry>,
    pub orders: Vec<Order>,
    pub charges: Vec<ChargeBrief>,
    pub facts: Facts,
}

impl Known {
    pub(crate) async fn read(tx: &mut Tx<'_>, visit: &Visit, closed: bool) -> Result<Self, Error> {
        let entries = store::queue_entries::entries_of_visit(tx, visit.id).await?;
        let orders = store::plans::orders_of_visit(tx, visit.id).await?;
        let charges = super::charges_of_visit(tx, visit.id).await?;
        let turns = entries.iter().map(|entry| (key(entry), entry.state)).collect();
        let of = |order: &Order| OrderFacts {
            kind: order.kind,
            round: order.round,
            resulted: order.resulted_at.is_some(),
            dispensed: order.dispensed_at.is_some(),
            cancelled: order.cancelled_at.is_some(),
        };
        let facts = Facts {
            turns,
            orders: orders.iter().map(|order| (order.id.uuid(), of(order))).collect(),
            charges: charges.iter().map(|one| (one.id.uuid(), one.open)).collect(),
            closed,
        };
        Ok(Self { entries, orders, charges, facts })
    }
}

/// Which step a turn is for.
pub(crate) fn key(entry: &QueueEntry) -> StepKey {
    StepKey::of(entry.step, entry.subject)
}

async fn apply(
    tx: &mut Tx<'_>,
    mut visit: Visit,
    mut known: Known,
    mut news: Vec<News>,
) -> Result<Visit, Error> {
    withdraw(tx, &mut known).await?;
    if visit.state.is_live() && !known.facts.closed {
        give_numbers(tx, &visit, &mut known).await?;
    }
    let steps = plan(&known.facts);
    let before = store::plans::steps_of_visit(tx, visit.id).await?;
    let changed = changes(&before, &steps);
    if !changed.is_empty() {
        store::plans::put_steps(tx, visit.id, &changed).await?;
        let told: Vec<_> =
            changed.iter().map(|step| StepChange { key: step.key, state: step.state }).collect();
        news.push((PlanEventKind::PlanChanged, json!({ "steps": told })));
        announce(tx, &visit, &before, &changed).await?;
    }
    let was_live = visit.state.is_live();
    stand(&mut visit, &known.facts, &steps, tx);
    if was_live && !visit.state.is_live() {
        let ended = json!({ "state": visit.state, "reason": visit.end_reason });
        news.push((PlanEventKind::VisitEnded, ended));
    }
    tell(tx, &mut visit, news).await?;
    store::visits::update_visit(tx, &visit).await?;
    Ok(visit)
}

/// Takes those out of queues whose step is over without them.
async fn withdraw(tx: &mut Tx<'_>, known: &mut Known) -> Result<(), Error> {
    let steps = plan(&known.facts);
    for entry in &mut known.entries {
        let over = steps.iter().find(|step| step.key == key(entry)).map(|step| step.state);
        if !over.is_some_and(StepState::is_over) || !entry.state.is_live() {
            continue;
        }
        if let Some(state) = next(entry.state, TurnEvent::Withdraw) {
            entry.state = state;
            entry.done_at = Some(tx.now());
            store::queue_entries::update_entry(tx, entry).await?;
            known.facts.turns.insert(key(entry), state);
        }
    }
    Ok(())
}

/// Gives out a number for each step that can be done now and has a queue.
async fn give_numbers(tx: &mut Tx<'_>, visit: &Visit, known: &mut Known) -> Result<(), Error> {
    let mut wanted = Vec::new();
    for step in plan(&known.facts).into_iter().filter(|step| step.state == StepState::Ready) {
        // Taken back from its queue: it does not go there again.
        if known.facts.turns.contains_key(&step.key) {
            continue;
        }
        if let Some(queue) = queue_for(tx, visit, known, step.key).await? {
            wanted.push((queue, step.key));
        }
    }
    wanted.sort_by_key(|(queue, key)| (queue.id, *key));
    for (queue, key) in wanted {
        let entry = new_entry(tx, visit, &queue, key).await?;
        store::queue_entries::insert_entry(tx, &entry).await?;
        known.facts.turns.insert(key, entry.state);
        known.entries.push(entry);
    }
    Ok(())
}

/// The queue that a step leads to today; none while the hospital has not opened it.
async fn queue_for(
    tx: &mut Tx<'_>,
    visit: &Visit,
    known: &Known,
    key: StepKey,
) -> Result<Option<Queue>, Error> {
    let station = match key.kind {
        StepKind::Consult | StepKind::ReturnConsult => return consulting(tx, visit, known).await,
        StepKind::Laboratory => Station::Laboratory,
        StepKind::Imaging => Station::Imaging,
        StepKind::Pharmacy => Station::Pharmacy,
        StepKind::Pay | StepKind::Result => return Ok(None),
    };
    let Some(order) = known.orders.iter().find(|order| order.id.uuid() == key.subject) else {
        return Ok(None);
    };
    let no = &order.station_no;
    let queue = store::queues::queue_of_station(tx, visit.agency, visit.on, no).await?;
    Ok(queue.filter(|queue| queue.terms.station == station))
}

/// The queue of the doctor, or of the department. Who returns goes back to where they were seen.
async fn consulting(tx: &mut Tx<'_>, visit: &Visit, known: &Known) -> Result<Option<Queue>, Error> {
    let (agency, on, department) = (visit.agency, visit.on, visit.department);
    let seen = known
        .entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.step, StepKind::Consult | StepKind::ReturnConsult));
    let now = tx.now();
    let from = visit.window.map_or(now, |(starts_at, _)| starts_at.max(now));
    let mut own = store::queues::queues_of_department(tx, agency, on, department).await?;
    own.retain(|queue| {
        let doctor = queue.terms.practitioner;
        doctor.is_none() || doctor == visit.practitioner
    });
    let before = |queue: &&Queue| seen.is_some_and(|entry| entry.queue == queue.id);
    let open = |queue: &&Queue| queue.terms.closes_at > from;
    // Whoever is still there when all have closed is seen by those who are still there.
    let found = own
        .iter()
        .filter(open)
        .find(before)
        .or_else(|| own.iter().find(open))
        .or_else(|| own.iter().find(before))
        .or_else(|| own.iter().max_by_key(|queue| queue.terms.closes_at));
    Ok(found.cloned())
}

async fn new_entry(
    tx: &mut Tx<'_>,
    visit: &Visit,
    queue: &Queue,
    key: StepKey,
) -> Result<QueueEntry, Error> {
    let now = tx.now();
    let kind = match key.kind {
        StepKind::ReturnConsult => TurnKind::Return,
        StepKind::Consult
        | StepKind::Pay
        | StepKind::Laboratory
        | StepKind::Imaging
        | StepKind::Result
        | StepKind::Pharmacy => TurnKind::First,
    };
    let window = visit.window.filter(|_| key.kind == StepKind::Consult);
    Ok(QueueEntry {
        id: QueueEntryId::new(visit.id.city(), &Clock::manual(now)),
        queue: queue.id,
        visit: visit.id,
        step: key.kind,
        subject: key.subject,
        number: store::queues::draw_number(tx, queue.id).await?,
        kind,
        lane: lane(tx, visit).await?,
        state: EntryState::Waiting,
        turn_at: turn_at(now, window.map(|(starts_at, _)| starts_at)),
        arrived_at: now,
        back_until: None,
        misses: 0,
        times_called: 0,
        room: None,
        called_at: None,
        served_at: None,
        done_at: None,
    })
}

/// How urgent a visit is by the rule of its day.
async fn lane(tx: &mut Tx<'_>, visit: &Visit) -> Result<Lane, Error> {
    let Some(group) = &visit.priority else { return Ok(Lane::Regular) };
    let rule = citygate_catalogue::rule_of::<PriorityRule>(tx, PRIORITY, visit.agency, visit.on);
    Ok(rule.await?.params.lane(group).unwrap_or(Lane::Regular))
}

/// The steps that are new, or stand elsewhere than before. What is over stays over.
fn changes(before: &[StoredStep], steps: &[Step]) -> Vec<StoredStep> {
    let place = |step: &Step, position: usize| {
        let old = before.iter().find(|old| old.key == step.key);
        let state = match old {
            Some(old) if !old.state.may_become(step.state) => old.state,
            Some(_) | None => step.state,
        };
        let position = i16::try_from(position).unwrap_or(i16::MAX);
        let new = StoredStep { key: step.key, position, state };
        (old != Some(&new)).then_some(new)
    };
    steps.iter().enumerate().filter_map(|(n, step)| place(step, n)).collect()
}

/// Has people told of steps that they can do now and of results.
async fn announce(
    tx: &mut Tx<'_>,
    visit: &Visit,
    before: &[StoredStep],
    changed: &[StoredStep],
) -> Result<(), Error> {
    let was = |key: StepKey| before.iter().find(|old| old.key == key).map(|old| old.state);
    for step in changed {
        let can = matches!(step.state, StepState::Ready | StepState::Queued);
        let could = matches!(was(step.key), Some(StepState::Ready | StepState::Queued));
        match step.key.kind {
            // Whoever checks in stands there, and waits for a result without being told to.
            StepKind::Consult => {}
            StepKind::Result if step.state == StepState::Done => {
                announcements::enqueue(tx, visit.id, Turn::Result(step.key.subject)).await?;
            }
            StepKind::Result => {}
            _ if can && !could && visit.state.is_live() => {
                announcements::enqueue(tx, visit.id, Turn::Step(step.key)).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Notes where the visit stands now.
fn stand(visit: &mut Visit, facts: &Facts, steps: &[Step], tx: &Tx<'_>) {
    visit.rounds = rounds(facts);
    let state = visit_state(facts, steps);
    if state == visit.state || !visit.state.may_become(state) {
        return;
    }
    visit.state = state;
    visit.ended_at = (!state.is_live()).then(|| tx.now());
    let missed = steps
        .iter()
        .any(|step| step.key.kind == StepKind::Consult && step.state == StepState::Missed);
    let reason = if missed { EndReason::CallsMissed } else { EndReason::NotContinued };
    visit.end_reason = (state == VisitState::Void).then_some(reason);
}

/// Numbers the news of a visit and writes it down.
async fn tell(tx: &mut Tx<'_>, visit: &mut Visit, news: Vec<News>) -> Result<(), Error> {
    let now = tx.now();
    let mut events = Vec::with_capacity(news.len());
    for (kind, data) in news {
        visit.last_event += 1;
        events.push(PlanEvent {
            visit: visit.id,
            seq: visit.last_event,
            kind,
            data,
            happened_at: now,
        });
    }
    if events.is_empty() { Ok(()) } else { store::plans::insert_events(tx, &events).await }
}

/// News about something, as its event tells it.
pub(crate) fn news(kind: PlanEventKind, about: &impl Serialize) -> Result<News, Error> {
    let data = serde_json::to_value(about).map_err(|_| Error::Damaged("event"))?;
    Ok((kind, data))
}

/// Has the plans computed anew that wait for a queue which has opened.
pub(crate) async fn replan_day(tx: &mut Tx<'_>, queue: QueueId) -> Result<(), Error> {
    let Some(queue) = store::queues::queue(tx, queue).await? else { return Ok(()) };
    let terms = &queue.terms;
    let kinds: &[StepKind] = match terms.station {
        Station::Consultation => &[StepKind::Consult, StepKind::ReturnConsult],
        Station::Laboratory => &[StepKind::Laboratory],
        Station::Imaging => &[StepKind::Imaging],
        Station::Pharmacy => &[StepKind::Pharmacy],
    };
    let waiting = store::visits::visits_without_queue(tx, terms.agency, terms.on, kinds).await?;
    jobs::replan_later(tx, &waiting).await
}
