//! The rival: pgbench with a SELECT by key and an INSERT, and nothing around them.

use std::{io::Write, path::PathBuf, time::Duration};

use diesel_async::SimpleAsyncConnection;
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::{
    city::{
        Failure,
        cluster::{DurableCluster, connect},
    },
    pgbench::{CLIENTS, per_second, program},
};

/// Rows as narrow as they can be.
const TABLES: &str = "CREATE TABLE balances (id bigint PRIMARY KEY, balance_minor bigint NOT NULL); \
     CREATE TABLE entries (id bigserial PRIMARY KEY, balance_id bigint NOT NULL, \
       read_at timestamptz NOT NULL);";

/// Each statement is a transaction of its own.
const SCRIPT: &str = "SELECT balance_minor FROM balances WHERE id = :id;\n\
     INSERT INTO entries (balance_id, read_at) VALUES (:id, now());\n";

/// A database with so many rows to be read.
pub struct Rival {
    program: PathBuf,
    url: String,
    script: NamedTempFile,
}

impl Rival {
    /// Fills it.
    pub async fn load(cluster: &DurableCluster, rows: usize) -> Result<Self, Failure> {
        let url = cluster.create("rival").await?;
        let fill = format!(
            "{TABLES} INSERT INTO balances SELECT n, n FROM generate_series(1, {rows}) n; "
        );
        let mut connection = connect(&url).await?;
        connection.batch_execute(&fill).await?;
        connection.batch_execute("VACUUM (ANALYZE)").await?;
        let mut script = NamedTempFile::new()?;
        write!(script, "\\set id random(1, {rows})\n{SCRIPT}")?;
        println!("pgbench has {rows} rows");
        Ok(Self { program: program()?, url, script })
    }

    /// Scripts a second with the number of clients that does best.
    pub async fn best(&self, cell: Duration) -> Result<f64, Failure> {
        let (mut best, mut told) = (0.0, String::new());
        for clients in CLIENTS {
            let rate = self.run(clients, cell).await?;
            best = f64::max(best, rate);
            told += &format!(" {clients}: {rate:.0}");
        }
        println!("  {:<14} {best:>8.0}/s   clients{told}", "pgbench");
        Ok(best)
    }

    async fn run(&self, clients: u32, cell: Duration) -> Result<f64, Failure> {
        let (clients, seconds) = (clients.to_string(), cell.as_secs().to_string());
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds, "-f"]);
        let output = command.arg(self.script.path()).arg(&self.url).kill_on_drop(true).output();
        let output = output.await?;
        let printed = String::from_utf8_lossy(&output.stdout);
        per_second(&printed).filter(|_| output.status.success()).ok_or_else(|| {
            format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()).into()
        })
    }
}
