//! Statements about passwords.

use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{error::Error, model::AccountId, rules::Strength, schema::passwords};

/// A password as stored.
pub(crate) struct StoredPassword {
    /// Its PHC string, sealed for the account.
    pub phc_sealed: Vec<u8>,
    pub strength: Strength,
}

pub(crate) async fn password(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<StoredPassword>, Error> {
    let row: Option<(Vec<u8>, bool)> = passwords::table
        .find(account.uuid())
        .select((passwords::phc_sealed, passwords::alone))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|(phc_sealed, alone)| StoredPassword {
        phc_sealed,
        strength: if alone { Strength::Alone } else { Strength::BesideAnother },
    }))
}

/// Gives an account a password, in the place of the one that it had.
pub(crate) async fn put_password(
    tx: &mut Tx<'_>,
    account: AccountId,
    new: &StoredPassword,
) -> Result<(), Error> {
    let now = tx.now();
    let values = (
        passwords::phc_sealed.eq(&new.phc_sealed),
        passwords::alone.eq(new.strength == Strength::Alone),
        passwords::set_at.eq(now),
    );
    diesel::insert_into(passwords::table)
        .values((passwords::account_id.eq(account.uuid()), values))
        .on_conflict(passwords::account_id)
        .do_update()
        .set(values)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes an account's password away. False where there was none.
pub(crate) async fn delete_password(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    let gone = diesel::delete(passwords::table.find(account.uuid())).execute(tx.conn()).await?;
    Ok(gone == 1)
}
