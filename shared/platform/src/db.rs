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
//! Bodies are not cancelled by a caller who hangs up: HTTP handlers run in tasks of their own
//! (`http::edge`), jobs in the worker's.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use citygate_kernel::{Clock, Problem};
use diesel::{
    ConnectionError,
    connection::InstrumentationEvent,
    result::{DatabaseErrorKind, Error as DieselError},
};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool, PoolError},
    },
};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use tokio::{runtime::Handle, sync::Notify};

use crate::problems;

type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// How often a transaction is begun before a conflict is given back to the caller.
const ATTEMPTS: u32 = 5;

/// Settings of the pool and its transactions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// Connections of this process.
    pub pool_size: usize,
    /// How long a caller waits for a free connection, in seconds.
    pub checkout_seconds: u64,
    /// Within how many seconds a transaction ends, one way or the other.
    pub deadline_seconds: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { pool_size: 16, checkout_seconds: 2, deadline_seconds: 5 }
    }
}

/// Server-side belts to the deadline, set on every connection. They are session settings for
/// safety only: nothing relies on them to be right.
const SESSION: &str = "SET statement_timeout = '3s'; SET lock_timeout = '2s'; \
     SET idle_in_transaction_session_timeout = '5s'; SET timezone = 'UTC'";

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error(transparent)]
    Statement(#[from] DieselError),
    /// No connection came free in time, or none could be made.
    #[error("no connection to the database: {0}")]
    NoConnection(#[source] PoolError),
    /// The action of an idempotent request ended in a fault of ours.
    #[error("the action failed: {0}")]
    Faulty(String),
    /// Another transaction is claiming the same idempotency key and does not end.
    #[error("a request with the same idempotency key is under way")]
    ClaimInProgress,
    /// The transaction did not end within its deadline and was abandoned before COMMIT.
    #[error("the transaction {0} ran into its deadline and was given up")]
    Deadline(&'static str),
    /// COMMIT was sent, and no answer came: it may have happened. Only a retry under the same
    /// idempotency key can tell.
    #[error("the outcome of the transaction {name} is unknown")]
    OutcomeUnknown {
        /// Which one.
        name: &'static str,
        /// What broke, where something said so.
        #[source]
        source: Option<DieselError>,
    },
}

impl DbError {
    /// The name of the unique constraint that a row violated.
    pub fn unique_violation(&self) -> Option<&str> {
        match self {
            Self::Statement(DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                info,
            )) => info.constraint_name(),
            _ => None,
        }
    }

    /// Another transaction held a row for too long.
    pub fn is_lock_timeout(&self) -> bool {
        self.says("lock timeout")
    }

    /// The transaction lost against another and may simply be repeated.
    fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Statement(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _))
        ) || self.says("deadlock detected")
    }

    /// diesel-async keeps no SQLSTATE of these, so the message has to do; connections ask for
    /// untranslated messages.
    fn says(&self, words: &str) -> bool {
        matches!(
            self,
            Self::Statement(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info))
                if info.message().contains(words)
        )
    }

    /// The connection is gone, or the server ends sessions.
    fn is_outage(&self) -> bool {
        match self {
            Self::NoConnection(_) | Self::Deadline(_) | Self::OutcomeUnknown { .. } => true,
            Self::Statement(DieselError::DatabaseError(kind, _)) => matches!(
                kind,
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection
            ),
            Self::Statement(DieselError::BrokenTransactionManager) => true,
            Self::ClaimInProgress | Self::Faulty(_) => false,
            Self::Statement(_) => {
                ["statement timeout", "shutting down", "terminating connection", "No space left"]
                    .iter()
                    .any(|words| self.says(words))
            }
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let kind = if matches!(error, DbError::ClaimInProgress) {
            &problems::REQUEST_IN_PROGRESS
        } else if error.is_lock_timeout() || error.is_conflict() {
            &problems::BUSY
        } else if error.is_outage() {
            &problems::UNAVAILABLE
        } else {
            &problems::INTERNAL
        };
        let wait = kind.retryable.then_some(1);
        let problem = Self { retry_after_seconds: wait, ..Self::new(kind) };
        problem.cause(error)
    }
}

/// The errors that a transaction body may end with: a crate's facts, or the database's trouble.
pub trait TxError: From<DbError> {
    /// The database's trouble, where that is what it is.
    fn as_db(&self) -> Option<&DbError>;
}

