//! Recomputes the books from their history and names the first thing that does not hold.
//!
//! It may run while the city works: history only grows, so each step looks at a page of it in a
//! short transaction of its own, and what must be compared at one instant is compared in one
//! statement.

mod accounts;
mod anchors;
mod blocks;

use std::{fmt, time::Duration};

use citygate_platform::{
    db::{Db, DbError, Tx, TxError},
    sql::sql,
};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

pub use self::anchors::{ChainHead, InvalidChainHead, verify_anchors};
use crate::{error::Error, read};

/// How long one statement of a verification may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What does not hold.
    pub what: &'static str,
    /// Where.
    pub place: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.place)
    }
}

/// Why a verification ended early.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The books are wrong.
    #[error("{0}")]
    Fault(Fault),
    /// They could not be read.
    #[error(transparent)]
    Ledger(#[from] Error),
}

impl From<DbError> for VerifyError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<diesel::result::Error> for VerifyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Ledger(error.into())
    }
}

impl TxError for VerifyError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Ledger(error) => error.as_db(),
            Self::Fault(_) => None,
        }
    }
}

pub(crate) fn fault(what: &'static str, place: impl ToString) -> VerifyError {
    VerifyError::Fault(Fault { what, place: place.to_string() })
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// `transfers` or `accounts`.
    pub of: &'static str,
    /// So many are checked.
    pub done: i64,
    /// Of so many, counted when it began.
    pub total: i64,
}

/// Books that are right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// How many blocks were recomputed.
    pub blocks: i64,
    /// How many transfers.
    pub transfers: i64,
    /// How many accounts.
    pub accounts: i64,
    /// Where the chains end.
    pub heads: Vec<ChainHead>,
}

/// Recomputes everything: the hash of every block, both entries of every transfer, every account
/// entry by entry, every hold. Ends with the first fault.
pub async fn verify(db: &Db, mut progress: impl FnMut(Progress)) -> Result<Verified, VerifyError> {
    let db = &db.patient(PATIENCE);
    let totals = db.tx("ledger.verify_totals", async |tx| totals(tx).await).await?;
    let mut verified = Verified::default();
    blocks::verify(db, &mut verified, |done| {
        progress(Progress { of: "transfers", done, total: totals.transfers });
    })
    .await?;
    db.tx("ledger.verify_strays", async |tx| strays(tx, &totals).await).await?;
    verified.accounts = accounts::verify(db, |done| {
        progress(Progress { of: "accounts", done, total: totals.accounts });
    })
    .await?;
    db.tx("ledger.verify_sums", async |tx| sums(tx).await).await?;
    Ok(verified)
}

#[derive(QueryableByName)]
struct Totals {
    #[diesel(sql_type = BigInt)]
    transfers: i64,
    #[diesel(sql_type = BigInt)]
    sealed: i64,
    #[diesel(sql_type = BigInt)]
    entries: i64,
    #[diesel(sql_type = BigInt)]
    legs: i64,
    #[diesel(sql_type = BigInt)]
    accounts: i64,
    #[diesel(sql_type = BigInt)]
    balances: i64,
}

/// How much there is, counted at one instant.
async fn totals(tx: &mut Tx<'_>) -> Result<Totals, VerifyError> {
    patiently(tx).await?;
    Ok(sql("SELECT (SELECT count(*) FROM ledger.transfers) AS transfers, \
         (SELECT coalesce(sum(cardinality(transfer_ids)), 0)::bigint FROM ledger.blocks) \
         AS sealed, \
         (SELECT count(*) FROM ledger.entries) AS entries, \
         (SELECT 2 * count(debit_version) FROM ledger.transfers) AS legs, \
         (SELECT count(*) FROM ledger.accounts) AS accounts, \
         (SELECT count(*) FROM ledger.balances) AS balances")
    .get_result(tx.conn())
    .await?)
}

/// Nothing is there that nothing points to. The blocks are whole, and so are the transfers in them.
async fn strays(tx: &mut Tx<'_>, totals: &Totals) -> Result<(), VerifyError> {
    patiently(tx).await?;
    let faults = [
        (totals.transfers > totals.sealed, UNSEALED),
        (totals.transfers < totals.sealed, SEALED_TWICE),
        (totals.entries > totals.legs, UNMADE),
        (totals.accounts != totals.balances, UNPAIRED),
    ];
    match faults.into_iter().find(|(differs, _)| *differs) {
        Some((_, (what, search))) => Err(fault(what, first(tx, search).await?.unwrap_or_default())),
        None => Ok(()),
    }
}

