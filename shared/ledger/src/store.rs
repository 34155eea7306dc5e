//! Statements that move money. Each takes a whole batch as arrays; those on accounts name one city
//! at a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Clock, Currency, Money};
use citygate_platform::{
    db::{DbError, Tx},
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountCode, AccountId, Balance, Hold, TransferId},
    rules::{Posted, State},
    schema::balances,
};

pub(crate) fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

pub(crate) fn currency(code: &str) -> Result<Currency, Error> {
    code.parse().map_err(|_| Error::Damaged("currency"))
}

#[derive(QueryableByName)]
struct BalanceRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = BigInt)]
    debits_pending: i64,
    #[diesel(sql_type = BigInt)]
    debits_posted: i64,
    #[diesel(sql_type = BigInt)]
    credits_pending: i64,
    #[diesel(sql_type = BigInt)]
    credits_posted: i64,
    #[diesel(sql_type = BigInt)]
    overdraft_minor: i64,
    #[diesel(sql_type = Bool)]
    no_debit_excess: bool,
    #[diesel(sql_type = Bool)]
    no_credit_excess: bool,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    changed_at: Option<DateTime<Utc>>,
}

impl BalanceRow {
    fn state(&self) -> State {
        State {
            balance: Balance {
                debits_pending: self.debits_pending,
                debits_posted: self.debits_posted,
                credits_pending: self.credits_pending,
                credits_posted: self.credits_posted,
                overdraft: self.overdraft_minor,
            },
            no_debit_excess: self.no_debit_excess,
            no_credit_excess: self.no_credit_excess,
            version: self.version,
            changed_at: self.changed_at,
        }
    }
}

/// Locks the accounts that exist, in the order of every writer: that of [`Account`]. Never `FOR
/// UPDATE`: it would wait for those who only refer to a row.
pub(crate) async fn lock(
    tx: &Tx<'_>,
    accounts: &BTreeSet<Account>,
) -> Result<BTreeMap<Account, (AccountId, State)>, Error> {
    let mut groups: BTreeMap<(CityCode, AccountCode, Currency), Vec<Option<Uuid>>> =
        BTreeMap::new();
    for account in accounts {
        let group = (account.city, account.code, account.currency);
        groups.entry(group).or_default().push(account.owner);
    }
    let connection = tx.pipeline();
    let locking = groups.into_iter().map(|((city, code, currency), owners)| async move {
        let mut connection = connection;
        let unowned = owners.iter().any(Option::is_none);
        let rows: Vec<BalanceRow> = sql(if unowned { LOCK_UNOWNED } else { LOCK_OWNED })
            .bind::<Array<SqlUuid>, _>(owners.into_iter().flatten().collect::<Vec<_>>())
            .bind::<Integer, _>(city.number())
            .bind::<Text, _>(code.code())
            .bind::<Text, _>(currency.code())
            .load(&mut connection)
            .await?;
        Ok::<_, diesel::result::Error>(rows.into_iter().map(move |row| {
            let account = Account { city, code, currency, owner: row.owner_id };
            (account, (AccountId::from_parts(city, row.account_id), row.state()))
        }))
    });
    Ok(try_join_all(locking).await?.into_iter().flatten().collect())
}

/// Each owner is looked up by itself and in the order of the array, whatever the planner believes
/// of the sizes of tables (`OFFSET 0` keeps it from joining otherwise). Columns by name: a
/// migration that adds one must not break statements that are prepared.
const LOCK_OWNED: &str = "SELECT asked.owner_id, b.account_id, b.debits_pending, \
     b.debits_posted, b.credits_pending, b.credits_posted, b.overdraft_minor, b.no_debit_excess, \
     b.no_credit_excess, b.version, b.changed_at FROM unnest($1) AS asked (owner_id) \
     CROSS JOIN LATERAL (SELECT city, id FROM ledger.accounts WHERE city = $2 AND code = $3 \
       AND currency = $4::bpchar AND owner_id = asked.owner_id OFFSET 0) a \
     CROSS JOIN LATERAL (SELECT * FROM ledger.balances WHERE city = a.city AND account_id = a.id \
       FOR NO KEY UPDATE) b";

