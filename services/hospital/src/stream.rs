//! Visits that are followed live: Server-Sent Events (HTML Living Standard, 9.2).
//!
//! Each process asks the table of events for all of its open streams by one statement at a time, so
//! it does not matter which process wrote them. A stream that is not read fast enough is ended; its
//! reader resumes from the last event that arrived.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    rt,
    web::{Bytes, Data},
};
use citygate_identity::{RealName, running_sessions};
use citygate_platform::{db::Db, http::edge::Draining};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{MissedTickBehavior, interval},
};

use crate::{
    error::{Error, VisitError},
    model::{PlanEvent, PlanEventKind, VisitId},
    store,
    wire::PlanEventBody,
};

/// How often the table is asked.
const TICK: Duration = Duration::from_millis(500);
/// After so many ticks a comment is sent, so that proxies keep the connection: 15 seconds.
const HEARTBEAT: u64 = 30;
/// After so many ticks it is asked whose sessions still run: 5 seconds.
const SESSIONS: u64 = 10;
/// How many streams one person can have in a process, and all can.
const OF_PERSON: usize = 4;
const OF_ALL: usize = 5_000;
/// How many events may wait to be read by one reader.
const WAITING: usize = 256;

/// The streams of a process.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Streams>);

#[derive(Default)]
struct Streams {
    open: BTreeMap<u64, Stream>,
    opened: u64,
    /// Which watch looks after them.
    watch: Option<u64>,
}

/// Somebody who follows a visit.
struct Stream {
    caller: RealName,
    visit: VisitId,
    /// The last event that was sent.
    after: i64,
    out: Sender<Bytes>,
}

impl Stream {
    /// Sends something. False when the reader is gone or too slow.
    fn send(&self, text: String) -> bool {
        self.out.try_send(text.into()).is_ok()
    }
}

impl Hub {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream of what happens in a visit after an event.
    pub(crate) fn open(
        self: &Arc<Self>,
        caller: RealName,
        visit: VisitId,
        after: i64,
        (db, draining): (&Db, &Data<Draining>),
    ) -> Result<Receiver<Bytes>, Error> {
        let mut streams = self.streams();
        streams.open.retain(|_, stream| !stream.out.is_closed());
        let own = streams.open.values().filter(|one| one.caller.person == caller.person).count();
        if own >= OF_PERSON || streams.open.len() >= OF_ALL {
            return Err(VisitError::TooManyStreams.into());
        }
        let (out, reader) = channel(WAITING);
        let stream = Stream { caller, visit, after, out };
        // A line at once: a reader knows that it is connected.
        stream.send("retry: 2000\n\n".to_owned());
        streams.opened += 1;
        let id = streams.opened;
        streams.open.insert(id, stream);
        if streams.watch.is_none() {
            streams.watch = Some(id);
            let new = Watch { hub: Arc::clone(self), id };
            rt::spawn(watch(new, db.clone(), draining.clone()));
        }
        Ok(reader)
    }

    /// Where each stream is. Nobody is left: the watch ends.
    fn places(&self) -> Option<Vec<(VisitId, i64)>> {
        let mut streams = self.streams();
        streams.open.retain(|_, stream| !stream.out.is_closed());
        if streams.open.is_empty() {
            streams.watch = None;
            return None;
        }
        let mut places: BTreeMap<VisitId, i64> = BTreeMap::new();
        for stream in streams.open.values() {
            let after = places.entry(stream.visit).or_insert(stream.after);
            *after = stream.after.min(*after);
        }
        Some(places.into_iter().collect())
    }

    /// Sends events to all who follow their visits. The end of a visit ends the stream.
    fn deliver(&self, events: Vec<PlanEvent>) {
        let mut streams = self.streams();
        for event in events {
            let (visit, seq) = (event.visit, event.seq);
            let last = event.kind == PlanEventKind::VisitEnded;
            let text = written(event);
            streams.open.retain(|_, stream| {
                if stream.visit != visit || stream.after >= seq {
                    return true;
                }
                stream.after = seq;
                stream.send(text.clone()) && !last
            });
        }
    }

    fn beat(&self) {
        self.streams().open.retain(|_, stream| stream.send(": still here\n\n".to_owned()));
    }

    fn callers(&self) -> Vec<(u64, RealName)> {
        self.streams().open.iter().map(|(id, stream)| (*id, stream.caller)).collect()
    }

    fn end(&self, ids: &[u64]) {
        self.streams().open.retain(|id, _| !ids.contains(id));
    }
}

/// An event as the stream writes it.
fn written(event: PlanEvent) -> String {
    let (seq, kind) = (event.seq, event.kind.code());
    let data = serde_json::to_string(&PlanEventBody::from(event)).unwrap_or_default();
    format!("id: {seq}\nevent: {kind}\ndata: {data}\n\n")
}

/// Watches for the streams of a hub. However it ends, they end with it, and the next stream begins
/// another watch.
struct Watch {
    hub: Arc<Hub>,
    id: u64,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        if streams.watch == Some(self.id) {
            streams.watch = None;
            streams.open.clear();
        }
    }
}

async fn watch(watch: Watch, db: Db, draining: Data<Draining>) {
    let hub = &watch.hub;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 1_u64.. {
        ticks.tick().await;
        if draining.has_begun() {
            return;
        }
        let Some(places) = hub.places() else { return };
        match look(hub, &db, &places, tick % SESSIONS == 0).await {
            Ok(()) => {}
            // The readers keep their places, and the next tick asks again.
            Err(error) => tracing::warn!(%error, "events of visits were not read"),
        }
        if tick % HEARTBEAT == 0 {
            hub.beat();
        }
    }
}

async fn look(hub: &Hub, db: &Db, places: &[(VisitId, i64)], sessions: bool) -> Result<(), Error> {
    let callers = if sessions { hub.callers() } else { Vec::new() };
    let found = db
        .tx("hospital.follow_visits", async |tx| {
            let people: Vec<_> = callers.iter().map(|(_, caller)| *caller).collect();
            let run = match people.as_slice() {
                [] => Vec::new(),
                people => running_sessions(tx, people).await?,
            };
            Ok::<_, Error>((store::plans::events_after(tx, places).await?, run))
        })
        .await;
    let (events, run) = found?;
    let ended = callers.iter().zip(run).filter(|(_, run)| !run).map(|((id, _), _)| *id);
    hub.end(&ended.collect::<Vec<_>>());
    hub.deliver(events);
    Ok(())
}
