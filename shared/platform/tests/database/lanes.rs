//! A lane on a real database: whatever becomes of its connections, each command is carried out
//! once and everybody hears the truth.

use std::collections::BTreeSet;

use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{
    db::{DatabaseSettings, Db, DbError, Tx},
    idempotency::{Answer, Claim, Request, answers, keep},
    keys::Keys,
    lane::{Command, LaneError, LaneSettings, Lanes, Turn},
    sql::sql,
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::{StreamExt, future::join_all, stream};
use uuid::Uuid;

/// Adds one to the counter.
struct Add {
    request: Request,
    /// What the database is asked besides.
    also: &'static str,
}

impl Command for Add {
    type Outcome = Answer;

    fn claim(&self) -> &Claim {
        &self.request.claim
    }
}

fn add(key: usize) -> Add {
    let claim = Claim {
        city: CityCode::HANGZHOU,
        subject_id: Uuid::nil(),
        key: key.to_string(),
        request_hash: Vec::new(),
    };
    Add { request: Request { claim, locale: Locale::En, request_id: "r".to_owned() }, also: "" }
}

/// Counts the commands that are new, and answers each with its number.
async fn count(keys: &Keys, tx: &mut Tx<'_>, batch: &[Add]) -> Result<Vec<Answer>, DbError> {
    let requests: Vec<&Request> = batch.iter().map(|add| &add.request).collect();
    let found = answers(keys, tx, &requests).await?;
    let fresh: Vec<&Add> =
        batch.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(add, _)| add).collect();
    let more = i64::try_from(fresh.len()).unwrap();
    let counter: Counter = sql("UPDATE public.counter SET n = n + $1 RETURNING n")
        .bind::<BigInt, _>(more)
        .get_result(tx.conn())
        .await?;
    for add in fresh.iter().filter(|add| !add.also.is_empty()) {
        tx.conn().batch_execute(add.also).await?;
    }
    let mut said = Vec::new();
    for (n, _) in (counter.n - more + 1..).zip(&fresh) {
        said.push(Answer::json(201, &n)?);
    }
    let kept: Vec<(&Claim, &Answer)> =
        fresh.iter().map(|add| &add.request.claim).zip(&said).collect();
    keep(keys, tx, &kept).await?;
    let mut said = said.into_iter();
    Ok(found.into_iter().flat_map(|found| found.or_else(|| said.next())).collect())
}

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const SETTINGS: LaneSettings =
    LaneSettings { lanes: 2, queue: 1_000, batch: 50, wait_ms: 60_000, patience_ms: 30_000 };

fn pool(db: &TestDb) -> Db {
    Db::new(&db.url, Clock::manual(monday_morning()), &DatabaseSettings::default())
}

async fn counting(db: &TestDb) -> Lanes<Add> {
    let keys = db.platform(&Clock::manual(monday_morning())).keys;
    let db = pool(db);
    let table = "CREATE TABLE public.counter (n bigint NOT NULL); \
                 INSERT INTO public.counter VALUES (0)";
    run(&db, table).await.unwrap();
    let lanes = Lanes::start("test", SETTINGS, move || {
        let (db, keys) = (db.apart(1), keys.clone());
        async move |batch: &[Add], _: &Turn<'_, Add>| {
            db.tx("test.count", async |tx| count(&keys, tx, batch).await).await
        }
    });
    lanes.unwrap()
}

async fn run(db: &Db, statement: &str) -> Result<(), DbError> {
    db.tx("test.run", async |tx| Ok(tx.conn().batch_execute(statement).await?)).await
}

async fn counted(db: &TestDb) -> (i64, i64) {
    let both = async |tx: &mut Tx<'_>| -> Result<_, DbError> {
        let counter: Counter = sql("SELECT n FROM public.counter").get_result(tx.conn()).await?;
        let keys = sql("SELECT count(*) AS n FROM platform.idempotency_keys WHERE key <> $1")
            .bind::<Text, _>("")
            .get_result::<Counter>(tx.conn())
            .await?;
        Ok((counter.n, keys.n))
    };
    pool(db).tx("test.counted", both).await.unwrap()
}

/// Ends every session of the database but the one that asks.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_killed_are_noticed_by_nobody() {
    let db = TestDb::new().await;
    let lanes = counting(&db).await;
    let killer = pool(&db);
    // Each key from two callers, over lanes that share nothing but the database.
    let calls = stream::iter(0..1_200_usize).map(async |n| {
        let killed = n % 100 == 50 && run(&killer, KILL).await.is_ok();
        let said = lanes.submit(n % 3, add(n / 2)).await;
        let said = said.unwrap_or_else(|error| panic!("{n}: {error:?}"));
        (n / 2, said.body, killed)
    });
    let told: Vec<_> = calls.buffer_unordered(100).collect().await;
    assert!(told.iter().filter(|(.., killed)| *killed).count() > 5);
    assert_eq!(counted(&db).await, (600, 600));
    let said: BTreeSet<_> = told.into_iter().map(|(key, said, _)| (key, said)).collect();
    assert_eq!(said.len(), 600, "both callers of a key hear the same");
    let numbers: BTreeSet<i64> = said.iter().map(|(_, said)| said.parse().unwrap()).collect();
    assert!(numbers.into_iter().eq(1..=600));
}

#[tokio::test]
async fn a_statement_that_fails_is_one_commands_and_no_others() {
    let db = TestDb::new().await;
    let lanes = counting(&db).await;
    let calls = (0..40).map(async |n| {
        let also = if n == 17 { "SELECT 1 / 0" } else { "" };
        lanes.submit("one lane", Add { also, ..add(n) }).await
    });
    let told = join_all(calls).await;
    let failed: Vec<_> = told.iter().map(|told| told.is_err()).collect();
    assert_eq!(failed, (0..40).map(|n| n == 17).collect::<Vec<_>>());
    let Err(LaneError::Db(error)) = &told[17] else { panic!("{:?}", told[17]) };
    assert!(error.to_string().contains("division by zero"), "{error}");
    assert_eq!(counted(&db).await, (39, 39));
}
