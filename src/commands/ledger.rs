//! `citygate ledger verify`

use std::{
    fs,
    io::{IsTerminal, Write, stderr},
    path::Path,
    time::{Duration, Instant},
};

use citygate_kernel::Clock;
use citygate_ledger::{ChainHead, Progress, verify, verify_anchors};
use citygate_platform::db::Db;

use super::{CommandError, VerifyArgs};
use crate::{instance::Database, settings::Settings};

/// Recomputes the books. Ends with the first fault.
pub(super) async fn run(settings: &Settings, args: &VerifyArgs) -> Result<(), CommandError> {
    let anchors = args.anchors.as_deref().map(read_anchors).transpose()?;
    let database = Database::open(settings).await?;
    let db = Db::new(&database.url, Clock::system(), &settings.database);
    let mut meter = Meter::new();
    let verified = verify(&db, |progress| meter.show(progress)).await;
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

/// Shows how far it is: drawn over itself on a terminal, a line now and then in a log.
struct Meter {
    terminal: bool,
    shown: Instant,
}

impl Meter {
    fn new() -> Self {
        Self { terminal: stderr().is_terminal(), shown: Instant::now() }
    }

    fn show(&mut self, progress: Progress) {
        let Progress { of, done, total } = progress;
        let pause = Duration::from_millis(if self.terminal { 100 } else { 5_000 });
        if self.shown.elapsed() < pause {
            return;
        }
        self.shown = Instant::now();
        let (begin, end) = if self.terminal { ("\r", "\u{1b}[K") } else { ("", "\n") };
        // Whoever closed stderr does not want to see it.
        let _ = write!(stderr(), "{begin}{done} of {total} {of} are right{end}");
    }

    fn end(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\u{1b}[K");
        }
    }
}
