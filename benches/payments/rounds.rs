//! Payments and pgbench in turn.

use diesel::{QueryableByName, sql_types::BigInt};
use diesel_async::RunQueryDsl;

use crate::{
    cells::{Cell, Cells},
    city::{
        Failure,
        cluster::{DurableCluster, connect},
        plan::Plan,
        town::{Town, Traffic},
    },
    pgbench::Pgbench,
    verify::verify,
};

/// Five statements, three of them updates.
const TPC_B: &str = "tpcb-like";

/// What payments are compared with.
pub struct Rivals {
    s50: Option<Pgbench>,
    s1: Option<Pgbench>,
}

impl Rivals {
    /// Loads those that are wanted.
    pub async fn load(cluster: &DurableCluster, cells: &Cells) -> Result<Self, Failure> {
        let mut rivals = Self { s50: None, s1: None };
        if cells.has(Cell::PgbenchS50) {
            rivals.s50 = Some(Pgbench::load(cluster, 50, TPC_B).await?);
        }
        if cells.has(Cell::PgbenchS1) {
            rivals.s1 = Some(Pgbench::load(cluster, 1, TPC_B).await?);
        }
        Ok(rivals)
    }
}

/// One figure for each round, and what the database grew by.
#[derive(Default)]
pub struct Figures {
    /// Payments a second, many payees.
    pub spread: Vec<f64>,
    /// Payments a second, one payee.
    pub hot: Vec<f64>,
    /// pgbench, scale 50.
    pub s50: Vec<f64>,
    /// pgbench, scale 1.
    pub s1: Vec<f64>,
    grown_bytes: i64,
    payments: u64,
}

impl Figures {
    /// Over all rounds.
    pub fn bytes_per_payment(&self) -> Option<f64> {
        (self.payments > 0).then(|| self.grown_bytes as f64 / self.payments as f64)
    }
}

/// Measures every cell once in each round, and looks at the books after it.
pub async fn run(
    town: &mut Town,
    rivals: &Rivals,
    cells: &Cells,
    plan: &Plan,
) -> Result<Figures, Failure> {
    let agencies = town.site.agencies.clone();
    let first = agencies.iter().copied().take(1).collect();
    let spread = Traffic::to("spread", agencies, plan);
    let hot = Traffic::to("hot", first, plan);
    let mut spread = cells.has(Cell::Spread).then_some(spread);
    let mut hot = cells.has(Cell::Hot).then_some(hot);
    println!("warm-up");
    for traffic in [&mut spread, &mut hot].into_iter().flatten() {
        traffic.warm_up(town).await?;
    }
    town.settle().await?;
    let mut figures = Figures::default();
    for round in 1..=plan.rounds {
        println!("round {round}");
        if let Some(spread) = &mut spread {
            let rate = pay(town, spread, &mut figures, plan).await?;
            figures.spread.push(rate);
        }
        if let Some(s50) = &rivals.s50 {
            figures.s50.push(s50.best(plan.cell).await?);
        }
        if let Some(hot) = &mut hot {
            let rate = pay(town, hot, &mut figures, plan).await?;
            figures.hot.push(rate);
        }
        if let Some(s1) = &rivals.s1 {
            figures.s1.push(s1.best(plan.cell).await?);
        }
        verify(town).await?;
    }
    Ok(figures)
}

async fn pay(
    town: &mut Town,
    traffic: &mut Traffic,
    figures: &mut Figures,
    plan: &Plan,
) -> Result<f64, Failure> {
    traffic.prepare(town, plan.cell).await?;
    let before = size(&town.site.url).await?;
    let outcome = traffic.pay(town, plan.cell).await?;
    figures.grown_bytes += size(&town.site.url).await? - before;
    figures.payments += outcome.acknowledged;
    Ok(outcome.per_second)
}

async fn size(url: &str) -> Result<i64, Failure> {
    #[derive(QueryableByName)]
    struct Size {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let ask = diesel::sql_query("SELECT pg_database_size(current_database()) AS bytes");
    let size: Size = ask.get_result(&mut connect(url).await?).await?;
    Ok(size.bytes)
}
