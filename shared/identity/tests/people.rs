//! People on a real database: an identity number is one person, however many name it at once.

#![cfg(test)]

use std::collections::BTreeSet;

use citygate_identity::{Error, PersonId, ResidentIdNumber, person, persons};
use citygate_kernel::Clock;
use citygate_platform::{
    Platform,
    db::{DbError, Tx},
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{
    QueryableByName,
    sql_types::{Binary, Integer, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::future::join;
use tokio::sync::Barrier;
use uuid::Uuid;

type Named = (ResidentIdNumber, Option<&'static str>);

/// The `n`th number of somebody born on one day.
fn number(n: usize) -> ResidentIdNumber {
    "0123456789X"
        .chars()
        .find_map(|check| format!("33010619900307{n:03}{check}").parse().ok())
        .unwrap()
}

fn named(n: usize, name: &'static str) -> Named {
    (number(n), Some(name))
}

fn unnamed(n: usize) -> Named {
    (number(n), None)
}

async fn note(platform: &Platform, named: &[Named]) -> Vec<PersonId> {
    let noted = platform.db.tx("test.note", async |tx| persons(&platform.keys, tx, named).await);
    noted.await.unwrap()
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Binary)]
    id_number_index: Vec<u8>,
    #[diesel(sql_type = Binary)]
    id_number_sealed: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    name_sealed: Option<Vec<u8>>,
}

/// The rows, as they stand one after the other in a new table.
async fn rows(platform: &Platform) -> Vec<Row> {
    let rows: Result<Vec<Row>, DbError> = platform
        .db
        .tx("test.rows", async |tx| {
            let rows = diesel::sql_query("SELECT * FROM identity.people ORDER BY ctid");
            Ok(rows.load(tx.conn()).await?)
        })
        .await;
    rows.unwrap()
}

/// The number and the name behind a row.
fn opened(platform: &Platform, row: &Row) -> (String, Option<String>) {
    let open = |place, sealed: &[u8]| {
        String::from_utf8(platform.keys.open_sealed(place, row.id, sealed).unwrap()).unwrap()
    };
    let number = open("identity.people.id_number", &row.id_number_sealed);
    (number, row.name_sealed.as_ref().map(|sealed| open("identity.people.name", sealed)))
}

#[tokio::test]
async fn many_at_once_are_the_same_people_as_one_after_the_other() {
    let (together, apart) = (TestDb::new().await, TestDb::new().await);
    let clock = Clock::manual(monday_morning());
    let (together, apart) = (together.platform(&clock), apart.platform(&clock));
    let asked = [
        [named(1, "王芳"), unnamed(2), named(3, "李娜")],
        // Known ones, new ones, and both twice.
        [named(2, "张伟"), named(4, "刘洋"), named(1, "王小芳")],
        [unnamed(5), named(5, "陈静"), named(5, "陈晶")],
        [named(6, "杨帆"), unnamed(6), named(4, "刘阳")],
    ];
    let mut found = (Vec::new(), Vec::new());
    for batch in &asked {
        found.0.extend(note(&together, batch).await);
        for (number, name) in batch {
            let one = async |tx: &mut Tx<'_>| person(&apart.keys, tx, number, *name).await;
            found.1.push(apart.db.tx("test.person", one).await.unwrap());
        }
    }
    // Ids are new each time; which of them are the same is not.
    let first = |found: &[PersonId]| -> Vec<_> {
        found.iter().map(|id| found.iter().position(|other| other == id)).collect()
    };
    assert_eq!(first(&found.0), first(&found.1));
    let mut opened_rows = Vec::new();
    for (platform, found) in [(&together, &found.0), (&apart, &found.1)] {
        let rows = rows(platform).await;
        let ids: BTreeSet<_> = rows.iter().map(|row| PersonId::from_uuid(row.id)).collect();
        assert_eq!(ids, found.iter().copied().collect());
        opened_rows.push(rows.iter().map(|row| opened(platform, row)).collect::<BTreeSet<_>>());
    }
    assert_eq!(opened_rows[0], opened_rows[1]);
    let names: BTreeSet<_> = opened_rows[0].iter().filter_map(|(_, name)| name.clone()).collect();
    assert_eq!(names, ["王芳", "李娜", "刘洋", "杨帆"].map(str::to_owned).into());
}

#[tokio::test]
async fn a_batch_takes_two_statements_and_one_when_everybody_is_known() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let many: Vec<Named> = (0..500).map(unnamed).collect();
    let counted = platform.db.tx("test.count", async |tx| {
        let mut statements = Vec::new();
        for named in [&many[..100], &many[..], &many[..]] {
            let before = tx.statements();
            persons(&platform.keys, tx, named).await?;
            statements.push(tx.statements() - before);
        }
        Ok::<_, Error>(statements)
    });
    assert_eq!(counted.await.unwrap(), [2, 2, 1]);
    let indexes: Vec<_> =
        rows(&platform).await.into_iter().map(|row| row.id_number_index).collect();
    assert_eq!(indexes.len(), 500);
    assert!(
        indexes[..100].is_sorted() && indexes[100..].is_sorted(),
        "in the order of all writers"
    );
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Integer)]
    sessions: i32,
}

/// Waits until a session of the database waits for another.
async fn somebody_waits(platform: &Platform) {
    let waiting = "SELECT count(*)::integer AS sessions FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        let found: Result<Waiting, DbError> = platform
            .db
            .tx("test.waiting", async |tx| {
                Ok(diesel::sql_query(waiting).get_result(tx.conn()).await?)
            })
            .await;
        if found.unwrap().sessions > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn whoever_is_noted_by_two_at_once_is_one_person() {
    for commits in [true, false] {
        let db = TestDb::new().await;
        let platform = db.platform(&Clock::manual(monday_morning()));
        let noted = Barrier::new(2);
        let first = platform.db.tx("test.first", async |tx| {
            let ids = persons(&platform.keys, tx, &[named(1, "王芳"), named(2, "李娜")]).await?;
            noted.wait().await;
            somebody_waits(&platform).await;
            if commits { Ok(ids) } else { Err(Error::AccountUnknown) }
        });
        let second = async {
            noted.wait().await;
            note(&platform, &[named(3, "张伟"), named(2, "李"), named(1, "王")]).await
        };
        let (first, second) = join(first, second).await;
        assert_eq!(first.is_ok(), commits);
        let rows = rows(&platform).await;
        assert_eq!(rows.len(), 3);
        let mut names: Vec<_> = rows.iter().filter_map(|row| opened(&platform, row).1).collect();
        names.sort();
        if let Ok(first) = first {
            assert_eq!(second[1..], [first[1], first[0]]);
            assert_eq!(names, ["张伟", "李娜", "王芳"]);
        } else {
            assert_eq!(names, ["张伟", "李", "王"]);
        }
    }
}
