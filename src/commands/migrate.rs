//! `citygate migrate`

use super::CommandError;
use crate::{instance::Database, settings::Settings};

/// Brings the database up to date and says what was done.
pub(super) async fn run(settings: &Settings) -> Result<(), CommandError> {
    let database = Database::open(settings).await?;
    let applied = database.migrate().await?;
    if applied.is_empty() {
        println!("The database is up to date.");
    }
    for version in applied {
        println!("Applied {version}");
    }
    Ok(())
}
