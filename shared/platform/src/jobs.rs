//! Work that happens after its cause has committed: jobs, and news for other crates.
//!
//! A job is a row written in the transaction that causes it, so it exists if and only if that
//! committed. A worker claims due jobs for a limited time, runs each, and deletes it when it is
//! done; one that fails comes back later, and one that has failed often enough is *dead*: it stays
//! where people can see it (`citygate work --dead`), and can be replayed. Jobs may run twice (a
//! worker can die between the effect and the deletion), so they are idempotent.
//!
//! News is an [`Event`]: the emitter does not know who listens. The worker gives every listener a
//! job of its own, so one that fails does not hold up the others.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::{Clock, Id, Kind};
use diesel::{
    prelude::*,
    sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Cx,
    db::{DbError, Tx},
    schema::{events, jobs},
    sql::{column, sql},
};

/// Prefix of job identifiers.
pub enum JobKind {}
impl Kind for JobKind {
    const PREFIX: &'static str = "job";
}
/// Identifies a job.
pub type JobId = Id<JobKind>;

/// How many rows of the outbox are given out at a time, and about how many pieces of news: their
/// jobs are written by one statement, which has its limit.
const ROWS: i64 = 20;
const PIECES: usize = 2_000;
/// How long a worker may keep a job before another takes it.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long a job may run: well within its lease.
pub(crate) const JOB_LIMIT: Duration = Duration::from_secs(40);

/// When a failed job is tried again: seconds after each failure. After the last it is dead.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    after: &'static [u32],
    endless: bool,
}

impl Retries {
    /// Tried again after so many seconds each, then dead.
    pub const fn after(seconds: &'static [u32]) -> Self {
        Self { after: seconds, endless: false }
    }

    /// Never dead: the last wait repeats.
    pub const fn endless(self) -> Self {
        Self { endless: true, ..self }
    }

    /// How long to wait after so many failures; none when it is enough.
    fn wait(self, failures: i32) -> Option<u32> {
        let last = self.after.last().copied().filter(|_| self.endless);
        let failures = usize::try_from(failures).unwrap_or(usize::MAX);
        self.after.get(failures.saturating_sub(1)).copied().or(last)
    }

    /// Whether a job was begun more often than any failure explains.
    pub(crate) fn exceeded(self, attempts: i32) -> bool {
        // One more than the retries is the first attempt; a few may be lost to restarts.
        const LOST: usize = 5;
        let attempts = usize::try_from(attempts).unwrap_or(usize::MAX);
        !self.endless && attempts > self.after.len() + 1 + LOST
    }

