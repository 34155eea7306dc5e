//! A past, made by set-based SQL in the form that the ledger itself would have left: every transfer
//! with its two entries, versions and balances that follow from each other, and blocks that seal
//! them. All the SQL that knows how the ledger's tables look is in this file.
//!
//! Each wallet was filled once from the card processor's account and then paid fees to the agencies
//! in turn. Transfer `k` of wallet `n` is number `(n - 1) * (payments + 1) + k`, and everything
//! else follows from `n` and `k`, so that any part of the past can be written without reading
//! what was written before. Entries lie in the order of wallets, not of time.

use std::time::Instant;

use citygate_identity::PersonId;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::{
    AGENCIES,
    city::{
        Failure,
        cluster::connect,
        site::{CITY, Site},
    },
};

/// How much of a past a city has.
pub struct History {
    /// Wallets, those of citizens who will pay among them.
    pub wallets: usize,
    /// Fees that each wallet has paid.
    pub payments: usize,
}

/// What filled each wallet: CNY 50,000.00.
const OPENING: i64 = 5_000_000;
/// What each fee was: CNY 3.00.
const FEE: i64 = 300;
/// Wallets that are written in one go.
const CHUNK: usize = 50_000;
/// Transfers in a block; a chunk makes whole blocks.
const BLOCK: usize = 500;
/// When all of it happened.
const WHEN: &str = "timestamptz '2026-06-01 00:00:00+00'";

impl History {
    /// Writes it into a city without wallets. The owners' wallets lie evenly among the others.
    pub async fn write(&self, site: &Site, owners: &[PersonId]) -> Result<(), Failure> {
        let began = Instant::now();
        let mut connection = connect(&site.url).await?;
        // The lines of a chunk's transfers, while they are sealed.
        connection.batch_execute("SET work_mem = '256MB'; SET jit = off").await?;
        self.accounts(&mut connection, site, owners).await?;
        let transfers = self.payments + 1;
        for from in (1..=self.wallets).step_by(CHUNK) {
            let to = (from + CHUNK - 1).min(self.wallets);
            let statements = [self.transfers(from, to), self.entries(from, to)];
            connection.batch_execute(&statements.join(";")).await?;
            connection.batch_execute(&self.seal(from, to)).await?;
            let seconds = began.elapsed().as_secs_f64();
            println!("  {to} wallets, {} past transfers ({seconds:.0} s)", to * transfers);
        }
        Ok(())
    }

    async fn accounts(
        &self,
        connection: &mut AsyncPgConnection,
        site: &Site,
        owners: &[PersonId],
    ) -> Result<(), Failure> {
        let (wallets, stride) = (self.wallets, self.wallets / owners.len());
        if stride == 0 {
            return Err(format!("{} citizens need as many wallets", owners.len()).into());
        }
        let (city, wallet, agency) = (CITY.number(), wallet("n"), agency("n"));
        let others = uuid(5, "n");
        let statement = format!(
            "INSERT INTO ledger.accounts (city, id, code, owner_id, currency, created_at) \
             SELECT {city}, {wallet}, 'wallet', CASE WHEN (n - 1) % {stride} = 0 \
             THEN coalesce(($1::uuid[])[(n - 1) / {stride} + 1], {others}) ELSE {others} END, \
             'CNY', {WHEN} FROM generate_series(1::bigint, {wallets}) n \
             UNION ALL SELECT {city}, {agency}, 'agency_payable', owner, 'CNY', {WHEN} \
             FROM unnest($2::uuid[]) WITH ORDINALITY a (owner, n) \
             UNION ALL SELECT {city}, {PROCESSOR}, 'processor_receivable', NULL, 'CNY', {WHEN}"
        );
        let owners: Vec<_> = owners.iter().map(|owner| owner.uuid()).collect();
        let agencies: Vec<_> = site.agencies.iter().map(|agency| agency.uuid()).collect();
        diesel::sql_query(statement)
            .bind::<Array<SqlUuid>, _>(owners)
            .bind::<Array<SqlUuid>, _>(&agencies)
            .execute(connection)
            .await?;
        Ok(connection.batch_execute(&self.balances(agencies.len())?).await?)
    }

    fn balances(&self, agencies: usize) -> Result<String, Failure> {
        let (wallets, payments) = (i64::try_from(self.wallets)?, i64::try_from(self.payments)?);
        if wallets * payments % i64::try_from(agencies)? != 0 {
            return Err("the agencies must have got equally much".into());
        }
        let fees = wallets * payments / i64::try_from(agencies)?;
        let (paid, received, charged) = (payments * FEE, fees * FEE, wallets * OPENING);
        // Nothing has moved an account that nobody has paid yet.
        let since = if fees == 0 { "NULL" } else { WHEN };
        let (city, wallet, agency) = (CITY.number(), wallet("n"), agency("n"));
        Ok(format!(
            "INSERT INTO ledger.balances (city, account_id, debits_posted, credits_posted, \
             no_debit_excess, version, changed_at) \
             SELECT {city}, {wallet}, {paid}, {OPENING}, true, 1 + {payments}, {WHEN} \
             FROM generate_series(1, {wallets}) n \
             UNION ALL SELECT {city}, {agency}, 0, {received}, false, {fees}, {since} \
             FROM generate_series(1, {agencies}) n \
             UNION ALL SELECT {city}, {PROCESSOR}, {charged}, 0, false, {wallets}, {WHEN}"
        ))
    }

