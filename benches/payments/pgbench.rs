//! pgbench: what this PostgreSQL does with a few statements and nothing around them.

use std::{path::PathBuf, time::Duration};

use citygate_platform::cluster::Programs;
use tokio::process::Command;

use crate::city::{Failure, cluster::DurableCluster};

/// Which number suits it best depends on the machine; the best one counts.
pub const CLIENTS: [u32; 4] = [4, 8, 16, 64];

/// A database that pgbench has filled.
pub struct Pgbench {
    program: PathBuf,
    url: String,
    scale: u32,
    script: &'static str,
}

impl Pgbench {
    /// Fills a database: 100,000 accounts for each step of the scale. `script` is one of pgbench's
    /// own: `tpcb-like`, `select-only`.
    pub async fn load(
        cluster: &DurableCluster,
        scale: u32,
        script: &'static str,
    ) -> Result<Self, Failure> {
        let url = cluster.create(&format!("pgbench_s{scale}")).await?;
        let pgbench = Self { program: program()?, url, scale, script };
        pgbench.run(&["-i", "-q", "-s", &scale.to_string()]).await?;
        println!("pgbench has loaded scale {scale}");
        Ok(pgbench)
    }

    /// Transactions a second with the number of clients that does best, each for as long as a
    /// cell of ours.
    pub async fn best(&self, cell: Duration) -> Result<f64, Failure> {
        let seconds = cell.as_secs().to_string();
        let mut best = 0.0;
        let mut told = String::new();
        for clients in CLIENTS {
            let c = clients.to_string();
            let printed = self
                .run(&["-M", "prepared", "-b", self.script, "-j", "2", "-c", &c, "-T", &seconds])
                .await?;
            let rate = per_second(&printed).ok_or("pgbench told no rate")?;
            best = f64::max(best, rate);
            told += &format!(" {clients}: {rate:.0}");
        }
        let name = format!("pgbench s={}", self.scale);
        println!("  {name:<14} {best:>8.0}/s   clients{told}");
        Ok(best)
    }

    async fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new(&self.program);
        let output = command.args(arguments).arg(&self.url).kill_on_drop(true).output().await?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
    }
}

/// It lies beside the server's programs, which may be found through links.
pub fn program() -> Result<PathBuf, Failure> {
    let server = Programs::find()?.get("postgres").canonicalize()?;
    let pgbench = server.with_file_name("pgbench");
    if pgbench.is_file() {
        return Ok(pgbench);
    }
    Err(format!("there is no pgbench at {}", pgbench.display()).into())
}

/// `tps = 1234.567890 (without initial connection time)`
pub fn per_second(printed: &str) -> Option<f64> {
    let line = printed.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split(' ').next()?.parse().ok()
}
