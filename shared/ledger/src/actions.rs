//! What other crates ask of the ledger. All of it happens in the caller's transaction.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Money};
use citygate_platform::db::Tx;

use crate::{
    books::Books,
    error::Error,
    model::{Account, Balance, Entry, Statement, Transfer, TransferId, TrialBalance},
    read::{self, Found},
};

/// Posts linked transfers in the order given: all of them, or none.
pub async fn post(tx: &mut Tx<'_>, linked: &[Transfer]) -> Result<(), Error> {
    let accounts = linked.iter().flat_map(|transfer| match transfer.movement {
        crate::Movement::Single { debit, credit, .. }
        | crate::Movement::Pending { debit, credit, .. } => vec![debit, credit],
        _ => Vec::new(),
    });
    let holds: Vec<TransferId> =
        linked.iter().filter_map(|transfer| transfer.movement.hold()).collect();
    let mut books = Books::open(tx, accounts, &holds).await?;
    books.post(linked)?;
    books.write(tx).await
}

/// The counters of an account; zero where nothing has reached it yet.
pub async fn balance(tx: &mut Tx<'_>, account: &Account) -> Result<Balance, Error> {
    Ok(read::find(tx, account).await?.map(|found| found.balance).unwrap_or_default())
}

/// Credits less debits as they stood at an instant: after the last entry not after it.
pub async fn balance_at(
    tx: &mut Tx<'_>,
    account: &Account,
    at: DateTime<Utc>,
) -> Result<Money, Error> {
    let Some(found) = read::find(tx, account).await? else {
        return Ok(Money::zero(account.currency));
    };
    let version = read::last(tx, found.id, found.version, |entry| entry <= at).await?;
    let minor = read::balance_after(tx, found.id, version).await?;
    Ok(Money::new(minor, account.currency))
}

/// A span of time: from an instant, up to and without another.
pub type Span = std::ops::Range<DateTime<Utc>>;

/// The entries of an account, newest first, of all times or of a span, older than a version.
pub async fn entries(
    tx: &mut Tx<'_>,
    account: &Account,
    span: Option<&Span>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let Some(found) = read::find(tx, account).await? else { return Ok(Vec::new()) };
    let (mut after, mut last) = (0, found.version);
    if let Some(span) = span {
        (after, last) = within(tx, &found, span).await?;
    }
    let last = before.map_or(last, |before| last.min(before.saturating_sub(1)));
    read::entries(tx, found.id, account.currency, after..=last, limit).await
}

/// What happened on an account in a span of time.
pub async fn statement(
    tx: &mut Tx<'_>,
    account: &Account,
    span: &Span,
) -> Result<Statement, Error> {
    let money = |minor| Money::new(minor, account.currency);
    let nothing = money(0);
    let Some(found) = read::find(tx, account).await? else {
        return Ok(Statement {
            opening: nothing,
            debits: nothing,
            credits: nothing,
            closing: nothing,
            entries: 0,
        });
    };
    let (before, last) = within(tx, &found, span).await?;
    let (debits, credits) = read::sums(tx, found.id, before, last).await?;
    Ok(Statement {
        opening: money(read::balance_after(tx, found.id, before).await?),
        debits: money(debits),
        credits: money(credits),
        closing: money(read::balance_after(tx, found.id, last).await?),
        entries: last - before,
    })
}

/// The versions of the last entries before a span and within it. A span that ends before it begins
/// is an empty one.
async fn within(tx: &mut Tx<'_>, found: &Found, span: &Span) -> Result<(i64, i64), Error> {
    let before = read::last(tx, found.id, found.version, |entry| entry < span.start).await?;
    let last = read::last(tx, found.id, found.version, |entry| entry < span.end).await?;
    Ok((before, last.max(before)))
}

/// From where to where a transfer went, and how much.
pub async fn transfer(
    tx: &mut Tx<'_>,
    id: TransferId,
) -> Result<Option<(Account, Account, Money)>, Error> {
    read::transfer(tx, id).await
}

/// Lets an account go below zero by so much. Refused by the database when it is further below
/// already.
pub async fn set_overdraft(
    tx: &mut Tx<'_>,
    account: &Account,
    overdraft: Money,
) -> Result<(), Error> {
    let books = Books::open(tx, [*account], &[]).await?;
    books.set_overdraft(tx, account, overdraft).await
}

/// Debits and credits of a city's accounts, per currency. A transfer between two cities has one
/// side in each, so a single city need not balance; all of them together do.
pub async fn trial_balance(
    tx: &mut Tx<'_>,
    city: Option<CityCode>,
) -> Result<Vec<TrialBalance>, Error> {
    read::trial_balance(tx, city).await
}
