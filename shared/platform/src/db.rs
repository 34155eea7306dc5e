//! The database: one pool, and the one place where a transaction begins.
//!
//! ```text
//! db.tx("payments.pay_bill", async |tx| { lock; decide; store; tell })
//! ```
//!
//! A transaction has a name (for metrics and logs), is repeated when PostgreSQL reports a
//! serialization failure or a deadlock, and ends within [`DatabaseSettings::deadline`]. Its body
//! may therefore run more than once: it holds no mail, no HTTP call and no sleep; effects are rows
//! of the outbox. A [`Tx`] cannot be built elsewhere, so a function that takes one is atomic with
//! its caller by type.
//!
//! What only reads needs no transaction: [`Db::read`]. Nothing else reaches the database.
//!
//! Bodies are not cancelled by a caller who hangs up: HTTP handlers run in tasks of their own
//! (`http::edge`), jobs in the worker's.

mod error;
mod read;

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use citygate_kernel::Clock;
use diesel::{ConnectionError, connection::InstrumentationEvent};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use tokio::{runtime::Handle, sync::Notify};

pub use error::{DbError, TxError};

type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// How often a transaction is begun before a conflict is given back to the caller.
const ATTEMPTS: u32 = 5;

/// Settings of the pool and its transactions.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// Connections of this process for transactions.
    pub pool_size: usize,
    /// Connections of this process that only read.
    pub read_pool_size: usize,
    /// How long a caller waits for a free connection, in seconds.
    pub checkout_seconds: u64,
    /// Within how many seconds a transaction ends, one way or the other.
    pub deadline_seconds: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { pool_size: 16, read_pool_size: 8, checkout_seconds: 2, deadline_seconds: 5 }
    }
}

/// Server-side belts to the deadline, set on every connection, and one plan for each statement
/// whatever its values: everything is looked up by keys. Nothing relies on them to be right.
const SESSION: &str = "SET statement_timeout = '3s'; SET lock_timeout = '2s'; \
     SET idle_in_transaction_session_timeout = '5s'; SET timezone = 'UTC'; \
     SET plan_cache_mode = force_generic_plan";

/// And on those that only read.
const READ_ONLY: &str = "SET default_transaction_read_only = on";

/// After so many uses a connection plans its prepared statements anew. A plan is made for
/// tables of the size that they have then, and kept: one that was right for a new city reads
/// far too much of a grown one.
const PLANS_LAST: usize = 100;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    readers: Pool<AsyncPgConnection>,
    url: Arc<str>,
    settings: DatabaseSettings,
    deadline: Duration,
    clock: Clock,
    news: Arc<Notify>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("status", &self.pool.status()).finish_non_exhaustive()
    }
}

impl Db {
    /// Pools on `url`. Connections are made on demand, always on the runtime that calls this: a
    /// connection lives where it was made, and the HTTP workers are busy with other things.
    pub fn new(url: &str, clock: Clock, settings: &DatabaseSettings) -> Self {
        let pool = |size, only_reads| pool(url, settings, size, only_reads);
        Self {
            pool: pool(settings.pool_size, false),
            readers: pool(settings.read_pool_size, true),
            url: url.into(),
            settings: *settings,
            deadline: Duration::from_secs(settings.deadline_seconds),
            clock,
            news: Arc::default(),
        }
    }

    /// The same database on connections of one's own, made on the runtime that calls this.
    pub fn apart(&self, connections: usize) -> Self {
        let own = DatabaseSettings {
            pool_size: connections,
            read_pool_size: connections,
            ..self.settings
        };
        let apart = Self::new(&self.url, self.clock.clone(), &own);
        Self { deadline: self.deadline, news: Arc::clone(&self.news), ..apart }
    }

