//! Everybody claims at the same moment.

use std::{
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tokio::sync::Barrier;

use crate::city::{Failure, citizens::Citizen, connection::Connection};

/// What came of a rush.
#[derive(Debug, Default)]
pub struct Rush {
    /// Claims that got a place.
    pub sold: u64,
    /// Claims that were refused by a fact.
    pub refused: u64,
    /// Claims that were told to come back later.
    pub shed: u64,
    /// Claims that ended in an error of the server.
    pub failed: u64,
    /// The longest that one took.
    pub slowest: Duration,
    /// From the first asked to the last answered.
    pub lasted: Duration,
}

impl Rush {
    /// Claims answered by a place or a fact, a second.
    pub fn per_second(&self) -> f64 {
        (self.sold + self.refused) as f64 / self.lasted.as_secs_f64()
    }

    /// Notes an answer.
    pub fn note(&mut self, status: u16, took: Duration) {
        match status {
            200 | 201 => self.sold += 1,
            400..=499 => self.refused += 1,
            503 => self.shed += 1,
            _ => self.failed += 1,
        }
        self.slowest = self.slowest.max(took);
    }

    /// Adds what another connection has seen.
    pub fn add(&mut self, other: &Self) {
        self.sold += other.sold;
        self.refused += other.refused;
        self.shed += other.shed;
        self.failed += other.failed;
        self.slowest = self.slowest.max(other.slowest);
    }
}

impl fmt::Display for Rush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sold, refused, shed, failed, slowest, .. } = self;
        let (rate, slowest) = (self.per_second(), slowest.as_secs_f64() * 1e3);
        write!(
            f,
            "{rate:.0}/s: {sold} sold, {refused} refused, {shed} shed, {failed} failed, slowest \
             {slowest:.0} ms"
        )
    }
}

/// A claim of a citizen to a slot, as bytes. Its key is the slot: everybody claims it once.
pub fn claim(address: SocketAddr, citizen: &Citizen, slot: &str, key: &str) -> Vec<u8> {
    let body = format!("{{\"slot_id\":\"{slot}\"}}");
    format!(
        "POST /v1/appointments HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nIdempotency-Key: {key}\r\n\r\n{body}",
        citizen.token(),
        body.len()
    )
    .into_bytes()
}

/// All citizens over so many connections, each over its own in turn, until all are answered or the
/// time is over.
pub async fn run(
    address: SocketAddr,
    citizens: &[Citizen],
    slots: &[String],
    connections: usize,
    limit: Option<Duration>,
) -> Result<Rush, Failure> {
    let slot = slots.first().ok_or("no slot")?;
    let start = Barrier::new(connections);
    let each = citizens.len().div_ceil(connections).max(1);
    let mut loops = Vec::with_capacity(connections);
    for group in citizens.chunks(each) {
        let requests: Vec<_> = group.iter().map(|one| claim(address, one, slot, slot)).collect();
        loops.push(in_turn(Connection::open(address).await?, requests, &start, limit));
    }
    let began = Instant::now();
    let seen = try_join_all(loops).await?;
    let mut rush = Rush { lasted: began.elapsed(), ..Rush::default() };
    seen.iter().for_each(|one| rush.add(one));
    Ok(rush)
}

async fn in_turn(
    mut connection: Connection,
    requests: Vec<Vec<u8>>,
    start: &Barrier,
    limit: Option<Duration>,
) -> Result<Rush, Failure> {
    start.wait().await;
    let (began, mut seen) = (Instant::now(), Rush::default());
    for request in requests {
        if limit.is_some_and(|limit| began.elapsed() >= limit) {
            break;
        }
        let asked = Instant::now();
        let status = connection.exchange(&request).await?.status;
        seen.note(status, asked.elapsed());
    }
    Ok(seen)
}
