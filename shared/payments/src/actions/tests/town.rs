//! A small town with bills of every kind. Two of them are alike to the last identifier, so that
//! what happened in them can be compared.

use chrono::{NaiveDate, TimeDelta};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{AccountId, PersonId, RealName, SessionId};
use citygate_kernel::{CityCode, Clock, Currency, Locale, Money, Rate, Text};
use citygate_ledger::{Transfer, TransferId, post};
use citygate_platform::{
    Platform,
    db::{DbError, Tx},
    idempotency::{Claim, Request},
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_query, sql_types::Text as SqlText};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::{
    actions::{PayBill, issue_bills, processor_receivable, wallet_account},
    error::Error,
    model::{BillId, Instalment, Line, NewBill, Share, Surcharge, Terms},
};

const CITY: CityCode = CityCode::HANGZHOU;
pub(super) const AGENCIES: u128 = 3;
/// How many kinds of bills there are.
pub(super) const KINDS: u128 = 7;
/// The last of them has signed out.
pub(super) const PEOPLE: u128 = 5;
pub(super) struct Town {
    pub platform: Platform,
    _db: TestDb,
}

pub(super) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

/// What stands for itself in both towns.
fn uuid(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | n)
}

pub(super) fn agency(n: u128) -> AgencyId {
    AgencyId::from_parts(CITY, uuid(1, n))
}

pub(super) fn person(n: u128) -> PersonId {
    PersonId::from_uuid(uuid(2, n))
}

pub(super) fn bill_id(n: u128) -> BillId {
    BillId::from_parts(CITY, uuid(3, n))
}

pub(super) fn payer(n: u128) -> RealName {
    let (account, session) = (AccountId::from_uuid(uuid(4, n)), SessionId::from_uuid(uuid(5, n)));
    RealName { account, session, city: CITY, person: person(n) }
}

fn today() -> NaiveDate {
    (monday_morning() + TimeDelta::hours(8)).date_naive()
}

/// A bill; its kind follows from its number: plain, late, in any amount, shared and late in any
/// amount, in instalments, for two to pay, with lines.
pub(super) fn new_bill(n: u128) -> NewBill {
    let clock = Clock::manual(monday_morning());
    let mut bill = NewBill {
        id: bill_id(n),
        agency: agency(n % AGENCIES),
        issuer: "test",
        external_no: format!("no {n}"),
        debtor: person(n % PEOPLE),
        subject: Text::new("water", "水费"),
        amount: yuan(9_999),
        due_on: today(),
        surcharge: Some(Surcharge { per_day: Rate::basis_points(300), cap: yuan(9_999) }),
        terms: Terms::default(),
    };
    let late = today() - TimeDelta::days(3);
    match n % KINDS {
        1 => bill.due_on = late,
        2 => bill.terms.allows_partial = true,
        3 => {
            bill.due_on = late;
            bill.terms.allows_partial = true;
            let share = |n| Share { agency: agency(n), parts: 1, received: 0 };
            bill.terms.shares = (0..AGENCIES).map(share).collect();
        }
        4 => {
            bill.due_on = late;
            let part = |(n, minor): (i64, i64)| Instalment {
                amount: yuan(minor),
                due_on: late + TimeDelta::days(30 * n),
            };
            bill.terms.instalments = [(0, 5_000), (1, 4_000), (2, 999)].map(part).to_vec();
        }
        5 => bill.terms.payer = Some(person((n + 1) % PEOPLE)),
        6 => {
            bill.terms.expires_at = Some(clock.now() + TimeDelta::days(1));
            let line =
                |minor| Line { text: Text::new("a", "甲"), amount: yuan(minor), refunded: 0 };
            bill.terms.lines = vec![line(9_000), line(999)];
        }
        _ => {}
    }
    bill
}

/// Who may pay a bill.
pub(super) fn debtor(n: u128) -> RealName {
    payer(n % PEOPLE)
}

pub(super) fn command(key: usize, payer: RealName, bill: BillId) -> PayBill {
    let claim = Claim {
        city: CITY,
        subject_id: payer.account.uuid(),
        key: format!("key {key}"),
        request_hash: vec![1],
    };
    let request = Request { claim, locale: Locale::En, request_id: format!("request {key}") };
    PayBill { request, payer, bill, amount: None, expected: None }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlText)]
    value: String,
}

impl Town {
    /// A town with agencies, so many bills, and people who have so much each.
    pub(super) async fn new(bills: u128, opening: Money) -> Self {
        let clock = Clock::manual(monday_morning());
        let db = TestDb::new().await;
        let town = Self { platform: db.platform(&clock), _db: db };
        town.tx(async |tx| {
            for n in 0..AGENCIES {
                let name = Text::new(format!("Agency {n}"), format!("机构{n}"));
                add_agency(tx, &Agency { id: agency(n), name }).await?;
            }
            for n in 0..PEOPLE {
                settle(tx, n, opening).await?;
            }
            let bills: Vec<NewBill> = (0..bills).map(new_bill).collect();
            for issued in issue_bills(tx, &bills).await? {
                issued?;
            }
            Ok(())
        })
        .await;
        town
    }

    pub(super) async fn tx<T>(&self, body: impl AsyncFnMut(&mut Tx<'_>) -> Result<T, Error>) -> T {
        self.platform.db.tx("test.town", body).await.unwrap()
    }

    /// What a query of one text column called `value` returns.
    pub(super) async fn texts(&self, query: &str) -> Vec<String> {
        let rows: Vec<Row> = self.tx(async |tx| Ok(sql_query(query).load(tx.conn()).await?)).await;
        rows.into_iter().map(|row| row.value).collect()
    }
}

/// Gives somebody an account with a session, and money.
async fn settle(tx: &mut Tx<'_>, n: u128, opening: Money) -> Result<(), Error> {
    let RealName { account, session, city, person } = payer(n);
    let (account, session) = (account.uuid(), session.uuid());
    let revoked = if n + 1 == PEOPLE { "now()" } else { "NULL" };
    let statements = format!(
        "INSERT INTO identity.people VALUES ('{0}', '{0}', 'x', NULL, now()); \
         INSERT INTO identity.accounts VALUES \
         ('{account}', 330100, '{account}', 'x', 'en', '{0}', now(), now()); \
         INSERT INTO identity.sessions VALUES \
         ('{account}', '{session}', now(), 'infinity', {revoked})",
        person.uuid()
    );
    tx.conn().batch_execute(&statements).await.map_err(DbError::from)?;
    let id = TransferId::from_parts(city, uuid(6, n));
    let (receivable, wallet) =
        (processor_receivable(city, Currency::Cny), wallet_account(city, person, Currency::Cny));
    let opening = Transfer::single(id, "opening", receivable, wallet, opening);
    Ok(post(tx, &[opening]).await?)
}
