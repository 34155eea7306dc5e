//! Keys and answers of whole batches: what was answered is answered the same, and of two batches
//! with one key only one is first.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use citygate_kernel::{CityCode, Clock, Locale, Problem, wire::hex};
use citygate_platform::{
    Platform,
    db::{DbError, Tx},
    idempotency::{Answer, Claim, Request, SEALED, answers, keep, once},
    keys::{
        DataClass,
        rotation::{self, RotationError},
    },
    sql::sql,
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join;
use tokio::sync::Barrier;
use uuid::Uuid;

fn request(city: CityCode, subject: u128, key: &str, hash: u8) -> Request {
    let claim = Claim {
        city,
        subject_id: Uuid::from_u128(subject),
        key: key.to_owned(),
        request_hash: vec![hash; 32],
    };
    Request { claim, locale: Locale::En, request_id: "r-1".to_owned() }
}

fn of_hangzhou(key: &str) -> Request {
    request(CityCode::HANGZHOU, 1, key, 7)
}

fn answer(status: u16, body: &str) -> Answer {
    Answer::json(status, &body).unwrap()
}

async fn keep_all(platform: &Platform, given: &[(&Request, Answer)]) -> Result<(), DbError> {
    let given: Vec<_> = given.iter().map(|(request, answer)| (&request.claim, answer)).collect();
    platform.db.tx("test.keep", async |tx| keep(&platform.keys, tx, &given).await).await
}

async fn ask(platform: &Platform, requests: &[&Request]) -> Vec<Option<Answer>> {
    platform
        .db
        .tx("test.answers", async |tx| answers(&platform.keys, tx, requests).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn each_request_finds_its_own_answer_byte_for_byte() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let (one, two, new) = (of_hangzhou("1"), of_hangzhou("2"), of_hangzhou("3"));
    assert_eq!(ask(&platform, &[&one, &two]).await, [None, None]);
    let declined =
        Answer { content_type: "application/problem+json".to_owned(), ..answer(409, "😕") };
    keep_all(&platform, &[(&one, answer(201, "一")), (&two, declined.clone())]).await.unwrap();
    let again = |answer: Answer| Some(Answer { replayed: true, ..answer });
    // In any order, and as often as asked.
    let found = ask(&platform, &[&two, &new, &one, &two]).await;
    let expected = [again(declined.clone()), None, again(answer(201, "一")), again(declined)];
    assert_eq!(found, expected);
    assert!(ask(&platform, &[]).await.is_empty());
}

#[tokio::test]
async fn another_request_under_a_used_key_is_refused_and_another_place_is_not() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    keep_all(&platform, &[(&of_hangzhou("1"), answer(201, "paid"))]).await.unwrap();
    let shanghai = CityCode::try_from(310_000).unwrap();
    let chinese = Request { locale: Locale::ZhCn, ..request(CityCode::HANGZHOU, 1, "1", 8) };
    let asked = [
        &request(CityCode::HANGZHOU, 1, "1", 8),
        &chinese,
        &request(shanghai, 1, "1", 8),
        &request(CityCode::HANGZHOU, 2, "1", 8),
    ];
    let found = ask(&platform, &asked).await;
    for refused in found[..2].iter().flatten() {
        assert_eq!((refused.status, refused.replayed), (422, false));
        assert!(refused.body.contains("request.idempotency_key_reused"), "{}", refused.body);
    }
    assert!(found[0].as_ref().unwrap().body.contains("different request"));
    assert!(found[1].as_ref().unwrap().body.contains("另一个请求"));
    assert_eq!(found[2..], [None, None]);
}

#[tokio::test]
async fn a_key_that_is_kept_twice_undoes_the_whole_batch() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let (used, new) = (of_hangzhou("used"), of_hangzhou("new"));
    keep_all(&platform, &[(&used, answer(201, "first"))]).await.unwrap();
    let given = [(&new, answer(201, "x")), (&used, answer(201, "second"))];
    let twice = keep_all(&platform, &given).await.unwrap_err();
    assert!(matches!(twice, DbError::Overtaken(_)), "{twice}");
    assert_eq!(Problem::from(twice).kind.code, "service.busy");
    let bodies = ask(&platform, &[&used, &new]).await.into_iter().map(|a| a.map(|a| a.body));
    assert_eq!(bodies.collect::<Vec<_>>(), [Some("\"first\"".to_owned()), None]);
    // Also where both are in one batch.
    let same = keep_all(&platform, &[(&new, answer(201, "x")), (&new, answer(201, "y"))]).await;
    assert!(matches!(same, Err(DbError::Overtaken(_))));
    assert_eq!(ask(&platform, &[&new]).await, [None]);
}

