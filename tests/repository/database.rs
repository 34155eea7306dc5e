//! What holds for the schema as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use citygate_platform::{
    keys::SealedRows,
    migrate::{migrate, revert_all},
};
use citygate_testkit::{TestDb, migrations};
use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::{files, root};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

async fn query(url: &str, sql: &str) -> Vec<String> {
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    let rows: Vec<Row> = sql_query(sql).load(&mut connection).await.unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

const OURS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
     AND c.relname <> '__diesel_schema_migrations'";

/// Everything that makes up a schema, as text.
const SHAPE: &str = "SELECT table_schema || '.' || table_name || '.' || column_name || ' ' || \
     data_type || ' ' || is_nullable AS text FROM information_schema.columns \
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') \
     AND table_name <> '__diesel_schema_migrations' \
     UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
     FROM pg_constraint WHERE connamespace::regnamespace::text NOT IN \
     ('pg_catalog', 'information_schema') AND conrelid::regclass::text NOT LIKE '%diesel%' \
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN \
     ('pg_catalog', 'information_schema') AND tablename <> '__diesel_schema_migrations' \
     ORDER BY 1";

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_down_and_up_again() {
    let db = TestDb::new().await;
    let before = query(&db.url, SHAPE).await;
    assert!(before.iter().any(|line| line.starts_with("ledger.transfers.")));
    revert_all(&db.url, migrations()).await.unwrap();
    assert_eq!(query(&db.url, SHAPE).await, Vec::<String>::new(), "down leaves nothing");
    let applied = migrate(&db.url, migrations()).await.unwrap();
    assert_eq!(applied.len(), files("migrations", "sql").len() / 2);
    assert_eq!(query(&db.url, SHAPE).await, before, "up again is the same");
    assert!(migrate(&db.url, migrations()).await.unwrap().is_empty(), "and then there is nothing");
}

#[tokio::test]
async fn every_sealed_column_is_known_to_the_rotation_of_keys() {
    let db = TestDb::new().await;
    let columns = "SELECT table_schema || '.' || table_name || '.' || column_name AS text \
         FROM information_schema.columns WHERE column_name LIKE '%\\_sealed' ORDER BY 1";
    let stored = query(&db.url, columns).await;
    let known = citygate::documents::sealed_columns().unwrap();
    let mut listed: Vec<_> = known.iter().map(ToString::to_string).collect();
    listed.sort();
    assert_eq!(listed, stored);
    for column in known {
        let SealedRows::Id(id) = column.rows else { continue };
        let bound_to = format!(
            "SELECT column_name AS text FROM information_schema.columns WHERE data_type = 'uuid' \
             AND table_schema || '.' || table_name = '{}' AND column_name = '{}'",
            column.table, id
        );
        assert_eq!(query(&db.url, &bound_to).await.len(), 1, "{column} is bound to a uuid");
    }
}

/// What a column holds: P0 may be known to everybody, P1 is the city's own, P2 is personal, P3 is
/// sensitive (Personal Information Protection Law, article 28). Personal values are sealed, or a
/// keyed digest takes their place.
#[tokio::test]
async fn every_column_about_people_has_a_class_and_what_is_personal_is_sealed() {
    let db = TestDb::new().await;
    let columns = "SELECT table_schema || '.' || table_name || '.' || column_name AS text \
         FROM information_schema.columns \
         WHERE table_schema IN \
         ('applications', 'cases', 'certificates', 'exchange', 'identity', 'inquiry', 'listed', \
          'listings', 'marriage', 'notify', 'provident_fund', 'results', 'social_security', \
          'usage') ORDER BY 1";
    let stored: BTreeSet<_> = query(&db.url, columns).await.into_iter().collect();
    let file = fs::read_to_string(root().join("docs/data-classes.csv")).unwrap();
    let mut rows = file.lines().map(|line| line.split_once(',').unwrap());
    assert_eq!(rows.next(), Some(("column", "class")));
    let listed: BTreeMap<_, _> = rows.map(|(name, class)| (name.to_owned(), class)).collect();
    let names: BTreeSet<_> = listed.keys().cloned().collect();
    assert_eq!(names, stored, "docs/data-classes.csv does not list the columns that there are");
    for (column, class) in listed {
        assert!(["P0", "P1", "P2", "P3"].contains(&class), "{column} is {class}");
        let hidden = ["_sealed", "_index", "_digest"].iter().any(|end| column.ends_with(end));
        assert!(hidden || !["P2", "P3"].contains(&class), "{column} is {class} and lies open");
    }
}

#[test]
fn every_migration_has_its_own_version_and_keeps_to_its_owner() {
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    for path in files("migrations", "sql") {
        let folder = path.parent().unwrap();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let owner = folder.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let version: String = name.chars().take_while(|c| *c != '_').collect();
        if let Some(other) = versions.insert(version, name.clone()) {
            assert_eq!(other, name, "two migrations of one version: one would be skipped");
        }
        // Reference data lives in `public`; everything else below its owner's name.
        let schema = if owner == "catalogue" { "public" } else { &owner };
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.starts_with("CREATE TABLE ")) {
            assert!(line.contains(&format!(" {schema}.")), "{name}: {line}");
        }
    }
}

