//! What must be true when the day is over.

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};

use crate::city::{Failure, cluster::connect};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

/// The rows of a hospital's day.
pub struct Evening(AsyncPgConnection);

/// Each counts what there must be none of.
const NOTHING: &[(&str, &str)] = &[
    ("visits without an end", "hospital.visits WHERE state NOT IN ('finished', 'void')"),
    ("visits void without a reason", "hospital.visits WHERE state = 'void' AND end_reason IS NULL"),
    ("visits that were only closed", "hospital.visits WHERE end_reason = 'not_continued'"),
    ("steps left open", "hospital.steps WHERE state NOT IN ('done', 'skipped', 'missed')"),
    ("turns left open", "hospital.queue_entries WHERE state IN ('waiting', 'called', 'serving')"),
    (
        "steps and turns that differ",
        "hospital.steps s FULL JOIN hospital.queue_entries e ON e.city = s.city \
           AND e.visit_id = s.visit_id AND e.step = s.kind AND e.subject_id = s.subject_id \
         WHERE coalesce(s.kind, '') NOT IN ('pay', 'result') AND NOT coalesce( \
           (s.state = 'done' AND e.state = 'done') OR (s.state = 'missed' AND e.state = 'void') \
           OR (s.state = 'skipped' AND (e.state IS NULL OR e.state = 'withdrawn')), false)",
    ),
    (
        "orders without their step",
        "hospital.orders o WHERE NOT EXISTS (SELECT FROM hospital.steps s \
           WHERE s.city = o.city AND s.visit_id = o.visit_id AND s.subject_id = o.id \
           AND s.kind = CASE o.kind WHEN 'prescription' THEN 'pharmacy' ELSE o.kind END)",
    ),
    (
        "visits whose events have gaps",
        "hospital.visits v WHERE v.last_event <> (SELECT count(*) FROM hospital.plan_events p \
           WHERE p.city = v.city AND p.visit_id = v.id)",
    ),
];

impl Evening {
    /// Asks the database itself.
    pub async fn of(url: &str) -> Result<Self, Failure> {
        Ok(Self(connect(url).await?))
    }

    /// Fails if a visit or a step was lost. Prints the steps by kind and state.
    pub async fn check(&mut self, visits: usize, orders: usize) -> Result<(), Failure> {
        let there = (self.count("hospital.visits").await?, self.count("hospital.orders").await?);
        if there != (visits, orders) {
            return Err(format!("{visits} visits and {orders} orders became {there:?}").into());
        }
        for (what, rows) in NOTHING {
            match self.count(rows).await? {
                0 => {}
                some => return Err(format!("{some} {what}").into()),
            }
        }
        let steps = "SELECT kind || ' ' || state || ' ' || count(*) AS value \
                     FROM hospital.steps GROUP BY kind, state ORDER BY kind, state";
        println!("steps: {}", self.texts(steps).await?.join(", "));
        Ok(())
    }

    /// How many rows there are.
    pub async fn count(&mut self, rows: &str) -> Result<usize, Failure> {
        let found = self.texts(&format!("SELECT count(*)::text AS value FROM {rows}")).await?;
        Ok(found.into_iter().next().ok_or("no count")?.parse()?)
    }

    async fn texts(&mut self, query: &str) -> Result<Vec<String>, Failure> {
        let rows: Vec<Row> = sql_query(query).load(&mut self.0).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }
}
