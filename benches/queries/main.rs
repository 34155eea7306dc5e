//! `cargo bench --bench queries`: people ask how much is on their account of the provident fund, over
//! HTTP, beside what PostgreSQL does on this machine with one SELECT and one INSERT.
//!
//! | figure | what it is |
//! |---|---|
//! | `queries_per_s` | balances answered 200, a second, in the large city |
//! | `small_queries_per_s` | the same in the small one |
//! | `pgbench_per_s` | a SELECT by key of as many rows, and an INSERT: the best of 4, 8, 16, 64 clients |
//! | `query_ratio` | queries in the large city for each of pgbench's |
//! | `query_growth_ratio` | queries in the large city for each in the small one |
//! | `query_p99_ms` | of a query in the large city, while all connections ask |
//! | `server_rss_mb` | memory of the server of the large city after all this |
//!
//! A query is a whole one: HTTP, a token that was never seen before, the proof in it used up, the
//! account read, an entry in the person's ledger of accesses, COMMIT. Proofs are written into the
//! database and their tokens signed before the clock starts: what it takes to get one is no part of
//! it. Each query asks for another account, drawn by lot among all that there are.
//!
//! The two cities and pgbench share a cluster with full durability and take turns. Client, servers and
//! database share the cores of one machine, so that only ratios mean something. After every round each
//! answered query must have one entry, and one proof that is used up, and there must be no others.
//!
//! | variable | default | what it says |
//! |---|---|---|
//! | `CITYGATE_BENCH_ROUNDS` | 3 | how often each cell is measured |
//! | `CITYGATE_BENCH_SECONDS` | 6 | how long a cell takes |
//! | `CITYGATE_BENCH_CONNECTIONS` | 64 | connections that ask |
//! | `CITYGATE_BENCH_PAYERS` | 2 | citizens for each connection |
//! | `CITYGATE_BENCH_LARGE` | 5000000 | accounts of the large city, and rows of pgbench |
//!
//! Other `CITYGATE_*` variables reach the servers.

mod fund;
mod load;
mod proofs;
mod rival;

#[path = "../city/mod.rs"]
#[expect(dead_code, reason = "shared with the benchmarks that pay")]
mod city;

#[path = "../payments/memory.rs"]
mod memory;

#[path = "../payments/pgbench.rs"]
#[expect(dead_code, reason = "the scripts of pgbench itself are the payments'")]
mod pgbench;

use std::{env, process::ExitCode};

use city::{Failure, cluster::DurableCluster, conclude, figures::median, plan::Plan};
use fund::Fund;
use rival::Rival;

/// Accounts of the small city.
const SMALL: usize = 10_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let plan = Plan::read(2)?;
    let accounts = env::var("CITYGATE_BENCH_LARGE").map_or(Ok(5_000_000), |text| text.parse())?;
    println!("{plan:?}, {accounts} accounts");
    let cluster = DurableCluster::start().await?;
    let rival = Rival::load(&cluster, accounts).await?;
    let mut small = Fund::found(&cluster, "small", SMALL, &plan).await?;
    let mut large = Fund::found(&cluster, "large", accounts, &plan).await?;
    println!("warm-up");
    small.warm_up(&plan).await?;
    large.warm_up(&plan).await?;
    cluster.checkpoint().await?;

    let (mut in_small, mut in_large, mut p99, mut rivals) = (vec![], vec![], vec![], vec![]);
    for round in 1..=plan.rounds {
        println!("round {round}");
        // Whoever goes first may find a busier machine.
        let large_first = round.is_multiple_of(2);
        for turn in [large_first, !large_first] {
            let (fund, rates) =
                if turn { (&mut large, &mut in_large) } else { (&mut small, &mut in_small) };
            let asked = fund.measure(plan.cell).await?;
            rates.push(asked.per_second);
            if turn {
                p99.push(asked.latencies.percentile_ms(99));
            }
        }
        rivals.push(rival.best(plan.cell).await?);
        small.check().await?;
        large.check().await?;
    }
    let memory = memory::of(large.pid())?;
    println!("the server holds {:.1} MB, at most {:.1} MB", memory.now_mb, memory.peak_mb);
    let (small, queries, rival) = (median(&in_small), median(&in_large), median(&rivals));
    println!("RESULT queries_per_s={queries:.1}");
    println!("RESULT small_queries_per_s={small:.1}");
    println!("RESULT pgbench_per_s={rival:.1}");
    println!("RESULT query_ratio={:.3}", queries / rival);
    println!("RESULT query_growth_ratio={:.3}", queries / small);
    println!("RESULT query_p99_ms={:.2}", median(&p99));
    println!("RESULT server_rss_mb={:.1}", memory.now_mb);
    println!("RESULT invariants=ok");
    Ok(())
}
