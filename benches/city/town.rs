//! A city in which people pay, and one measurement of how fast they do.

use std::time::{Duration, Instant};

use citygate_catalogue::AgencyId;
use diesel_async::SimpleAsyncConnection;

use super::{
    Failure,
    bills::Stock,
    books::Books,
    citizens::{AT_ONCE, Citizen},
    cluster::connect,
    cpu::Cpu,
    load::{Outcome, closed_loop},
    plan::Plan,
    server::Server,
    site::Site,
};

/// Bills for the first measurement of a traffic, for each connection.
const FIRST_STOCK: usize = 24;

/// How much longer than a cell tokens have to last.
const MARGIN: Duration = Duration::from_secs(60);

/// A city with a server that only serves, and citizens whose wallets are full.
pub struct Town {
    /// Database, folder, agencies.
    pub site: Site,
    /// The server.
    pub server: Server,
    /// Who pays.
    pub citizens: Vec<Citizen>,
    /// What is known to be paid.
    pub books: Books,
    database_pid: u32,
}

impl Town {
    /// Opens it for payments: from here on nobody works in the background.
    pub async fn open(
        site: Site,
        citizens: Vec<Citizen>,
        database_pid: u32,
    ) -> Result<Self, Failure> {
        let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
        let books = Books::open(&site.url).await?;
        Ok(Self { site, server, citizens, books, database_pid })
    }

    /// Makes sure that nobody has to sign in anew for so long.
    pub async fn stay_signed_in(&mut self, for_now: Duration) -> Result<(), Failure> {
        for group in self.citizens.chunks_mut(AT_ONCE) {
            let stays = group.iter_mut().map(|citizen| citizen.stay_signed_in(for_now + MARGIN));
            futures_util::future::try_join_all(stays).await?;
        }
        Ok(())
    }

    /// A failure with what the server said about it.
    pub fn with_complaints(&self, failure: &Failure) -> Failure {
        format!("{failure}; the server said: {}", self.server.complaints()).into()
    }

    /// Lets the planner know how large the tables have become, as pgbench does for its own before
    /// every run. The database would find out by itself, but in the middle of some cell.
    pub async fn settle(&self) -> Result<(), Failure> {
        Ok(connect(&self.site.url).await?.batch_execute("VACUUM (ANALYZE)").await?)
    }

    /// Compares what was acknowledged with what is there.
    pub async fn check(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        self.books.check().await?;
        let (paid, seconds) = (self.books.acknowledged(), began.elapsed().as_secs_f64());
        println!("         invariants hold after {paid} payments ({seconds:.1} s)");
        Ok(())
    }
}

/// Payments of one pattern: who is paid, and how many bills that takes.
pub struct Traffic {
    name: &'static str,
    stock: Stock,
    /// The most that was paid in a second so far.
    fastest: u64,
}

impl Traffic {
    /// Payments to these agencies over as many connections as the plan says.
    pub fn to(name: &'static str, payees: Vec<AgencyId>, plan: &Plan) -> Self {
        Self { name, stock: Stock::new(plan.connections, payees), fastest: 0 }
    }

    /// Issues the bills for a cell, by twice what was paid before, and keeps the
    /// citizens signed in. Nothing of this is measured.
    pub async fn prepare(&mut self, town: &mut Town, cell: Duration) -> Result<(), Failure> {
        town.stay_signed_in(cell).await?;
        let expected = usize::try_from(self.fastest * cell.as_secs())?;
        let each = expected * 2 / self.stock.shelves.len();
        self.stock.fill(&town.site, &town.citizens, each.max(FIRST_STOCK)).await
    }

    /// Pays over all connections for as long as the cell is.
    pub async fn pay(&mut self, town: &mut Town, cell: Duration) -> Result<Outcome, Failure> {
        let used = Cpu::used(town.server.pid(), town.database_pid)?;
        let (citizens, shelves) = (&town.citizens, &mut self.stock.shelves);
        let outcome = closed_loop(town.server.address, citizens, shelves, cell)
            .await
            .map_err(|error| town.with_complaints(&error))?;
        let cpu = Cpu::used(town.server.pid(), town.database_pid)?
            .each_since(&used, outcome.acknowledged);
        town.books.note(&outcome)?;
        let pace = outcome.acknowledged * 1_000 / u64::try_from(outcome.lasted.as_millis())?.max(1);
        self.fastest = self.fastest.max(pace);
        self.tell(&outcome, cell, cpu);
        Ok(outcome)
    }

    /// Short cells, until it is known how many bills a whole one takes. Their figures do not count.
    pub async fn warm_up(&mut self, town: &mut Town) -> Result<(), Failure> {
        for _ in 0..3 {
            let cell = Duration::from_secs(2);
            self.prepare(town, cell).await?;
            if self.pay(town, cell).await?.lasted == cell {
                break;
            }
        }
        Ok(())
    }

    fn tell(&self, outcome: &Outcome, cell: Duration, cpu: Cpu) {
        let (rate, latencies) = (outcome.per_second, &outcome.latencies);
        let (p50, p99) = (latencies.percentile_ms(50), latencies.percentile_ms(99));
        let name = self.name;
        println!("  {name:<14} {rate:>8.0}/s   p50 {p50:.1} ms, p99 {p99:.1} ms; each: {cpu}");
        if outcome.lasted < cell {
            println!("    the bills ran out after {:.1} s", outcome.lasted.as_secs_f64());
        }
    }
}
