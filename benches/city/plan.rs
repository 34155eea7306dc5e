//! What was asked for: `CITYGATE_BENCH_*` variables over defaults.

use std::{env, str::FromStr, time::Duration};

use super::Failure;

/// The size of a benchmark.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often each cell is measured; medians are taken over these.
    pub rounds: usize,
    /// How long a cell takes.
    pub cell: Duration,
    /// Connections that pay at the same time.
    pub connections: usize,
    /// Citizens who pay over each connection in turn.
    pub payers: usize,
}

impl Plan {
    /// Reads it. `payers` is what each connection has when nobody says otherwise.
    pub fn read(payers: usize) -> Result<Self, Failure> {
        Self::of(64, payers)
    }

    /// Reads it: so many connections, and so many payers for each, when nobody says otherwise.
    pub fn of(connections: usize, payers: usize) -> Result<Self, Failure> {
        let plan = Self {
            rounds: asked("ROUNDS", 3)?,
            cell: Duration::from_secs(asked("SECONDS", 6)?),
            connections: asked("CONNECTIONS", connections)?,
            payers: asked("PAYERS", payers)?,
        };
        if plan.rounds == 0 || plan.cell.is_zero() || plan.connections == 0 || plan.payers == 0 {
            return Err("CITYGATE_BENCH_* must be positive".into());
        }
        Ok(plan)
    }

    /// How many citizens have to sign in.
    pub fn citizens(&self) -> usize {
        self.connections * self.payers
    }
}

fn asked<T: FromStr>(name: &str, default: T) -> Result<T, Failure> {
    let name = format!("CITYGATE_BENCH_{name}");
    match env::var(&name) {
        Err(_) => Ok(default),
        Ok(text) => text.trim().parse().map_err(|_| format!("{name}={text} is no number").into()),
    }
}
