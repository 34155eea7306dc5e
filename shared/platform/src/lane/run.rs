//! The task of a lane.

use std::{
    cell::Cell,
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use tokio::{
    sync::{Mutex, MutexGuard, mpsc, oneshot},
    time::Instant,
};

use super::{Command, LaneError, LaneSettings, Queued, millis};
use crate::db::DbError;

/// The first pause before a batch is run again; each is twice the one before, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_millis(500);

type Reply<C> = oneshot::Sender<Result<<C as Command>::Outcome, LaneError>>;

/// Commands of one transaction, and their callers, in the same order.
struct Batch<C: Command> {
    commands: Vec<C>,
    replies: Vec<Reply<C>>,
    /// An attempt whose end nobody knows. Whatever fails after it, it may have happened.
    doubt: Option<Arc<DbError>>,
}

impl<C: Command> Batch<C> {
    fn with_capacity(n: usize) -> Self {
        Self { commands: Vec::with_capacity(n), replies: Vec::with_capacity(n), doubt: None }
    }

    fn len(&self) -> usize {
        self.commands.len()
    }

    fn halves(mut self) -> (Self, Self) {
        let middle = self.commands.len() / 2;
        let commands = self.commands.split_off(middle);
        let replies = self.replies.split_off(middle);
        let doubt = self.doubt.clone();
        (self, Self { commands, replies, doubt })
    }

    fn note(&mut self, error: &Arc<DbError>) {
        if matches!(**error, DbError::OutcomeUnknown { .. }) {
            self.doubt = Some(Arc::clone(error));
        }
    }

    /// A caller who has gone does not hear it; that changes nothing.
    fn answer(self, outcomes: Vec<C::Outcome>) {
        for (reply, outcome) in self.replies.into_iter().zip(outcomes) {
            let _ = reply.send(Ok(outcome));
        }
    }

    fn refuse(self, error: &Arc<DbError>) {
        let error = self.doubt.as_ref().unwrap_or(error);
        for reply in self.replies {
            let _ = reply.send(Err(LaneError::Db(Arc::clone(error))));
        }
    }
}

impl<C: Command> Queued<C> {
    fn refuse(self, lane: &'static str, error: LaneError) {
        metrics::counter!("citygate_lane_refused_total", "lane" => lane).increment(1);
        let _ = self.reply.send(Err(error));
    }
}

/// How long trouble may last that passes; renewed by each answer that is not of this kind.
struct Patience {
    limit: Duration,
    ends: Instant,
    pause: Duration,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, ends: Instant::now() + limit, pause: FIRST_PAUSE }
    }

    fn renew(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Waits before the next attempt; false when patience is over.
    async fn wait(&mut self) -> bool {
        if Instant::now() + self.pause >= self.ends {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = LAST_PAUSE.min(self.pause * 2);
        true
    }
}

/// The right to run statements, which one batch of a lane has at a time: the next one is gathered when
/// it ends.
pub struct Turn<'l, C: Command>(Cell<Option<MutexGuard<'l, Intake<C>>>>);

impl<C: Command> Turn<'_, C> {
    /// Ends it before the batch does: what is left is to wait for COMMIT.
    pub fn end(&self) {
        self.0.take();
    }
}

pub(super) struct Runner<C: Command, R> {
    name: &'static str,
    settings: LaneSettings,
    intake: Mutex<Intake<C>>,
    run: R,
}

