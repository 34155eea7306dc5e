//! `cargo bench --bench catalogue`: people ask over HTTP what there is in their city, beside the same
//! statement sent by pgbench.
//!
//! | figure | what it is |
//! |---|---|
//! | `searches_per_s` | questions answered 200, a second |
//! | `search_p99_ms` | of a question, while all connections ask |
//! | `pgbench_per_s` | the same statement with the same values: the best of 4, 8, 16, 64 clients |
//! | `search_ratio` | questions for each of pgbench's |
//! | `catalogue_loads_s` | how long the catalogue took to be loaded |
//!
//! The catalogue is the one that `citygate catalogue load --seed 7` makes: 4,000 items, each in most of
//! 124 cities. Sixteen questions, Chinese and English, some of them misspelt and one nonsense, each in
//! a city of its own, go round on every connection, and pgbench draws among the same. Each
//! answer has to say what was meant.
//!
//! Server and pgbench take turns on one database; figures are medians of the rounds. Client, server
//! and database share the cores of one machine, so that only the ratio means something.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each cell is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long a cell takes |
//! | `CITYGATE_BENCH_CONNECTIONS` | 16 | connections that ask |
//!
//! Other `CITYGATE_*` variables reach the server.

mod questions;
mod rival;

#[path = "../city/mod.rs"]
#[expect(dead_code, reason = "shared with the benchmarks that pay")]
mod city;

#[path = "../payments/pgbench.rs"]
#[expect(dead_code, reason = "the scripts of pgbench itself are the payments'")]
mod pgbench;

use std::{process::ExitCode, time::Instant};

use city::{
    Failure,
    cluster::{DurableCluster, connect},
    conclude,
    cpu::Cpu,
    figures::median,
    plan::Plan,
    server::Server,
    site::Site,
};
use citygate_kernel::Locale;
use citygate_listings::generated;
use diesel_async::SimpleAsyncConnection;
use questions::{Asked, closed_loop};
use rival::Rival;

/// The number that the catalogue is made from.
const SEED: u64 = 7;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::of(16, 1)?;
    println!("{plan:?}");
    let cluster = DurableCluster::start().await?;
    let site = Site::found(cluster.create("city").await?, 1).await?;
    let began = Instant::now();
    let cx = site.city.platform.cx(Locale::default(), "bench");
    generated::load(&cx, SEED, |done| println!("  {done}")).await?;
    let loads = began.elapsed().as_secs_f64();
    connect(&site.url).await?.batch_execute("VACUUM (ANALYZE)").await?;
    let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
    let rival = Rival::of(&site.url)?;
    println!("warm-up");
    closed_loop(server.address, plan.connections, plan.cell).await?;
    cluster.checkpoint().await?;

    let (mut rates, mut p99, mut rivals) = (vec![], vec![], vec![]);
    for round in 1..=plan.rounds {
        println!("round {round}");
        // Whoever goes first may find a busier machine.
        for ours in [round.is_multiple_of(2), !round.is_multiple_of(2)] {
            if ours {
                let used = Cpu::used(server.pid(), cluster.pid())?;
                let asked = closed_loop(server.address, plan.connections, plan.cell).await;
                let asked = asked.map_err(|error| -> Failure {
                    format!("{error}; the server said: {}", server.complaints()).into()
                })?;
                let cpu = Cpu::used(server.pid(), cluster.pid())?;
                print(&asked, &cpu.each_since(&used, asked.answered).to_string());
                rates.push(asked.per_second);
                p99.push(asked.latencies.percentile_ms(99));
            } else {
                rivals.push(rival.best(plan.cell).await?);
            }
        }
    }
    let (searches, rival) = (median(&rates), median(&rivals));
    println!("RESULT catalogue_loads_s={loads:.1}");
    println!("RESULT searches_per_s={searches:.1}");
    println!("RESULT pgbench_per_s={rival:.1}");
    println!("RESULT search_ratio={:.3}", searches / rival);
    println!("RESULT search_p99_ms={:.2}", median(&p99));
    println!("RESULT invariants=ok");
    Ok(())
}

fn print(asked: &Asked, cpu: &str) {
    let (p50, p99) = (asked.latencies.percentile_ms(50), asked.latencies.percentile_ms(99));
    let rate = asked.per_second;
    println!("  {:<14} {rate:>8.0}/s   p50 {p50:.1} ms, p99 {p99:.1} ms; each: {cpu}", "searches");
}