    /// The same connections for work that may take longer than a request does. The limits of the
    /// server on one statement stay what they are.
    pub fn patient(&self, deadline: Duration) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// Runs `body` in a transaction named `crate.action`, as the module describes.
    pub async fn tx<T, E: TxError>(
        &self,
        name: &'static str,
        mut body: impl AsyncFnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let mut attempt = 1;
        let result = loop {
            let result = self.attempt(name, &mut body).await;
            let conflict =
                matches!(&result, Err(error) if error.as_db().is_some_and(DbError::is_conflict));
            if !conflict || attempt == ATTEMPTS {
                break result;
            }
            metrics::counter!("citygate_tx_conflicts_total", "tx" => name).increment(1);
            // Two that collided must not collide again in step.
            let pause = u64::from(attempt) * 5 + u64::from(started.elapsed().subsec_micros() % 7);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            attempt += 1;
        };
        metrics::histogram!("citygate_tx_seconds", "tx" => name)
            .record(started.elapsed().as_secs_f64());
        result
    }

    async fn attempt<T, E: TxError>(
        &self,
        name: &'static str,
        body: &mut impl AsyncFnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = checkout(&self.pool).await?;
        let ends = tokio::time::Instant::now() + self.deadline;
        let watch = Watch::set(&mut connection);
        let work = run_body(&mut connection, self.clock.now(), &watch, body);
        let (value, told) = match tokio::time::timeout_at(ends, work).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                // The statement may still run; a connection in that state is of no use to others.
                drop(Object::take(connection));
                return Err(DbError::Deadline(name).into());
            }
        };
        let commit = Manager::commit_transaction(&mut *connection);
        match tokio::time::timeout_at(ends.max(grace()), commit).await {
            Ok(Ok(())) => {}
            Ok(Err(source)) => return Err(DbError::of_commit(name, source).into()),
            Err(_) => {
                drop(Object::take(connection));
                return Err(DbError::OutcomeUnknown { name, source: None }.into());
            }
        }
        drop(connection);
        if told {
            self.news.notify_one();
        }
        Ok(value)
    }

    /// A connection outside any transaction, for health checks and migrations.
    pub(crate) async fn connection(&self) -> Result<Object<AsyncPgConnection>, DbError> {
        self.pool.get().await.map_err(DbError::NoConnection)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        let mut connection = self.connection().await?;
        connection.batch_execute("SELECT 1").await?;
        Ok(())
    }

    /// Whether the database holds our role to its word: a superuser may change what was revoked.
    pub async fn role_is_bound(&self) -> Result<bool, DbError> {
        use diesel_async::RunQueryDsl;
        let mut connection = self.connection().await?;
        let bound = diesel::dsl::sql::<diesel::sql_types::Bool>(
            "NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
        );
        Ok(diesel::select(bound).get_result(&mut *connection).await?)
    }

    /// Resolves when a transaction of this process left an event or a job behind.
    pub(crate) fn news(&self) -> impl Future<Output = ()> + '_ {
        self.news.notified()
    }

    /// Connections for transactions: in use, and in total.
    pub fn pool_status(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size - status.available.min(status.size), status.max_size)
    }
}

/// A connection that is free, with plans that are not too old.
async fn checkout(pool: &Pool<AsyncPgConnection>) -> Result<Object<AsyncPgConnection>, DbError> {
    let mut connection = pool.get().await.map_err(DbError::NoConnection)?;
    if Object::metrics(&connection).recycle_count % PLANS_LAST == PLANS_LAST - 1 {
        connection.batch_execute("DISCARD PLANS").await?;
    }
    Ok(connection)
}

fn pool(
    url: &str,
    settings: &DatabaseSettings,
    size: usize,
    only_reads: bool,
) -> Pool<AsyncPgConnection> {
    let home = Handle::current();
    let config = {
        let mut config = ManagerConfig::default();
        // A dead connection shows at its first statement and is then thrown away; asking each
        // one before use would double the round trips of a small transaction.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| {
            let url = url.to_owned();
            let task = home.spawn(async move { establish(&url, only_reads).await });
            async move {
                task.await
                    .unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))
            }
            .boxed()
        });
        config
    };
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let wait = Duration::from_secs(settings.checkout_seconds);
    let pool = Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(wait))
        .create_timeout(Some(wait))
        .recycle_timeout(Some(wait))
        .runtime(deadpool::Runtime::Tokio1)
        .build();
    #[expect(clippy::expect_used, reason = "building fails only without a runtime")]
    let pool = pool.expect("a pool with a runtime");
    pool
}

