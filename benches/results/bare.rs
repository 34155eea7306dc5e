//! The rival: the rows that pushes have written, written once more and nothing else.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::{
    city::{Failure, cluster::connect},
    laboratory::Done,
};

/// How many reports are written at most; more would not fit the memory of this process.
const MOST: u64 = 3_000;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Bare INSERTs over one connection.
pub struct Bare {
    connection: AsyncPgConnection,
    /// Rows of each table when the round began.
    before: BTreeMap<String, i64>,
    size: i64,
    /// Rows of a report, table by table.
    rows: BTreeMap<String, usize>,
    /// A transaction for each report.
    reports: Vec<String>,
}

impl Bare {
    /// Connects.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let (before, rows) = (BTreeMap::new(), BTreeMap::new());
        let connection = connect(url).await?;
        Ok(Self { connection, before, size: 0, rows, reports: Vec::new() })
    }

    /// What there is before a round.
    pub async fn note(&mut self) -> Result<(), Failure> {
        self.connection.batch_execute("DROP SCHEMA IF EXISTS bare CASCADE").await?;
        self.before = self.counts().await?;
        self.size = self.number("pg_database_size(current_database())").await?;
        Ok(())
    }

    /// By how much the database has grown since, in bytes.
    pub async fn grown(&mut self) -> Result<f64, Failure> {
        let size = self.number("pg_database_size(current_database())").await?;
        Ok((size - self.size) as f64)
    }

    /// Takes the rows of some of the reports of the round: from every table that has at least one
    /// new row for each of them.
    pub async fn take(&mut self, reports: u64) -> Result<(), Failure> {
        let after = self.counts().await?;
        self.rows.clear();
        let taken = usize::try_from(reports.min(MOST))?;
        self.reports = vec!["BEGIN".to_owned(); taken];
        self.connection.batch_execute("CREATE SCHEMA bare").await?;
        for (table, now) in after {
            let before = self.before.get(&table).copied().unwrap_or_default();
            let each = usize::try_from((now - before) / i64::try_from(reports)?)?;
            if each > 0 {
                self.take_from(&table, usize::try_from(before)?, each, taken).await?;
                self.rows.insert(table, each);
            }
        }
        self.reports.iter_mut().for_each(|report| report.push_str(";COMMIT"));
        Ok(())
    }

    async fn take_from(
        &mut self,
        table: &str,
        before: usize,
        each: usize,
        reports: usize,
    ) -> Result<(), Failure> {
        let copy = format!("bare.{}", table.replace('.', "_"));
        let like = format!("CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)");
        self.connection.batch_execute(&like).await?;
        let columns = format!(
            "SELECT string_agg(format('quote_nullable(%I::text)', attname), ','  \
             ORDER BY attnum) AS value FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
        );
        let columns: Row = sql_query(columns).get_result(&mut self.connection).await?;
        let rows = format!(
            "SELECT '(' || concat_ws(',', {}) || ')' AS value FROM {table} \
             ORDER BY ctid OFFSET {before} LIMIT {}",
            columns.value,
            each * reports
        );
        let rows: Vec<Row> = sql_query(rows).load(&mut self.connection).await?;
        for (report, rows) in self.reports.iter_mut().zip(rows.chunks(each)) {
            let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
            report.push_str(&format!(";INSERT INTO {copy} VALUES {}", values.join(",")));
        }
        Ok(())
    }

    /// Writes them for so long.
    pub async fn insert(&mut self, length: Duration) -> Result<Done, Failure> {
        let (began, mut reports) = (Instant::now(), 0);
        for report in &self.reports {
            if began.elapsed() >= length {
                break;
            }
            self.connection.batch_execute(report).await?;
            reports += 1;
        }
        Ok(Done { reports, lasted: began.elapsed() })
    }

    /// What a report is made of.
    pub fn tables(&self) -> String {
        let each: Vec<String> =
            self.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
        each.join(", ")
    }

    async fn counts(&mut self) -> Result<BTreeMap<String, i64>, Failure> {
        let tables = sql_query(
            "SELECT format('%I.%I', schemaname, tablename) AS value FROM pg_tables \
             WHERE schemaname IN ('results', 'exchange', 'identity', 'platform', 'notify')",
        );
        let tables: Vec<Row> = tables.load(&mut self.connection).await?;
        let mut counts = BTreeMap::new();
        for Row { value } in tables {
            let rows = self.number(&format!("(SELECT count(*) FROM {value})")).await?;
            counts.insert(value, rows);
        }
        Ok(counts)
    }

    async fn number(&mut self, expression: &str) -> Result<i64, Failure> {
        let query = format!("SELECT {expression}::bigint AS number");
        let found: Number = sql_query(query).get_result(&mut self.connection).await?;
        Ok(found.number)
    }
}
