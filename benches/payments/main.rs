//! `cargo bench --bench payments`: payments over HTTP, beside what PostgreSQL does on this machine.
//!
//! The machine is noisy and never the same, so no figure stands alone: payments and pgbench take
//! turns on one cluster with full durability, and what counts is the ratio of their medians.
//!
//! | figure | what it is |
//! |---|---|
//! | `spread_per_s` | 64 connections, distinct payers, bills owed to 200 agencies |
//! | `hot_per_s` | the same, all owed to one agency |
//! | `pgbench_s50_per_s` | pgbench's TPC-B, prepared, scale 50: the best of 4, 8, 16, 64 clients |
//! | `pgbench_s1_per_s` | the same at scale 1, where all update one row |
//! | `spread_ratio`, `hot_ratio` | payments for each of pgbench's, spread to s50 and hot to s1 |
//! | `hot_over_spread` | what a single payee costs |
//! | `direct_p50_ratio` | one connection: p50 on a lane over p50 without lanes |
//! | `p99_ms_at_300` | 300 payments a second whatever happens, latency from when each was due |
//! | `bytes_per_payment` | by how much the database grew, for each payment |
//! | `server_rss_mb` | memory of the server after all this |
//!
//! A payment is a whole one: HTTP, token, session, idempotency key, bill, ledger, news, COMMIT.
//! `bytes_per_payment` counts everything in the city's database: transfer, entries, payment,
//! settlement, stored answer, news, all indexes, and what updates of bills and balances left
//! behind; not the bill itself, which was issued before, and not the write-ahead log.
//!
//! After every round the books must be right ([`city::books`], [`verify`]), or the benchmark fails.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each cell is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long a cell takes |
//! | `CITYGATE_BENCH_CELLS` | all | `spread,pgbench_s50,hot,pgbench_s1,direct,open` |
//! | `CITYGATE_BENCH_CONNECTIONS` | 64 | connections that pay |
//! | `CITYGATE_BENCH_PAYERS` | 16 | citizens for each connection |
//!
//! Other `CITYGATE_*` variables reach the server: `CITYGATE_LOG__FILTER=warn` is one to try.
//! `TMPDIR` says on which disk all of it happens.

mod cells;
mod latency;
mod memory;
mod pgbench;
mod rounds;
mod top_ups;
mod verify;

#[path = "../city/mod.rs"]
mod city;

use std::process::ExitCode;

use cells::{Cell, Cells};
use city::{
    Failure, cluster::DurableCluster, conclude, figures::median, plan::Plan, site::Site, town::Town,
};

/// Agencies to whom bills are owed.
const AGENCIES: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::read(16)?;
    let cells = Cells::read()?;
    println!("{plan:?}\n{cells}");
    let cluster = DurableCluster::start().await?;
    let rivals = rounds::Rivals::load(&cluster, &cells).await?;
    let site = Site::found(cluster.create("city").await?, AGENCIES).await?;
    let citizens = top_ups::citizens_with_money(&site, &plan).await?;
    let mut town = Town::open(site, citizens, cluster.pid()).await?;
    cluster.checkpoint().await?;

    let figures = rounds::run(&mut town, &rivals, &cells, &plan).await?;
    let direct = if cells.has(Cell::Direct) {
        latency::lane_over_direct(&mut town, &plan).await?
    } else {
        None
    };
    let p99 =
        if cells.has(Cell::Open) { latency::p99_at_300(&mut town, &plan).await? } else { None };
    let memory = memory::of(town.server.pid())?;
    println!("the server holds {:.1} MB, at most {:.1} MB", memory.now_mb, memory.peak_mb);

    let (spread, hot) = (median(&figures.spread), median(&figures.hot));
    let (s50, s1) = (median(&figures.s50), median(&figures.s1));
    result("spread_per_s", Some(spread), 1);
    result("hot_per_s", Some(hot), 1);
    result("pgbench_s50_per_s", Some(s50), 1);
    result("pgbench_s1_per_s", Some(s1), 1);
    result("spread_ratio", Some(spread / s50), 3);
    result("hot_ratio", Some(hot / s1), 3);
    result("hot_over_spread", Some(hot / spread), 3);
    result("direct_p50_ratio", direct, 3);
    result("p99_ms_at_300", p99, 2);
    result("bytes_per_payment", figures.bytes_per_payment(), 0);
    result("server_rss_mb", Some(memory.now_mb), 1);
    println!("RESULT invariants=ok");
    Ok(())
}

/// What was not measured has no line.
fn result(name: &str, value: Option<f64>, decimals: usize) {
    if let Some(value) = value.filter(|value| value.is_finite()) {
        println!("RESULT {name}={value:.decimals$}");
    }
}
