//! Hash chains over history: one block for each batch of a city.
//!
//! `hash = SHA-256(hash before || line of each transfer)`, where a line is what the transfer says,
//! as text (see [`line`]), so that anybody can recompute it with a few lines of SQL. A block is
//! written in the transaction of its transfers: there is no moment at which one exists without the
//! other. A city has several chains, so that writers need not wait for each other.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
};

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use citygate_kernel::CityCode;
use citygate_platform::{db::Tx, sql::sql};
use diesel::sql_types::{Array, Binary, Integer, SmallInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId},
    rules::Posted,
};

/// How many chains a city has.
const CHAINS: u64 = 16;
/// What the first block of a chain follows on.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// A transfer as it is hashed.
pub(crate) struct Line<'a> {
    pub id: Uuid,
    pub kind: &'a str,
    pub pending_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    /// City, account and version of the entry.
    pub debit: (i32, Uuid, Option<i64>),
    pub credit: (i32, Uuid, Option<i64>),
    pub amount_minor: i64,
    pub currency: &'a str,
    pub code: &'a str,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// The members of a transfer, separated by `|`, in the order of [`Line`]; `-` where there is
/// nothing; instants in microseconds of Unix time.
pub(crate) fn line(text: &mut String, line: &Line<'_>) {
    fn or_dash(value: Option<impl Display>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
        line.id,
        line.kind,
        or_dash(line.pending_id),
        or_dash(line.group_id),
        line.debit.0,
        line.debit.1,
        or_dash(line.debit.2),
        line.credit.0,
        line.credit.1,
        or_dash(line.credit.2),
        line.amount_minor,
        line.currency,
        line.code,
        or_dash(line.expires_at.map(|at| at.timestamp_micros())),
        line.created_at.timestamp_micros(),
    );
}

/// The hash of a block.
pub(crate) fn hash(before: &[u8], lines: &str) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(before);
    context.update(lines.as_bytes());
    context.finish().as_ref().to_vec()
}

/// Adds a block for each city whose transfers these are.
pub(crate) async fn seal(
    tx: &Tx<'_>,
    posted: &[Posted],
    ids: &BTreeMap<Account, AccountId>,
) -> Result<(), Error> {
    let mut cities: BTreeMap<CityCode, (Vec<Uuid>, String)> = BTreeMap::new();
    for one in posted {
        let (transfers, lines) = cities.entry(one.transfer.id.city()).or_default();
        transfers.push(one.transfer.id.uuid());
        line(lines, &line_of(one, ids, tx.now()));
    }
    // Any chain will do; the last bits of a fresh id are random.
    let any = posted.first().map_or(0, |one| one.transfer.id.uuid().as_u64_pair().1 % CHAINS);
    let chain = i16::try_from(any).unwrap_or(0);
    let blocks = cities.iter();
    let appended =
        blocks.map(|(city, (transfers, lines))| append(tx, *city, chain, transfers, lines));
    try_join_all(appended).await.map(|_| ())
}

fn line_of<'a>(one: &Posted, ids: &BTreeMap<Account, AccountId>, now: DateTime<Utc>) -> Line<'a> {
    let side = |account: &Account, side: usize| {
        let id = ids.get(account).map_or(Uuid::nil(), |id| id.uuid());
        let leg = one.legs.as_ref().and_then(|legs| legs.get(side));
        (account.city.number(), id, leg.map(|leg| leg.version))
    };
    Line {
        id: one.transfer.id.uuid(),
        kind: one.transfer.movement.kind(),
        pending_id: one.transfer.movement.hold().map(|hold| hold.uuid()),
        group_id: one.group.map(|group| group.uuid()),
        debit: side(&one.debit, 0),
        credit: side(&one.credit, 1),
        amount_minor: one.amount.minor(),
        currency: one.amount.currency().code(),
        code: one.transfer.code,
        expires_at: one.expires_at,
        created_at: now,
    }
}

/// Adds a block to a chain, whose head is the last lock of a transaction that moves money. One
/// statement, so that nobody waits for the head while somebody else computes.
async fn append(
    tx: &Tx<'_>,
    city: CityCode,
    chain: i16,
    transfers: &[Uuid],
    lines: &str,
) -> Result<(), Error> {
    let now = tx.now();
    sql("WITH new AS (SELECT $1 AS city, $2 AS chain, $3 AS genesis, $4 AS lines), \
         head AS (INSERT INTO ledger.chains AS c (city, chain, seq, hash) \
           SELECT city, chain, 1, sha256(genesis || lines) FROM new \
           ON CONFLICT (city, chain) DO UPDATE \
           SET seq = c.seq + 1, hash = sha256(c.hash || (SELECT lines FROM new)) \
           RETURNING city, chain, seq, hash) \
         INSERT INTO ledger.blocks (city, chain, seq, hash, transfer_ids, sealed_at) \
         SELECT head.*, $5, $6 FROM head")
    .bind::<Integer, _>(city.number())
    .bind::<SmallInt, _>(chain)
    .bind::<Binary, _>(GENESIS.as_slice())
    .bind::<Binary, _>(lines.as_bytes())
    .bind::<Array<SqlUuid>, _>(transfers)
    .bind::<Timestamptz, _>(now)
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}
