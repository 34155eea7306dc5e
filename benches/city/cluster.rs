//! A PostgreSQL of the benchmark's own, gone with its folder when the benchmark is.

use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

use citygate_platform::cluster::Cluster;
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::process::Command;

use super::{Failure, figures::Latencies};

/// What must be on for an acknowledged payment to survive a power cut.
const DURABLE: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// A running cluster that keeps what it acknowledges.
pub struct DurableCluster(Cluster);

impl DurableCluster {
    /// Starts one in a temporary folder and asks it whether it is durable. The folder is removed
    /// even if this process is killed.
    pub async fn start() -> Result<Self, Failure> {
        let cluster = tokio::task::spawn_blocking(|| Cluster::throw_away(None, &[])).await??;
        let started = Self(cluster);
        started.refuse_unless_durable().await?;
        println!("a write of 8 KiB reaches the disk in {:.2} ms", flush_ms()?);
        Ok(started)
    }

    /// Creates a database. Returns where it is.
    pub async fn create(&self, name: &str) -> Result<String, Failure> {
        let mut connection = connect(&self.0.url_of("postgres")).await?;
        connection.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        Ok(self.0.url_of(name))
    }

    /// The process that supervises all others of the server.
    pub fn pid(&self) -> u32 {
        self.0.pid()
    }

    /// Writes everything out now, so that no cell pays for what was loaded before it. Only the
    /// owner of the cluster may ask for it; of two users in the string, the last counts.
    pub async fn checkpoint(&self) -> Result<(), Failure> {
        let mut owner = connect(&format!("{} user=postgres", self.0.url_of("postgres"))).await?;
        Ok(owner.batch_execute("CHECKPOINT").await?)
    }

    async fn refuse_unless_durable(&self) -> Result<(), Failure> {
        #[derive(QueryableByName)]
        struct Setting {
            #[diesel(sql_type = Text)]
            value: String,
        }
        let mut connection = connect(&self.0.url()).await?;
        for name in DURABLE {
            let show = diesel::sql_query("SELECT current_setting($1) AS value");
            let setting: Setting = show.bind::<Text, _>(name).get_result(&mut connection).await?;
            println!("{name} = {}", setting.value);
            if setting.value != "on" {
                return Err(format!("{name} is {}: nothing would be proved", setting.value).into());
            }
        }
        Ok(())
    }
}

/// Waits until the machine has written out what was loaded for a cell, which would otherwise be
/// paid for by the first COMMIT of the cell. Unlike after a checkpoint, pages need not go into the
/// log as a whole again.
pub async fn write_out() -> Result<(), Failure> {
    let written = Command::new("sync").status().await?;
    written.success().then_some(()).ok_or_else(|| "sync has failed".into())
}

/// A connection of the benchmark itself, without the limits that a server puts on its own.
pub async fn connect(url: &str) -> Result<AsyncPgConnection, Failure> {
    Ok(AsyncPgConnection::establish(url).await?)
}

/// How long the disk below the temporary folder takes to keep something: the floor of every
/// commit, and the first thing to know about figures from another machine.
fn flush_ms() -> Result<f64, Failure> {
    let mut file: File = tempfile::tempfile()?;
    let mut taken: Vec<Duration> = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        file.write_all(&[0; 8192])?;
        file.sync_data()?;
        taken.push(began.elapsed());
    }
    Ok(Latencies::new(taken).percentile_ms(50))
}
