//! The ledger on a real database.

#![cfg(test)]

mod batches;
mod holds;
mod migrating;
mod posting;
mod races;
mod reading;
mod tampering;
mod verifying;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::{CityCode, Clock, Currency, Money};
use citygate_ledger::{
    Account, AccountCode, Balance, Error, Movement, Transfer, TransferId, Verified, balance, post,
    verify,
};
use citygate_platform::{
    Platform,
    db::{DatabaseSettings, Db},
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

const CITY: CityCode = CityCode::HANGZHOU;

/// Guangzhou.
fn other_city() -> CityCode {
    "440100".parse().unwrap()
}

fn account(code: AccountCode, owner: Option<u128>) -> Account {
    let owner = owner.map(Uuid::from_u128);
    Account { city: CITY, code, currency: Currency::Cny, owner }
}

fn wallet(owner: u128) -> Account {
    account(AccountCode::Wallet, Some(owner))
}

fn agency() -> Account {
    account(AccountCode::AgencyPayable, Some(1))
}

fn processor() -> Account {
    account(AccountCode::ProcessorReceivable, None)
}

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

fn fresh() -> TransferId {
    TransferId::new(CITY, &Clock::system())
}

/// An identifier that says itself which it is. All of them go to the same chain.
fn nth(n: u128) -> TransferId {
    TransferId::from_parts(CITY, Uuid::from_u128(n * 16))
}

fn single(debit: Account, credit: Account, minor: i64) -> Transfer {
    Transfer::single(fresh(), "test", debit, credit, cny(minor))
}

fn pending(debit: Account, credit: Account, minor: i64, ends: Option<DateTime<Utc>>) -> Transfer {
    let movement = Movement::Pending { debit, credit, amount: cny(minor), expires_at: ends };
    Transfer { id: fresh(), code: "test", movement }
}

/// What becomes of a hold.
fn resolution(movement: Movement) -> Transfer {
    Transfer { id: fresh(), code: "test", movement }
}

/// What is hashed of a transfer, as anybody may spell it out.
const LINE: &str = "concat_ws('|', t.id, t.kind, coalesce(t.pending_id::text, '-'), \
     coalesce(t.group_id::text, '-'), debit_city, debit_account, \
     coalesce(debit_version::text, '-'), credit_city, credit_account, \
     coalesce(credit_version::text, '-'), amount_minor, currency, code, \
     coalesce((extract(epoch FROM expires_at) * 1000000)::bigint::text, '-'), \
     (extract(epoch FROM created_at) * 1000000)::bigint) || E'\\n'";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

/// Books of one's own, and a clock that obeys.
struct Ground {
    clock: Clock,
    platform: Platform,
    _db: TestDb,
}

impl Ground {
    async fn new() -> Self {
        let clock = Clock::manual(monday_morning());
        let db = TestDb::new().await;
        // A busy machine makes callers wait; that is not what is tested.
        let patient = DatabaseSettings {
            pool_size: 8,
            checkout_seconds: 60,
            deadline_seconds: 60,
            ..DatabaseSettings::default()
        };
        let platform =
            Platform { db: Db::new(&db.url, clock.clone(), &patient), ..db.platform(&clock) };
        Self { clock, platform, _db: db }
    }

    /// One transaction for linked transfers.
    async fn post(&self, linked: &[Transfer]) -> Result<(), Error> {
        self.platform.db.tx("test.post", async |tx| post(tx, linked).await).await
    }

    async fn balance(&self, account: &Account) -> Balance {
        let read = self.platform.db.tx("test.balance", async |tx| balance(tx, account).await);
        read.await.unwrap()
    }

    /// Pending and posted, debits and credits.
    async fn counters(&self, account: Account) -> [i64; 4] {
        let Balance { debits_pending, debits_posted, credits_pending, credits_posted, .. } =
            self.balance(&account).await;
        [debits_pending, debits_posted, credits_pending, credits_posted]
    }

    async fn sound(&self) -> Verified {
        verify(&self.platform.db, |_| {}).await.unwrap()
    }

    async fn run(&self, statements: &str) -> Result<(), Error> {
        let run = self
            .platform
            .db
            .tx("test.run", async |tx| Ok::<_, Error>(tx.conn().batch_execute(statements).await?));
        run.await
    }

    /// The rows of a query, as JSON.
    async fn rows(&self, query: &str) -> Vec<String> {
        let query = format!("SELECT row_to_json(x)::text AS row FROM ({query}) x");
        let read = self.platform.db.tx("test.rows", async |tx| {
            let rows: Vec<Row> = diesel::sql_query(&query).load(tx.conn()).await?;
            Ok::<_, Error>(rows.into_iter().map(|row| row.row).collect())
        });
        read.await.unwrap()
    }

    /// From here on, like whoever can do anything to the database.
    async fn seize(&self) {
        let right = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ledger";
        self.run(&format!("{right} TO CURRENT_USER")).await.unwrap();
    }
}

fn minutes(minutes: i64) -> DateTime<Utc> {
    monday_morning() + TimeDelta::minutes(minutes)
}