/// The few accounts of a city that nobody owns are found by their code alone.
const LOCK_UNOWNED: &str = "SELECT a.owner_id, b.account_id, b.debits_pending, b.debits_posted, \
     b.credits_pending, b.credits_posted, b.overdraft_minor, b.no_debit_excess, \
     b.no_credit_excess, b.version, b.changed_at FROM ledger.accounts a \
     JOIN ledger.balances b ON b.city = a.city AND b.account_id = a.id \
     WHERE (a.owner_id IS NULL OR a.owner_id = ANY($1)) \
     AND a.city = $2 AND a.code = $3 AND a.currency = $4::bpchar \
     ORDER BY a.owner_id NULLS FIRST FOR NO KEY UPDATE OF b";

/// Opens accounts. If somebody else has just opened one of them, the transaction is repeated.
pub(crate) async fn open(
    tx: &Tx<'_>,
    accounts: &[Account],
) -> Result<Vec<(Account, AccountId)>, Error> {
    let now = tx.now();
    let clock = Clock::manual(now);
    let opened: Vec<(Account, AccountId)> =
        accounts.iter().map(|account| (*account, AccountId::new(account.city, &clock))).collect();
    let cities = || opened.iter().map(|(account, _)| account.city.number()).collect::<Vec<_>>();
    let ids = || opened.iter().map(|(_, id)| id.uuid()).collect::<Vec<_>>();
    let inserted =
        sql("INSERT INTO ledger.accounts (created_at, city, id, code, owner_id, currency) \
         SELECT $1, new.* FROM unnest($2, $3, $4, $5, $6) AS new ON CONFLICT DO NOTHING")
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Integer>, _>(cities())
        .bind::<Array<SqlUuid>, _>(ids())
        .bind::<Array<Text>, _>(opened.iter().map(|(a, _)| a.code.code()).collect::<Vec<_>>())
        .bind::<Array<Nullable<SqlUuid>>, _>(
            opened.iter().map(|(a, _)| a.owner).collect::<Vec<_>>(),
        )
        .bind::<Array<Text>, _>(opened.iter().map(|(a, _)| a.currency.code()).collect::<Vec<_>>())
        .execute(&mut tx.pipeline())
        .await?;
    if inserted < opened.len() {
        return Err(DbError::Overtaken("an account was opened meanwhile").into());
    }
    let guarded = opened.iter().map(|(account, _)| account.code.no_debit_excess());
    sql("INSERT INTO ledger.balances (city, account_id, no_debit_excess) \
         SELECT * FROM unnest($1, $2, $3)")
    .bind::<Array<Integer>, _>(cities())
    .bind::<Array<SqlUuid>, _>(ids())
    .bind::<Array<Bool>, _>(guarded.collect::<Vec<_>>())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(opened)
}

/// The identifier of an account that was locked or opened.
fn id_of(ids: &BTreeMap<Account, AccountId>, account: &Account) -> Uuid {
    ids.get(account).map_or(Uuid::nil(), |id| id.uuid())
}

