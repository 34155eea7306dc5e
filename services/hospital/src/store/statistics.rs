//! How long people waited in a hospital.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Date, Integer, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::Error, rules::Waits};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    visits: i64,
    #[diesel(sql_type = BigInt)]
    in_time: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    median_seconds: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    p90_seconds: Option<i64>,
}

/// How long those who came for the first time that day waited for their doctor, from their arrival
/// to the call that they answered.
pub(crate) async fn waits(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    (from, to): (NaiveDate, NaiveDate),
    in_time_seconds: i64,
) -> Result<Waits, Error> {
    let row: Row = sql(
        "WITH waits AS (SELECT extract(epoch FROM e.called_at - e.arrived_at)::bigint AS seconds \
          FROM hospital.queues q JOIN hospital.queue_entries e \
           ON e.city = q.city AND e.queue_id = q.id \
          WHERE q.city = $1 AND q.agency_id = $2 AND q.on_day BETWEEN $3 AND $4 \
           AND q.station = 'consultation' AND e.kind = 'first' \
           AND e.state IN ('serving', 'done') AND e.called_at IS NOT NULL) \
         SELECT count(*) AS visits, count(*) FILTER (WHERE seconds <= $5) AS in_time, \
          percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds, \
          percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_seconds FROM waits",
    )
    .bind::<Integer, _>(hospital.city().number())
    .bind::<SqlUuid, _>(hospital.uuid())
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .bind::<BigInt, _>(in_time_seconds)
    .get_result(tx.conn())
    .await?;
    Ok(Waits {
        visits: row.visits,
        in_time: row.in_time,
        median_seconds: row.median_seconds.unwrap_or_default(),
        p90_seconds: row.p90_seconds.unwrap_or_default(),
    })
}
