//! Statements of one's own: prepared once, with a value for each parameter, and sent together
//! where one does not wait for another.

use citygate_kernel::Clock;
use citygate_platform::{
    db::{DatabaseSettings, Db, DbError, Tx},
    sql::sql,
};
use citygate_testkit::TestDb;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Nullable, Text},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::{join, join3};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn one_connection(db: &TestDb) -> Db {
    let settings = DatabaseSettings { pool_size: 1, ..Default::default() };
    Db::new(&db.url, Clock::system(), &settings)
}

/// The sum of numbers, times a factor if there is one, plus the length of a text.
async fn sum(
    tx: &mut Tx<'_>,
    numbers: &[i32],
    factor: Option<i32>,
    text: &str,
) -> Result<i64, DbError> {
    let sum: Number = sql("SELECT coalesce(sum(given), 0) * coalesce($1, 1) + length($2) AS n \
         FROM unnest($3) AS given")
    .bind::<Nullable<Integer>, _>(factor)
    .bind::<Text, _>(text)
    .bind::<Array<Integer>, _>(numbers)
    .get_result(tx.conn())
    .await?;
    Ok(sum.n)
}

#[tokio::test]
async fn a_statement_is_prepared_once_for_a_connection_and_used_again() {
    let db = TestDb::new().await;
    let db = one_connection(&db).await;
    let mut sums = Vec::new();
    for n in 0..4_usize {
        let summed = db.tx("test.sum", async |tx| {
            let text = "x".repeat(n);
            let few = sum(tx, &[1, 2][..n % 3], None, &text).await?;
            Ok::<_, DbError>((few, sum(tx, &vec![1; 1_000 * n], Some(2), &text).await?))
        });
        sums.push(summed.await.unwrap());
    }
    assert_eq!(sums, [(0, 0), (2, 2_001), (5, 4_002), (3, 6_003)]);
    let used = db
        .tx("test.prepared", async |tx| {
            let used: Vec<Number> = sql("SELECT generic_plans + custom_plans AS n \
                 FROM pg_prepared_statements WHERE statement LIKE $1")
            .bind::<Text, _>("%coalesce(sum(given), 0)%")
            .load(tx.conn())
            .await?;
            Ok::<_, DbError>(used)
        })
        .await
        .unwrap();
    assert_eq!(used.iter().map(|used| used.n).collect::<Vec<_>>(), [8]);
}

/// What is said of a text with so many values.
async fn refusal(db: &Db, text: &'static str, values: usize) -> Option<String> {
    let numbers: Result<Vec<Number>, DbError> = db
        .tx("test.values", async |tx| {
            let statement = (0..values).fold(sql(text), |statement, value| {
                statement.bind::<BigInt, _>(i64::try_from(value).unwrap())
            });
            Ok(statement.load(tx.conn()).await?)
        })
        .await;
    numbers.err().map(|error| error.to_string())
}

#[tokio::test]
async fn a_text_and_its_values_fit_or_nothing_is_asked() {
    let db = TestDb::new().await;
    let db = one_connection(&db).await;
    for (text, values) in [
        ("SELECT 1::bigint AS n", 0),
        ("SELECT $1 + $2 AS n", 2),
        ("SELECT $1 + $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 + $10 + $11 AS n", 11),
    ] {
        assert_eq!(refusal(&db, text, values).await, None, "{text}");
    }
    for (text, values) in [
        ("SELECT 1::bigint AS n", 1),
        ("SELECT $1 + $2 AS n", 3),
        ("SELECT $2 - $1 AS n", 2),
        ("SELECT $1 + $1 AS n", 2),
        ("SELECT $10 AS n", 1),
        ("SELECT '$' || $1 AS n", 1),
    ] {
        let said = refusal(&db, text, values).await.unwrap_or_default();
        assert!(said.contains("each once and one for each value"), "{text}: {said}");
    }
    let too_few = refusal(&db, "SELECT $1 + $2 AS n", 1).await;
    assert!(too_few.is_some());
}

async fn journal(db: &Db) {
    let table = "CREATE TABLE public.journal (line text NOT NULL); \
                 INSERT INTO public.journal VALUES ('')";
    db.tx("test.journal", async |tx| Ok::<_, DbError>(tx.conn().batch_execute(table).await?))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_travels_together_is_done_in_order_and_counted() {
    let db = TestDb::new().await;
    let db = one_connection(&db).await;
    journal(&db).await;
    let (line, statements) = db
        .tx("test.pipeline", async |tx| {
            let before = tx.statements();
            let connection = tx.pipeline();
            let add = |word: &'static str| async move {
                let mut connection = connection;
                sql("UPDATE public.journal SET line = line || $1")
                    .bind::<Text, _>(word)
                    .execute(&mut connection)
                    .await
            };
            let (one, two, three) = join3(add("a"), add("b"), add("c")).await;
            assert_eq!(one? + two? + three?, 3);
            let statements = tx.statements() - before;
            let line: Line = sql("SELECT line FROM public.journal").get_result(tx.conn()).await?;
            Ok::<_, DbError>((line.line, statements))
        })
        .await
        .unwrap();
    assert_eq!((line.as_str(), statements), ("abc", 3));
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[tokio::test]
async fn a_failure_that_travels_with_others_undoes_them_even_if_nobody_looks() {
    let db = TestDb::new().await;
    let db = one_connection(&db).await;
    journal(&db).await;
    let overlooked = db
        .tx("test.pipeline", async |tx| {
            let connection = tx.pipeline();
            let set = |line: Option<&'static str>| async move {
                let mut connection = connection;
                sql("UPDATE public.journal SET line = $1")
                    .bind::<Nullable<Text>, _>(line)
                    .execute(&mut connection)
                    .await
            };
            let (fine, broken) = join(set(Some("x")), set(None)).await;
            assert!(fine.is_ok() && broken.is_err());
            Ok::<_, DbError>(())
        })
        .await;
    assert!(overlooked.is_err());
    let line = db
        .tx("test.line", async |tx| {
            let line: Line = sql("SELECT line FROM public.journal").get_result(tx.conn()).await?;
            Ok::<_, DbError>(line.line)
        })
        .await;
    assert_eq!(line.unwrap(), "");
}
