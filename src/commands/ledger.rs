//! `citygate ledger verify`

use std::{fs, path::Path};

use citygate_kernel::Clock;
use citygate_ledger::{ChainHead, Progress, verify, verify_anchors};
use citygate_platform::db::Db;

use super::{CommandError, VerifyArgs, meter::Meter};
use crate::{instance::Database, settings::Settings};

/// Recomputes the books. Ends with the first fault.
pub(super) async fn run(settings: &Settings, args: &VerifyArgs) -> Result<(), CommandError> {
    let anchors = args.anchors.as_deref().map(read_anchors).transpose()?;
    let database = Database::open(settings).await?;
    let db = Db::new(&database.url, Clock::system(), &settings.database);
    let mut meter = Meter::new();
    let verified = verify(&db, |Progress { of, done, total }| {
        meter.show(format_args!("{done} of {total} {of} are right"));
    })
    .await;
    meter.end();
    let wrong = |fault| format!("the books are wrong: {fault}");
    let verified = verified.map_err(wrong)?;
    if let Some(anchors) = anchors {
        verify_anchors(&db, &anchors).await.map_err(wrong)?;
        println!("The chains still run through the {} ends in the file.", anchors.len());
    }
    println!(
        "The books are right: {} transfers in {} blocks of {} chains, {} accounts.",
        verified.transfers,
        verified.blocks,
        verified.heads.len(),
        verified.accounts
    );
    if let Some(file) = &args.write_anchors {
        let lines: String = verified.heads.iter().map(|head| format!("{head}\n")).collect();
        fs::write(file, lines).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn read_anchors(file: &Path) -> Result<Vec<ChainHead>, CommandError> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let heads: Result<Vec<ChainHead>, _> = text.lines().map(str::parse).collect();
    Ok(heads.map_err(|error| format!("{}: {error}", file.display()))?)
}
