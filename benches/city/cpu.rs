//! Who used the cores, as `/proc` tells it (Linux).

use std::{fmt, fs, process};

use super::Failure;

/// `/proc` counts in hundredths of a second on every Linux there is.
const TICK_MICROS: u64 = 10_000;

/// Processor time since the processes began, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    server: u64,
    database: u64,
    client: u64,
}

impl Cpu {
    /// What server, database and this process have used until now.
    pub fn used(server: u32, database: u32) -> Result<Self, Failure> {
        let supervisor = Stat::read(database)?;
        let backends: u64 = children(database).iter().map(|stat| stat.own).sum();
        Ok(Self {
            server: Stat::read(server)?.own,
            database: supervisor.own + supervisor.ended_children + backends,
            client: Stat::read(process::id())?.own,
        })
    }

    /// What was used between then and now, for each of so many payments.
    pub fn each_since(&self, then: &Self, payments: u64) -> Self {
        let each = |now: u64, then: u64| now.saturating_sub(then) / payments.max(1);
        Self {
            server: each(self.server, then.server),
            database: each(self.database, then.database),
            client: each(self.client, then.client),
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, database, client } = self;
        write!(f, "server {server} µs, database {database} µs, client {client} µs")
    }
}

struct Stat {
    parent: u32,
    own: u64,
    ended_children: u64,
}

impl Stat {
    fn read(pid: u32) -> Result<Self, Failure> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Self::parse(&text).ok_or_else(|| format!("/proc/{pid}/stat cannot be read").into())
    }

    /// Fields 4 and 14 to 17 of proc(5); the name before them may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: (ticks(11)? + ticks(12)?) * TICK_MICROS,
            ended_children: (ticks(13)? + ticks(14)?) * TICK_MICROS,
        })
    }
}

fn children(parent: u32) -> Vec<Stat> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Stat::read(entry.file_name().to_str()?.parse().ok()?).ok())
        .filter(|stat| stat.parent == parent)
        .collect()
}
