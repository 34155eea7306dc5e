//! What an agency did in a month, counted.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::Error, model::MonthFigures};

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    filed: i64,
    #[diesel(sql_type = BigInt)]
    withdrawn: i64,
    #[diesel(sql_type = BigInt)]
    responded: i64,
    #[diesel(sql_type = BigInt)]
    answers: i64,
    #[diesel(sql_type = BigInt)]
    in_time: i64,
    #[diesel(sql_type = BigInt)]
    rated: i64,
    #[diesel(sql_type = BigInt)]
    solved: i64,
    #[diesel(sql_type = BigInt)]
    satisfied: i64,
}

/// The figures of an agency from an instant to another.
pub(crate) async fn between(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<MonthFigures, Error> {
    let counted: Counted =
        sql("SELECT c.filed, c.withdrawn, c.responded, a.answers, a.in_time, a.rated, a.solved, \
           a.satisfied \
         FROM (SELECT $1 AS city, $2 AS agency, $3 AS starts, $4 AS ends) t \
         CROSS JOIN LATERAL (SELECT count(*) AS filed, \
             count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn, \
             count(*) FILTER (WHERE answered_at IS NOT NULL \
                              AND outcome IS DISTINCT FROM 'withdrawn') AS responded \
           FROM cases.cases WHERE city = t.city AND agency_id = t.agency \
             AND created_at >= t.starts AND created_at < t.ends) c \
         CROSS JOIN LATERAL (SELECT count(*) AS answers, \
             count(*) FILTER (WHERE in_time) AS in_time, \
             count(rated_at) AS rated, \
             count(*) FILTER (WHERE solved) AS solved, \
             count(*) FILTER (WHERE satisfaction >= 4) AS satisfied \
           FROM cases.answers WHERE city = t.city AND agency_id = t.agency \
             AND answered_at >= t.starts AND answered_at < t.ends) a")
        .bind::<Integer, _>(agency.city().number())
        .bind::<SqlUuid, _>(agency.uuid())
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .get_result(tx.conn())
        .await?;
    let Counted { filed, withdrawn, responded, answers, in_time, rated, solved, satisfied } =
        counted;
    Ok(MonthFigures { filed, withdrawn, responded, answers, in_time, rated, solved, satisfied })
}
