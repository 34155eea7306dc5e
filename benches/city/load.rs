//! The closed loop: each connection pays its next bill as soon as the last one is answered.
//!
//! Every request is `POST /v1/bills/{id}/payments` with a token and a fresh idempotency key. Every
//! answer has to be 201; anything else ends the benchmark.

use std::{
    cell::Cell,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use super::{Failure, bills::Due, citizens::Citizen, connection::Connection, figures::Latencies};

/// How long the last answers may take once no more is asked.
pub const FAREWELL: Duration = Duration::from_secs(30);

/// Of so many answers, one is kept, to be looked for in the database.
const SAMPLE: usize = 20;

/// What was paid over one connection.
#[derive(Default)]
pub struct Paid {
    /// How long each payment took.
    pub latencies: Vec<Duration>,
    /// Some of the answers as they came.
    pub sample: Vec<Vec<u8>>,
}

/// What came of a load.
pub struct Outcome {
    /// Payments that were acknowledged, late ones too.
    pub acknowledged: u64,
    /// Payments a second, without the late ones.
    pub per_second: f64,
    /// How long they took.
    pub latencies: Latencies,
    /// Some of the answers as they came.
    pub sample: Vec<Vec<u8>>,
    /// How long it lasted; shorter than wanted where the bills ran out.
    pub lasted: Duration,
}

/// A connection that pays.
pub struct Payer<'a> {
    connection: Connection,
    request: Vec<u8>,
    heads: &'a [Vec<u8>],
    /// What it has paid.
    pub paid: Paid,
}

impl<'a> Payer<'a> {
    /// Connects. `heads` are those of all citizens.
    pub async fn open(address: SocketAddr, heads: &'a [Vec<u8>]) -> Result<Self, Failure> {
        let connection = Connection::open(address).await?;
        Ok(Self { connection, request: Vec::new(), heads, paid: Paid::default() })
    }

    /// Pays a bill that should have been paid at `since`.
    pub async fn pay(&mut self, due: &Due, since: Instant) -> Result<(), Failure> {
        let head = self.heads.get(due.payer).ok_or("a bill of nobody")?;
        self.request.clear();
        // A bill is paid once, so its name is a fresh key.
        for part in
            [b"POST /v1/bills/", due.bill.as_bytes(), head, due.bill.as_bytes(), b"\r\n\r\n{}"]
        {
            self.request.extend_from_slice(part);
        }
        let answer = self.connection.exchange(&self.request).await?;
        if answer.status != 201 {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!("{} instead of 201 for {}: {body}", answer.status, due.bill).into());
        }
        if self.paid.latencies.len().is_multiple_of(SAMPLE) {
            self.paid.sample.push(answer.body.to_vec());
        }
        self.paid.latencies.push(since.elapsed());
        Ok(())
    }
}

/// The part of a request that is the same for all bills of a citizen.
pub fn heads(address: SocketAddr, citizens: &[Citizen]) -> Vec<Vec<u8>> {
    let head = |citizen: &Citizen| {
        format!(
            "/payments HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\nIdempotency-Key: ",
            citizen.token()
        )
        .into_bytes()
    };
    citizens.iter().map(head).collect()
}

/// One connection for each shelf; all pay until time or bills run out.
pub async fn closed_loop(
    address: SocketAddr,
    citizens: &[Citizen],
    shelves: &mut [Vec<Due>],
    length: Duration,
) -> Result<Outcome, Failure> {
    let heads = heads(address, citizens);
    let mut payers = Vec::with_capacity(shelves.len());
    for _ in 0..shelves.len() {
        payers.push(Payer::open(address, &heads).await?);
    }
    let began = Instant::now();
    let ends = Cell::new(began + length);
    let loops = payers.iter_mut().zip(shelves).map(|(payer, shelf)| in_turn(payer, shelf, &ends));
    let in_time = tokio::time::timeout(length + FAREWELL, try_join_all(loops)).await;
    let in_time: usize = in_time.map_err(|_| "payments do not come to an end")??.iter().sum();
    let lasted = ends.get() - began;
    let paid = payers.into_iter().map(|payer| payer.paid).collect();
    Ok(Outcome::of(paid, in_time, lasted))
}

impl Outcome {
    /// What all connections together have paid, so many of it in time.
    pub fn of(paid: Vec<Paid>, in_time: usize, lasted: Duration) -> Self {
        let (mut latencies, mut sample) = (Vec::new(), Vec::new());
        for one in paid {
            latencies.extend(one.latencies);
            sample.extend(one.sample);
        }
        Self {
            acknowledged: latencies.len() as u64,
            per_second: in_time as f64 / lasted.as_secs_f64(),
            latencies: Latencies::new(latencies),
            sample,
            lasted,
        }
    }
}

/// Pays one bill after the other. Who runs out of bills ends it for all: fewer connections would
/// be another load. Returns how many were answered before the end.
async fn in_turn(
    payer: &mut Payer<'_>,
    shelf: &mut Vec<Due>,
    ends: &Cell<Instant>,
) -> Result<usize, Failure> {
    let mut in_time = 0;
    loop {
        let now = Instant::now();
        if now >= ends.get() {
            return Ok(in_time);
        }
        let Some(due) = shelf.pop() else {
            ends.set(now);
            return Ok(in_time);
        };
        payer.pay(&due, now).await?;
        if Instant::now() <= ends.get() {
            in_time += 1;
        }
    }
}
