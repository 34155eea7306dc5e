//! Statements about fresh proofs and their codes.

use chrono::{DateTime, Utc};
use citygate_kernel::Money;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    model::{AccountId, SessionId, StepUpId, StepUpPurpose},
    schema::{sessions, step_up_codes, step_ups},
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
