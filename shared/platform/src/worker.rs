//! Runs jobs.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use citygate_kernel::{Id, Locale};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Platform, Service,
    db::DbError,
    jobs::{self, Claimed, JOB_LIMIT, Job, JobError, JobKind, Listener},
    retention::{self, Expiring, SWEEP_EVERY},
};

/// How many jobs one worker runs at a time.
const CONCURRENCY: usize = 8;
/// How long a worker waits for news before it looks by itself: other processes enqueue too.
const POLL: Duration = Duration::from_millis(500);
/// How long a worker that is told to stop waits for the jobs it has begun.
const FAREWELL: Duration = Duration::from_secs(10);

/// Knows every job and listener of the city.
pub struct Worker {
    platform: Platform,
    jobs: BTreeMap<&'static str, Job>,
    listeners: Vec<Listener>,
    expiring: Vec<Expiring>,
}

impl Worker {
    /// A worker for all jobs of these services. It must know all services of the city: news is
    /// given to the listeners that are known here, and then it is old.
    pub fn new(platform: Platform, services: &[Service]) -> Self {
        let listeners: Vec<Listener> =
            services.iter().flat_map(|service| service.listeners.clone()).collect();
        let jobs = services
            .iter()
            .flat_map(|service| service.jobs.clone())
            .chain(listeners.iter().map(|listener| listener.job.clone()))
            .map(|job| (job.name, job))
            .collect();
        let expiring =
            services.iter().flat_map(|service| service.expiring).chain(retention::OWN).copied();
        Self { platform, jobs, listeners, expiring: expiring.collect() }
    }

    /// Works until told to stop, then finishes what it has begun. Jobs are tasks of their own on
    /// this thread: one that takes long keeps its own place and no other. Needs a `LocalSet`.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let worker = Arc::clone(&self);
        // Between two statements it may end at any time.
        let sweeping = tokio::task::spawn_local(async move { worker.sweep_for_ever().await });
        let mut running = JoinSet::new();
        while !*stop.borrow() {
            let free = CONCURRENCY.saturating_sub(running.len());
            let (news, claimed) = match self.take(free).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "the worker cannot reach its jobs");
                    (0, Vec::new())
                }
            };
            let idle = news == 0 && claimed.is_empty();
            for job in claimed {
                let worker = Arc::clone(&self);
                running.spawn_local(async move { worker.finish(job).await });
            }
            if !idle && running.len() < CONCURRENCY {
                continue;
            }
            tokio::select! {
                Some(_) = running.join_next() => {}
                () = self.platform.db.news() => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => {}
            }
        }
        sweeping.abort();
        // What does not finish now has a lease, and another worker.
        let rest = async { while running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    }

    async fn sweep_for_ever(&self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "what is over could not be deleted");
            }
            tokio::time::sleep(SWEEP_EVERY).await;
        }
    }

    /// Deletes what is over. Returns how many rows that were.
    pub async fn sweep(&self) -> Result<usize, DbError> {
        retention::sweep(&self.platform.db, &self.expiring).await
    }

    /// Runs what is due now. Returns how many events and jobs there were.
    pub async fn run_due(&self) -> Result<usize, DbError> {
        let (news, claimed) = self.take(CONCURRENCY).await?;
        let done = news + claimed.len();
        stream::iter(claimed)
            .for_each_concurrent(None, |job| async move { self.finish(job).await })
            .await;
        Ok(done)
    }

    /// Spreads news and claims up to `free` jobs.
    async fn take(&self, free: usize) -> Result<(usize, Vec<Claimed>), DbError> {
        let db = &self.platform.db;
        let news =
            db.tx("jobs.fan_out", async |tx| jobs::fan_out(tx, &self.listeners).await).await?;
        if free == 0 {
            return Ok((news, Vec::new()));
        }
        let kinds: Vec<_> = self.jobs.keys().copied().collect();
        let limit = i64::try_from(free).unwrap_or_default();
        let claimed = db.tx("jobs.claim", async |tx| jobs::claim(tx, &kinds, limit).await).await?;
        Ok((news, claimed))
    }

    /// Whether nothing is left to do now and nothing has failed; what is due later may wait. For
    /// tests that must leave nothing behind.
    pub async fn is_idle(&self) -> Result<bool, DbError> {
        let db = &self.platform.db;
        Ok(db.tx("jobs.unfinished", async |tx| jobs::unfinished(tx).await).await? == 0)
    }

    async fn finish(&self, claimed: Claimed) {
        let Some(job) = self.jobs.get(claimed.kind.as_str()) else { return };
        let id = Id::<JobKind>::from_uuid(claimed.id);
        let cx = self.platform.cx(Locale::ZhCn, id.to_string());
        let result = if job.retries.exceeded(claimed.attempts) {
            // It never came to an end, not even a bad one: whoever ran it died of it.
            Err(JobError::permanent("the worker died while it ran this job, several times"))
        } else {
            attempt(async { (job.run)(cx, claimed.payload.clone()).await }).await
        };
        let outcome = if result.is_ok() { "done" } else { "failed" };
        metrics::counter!("citygate_jobs_total", "kind" => job.name, "outcome" => outcome)
            .increment(1);
        if let Err(error) = self.record(&claimed, job, result).await {
            // The lease runs out and the job comes back.
            tracing::warn!(job = %id, kind = job.name, %error, "the end of a job was not recorded");
        }
    }

    async fn record(
        &self,
        claimed: &Claimed,
        job: &Job,
        result: Result<(), JobError>,
    ) -> Result<(), DbError> {
        let db = &self.platform.db;
        let Err(error) = result else {
            return db.tx("jobs.done", async |tx| jobs::delete(tx, claimed.id).await).await;
        };
        let id = Id::<JobKind>::from_uuid(claimed.id);
        tracing::warn!(job = %id, kind = job.name, attempt = claimed.attempts, ?error, "a job failed");
        let dead = db
            .tx("jobs.failed", async |tx| jobs::fail(tx, claimed, job.retries, &error).await)
            .await?;
        if dead {
            metrics::counter!("citygate_jobs_dead_total", "kind" => job.name).increment(1);
        }
        Ok(())
    }
}

/// Runs a job within its limit; a panic in it is its own.
async fn attempt(work: impl Future<Output = Result<(), JobError>>) -> Result<(), JobError> {
    let limited = tokio::time::timeout(JOB_LIMIT, AssertUnwindSafe(work).catch_unwind());
    match limited.await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(JobError::permanent("the job panicked")),
        Err(_) => Err(JobError::passing("the job took too long")),
    }
}
