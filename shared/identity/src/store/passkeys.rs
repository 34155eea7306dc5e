//! Statements about passkeys and the ceremonies that make and use them.

use chrono::{DateTime, Utc};
use citygate_platform::db::{DbError, Tx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, CeremonyId, PasskeyId},
    schema::{passkey_ceremonies as ceremonies, passkeys},
};

/// A passkey as its owner sees it.
pub(crate) struct PasskeyFacts {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Begins a ceremony, and forgets those that ran out.
pub(crate) async fn insert_ceremony(
    tx: &mut Tx<'_>,
    id: CeremonyId,
    account: Option<AccountId>,
    state: &Value,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    /// So many at a time: a flood of beginnings must not make one request pay for all.
    const SWEPT: i64 = 20;
    let now = tx.now();
    let over: Vec<Uuid> = ceremonies::table
        .filter(ceremonies::expires_at.lt(now))
        .order(ceremonies::expires_at)
        .limit(SWEPT)
        .select(ceremonies::id)
        .for_update()
        .skip_locked()
        .load(tx.conn())
        .await?;
    diesel::delete(ceremonies::table.filter(ceremonies::id.eq_any(over)))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::id.eq(id.uuid()),
            ceremonies::account_id.eq(account.map(AccountId::uuid)),
            ceremonies::state.eq(state),
            ceremonies::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes a ceremony of an account (none: of a sign-in) out of the table. Nobody else gets it.
pub(crate) async fn take_ceremony(
    tx: &mut Tx<'_>,
    id: CeremonyId,
    account: Option<AccountId>,
) -> Result<Option<Value>, Error> {
    let now = tx.now();
    let taken: Option<(Value, DateTime<Utc>)> = diesel::delete(
        ceremonies::table
            .filter(ceremonies::id.eq(id.uuid()))
            .filter(ceremonies::account_id.is_not_distinct_from(account.map(AccountId::uuid))),
    )
    .returning((ceremonies::state, ceremonies::expires_at))
    .get_result(tx.conn())
    .await
    .optional()?;
    Ok(taken.filter(|(_, expires_at)| now < *expires_at).map(|(state, _)| state))
}

pub(crate) async fn insert_passkey(
    tx: &mut Tx<'_>,
    id: PasskeyId,
    account: AccountId,
    (credential_id, credential): (&[u8], &Value),
    name: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(id.uuid()),
            passkeys::account_id.eq(account.uuid()),
            passkeys::credential_id.eq(credential_id),
            passkeys::credential.eq(credential),
            passkeys::name.eq(name),
            passkeys::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await
        .map_err(|error| match DbError::from(error) {
            known if known.unique_violation() == Some("passkeys_credential_id_key") => {
                Error::PasskeyRefused
            }
            other => Error::Db(other),
        })?;
    Ok(())
}

/// The passkeys of an account, oldest first.
pub(crate) async fn passkeys(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<PasskeyFacts>, Error> {
    type Row = (Uuid, String, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::account_id.eq(account.uuid()))
        .order((passkeys::created_at, passkeys::id))
        .select((passkeys::id, passkeys::name, passkeys::created_at, passkeys::last_used_at))
        .load(tx.conn())
        .await?;
    let facts = |(id, name, created_at, last_used_at): Row| PasskeyFacts {
        id: PasskeyId::from_uuid(id),
        name,
        created_at,
        last_used_at,
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// The credential ids of an account.
pub(crate) async fn credential_ids(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<Vec<u8>>, Error> {
    Ok(passkeys::table
        .filter(passkeys::account_id.eq(account.uuid()))
        .select(passkeys::credential_id)
        .load(tx.conn())
        .await?)
}

/// The passkey of a credential, locked.
pub(crate) async fn lock_passkey(
    tx: &mut Tx<'_>,
    credential_id: &[u8],
) -> Result<Option<(PasskeyId, AccountId, Value)>, Error> {
    let row: Option<(Uuid, Uuid, Value)> = passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select((passkeys::id, passkeys::account_id, passkeys::credential))
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|(id, account, credential)| {
        (PasskeyId::from_uuid(id), AccountId::from_uuid(account), credential)
    }))
}

/// A passkey was used: its counter may have moved.
pub(crate) async fn use_passkey(
    tx: &mut Tx<'_>,
    id: PasskeyId,
    credential: &Value,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(passkeys::table.find(id.uuid()))
        .set((passkeys::credential.eq(credential), passkeys::last_used_at.eq(now)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives an account's passkey another name. False where there is none.
pub(crate) async fn rename_passkey(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: PasskeyId,
    name: &str,
) -> Result<bool, Error> {
    let renamed = diesel::update(passkeys::table.find(id.uuid()))
        .filter(passkeys::account_id.eq(account.uuid()))
        .set(passkeys::name.eq(name))
        .execute(tx.conn())
        .await?;
    Ok(renamed == 1)
}

/// Takes an account's passkey away. False where there is none.
pub(crate) async fn delete_passkey(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: PasskeyId,
) -> Result<bool, Error> {
    let gone = diesel::delete(passkeys::table.find(id.uuid()))
        .filter(passkeys::account_id.eq(account.uuid()))
        .execute(tx.conn())
        .await?;
    Ok(gone == 1)
}
