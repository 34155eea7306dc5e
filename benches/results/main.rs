//! `cargo bench --bench results`: a hospital's laboratory pushes reports of twenty observations, over
//! HTTP, beside bare INSERTs of the same rows.
//!
//! | figure | what it is |
//! |---|---|
//! | `reports_per_s` | Bundles of a report and its observations that were answered 200, a second |
//! | `bare_per_s` | the same rows, by multi-row INSERTs of one connection, a COMMIT for each report |
//! | `ingest_ratio` | the one over the other |
//! | `bytes_per_report` | what a report takes in the city's database, indexes included |
//!
//! Each round also prints the processor time of either. Where the machine has other things to do,
//! rates say little: INSERTs of one connection are one runner among others, pushes are many.
//!
//! A push is a whole one: HTTP, token, validation against FHIR R4, order and person matched, everything
//! sealed, the message kept for proof, the ledger of accesses, the release decided, COMMIT. The bare
//! rows are those that pushes have just written, whatever tables they are in, written once more into
//! tables of the same columns, checks and indexes: one round trip for each report, no parsing but SQL's.
//!
//! Pushes and INSERTs take turns on one cluster with full durability; each figure is the median of the
//! rounds. Client, server and database share the cores of one machine. After every round there have to
//! be as many reports and observations as were acknowledged, or the benchmark fails.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each cell is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long a cell takes |
//! | `CITYGATE_BENCH_CONNECTIONS` | 16 | connections that push |

mod bare;
mod laboratory;

#[path = "../city/mod.rs"]
#[expect(dead_code, reason = "shared with the benchmarks that pay")]
mod city;

use std::process::ExitCode;

use bare::Bare;
use city::{
    Failure, cluster::DurableCluster, conclude, cpu::Cpu, figures::median, plan::Plan,
    server::Server, site::Site,
};
use laboratory::Laboratory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::of(16, 1)?;
    println!("{plan:?}");
    let cluster = DurableCluster::start().await?;
    let site = Site::found(cluster.create("city").await?, 1).await?;
    let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
    let mut laboratory = Laboratory::open(&site, &server).await?;
    // What is pushed first plans statements and fills caches.
    laboratory.push(plan.connections, plan.cell / 3).await?;
    let mut bare = Bare::open(&site.url).await?;
    cluster.checkpoint().await?;

    let (mut pushed, mut inserted, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=plan.rounds {
        laboratory.prepare(plan.cell).await?;
        bare.note().await?;
        let used = Cpu::used(server.pid(), cluster.pid())?;
        let push = laboratory.push(plan.connections, plan.cell).await?;
        let cpu = Cpu::used(server.pid(), cluster.pid())?.each_since(&used, push.reports);
        bytes.push(bare.grown().await? / push.reports as f64);
        bare.take(push.reports).await?;
        println!("round {round}: {:.0} reports a second; each: {cpu}", push.per_second());
        let used = Cpu::used(server.pid(), cluster.pid())?;
        let insert = bare.insert(plan.cell).await?;
        let cpu = Cpu::used(server.pid(), cluster.pid())?.each_since(&used, insert.reports);
        println!("  bare {:.0} a second; each: {cpu}; {}", insert.per_second(), bare.tables());
        pushed.push(push.per_second());
        inserted.push(insert.per_second());
    }
    let (reports, bare) = (median(&pushed), median(&inserted));
    println!("RESULT reports_per_s={reports:.1}");
    println!("RESULT bare_per_s={bare:.1}");
    println!("RESULT ingest_ratio={:.2}", reports / bare);
    println!("RESULT bytes_per_report={:.0}", median(&bytes));
    Ok(())
}
