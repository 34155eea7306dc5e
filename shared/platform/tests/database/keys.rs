//! Sealed values: bound to their place, opened by whoever has the keys, and sealed anew while
//! others read and write.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use chrono::TimeDelta;
use citygate_kernel::Clock;
use citygate_platform::{
    Platform,
    db::DbError,
    keys::{
        DataClass, Keys, SealError, SealedColumn,
        rotation::{self, RotationError},
    },
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{
    QueryableByName, sql_query,
    sql_types::{Binary, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::{join, join_all};
use uuid::Uuid;

const NAME: SealedColumn = SealedColumn::new("notes", "id", "name_sealed", DataClass::Person);
const TEXT: SealedColumn = SealedColumn { column: "text_sealed", ..NAME };
const COLUMNS: &[SealedColumn] = &[NAME, TEXT];

fn row(n: usize) -> Uuid {
    Uuid::from_u128(0x100 + u128::try_from(n).unwrap())
}

/// A table of sealed values.
async fn table(platform: &Platform) {
    run(platform, "CREATE TABLE notes (id uuid PRIMARY KEY, name_sealed bytea, text_sealed bytea)")
        .await;
}

async fn run(platform: &Platform, statement: &str) {
    let done: Result<(), DbError> =
        platform.db.tx("test.run", async |tx| Ok(tx.conn().batch_execute(statement).await?)).await;
    done.unwrap();
}

async fn write(platform: &Platform, n: usize, value: &str) -> Result<(), SealError> {
    let Platform { db, keys, .. } = platform;
    db.tx("test.write", async |tx| {
        let sealed = keys.seal(tx, &NAME, row(n), value.as_bytes()).await?;
        sql_query(
            "INSERT INTO notes (id, name_sealed) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET name_sealed = $2",
        )
        .bind::<SqlUuid, _>(row(n))
        .bind::<Binary, _>(sealed)
        .execute(tx.conn())
        .await?;
        Ok(())
    })
    .await
}

#[derive(QueryableByName)]
struct Note {
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

async fn sealed(platform: &Platform, n: usize, column: &str) -> Vec<u8> {
    let found: Result<Note, DbError> = platform
        .db
        .tx("test.sealed", async |tx| {
            let note = sql_query(format!("SELECT {column} AS sealed FROM notes WHERE id = $1"));
            Ok(note.bind::<SqlUuid, _>(row(n)).get_result(tx.conn()).await?)
        })
        .await;
    found.unwrap().sealed
}

async fn read(platform: &Platform, n: usize, column: &SealedColumn) -> Result<String, SealError> {
    let Platform { db, keys, .. } = platform;
    db.tx("test.read", async |tx| {
        let note =
            sql_query(format!("SELECT {} AS sealed FROM notes WHERE id = $1", column.column));
        let note: Note = note.bind::<SqlUuid, _>(row(n)).get_result(tx.conn()).await?;
        let value = keys.open_sealed(tx, column, row(n), &note.sealed).await?;
        Ok(String::from_utf8(value).unwrap())
    })
    .await
}

async fn ground() -> (TestDb, Clock, Platform) {
    let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
    let platform = db.platform(&clock);
    table(&platform).await;
    (db, clock, platform)
}

#[tokio::test]
async fn a_value_that_was_moved_by_hand_does_not_open() {
    let (_db, _, platform) = ground().await;
    write(&platform, 1, "王芳").await.unwrap();
    write(&platform, 2, "李伟").await.unwrap();
    assert_eq!(read(&platform, 1, &NAME).await.unwrap(), "王芳");
    run(&platform, "UPDATE notes SET text_sealed = name_sealed").await;
    assert!(matches!(read(&platform, 1, &TEXT).await, Err(SealError::Unsealable(_))), "a column");
    let other = format!(
        "UPDATE notes SET name_sealed = (SELECT name_sealed FROM notes WHERE id = '{}') \
         WHERE id = '{}'",
        row(1),
        row(2)
    );
    run(&platform, &other).await;
    assert!(matches!(read(&platform, 2, &NAME).await, Err(SealError::Unsealable(_))), "a row");
    assert_eq!(read(&platform, 1, &NAME).await.unwrap(), "王芳", "where it belongs it opens");
}

/// A value as the first release sealed it: by a key file alone, bound to `schema.table.name`.
fn sealed_by_the_first_release(key: &[u8; 32], n: usize, value: &str) -> Vec<u8> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).unwrap();
    let place = [&b"notes.name\0"[..], row(n).as_bytes()].concat();
    let mut data = value.as_bytes().to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut data).unwrap();
    [&[1], &nonce.as_ref()[..], &data].concat()
}

#[tokio::test]
async fn what_the_first_release_sealed_opens_and_is_sealed_anew() {
    let (_db, _, platform) = ground().await;
    let folder = platform.keys.folder();
    std::fs::write(folder.join("encryption.key"), [7; 32]).unwrap();
    let keys = Keys::open(folder).unwrap();
    let platform = Platform { keys, ..platform.clone() };
    write(&platform, 1, "x").await.unwrap();
    let hex: String = sealed_by_the_first_release(&[7; 32], 1, "王芳")
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    run(&platform, &format!("UPDATE notes SET name_sealed = '\\x{hex}'")).await;
    assert_eq!(read(&platform, 1, &NAME).await.unwrap(), "王芳");
    let first = async || rotation::list(&platform.db, COLUMNS).await.unwrap().remove(0);
    let legacy = first().await;
    assert_eq!((legacy.id, legacy.values), (None, 1));
    rotation::reseal(&platform.keys, &platform.db, &NAME, |_| {}).await.unwrap();
    assert!(first().await.id.is_some(), "the file is needed no more");
    assert_eq!(read(&platform, 1, &NAME).await.unwrap(), "王芳");
}

#[tokio::test]
async fn whoever_meets_a_key_that_is_new_knows_it_at_once() {
    let (db, clock, one) = ground().await;
    let other = db.platform(&clock);
    write(&one, 1, "old").await.unwrap();
    assert_eq!(read(&other, 1, &NAME).await.unwrap(), "old");
    rotation::rotate(&one.keys, &one.db, DataClass::Person).await.unwrap();
    // A process that begins now seals with the new key, and the other has not heard of it.
    write(&db.platform(&clock), 2, "new").await.unwrap();
    assert_ne!(
        sealed(&one, 1, "name_sealed").await[..17],
        sealed(&one, 2, "name_sealed").await[..17]
    );
    assert_eq!(read(&other, 2, &NAME).await.unwrap(), "new");
    assert_eq!(read(&other, 1, &NAME).await.unwrap(), "old");
}

#[tokio::test]
async fn a_key_is_removed_when_nothing_needs_it_and_not_before() {
    let (db, clock, platform) = ground().await;
    for n in 0..5 {
        write(&platform, n, "x").await.unwrap();
    }
    let Platform { db: pool, keys, .. } = &platform;
    let uses = async || -> Vec<(i64, bool)> {
        let keys = rotation::list(pool, COLUMNS).await.unwrap();
        let person = keys.into_iter().filter(|key| key.class == "person");
        person.map(|key| (key.values, key.retired_at.is_some())).collect()
    };
    assert_eq!(uses().await, [(5, false)]);
    clock.advance(TimeDelta::seconds(1));
    let new = rotation::rotate(keys, pool, DataClass::Person).await.unwrap();
    let old = rotation::list(pool, COLUMNS).await.unwrap();
    let old = old.iter().find(|key| key.class == "person" && key.id != Some(new)).unwrap();
    let old = old.id.unwrap();
    assert_eq!(uses().await, [(5, true), (0, false)]);
    let refused = async |id| rotation::remove(pool, COLUMNS, id).await.unwrap_err();
    assert!(matches!(refused(new).await, RotationError::InUse(_)));
    assert!(matches!(refused(old).await, RotationError::InUse(_)), "somebody may not know yet");
    clock.advance(TimeDelta::minutes(2));
    assert!(matches!(refused(old).await, RotationError::StillNeeded(_, 5)));

    let mut pages = Vec::new();
    let resealed = rotation::reseal(keys, pool, &NAME, |done| pages.push(done)).await.unwrap();
    assert_eq!((resealed, pages), (5, vec![5]));
    assert_eq!(uses().await, [(0, true), (5, false)]);
    // Nobody looks for it where other classes are sealed.
    let elsewhere = SealedColumn::new("nowhere", "id", "name_sealed", DataClass::Health);
    rotation::remove(pool, &[NAME, TEXT, elsewhere], old).await.unwrap();
    assert!(matches!(refused(old).await, RotationError::Unknown(_)));
    assert_eq!(read(&db.platform(&clock), 3, &NAME).await.unwrap(), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_under_readers_and_writers_and_nobody_notices() {
    const ROWS: usize = 2_000;
    let (db, clock, first) = ground().await;
    for n in 0..ROWS {
        write(&first, n, &format!("value {n}")).await.unwrap();
    }
    let before: BTreeSet<_> = [sealed(&first, 0, "name_sealed").await[..17].to_vec()].into();
    let processes = [first.clone(), db.platform(&clock), db.platform(&clock)];
    let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let work = async |who: usize| {
        let mut n = who;
        while !AtomicBool::load(&over, Ordering::SeqCst) {
            let platform = &processes[n % processes.len()];
            n = (n + 7) % ROWS;
            assert_eq!(read(platform, n, &NAME).await.unwrap(), format!("value {n}"));
            write(platform, n, &format!("value {n}")).await.unwrap();
            done.fetch_add(1, Ordering::SeqCst);
        }
    };
    let rotate = async {
        let Platform { db, keys, .. } = &processes[2];
        for _ in 0..2 {
            let begun = AtomicUsize::load(&done, Ordering::SeqCst);
            clock.advance(TimeDelta::seconds(3));
            rotation::rotate(keys, db, DataClass::Person).await.unwrap();
            rotation::reseal(keys, db, &NAME, |_| {}).await.unwrap();
            while AtomicUsize::load(&done, Ordering::SeqCst) < begun + 50 {
                tokio::task::yield_now().await;
            }
        }
        rotation::rotate_kek(keys, db).await.unwrap();
        over.store(true, Ordering::SeqCst);
    };
    join(rotate, join_all((0..4).map(work))).await;
    // Whoever did not know yet has sealed with a retired key until now.
    let Platform { db: pool, keys, .. } = &processes[2];
    rotation::reseal(keys, pool, &NAME, |_| {}).await.unwrap();
    let listed = rotation::list(pool, COLUMNS).await.unwrap();
    let person: Vec<_> = listed.iter().filter(|key| key.class == "person").collect();
    assert_eq!(person.iter().map(|key| key.values).collect::<Vec<_>>(), [0, 0, 2_000]);
    assert!(listed.iter().all(|key| key.kek == Some(2)), "all are wrapped by the new file");
    let last = db.platform(&clock);
    for n in 0..ROWS {
        assert_eq!(read(&last, n, &NAME).await.unwrap(), format!("value {n}"));
    }
    assert!(!before.contains(&sealed(&first, 0, "name_sealed").await[..17]));
}
