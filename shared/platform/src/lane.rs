//! Lanes: group commit. Whatever arrives while one transaction commits is the next transaction.
//!
//! A lane is a bounded queue of commands and one task that takes everything that waits (no timer),
//! runs it as one batch in one transaction, and answers each command after COMMIT. So the lock of
//! a hot row is taken once for each batch and not once for each command, and a flush of the disk
//! is shared by all who wait for it. With one caller a batch is one command and nothing waits.
//!
//! | what happens | what the lane does |
//! |---|---|
//! | a command is refused by a rule | the batch says so for this one; the others go on |
//! | the same key twice | the second waits for the next batch and finds the first one's answer |
//! | the same key once more | refused: one waits already |
//! | more than the queue holds, or waiting too long | refused before anything happened |
//! | a statement fails | the batch is cut in halves until the one that breaks it is alone |
//! | the connection is lost, or COMMIT has no answer | it runs again: what was done is found by its keys |
//! | a deadlock, or a row that others hold | the batch runs again |
//! | the batch is too slow | it runs again, in halves: less may be done in time |
//! | such trouble outlasts the patience | whoever is left is told of it, and the next batch begins |
//! | the caller hangs up | nothing: the command is in the queue, not in the caller |
//!
//! One batch of a lane is under way at a time, or as many as [`Command::BATCHES_AT_ONCE`] says: a batch
//! that has run its statements ends its [`Turn`], and the next one is gathered while it waits for the
//! disk.
//!
//! Invariants: a command runs in one batch at a time, in the order of arrival, but for repeated
//! keys; nobody is told anything before COMMIT; nobody is told "failed" of something that may have
//! happened: once a COMMIT had no answer, that is what is told, whatever fails afterwards.

mod run;
#[cfg(test)]
mod tests;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io,
    sync::Arc,
    thread,
    time::Duration,
};

use citygate_kernel::Problem;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{mpsc, oneshot},
    task::LocalSet,
    time::Instant,
};

pub use self::run::Turn;
use crate::{db::DbError, idempotency::Claim, problems};

/// Settings of lanes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaneSettings {
    /// How many there are of each kind. With none, each command is a transaction of its own.
    pub lanes: usize,
    /// How many commands wait at most; more are refused.
    pub queue: usize,
    /// The largest batch.
    pub batch: usize,
    /// How long a command waits at most before its batch begins, in milliseconds.
    pub wait_ms: u64,
    /// How long a batch is tried while the database is away or busy, in milliseconds.
    pub patience_ms: u64,
}

impl Default for LaneSettings {
    fn default() -> Self {
        Self { lanes: 1, queue: 2_000, batch: 500, wait_ms: 4_000, patience_ms: 8_000 }
    }
}

/// Something that a lane carries out.
pub trait Command: Send + 'static {
    /// What its caller is told.
    type Outcome: Send + 'static;

    /// How many batches of a lane may be under way: one has its turn, the others wait for COMMIT.
    /// More than one helps where two commands share no row; two of one key meet in the database.
    const BATCHES_AT_ONCE: usize = 1;

    /// The key under which its effect happens once.
    fn claim(&self) -> &Claim;
}

/// Why a command has no outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LaneError {
    /// The queue is full.
    #[error("the queue of the lane is full")]
    Full,
    /// It waited too long and was not begun.
    #[error("the command waited too long and was not begun")]
    WaitedTooLong,
    /// Another with the same key runs, and one more waits for what becomes of it.
    #[error("commands with the same key are under way")]
    InProgress,
    /// The lane is gone. A command that was begun may have been carried out.
    #[error("the lane has ended")]
    Ended,
    /// The database's trouble, which is that of all commands of a batch.
    #[error(transparent)]
    Db(Arc<DbError>),
}

impl From<LaneError> for Problem {
    fn from(error: LaneError) -> Self {
        match &error {
            LaneError::Full | LaneError::WaitedTooLong => {
                Self::new(&problems::BUSY).retry_after(1).cause(error)
            }
            LaneError::InProgress => {
                Self::new(&problems::REQUEST_IN_PROGRESS).retry_after(1).cause(error)
            }
            LaneError::Ended => Self::new(&problems::UNAVAILABLE).retry_after(1).cause(error),
            LaneError::Db(trouble) => trouble.problem().cause(error),
        }
    }
}

/// A command on its way, and where its outcome goes.
struct Queued<C: Command> {
    command: C,
    reply: oneshot::Sender<Result<C::Outcome, LaneError>>,
    since: Instant,
}

/// Some lanes for commands of one kind. Cheap to clone.
pub struct Lanes<C: Command> {
    name: &'static str,
    queues: Arc<[mpsc::Sender<Queued<C>>]>,
}

impl<C: Command> Clone for Lanes<C> {
    fn clone(&self) -> Self {
        Self { name: self.name, queues: Arc::clone(&self.queues) }
    }
}

impl<C: Command> Lanes<C> {
    /// Starts lanes named `name`. Each has a thread of its own, where `make` is called once to make
    /// what runs its batches; that owns the lane's connections, so a lane never waits for the pool.
    pub fn start<R>(
        name: &'static str,
        settings: LaneSettings,
        make: impl Fn() -> R + Clone + Send + 'static,
    ) -> io::Result<Self>
    where
        R: AsyncFn(&[C], &Turn<'_, C>) -> Result<Vec<C::Outcome>, DbError> + 'static,
    {
        let mut queues = Vec::with_capacity(settings.lanes);
        for _ in 0..settings.lanes {
            let (queue, commands) = mpsc::channel(settings.queue.max(1));
            let make = make.clone();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            thread::Builder::new().name(format!("lane-{name}")).spawn(move || {
                LocalSet::new().block_on(&runtime, async {
                    run::Runner::new(name, settings, commands, make()).run().await;
                });
            })?;
            queues.push(queue);
        }
        Ok(Self { name, queues: queues.into() })
    }

    /// Carries a command out and says what came of it. Commands of one `route` go one after the
    /// other; what shares a hot row should share its route.
    pub async fn submit(&self, route: impl Hash, command: C) -> Result<C::Outcome, LaneError> {
        let mut hasher = DefaultHasher::new();
        route.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() >> 32).unwrap_or(0) % self.queues.len().max(1);
        let queue = self.queues.get(lane).ok_or(LaneError::Ended)?;
        let (reply, outcome) = oneshot::channel();
        let queued = Queued { command, reply, since: Instant::now() };
        queue.try_send(queued).map_err(|error| {
            metrics::counter!("citygate_lane_refused_total", "lane" => self.name).increment(1);
            match error {
                mpsc::error::TrySendError::Full(_) => LaneError::Full,
                mpsc::error::TrySendError::Closed(_) => LaneError::Ended,
            }
        })?;
        outcome.await.unwrap_or(Err(LaneError::Ended))
    }
}

/// Milliseconds of a setting.
fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