const UNSEALED: (&str, &str) = (
    "a transfer that is in no block",
    "SELECT t.city || ' ' || t.id AS place FROM ledger.transfers t LEFT JOIN \
     (SELECT city, unnest(transfer_ids) AS id FROM ledger.blocks) s USING (city, id) \
     WHERE s.id IS NULL LIMIT 1",
);
const SEALED_TWICE: (&str, &str) = (
    "a transfer that is in two blocks",
    "SELECT city || ' ' || id AS place FROM \
     (SELECT city, unnest(transfer_ids) AS id FROM ledger.blocks) s \
     GROUP BY city, id HAVING count(*) > 1 LIMIT 1",
);
const UNMADE: (&str, &str) = (
    "an entry that no transfer made",
    "SELECT e.city || ' ' || e.account_id || ', entry ' || e.version AS place \
     FROM ledger.entries e LEFT JOIN ledger.transfers t \
     ON t.city = e.transfer_city AND t.id = e.transfer_id AND (e.city, e.account_id, e.version) IN \
     ((t.debit_city, t.debit_account, t.debit_version), \
     (t.credit_city, t.credit_account, t.credit_version)) WHERE t.id IS NULL LIMIT 1",
);
const UNPAIRED: (&str, &str) = (
    "an account without its balance, or a balance without its account",
    "SELECT coalesce(a.city, b.city) || ' ' || coalesce(a.id, b.account_id) AS place \
     FROM ledger.accounts a FULL JOIN ledger.balances b ON b.city = a.city AND b.account_id = a.id \
     WHERE a.id IS NULL OR b.account_id IS NULL LIMIT 1",
);

/// What must agree at one instant.
async fn sums(tx: &mut Tx<'_>) -> Result<(), VerifyError> {
    patiently(tx).await?;
    for (what, check) in CHECKS {
        if let Some(place) = first(tx, check).await? {
            return Err(fault(what, place));
        }
    }
    let unbalanced = read::trial_balance(tx, None).await?.into_iter().find(|row| !row.balanced());
    match unbalanced {
        Some(row) => Err(fault("debits and credits differ", row.currency)),
        None => Ok(()),
    }
}

/// Each finds the place of one fault.
const CHECKS: [(&str, &str); 2] = [
    (
        "a hold that its pending transfer does not explain",
        "SELECT coalesce(h.city, t.city) || ' ' || coalesce(h.id, t.id) AS place \
         FROM ledger.holds h FULL JOIN (SELECT p.* FROM ledger.transfers p \
         WHERE p.kind = 'pending' AND NOT EXISTS (SELECT FROM ledger.transfers r \
         WHERE r.city = p.city AND r.pending_id = p.id)) t ON t.city = h.city AND t.id = h.id \
         WHERE (h.amount_minor, h.currency, h.debit_city, h.debit_account, h.credit_city, \
         h.credit_account, h.expires_at) IS DISTINCT FROM (t.amount_minor, t.currency, \
         t.debit_city, t.debit_account, t.credit_city, t.credit_account, t.expires_at) LIMIT 1",
    ),
    (
        "a pending counter that is not the sum of the account's holds",
        "SELECT b.city || ' ' || b.account_id AS place FROM ledger.balances b LEFT JOIN \
         (SELECT city, account, sum(debit) AS debit, sum(credit) AS credit FROM \
         (SELECT debit_city AS city, debit_account AS account, amount_minor AS debit, 0 AS credit \
         FROM ledger.holds UNION ALL SELECT credit_city, credit_account, 0, amount_minor \
         FROM ledger.holds) s GROUP BY 1, 2) h ON h.city = b.city AND h.account = b.account_id \
         WHERE b.debits_pending <> coalesce(h.debit, 0) \
         OR b.credits_pending <> coalesce(h.credit, 0) LIMIT 1",
    ),
];

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    place: String,
}

async fn first(tx: &mut Tx<'_>, query: &'static str) -> Result<Option<String>, VerifyError> {
    let places: Vec<Place> = sql(query).load(tx.conn()).await?;
    Ok(places.into_iter().next().map(|row| row.place))
}

/// Statements of requests are cut off after seconds.
async fn patiently(tx: &mut Tx<'_>) -> Result<(), VerifyError> {
    Ok(tx.conn().batch_execute("SET LOCAL statement_timeout = '10min'").await?)
}