impl<C: Command, R> Runner<C, R>
where
    R: AsyncFn(&[C], &Turn<'_, C>) -> Result<Vec<C::Outcome>, DbError>,
{
    pub(super) fn new(
        name: &'static str,
        settings: LaneSettings,
        incoming: mpsc::Receiver<Queued<C>>,
        run: R,
    ) -> Self {
        let intake = Mutex::new(Intake { name, settings, incoming, waiting: VecDeque::new() });
        Self { name, settings, intake, run }
    }

    /// Runs until nobody can submit any more and everything is answered.
    pub(super) async fn run(self) {
        join_all((0..C::BATCHES_AT_ONCE.max(1)).map(|_| self.run_in_turn())).await;
    }

    /// One batch after the other.
    async fn run_in_turn(&self) {
        loop {
            let mut intake = self.intake.lock().await;
            if !intake.gather().await {
                return;
            }
            let batch = intake.next_batch();
            if batch.commands.is_empty() {
                continue;
            }
            metrics::histogram!("citygate_lane_batch_items", "lane" => self.name)
                .record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
            self.settle(batch, &Turn(Cell::new(Some(intake)))).await;
        }
    }

    /// Runs a batch until each of its commands has an outcome or an error. Trouble that passes is
    /// waited out while patience lasts; any other is looked for in smaller and smaller parts.
    async fn settle(&self, batch: Batch<C>, turn: &Turn<'_, C>) {
        let mut patience = Patience::new(millis(self.settings.patience_ms));
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            let error = match self.attempt(&part.commands, turn).await {
                Ok(outcomes) => {
                    part.answer(outcomes);
                    patience.renew();
                    continue;
                }
                Err(error) => Arc::new(error),
            };
            part.note(&error);
            if !error.is_passing() {
                patience.renew();
                if part.len() == 1 {
                    part.refuse(&error);
                    continue;
                }
            } else if !patience.wait().await {
                // The other parts would not fare better, and others wait.
                part.refuse(&error);
                parts.into_iter().for_each(|part| part.refuse(&error));
                return;
            }
            tracing::warn!(lane = self.name, items = part.len(), %error, "a batch runs again");
            if part.len() > 1 && (!error.is_passing() || error.is_slow()) {
                metrics::counter!("citygate_lane_bisected_total", "lane" => self.name).increment(1);
                let (first, second) = part.halves();
                parts.extend([second, first]);
            } else {
                parts.push(part);
            }
        }
    }

    /// A panic is the batch's, not the lane's.
    async fn attempt(
        &self,
        commands: &[C],
        turn: &Turn<'_, C>,
    ) -> Result<Vec<C::Outcome>, DbError> {
        // In a block of its own, because what makes the future may panic as well.
        let run = AssertUnwindSafe(async { (self.run)(commands, turn).await }).catch_unwind();
        let outcomes =
            run.await.unwrap_or_else(|_| Err(DbError::Faulty("the batch panicked".to_owned())))?;
        if outcomes.len() == commands.len() {
            return Ok(outcomes);
        }
        Err(DbError::Faulty("a batch has another number of outcomes than of commands".to_owned()))
    }
}

/// What arrives at a lane.
pub(super) struct Intake<C: Command> {
    name: &'static str,
    settings: LaneSettings,
    incoming: mpsc::Receiver<Queued<C>>,
    waiting: VecDeque<Queued<C>>,
}

impl<C: Command> Intake<C> {
    /// Takes what has arrived; waits where nothing has. False when nothing will.
    async fn gather(&mut self) -> bool {
        if self.waiting.is_empty() {
            match self.incoming.recv().await {
                Some(queued) => self.waiting.push_back(queued),
                None => return false,
            }
        }
        while self.waiting.len() < self.settings.batch.max(1) {
            match self.incoming.try_recv() {
                Ok(queued) => self.waiting.push_back(queued),
                Err(_) => break,
            }
        }
        let depth = self.waiting.len() + self.incoming.len();
        metrics::gauge!("citygate_lane_depth", "lane" => self.name)
            .set(f64::from(u32::try_from(depth).unwrap_or(u32::MAX)));
        true
    }

    /// What runs together: each key once. A key that is in the batch already waits for the next
    /// one, where the first one's answer is found. More of the same key are refused: whoever
    /// repeats one a thousand times would fill the batches with what has to wait.
    fn next_batch(&mut self) -> Batch<C> {
        let now = Instant::now();
        let limit = millis(self.settings.wait_ms);
        let mut batch = Batch::with_capacity(self.waiting.len());
        let (mut seen, mut later) = (HashMap::new(), VecDeque::new());
        let wait = metrics::histogram!("citygate_lane_wait_seconds", "lane" => self.name);
        for queued in self.waiting.drain(..) {
            let waited = now.saturating_duration_since(queued.since);
            if waited > limit {
                queued.refuse(self.name, LaneError::WaitedTooLong);
                continue;
            }
            let times = seen.entry(queued.command.claim().place()).or_insert(0_usize);
            *times += 1;
            match *times {
                1 => {
                    wait.record(waited.as_secs_f64());
                    batch.commands.push(queued.command);
                    batch.replies.push(queued.reply);
                }
                2 => later.push_back(queued),
                _ => queued.refuse(self.name, LaneError::InProgress),
            }
        }
        self.waiting = later;
        batch
    }
}