#[tokio::test]
async fn of_two_batches_with_one_key_the_second_hears_the_first() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let (meet, attempts) = (Barrier::new(2), AtomicU32::new(0));
    let request = of_hangzhou("both");
    let act = async |said: &str| {
        let mut met = false;
        let acted = platform.db.tx("test.act", async |tx| {
            attempts.fetch_add(1, Ordering::SeqCst);
            let found = answers(&platform.keys, tx, &[&request]).await?.pop().flatten();
            if !met {
                met = true;
                meet.wait().await;
            }
            if let Some(found) = found {
                return Ok(found);
            }
            let said = answer(201, said);
            keep(&platform.keys, tx, &[(&request.claim, &said)]).await?;
            Ok::<_, DbError>(said)
        });
        acted.await.unwrap()
    };
    let (one, other) = join(act("one"), act("other")).await;
    assert_eq!(one.body, other.body);
    assert!(one.replayed != other.replayed);
    assert_eq!(attempts.into_inner(), 3, "one of them was repeated");
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

#[tokio::test]
async fn keys_are_written_in_the_order_of_all_writers() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let shanghai = CityCode::try_from(310_000).unwrap();
    let requests = [
        request(CityCode::HANGZHOU, 2, "e", 0),
        request(CityCode::HANGZHOU, 1, "d", 0),
        request(CityCode::HANGZHOU, 1, "c", 0),
        request(shanghai, 9, "b", 0),
        request(shanghai, 1, "a", 0),
    ];
    let given: Vec<_> = requests.iter().map(|request| (request, answer(200, ""))).collect();
    keep_all(&platform, &given).await.unwrap();
    // Where rows stand in a new table says in which order they came.
    let written = async |tx: &mut Tx<'_>| -> Result<Vec<Key>, DbError> {
        let rows = sql("SELECT key FROM platform.idempotency_keys ORDER BY ctid");
        Ok(rows.load(tx.conn()).await?)
    };
    let written = platform.db.tx("test.written", written).await.unwrap();
    assert_eq!(written.into_iter().map(|row| row.key).collect::<String>(), "abcde");
}

#[tokio::test]
async fn a_batch_and_a_single_request_hear_each_other() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let cx = platform.cx(Locale::En, "r-1");
    let (batched, single) = (of_hangzhou("batched"), of_hangzhou("single"));
    keep_all(&platform, &[(&batched, answer(201, "by batch"))]).await.unwrap();
    let alone = async |request: &Request| {
        let acted = platform.db.tx("test.once", async |tx| {
            once(&cx, tx, &request.claim, 201, async |_| Ok::<_, DbError>("alone")).await
        });
        acted.await.unwrap()
    };
    assert_eq!(alone(&batched).await, Answer { replayed: true, ..answer(201, "by batch") });
    assert_eq!(alone(&single).await, answer(201, "alone"));
    let found = ask(&platform, &[&single]).await;
    assert_eq!(found, [Some(Answer { replayed: true, ..answer(201, "alone") })]);
}

#[test]
fn a_fault_of_ours_is_no_answer_to_keep() {
    let declined = |kind| Answer::declined(Problem::new(kind), Locale::En, "r-1");
    assert!(matches!(declined(&citygate_platform::problems::INTERNAL), Err(DbError::Faulty(_))));
    let refused = declined(&citygate_platform::problems::NOT_FOUND).unwrap();
    assert_eq!((refused.status, refused.content_type.as_str()), (404, "application/problem+json"));
}

#[derive(QueryableByName)]
struct Whole {
    #[diesel(sql_type = Text)]
    row: String,
}

async fn kept_row(platform: &Platform) -> String {
    let read = async |tx: &mut Tx<'_>| -> Result<Whole, DbError> {
        Ok(sql("SELECT k::text AS row FROM platform.idempotency_keys k")
            .get_result(tx.conn())
            .await?)
    };
    platform.db.tx("test.row", read).await.unwrap().row
}

async fn change(platform: &Platform, statement: &str) {
    let change = async |tx: &mut Tx<'_>| -> Result<(), DbError> {
        Ok(tx.conn().batch_execute(statement).await?)
    };
    platform.db.tx("test.change", change).await.unwrap();
}

