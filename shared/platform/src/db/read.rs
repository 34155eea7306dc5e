//! Reading without a transaction.

use std::{sync::atomic::AtomicBool, time::Instant};

use diesel_async::pooled_connection::deadpool::Object;

use super::{Db, DbError, Tx, TxError, Watch};

impl Db {
    /// Runs `body`, which only reads, without BEGIN and COMMIT: `crate.action` for metrics and logs.
    ///
    /// Each statement sees what had committed when it was sent. Those of [`Db::tx`] do, too
    /// (READ COMMITTED), so that a body which neither writes nor locks reads the same in either, and
    /// here it costs two round trips less. Its connections are set to refuse anything else:
    /// a write or a lock fails, whoever asks for it. The deadline is that of transactions.
    pub async fn read<T, E: TxError>(
        &self,
        name: &'static str,
        body: impl AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let ends = tokio::time::Instant::now() + self.deadline;
        let mut connection = super::checkout(&self.readers).await?;
        let watch = Watch::set(&mut connection);
        let told = AtomicBool::new(false);
        let mut tx = Tx { connection: &mut connection, now: self.clock.now(), told, watch };
        let Ok(result) = tokio::time::timeout_at(ends, body(&mut tx)).await else {
            // The statement may still run; a connection in that state is of no use to others.
            drop(Object::take(connection));
            return Err(DbError::Deadline(name).into());
        };
        metrics::histogram!("citygate_read_seconds", "read" => name)
            .record(started.elapsed().as_secs_f64());
        result
    }
}
