//! Every statement of the ledger.

use std::collections::BTreeMap;

use citygate_kernel::{CityCode, Currency};
use citygate_platform::db::Tx;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId, Balance, Transfer, TrialBalance},
    rules::{Entry, State},
    schema::{accounts, balances, entries, transfers},
};

pub(crate) async fn find_account(
    tx: &mut Tx<'_>,
    account: &Account,
) -> Result<Option<AccountId>, Error> {
    let id: Option<Uuid> = accounts::table
        .filter(accounts::city.eq(account.city.number()))
        .filter(accounts::code.eq(account.code.code()))
        .filter(accounts::owner_id.is_not_distinct_from(account.owner))
        .filter(accounts::currency.eq(account.currency.code()))
        .select(accounts::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(|id| AccountId::from_parts(account.city, id)))
}

/// Creates the account and its counters. Of two that try at once, one waits for the other.
pub(crate) async fn insert_account(
    tx: &mut Tx<'_>,
    id: AccountId,
    account: &Account,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(accounts::table)
        .values((
            accounts::city.eq(id.city().number()),
            accounts::id.eq(id.uuid()),
            accounts::code.eq(account.code.code()),
            accounts::owner_id.eq(account.owner),
            accounts::currency.eq(account.currency.code()),
            accounts::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    if inserted == 1 {
        diesel::insert_into(balances::table)
            .values((
                balances::city.eq(id.city().number()),
                balances::account_id.eq(id.uuid()),
                balances::no_debit_excess.eq(account.code.no_debit_excess()),
            ))
            .execute(tx.conn())
            .await?;
    }
    Ok(inserted == 1)
}

/// Locks balances in the order of their keys, the order of every writer, so that two transactions
/// never wait for each other in a circle.
pub(crate) async fn lock(
    tx: &mut Tx<'_>,
    ids: &[AccountId],
) -> Result<BTreeMap<AccountId, State>, Error> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut states = BTreeMap::new();
    for id in ids {
        let row: Option<(i64, i64, bool, i64)> = balances::table
            .find((id.city().number(), id.uuid()))
            .select((
                balances::debits_posted,
                balances::credits_posted,
                balances::no_debit_excess,
                balances::version,
            ))
            .for_no_key_update()
            .first(tx.conn())
            .await
            .optional()?;
        let (debits_posted, credits_posted, no_debit_excess, version) =
            row.ok_or(Error::AccountUnknown(id))?;
        let currency: String = accounts::table
            .find((id.city().number(), id.uuid()))
            .select(accounts::currency)
            .first(tx.conn())
            .await?;
        let currency = currency.parse().map_err(|_| Error::CurrencyMismatch)?;
        states.insert(
            id,
            State { currency, no_debit_excess, debits_posted, credits_posted, version },
        );
    }
    Ok(states)
}

pub(crate) async fn write(
    tx: &mut Tx<'_>,
    done: &[(Transfer, [Entry; 2])],
    states: &BTreeMap<AccountId, State>,
) -> Result<(), Error> {
    let now = tx.now();
    let rows: Vec<_> = done
        .iter()
        .map(|(transfer, _)| {
            (
                transfers::city.eq(transfer.id.city().number()),
                transfers::id.eq(transfer.id.uuid()),
                transfers::debit_city.eq(transfer.debit.city().number()),
                transfers::debit_account.eq(transfer.debit.uuid()),
                transfers::credit_city.eq(transfer.credit.city().number()),
                transfers::credit_account.eq(transfer.credit.uuid()),
                transfers::amount_minor.eq(transfer.amount.minor()),
                transfers::currency.eq(transfer.amount.currency().code()),
                transfers::code.eq(transfer.code),
                transfers::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(transfers::table).values(rows).execute(tx.conn()).await?;
    let rows: Vec<_> = done
        .iter()
        .flat_map(|(transfer, pair)| pair.iter().map(move |entry| (transfer, entry)))
        .map(|(transfer, entry)| {
            (
                entries::city.eq(entry.account.city().number()),
                entries::account_id.eq(entry.account.uuid()),
                entries::version.eq(entry.version),
                entries::transfer_city.eq(transfer.id.city().number()),
                entries::transfer_id.eq(transfer.id.uuid()),
                entries::amount_minor.eq(entry.amount_minor),
                entries::balance_after.eq(entry.balance_after),
                entries::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(entries::table).values(rows).execute(tx.conn()).await?;
    for (id, state) in states {
        diesel::update(balances::table.find((id.city().number(), id.uuid())))
            .set((
                balances::debits_posted.eq(state.debits_posted),
                balances::credits_posted.eq(state.credits_posted),
                balances::version.eq(state.version),
            ))
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

pub(crate) async fn balance(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Balance>, Error> {
    let row: Option<(i64, i64)> = balances::table
        .find((id.city().number(), id.uuid()))
        .select((balances::debits_posted, balances::credits_posted))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|(debits_posted, credits_posted)| Balance { debits_posted, credits_posted }))
}

#[derive(QueryableByName)]
struct TrialRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    debits: String,
    #[diesel(sql_type = Text)]
    credits: String,
    #[diesel(sql_type = BigInt)]
    accounts: i64,
}

/// Sums of 64-bit counters are wider than 64 bits; they travel as text.
pub(crate) async fn trial_balance(
    tx: &mut Tx<'_>,
    city: Option<CityCode>,
) -> Result<Vec<TrialBalance>, Error> {
    let rows: Vec<TrialRow> = diesel::sql_query(
        "SELECT a.currency::text AS currency, sum(b.debits_posted)::text AS debits, \
                sum(b.credits_posted)::text AS credits, count(*) AS accounts \
         FROM ledger.balances b \
         JOIN ledger.accounts a ON a.city = b.city AND a.id = b.account_id \
         WHERE $1 IS NULL OR b.city = $1 GROUP BY a.currency ORDER BY a.currency",
    )
    .bind::<Nullable<Integer>, _>(city.map(CityCode::number))
    .load(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency = row.currency.parse().map_err(|_| Error::CurrencyMismatch)?;
            Ok(TrialBalance {
                currency,
                debits: row.debits.parse().map_err(|_| Error::Overflow)?,
                credits: row.credits.parse().map_err(|_| Error::Overflow)?,
                accounts: row.accounts,
            })
        })
        .collect()
}

/// One statement for each invariant; each counts what breaks it.
const CHECKS: [(&str, &str); 4] = [
    (
        "a transfer without its two entries",
        "SELECT count(*) FROM ledger.transfers t WHERE (SELECT count(*) FROM ledger.entries e \
         WHERE e.transfer_city = t.city AND e.transfer_id = t.id \
         AND ((e.city, e.account_id, e.amount_minor) \
              = (t.debit_city, t.debit_account, -t.amount_minor) \
           OR (e.city, e.account_id, e.amount_minor) \
              = (t.credit_city, t.credit_account, t.amount_minor))) <> 2",
    ),
    (
        "an entry without its transfer",
        "SELECT count(*) FROM ledger.entries e WHERE NOT EXISTS (SELECT FROM ledger.transfers t \
         WHERE t.city = e.transfer_city AND t.id = e.transfer_id)",
    ),
    (
        "a balance that is not the sum of its entries",
        "SELECT count(*) FROM ledger.balances b LEFT JOIN (SELECT city, account_id, \
         coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS credits, \
         coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS debits, \
         count(*) AS n, max(version) AS last FROM ledger.entries GROUP BY 1, 2) e \
         ON e.city = b.city AND e.account_id = b.account_id \
         WHERE b.credits_posted <> coalesce(e.credits, 0) \
            OR b.debits_posted <> coalesce(e.debits, 0) \
            OR b.version <> coalesce(e.n, 0) OR b.version <> coalesce(e.last, 0)",
    ),
    (
        "an entry whose balance does not follow from the one before",
        "SELECT count(*) FROM (SELECT balance_after, sum(amount_minor) OVER (PARTITION BY city, \
         account_id ORDER BY version) AS running FROM ledger.entries) e \
         WHERE balance_after <> running",
    ),
];

/// Recomputes the books. Returns what is wrong and how often.
pub(crate) async fn faults(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, i64)>, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut faults = Vec::new();
    for (name, check) in CHECKS {
        let found: Count = diesel::sql_query(check).get_result(tx.conn()).await?;
        if found.count > 0 {
            faults.push((name, found.count));
        }
    }
    let unbalanced = trial_balance(tx, None).await?.iter().filter(|row| !row.balanced()).count();
    if unbalanced > 0 {
        faults.push(("a currency whose debits and credits differ", unbalanced as i64));
    }
    Ok(faults)
}