    /// What moved, and what it left on both sides.
    fn moves(&self, from: usize, to: usize) -> String {
        let payments = self.payments;
        let (wallet, agency) = (wallet("n"), agency(&format!("(fee - 1) % {AGENCIES} + 1")));
        let id = uuid(2, &format!("(n - 1) * {} + k", payments + 1));
        format!(
            "(SELECT {id} AS id, n, k, amount, CASE k WHEN 0 THEN 'top_up' ELSE 'bill_payment' END \
             AS code, CASE k WHEN 0 THEN {PROCESSOR} ELSE {wallet} END AS debit, \
             CASE k WHEN 0 THEN n ELSE 1 + k END AS debit_version, \
             CASE k WHEN 0 THEN -{OPENING} * n ELSE {OPENING} - {FEE} * k END AS debit_after, \
             CASE k WHEN 0 THEN {wallet} ELSE {agency} END AS credit, \
             CASE k WHEN 0 THEN 1 ELSE (fee - 1) / {AGENCIES} + 1 END AS credit_version, \
             CASE k WHEN 0 THEN {OPENING} ELSE {FEE} * ((fee - 1) / {AGENCIES} + 1) END AS credit_after \
             FROM generate_series({from}::bigint, {to}) n, generate_series(0::bigint, {payments}) k, \
             LATERAL (SELECT (n - 1) * {payments} + k AS fee, \
                      CASE k WHEN 0 THEN {OPENING} ELSE {FEE} END AS amount) of ORDER BY n, k) moves"
        )
    }

    fn transfers(&self, from: usize, to: usize) -> String {
        let (city, moves) = (CITY.number(), self.moves(from, to));
        format!(
            "INSERT INTO ledger.transfers (city, id, debit_city, debit_account, debit_version, \
             credit_city, credit_account, credit_version, amount_minor, currency, code, created_at) \
             SELECT {city}, id, {city}, debit, debit_version, {city}, credit, credit_version, \
             amount, 'CNY', code, {WHEN} FROM {moves}"
        )
    }

    fn entries(&self, from: usize, to: usize) -> String {
        let (city, moves) = (CITY.number(), self.moves(from, to));
        format!(
            "INSERT INTO ledger.entries (city, account_id, version, transfer_city, transfer_id, \
             amount_minor, balance_after, created_at) \
             SELECT {city}, side.account, side.version, {city}, id, side.amount, side.after, {WHEN} \
             FROM {moves}, LATERAL (VALUES (debit, debit_version, -amount, debit_after), \
             (credit, credit_version, amount, credit_after)) side (account, version, amount, after)"
        )
    }

    /// Seals what was just written as lanes would have: so many transfers in each block, and each
    /// block's hash on the hash of the one before.
    fn seal(&self, from: usize, to: usize) -> String {
        let (city, transfers) = (CITY.number(), self.payments + 1);
        let first = uuid(2, &((from - 1) * transfers).to_string());
        let last = uuid(2, &((to - 1) * transfers + self.payments).to_string());
        let sealed = (from - 1) * transfers / BLOCK;
        format!(
            "INSERT INTO ledger.blocks (city, chain, seq, transfer_ids, hash, sealed_at) \
             WITH RECURSIVE parts AS MATERIALIZED (SELECT {sealed} + 1 + (place - 1) / {BLOCK} AS seq, \
             array_agg(id ORDER BY id) AS ids, string_agg(line || E'\\n', '' ORDER BY id) AS lines \
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, concat_ws('|', id, kind, \
                   '-', '-', debit_city, debit_account, debit_version, credit_city, \
                   credit_account, credit_version, amount_minor, currency, code, '-', \
                   (extract(epoch FROM created_at) * 1000000)::bigint) AS line \
                   FROM ledger.transfers WHERE city = {city} AND id BETWEEN {first} AND {last}) t \
             GROUP BY 1), chain (seq, hash) AS (SELECT {sealed}::bigint, coalesce((SELECT hash \
             FROM ledger.chains WHERE city = {city} AND chain = 0), decode(repeat('00', 32), 'hex')) \
             UNION ALL SELECT parts.seq, sha256(chain.hash || convert_to(parts.lines, 'UTF8')) \
             FROM chain JOIN parts ON parts.seq = chain.seq + 1) \
             SELECT {city}, 0, seq, ids, hash, {WHEN} FROM chain JOIN parts USING (seq); \
             INSERT INTO ledger.chains (city, chain, seq, hash) SELECT city, chain, seq, hash \
             FROM ledger.blocks WHERE city = {city} AND chain = 0 ORDER BY seq DESC LIMIT 1 \
             ON CONFLICT (city, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
        )
    }
}

/// The account that owes what cards were charged.
const PROCESSOR: &str = "'01900004-0000-7000-8000-000000000001'::uuid";

fn wallet(n: &str) -> String {
    uuid(1, n)
}

fn agency(n: &str) -> String {
    uuid(3, n)
}

/// The identifier of number `n` of a kind; later ones sort after earlier ones, like real ones.
fn uuid(kind: u8, n: &str) -> String {
    format!("('0190000{kind}-0000-7000-8000-' || lpad(to_hex(({n})::bigint), 12, '0'))::uuid")
}
