//! A rush in the middle of which the server is killed.

use std::time::Duration;

use futures_util::future::join_all;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    PLACES,
    city::{Failure, citizens::Citizen, connection::Connection, server::Server, site::Site},
    places::Clinic,
    rush::claim,
};

/// Kills the server as soon as the first have their places; starts it again, and lets everybody who
/// has no answer ask again under the same key. Returns how many places were given in the end.
pub async fn run(
    site: &Site,
    clinic: &Clinic<'_>,
    citizens: &[Citizen],
    connections: usize,
) -> Result<i64, Failure> {
    let server = Server::start(site, site.address, &[("WORK", "false")]).await?;
    let slots = clinic.open(&[PLACES]).await?;
    let slot = slots.first().ok_or("no slot")?;
    let each = citizens.len().div_ceil(connections).max(1);
    let (given, mut first) = tokio::sync::mpsc::unbounded_channel();
    let loops = citizens.chunks(each).map(|group| ask(site, group, slot, given.clone()));
    let loops: Vec<_> = loops.collect();
    drop(given);
    let pid = Pid::from_raw(server.pid().cast_signed());
    let killer = async {
        let _ = tokio::time::timeout(Duration::from_secs(5), first.recv()).await;
        kill(pid, Signal::SIGKILL)
    };
    let (seen, killed) = tokio::join!(join_all(loops), killer);
    killed?;
    drop(server);
    let seen: Vec<bool> = seen.into_iter().flatten().collect();
    let known = seen.iter().filter(|answered| **answered).count();
    let acknowledged = clinic.check(PLACES).await?;
    println!("killed: {known} of {} were answered, {acknowledged} places given", seen.len());

    let server = Server::start(site, site.address, &[("WORK", "false")]).await?;
    let (given, _) = tokio::sync::mpsc::unbounded_channel();
    let loops = citizens.chunks(each).map(|group| ask(site, group, slot, given.clone()));
    let again: Vec<bool> = join_all(loops).await.into_iter().flatten().collect();
    if again.iter().any(|answered| !answered) {
        return Err(format!("somebody has no answer: {}", server.complaints()).into());
    }
    let sold = clinic.check(PLACES).await?;
    if sold != i64::from(PLACES) {
        return Err(format!("{sold} of {PLACES} places are given").into());
    }
    Ok(sold)
}

/// Claims for some citizens in turn; says of each whether it was answered.
async fn ask(
    site: &Site,
    citizens: &[Citizen],
    slot: &str,
    given: tokio::sync::mpsc::UnboundedSender<()>,
) -> Vec<bool> {
    let mut connection = Connection::open(site.address).await.ok();
    let mut answered = Vec::with_capacity(citizens.len());
    for citizen in citizens {
        let request = claim(site.address, citizen, slot, slot);
        let status = match &mut connection {
            Some(open) => open.exchange(&request).await.map(|answer| answer.status).ok(),
            None => None,
        };
        if status == Some(201) {
            let _ = given.send(());
        }
        if status.is_none() {
            connection = None;
        }
        answered.push(status.is_some_and(|status| status < 500));
    }
    answered
}
