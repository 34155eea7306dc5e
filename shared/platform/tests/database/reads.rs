//! Reads without a transaction, and reads for many callers at once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use citygate_kernel::{Clock, Problem};
use citygate_platform::{
    db::{DatabaseSettings, Db, DbError, Tx},
    gather::Gather,
    sql::sql,
};
use citygate_testkit::TestDb;
use diesel::{
    QueryableByName,
    sql_types::{Array, Integer},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join_all;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    id: i32,
    #[diesel(sql_type = Integer)]
    n: i32,
}

async fn with_rows(db: &TestDb, settings: &DatabaseSettings) -> Db {
    let db = Db::new(&db.url, Clock::system(), settings);
    let table = "CREATE TABLE public.t (id int PRIMARY KEY, n int NOT NULL); \
                 INSERT INTO public.t SELECT id, 10 * id FROM generate_series(1, 500) AS id";
    write(&db, table).await;
    db
}

async fn write(db: &Db, statement: &str) {
    let written = db.tx("test.write", async |tx| {
        tx.conn().batch_execute(statement).await?;
        Ok::<_, DbError>(())
    });
    written.await.unwrap();
}

async fn rows(tx: &mut Tx<'_>, ids: &[i32]) -> Result<HashMap<i32, i32>, DbError> {
    let rows: Vec<Row> = sql("SELECT id, n FROM public.t WHERE id = ANY ($1)")
        .bind::<Array<Integer>, _>(ids)
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.n)).collect())
}

#[tokio::test]
async fn what_reads_cannot_write_and_cannot_lock() {
    let db = TestDb::new().await;
    let db = with_rows(&db, &DatabaseSettings { read_pool_size: 1, ..Default::default() }).await;
    for statement in [
        "UPDATE t SET n = 0",
        "DELETE FROM t",
        "INSERT INTO t VALUES (0, 0)",
        "TRUNCATE t",
        "CREATE TABLE u ()",
        "SELECT * FROM t FOR UPDATE",
        "SELECT nextval('s')",
    ] {
        write(&db, "CREATE SEQUENCE IF NOT EXISTS public.s").await;
        let refused = db
            .read("test.read", async |tx| {
                Ok::<_, DbError>(tx.conn().batch_execute(statement).await?)
            })
            .await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("read-only transaction"), "{statement}: {said}");
    }
    // The connection that refused still reads.
    let found = db.read("test.read", async |tx| rows(tx, &[7]).await).await.unwrap();
    assert_eq!(found, HashMap::from([(7, 70)]));
}

#[tokio::test]
async fn a_read_is_as_many_round_trips_as_statements() {
    let db = TestDb::new().await;
    let db = with_rows(&db, &DatabaseSettings::default()).await;
    let statements = async |tx: &mut Tx<'_>| {
        rows(tx, &[1]).await?;
        Ok::<_, DbError>(tx.statements())
    };
    assert_eq!(db.read("test.read", statements).await.unwrap(), 1);
    assert_eq!(db.tx("test.tx", statements).await.unwrap(), 2, "BEGIN, and one; COMMIT follows");
}

#[tokio::test]
async fn a_read_ends_at_its_deadline_and_others_go_on() {
    let db = TestDb::new().await;
    let settings =
        DatabaseSettings { deadline_seconds: 1, read_pool_size: 1, ..Default::default() };
    let db = with_rows(&db, &settings).await;
    let late = db.read("test.slow", async |tx| {
        tx.conn().batch_execute("SELECT pg_sleep(2.5)").await?;
        Ok::<_, DbError>(())
    });
    let late = late.await.unwrap_err();
    assert!(matches!(late, DbError::Deadline("test.slow")), "{late}");
    assert_eq!(db.read("test.read", async |tx| rows(tx, &[2]).await).await.unwrap()[&2], 20);
}

#[tokio::test]
async fn whoever_asks_at_the_same_time_is_answered_by_few_statements_and_with_the_own_value() {
    let db = TestDb::new().await;
    let db = with_rows(&db, &DatabaseSettings::default()).await;
    let (statements, counted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (seen, keys) = (Arc::clone(&statements), Arc::clone(&counted));
    let read = async move |tx: &mut Tx<'_>, ids: &[i32]| {
        seen.fetch_add(1, Ordering::SeqCst);
        keys.fetch_add(ids.len(), Ordering::SeqCst);
        rows(tx, ids).await
    };
    let gather = Gather::start("test.gather", &db, read).unwrap();
    // Some of them ask for what is not there, and some for the same.
    let asked: Vec<i32> = (0..2_000).map(|n| n % 700).collect();
    let answers = join_all(asked.iter().map(|id| gather.get(*id))).await;
    for (id, answer) in asked.iter().zip(answers) {
        let wanted = (1..=500).contains(id).then_some(10 * id);
        assert_eq!(answer.unwrap(), wanted, "{id}");
    }
    let (statements, counted) =
        (statements.swap(0, Ordering::SeqCst), counted.swap(0, Ordering::SeqCst));
    assert_eq!(counted, 2_000);
    assert!(statements <= 20, "{statements} statements");
}

#[tokio::test]
async fn everybody_sees_what_had_committed_before_they_asked() {
    let db = TestDb::new().await;
    let db = with_rows(&db, &DatabaseSettings::default()).await;
    let gather = Gather::start("test.fresh", &db, rows_of).unwrap();
    let others = gather.clone();
    // Others ask for the same without end, so that there is always a statement under way.
    let busy = tokio::spawn(async move {
        loop {
            join_all((1..50).map(|id| others.get(id))).await;
        }
    });
    for n in 0..200 {
        write(&db, &format!("UPDATE t SET n = {n} WHERE id = 1")).await;
        assert_eq!(gather.get(1).await.unwrap(), Some(n));
    }
    busy.abort();
}

async fn rows_of(tx: &mut Tx<'_>, ids: &[i32]) -> Result<HashMap<i32, i32>, DbError> {
    rows(tx, ids).await
}

#[tokio::test]
async fn a_statement_that_fails_fails_for_all_who_wait_and_the_next_one_is_read() {
    let db = TestDb::new().await;
    let db = with_rows(&db, &DatabaseSettings::default()).await;
    let read = async |tx: &mut Tx<'_>, ids: &[i32]| {
        assert!(!ids.contains(&666), "a body may panic");
        if ids.contains(&-1) {
            tx.conn().batch_execute("SELECT 1 / 0").await?;
        }
        rows(tx, ids).await
    };
    let gather = Gather::start("test.failing", &db, read).unwrap();
    for (bad, code) in [(-1, "service.internal"), (666, "service.internal")] {
        let failed = gather.get(bad).await.unwrap_err();
        assert_eq!(Problem::from(failed).kind.code, code);
        assert_eq!(gather.get(5).await.unwrap(), Some(50));
    }
    assert_eq!(Problem::from(DbError::Crowded("test")).kind.code, "service.busy");
}
