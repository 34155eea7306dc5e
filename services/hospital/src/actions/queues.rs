//! Queues of stations: opened, and called from.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::{AgencyId, city, rule_of};
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    announcements::{self, Turn, turn_change},
    plan::{self, News},
};
use crate::{
    error::{DirectoryError, Error, VisitError},
    jobs,
    model::{
        EntryState, NewQueue, OwnNo, PlanEventKind, Queue, QueueEntry, QueueEntryId, QueueId,
        Station, StepKind, Tally, Visit,
    },
    rules::{
        estimate::{ESTIMATE, EstimateRule, Load, typical_seconds, wait},
        queue::{INTERLEAVE, MISSED, PRIORITY, QueueRules, Waiting, back_until, order},
        visit::{ANNOUNCE, AnnounceRule, TurnEvent, next},
    },
    store,
    wire::CallBody,
};

/// How many days ahead a hospital can open queues.
const AHEAD_DAYS: i64 = 30;

/// A queue with those in it, as the hospital and the estimates see it.
pub(crate) struct QueueView {
    pub queue: Queue,
    /// In the order in which they would be called.
    pub waiting: Vec<QueueEntry>,
    /// Called, or inside.
    pub inside: Vec<QueueEntry>,
    /// How long one person takes, in seconds.
    pub typical_seconds: i64,
}

impl QueueView {
    /// A queue whose people do not matter.
    pub(crate) fn empty(queue: Queue) -> Self {
        Self { queue, waiting: Vec::new(), inside: Vec::new(), typical_seconds: 0 }
    }

    /// How long somebody waits who has so many before. None while no room calls.
    pub(crate) fn wait(&self, ahead: usize, now: DateTime<Utc>) -> Option<TimeDelta> {
        let inside: Vec<_> =
            self.inside.iter().filter_map(|entry| entry.served_at.or(entry.called_at)).collect();
        let terms = &self.queue.terms;
        let load = Load {
            now,
            opens_at: terms.opens_at,
            rooms: terms.rooms,
            inside: &inside,
            typical_seconds: self.typical_seconds,
        };
        wait(ahead, &load)
    }

    /// How many are called before an entry; none if it does not wait.
    pub(crate) fn ahead(&self, entry: QueueEntryId) -> Option<usize> {
        self.waiting.iter().position(|one| one.id == entry)
    }
}

/// What happens to somebody who was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalledEvent {
    CalledAgain,
    Missed,
    Begun,
    Finished,
}

/// Opens the queue of a station for a day, or changes its words, hours and rooms. Returns whether
/// it was new.
pub(crate) async fn open_queue(
    cx: &Cx,
    new: &NewQueue,
    named: (Option<&OwnNo>, Option<&OwnNo>),
) -> Result<(QueueView, bool), Error> {
    cx.db
        .tx("hospital.open_queue", async |tx| {
            let new = sound(tx, new, named).await?;
            let queue = Queue {
                id: QueueId::new(new.agency.city(), &Clock::manual(tx.now())),
                terms: new.clone(),
                tally: Tally::default(),
                started_at: None,
            };
            let opened = store::queues::insert_queue(tx, &queue).await?;
            if opened {
                jobs::replan_day_later(tx, queue.id).await?;
                return Ok((view(tx, queue).await?, true));
            }
            let no = &new.station_no;
            let known = store::queues::queue_of_station(tx, new.agency, new.on, no).await?;
            let known = known.ok_or(VisitError::QueueUnknown)?;
            let locked = store::queues::lock_queue(tx, known.id).await?;
            let mut known = locked.ok_or(VisitError::QueueUnknown)?;
            let same = |terms: &NewQueue| {
                (terms.station, terms.department, terms.practitioner, terms.letter.clone())
            };
            if same(&known.terms) != same(&new) {
                return Err(VisitError::QueueDiffers.into());
            }
            if known.terms != new {
                known.terms = new;
                store::queues::update_terms(tx, &known).await?;
            }
            Ok((view(tx, known).await?, false))
        })
        .await
}

/// The terms of a queue with its department and doctor, by the hospital's own numbers.
async fn sound(
    tx: &mut Tx<'_>,
    new: &NewQueue,
    named: (Option<&OwnNo>, Option<&OwnNo>),
) -> Result<NewQueue, Error> {
    store::hospital(tx, new.agency).await?.ok_or(Error::HospitalUnknown)?;
    let city = city(tx, new.agency.city()).await?;
    let today = city.date(tx.now());
    if new.on < today || new.on - today > TimeDelta::days(AHEAD_DAYS) {
        return Err(VisitError::QueueUnsound("a queue is opened for today or a day soon").into());
    }
    let on_its_day = |at| city.date(at) == new.on;
    if !on_its_day(new.opens_at) || new.closes_at <= new.opens_at || !on_its_day(new.closes_at) {
        return Err(VisitError::QueueUnsound("it opens and closes on its day").into());
    }
    let consulting = new.station == Station::Consultation;
    let (department, practitioner) = named;
    if consulting != department.is_some() || (!consulting && practitioner.is_some()) {
        let why = "a consultation has a department, and nothing else has";
        return Err(VisitError::QueueUnsound(why).into());
    }
    let mut new = new.clone();
    if let Some(number) = department {
        let found = store::department_by_no(tx, new.agency, number).await?;
        new.department = Some(found.ok_or(DirectoryError::NotNamed("/department_no"))?.id);
    }
    if let Some(number) = practitioner {
        let found = store::practitioner(tx, new.agency, number).await?;
        new.practitioner = Some(found.ok_or(DirectoryError::NotNamed("/practitioner_no"))?.id);
    }
    Ok(new)
}

