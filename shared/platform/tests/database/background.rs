//! Jobs and news: they exist if and only if their cause committed, they come back when they fail,
//! and what fails for good stays where people can see it.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use citygate_kernel::Clock;
use citygate_platform::{
    Cx, Platform, Service,
    db::DbError,
    jobs::{self, DeadLetter, Event, Job, JobError, Listener, Retries, Task},
    worker::Worker,
};
use citygate_testkit::{TestDb, monday_morning};
use futures_util::future::join_all;

const NOTE: Task<String> = Task::new("test.note");
const NEWS: Event<String> = Event::new("test.news");
const TWICE: Retries = Retries::after(&[10, 100]);

/// What jobs have seen.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    fn all(&self) -> Vec<String> {
        let mut all = self.0.lock().unwrap().clone();
        all.sort();
        all
    }
}

fn note(seen: &Seen, run: fn(&str) -> Result<(), JobError>) -> Job {
    let seen = seen.clone();
    NOTE.done_by(TWICE, move |_: Cx, what| {
        seen.add(what.clone());
        std::future::ready(run(&what))
    })
}

fn worker(platform: &Platform, jobs: Vec<Job>, listeners: Vec<Listener>) -> Worker {
    let mut service = Service::new("test", &[], |_| {});
    service.jobs = jobs;
    service.listeners = listeners;
    Worker::new(platform.clone(), &[service])
}

async fn enqueue(platform: &Platform, what: &str) {
    let what = what.to_owned();
    platform.db.tx("test.enqueue", async |tx| NOTE.enqueue(tx, &what).await).await.unwrap();
}

async fn dead(platform: &Platform) -> Vec<DeadLetter> {
    platform.db.tx("test.dead", async |tx| jobs::dead(tx).await).await.unwrap()
}

async fn run_all(worker: &Worker) {
    while worker.run_due().await.unwrap() > 0 {}
}

#[tokio::test]
async fn a_job_exists_if_its_cause_committed() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    let worker = worker(&platform, vec![note(&seen, |_| Ok(()))], vec![]);
    enqueue(&platform, "kept").await;
    let undone: Result<(), DbError> = platform
        .db
        .tx("test.undone", async |tx| {
            NOTE.enqueue(tx, &"undone".to_owned()).await?;
            NEWS.emit(tx, &"undone".to_owned()).await?;
            Err(diesel::result::Error::RollbackTransaction.into())
        })
        .await;
    undone.unwrap_err();
    run_all(&worker).await;
    assert_eq!(seen.all(), ["kept"]);
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_failing_job_backs_off_dies_and_can_be_replayed() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let clock = Clock::manual(monday_morning());
    let platform = db.platform(&clock);
    let worker = worker(&platform, vec![note(&seen, |_| Err(JobError::passing("no")))], vec![]);
    enqueue(&platform, "x").await;
    for (wait, tries) in [(0, 1), (9, 1), (1, 2), (99, 2), (1, 3), (10_000, 3)] {
        clock.advance(TimeDelta::seconds(wait));
        run_all(&worker).await;
        assert_eq!(seen.all().len(), tries);
    }
    let letters = dead(&platform).await;
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].attempts, letters[0].last_error.as_deref()), (3, Some("no")));
    let revived = platform.db.tx("test.replay", async |tx| jobs::replay(tx, None).await).await;
    assert_eq!(revived.unwrap(), 1);
    run_all(&worker).await;
    assert_eq!(seen.all().len(), 4);
    assert!(dead(&platform).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_mended_dies_at_once_and_takes_nobody_along() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    let run: fn(&str) -> Result<(), JobError> = |what| match what {
        "panic" => panic!("a job that panics"),
        "permanent" => Err(JobError::permanent("never")),
        _ => Ok(()),
    };
    let worker = worker(&platform, vec![note(&seen, run)], vec![]);
    for what in ["panic", "permanent", "fine"] {
        enqueue(&platform, what).await;
    }
    run_all(&worker).await;
    assert_eq!(seen.all(), ["fine", "panic", "permanent"]);
    let mut reasons: Vec<_> =
        dead(&platform).await.into_iter().filter_map(|letter| letter.last_error).collect();
    reasons.sort();
    assert_eq!(reasons, ["never", "the job panicked"]);
}

#[tokio::test]
async fn every_listener_hears_and_one_that_fails_does_not_hold_up_the_other() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    let listener = |name: &'static str, fails: bool| {
        let seen = seen.clone();
        NEWS.heard_by(name, Retries::after(&[]), move |_, what: String| {
            seen.add(format!("{name} {what}"));
            std::future::ready(if fails { Err(JobError::passing("deaf")) } else { Ok(()) })
        })
    };
    let listeners = vec![listener("test.a", true), listener("test.b", false)];
    let worker = worker(&platform, vec![], listeners);
    platform.db.tx("test.emit", async |tx| NEWS.emit(tx, &"paid".to_owned()).await).await.unwrap();
    run_all(&worker).await;
    assert_eq!(seen.all(), ["test.a paid", "test.b paid"]);
    assert_eq!(dead(&platform).await.len(), 1);
}

#[tokio::test]
async fn many_workers_do_each_job_once() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    for n in 0..60 {
        enqueue(&platform, &format!("{n:02}")).await;
    }
    let workers: Vec<_> =
        (0..4).map(|_| worker(&platform, vec![note(&seen, |_| Ok(()))], vec![])).collect();
    join_all(workers.iter().map(run_all)).await;
    let expected: Vec<_> = (0..60).map(|n| format!("{n:02}")).collect();
    assert_eq!(seen.all(), expected);
}

#[tokio::test]
async fn a_job_of_a_dead_worker_comes_back() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let clock = Clock::manual(monday_morning());
    let platform = db.platform(&clock);
    enqueue(&platform, "x").await;
    // A worker that is dropped in the middle of a job has claimed it and never says what became
    // of it.
    let stuck = NOTE.done_by(TWICE, |_: Cx, _| std::future::pending());
    let lost = worker(&platform, vec![stuck], vec![]);
    tokio::select! {
        _ = lost.run_due() => unreachable!(),
        () = claimed(&platform) => {}
    }
    let worker = worker(&platform, vec![note(&seen, |_| Ok(()))], vec![]);
    run_all(&worker).await;
    assert!(seen.all().is_empty(), "the lease holds");
    clock.advance(TimeDelta::seconds(61));
    run_all(&worker).await;
    assert_eq!(seen.all(), ["x"]);
}

/// Waits until a job is locked.
async fn claimed(platform: &Platform) {
    use diesel_async::SimpleAsyncConnection;
    let locked = "DO $$ BEGIN ASSERT (SELECT locked_until IS NOT NULL FROM platform.jobs); END $$";
    loop {
        let found: Result<(), DbError> = platform
            .db
            .tx("test.claimed", async |tx| Ok(tx.conn().batch_execute(locked).await?))
            .await;
        if found.is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_payload_that_nobody_can_read_is_a_dead_letter() {
    let (db, seen) = (TestDb::new().await, Seen::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    let worker = worker(&platform, vec![note(&seen, |_| Ok(()))], vec![]);
    const NUMBERS: Task<i32> = Task::new("test.note");
    platform.db.tx("test.enqueue", async |tx| NUMBERS.enqueue(tx, &7).await).await.unwrap();
    run_all(&worker).await;
    assert!(seen.all().is_empty());
    assert_eq!(dead(&platform).await.len(), 1);
}
