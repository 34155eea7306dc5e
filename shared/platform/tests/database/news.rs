//! Whole batches of news and jobs, and who is woken by them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use citygate_kernel::Clock;
use citygate_platform::{
    Platform, Service,
    db::{DatabaseSettings, Db, DbError},
    jobs::{Event, Job, JobError, Listener, Retries, Task, emit_all},
    sql::sql,
    worker::Worker,
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_types::BigInt};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tokio::{
    sync::{mpsc, watch},
    task::LocalSet,
};

type Fact = BTreeMap<String, u32>;

const PAID: Event<Fact> = Event::new("test.paid");
const NOTE: Task<u32> = Task::new("test.note");
const NEVER: Retries = Retries::after(&[]);

fn fact(n: u32) -> Fact {
    Fact::from([("n".to_owned(), n)])
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(&'static str, u32)>>>);

impl Heard {
    fn listener(&self, name: &'static str) -> Listener {
        let heard = self.clone();
        PAID.heard_by(name, NEVER, move |_, fact| {
            heard.0.lock().unwrap().push((name, fact["n"]));
            std::future::ready(Ok(()))
        })
    }

    fn note(&self) -> Job {
        let heard = self.clone();
        NOTE.done_by(NEVER, move |_, n| {
            heard.0.lock().unwrap().push(("note", n));
            std::future::ready(Ok(()))
        })
    }

    /// What was heard since the last time, sorted.
    fn take(&self) -> Vec<(&'static str, u32)> {
        let mut heard = std::mem::take(&mut *self.0.lock().unwrap());
        heard.sort();
        heard
    }
}

fn worker(platform: &Platform, jobs: Vec<Job>, listeners: Vec<Listener>) -> Worker {
    let mut service = Service::new("test", &[], |_| {});
    service.jobs = jobs;
    service.listeners = listeners;
    Worker::new(platform.clone(), &[service])
}

async fn run_all(worker: &Worker) {
    while worker.run_due().await.unwrap() > 0 {}
}

async fn run(db: &Db, statement: &str) {
    db.tx("test.run", async |tx| Ok::<_, DbError>(tx.conn().batch_execute(statement).await?))
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn emit(platform: &Platform, numbers: impl IntoIterator<Item = u32>) {
    let news: Vec<Fact> = numbers.into_iter().map(fact).collect();
    platform
        .db
        .tx("test.emit", async |tx| emit_all(tx, vec![PAID.news(&news)?]).await)
        .await
        .unwrap();
}

const OLD: &str = r#"INSERT INTO platform.events (id, name, payload, happened_at)
    VALUES (gen_random_uuid(), 'test.paid', '{"n": 4}', now())"#;

#[tokio::test]
async fn each_listener_hears_each_piece_of_a_batch_once() {
    let (db, heard) = (TestDb::new().await, Heard::default());
    let platform = db.platform(&Clock::manual(monday_morning()));
    let worker = worker(&platform, vec![], vec![heard.listener("a"), heard.listener("b")]);
    emit(&platform, [1, 2, 3]).await;
    emit(&platform, []).await;
    run(&platform.db, "DO $$ BEGIN ASSERT (SELECT count(*) = 1 FROM platform.events); END $$")
        .await;
    // As every program before this one wrote them.
    run(&platform.db, OLD).await;
    platform.db.tx("test.emit", async |tx| PAID.emit(tx, &fact(5)).await).await.unwrap();
    run_all(&worker).await;
    let each = |name| (1..=5).map(move |n| (name, n));
    assert_eq!(heard.take(), each("a").chain(each("b")).collect::<Vec<_>>());
    assert!(worker.is_idle().await.unwrap());
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    jobs: i64,
    #[diesel(sql_type = BigInt)]
    different: i64,
    #[diesel(sql_type = BigInt)]
    events: i64,
}

async fn waiting(platform: &Platform) -> Waiting {
    let statement = "SELECT count(*) AS jobs, count(DISTINCT payload) AS different, \
         (SELECT count(*) FROM platform.events WHERE dispatched_at IS NULL) AS events \
         FROM platform.jobs";
    let found: Result<Waiting, DbError> = platform
        .db
        .tx("test.waiting", async |tx| Ok(sql(statement).get_result(tx.conn()).await?))
        .await;
    found.unwrap()
}

#[tokio::test]
async fn news_beyond_what_fits_is_given_out_later_and_none_is_lost() {
    let (db, heard) = (TestDb::new().await, Heard::default());
    let clock = Clock::manual(monday_morning());
    let platform = db.platform(&clock);
    let worker = worker(&platform, vec![], vec![heard.listener("a")]);
    // One row alone is more than is wanted at once; then come more rows than are read at once.
    emit(&platform, 0..2_500).await;
    for n in 2_500..2_530 {
        clock.advance(TimeDelta::milliseconds(1));
        emit(&platform, [n]).await;
    }
    for (rounds, events) in [(1, 30), (2, 10), (3, 0)] {
        worker.run_due().await.unwrap();
        let (waiting, heard) = (waiting(&platform).await, heard.0.lock().unwrap().clone());
        assert_eq!(waiting.events, events, "after {rounds}");
        assert_eq!(waiting.jobs, waiting.different);
        let given_out = 2_530 - events;
        assert_eq!(waiting.jobs + i64::try_from(heard.len()).unwrap(), given_out);
    }
}

#[tokio::test]
async fn many_jobs_are_each_due_at_their_own_time() {
    let (db, heard) = (TestDb::new().await, Heard::default());
    let clock = Clock::manual(monday_morning());
    let platform = db.platform(&clock);
    let worker = worker(&platform, vec![heard.note()], vec![]);
    let due = [(1, clock.now()), (2, clock.now() + TimeDelta::seconds(10)), (3, clock.now())];
    let enqueued = platform.db.tx("test.enqueue", async |tx| {
        NOTE.enqueue_all(tx, &due).await?;
        NOTE.enqueue_all(tx, &[]).await
    });
    enqueued.await.unwrap();
    run_all(&worker).await;
    assert_eq!(heard.take(), [("note", 1), ("note", 3)]);
    clock.advance(TimeDelta::seconds(9));
    run_all(&worker).await;
    assert_eq!(heard.take(), []);
    clock.advance(TimeDelta::seconds(1));
    run_all(&worker).await;
    assert_eq!(heard.take(), [("note", 2)]);
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_worker_that_waits_is_woken_by_connections_apart() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let apart = platform.db.apart(1);
    let (tell, mut told) = mpsc::unbounded_channel();
    let note = NOTE
        .done_by(NEVER, move |_, n| std::future::ready(tell.send(n).map_err(JobError::permanent)));
    let worker = Arc::new(worker(&platform, vec![note], vec![]));
    let (stop, stopped) = watch::channel(false);
    let rounds = async {
        for n in 0..20 {
            apart.tx("test.enqueue", async |tx| NOTE.enqueue(tx, &n).await).await.unwrap();
            assert_eq!(told.recv().await, Some(n));
            // Time to find that there is nothing more to do.
            while !worker.is_idle().await.unwrap() {}
            for _ in 0..10 {
                apart.ping().await.unwrap();
            }
        }
        stop.send(true).unwrap();
    };
    let both = async { tokio::join!(Arc::clone(&worker).run(stopped), rounds) };
    // Looking by itself, the worker would find each only after half a second.
    let limit = Duration::from_secs(5);
    let woken = LocalSet::new().run_until(tokio::time::timeout(limit, both)).await;
    woken.expect("the worker is woken");
}

#[tokio::test]
async fn connections_apart_are_others_and_keep_the_clock_and_the_deadline() {
    let db = TestDb::new().await;
    let clock = Clock::manual(monday_morning());
    let settings = DatabaseSettings { pool_size: 1, checkout_seconds: 1, ..Default::default() };
    let pool = Db::new(&db.url, clock.clone(), &settings);
    let apart = pool.patient(Duration::from_millis(100)).apart(3);
    assert_eq!((pool.pool_status().1, apart.pool_status().1), (1, 3));
    let both = pool.tx("test.outer", async |outer| {
        let inner = apart.tx("test.inner", async |inner| Ok::<_, DbError>(inner.now())).await?;
        Ok::<_, DbError>((outer.now(), inner))
    });
    // With no other connection the inner one would wait for the outer one.
    assert_eq!(both.await.unwrap(), (clock.now(), clock.now()));
    let slow = async |tx: &mut citygate_platform::db::Tx<'_>| -> Result<(), DbError> {
        Ok(tx.conn().batch_execute("SELECT pg_sleep(1)").await?)
    };
    let late = apart.tx("test.slow", slow).await;
    assert!(matches!(late, Err(DbError::Deadline("test.slow"))), "{late:?}");
    pool.tx("test.slow", slow).await.unwrap();
}

#[tokio::test]
async fn patience_is_a_deadline_of_its_own_on_the_same_connections() {
    let db = TestDb::new().await;
    let settings = DatabaseSettings { pool_size: 1, deadline_seconds: 1, ..Default::default() };
    let pool = Db::new(&db.url, Clock::system(), &settings);
    let sleep = async |db: &Db, seconds: &str| {
        let statement = format!("SELECT pg_sleep({seconds})");
        let slept: Result<(), DbError> =
            db.tx("test.sleep", async |tx| Ok(tx.conn().batch_execute(&statement).await?)).await;
        slept
    };
    let (patient, hasty) =
        (pool.patient(Duration::from_secs(10)), pool.patient(Duration::from_millis(900)));
    sleep(&patient, "1.2").await.unwrap();
    // Less than a second is not none.
    sleep(&hasty, "0").await.unwrap();
    for db in [&pool, &hasty] {
        let late = sleep(db, "1.2").await;
        assert!(matches!(late, Err(DbError::Deadline(_))), "{late:?}");
    }
    sleep(&patient, "0").await.unwrap();
    assert_eq!(pool.pool_status().0, patient.pool_status().0);
}
