//! Chains, block by block, and the transfers in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_platform::{
    db::{Db, Tx},
    sql::sql,
};
use diesel::{
    QueryableByName,
    sql_types::{
        Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz,
        Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{ChainHead, Verified, VerifyError, fault, patiently};
use crate::chain::{GENESIS, Line, hash, line};

/// How many transfers are read at a time.
const PAGE: usize = 5_000;

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = SmallInt)]
    chain: i16,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct BlockRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    transfer_ids: Vec<Uuid>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// A transfer as it was written.
#[derive(QueryableByName)]
struct TransferRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pending_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    group_id: Option<Uuid>,
    #[diesel(sql_type = Integer)]
    debit_city: i32,
    #[diesel(sql_type = SqlUuid)]
    debit_account: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    debit_version: Option<i64>,
    #[diesel(sql_type = Integer)]
    credit_city: i32,
    #[diesel(sql_type = SqlUuid)]
    credit_account: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    credit_version: Option<i64>,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

impl TransferRow {
    fn line(&self) -> Line<'_> {
        Line {
            id: self.id,
            kind: &self.kind,
            pending_id: self.pending_id,
            group_id: self.group_id,
            debit: (self.debit_city, self.debit_account, self.debit_version),
            credit: (self.credit_city, self.credit_account, self.credit_version),
            amount_minor: self.amount_minor,
            currency: &self.currency,
            code: &self.code,
            expires_at: self.expires_at,
            created_at: self.created_at,
        }
    }
}

/// A transfer, and what its entries and its hold say.
#[derive(QueryableByName)]
struct Checked {
    #[diesel(embed)]
    transfer: TransferRow,
    /// Both entries are there and are its own; or it makes none.
    #[diesel(sql_type = Bool)]
    has_its_entries: bool,
    #[diesel(sql_type = Bool)]
    one_currency: bool,
    /// What it resolves is a hold between the same accounts and not smaller; or it resolves none.
    #[diesel(sql_type = Bool)]
    fits_its_hold: bool,
}

pub(super) async fn verify(
    db: &Db,
    verified: &mut Verified,
    mut progress: impl FnMut(i64),
) -> Result<(), VerifyError> {
    let heads = db.tx("ledger.verify_heads", async |tx| heads(tx).await).await?;
    for head in heads {
        let (mut seq, mut before) = (0, GENESIS.to_vec());
        while seq < head.seq {
            let (blocks, transfers) = db
                .tx("ledger.verify_blocks", async |tx| {
                    patiently(tx).await?;
                    let blocks = page(tx, &head, seq).await?;
                    let ids = blocks.iter().flat_map(|block| block.transfer_ids.iter().copied());
                    let transfers = transfers(tx, head.city, ids.collect()).await?;
                    Ok::<_, VerifyError>((blocks, transfers))
                })
                .await?;
            if blocks.is_empty() {
                return Err(missing(&head, seq + 1));
            }
            for block in blocks {
                if block.seq != seq + 1 {
                    return Err(missing(&head, seq + 1));
                }
                check(&head, &block, &before, &transfers)?;
                (seq, before) = (block.seq, block.hash);
                verified.blocks += 1;
                verified.transfers += i64::try_from(block.transfer_ids.len()).unwrap_or_default();
            }
            progress(verified.transfers);
        }
        if before != head.hash {
            return Err(fault("a chain does not end where it should", place(&head, seq)));
        }
        verified.heads.push(head);
    }
    Ok(())
}

fn place(head: &ChainHead, seq: i64) -> String {
    format!("city {}, chain {}, block {seq}", head.city, head.chain)
}

fn missing(head: &ChainHead, seq: i64) -> VerifyError {
    fault("a block is missing", place(head, seq))
}

/// Recomputes a block.
fn check(
    head: &ChainHead,
    block: &BlockRow,
    before: &[u8],
    transfers: &BTreeMap<Uuid, Checked>,
) -> Result<(), VerifyError> {
    let mut lines = String::new();
    for id in &block.transfer_ids {
        let named = || format!("transfer {id}, {}", place(head, block.seq));
        let found = transfers.get(id).ok_or_else(|| fault("a transfer is gone", named()))?;
        line(&mut lines, &found.transfer.line());
        if !found.has_its_entries {
            return Err(fault("a transfer has not its two entries", named()));
        }
        if !found.one_currency {
            return Err(fault("a transfer is not of its accounts' currency", named()));
        }
        if !found.fits_its_hold {
            return Err(fault("a transfer does not fit the hold that it resolves", named()));
        }
    }
    if hash(before, &lines) == block.hash {
        return Ok(());
    }
    Err(fault("a block does not have the hash of its transfers", place(head, block.seq)))
}

