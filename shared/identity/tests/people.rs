//! People on a real database: an identity number is one person, however many name it at once.

#![cfg(test)]

use std::collections::BTreeSet;

use citygate_identity::{
    Access, Accessor, Error, Named as NamedPerson, PersonId, Reason, ResidentIdNumber, person,
    persons,
};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{
    Platform,
    db::{DbError, Tx},
    keys::{DataClass, SealedColumn},
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

const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
const ID_NUMBER: SealedColumn =
    SealedColumn::new("identity.people", "id", "id_number_sealed", DataClass::Person);
const NAME: SealedColumn = SealedColumn { column: "name_sealed", ..ID_NUMBER };

/// Names people in a transaction, each in a case of its own.
async fn name(
    platform: &Platform,
    tx: &mut Tx<'_>,
    named: &[Named],
) -> Result<Vec<PersonId>, Error> {
    let cx = platform.cx(Locale::En, "req_test");
    let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), REASON);
    let named: Vec<_> = named
        .iter()
        .map(|(id_number, name)| NamedPerson { id_number, name: *name, case: Some("case") })
        .collect();
    if let [one] = named[..] {
        return Ok(vec![person(&platform.keys, tx, &access, one).await?]);
    }
    persons(&platform.keys, tx, &access, &named).await
}

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
    let noted = platform.db.tx("test.note", async |tx| name(platform, tx, named).await);
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
async fn opened(platform: &Platform, row: &Row) -> (String, Option<String>) {
    let opened = platform.db.tx("test.open", async |tx| {
        let keys = &platform.keys;
        let number = keys.open_sealed(tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
        let name = match &row.name_sealed {
            Some(sealed) => Some(keys.open_sealed(tx, &NAME, row.id, sealed).await?),
            None => None,
        };
        Ok::<_, Error>((number, name))
    });
    let (number, name) = opened.await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(number), name.map(text))
}

/// What [`opened`] says of each row.
async fn all_opened(platform: &Platform, rows: &[Row]) -> Vec<(String, Option<String>)> {
    let mut all = Vec::new();
    for row in rows {
        all.push(opened(platform, row).await);
    }
    all
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
        for one in batch {
            found.1.extend(note(&apart, std::slice::from_ref(one)).await);
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
        opened_rows.push(all_opened(platform, &rows).await.into_iter().collect::<BTreeSet<_>>());
    }
    assert_eq!(opened_rows[0], opened_rows[1]);
    let names: BTreeSet<_> = opened_rows[0].iter().filter_map(|(_, name)| name.clone()).collect();
    assert_eq!(names, ["王芳", "李娜", "刘洋", "杨帆"].map(str::to_owned).into());
}

#[tokio::test]
async fn a_batch_takes_three_statements_and_two_when_everybody_is_known() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let many: Vec<Named> = (0..500).map(unnamed).collect();
    // The first of a process reads its data keys.
    note(&platform, &[unnamed(999)]).await;
    let counted = platform.db.tx("test.count", async |tx| {
        let mut statements = Vec::new();
        for named in [&many[..100], &many[..], &many[..]] {
            let before = tx.statements();
            name(&platform, tx, named).await?;
            statements.push(tx.statements() - before);
        }
        Ok::<_, Error>(statements)
    });
    assert_eq!(counted.await.unwrap(), [3, 3, 2]);
    let rows = rows(&platform).await.into_iter().skip(1);
    let indexes: Vec<_> = rows.map(|row| row.id_number_index).collect();
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
            let ids = name(&platform, tx, &[named(1, "王芳"), named(2, "李娜")]).await?;
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
        let opened = all_opened(&platform, &rows).await.into_iter();
        let mut names: Vec<_> = opened.filter_map(|(_, name)| name).collect();
        names.sort();
        if let Ok(first) = first {
            assert_eq!(second[1..], [first[1], first[0]]);
            assert_eq!(names, ["张伟", "李娜", "王芳"]);
        } else {
            assert_eq!(names, ["张伟", "李", "王"]);
        }
    }
}