#[tokio::test]
async fn every_table_has_a_primary_key_and_none_has_a_trigger_of_its_own() {
    let db = TestDb::new().await;
    let without = format!(
        "SELECT c.oid::regclass::text AS text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {OURS} \
         AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p')"
    );
    assert_eq!(query(&db.url, &without).await, Vec::<String>::new());
    let triggers = "SELECT tgname::text AS text FROM pg_trigger WHERE NOT tgisinternal";
    assert_eq!(query(&db.url, triggers).await, Vec::<String>::new());
}

#[tokio::test]
async fn no_foreign_key_crosses_schemas_except_to_reference_data() {
    let db = TestDb::new().await;
    let crossing = "SELECT conrelid::regclass || ' -> ' || confrelid::regclass AS text \
         FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid \
         JOIN pg_class b ON b.oid = k.confrelid WHERE k.contype = 'f' \
         AND a.relnamespace <> b.relnamespace AND b.relnamespace::regnamespace::text <> 'public'";
    assert_eq!(query(&db.url, crossing).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_citys_business_is_keyed_by_city_first() {
    let db = TestDb::new().await;
    let misplaced = format!(
        "SELECT c.oid::regclass::text AS text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'city' AND a.attnum > 0 \
         JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p' \
         WHERE c.relkind = 'r' AND {OURS} AND p.conkey[1] <> a.attnum ORDER BY 1"
    );
    // Accounts, codes and clients are found before their city is known; a rule without a city is
    // the country's. A person belongs to no city, and reads the entries of all of them.
    let known = [
        "identity.access_entries",
        "identity.accounts",
        "identity.clients",
        "identity.one_time_codes",
        "identity.sign_in_codes",
        "rules",
    ];
    assert_eq!(query(&db.url, &misplaced).await, known);
}

#[tokio::test]
async fn the_schemas_in_the_code_are_those_of_the_database() {
    let db = TestDb::new().await;
    let columns = query(
        &db.url,
        "SELECT table_schema || '.' || table_name || '.' || column_name AS text \
         FROM information_schema.columns WHERE table_schema NOT IN \
         ('pg_catalog', 'information_schema') AND table_name <> '__diesel_schema_migrations' \
         ORDER BY 1",
    )
    .await;
    let mut coded = Vec::new();
    for path in files("shared", "rs").into_iter().chain(files("services", "rs")) {
        if path.ends_with("src/schema.rs") {
            coded.extend(columns_of(&fs::read_to_string(&path).unwrap()));
        }
    }
    coded.sort();
    assert_eq!(coded, columns, "run `make schema` ({})", root().display());
}

/// `schema.table.column` of every `table!` in a schema file.
fn columns_of(text: &str) -> Vec<String> {
    let mut table = String::new();
    let mut columns = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some((head, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = if head.contains('.') { head.to_owned() } else { format!("public.{head}") };
        } else if let Some((column, _)) = line.split_once(" -> ") {
            columns.push(format!("{table}.{column}"));
        }
    }
    columns
}