/// A COMMIT that was sent late still gets a moment to answer: giving up on it makes its outcome
/// unknown.
fn grace() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(2)
}

async fn establish(url: &str, only_reads: bool) -> Result<AsyncPgConnection, ConnectionError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    for settings in [SESSION].into_iter().chain(only_reads.then_some(READ_ONLY)) {
        let set = connection.batch_execute(settings).await;
        set.map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    // Needs a privilege that a rented database may not grant; its messages are English anyway.
    let _ = connection.batch_execute("SET lc_messages = 'C'").await;
    Ok(connection)
}

async fn run_body<T, E: TxError>(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    watch: &Watch,
    body: &mut impl AsyncFnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<(T, bool), E> {
    Manager::begin_transaction(connection).await.map_err(DbError::from)?;
    let mut tx = Tx { connection, now, told: AtomicBool::new(false), watch: watch.clone() };
    let mut result = body(&mut tx).await;
    let told = tx.told.into_inner();
    if result.is_ok() && watch.failed() {
        // A body that went on after a failed statement: PostgreSQL would answer its COMMIT with
        // ROLLBACK, and nobody would notice. Asked anything, an aborted transaction says so.
        if let Err(error) = connection.batch_execute("SELECT 1").await {
            result = Err(DbError::from(error).into());
        }
    }
    match result {
        Ok(value) => Ok((value, told)),
        Err(error) => {
            // A failed rollback marks the connection as broken and the pool drops it.
            let _ = Manager::rollback_transaction(connection).await;
            Err(error)
        }
    }
}

/// Counts the statements of a connection and notices those that fail.
#[derive(Clone, Default)]
struct Watch(Arc<(AtomicU32, AtomicBool)>);

impl Watch {
    fn set(connection: &mut AsyncPgConnection) -> Self {
        let watch = Self::default();
        let noticed = Arc::clone(&watch.0);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::FinishQuery { error, .. } = event {
                noticed.0.fetch_add(1, Ordering::Relaxed);
                noticed.1.fetch_or(error.is_some(), Ordering::Relaxed);
            }
        });
        watch
    }

    fn failed(&self) -> bool {
        AtomicBool::load(&self.0.1, Ordering::Relaxed)
    }

    fn statements(&self) -> u32 {
        AtomicU32::load(&self.0.0, Ordering::Relaxed)
    }
}

/// An open transaction: a connection, and the one instant that everything in it happens at. Of
/// [`Db::read`], what stands in its place and can only read.
pub struct Tx<'c> {
    connection: &'c mut AsyncPgConnection,
    now: DateTime<Utc>,
    told: AtomicBool,
    watch: Watch,
}

impl Tx<'_> {
    /// For the statements of a `store.rs`.
    pub fn conn(&mut self) -> &mut AsyncPgConnection {
        self.connection
    }

    /// For statements that are sent together: their futures, joined, travel in one go and are
    /// carried out in the order in which they are first polled.
    pub fn pipeline(&self) -> &AsyncPgConnection {
        self.connection
    }

    /// How many statements this transaction has made so far, its beginning included.
    pub fn statements(&self) -> u32 {
        self.watch.statements()
    }

    /// When this transaction happens. Read once, so that all its rows agree.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// An event or job was written: whoever waits for them is woken after COMMIT.
    pub(crate) fn tell(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    /// Runs a part that may be undone alone. The rest of the transaction stays.
    pub(crate) async fn part<T, E: TxError>(
        &mut self,
        body: impl AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        Manager::begin_transaction(self.connection).await.map_err(DbError::from)?;
        let result = body(self).await;
        match &result {
            Ok(_) => Manager::commit_transaction(self.connection).await.map_err(DbError::from)?,
            Err(_) => {
                Manager::rollback_transaction(self.connection).await.map_err(DbError::from)?;
            }
        }
        result
    }
}
