//! Statements about telephone numbers of accounts.

use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::AccountId, schema::phones};

/// Who has a number.
pub(crate) async fn account_of_phone(
    tx: &mut Tx<'_>,
    phone_index: &[u8],
) -> Result<Option<AccountId>, Error> {
    let id: Option<Uuid> = phones::table
        .filter(phones::phone_index.eq(phone_index))
        .select(phones::account_id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(AccountId::from_uuid))
}

/// The number of an account, sealed for the account.
pub(crate) async fn phone(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Vec<u8>>, Error> {
    Ok(phones::table
        .find(account.uuid())
        .select(phones::phone_sealed)
        .first(tx.conn())
        .await
        .optional()?)
}

/// Gives an account a number, in the place of the one that it had.
pub(crate) async fn put_phone(
    tx: &mut Tx<'_>,
    account: AccountId,
    phone_index: &[u8],
    phone_sealed: &[u8],
) -> Result<(), Error> {
    let now = tx.now();
    let values = (
        phones::phone_index.eq(phone_index),
        phones::phone_sealed.eq(phone_sealed),
        phones::verified_at.eq(now),
    );
    diesel::insert_into(phones::table)
        .values((phones::account_id.eq(account.uuid()), values))
        .on_conflict(phones::account_id)
        .do_update()
        .set(values)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes an account's number away. False where there was none.
pub(crate) async fn delete_phone(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    let gone = diesel::delete(phones::table.find(account.uuid())).execute(tx.conn()).await?;
    Ok(gone == 1)
}
