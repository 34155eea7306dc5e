//! `cargo bench --bench booking`: ten thousand citizens who want the same fifty places, over HTTP.
//!
//! | figure | what it is |
//! |---|---|
//! | `sold` | places that were given in the last rush; fifty, or the benchmark fails |
//! | `rush_per_s` | claims answered a second, from the first asked to the last answered |
//! | `naive_per_s` | the same with each claim in a transaction of its own: lock, read, write |
//! | `rush_ratio` | the one over the other |
//! | `slowest_ms` | the longest that anybody waited for an answer in a rush |
//! | `storm_per_s` | claims answered a second by 1,000 connections to 1,009 slots, for five seconds |
//! | `storm_shed` | how many of them were told to come back later |
//! | `recovered_ms` | until claims are answered as fast as before the storm |
//! | `killed_sold` | places that were given where the server was killed in the middle of a rush |
//!
//! Everybody claims once, at the same moment, over as many connections as the plan says; each waits
//! for the one before it on its connection. The naive server is the same binary with
//! `CITYGATE_LANE__LANES=0`; it is measured for as long as a cell is, or until all are answered.
//! After every part the places must be right: as many appointments as places are taken, and never
//! more than there are.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often a rush is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long the naive server is given |
//! | `CITYGATE_BENCH_CONNECTIONS` | 500 | connections |
//! | `CITYGATE_BENCH_PAYERS` | 20 | citizens for each connection |

mod killed;
mod places;
mod rush;
mod storm;

#[path = "../city/mod.rs"]
#[expect(dead_code, reason = "shared with the benchmarks that pay")]
mod city;

use std::process::ExitCode;

use city::{
    Failure, citizens::sign_up, cluster::DurableCluster, conclude, figures::median, plan::Plan,
    server::Server, site::Site,
};
use places::Clinic;

/// Places of a session that everybody wants.
const PLACES: u16 = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::of(500, 20)?;
    println!("{plan:?}");
    let cluster = DurableCluster::start().await?;
    let site = Site::found(cluster.create("city").await?, 1).await?;
    let server = Server::start(&site, site.address, &[]).await?;
    let citizens = sign_up(&site, &server, plan.citizens()).await?;
    drop(server);
    let clinic = Clinic::new(&site)?;
    cluster.checkpoint().await?;

    let (mut rush, mut naive, mut slowest) = (Vec::new(), Vec::new(), 0.0_f64);
    for round in 1..=plan.rounds {
        let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
        let slot = clinic.open(&[PLACES]).await?;
        let fast = rush::run(server.address, &citizens, &slot, plan.connections, None).await?;
        clinic.check(PLACES).await?;
        if fast.sold != u64::from(PLACES) || fast.failed > 0 {
            return Err(format!("{fast:?}: {} places were there", PLACES).into());
        }
        drop(server);

        let settings = [("WORK", "false"), ("LANE__LANES", "0")];
        let server = Server::start(&site, site.address, &settings).await?;
        let slot = clinic.open(&[PLACES]).await?;
        let limit = Some(plan.cell);
        let slow = rush::run(server.address, &citizens, &slot, plan.connections, limit).await?;
        clinic.check(PLACES).await?;
        println!("round {round}: {fast}; without lanes {slow}");
        rush.push(fast.per_second());
        naive.push(slow.per_second());
        slowest = slowest.max(fast.slowest.as_secs_f64() * 1e3);
    }
    let storm = storm::run(&site, &clinic, &citizens).await?;
    let killed = killed::run(&site, &clinic, &citizens, plan.connections).await?;

    let (rush, naive) = (median(&rush), median(&naive));
    println!("RESULT sold={PLACES}");
    println!("RESULT rush_per_s={rush:.1}");
    println!("RESULT naive_per_s={naive:.1}");
    println!("RESULT rush_ratio={:.2}", rush / naive);
    println!("RESULT slowest_ms={slowest:.0}");
    println!("RESULT storm_per_s={:.1}", storm.per_second);
    println!("RESULT storm_shed={}", storm.shed);
    println!("RESULT recovered_ms={:.0}", storm.recovered.as_secs_f64() * 1e3);
    println!("RESULT killed_sold={killed}");
    Ok(())
}