pub(crate) async fn insert_transfers(
    tx: &Tx<'_>,
    posted: &[Posted],
    ids: &BTreeMap<Account, AccountId>,
) -> Result<(), Error> {
    let now = tx.now();
    let version = |side: usize| {
        posted
            .iter()
            .map(|p| p.legs.as_ref().and_then(|legs| legs.get(side)).map(|leg| leg.version))
            .collect::<Vec<_>>()
    };
    sql("INSERT INTO ledger.transfers (created_at, city, id, kind, pending_id, group_id, \
         debit_city, debit_account, debit_version, credit_city, credit_account, credit_version, \
         amount_minor, currency, code, expires_at) \
         SELECT $1, new.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16) AS new")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Integer>, _>(column(posted, |p| p.transfer.id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(posted, |p| p.transfer.id.uuid()))
    .bind::<Array<Text>, _>(column(posted, |p| p.transfer.movement.kind()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(posted, |p| {
        p.transfer.movement.hold().map(|hold| hold.uuid())
    }))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(posted, |p| p.group.map(|id| id.uuid())))
    .bind::<Array<Integer>, _>(column(posted, |p| p.debit.city.number()))
    .bind::<Array<SqlUuid>, _>(column(posted, |p| id_of(ids, &p.debit)))
    .bind::<Array<Nullable<BigInt>>, _>(version(0))
    .bind::<Array<Integer>, _>(column(posted, |p| p.credit.city.number()))
    .bind::<Array<SqlUuid>, _>(column(posted, |p| id_of(ids, &p.credit)))
    .bind::<Array<Nullable<BigInt>>, _>(version(1))
    .bind::<Array<BigInt>, _>(column(posted, |p| p.amount.minor()))
    .bind::<Array<Text>, _>(column(posted, |p| p.amount.currency().code()))
    .bind::<Array<Text>, _>(column(posted, |p| p.transfer.code))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(posted, |p| p.expires_at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

pub(crate) async fn insert_entries(
    tx: &Tx<'_>,
    posted: &[Posted],
    ids: &BTreeMap<Account, AccountId>,
) -> Result<(), Error> {
    let legs: Vec<_> = posted
        .iter()
        .flat_map(|p| p.legs.iter().flatten().map(|leg| (p.transfer.id, leg)))
        .collect();
    if legs.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO ledger.entries (city, account_id, version, transfer_city, transfer_id, \
         amount_minor, balance_after, created_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind::<Array<Integer>, _>(column(&legs, |(_, leg)| leg.account.city.number()))
    .bind::<Array<SqlUuid>, _>(column(&legs, |(_, leg)| id_of(ids, &leg.account)))
    .bind::<Array<BigInt>, _>(column(&legs, |(_, leg)| leg.version))
    .bind::<Array<Integer>, _>(column(&legs, |(id, _)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&legs, |(id, _)| id.uuid()))
    .bind::<Array<BigInt>, _>(column(&legs, |(_, leg)| leg.amount_minor))
    .bind::<Array<BigInt>, _>(column(&legs, |(_, leg)| leg.balance_after))
    .bind::<Array<Timestamptz>, _>(column(&legs, |(_, leg)| leg.at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Writes the counters of locked accounts. An insert that always meets its row is an update that
/// always goes by the key.
pub(crate) async fn update_balances(
    tx: &Tx<'_>,
    changed: &BTreeMap<Account, (AccountId, State)>,
) -> Result<(), Error> {
    let rows: Vec<(AccountId, State)> = changed.values().copied().collect();
    sql("INSERT INTO ledger.balances (city, account_id, debits_pending, debits_posted, \
         credits_pending, credits_posted, overdraft_minor, no_debit_excess, no_credit_excess, \
         version, changed_at) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (city, account_id) DO UPDATE SET \
         debits_pending = EXCLUDED.debits_pending, debits_posted = EXCLUDED.debits_posted, \
         credits_pending = EXCLUDED.credits_pending, credits_posted = EXCLUDED.credits_posted, \
         version = EXCLUDED.version, changed_at = EXCLUDED.changed_at")
    .bind::<Array<Integer>, _>(column(&rows, |(id, _)| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(&rows, |(id, _)| id.uuid()))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.balance.debits_pending))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.balance.debits_posted))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.balance.credits_pending))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.balance.credits_posted))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.balance.overdraft))
    .bind::<Array<Bool>, _>(column(&rows, |(_, s)| s.no_debit_excess))
    .bind::<Array<Bool>, _>(column(&rows, |(_, s)| s.no_credit_excess))
    .bind::<Array<BigInt>, _>(column(&rows, |(_, s)| s.version))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(&rows, |(_, s)| s.changed_at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

pub(crate) async fn set_overdraft(tx: &mut Tx<'_>, id: AccountId, minor: i64) -> Result<(), Error> {
    diesel::update(balances::table.find((id.city().number(), id.uuid())))
        .set(balances::overdraft_minor.eq(minor))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Two accounts and an amount between them, with the names of its members as columns.
#[derive(QueryableByName)]
pub(crate) struct Sides {
    #[diesel(sql_type = Integer)]
    debit_city: i32,
    #[diesel(sql_type = Text)]
    debit_code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    debit_owner: Option<Uuid>,
    #[diesel(sql_type = Integer)]
    credit_city: i32,
    #[diesel(sql_type = Text)]
    credit_code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credit_owner: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
}

impl Sides {
    pub(crate) fn accounts(&self) -> Result<(Account, Account, Money), Error> {
        let currency = currency(&self.currency)?;
        let debit = account(self.debit_city, &self.debit_code, currency, self.debit_owner)?;
        let credit = account(self.credit_city, &self.credit_code, currency, self.credit_owner)?;
        Ok((debit, credit, Money::new(self.amount_minor, currency)))
    }
}

#[derive(QueryableByName)]
struct HoldRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(embed)]
    sides: Sides,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
}