    /// For deliveries to parties outside, after Standard Webhooks: three days in all.
    pub const DELIVERY: Self =
        Self::after(&[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    /// For questions about money, whose answer is needed however long it takes: quick at first,
    /// then every day.
    pub const INQUIRY: Self = Self::after(&[
        1, 2, 5, 10, 30, 60, 300, 900, 3_600, 3_600, 3_600, 21_600, 21_600, 21_600, 86_400,
    ])
    .endless();
}

/// Why a job did not finish.
#[derive(Debug)]
pub struct JobError {
    /// Trying again cannot help.
    permanent: bool,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl JobError {
    /// A failure that no retry mends.
    pub fn permanent(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { permanent: true, cause: cause.into() }
    }

    /// A failure that may pass.
    pub fn passing(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { permanent: false, cause: cause.into() }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::passing(error)
    }
}

/// Runs one job.
type Run = Arc<dyn Fn(Cx, Value) -> LocalBoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// A kind of job and how it is done; a crate hands these to the worker.
#[derive(Clone)]
pub struct Job {
    pub(crate) name: &'static str,
    pub(crate) retries: Retries,
    pub(crate) run: Run,
}

impl Job {
    fn new<P, F>(
        name: &'static str,
        retries: Retries,
        run: impl Fn(Cx, P) -> F + Send + Sync + 'static,
    ) -> Self
    where
        P: DeserializeOwned,
        F: Future<Output = Result<(), JobError>> + 'static,
    {
        let run = move |cx, payload| match serde_json::from_value::<P>(payload) {
            Ok(payload) => run(cx, payload).boxed_local(),
            Err(error) => std::future::ready(Err(JobError::permanent(error))).boxed_local(),
        };
        Self { name, retries, run: Arc::new(run) }
    }
}

/// The name of a kind of job together with the type of its payload, so that who enqueues and who
/// runs cannot disagree.
pub struct Task<P>(&'static str, PhantomData<fn(P)>);

impl<P: Serialize + DeserializeOwned> Task<P> {
    /// A task named `crate.verb`.
    pub const fn new(name: &'static str) -> Self {
        Self(name, PhantomData)
    }

    /// Enqueues one, due at once.
    pub async fn enqueue(&self, tx: &mut Tx<'_>, payload: &P) -> Result<(), DbError> {
        let now = tx.now();
        self.enqueue_at(tx, payload, now).await
    }

    /// Enqueues one, due at an instant.
    pub async fn enqueue_at(
        &self,
        tx: &mut Tx<'_>,
        payload: &P,
        run_at: DateTime<Utc>,
    ) -> Result<(), DbError> {
        insert_all(tx, &[(self.0, &to_value(payload)?, run_at)]).await
    }

    /// Enqueues many, each due at its instant.
    pub async fn enqueue_all(
        &self,
        tx: &Tx<'_>,
        due: &[(P, DateTime<Utc>)],
    ) -> Result<(), DbError> {
        let payloads: Vec<_> = due.iter().map(|(p, _)| to_value(p)).collect::<Result<_, _>>()?;
        let rows: Vec<_> =
            payloads.iter().zip(due).map(|(payload, (_, at))| (self.0, payload, *at)).collect();
        insert_all(tx, &rows).await
    }

    /// Says how it is done.
    pub fn done_by<F>(
        &self,
        retries: Retries,
        run: impl Fn(Cx, P) -> F + Send + Sync + 'static,
    ) -> Job
    where
        F: Future<Output = Result<(), JobError>> + 'static,
    {
        Job::new(self.0, retries, run)
    }
}

/// The name of a piece of news together with the type of its content.
pub struct Event<P>(&'static str, PhantomData<fn(P)>);

impl<P: Serialize + DeserializeOwned> Event<P> {
    /// News named `crate.fact`.
    pub const fn new(name: &'static str) -> Self {
        Self(name, PhantomData)
    }

    /// Writes the news into the outbox of this transaction.
    pub async fn emit(&self, tx: &mut Tx<'_>, payload: &P) -> Result<(), DbError> {
        emit_all(tx, vec![self.news(std::slice::from_ref(payload))?]).await
    }

    /// Several pieces of news, to be written as one row. Listeners hear each by itself.
    pub fn news(&self, news: &[P]) -> Result<News, DbError> {
        Ok(News { name: self.0, pieces: news.len(), payload: to_value(news)? })
    }

    /// Listens: `name` is the listener's own job, `crate.verb`.
    pub fn heard_by<F>(
        &self,
        name: &'static str,
        retries: Retries,
        run: impl Fn(Cx, P) -> F + Send + Sync + 'static,
    ) -> Listener
    where
        F: Future<Output = Result<(), JobError>> + 'static,
    {
        Listener { event: self.0, job: Job::new(name, retries, run) }
    }
}

/// What an [`Event`] tells at once.
pub struct News {
    name: &'static str,
    pieces: usize,
    payload: Value,
}

/// Writes news of any kinds into the outbox, by one statement.
pub async fn emit_all(tx: &Tx<'_>, mut news: Vec<News>) -> Result<(), DbError> {
    news.retain(|news| news.pieces > 0);
    if news.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    tx.tell();
    sql("INSERT INTO platform.events (happened_at, id, name, payload) \
         SELECT $1, new.* FROM unnest($2, $3, $4) AS new")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(column(&news, |_| new_id(now)))
    .bind::<Array<Text>, _>(column(&news, |news| news.name))
    .bind::<Array<Jsonb>, _>(news.iter().map(|news| &news.payload).collect::<Vec<_>>())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Somebody who wants to hear a piece of news.
#[derive(Clone)]
pub struct Listener {
    pub(crate) event: &'static str,
    pub(crate) job: Job,
}

fn to_value<P: Serialize + ?Sized>(payload: &P) -> Result<Value, DbError> {
    serde_json::to_value(payload)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()).into())
}

fn new_id(now: DateTime<Utc>) -> Uuid {
    JobId::new(&Clock::manual(now)).uuid()
}

/// Jobs by kind, payload and the instant at which they are due.
async fn insert_all(tx: &Tx<'_>, due: &[(&str, &Value, DateTime<Utc>)]) -> Result<(), DbError> {
    if due.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    tx.tell();
    sql("INSERT INTO platform.jobs (created_at, id, kind, payload, run_at) \
         SELECT $1, due.* FROM unnest($2, $3, $4, $5) AS due")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(due.iter().map(|_| new_id(now)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(due.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(due.iter().map(|(_, payload, _)| *payload).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(due.iter().map(|(.., at)| *at).collect::<Vec<_>>())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// A job that this worker has claimed.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub(crate) struct Claimed {
    pub id: Uuid,
    pub kind: String,
    pub payload: Value,
    pub attempts: i32,
}

/// Gives every listener its job for each undispatched event, as many as fit. Returns how many
/// events those were.
pub(crate) async fn fan_out(tx: &mut Tx<'_>, listeners: &[Listener]) -> Result<usize, DbError> {
    let now = tx.now();
    let mut news: Vec<(Uuid, String, Value)> = events::table
        .filter(events::dispatched_at.is_null())
        .order(events::id)
        .limit(ROWS)
        .select((events::id, events::name, events::payload))
        .for_no_key_update()
        .skip_locked()
        .load(tx.conn())
        .await?;
    news.truncate(fitting(news.iter().map(|(.., payload)| pieces(payload).len())));
    let mut due = Vec::new();
    for (_, name, payload) in &news {
        for listener in listeners.iter().filter(|listener| listener.event == name) {
            due.extend(pieces(payload).iter().map(|piece| (listener.job.name, piece, now)));
        }
    }
    insert_all(tx, &due).await?;
    let ids: Vec<Uuid> = news.iter().map(|(id, ..)| *id).collect();
    diesel::update(events::table.filter(events::id.eq_any(ids)))
        .set(events::dispatched_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(news.len())
}

/// How many of the first rows fit, by their sizes. A row that is too large alone is one.
fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0;
    let within = sizes.take_while(|size| {
        let first = sum == 0;
        sum += size;
        first || sum <= PIECES
    });
    within.count()
}

/// A row of the outbox holds one piece of news, or a list of them.
fn pieces(payload: &Value) -> &[Value] {
    payload.as_array().map_or(std::slice::from_ref(payload), Vec::as_slice)
}

/// Takes up to `limit` due jobs of the given kinds.
pub(crate) async fn claim(
    tx: &mut Tx<'_>,
    kinds: &[&str],
    limit: i64,
) -> Result<Vec<Claimed>, DbError> {
    let now = tx.now();
    let due: Vec<Uuid> = jobs::table
        .filter(jobs::dead_at.is_null())
        .filter(jobs::run_at.le(now))
        .filter(jobs::locked_until.is_null().or(jobs::locked_until.lt(now)))
        .filter(jobs::kind.eq_any(kinds))
        .order((jobs::run_at, jobs::id))
        .limit(limit)
        .select(jobs::id)
        .for_no_key_update()
        .skip_locked()
        .load(tx.conn())
        .await?;
    Ok(diesel::update(jobs::table.filter(jobs::id.eq_any(due)))
        .set((jobs::locked_until.eq(now + LEASE), jobs::attempts.eq(jobs::attempts + 1)))
        .returning(Claimed::as_returning())
        .get_results(tx.conn())
        .await?)
}

pub(crate) async fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    diesel::delete(jobs::table.find(id)).execute(tx.conn()).await?;
    Ok(())
}

/// Puts a failed job back, or among the dead.
pub(crate) async fn fail(
    tx: &mut Tx<'_>,
    job: &Claimed,
    retries: Retries,
    error: &JobError,
) -> Result<bool, DbError> {
    let now = tx.now();
    let wait = retries.wait(job.attempts).filter(|_| !error.permanent);
    let run_at = wait.map_or(now, |seconds| now + TimeDelta::seconds(i64::from(seconds)));
    diesel::update(jobs::table.find(job.id))
        .set((
            jobs::locked_until.eq(None::<DateTime<Utc>>),
            jobs::run_at.eq(run_at),
            jobs::dead_at.eq(wait.is_none().then_some(now)),
            jobs::last_error.eq(Some(error.cause.to_string())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(wait.is_none())
}

/// How many jobs are due, or have failed and wait for another try.
pub(crate) async fn unfinished(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let now = tx.now();
    Ok(jobs::table
        .filter(jobs::dead_at.is_null())
        .filter(jobs::run_at.le(now).or(jobs::attempts.gt(0)))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// A job that has failed for good, as people see it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct DeadLetter {
    /// Identifies it; see [`JobId`].
    pub id: Uuid,
    /// What kind of job.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was given up.
    pub dead_at: Option<DateTime<Utc>>,
    /// Why.
    pub last_error: Option<String>,
}

/// The dead, oldest first.
pub async fn dead(tx: &mut Tx<'_>) -> Result<Vec<DeadLetter>, DbError> {
    Ok(jobs::table
        .filter(jobs::dead_at.is_not_null())
        .order(jobs::dead_at)
        .limit(1_000)
        .select(DeadLetter::as_select())
        .load(tx.conn())
        .await?)
}

/// Lets dead jobs live again: one, or all. Returns how many.
pub async fn replay(tx: &mut Tx<'_>, id: Option<JobId>) -> Result<usize, DbError> {
    let now = tx.now();
    tx.tell();
    let alive =
        (jobs::dead_at.eq(None::<DateTime<Utc>>), jobs::attempts.eq(0), jobs::run_at.eq(now));
    let dead = jobs::table.filter(jobs::dead_at.is_not_null());
    Ok(match id {
        Some(id) => {
            diesel::update(dead.filter(jobs::id.eq(id.uuid())))
                .set(alive)
                .execute(tx.conn())
                .await?
        }
        None => diesel::update(dead).set(alive).execute(tx.conn()).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_news_fit_until_they_are_too_much_together() {
        for (sizes, fit) in [
            (&[][..], 0),
            (&[1, 1, 1], 3),
            (&[PIECES, 1], 1),
            (&[PIECES - 1, 1, 1], 2),
            (&[PIECES + 1, 1], 1),
            (&[1, PIECES], 1),
            (&[0, 0, 5], 3),
        ] {
            assert_eq!(fitting(sizes.iter().copied()), fit, "{sizes:?}");
        }
    }

    #[test]
    fn a_row_is_one_piece_of_news_or_a_list_of_them() {
        let (old, list) = (serde_json::json!({"n": 1}), serde_json::json!([{"n": 1}, {"n": 2}]));
        assert_eq!(pieces(&old), std::slice::from_ref(&old));
        assert_eq!(pieces(&list).len(), 2);
        assert!(pieces(&serde_json::json!([])).is_empty());
    }
}