/// A queue of the hospital with those in it.
pub(crate) async fn queue_of(cx: &Cx, agency: AgencyId, id: QueueId) -> Result<QueueView, Error> {
    cx.db
        .tx("hospital.get_queue", async |tx| {
            let queue = store::queues::queue(tx, id).await?;
            let own = queue.filter(|queue| queue.terms.agency == agency);
            view(tx, own.ok_or(VisitError::QueueUnknown)?).await
        })
        .await
}

/// A queue, as anybody may know it.
pub(crate) async fn queue_for_all(cx: &Cx, id: QueueId) -> Result<QueueView, Error> {
    cx.db
        .tx("hospital.queue_eta", async |tx| {
            let queue = store::queues::queue(tx, id).await?.ok_or(VisitError::QueueUnknown)?;
            view(tx, queue).await
        })
        .await
}

/// A queue with those in it.
pub(crate) async fn view(tx: &mut Tx<'_>, queue: Queue) -> Result<QueueView, Error> {
    let rules = rules_of(tx, &queue).await?;
    let waiting = in_order(tx, &queue, &rules).await?;
    let inside = store::queue_entries::inside(tx, queue.id).await?;
    let terms = &queue.terms;
    let rule = rule_of::<EstimateRule>(tx, ESTIMATE, terms.agency, terms.on).await?.params;
    let served = store::queue_entries::served_seconds(tx, queue.id, rule.samples).await?;
    let typical_seconds = typical_seconds(terms.station, &served, &rule);
    Ok(QueueView { queue, waiting, inside, typical_seconds })
}

async fn rules_of(tx: &mut Tx<'_>, queue: &Queue) -> Result<QueueRules, Error> {
    let (agency, on) = (queue.terms.agency, queue.terms.on);
    Ok(QueueRules {
        missed: rule_of(tx, MISSED, agency, on).await?.params,
        interleave: rule_of(tx, INTERLEAVE, agency, on).await?.params,
        priority: rule_of(tx, PRIORITY, agency, on).await?.params,
    })
}

async fn in_order(
    tx: &mut Tx<'_>,
    queue: &Queue,
    rules: &QueueRules,
) -> Result<Vec<QueueEntry>, Error> {
    let mut entries = store::queue_entries::waiting(tx, queue.id).await?;
    let waiting: Vec<Waiting> = entries.iter().map(Waiting::from).collect();
    let places: std::collections::BTreeMap<_, _> = order(queue.tally, &waiting, rules)
        .zip(0_usize..)
        .map(|(one, place)| (one.entry, place))
        .collect();
    entries.sort_by_key(|entry| places.get(&entry.id).copied());
    Ok(entries)
}

/// Calls the next from a queue into a room, once for a claim.
pub(crate) async fn call_next(
    cx: &Cx,
    claim: &Claim,
    agency: AgencyId,
    id: QueueId,
    room: &str,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.call_next", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                let queue = locked(tx, agency, id).await?;
                let (queue, entry) = call(tx, queue, room).await?;
                Ok::<_, Error>(CallBody::new(&queue, &entry))
            })
            .await
        })
        .await
}

async fn locked(tx: &mut Tx<'_>, agency: AgencyId, id: QueueId) -> Result<Queue, Error> {
    let queue = store::queues::lock_queue(tx, id).await?;
    let own = queue.filter(|queue| queue.terms.agency == agency);
    Ok(own.ok_or(VisitError::QueueUnknown)?)
}

/// Calls the next. Whoever was taken out of the queue a moment ago is passed over.
async fn call(tx: &mut Tx<'_>, mut queue: Queue, room: &str) -> Result<(Queue, QueueEntry), Error> {
    let rules = rules_of(tx, &queue).await?;
    let mut entries = store::queue_entries::waiting(tx, queue.id).await?;
    loop {
        let waiting: Vec<Waiting> = entries.iter().map(Waiting::from).collect();
        let first = order(queue.tally, &waiting, &rules).next().copied();
        let first = first.ok_or(VisitError::NobodyWaits)?;
        let (visit, mut entry) = locked_entry(tx, first.entry).await?;
        entries.retain(|one| one.id != first.entry);
        let Some(state) = next(entry.state, TurnEvent::Call) else { continue };
        queue.tally = queue.tally.after(&first);
        entry.state = state;
        entry.back_until = None;
        entry.times_called = entry.times_called.saturating_add(1);
        entry.called_at = Some(tx.now());
        entry.room = Some(room.to_owned());
        store::queue_entries::update_entry(tx, &entry).await?;
        store::queues::update_tally(tx, &queue).await?;
        let news = plan::news(PlanEventKind::TurnCalled, &turn_change(&queue, &entry))?;
        plan::replan_locked(tx, visit, vec![news]).await?;
        announcements::enqueue(tx, entry.visit, Turn::Called(entry.id, entry.misses)).await?;
        tell_near(tx, &queue, &entries, &rules).await?;
        return Ok((queue, entry));
    }
}