/// An account by its parts as stored.
fn account(
    number: i32,
    code: &str,
    currency: Currency,
    owner: Option<Uuid>,
) -> Result<Account, Error> {
    let code = AccountCode::parse(code).ok_or(Error::Damaged("account code"))?;
    Ok(Account { city: city(number)?, code, currency, owner })
}

/// Locks open holds, sorted. Holds that are resolved or never were are left out.
pub(crate) async fn lock_holds(
    tx: &Tx<'_>,
    ids: &[TransferId],
) -> Result<BTreeMap<TransferId, Hold>, Error> {
    let mut holds = BTreeMap::new();
    for (city, ids) in TransferId::by_city(ids.iter().copied()) {
        let rows: Vec<HoldRow> =
            sql("SELECT h.id, h.debit_city, d.code AS debit_code, d.owner_id AS debit_owner, \
             h.credit_city, c.code AS credit_code, c.owner_id AS credit_owner, h.amount_minor, \
             h.currency::text AS currency, h.expires_at FROM ledger.holds h \
             JOIN ledger.accounts d ON d.city = h.debit_city AND d.id = h.debit_account \
             JOIN ledger.accounts c ON c.city = h.credit_city AND c.id = h.credit_account \
             WHERE h.city = $1 AND h.id = ANY($2) ORDER BY h.id FOR UPDATE OF h")
            .bind::<Integer, _>(city.number())
            .bind::<Array<SqlUuid>, _>(ids)
            .load(&mut tx.pipeline())
            .await?;
        for row in rows {
            let id = TransferId::from_parts(city, row.id);
            let (debit, credit, amount) = row.sides.accounts()?;
            holds.insert(id, Hold { id, debit, credit, amount, expires_at: row.expires_at });
        }
    }
    Ok(holds)
}

pub(crate) async fn delete_holds(tx: &Tx<'_>, gone: &[TransferId]) -> Result<(), Error> {
    sql("DELETE FROM ledger.holds USING unnest($1, $2) AS gone (city, id) \
         WHERE holds.city = gone.city AND holds.id = gone.id")
    .bind::<Array<Integer>, _>(column(gone, |id| id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(gone, |id| id.uuid()))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

pub(crate) async fn insert_holds(
    tx: &Tx<'_>,
    made: &[&Hold],
    ids: &BTreeMap<Account, AccountId>,
) -> Result<(), Error> {
    sql("INSERT INTO ledger.holds (city, id, debit_city, debit_account, credit_city, \
         credit_account, amount_minor, currency, expires_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind::<Array<Integer>, _>(column(made, |h| h.id.city().number()))
    .bind::<Array<SqlUuid>, _>(column(made, |h| h.id.uuid()))
    .bind::<Array<Integer>, _>(column(made, |h| h.debit.city.number()))
    .bind::<Array<SqlUuid>, _>(column(made, |h| id_of(ids, &h.debit)))
    .bind::<Array<Integer>, _>(column(made, |h| h.credit.city.number()))
    .bind::<Array<SqlUuid>, _>(column(made, |h| id_of(ids, &h.credit)))
    .bind::<Array<BigInt>, _>(column(made, |h| h.amount.minor()))
    .bind::<Array<Text>, _>(column(made, |h| h.amount.currency().code()))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(made, |h| h.expires_at))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}
