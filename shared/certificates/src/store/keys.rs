//! Keys that sign.

use chrono::{DateTime, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{error::Error, schema::signing_keys};

/// A key, its private part sealed.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub(crate) struct SigningKey {
    pub id: Uuid,
    pub kid: String,
    pub public_jwk: Value,
    pub begins_at: DateTime<Utc>,
    /// None once it was destroyed.
    pub private_sealed: Option<Vec<u8>>,
}

/// The key that signs now: the one that began last.
pub(crate) async fn signing(tx: &mut Tx<'_>) -> Result<Option<SigningKey>, Error> {
    Ok(signing_keys::table
        .filter(signing_keys::begins_at.le(tx.now()))
        .order(signing_keys::begins_at.desc())
        .select(SigningKey::as_select())
        .first(tx.conn())
        .await
        .optional()?)
}

/// Writes a key, unless another begins at the same instant: of two who try, one waits and is told.
pub(crate) async fn insert(tx: &mut Tx<'_>, key: &SigningKey) -> Result<bool, Error> {
    let inserted = diesel::insert_into(signing_keys::table)
        .values(key)
        .on_conflict(signing_keys::begins_at)
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Destroys the private parts of keys that began before an instant.
pub(crate) async fn destroy_before(tx: &mut Tx<'_>, begun: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(signing_keys::table)
        .filter(signing_keys::begins_at.lt(begun))
        .set(signing_keys::private_sealed.eq(None::<Vec<u8>>))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The public parts of all keys, those that began last first.
pub(crate) async fn published(tx: &mut Tx<'_>) -> Result<Vec<Value>, Error> {
    Ok(signing_keys::table
        .order(signing_keys::begins_at.desc())
        .select(signing_keys::public_jwk)
        .load(tx.conn())
        .await?)
}
