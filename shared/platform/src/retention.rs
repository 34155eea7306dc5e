//! Retention: what is of no more use is deleted, in small batches, by every worker now and then.
//!
//! A service lists what it forgets, each with how long it is kept after its end and why
//! ([`Expiring`]). What still protects somebody is kept: the time begins when it protects no more.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::{
    db::{Db, DbError},
    idempotency,
    sql::sql,
};

/// How many rows one transaction deletes: few enough that nobody waits for it.
const BATCH: i64 = 1_000;
/// How many batches of one kind a sweep deletes at most. The next sweep goes on.
const BATCHES: usize = 50;
/// How long a worker waits between two sweeps.
pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Rows that are deleted when their time is over; or that end then, where they have to stay.
#[derive(Debug, Clone, Copy)]
pub struct Expiring {
    /// `schema.table`.
    pub table: &'static str,
    /// How long a row is kept after the instant that `statement` compares.
    pub kept: TimeDelta,
    /// Deletes or ends rows whose time was over before `$1`, and no more than `$2`. Rows that others
    /// hold are passed over.
    pub statement: &'static str,
}

/// What platform itself forgets.
pub(crate) const OWN: &[Expiring] = &[
    Expiring {
        table: "platform.idempotency_keys",
        kept: idempotency::KEPT,
        statement: "DELETE FROM platform.idempotency_keys WHERE (city, subject_id, key) IN \
            (SELECT city, subject_id, key FROM platform.idempotency_keys \
             WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    },
    // Listeners have their jobs; what is left is for whoever looks for a fault. An id begins with the
    // millisecond in which it was made (UUID, version 7): the primary key ends where it is too new.
    Expiring {
        table: "platform.events",
        kept: TimeDelta::days(7),
        statement: "DELETE FROM platform.events WHERE id IN \
            (SELECT e.id FROM (SELECT $1 AS before) AS t, platform.events e \
             WHERE e.id < rpad(lpad(to_hex((extract(epoch FROM t.before) * 1000)::bigint), 12, '0'), \
               32, '0')::uuid AND e.dispatched_at < t.before \
             ORDER BY e.id LIMIT $2 FOR UPDATE OF e SKIP LOCKED)",
    },
];

/// Deletes what is over. Returns how many rows that were.
pub(crate) async fn sweep(db: &Db, expiring: &[Expiring]) -> Result<usize, DbError> {
    let mut gone = 0;
    for kind in expiring {
        for _ in 0..BATCHES {
            let deleted = db
                .tx("platform.sweep", async |tx| {
                    let before: DateTime<Utc> = tx.now() - kind.kept;
                    let delete =
                        sql(kind.statement).bind::<Timestamptz, _>(before).bind::<BigInt, _>(BATCH);
                    Ok::<_, DbError>(delete.execute(tx.conn()).await?)
                })
                .await?;
            let counted = u64::try_from(deleted).unwrap_or(u64::MAX);
            metrics::counter!("citygate_swept_total", "table" => kind.table).increment(counted);
            gone += deleted;
            if i64::try_from(deleted).is_ok_and(|deleted| deleted < BATCH) {
                break;
            }
        }
    }
    Ok(gone)
}