impl TxError for DbError {
    fn as_db(&self) -> Option<&DbError> {
        Some(self)
    }
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    clock: Clock,
    deadline: Duration,
    news: Arc<Notify>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("status", &self.pool.status()).finish_non_exhaustive()
    }
}

impl Db {
    /// A pool on `url`. Connections are made on demand, always on the runtime that calls this: a
    /// connection lives where it was made, and the HTTP workers are busy with other things.
    pub fn new(url: &str, clock: Clock, settings: &DatabaseSettings) -> Self {
        let home = Handle::current();
        let config = {
            let mut config = ManagerConfig::default();
            // A dead connection shows at its first statement and is then thrown away; asking each
            // one before use would double the round trips of a small transaction.
            config.recycling_method = RecyclingMethod::Fast;
            config.custom_setup = Box::new(move |url| {
                let url = url.to_owned();
                let task = home.spawn(async move { establish(&url).await });
                async move {
                    task.await.unwrap_or_else(|error| {
                        Err(ConnectionError::BadConnection(error.to_string()))
                    })
                }
                .boxed()
            });
            config
        };
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let wait = Duration::from_secs(settings.checkout_seconds);
        let pool = Pool::builder(manager)
            .max_size(settings.pool_size)
            .wait_timeout(Some(wait))
            .create_timeout(Some(wait))
            .recycle_timeout(Some(wait))
            .runtime(deadpool::Runtime::Tokio1)
            .build();
        #[expect(clippy::expect_used, reason = "building fails only without a runtime")]
        let pool = pool.expect("a pool with a runtime");
        Self {
            pool,
            clock,
            deadline: Duration::from_secs(settings.deadline_seconds),
            news: Arc::default(),
        }
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
        let mut connection = self.pool.get().await.map_err(DbError::NoConnection)?;
        let ends = tokio::time::Instant::now() + self.deadline;
        let failures = Failures::watch(&mut connection);
        let work = run_body(&mut connection, self.clock.now(), &failures, body);
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
            Ok(Err(source)) => return Err(commit_failure(name, source).into()),
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

    /// Connections in use and in total.
    pub fn pool_status(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size - status.available.min(status.size), status.max_size)
    }
}

/// A COMMIT that was sent late still gets a moment to answer: giving up on it makes its outcome
/// unknown.
fn grace() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(2)
}

async fn establish(url: &str) -> Result<AsyncPgConnection, ConnectionError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection.batch_execute(SESSION).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    // Needs a privilege that a rented database may not grant; its messages are English anyway.
    let _ = connection.batch_execute("SET lc_messages = 'C'").await;
    Ok(connection)
}

async fn run_body<T, E: TxError>(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    failures: &Failures,
    body: &mut impl AsyncFnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<(T, bool), E> {
    Manager::begin_transaction(connection).await.map_err(DbError::from)?;
    let mut tx = Tx { connection, now, told: false };
    let mut result = body(&mut tx).await;
    let told = tx.told;
    if result.is_ok() && failures.any() {
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

/// Notices failed statements of a connection.
#[derive(Clone, Default)]
struct Failures(Arc<AtomicBool>);

impl Failures {
    fn watch(connection: &mut AsyncPgConnection) -> Self {
        let failures = Self::default();
        let noticed = failures.clone();
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::FinishQuery { error: Some(_), .. } = event {
                noticed.0.store(true, Ordering::Relaxed);
            }
        });
        failures
    }

    fn any(&self) -> bool {
        AtomicBool::load(&self.0, Ordering::Relaxed)
    }
}

/// A server that refuses to commit says so and nothing happened; a server that says nothing may
/// have committed.
fn commit_failure(name: &'static str, source: DieselError) -> DbError {
    match DbError::Statement(source) {
        refused if !refused.is_outage() => refused,
        DbError::Statement(source) => DbError::OutcomeUnknown { name, source: Some(source) },
        other => other,
    }
}

/// An open transaction: a connection, and the one instant that everything in it happens at.
pub struct Tx<'c> {
    connection: &'c mut AsyncPgConnection,
    now: DateTime<Utc>,
    told: bool,
}

impl Tx<'_> {
    /// For the statements of a `store.rs`.
    pub fn conn(&mut self) -> &mut AsyncPgConnection {
        self.connection
    }

    /// When this transaction happens. Read once, so that all its rows agree.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// An event or job was written: whoever waits for them is woken after COMMIT.
    pub(crate) fn tell(&mut self) {
        self.told = true;
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
