//! How long one payment takes: alone, and at a steady rate.

use std::{
    cell::{Cell, RefCell},
    mem,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tokio::sync::Semaphore;

use crate::{
    city::{
        Failure,
        bills::{Due, Stock},
        figures::median,
        load::{FAREWELL, Outcome, Payer, heads},
        plan::Plan,
        server::{Server, citygate},
        site::{Site, free_address},
        town::{Town, Traffic},
    },
    verify::verify,
};

/// How long one connection pays before it is the other's turn. Short, because one connection
/// feels every neighbour of this machine.
const TURN: Duration = Duration::from_secs(2);
/// Turns of each in a round.
const TURNS: usize = 3;

/// p50 of one connection on a lane over p50 of one connection to a server without lanes, in turn.
/// More than 1 means that the lane costs something when nobody else is there. Nothing, where this
/// build has no lanes.
pub async fn lane_over_direct(town: &mut Town, plan: &Plan) -> Result<Option<f64>, Failure> {
    if !has_lanes(&town.site).await? {
        println!("direct: this build has no lanes to compare with");
        return Ok(None);
    }
    println!("one connection");
    let settings = [("WORK", "false"), ("LANE__LANES", "0")];
    let mut direct = Server::start(&town.site, free_address()?, &settings).await?;
    let alone = Plan { connections: 1, ..*plan };
    let agencies = &town.site.agencies;
    let mut on_lane = Traffic::to("on a lane", agencies.clone(), &alone);
    let mut without = Traffic::to("without lanes", agencies.clone(), &alone);
    on_lane.warm_up(town).await?;
    mem::swap(&mut town.server, &mut direct);
    without.warm_up(town).await?;
    mem::swap(&mut town.server, &mut direct);
    let (mut lane_ms, mut direct_ms) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds * TURNS {
        lane_ms.push(p50(town, &mut on_lane).await?);
        mem::swap(&mut town.server, &mut direct);
        let measured = p50(town, &mut without).await;
        mem::swap(&mut town.server, &mut direct);
        direct_ms.push(measured?);
    }
    verify(town).await?;
    Ok(Some(median(&lane_ms) / median(&direct_ms)))
}

async fn p50(town: &mut Town, traffic: &mut Traffic) -> Result<f64, Failure> {
    traffic.prepare(town, TURN).await?;
    Ok(traffic.pay(town, TURN).await?.latencies.percentile_ms(50))
}

/// Whether the settings of this build know lanes.
async fn has_lanes(site: &Site) -> Result<bool, Failure> {
    let mut command = tokio::process::Command::from(citygate(site));
    let output = command.arg("config").kill_on_drop(true).output().await?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().any(|line| line.trim() == "[lane]"))
}

/// Payments a second.
const RATE: u32 = 300;
/// For how long.
const LENGTH: Duration = Duration::from_secs(10);
/// All of them.
const PAYMENTS: u32 = 3_000;

/// The 99th percentile of payments that come at a steady rate whether or not the earlier ones are
/// answered; the median over the rounds. The clock of a payment runs from the instant at which it
/// was due, so one that had to wait for a free connection has waited.
pub async fn p99_at_300(town: &mut Town, plan: &Plan) -> Result<Option<f64>, Failure> {
    println!("{RATE} payments a second");
    let mut p99s = Vec::new();
    let mut stock = Stock::new(1, town.site.agencies.clone());
    for _ in 0..plan.rounds {
        town.stay_signed_in(LENGTH).await?;
        stock.fill(&town.site, &town.citizens, usize::try_from(PAYMENTS)?).await?;
        let dues = stock.shelves.iter_mut().flat_map(mem::take).collect();
        let outcome = steadily(town, dues, plan.connections).await;
        let outcome = outcome.map_err(|error| town.with_complaints(&error))?;
        let latencies = &outcome.latencies;
        let (p50, p99) = (latencies.percentile_ms(50), latencies.percentile_ms(99));
        let rate = outcome.per_second;
        println!("  {:<14} {rate:>8.0}/s   p50 {p50:.1} ms, p99 {p99:.1} ms", "steady");
        town.books.note(&outcome)?;
        p99s.push(p99);
    }
    verify(town).await?;
    Ok(Some(median(&p99s)))
}

async fn steadily(town: &Town, dues: Vec<Due>, connections: usize) -> Result<Outcome, Failure> {
    let heads = heads(town.server.address, &town.citizens);
    let mut payers = Vec::with_capacity(connections);
    for _ in 0..connections {
        payers.push(Payer::open(town.server.address, &heads).await?);
    }
    let queue = Queue {
        dues: RefCell::new(dues),
        next: Cell::new(0),
        came: Arc::new(Semaphore::new(0)),
        began: Instant::now(),
    };
    ring(queue.began, Arc::clone(&queue.came), connections);
    let all = try_join_all(payers.iter_mut().map(|payer| queue.serve(payer)));
    let ended = tokio::time::timeout(LENGTH + FAREWELL, all).await;
    ended.map_err(|_| "payments do not come to an end")??;
    let lasted = queue.began.elapsed();
    let paid: Vec<_> = payers.into_iter().map(|payer| payer.paid).collect();
    let count = paid.iter().map(|paid| paid.latencies.len()).sum();
    Ok(Outcome::of(paid, count, lasted))
}

/// Payments that have come, and connections that take them.
struct Queue {
    dues: RefCell<Vec<Due>>,
    next: Cell<u32>,
    came: Arc<Semaphore>,
    began: Instant,
}

impl Queue {
    /// A free connection takes whatever came first.
    async fn serve(&self, payer: &mut Payer<'_>) -> Result<(), Failure> {
        loop {
            self.came.acquire().await?.forget();
            let n = self.next.get();
            self.next.set(n + 1);
            let Some(due) = self.dues.borrow_mut().pop() else { return Ok(()) };
            payer.pay(&due, self.began + due_after(n)).await?;
        }
    }
}

fn due_after(n: u32) -> Duration {
    Duration::from_secs(1) * n / RATE
}

/// Lets payments come, each in its time, and at last lets every connection go home. A thread, since
/// the timers of the runtime count in whole milliseconds.
fn ring(began: Instant, came: Arc<Semaphore>, connections: usize) {
    thread::spawn(move || {
        for n in 0..PAYMENTS {
            let due = began + due_after(n);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if Arc::strong_count(&came) == 1 {
                return;
            }
            came.add_permits(1);
        }
        came.add_permits(connections);
    });
}
