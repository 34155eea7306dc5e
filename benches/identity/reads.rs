//! People who look at their own account, each again as soon as there is an answer.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use crate::city::{Failure, citizens::Citizen, connection::Connection};

/// What was read.
pub struct Read {
    /// Answers, late ones too.
    pub answered: u64,
    /// Answers in time, a second.
    pub per_second: f64,
}

/// One connection for each citizen.
pub async fn measure(
    address: SocketAddr,
    citizens: &[Citizen],
    length: Duration,
) -> Result<Read, Failure> {
    let mut connections = Vec::with_capacity(citizens.len());
    for citizen in citizens {
        let request = format!(
            "GET /v1/me HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
            citizen.token()
        );
        connections.push((Connection::open(address).await?, request.into_bytes()));
    }
    let ends = Instant::now() + length;
    let loops =
        connections.iter_mut().map(|(connection, request)| in_turn(connection, request, ends));
    let answered: u64 = try_join_all(loops).await?.iter().sum();
    // The last answer of each connection came too late.
    let in_time = answered.saturating_sub(citizens.len() as u64);
    Ok(Read { answered, per_second: in_time as f64 / length.as_secs_f64() })
}

async fn in_turn(
    connection: &mut Connection,
    request: &[u8],
    ends: Instant,
) -> Result<u64, Failure> {
    let mut answered = 0;
    while Instant::now() < ends {
        let answer = connection.exchange(request).await?;
        if answer.status != 200 {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!("{} instead of 200: {body}", answer.status).into());
        }
        answered += 1;
    }
    Ok(answered)
}
