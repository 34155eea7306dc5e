//! `cargo bench --bench identity`: what it costs to know who asks.
//!
//! | figure | what it is |
//! |---|---|
//! | `token_check_hit_us` | microseconds to make a caller type of a token that was seen before |
//! | `token_check_miss_us` | the same of one whose signature has to be verified |
//! | `signin_per_s` | right codes exchanged for tokens, a second |
//! | `code_gap_ms` | asking for a code: how much longer a known address takes than an unknown one |
//! | `password_gap_ms` | the same of a wrong password |
//! | `read_per_s` | `GET /v1/me` a second: HTTP, token, database, JSON |
//! | `pgbench_select_per_s` | pgbench's `-S`, prepared: the best of 4, 8, 16, 64 clients |
//! | `read_ratio` | reads for each of pgbench's |
//!
//! The gaps are those of medians over a thousand addresses of either kind, in turn; more than 5 ms
//! either way fails the benchmark.
//!
//! Reads and pgbench take turns on one cluster; each figure is the median of the rounds. Client,
//! server and database share the cores of one machine, so that only the ratio means something.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each cell is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long a cell takes |
//! | `CITYGATE_BENCH_CONNECTIONS` | 64 | connections that read |
//!
//! Other `CITYGATE_*` variables reach the server.

mod alike;
mod checks;
mod reads;
mod sign_ins;

#[expect(dead_code, reason = "the other benchmarks pay, this one does not")]
#[path = "../city/mod.rs"]
mod city;

#[path = "../payments/pgbench.rs"]
mod pgbench;

use std::process::ExitCode;

use alike::{Alike, Known};
use city::{
    Failure, citizens::sign_up, cluster::DurableCluster, conclude, cpu::Cpu, figures::median,
    plan::Plan, server::Server, site::Site,
};
use pgbench::Pgbench;

/// A million rows: more than a city of a hundred thousand accounts.
const SCALE: u32 = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

/// How far the medians for known and unknown addresses may be apart, in milliseconds.
const ALIKE_MS: f64 = 5.0;

/// One figure for each round.
#[derive(Default)]
struct Figures {
    code_gap_ms: f64,
    password_gap_ms: f64,
    hit_us: Vec<f64>,
    miss_us: Vec<f64>,
    sign_ins: Vec<f64>,
    reads: Vec<f64>,
    selects: Vec<f64>,
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::read(1)?;
    println!("{plan:?}");
    let cluster = DurableCluster::start().await?;
    let rival = Pgbench::load(&cluster, SCALE, "select-only").await?;
    let site = Site::found(cluster.create("city").await?, 1).await?;
    let mut figures = Figures::default();

    // Somebody has to send the letters.
    let server = Server::start(&site, site.address, &[]).await?;
    let citizens = sign_up(&site, &server, plan.citizens()).await?;
    let mut known = Vec::new();
    for round in 1..=plan.rounds {
        let (rate, tokens) = sign_ins::measure(&site, &server, round).await?;
        figures.sign_ins.push(rate);
        let named = tokens
            .iter()
            .enumerate()
            .map(|(n, token)| Known { email: sign_ins::email(round, n), token: token.clone() });
        known.extend(named);
        let checks = checks::measure(&site, &tokens).await?;
        figures.miss_us.push(checks.miss_us);
        figures.hit_us.push(checks.hit_us);
        println!(
            "round {round}: {rate:.0} sign-ins a second, a token is checked in {:.1} µs, or {:.2} µs \
             when it was seen before",
            checks.miss_us, checks.hit_us
        );
    }
    let (codes, passwords) = alike::measure(&server, &known).await?;
    figures.code_gap_ms = gap("a code", &codes)?;
    figures.password_gap_ms = gap("a wrong password", &passwords)?;
    drop(server);

    let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
    cluster.checkpoint().await?;
    reads::measure(server.address, &citizens, plan.cell / 2).await?;
    for round in 1..=plan.rounds {
        let used = Cpu::used(server.pid(), cluster.pid())?;
        let read = reads::measure(server.address, &citizens, plan.cell).await?;
        let cpu = Cpu::used(server.pid(), cluster.pid())?.each_since(&used, read.answered);
        println!("round {round}: {:.0} reads a second; each: {cpu}", read.per_second);
        figures.reads.push(read.per_second);
        figures.selects.push(rival.best(plan.cell).await?);
    }
    tell(&figures);
    Ok(())
}

/// How much longer a known address takes.
fn gap(what: &str, found: &Alike) -> Result<f64, Failure> {
    let Alike { known_ms, unknown_ms } = found;
    println!("{what}: {known_ms:.2} ms of a known address, {unknown_ms:.2} ms of an unknown one");
    let gap = known_ms - unknown_ms;
    if gap.abs() > ALIKE_MS {
        return Err(format!("{what}: {gap:.2} ms tell who is known").into());
    }
    Ok(gap)
}

fn tell(figures: &Figures) {
    let (reads, selects) = (median(&figures.reads), median(&figures.selects));
    for (name, value, decimals) in [
        ("token_check_hit_us", median(&figures.hit_us), 2),
        ("token_check_miss_us", median(&figures.miss_us), 1),
        ("signin_per_s", median(&figures.sign_ins), 1),
        ("code_gap_ms", figures.code_gap_ms, 2),
        ("password_gap_ms", figures.password_gap_ms, 2),
        ("read_per_s", reads, 1),
        ("pgbench_select_per_s", selects, 1),
        ("read_ratio", reads / selects, 3),
    ] {
        println!("RESULT {name}={value:.decimals$}");
    }
}
