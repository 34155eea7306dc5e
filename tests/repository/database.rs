//! What holds for the schema as a whole.

use std::{collections::BTreeMap, fs};

use citygate_platform::migrate::{migrate, revert_all};
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
    // the country's.
    let known = ["identity.accounts", "identity.clients", "identity.sign_in_codes", "rules"];
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
