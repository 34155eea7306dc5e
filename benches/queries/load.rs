//! The closed loop: each connection asks for its next balance as soon as the last one is answered.

use std::{
    cell::Cell,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use crate::city::{Failure, connection::Connection, figures::Latencies};

/// A request as it goes over the wire, and what its answer has to say.
pub struct Query {
    /// All of it.
    pub request: Vec<u8>,
    /// The balance, as it stands in the answer.
    pub expected: Vec<u8>,
}

/// What came of a load.
pub struct Asked {
    /// Queries that were answered, late ones too.
    pub answered: u64,
    /// Queries a second, without the late ones.
    pub per_second: f64,
    /// How long they took.
    pub latencies: Latencies,
    /// How long it lasted; shorter than wanted where the proofs ran out.
    pub lasted: Duration,
}

/// One connection for each stack of queries; all ask until time or queries run out.
pub async fn closed_loop(
    address: SocketAddr,
    stacks: &mut [Vec<Query>],
    length: Duration,
) -> Result<Asked, Failure> {
    let mut connections = Vec::with_capacity(stacks.len());
    for _ in 0..stacks.len() {
        connections.push(Connection::open(address).await?);
    }
    let began = Instant::now();
    let ends = Cell::new(began + length);
    let loops = connections
        .iter_mut()
        .zip(stacks)
        .map(|(connection, stack)| in_turn(connection, stack, &ends));
    let taken: Vec<(Vec<Duration>, usize)> = try_join_all(loops).await?;
    let lasted = ends.get() - began;
    let in_time: usize = taken.iter().map(|(_, in_time)| in_time).sum();
    let latencies: Vec<Duration> = taken.into_iter().flat_map(|(taken, _)| taken).collect();
    Ok(Asked {
        answered: u64::try_from(latencies.len())?,
        per_second: in_time as f64 / lasted.as_secs_f64(),
        latencies: Latencies::new(latencies),
        lasted,
    })
}

/// Asks one after the other. Who runs out ends it for all: fewer connections would be another load.
async fn in_turn(
    connection: &mut Connection,
    stack: &mut Vec<Query>,
    ends: &Cell<Instant>,
) -> Result<(Vec<Duration>, usize), Failure> {
    let (mut taken, mut in_time) = (Vec::new(), 0);
    loop {
        let now = Instant::now();
        if now >= ends.get() {
            return Ok((taken, in_time));
        }
        let Some(query) = stack.pop() else {
            ends.set(now);
            return Ok((taken, in_time));
        };
        let answer = connection.exchange(&query.request).await?;
        let right = answer.body.windows(query.expected.len()).any(|part| part == query.expected);
        if answer.status != 200 || !right {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!("{} and not the balance: {body}", answer.status).into());
        }
        taken.push(now.elapsed());
        if Instant::now() <= ends.get() {
            in_time += 1;
        }
    }
}