/// A turn under the lock of its visit.
async fn locked_entry(tx: &mut Tx<'_>, id: QueueEntryId) -> Result<(Visit, QueueEntry), Error> {
    let unknown = || Error::from(VisitError::QueueEntryUnknown);
    let visit = store::queue_entries::entry(tx, id).await?.ok_or_else(unknown)?.visit;
    let visit = store::visits::lock_visit(tx, visit).await?.ok_or_else(unknown)?;
    Ok((visit, store::queue_entries::entry(tx, id).await?.ok_or_else(unknown)?))
}

/// Has those told who are called soon.
async fn tell_near(
    tx: &mut Tx<'_>,
    queue: &Queue,
    entries: &[QueueEntry],
    rules: &QueueRules,
) -> Result<(), Error> {
    let (agency, on) = (queue.terms.agency, queue.terms.on);
    let rule = rule_of::<AnnounceRule>(tx, ANNOUNCE, agency, on).await?.params;
    let waiting: Vec<Waiting> = entries.iter().map(Waiting::from).collect();
    let soon: Vec<_> =
        order(queue.tally, &waiting, rules).take(rule.ahead.into()).map(|one| one.entry).collect();
    for (visit, entry) in store::queue_entries::mark_near(tx, &soon).await? {
        announcements::enqueue(tx, visit, Turn::Near(entry)).await?;
    }
    Ok(())
}

/// Notes what became of somebody who was called.
pub(crate) async fn advance(
    cx: &Cx,
    agency: AgencyId,
    id: QueueEntryId,
    event: CalledEvent,
) -> Result<(Queue, QueueEntry), Error> {
    cx.db
        .tx("hospital.advance_turn", async |tx| {
            let unknown = || Error::from(VisitError::QueueEntryUnknown);
            let entry = store::queue_entries::entry(tx, id).await?.ok_or_else(unknown)?;
            let queue = store::queues::lock_queue(tx, entry.queue).await?;
            let own = queue.filter(|queue| queue.terms.agency == agency);
            let mut queue = own.ok_or_else(unknown)?;
            let (visit, mut entry) = locked_entry(tx, id).await?;
            let news = happen(tx, &mut queue, &mut entry, event).await?;
            store::queue_entries::update_entry(tx, &entry).await?;
            if entry.state == EntryState::Done && entry.step == StepKind::Consult {
                fulfil(tx, &visit).await?;
            }
            plan::replan_locked(tx, visit, news).await?;
            Ok((queue, entry))
        })
        .await
}

async fn happen(
    tx: &mut Tx<'_>,
    queue: &mut Queue,
    entry: &mut QueueEntry,
    event: CalledEvent,
) -> Result<Vec<News>, Error> {
    let now = tx.now();
    let becomes = |state: EntryState, event| {
        next(state, event).ok_or_else(|| Error::from(VisitError::TurnRefused))
    };
    match event {
        CalledEvent::CalledAgain => {
            entry.state = becomes(entry.state, TurnEvent::CallAgain)?;
            entry.times_called = entry.times_called.saturating_add(1);
            Ok(vec![plan::news(PlanEventKind::TurnCalled, &turn_change(queue, entry))?])
        }
        CalledEvent::Begun => {
            entry.state = becomes(entry.state, TurnEvent::Begin)?;
            entry.served_at = Some(now);
            if queue.started_at.is_none() {
                queue.started_at = Some(now);
                store::queues::update_tally(tx, queue).await?;
            }
            Ok(Vec::new())
        }
        CalledEvent::Finished => {
            entry.state = becomes(entry.state, TurnEvent::Finish)?;
            entry.served_at = entry.served_at.or(entry.called_at);
            entry.done_at = Some(now);
            if queue.started_at.is_none() {
                queue.started_at = entry.served_at;
                store::queues::update_tally(tx, queue).await?;
            }
            Ok(Vec::new())
        }
        CalledEvent::Missed => {
            let others = store::queue_entries::waiting(tx, queue.id).await?.len();
            let rule = rules_of(tx, queue).await?.missed;
            let until = back_until(entry.misses, queue.tally.calls, others, &rule);
            let event = if until.is_some() { TurnEvent::SetBack } else { TurnEvent::GiveUp };
            entry.state = becomes(entry.state, event)?;
            entry.misses = entry.misses.saturating_add(1);
            entry.back_until = until;
            entry.done_at = until.is_none().then_some(now);
            Ok(vec![plan::news(PlanEventKind::TurnMissed, &turn_change(queue, entry))?])
        }
    }
}

/// The appointment has served its purpose once its holder was seen.
async fn fulfil(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Error> {
    if let Some(appointment) = visit.appointment {
        citygate_booking::fulfil(tx, appointment).await?;
    }
    Ok(())
}
