//! Transactions: whole or not at all, repeated when they collide, bounded in time.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use citygate_kernel::{Clock, Problem};
use citygate_platform::db::{DatabaseSettings, Db, DbError};
use citygate_testkit::TestDb;
use diesel_async::SimpleAsyncConnection;
use futures_util::future::join;
use tokio::sync::Barrier;

async fn with_table(db: &TestDb, settings: &DatabaseSettings) -> Db {
    let pool = Db::new(&db.url, Clock::system(), settings);
    let table = "CREATE TABLE public.t (id int PRIMARY KEY, n int NOT NULL); \
                 INSERT INTO public.t VALUES (1, 0), (2, 0)";
    run(&pool, table).await.unwrap();
    pool
}

async fn run(db: &Db, sql: &str) -> Result<(), DbError> {
    db.tx("test.run", async |tx| Ok(tx.conn().batch_execute(sql).await?)).await
}

/// Fails when the condition does not hold.
async fn assert_sql(db: &Db, condition: &str) {
    let check = format!("DO $$ BEGIN ASSERT ({condition}); END $$");
    run(db, &check).await.unwrap_or_else(|error| panic!("{condition}: {error}"));
}

#[tokio::test]
async fn a_failed_body_leaves_nothing() {
    let db = TestDb::new().await;
    let pool = with_table(&db, &DatabaseSettings::default()).await;
    let failed = run(&pool, "UPDATE t SET n = 7; INSERT INTO t VALUES (1, 1)").await.unwrap_err();
    assert_eq!(failed.unique_violation(), Some("t_pkey"));
    assert_sql(&pool, "(SELECT sum(n) FROM t) = 0").await;
}

#[tokio::test]
async fn a_body_that_overlooks_a_failure_does_not_commit() {
    let db = TestDb::new().await;
    let pool = with_table(&db, &DatabaseSettings::default()).await;
    let overlooked = pool
        .tx("test.overlook", async |tx| {
            tx.conn().batch_execute("UPDATE t SET n = 7").await?;
            let taken = tx.conn().batch_execute("INSERT INTO t VALUES (1, 1)").await;
            assert!(taken.is_err());
            Ok::<_, DbError>(())
        })
        .await;
    let said = overlooked.unwrap_err().to_string();
    assert!(said.contains("current transaction is aborted"), "{said}");
    assert_sql(&pool, "(SELECT sum(n) FROM t) = 0").await;
}

#[tokio::test]
async fn two_that_deadlock_both_succeed() {
    let db = TestDb::new().await;
    let pool = with_table(&db, &DatabaseSettings::default()).await;
    let (meet, attempts) = (Barrier::new(2), AtomicU32::new(0));
    let crossing = async |first: u32, second: u32| {
        let mut met = false;
        pool.tx("test.cross", async |tx| {
            attempts.fetch_add(1, Ordering::SeqCst);
            let update = |id| format!("UPDATE t SET n = n + 1 WHERE id = {id}");
            tx.conn().batch_execute(&update(first)).await?;
            if !met {
                met = true;
                meet.wait().await;
            }
            tx.conn().batch_execute(&update(second)).await?;
            Ok::<_, DbError>(())
        })
        .await
    };
    let (one, other) = join(crossing(1, 2), crossing(2, 1)).await;
    one.unwrap();
    other.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 3, "one of them was repeated");
    assert_sql(&pool, "(SELECT bool_and(n = 2) FROM t)").await;
}

#[tokio::test]
async fn a_transaction_ends_at_its_deadline_and_the_pool_goes_on() {
    let db = TestDb::new().await;
    let settings = DatabaseSettings { deadline_seconds: 1, pool_size: 2, ..Default::default() };
    let pool = with_table(&db, &settings).await;
    let late = run(&pool, "UPDATE t SET n = 1; SELECT pg_sleep(2.5)").await.unwrap_err();
    assert!(matches!(late, DbError::Deadline("test.run")), "{late}");
    assert_eq!(Problem::from(late).kind.code, "service.unavailable");
    for _ in 0..4 {
        assert_sql(&pool, "(SELECT sum(n) FROM t) = 0").await;
    }
}

#[tokio::test]
async fn a_row_that_stays_locked_is_said_to_be_busy() {
    let db = TestDb::new().await;
    let pool = with_table(&db, &DatabaseSettings::default()).await;
    let (locked, done) = (Barrier::new(2), Barrier::new(2));
    let holder = pool.tx("test.hold", async |tx| {
        tx.conn().batch_execute("UPDATE t SET n = 1 WHERE id = 1").await?;
        locked.wait().await;
        done.wait().await;
        Ok::<_, DbError>(())
    });
    let waiter = async {
        locked.wait().await;
        let waited = run(&pool, "UPDATE t SET n = 2 WHERE id = 1").await;
        done.wait().await;
        waited
    };
    let (held, waited) = join(holder, waiter).await;
    held.unwrap();
    let waited = waited.unwrap_err();
    assert!(waited.is_lock_timeout(), "{waited}");
    let problem = Problem::from(waited);
    assert_eq!((problem.kind.code, problem.kind.retryable), ("service.busy", true));
}

#[tokio::test]
async fn a_dropped_transaction_poisons_no_connection() {
    let db = TestDb::new().await;
    let settings = DatabaseSettings { pool_size: 1, ..Default::default() };
    let pool = with_table(&db, &settings).await;
    for _ in 0..20 {
        let began = Barrier::new(2);
        let dropped = pool.tx("test.drop", async |tx| {
            tx.conn().batch_execute("UPDATE t SET n = n + 1").await?;
            began.wait().await;
            std::future::pending::<Result<(), DbError>>().await
        });
        tokio::select! {
            _ = dropped => unreachable!(),
            _ = began.wait() => {}
        }
    }
    assert_sql(&pool, "(SELECT sum(n) FROM t) = 0").await;
    assert_sql(
        &pool,
        "NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
         AND state = 'idle in transaction' AND pid <> pg_backend_pid())",
    )
    .await;
}

#[tokio::test]
async fn an_empty_pool_sheds() {
    let db = TestDb::new().await;
    let settings = DatabaseSettings { pool_size: 1, checkout_seconds: 1, ..Default::default() };
    let pool = with_table(&db, &settings).await;
    let (taken, done) = (Barrier::new(2), Barrier::new(2));
    let holder = pool.tx("test.hold", async |_| {
        taken.wait().await;
        done.wait().await;
        Ok::<_, DbError>(())
    });
    let other = async {
        taken.wait().await;
        let refused = pool.ping().await;
        done.wait().await;
        refused
    };
    let (held, refused) = join(holder, other).await;
    held.unwrap();
    let problem = Problem::from(refused.unwrap_err());
    assert_eq!(problem.kind.code, "service.unavailable");
    assert_eq!(problem.retry_after_seconds, Some(1));
}

#[tokio::test]
async fn a_killed_session_is_replaced() {
    let db = TestDb::new().await;
    let settings = DatabaseSettings { pool_size: 2, ..Default::default() };
    let pool = with_table(&db, &settings).await;
    let other = Db::new(&db.url, Clock::system(), &settings);
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    run(&other, kill).await.unwrap();
    let mut failures = 0;
    while pool.ping().await.is_err() {
        failures += 1;
        assert!(failures < 10, "the pool never recovers");
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(Duration::from_secs(5), run(&pool, "SELECT 1")).await.unwrap().unwrap();
}
