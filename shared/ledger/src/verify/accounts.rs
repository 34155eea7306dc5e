//! Accounts, entry by entry.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_platform::{
    db::{Db, Tx},
    sql::sql,
};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{VerifyError, fault, patiently};

/// How many accounts are read at a time.
const ACCOUNTS: i64 = 1_000;
/// How many entries are read at a time.
const ENTRIES: i64 = 10_000;

/// The counters of an account as they are, and from which version on its entries are still to be
/// added up.
#[derive(QueryableByName)]
struct Counters {
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = BigInt)]
    debits_posted: i64,
    #[diesel(sql_type = BigInt)]
    credits_posted: i64,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    changed_at: Option<DateTime<Utc>>,
    /// The version of the last entry that there is.
    #[diesel(sql_type = BigInt)]
    written: i64,
}

/// What entries come to.
#[derive(Default)]
struct Running {
    debits: i64,
    credits: i64,
    version: i64,
    at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = BigInt)]
    balance_after: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    /// When its transfer was made.
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
}

/// Returns how many accounts there are.
pub(super) async fn verify(db: &Db, mut progress: impl FnMut(i64)) -> Result<i64, VerifyError> {
    let (mut done, mut last) = (0, (0, Uuid::nil()));
    loop {
        let accounts = db.tx("ledger.verify_accounts", async |tx| page(tx, last).await).await?;
        let Some(end) = accounts.last() else { return Ok(done) };
        last = (end.city, end.account_id);
        let mut cities: BTreeMap<i32, Vec<&Counters>> = BTreeMap::new();
        for account in &accounts {
            cities.entry(account.city).or_default().push(account);
        }
        for (city, accounts) in cities {
            add_up(db, city, &accounts).await?;
        }
        done += i64::try_from(accounts.len()).unwrap_or_default();
        progress(done);
    }
}

async fn page(tx: &mut Tx<'_>, after: (i32, Uuid)) -> Result<Vec<Counters>, VerifyError> {
    patiently(tx).await?;
    Ok(sql("SELECT b.city, b.account_id, b.debits_posted, b.credits_posted, b.version, \
            b.changed_at, coalesce((SELECT max(e.version) FROM ledger.entries e \
              WHERE e.city = b.city AND e.account_id = b.account_id), 0) AS written \
            FROM ledger.balances b WHERE (b.city, b.account_id) > ($1, $2) \
            ORDER BY b.city, b.account_id LIMIT $3")
    .bind::<Integer, _>(after.0)
    .bind::<SqlUuid, _>(after.1)
    .bind::<BigInt, _>(ACCOUNTS)
    .load(tx.conn())
    .await?)
}

/// Adds up the entries of some accounts of one city, up to the versions that were read with their
/// counters: what came later is not looked at.
async fn add_up(db: &Db, city: i32, accounts: &[&Counters]) -> Result<(), VerifyError> {
    let mut sums: BTreeMap<Uuid, Running> = BTreeMap::new();
    loop {
        let open = accounts.iter().map(|account| {
            let seen = sums.get(&account.account_id).map_or(0, |sum| sum.version);
            (account.account_id, seen, account.version)
        });
        let open = some_of(open.filter(|(_, seen, version)| seen < version));
        let [(account, seen, _), ..] = open.as_slice() else { break };
        let entries =
            db.tx("ledger.verify_entries", async |tx| next(tx, city, &open).await).await?;
        if entries.is_empty() {
            return Err(fault("an entry is gone", entry(city, *account, seen + 1)));
        }
        for row in entries {
            add(sums.entry(row.account_id).or_default(), &row, city)?;
        }
    }
    let nothing = Running::default();
    for account in accounts {
        let sum = sums.get(&account.account_id).unwrap_or(&nothing);
        let place = || format!("city {city}, account {}", account.account_id);
        if (sum.debits, sum.credits) != (account.debits_posted, account.credits_posted) {
            return Err(fault("a counter is not the sum of its entries", place()));
        }
        if account.written > account.version {
            return Err(fault("an account does not count all of its entries", place()));
        }
        if account.changed_at != sum.at {
            return Err(fault("an account did not change when its last entry was made", place()));
        }
    }
    Ok(())
}

/// As many accounts, and as much of the last one, as make a page of entries.
fn some_of(open: impl Iterator<Item = (Uuid, i64, i64)>) -> Vec<(Uuid, i64, i64)> {
    let mut room = ENTRIES;
    open.map_while(|(account, seen, version)| {
        let last = version.min(seen + room);
        room -= last - seen;
        (last > seen).then_some((account, seen, last))
    })
    .collect()
}

fn entry(city: i32, account: Uuid, version: i64) -> String {
    format!("city {city}, account {account}, entry {version}")
}

fn add(sum: &mut Running, row: &EntryRow, city: i32) -> Result<(), VerifyError> {
    let named = |version| entry(city, row.account_id, version);
    if row.version != sum.version + 1 {
        return Err(fault("an entry is gone", named(sum.version + 1)));
    }
    sum.version = row.version;
    if row.amount_minor < 0 {
        sum.debits = sum.debits.saturating_sub(row.amount_minor);
    } else {
        sum.credits = sum.credits.saturating_add(row.amount_minor);
    }
    if row.balance_after != sum.credits.saturating_sub(sum.debits) {
        return Err(fault("a balance does not follow from the one before", named(row.version)));
    }
    if Some(row.created_at) != sum.at.max(Some(row.made_at)) {
        return Err(fault("an entry does not have the time of its transfer", named(row.version)));
    }
    sum.at = Some(row.created_at);
    Ok(())
}

async fn next(
    tx: &mut Tx<'_>,
    city: i32,
    open: &[(Uuid, i64, i64)],
) -> Result<Vec<EntryRow>, VerifyError> {
    patiently(tx).await?;
    Ok(sql("SELECT e.account_id, e.version, e.amount_minor, e.balance_after, e.created_at, \
            t.created_at AS made_at FROM unnest($1, $2, $3) AS open (account_id, seen, version) \
            JOIN ledger.entries e ON e.city = $4 AND e.account_id = open.account_id \
            AND e.version > open.seen AND e.version <= open.version \
            JOIN ledger.transfers t ON t.city = e.transfer_city AND t.id = e.transfer_id \
            ORDER BY e.account_id, e.version")
    .bind::<Array<SqlUuid>, _>(open.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(open.iter().map(|(_, seen, _)| *seen).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(open.iter().map(|(.., version)| *version).collect::<Vec<_>>())
    .bind::<Integer, _>(city)
    .load(tx.conn())
    .await?)
}