#[tokio::test]
async fn neither_an_answer_nor_what_was_asked_can_be_read_or_moved() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let cx = platform.cx(Locale::En, "r-1");
    for request in [of_hangzhou("batched"), of_hangzhou("single")] {
        if request.claim.key == "batched" {
            keep_all(&platform, &[(&request, answer(201, "told"))]).await.unwrap();
        } else {
            let alone = platform.db.tx("test.once", async |tx| {
                once(&cx, tx, &request.claim, 201, async |_| Ok::<_, DbError>("told")).await
            });
            alone.await.unwrap();
        }
        let row = kept_row(&platform).await;
        for open in ["told", &hex(b"told"), &hex(&request.claim.request_hash)] {
            assert!(!row.contains(open), "{row}");
        }
        let told = ask(&platform, &[&request]).await.pop().flatten().unwrap();
        assert_eq!((told.body.as_str(), told.replayed), ("\"told\"", true));
        // Under another key it is of another request, and in another row it does not open.
        let moved = of_hangzhou("other");
        keep_all(&platform, &[(&moved, answer(201, "else"))]).await.unwrap();
        let exchange = "UPDATE platform.idempotency_keys k SET body_sealed = o.body_sealed \
                        FROM platform.idempotency_keys o WHERE o.key <> k.key";
        change(&platform, exchange).await;
        let read =
            platform.db.tx("test.answers", async |tx| answers(&platform.keys, tx, &[&moved]).await);
        assert!(matches!(read.await, Err(DbError::Faulty(_))));
        change(&platform, "DELETE FROM platform.idempotency_keys WHERE key = 'other'").await;
        change(&platform, "UPDATE platform.idempotency_keys SET key = 'other'").await;
        let told = ask(&platform, &[&moved]).await.pop().flatten().unwrap();
        assert_eq!((told.status, told.replayed), (422, false));
        change(&platform, "DELETE FROM platform.idempotency_keys").await;
    }
}

#[tokio::test]
async fn an_answer_is_given_again_with_a_key_that_was_retired_and_is_needed_until_it_ends() {
    let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
    let platform = db.platform(&clock);
    let Platform { db: pool, keys, .. } = &platform;
    let request = of_hangzhou("1");
    keep_all(&platform, &[(&request, answer(201, "told"))]).await.unwrap();
    clock.advance(TimeDelta::seconds(1));
    let new = rotation::rotate(keys, pool, DataClass::Answer).await.unwrap();
    let all = rotation::list(pool, SEALED).await.unwrap();
    let old = all.iter().find(|key| key.class == "answer" && key.id != Some(new)).unwrap();
    let old = old.id.unwrap();
    for column in SEALED {
        assert_eq!(rotation::reseal(keys, pool, column, |_| {}).await.unwrap(), 0);
    }
    clock.advance(TimeDelta::days(89));
    let told = ask(&platform, &[&request]).await.pop().flatten().unwrap();
    assert_eq!((told.body.as_str(), told.replayed), ("\"told\"", true));
    let needed = rotation::remove(pool, SEALED, old).await.unwrap_err();
    assert!(matches!(needed, RotationError::NeededUntil(..)), "{needed}");
    clock.advance(TimeDelta::days(2));
    rotation::remove(pool, SEALED, old).await.unwrap();
}

#[tokio::test]
async fn two_who_ask_for_the_same_have_digests_that_differ() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let same = [1, 2].map(|subject| request(CityCode::HANGZHOU, subject, "1", 7));
    let again = request(CityCode::HANGZHOU, 1, "2", 7);
    let given = [&same[0], &same[1], &again].map(|request| (request, answer(201, "told")));
    keep_all(&platform, &given).await.unwrap();
    let count = async |tx: &mut Tx<'_>| -> Result<Whole, DbError> {
        let digests =
            "SELECT count(DISTINCT request_hash)::text AS row FROM platform.idempotency_keys";
        Ok(sql(digests).get_result(tx.conn()).await?)
    };
    assert_eq!(platform.db.tx("test.count", count).await.unwrap().row, "3");
}

#[tokio::test]
async fn an_answer_from_before_they_were_sealed_is_given_again() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let request = of_hangzhou("old");
    let Claim { city, subject_id, key, request_hash } = &request.claim;
    let old = format!(
        "INSERT INTO platform.idempotency_keys \
         (city, subject_id, key, request_hash, status, content_type, body, created_at) \
         VALUES ({city}, '{subject_id}', '{key}', '\\x{}', 201, 'text/plain', 'told', now())",
        hex(request_hash)
    );
    change(&platform, &old).await;
    let told = ask(&platform, &[&request]).await.pop().flatten().unwrap();
    assert_eq!((told.status, told.body.as_str(), told.replayed), (201, "told", true));
    let cx = platform.cx(Locale::En, "r-1");
    let single = platform.db.tx("test.once", async |tx| {
        once(&cx, tx, &request.claim, 201, async |_| Ok::<_, DbError>("never")).await
    });
    assert_eq!(single.await.unwrap().body, "told");
    let another = request_of_another(&request);
    assert_eq!(ask(&platform, &[&another]).await.pop().flatten().unwrap().status, 422);
}

fn request_of_another(request: &Request) -> Request {
    let claim = Claim { request_hash: vec![8; 32], ..request.claim.clone() };
    Request { claim, ..request.clone() }
}
