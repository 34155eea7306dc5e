//! As many claims as this machine can make, to many slots; then quiet, and how soon it is as before.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use crate::{
    city::{Failure, citizens::Citizen, connection::Connection, server::Server, site::Site},
    places::Clinic,
    rush::{Rush, claim},
};

/// How many slots there are: a prime, so that no pattern repeats.
const SLOTS: usize = 1_009;
/// Slots of one session.
const EACH: usize = 200;
const CONNECTIONS: usize = 1_000;
const LENGTH: Duration = Duration::from_secs(5);
/// Within which time it has to be as before.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many claims in a row have to be as fast as before.
const IN_A_ROW: usize = 20;

/// What came of it.
pub struct Storm {
    /// Claims answered a second.
    pub per_second: f64,
    /// How many were told to come back later.
    pub shed: u64,
    /// How long it took to be as before.
    pub recovered: Duration,
}

/// One storm against a server of its own.
pub async fn run(site: &Site, clinic: &Clinic<'_>, citizens: &[Citizen]) -> Result<Storm, Failure> {
    let server = Server::start(site, site.address, &[("WORK", "false")]).await?;
    let mut slots = Vec::new();
    while slots.len() < SLOTS {
        let count = EACH.min(SLOTS - slots.len());
        slots.extend(clinic.open(&vec![3; count]).await?);
    }
    let before = calm(site, citizens, &slots).await?;
    let each = citizens.len().div_ceil(CONNECTIONS).max(1);
    let mut loops = Vec::new();
    for (n, group) in citizens.chunks(each).enumerate() {
        let connection = Connection::open(site.address).await?;
        loops.push(blow(site, connection, group, &slots, n));
    }
    let began = Instant::now();
    let seen = try_join_all(loops).await?;
    let mut all = Rush { lasted: began.elapsed(), ..Rush::default() };
    seen.iter().for_each(|one| all.add(one));
    println!("storm: {all}");
    if all.failed > 0 {
        return Err(format!("{} claims failed: {}", all.failed, server.complaints()).into());
    }
    let recovered = until_calm(site, citizens, &slots, before).await?;
    clinic.check(u16::MAX).await?;
    Ok(Storm { per_second: all.per_second(), shed: all.shed, recovered })
}

/// Somebody who claims another slot as soon as the last claim is answered.
async fn blow(
    site: &Site,
    mut connection: Connection,
    citizens: &[Citizen],
    slots: &[String],
    n: usize,
) -> Result<Rush, Failure> {
    let (began, mut seen, mut step) = (Instant::now(), Rush::default(), n * 37);
    while began.elapsed() < LENGTH {
        let citizen = citizens.get(step % citizens.len().max(1)).ok_or("nobody")?;
        let slot = slots.get(step % slots.len()).ok_or("no slot")?;
        let request = claim(site.address, citizen, slot, &format!("storm-{n}-{step}"));
        let asked = Instant::now();
        seen.note(connection.exchange(&request).await?.status, asked.elapsed());
        step += 1;
    }
    Ok(seen)
}

/// How long a claim takes when nobody else claims, at most.
async fn calm(site: &Site, citizens: &[Citizen], slots: &[String]) -> Result<Duration, Failure> {
    let mut connection = Connection::open(site.address).await?;
    let mut slowest = Duration::ZERO;
    for (n, (citizen, slot)) in citizens.iter().rev().zip(slots).take(IN_A_ROW).enumerate() {
        let asked = Instant::now();
        let request = claim(site.address, citizen, slot, &format!("calm-{n}"));
        connection.exchange(&request).await?;
        slowest = slowest.max(asked.elapsed());
    }
    Ok(slowest)
}

/// How long it takes until claims are answered as fast as before.
async fn until_calm(
    site: &Site,
    citizens: &[Citizen],
    slots: &[String],
    before: Duration,
) -> Result<Duration, Failure> {
    let began = Instant::now();
    loop {
        let recovered = began.elapsed();
        // A little slower is no storm.
        if calm(site, citizens, slots).await? <= before * 2 + Duration::from_millis(10) {
            return Ok(recovered);
        }
        if began.elapsed() > PATIENCE {
            return Err("the server has not recovered".into());
        }
    }
}
