//! The rival: pgbench with the very statement of a search, on the same database.

use std::{io::Write, path::PathBuf, time::Duration};

use citygate_listings::{SEARCH, search_parameters};
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::{
    city::Failure,
    pgbench::{CLIENTS, per_second, program},
    questions::QUESTIONS,
};

/// As the server's connections are set.
const SESSION: &str =
    "-c plan_cache_mode=force_generic_plan -c default_transaction_read_only=on -c timezone=UTC";

/// A script for each question, and the values of its parameters.
pub struct Rival {
    program: PathBuf,
    url: String,
    scripts: Vec<NamedTempFile>,
    values: Vec<String>,
}

impl Rival {
    /// Writes the scripts: the first page of each question.
    pub fn of(url: &str) -> Result<Self, Failure> {
        let mut rival = Self {
            program: program()?,
            url: url.to_owned(),
            scripts: Vec::new(),
            values: Vec::new(),
        };
        for (n, (question, city, _)) in QUESTIONS.into_iter().enumerate() {
            let (grams, text) = search_parameters(question);
            let quoted: Vec<String> = grams.iter().map(|gram| format!("\"{gram}\"")).collect();
            rival.values.push(format!("grams{n}={{{}}}", quoted.join(",")));
            rival.values.push(format!("text{n}={text}"));
            rival.values.push(format!("city{n}={city}"));
            let statement = SEARCH
                .replace("$1", &format!(":grams{n}"))
                .replace("$2", &format!(":text{n}"))
                .replace("$3", &format!(":city{n}"))
                .replace("$4", "''")
                .replace("$5", "''")
                .replace("$6", &i32::MAX.to_string())
                .replace("$7", "0")
                .replace("$8", "21");
            let mut script = NamedTempFile::new()?;
            writeln!(script, "{statement};")?;
            rival.scripts.push(script);
        }
        Ok(rival)
    }

    /// Questions a second with the number of clients that does best.
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
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds]);
        for value in &self.values {
            command.args(["-D", value]);
        }
        for script in &self.scripts {
            command.arg("-f").arg(script.path());
        }
        let output = command.env("PGOPTIONS", SESSION).arg(&self.url).kill_on_drop(true).output();
        let output = output.await?;
        let printed = String::from_utf8_lossy(&output.stdout);
        per_second(&printed).filter(|_| output.status.success()).ok_or_else(|| {
            format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()).into()
        })
    }
}
