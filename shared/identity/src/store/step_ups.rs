//! Statements about fresh proofs and their codes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_kernel::Money;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, SessionId, StepUpId, StepUpPurpose},
    schema::{sessions, step_up_codes, step_ups},
    step_up::Proof,
};

/// The code of an account.
#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = step_up_codes, treat_none_as_null = true)]
pub(crate) struct StepUpCodeRow {
    pub code_digest: Vec<u8>,
    pub attempts: i16,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// A new code; the one before is worth nothing.
pub(crate) async fn replace_step_up_code(
    tx: &mut Tx<'_>,
    account: AccountId,
    row: &StepUpCodeRow,
) -> Result<(), Error> {
    diesel::insert_into(step_up_codes::table)
        .values((
            step_up_codes::account_id.eq(account.uuid()),
            step_up_codes::code_digest.eq(&row.code_digest),
            step_up_codes::attempts.eq(row.attempts),
            step_up_codes::created_at.eq(row.created_at),
            step_up_codes::expires_at.eq(row.expires_at),
        ))
        .on_conflict(step_up_codes::account_id)
        .do_update()
        .set(row)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn lock_step_up_code(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<StepUpCodeRow>, Error> {
    Ok(step_up_codes::table
        .find(account.uuid())
        .select(StepUpCodeRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?)
}

pub(crate) async fn update_step_up_code(
    tx: &mut Tx<'_>,
    account: AccountId,
    row: &StepUpCodeRow,
) -> Result<(), Error> {
    diesel::update(step_up_codes::table.find(account.uuid())).set(row).execute(tx.conn()).await?;
    Ok(())
}

/// Who proved themselves anew, and what for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepUpFor<'a> {
    pub account: AccountId,
    pub session: SessionId,
    pub purpose: StepUpPurpose,
    pub object: Option<&'a str>,
    pub amount: Option<Money>,
}

pub(crate) async fn insert_step_up(
    tx: &mut Tx<'_>,
    id: StepUpId,
    what: &StepUpFor<'_>,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(step_ups::table)
        .values((
            step_ups::id.eq(id.uuid()),
            step_ups::account_id.eq(what.account.uuid()),
            step_ups::session_id.eq(what.session.uuid()),
            step_ups::purpose.eq(what.purpose.code()),
            step_ups::object.eq(what.object),
            step_ups::amount_minor.eq(what.amount.map(Money::minor)),
            step_ups::currency.eq(what.amount.map(|amount| amount.currency().code())),
            step_ups::created_at.eq(now),
            step_ups::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses a proof up, if it is one for exactly this and its session still runs. Of many at once one
/// finds it unused: the others wait for its row and look again.
pub(crate) async fn use_step_up(
    tx: &mut Tx<'_>,
    id: StepUpId,
    what: &StepUpFor<'_>,
) -> Result<bool, Error> {
    let now = tx.now();
    let session_runs = diesel::dsl::exists(
        sessions::table
            .find((what.account.uuid(), what.session.uuid()))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(now)),
    );
    let amount_minor = what.amount.map(Money::minor);
    let currency = what.amount.map(|amount| amount.currency().code());
    let used = diesel::update(step_ups::table.find(id.uuid()))
        .filter(step_ups::account_id.eq(what.account.uuid()))
        .filter(step_ups::session_id.eq(what.session.uuid()))
        .filter(step_ups::purpose.eq(what.purpose.code()))
        .filter(step_ups::object.is_not_distinct_from(what.object))
        .filter(step_ups::amount_minor.is_not_distinct_from(amount_minor))
        .filter(step_ups::currency.is_not_distinct_from(currency))
        .filter(step_ups::expires_at.gt(now))
        .filter(step_ups::used_at.is_null())
        .filter(session_runs)
        .set(step_ups::used_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(used == 1)
}

/// The lateral part finds each by its key, whatever the statistics say of the table's size, and locks
/// in the order of what is asked.
const USE_MANY: &str = "WITH good AS MATERIALIZED (SELECT asked.n, proof.id \
       FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY \
         AS asked (id, account_id, session_id, purpose, object, amount_minor, currency, n) \
       CROSS JOIN LATERAL (SELECT s.id FROM identity.step_ups s WHERE s.id = asked.id \
         AND s.account_id = asked.account_id AND s.session_id = asked.session_id \
         AND s.purpose = asked.purpose AND s.object IS NOT DISTINCT FROM asked.object \
         AND s.amount_minor IS NOT DISTINCT FROM asked.amount_minor \
         AND s.currency IS NOT DISTINCT FROM asked.currency \
         AND s.expires_at > $8 AND s.used_at IS NULL FOR NO KEY UPDATE) proof \
       CROSS JOIN LATERAL (SELECT 1 FROM identity.sessions WHERE account_id = asked.account_id \
         AND id = asked.session_id AND revoked_at IS NULL AND expires_at > $9 OFFSET 0) runs), \
     used AS (UPDATE identity.step_ups SET used_at = $10 \
       WHERE id = ANY(ARRAY(SELECT id FROM good)) RETURNING id) \
     SELECT good.id, good.n FROM good JOIN used ON used.id = good.id ORDER BY good.n";

#[derive(QueryableByName)]
struct Used {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Uses up those of the proofs that are worth something, by one statement, and says which of the list
/// those are. One that is named twice serves the first time that it is named rightly.
pub(crate) async fn use_step_ups(tx: &Tx<'_>, proofs: &[Proof]) -> Result<BTreeSet<usize>, Error> {
    let now = tx.now();
    // Two who lock the same ones lock them in the same order.
    let mut sorted: Vec<(usize, &Proof)> = proofs.iter().enumerate().collect();
    sorted.sort_by_key(|(_, proof)| proof.id);
    let currency = |amount: Money| amount.currency().code();
    let used: Vec<Used> = sql(USE_MANY)
        .bind::<Array<SqlUuid>, _>(column(&sorted, |(_, proof)| proof.id.uuid()))
        .bind::<Array<SqlUuid>, _>(column(&sorted, |(_, proof)| proof.account.uuid()))
        .bind::<Array<SqlUuid>, _>(column(&sorted, |(_, proof)| proof.session.uuid()))
        .bind::<Array<Text>, _>(column(&sorted, |(_, proof)| proof.purpose.code()))
        .bind::<Array<Nullable<Text>>, _>(column(&sorted, |(_, proof)| proof.object.as_deref()))
        .bind::<Array<Nullable<BigInt>>, _>(column(&sorted, |(_, p)| p.amount.map(Money::minor)))
        .bind::<Array<Nullable<Text>>, _>(column(&sorted, |(_, p)| p.amount.map(currency)))
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .load(&mut tx.pipeline())
        .await?;
    let mut seen = BTreeSet::new();
    let first = used.into_iter().filter(|row| seen.insert(row.id));
    let places = first.filter_map(|row| usize::try_from(row.n - 1).ok());
    Ok(places.filter_map(|place| sorted.get(place).map(|(n, _)| *n)).collect())
}
