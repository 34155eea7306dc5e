//! `cargo bench --bench growth`: whether payments become slower as a city grows old.
//!
//! The same payments to 200 agencies in two cities that share a cluster and take turns: a small one
//! with 10 thousand wallets, each filled once, and a large one with 1 million wallets and 5 million
//! past transfers. `growth_ratio` is the rate in the large one over the rate in the small one.
//!
//! The wallets that pay are spread evenly among the others, so that their rows and those of their
//! entries lie far apart, as they would. All of it fits this machine's memory; a city that does
//! not is not measured. Past transfers have no bills and payments: those are found by keys that
//! grow in the same way. The invariants are checked once, at the end, and without
//! `citygate ledger verify`.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each city is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | for how long |
//! | `CITYGATE_BENCH_CONNECTIONS` | 64 | connections that pay |
//! | `CITYGATE_BENCH_PAYERS` | 4 | citizens for each connection |
//! | `CITYGATE_BENCH_LARGE` | 1000000 | wallets of the large city |

mod history;

#[path = "../city/mod.rs"]
mod city;

use std::{env, process::ExitCode};

use city::{
    Failure,
    citizens::sign_up,
    cluster::DurableCluster,
    conclude,
    figures::median,
    plan::Plan,
    server::Server,
    site::Site,
    town::{Town, Traffic},
};
use history::History;

/// Agencies to whom bills are owed.
const AGENCIES: usize = 200;

const SMALL: History = History { wallets: 10_000, payments: 0 };

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::read(4)?;
    let wallets = env::var("CITYGATE_BENCH_LARGE").map_or(Ok(1_000_000), |text| text.parse())?;
    // With what filled the wallet, five transfers each.
    let large = History { wallets, payments: 4 };
    println!("{plan:?}");
    let cluster = DurableCluster::start().await?;
    let mut small = found(&cluster, "small", &SMALL, &plan).await?;
    let mut large = found(&cluster, "large", &large, &plan).await?;
    cluster.checkpoint().await?;

    let mut in_small = Traffic::to("small city", small.site.agencies.clone(), &plan);
    let mut in_large = Traffic::to("large city", large.site.agencies.clone(), &plan);
    println!("warm-up");
    in_small.warm_up(&mut small).await?;
    in_large.warm_up(&mut large).await?;
    small.settle().await?;
    large.settle().await?;
    let (mut small_rates, mut large_rates) = (Vec::new(), Vec::new());
    for round in 1..=plan.rounds {
        println!("round {round}");
        // Whoever goes first may find a busier machine.
        if round.is_multiple_of(2) {
            large_rates.push(rate(&mut large, &mut in_large, &plan).await?);
            small_rates.push(rate(&mut small, &mut in_small, &plan).await?);
        } else {
            small_rates.push(rate(&mut small, &mut in_small, &plan).await?);
            large_rates.push(rate(&mut large, &mut in_large, &plan).await?);
        }
    }
    small.check().await?;
    large.check().await?;
    let (small, large) = (median(&small_rates), median(&large_rates));
    println!("RESULT small_per_s={small:.1}");
    println!("RESULT large_per_s={large:.1}");
    println!("RESULT growth_ratio={:.3}", large / small);
    println!("RESULT invariants=ok");
    Ok(())
}

/// A city with a past, and citizens who have signed in. Their wallets are among those that the past
/// has filled.
async fn found(
    cluster: &DurableCluster,
    name: &str,
    history: &History,
    plan: &Plan,
) -> Result<Town, Failure> {
    println!("the {name} city");
    let site = Site::found(cluster.create(name).await?, AGENCIES).await?;
    let server = Server::start(&site, site.address, &[]).await?;
    let citizens = sign_up(&site, &server, plan.citizens()).await?;
    drop(server);
    let owners: Vec<_> = citizens.iter().map(|citizen| citizen.person).collect();
    history.write(&site, &owners).await?;
    let town = Town::open(site, citizens, cluster.pid()).await?;
    town.settle().await?;
    Ok(town)
}

async fn rate(town: &mut Town, traffic: &mut Traffic, plan: &Plan) -> Result<f64, Failure> {
    traffic.prepare(town, plan.cell).await?;
    Ok(traffic.pay(town, plan.cell).await?.per_second)
}
