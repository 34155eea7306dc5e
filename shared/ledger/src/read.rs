//! Statements that only read.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Currency, Money};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId, Balance, Entry, TransferId, TrialBalance},
    schema::{accounts, balances, entries, transfers},
    store::{Sides, city, currency},
};

/// An account that exists.
pub(crate) struct Found {
    pub id: AccountId,
    pub balance: Balance,
    pub version: i64,
}

pub(crate) async fn find(tx: &mut Tx<'_>, account: &Account) -> Result<Option<Found>, Error> {
    type Row = (Uuid, i64, i64, i64, i64, i64, i64);
    let query = accounts::table
        .inner_join(
            balances::table
                .on(balances::city.eq(accounts::city).and(balances::account_id.eq(accounts::id))),
        )
        .filter(accounts::city.eq(account.city.number()))
        .filter(accounts::code.eq(account.code.code()))
        .filter(accounts::currency.eq(account.currency.code()))
        .select((
            accounts::id,
            balances::debits_pending,
            balances::debits_posted,
            balances::credits_pending,
            balances::credits_posted,
            balances::overdraft_minor,
            balances::version,
        ));
    let row: Option<Row> = match account.owner {
        Some(owner) => {
            query.filter(accounts::owner_id.eq(owner)).first(tx.conn()).await.optional()?
        }
        None => query.filter(accounts::owner_id.is_null()).first(tx.conn()).await.optional()?,
    };
    Ok(row.map(|(id, dp, d, cp, c, overdraft, version)| Found {
        id: AccountId::from_parts(account.city, id),
        balance: Balance {
            debits_pending: dp,
            debits_posted: d,
            credits_pending: cp,
            credits_posted: c,
            overdraft,
        },
        version,
    }))
}

/// The version of the last entry that is early enough; 0 where there is none. The times of an
/// account's entries never fall, so halving finds it.
pub(crate) async fn last(
    tx: &mut Tx<'_>,
    id: AccountId,
    versions: i64,
    early_enough: impl Fn(DateTime<Utc>) -> bool,
) -> Result<i64, Error> {
    let (mut before, mut after) = (0, versions + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let at: DateTime<Utc> = entries::table
            .find((id.city().number(), id.uuid(), middle))
            .select(entries::created_at)
            .first(tx.conn())
            .await?;
        if early_enough(at) { before = middle } else { after = middle }
    }
    Ok(before)
}

/// Credits less debits after a version; nothing before the first.
pub(crate) async fn balance_after(
    tx: &mut Tx<'_>,
    id: AccountId,
    version: i64,
) -> Result<i64, Error> {
    if version == 0 {
        return Ok(0);
    }
    Ok(entries::table
        .find((id.city().number(), id.uuid(), version))
        .select(entries::balance_after)
        .first(tx.conn())
        .await?)
}

/// Debits and credits of the entries after one version and up to another.
pub(crate) async fn sums(
    tx: &mut Tx<'_>,
    id: AccountId,
    after: i64,
    last: i64,
) -> Result<(i64, i64), Error> {
    #[derive(QueryableByName)]
    struct Sums {
        #[diesel(sql_type = BigInt)]
        debits: i64,
        #[diesel(sql_type = BigInt)]
        credits: i64,
    }
    let sums: Sums = sql(
        "SELECT coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint AS debits, \
         coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint AS credits \
         FROM ledger.entries WHERE city = $1 AND account_id = $2 AND version > $3 \
         AND version <= $4",
    )
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(last)
    .get_result(tx.conn())
    .await?;
    Ok((sums.debits, sums.credits))
}

/// Entries of some versions, newest first.
pub(crate) async fn entries(
    tx: &mut Tx<'_>,
    id: AccountId,
    currency: Currency,
    versions: RangeInclusive<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    type Row = (i64, i32, Uuid, String, i64, i64, DateTime<Utc>);
    let rows: Vec<Row> = entries::table
        .inner_join(transfers::table.on(
            transfers::city.eq(entries::transfer_city).and(transfers::id.eq(entries::transfer_id)),
        ))
        .filter(entries::city.eq(id.city().number()))
        .filter(entries::account_id.eq(id.uuid()))
        .filter(entries::version.gt(*versions.start()))
        .filter(entries::version.le(*versions.end()))
        .order(entries::version.desc())
        .limit(limit)
        .select((
            entries::version,
            entries::transfer_city,
            entries::transfer_id,
            transfers::code,
            entries::amount_minor,
            entries::balance_after,
            entries::created_at,
        ))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(version, number, transfer, code, amount, balance, at)| {
            Ok(Entry {
                version,
                transfer: TransferId::from_parts(city(number)?, transfer),
                code,
                amount: Money::new(amount, currency),
                balance_after: Money::new(balance, currency),
                at,
            })
        })
        .collect()
}

pub(crate) async fn transfer(
    tx: &mut Tx<'_>,
    id: TransferId,
) -> Result<Option<(Account, Account, Money)>, Error> {
    let row: Option<Sides> = sql(
        "SELECT t.debit_city, d.code AS debit_code, d.owner_id AS debit_owner, t.credit_city, \
         c.code AS credit_code, c.owner_id AS credit_owner, t.amount_minor, \
         t.currency::text AS currency FROM ledger.transfers t \
         JOIN ledger.accounts d ON d.city = t.debit_city AND d.id = t.debit_account \
         JOIN ledger.accounts c ON c.city = t.credit_city AND c.id = t.credit_account \
         WHERE t.city = $1 AND t.id = $2",
    )
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn())
    .await
    .optional()?;
    row.map(|row| row.accounts()).transpose()
}

#[derive(QueryableByName)]
struct TrialRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    debits: String,
    #[diesel(sql_type = Text)]
    credits: String,
    #[diesel(sql_type = Text)]
    debits_pending: String,
    #[diesel(sql_type = Text)]
    credits_pending: String,
    #[diesel(sql_type = BigInt)]
    accounts: i64,
}

/// Sums of 64-bit counters are wider than 64 bits; they travel as text.
pub(crate) async fn trial_balance(
    tx: &mut Tx<'_>,
    city: Option<CityCode>,
) -> Result<Vec<TrialBalance>, Error> {
    let rows: Vec<TrialRow> =
        sql("SELECT a.currency::text AS currency, sum(b.debits_posted)::text AS debits, \
                sum(b.credits_posted)::text AS credits, \
                sum(b.debits_pending)::text AS debits_pending, \
                sum(b.credits_pending)::text AS credits_pending, count(*) AS accounts \
         FROM ledger.balances b \
         JOIN ledger.accounts a ON a.city = b.city AND a.id = b.account_id \
         WHERE b.city = coalesce($1, b.city) GROUP BY a.currency ORDER BY a.currency")
        .bind::<Nullable<Integer>, _>(city.map(CityCode::number))
        .load(tx.conn())
        .await?;
    let wide = |text: &str| text.parse().map_err(|_| Error::Overflow);
    rows.into_iter()
        .map(|row| {
            Ok(TrialBalance {
                currency: currency(&row.currency)?,
                debits: wide(&row.debits)?,
                credits: wide(&row.credits)?,
                debits_pending: wide(&row.debits_pending)?,
                credits_pending: wide(&row.credits_pending)?,
                accounts: row.accounts,
            })
        })
        .collect()
}
