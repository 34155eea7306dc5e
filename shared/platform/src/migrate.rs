//! One timeline of migrations over all owners.

use std::collections::BTreeSet;

use diesel::{
    migration::{Migration, MigrationSource},
    pg::Pg,
};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection,
};
use diesel_migrations::MigrationHarness;

/// Several owners' migrations as one source; diesel orders them by version.
pub struct Timeline<S>(pub Vec<S>);

impl<S: MigrationSource<Pg>> MigrationSource<Pg> for Timeline<S> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        let mut all = Vec::new();
        for owner in &self.0 {
            all.extend(owner.migrations()?);
        }
        Ok(all)
    }
}

/// Why the schema is not what this program needs.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Connection(#[from] diesel::ConnectionError),
    /// A newer program has been here.
    #[error(
        "the database has migrations that this citygate does not know ({0}); it belongs to a newer \
         version: start that one, or restore a backup made before its upgrade"
    )]
    Newer(String),
    /// A migration failed and was rolled back.
    #[error("a migration failed: {0}")]
    Failed(String),
}

/// Any number will do, as long as it stays the same.
const LOCK: i64 = 0x6369_7479;

/// Brings the database up to date. Several processes may start at once: one migrates, the others
/// wait. Returns the versions that were applied.
///
/// The lock is a convenience for replicas that start together; each migration is a transaction of
/// its own and its version a primary key, so without it the slower replica would fail, not harm.
pub async fn migrate<S>(url: &str, timeline: Timeline<S>) -> Result<Vec<String>, MigrateError>
where
    S: MigrationSource<Pg> + Send + 'static,
{
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection
        .batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))
        .await
        .map_err(|error| MigrateError::Failed(error.to_string()))?;
    let mut harness = AsyncMigrationHarness::new(connection);
    tokio::task::spawn_blocking(move || {
        refuse_newer(&mut harness, &timeline)?;
        let applied = harness.run_pending_migrations(timeline).map_err(failed)?;
        Ok(applied.iter().map(ToString::to_string).collect())
    })
    .await
    .map_err(|error| MigrateError::Failed(error.to_string()))?
}

/// Takes every migration back, newest first. For tests of `down.sql`, and for nothing else.
pub async fn revert_all<S>(url: &str, timeline: Timeline<S>) -> Result<(), MigrateError>
where
    S: MigrationSource<Pg> + Send + 'static,
{
    let mut harness = AsyncMigrationHarness::new(AsyncPgConnection::establish(url).await?);
    tokio::task::spawn_blocking(move || {
        harness.revert_all_migrations(timeline).map(|_| ()).map_err(failed)
    })
    .await
    .map_err(|error| MigrateError::Failed(error.to_string()))?
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> MigrateError {
    MigrateError::Failed(error.to_string())
}

fn refuse_newer<S: MigrationSource<Pg>>(
    harness: &mut Harness,
    timeline: &Timeline<S>,
) -> Result<(), MigrateError> {
    let known: BTreeSet<String> = timeline
        .migrations()
        .map_err(failed)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let unknown: Vec<String> = harness
        .applied_migrations()
        .map_err(failed)?
        .iter()
        .map(ToString::to_string)
        .filter(|version| !known.contains(version))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(MigrateError::Newer(unknown.join(", "))) }
}