/// Where the chains end now. What is added later is not looked at.
async fn heads(tx: &mut Tx<'_>) -> Result<Vec<ChainHead>, VerifyError> {
    patiently(tx).await?;
    let rows: Vec<HeadRow> =
        sql("SELECT coalesce(c.city, b.city) AS city, coalesce(c.chain, b.chain) AS chain, \
         greatest(c.seq, b.seq) AS seq, \
         CASE WHEN c.seq >= coalesce(b.seq, 0) THEN c.hash ELSE ''::bytea END AS hash \
         FROM ledger.chains c FULL JOIN \
         (SELECT city, chain, max(seq) AS seq FROM ledger.blocks GROUP BY 1, 2) b \
         ON b.city = c.city AND b.chain = c.chain ORDER BY 1, 2")
        .load(tx.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ChainHead { city: row.city, chain: row.chain, seq: row.seq, hash: row.hash })
        .collect())
}

/// The next blocks with not too many transfers in them, at least one.
async fn page(tx: &mut Tx<'_>, head: &ChainHead, after: i64) -> Result<Vec<BlockRow>, VerifyError> {
    let mut blocks: Vec<BlockRow> = sql("SELECT seq, transfer_ids, hash FROM ledger.blocks \
         WHERE city = $1 AND chain = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT 500")
    .bind::<Integer, _>(head.city)
    .bind::<SmallInt, _>(head.chain)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(head.seq)
    .load(tx.conn())
    .await?;
    let mut transfers = 0;
    let fits = blocks.iter().take_while(|block| {
        let first = transfers == 0;
        transfers += block.transfer_ids.len();
        first || transfers <= PAGE
    });
    let fits = fits.count();
    blocks.truncate(fits);
    Ok(blocks)
}

async fn transfers(
    tx: &mut Tx<'_>,
    city: i32,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Checked>, VerifyError> {
    let rows: Vec<Checked> = sql("SELECT t.id, t.kind, t.pending_id, t.group_id, t.debit_city, \
         t.debit_account, t.debit_version, t.credit_city, t.credit_account, t.credit_version, \
         t.amount_minor, t.currency::text AS currency, t.code, t.expires_at, t.created_at, \
         CASE WHEN t.kind IN ('single', 'post') \
           THEN coalesce((d.transfer_city, d.transfer_id, d.amount_minor) \
                = (t.city, t.id, -t.amount_minor) \
            AND (c.transfer_city, c.transfer_id, c.amount_minor) \
                = (t.city, t.id, t.amount_minor), false) \
           ELSE t.debit_version IS NULL AND t.credit_version IS NULL END AS has_its_entries, \
         coalesce(da.currency = t.currency AND ca.currency = t.currency, false) AS one_currency, \
         CASE WHEN t.pending_id IS NULL THEN t.kind IN ('single', 'pending') ELSE \
           coalesce(p.kind = 'pending' AND p.amount_minor >= t.amount_minor \
             AND (p.currency, p.debit_city, p.debit_account, p.credit_city, p.credit_account) \
               = (t.currency, t.debit_city, t.debit_account, t.credit_city, t.credit_account), \
           false) END AS fits_its_hold \
         FROM ledger.transfers t \
         LEFT JOIN ledger.entries d ON d.city = t.debit_city AND d.account_id = t.debit_account \
           AND d.version = t.debit_version \
         LEFT JOIN ledger.entries c ON c.city = t.credit_city AND c.account_id = t.credit_account \
           AND c.version = t.credit_version \
         LEFT JOIN ledger.accounts da ON da.city = t.debit_city AND da.id = t.debit_account \
         LEFT JOIN ledger.accounts ca ON ca.city = t.credit_city AND ca.id = t.credit_account \
         LEFT JOIN ledger.transfers p ON p.city = t.city AND p.id = t.pending_id \
         WHERE t.city = $1 AND t.id = ANY($2)")
    .bind::<Integer, _>(city)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.transfer.id, row)).collect())
}
