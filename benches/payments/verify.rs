//! The books, looked at by the benchmark and by the city itself.

use std::process::Output;

use crate::city::{Failure, server::citygate, site::Site, town::Town};

/// What must hold after every round: what was acknowledged is there, and `citygate ledger verify`
/// finds nothing, where this build has it.
pub async fn verify(town: &mut Town) -> Result<(), Failure> {
    town.check().await?;
    verify_by_the_city(&town.site).await
}

async fn verify_by_the_city(site: &Site) -> Result<(), Failure> {
    if !run(site, &["ledger", "verify", "--help"]).await?.status.success() {
        return Ok(());
    }
    let verified = run(site, &["ledger", "verify"]).await?;
    let told = String::from_utf8_lossy(&verified.stdout);
    if verified.status.success() {
        println!("         {}", told.trim());
        return Ok(());
    }
    let why = String::from_utf8_lossy(&verified.stderr);
    Err(format!("citygate ledger verify: {} {}", told.trim(), why.trim()).into())
}

async fn run(site: &Site, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = tokio::process::Command::from(citygate(site));
    Ok(command.args(arguments).kill_on_drop(true).output().await?)
}
