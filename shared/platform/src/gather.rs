//! Gathering: what many callers read at the same time is read by one statement.
//!
//! A gather is a bounded queue of keys and one task that takes all that wait (no timer), reads what
//! belongs to them in one go, and answers each caller. While one statement is under way the next
//! one gathers. With one caller at a time it reads one key and nothing waits.
//!
//! Invariants: nothing is kept, and a key is read after somebody asked for it, so that everybody
//! sees whatever had committed before they asked; callers get their own key's value and no other;
//! what is gathered writes nothing ([`Db::read`]).

use std::{collections::HashMap, hash::Hash, io, panic::AssertUnwindSafe, sync::Arc, thread};

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::db::{Db, DbError, Tx};

/// How many callers wait at most: a second's worth. More are refused at once.
const QUEUE: usize = 10_000;
/// The most keys of one statement. A larger one would make everybody wait for its last row.
const BATCH: usize = 256;

/// A caller who waits for what belongs to a key.
struct Asked<K, V> {
    key: K,
    reply: oneshot::Sender<Result<Option<V>, DbError>>,
}

/// Reads of one kind. Cheap to clone.
pub struct Gather<K, V> {
    name: &'static str,
    queue: mpsc::Sender<Asked<K, V>>,
}

impl<K, V> Clone for Gather<K, V> {
    fn clone(&self) -> Self {
        Self { name: self.name, queue: self.queue.clone() }
    }
}

impl<K, V> Gather<K, V>
where
    K: Copy + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Starts a gather named `crate.action`, on a thread and a connection of its own. `read` finds
    /// what belongs to some keys, by one statement; what it does not find is not there.
    pub fn start<R>(name: &'static str, db: &Db, read: R) -> io::Result<Self>
    where
        R: AsyncFn(&mut Tx<'_>, &[K]) -> Result<HashMap<K, V>, DbError> + Send + 'static,
    {
        let (queue, mut asked) = mpsc::channel(QUEUE);
        let db = db.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name(format!("gather-{name}")).spawn(move || {
            runtime.block_on(async {
                let db = db.apart(1);
                let mut callers = Vec::with_capacity(BATCH);
                while asked.recv_many(&mut callers, BATCH).await > 0 {
                    answer(name, &db, &read, &mut callers).await;
                }
            });
        })?;
        Ok(Self { name, queue })
    }

    /// What belongs to a key; none when there is nothing.
    pub async fn get(&self, key: K) -> Result<Option<V>, DbError> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Asked { key, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => DbError::Crowded(self.name),
            mpsc::error::TrySendError::Closed(_) => ended(),
        })?;
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

fn ended() -> DbError {
    DbError::Faulty("what reads for many has ended".to_owned())
}

/// Reads for all callers at once, and leaves none.
async fn answer<K, V, R>(name: &'static str, db: &Db, read: &R, callers: &mut Vec<Asked<K, V>>)
where
    K: Copy + Eq + Hash,
    V: Clone,
    R: AsyncFn(&mut Tx<'_>, &[K]) -> Result<HashMap<K, V>, DbError>,
{
    metrics::histogram!("citygate_gather_items", "gather" => name)
        .record(f64::from(u32::try_from(callers.len()).unwrap_or(u32::MAX)));
    let keys: Vec<K> = callers.iter().map(|asked| asked.key).collect();
    let reading = db.read(name, async |tx| read(tx, &keys).await);
    let found = AssertUnwindSafe(reading).catch_unwind().await;
    let found = found.unwrap_or_else(|_| Err(DbError::Faulty(format!("{name} panicked"))));
    let found = found.map_err(Arc::new);
    // A caller who has gone does not hear it.
    for Asked { key, reply } in callers.drain(..) {
        let _ = reply.send(match &found {
            Ok(found) => Ok(found.get(&key).cloned()),
            Err(trouble) => Err(DbError::Shared(Arc::clone(trouble))),
        });
    }
}
