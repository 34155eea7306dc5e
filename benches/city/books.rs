//! What must be true after every round, asked of the database by whoever paid.
//!
//! A payment that was acknowledged is there, and nothing else is: their number has grown by exactly
//! that many. The ledger balances, and each balance follows from its entries.

use citygate_payments::PaymentId;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;

use super::{Failure, cluster::connect, load::Outcome};

/// Each counts what breaks it. The benchmark sets no money aside, so every transfer is posted.
const CHECKS: [(&str, &str); 8] = [
    (
        "a currency whose debits and credits differ",
        "SELECT count(*) FROM (SELECT a.currency FROM ledger.balances b \
         JOIN ledger.accounts a ON a.city = b.city AND a.id = b.account_id GROUP BY a.currency \
         HAVING sum(b.debits_posted) <> sum(b.credits_posted)) wrong",
    ),
    (
        "a transfer that has not exactly two entries",
        "SELECT count(*) FROM (SELECT city, id FROM ledger.transfers) t FULL JOIN \
         (SELECT transfer_city AS city, transfer_id AS id, count(*) AS n FROM ledger.entries \
          GROUP BY 1, 2) e USING (city, id) WHERE e.n IS DISTINCT FROM 2 OR t IS NULL",
    ),
    (
        "a balance that is not the sum of its entries, or a version that is not their count",
        "SELECT count(*) FROM ledger.balances b FULL JOIN (SELECT city, account_id, \
         sum(amount_minor) AS total, count(*) AS n FROM ledger.entries GROUP BY 1, 2) e \
         USING (city, account_id) WHERE b.credits_posted - b.debits_posted \
         IS DISTINCT FROM coalesce(e.total, 0) OR b.version <> coalesce(e.n, 0)",
    ),
    (
        "a wallet below zero",
        "SELECT count(*) FROM ledger.balances b JOIN ledger.accounts a \
         ON a.city = b.city AND a.id = b.account_id \
         WHERE a.code = 'wallet' AND b.debits_posted > b.credits_posted",
    ),
    (
        "a bill that was paid twice",
        "SELECT count(*) FROM (SELECT city, bill_id FROM payments.payments GROUP BY 1, 2 \
         HAVING count(*) > 1 UNION ALL SELECT city, bill_id FROM payments.bill_settlements \
         GROUP BY 1, 2 HAVING count(*) > 1) wrong",
    ),
    (
        "a bill that is paid and not settled, or settled and not paid",
        "SELECT count(*) FROM (SELECT city, id FROM payments.bills WHERE state = 'paid') b \
         FULL JOIN (SELECT city, bill_id AS id FROM payments.bill_settlements) s \
         USING (city, id) WHERE b IS NULL OR s IS NULL",
    ),
    (
        "a payment that settles nothing, or a settlement without its payment",
        "SELECT count(*) FROM payments.payments p FULL JOIN (SELECT city, payment_id AS id, \
         bill_id FROM payments.bill_settlements) s USING (city, id) \
         WHERE p.bill_id IS DISTINCT FROM s.bill_id",
    ),
    (
        "a payment without its transfer",
        "SELECT count(*) FROM payments.payments p LEFT JOIN ledger.transfers t \
         ON t.city = p.city AND t.id = p.transfer_id \
         WHERE t.amount_minor IS DISTINCT FROM p.principal_minor + p.surcharge_minor",
    ),
];

/// What the benchmark knows to have been paid.
pub struct Books {
    connection: AsyncPgConnection,
    before: i64,
    acknowledged: i64,
    unseen: Vec<PaymentId>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Books {
    /// Opens them on a city in which nobody pays at the moment.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let mut connection = connect(url).await?;
        // These statements read whole tables; they are worth planning for.
        connection.batch_execute("SET work_mem = '128MB'; SET jit = off").await?;
        let mut books = Self { connection, before: 0, acknowledged: 0, unseen: Vec::new() };
        books.before = books.count(PAYMENTS).await?;
        Ok(books)
    }

    /// Notes what was acknowledged.
    pub fn note(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        self.acknowledged += i64::try_from(outcome.acknowledged)?;
        for answer in &outcome.sample {
            let answer: Value = serde_json::from_slice(answer)?;
            let id = answer.pointer("/id").and_then(Value::as_str).ok_or("a receipt without id")?;
            self.unseen.push(id.parse()?);
        }
        Ok(())
    }

    /// How many payments were acknowledged so far.
    pub fn acknowledged(&self) -> i64 {
        self.acknowledged
    }

    /// Fails with the first thing that is wrong.
    pub async fn check(&mut self) -> Result<(), Failure> {
        let grown = self.count(PAYMENTS).await? - self.before;
        if grown != self.acknowledged {
            let told = self.acknowledged;
            return Err(format!("{told} payments were acknowledged, {grown} are there").into());
        }
        let sample: Vec<_> = self.unseen.drain(..).map(PaymentId::uuid).collect();
        let found: Count = diesel::sql_query(SAMPLED)
            .bind::<Array<SqlUuid>, _>(&sample)
            .get_result(&mut self.connection)
            .await?;
        if usize::try_from(found.count)? != sample.len() {
            return Err(
                format!("{} acknowledged payments, {} there", sample.len(), found.count).into()
            );
        }
        for (wrong, check) in CHECKS {
            let count = self.count(check).await?;
            if count > 0 {
                return Err(format!("{count} times: {wrong}").into());
            }
        }
        Ok(())
    }

    async fn count(&mut self, statement: &str) -> Result<i64, Failure> {
        let found: Count = diesel::sql_query(statement).get_result(&mut self.connection).await?;
        Ok(found.count)
    }
}

const PAYMENTS: &str = "SELECT count(*) FROM payments.payments";

const SAMPLED: &str = "SELECT count(DISTINCT id) FROM payments.payments WHERE id = ANY($1)";
