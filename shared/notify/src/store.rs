//! Every SQL statement of the crate.

use chrono::{DateTime, Utc};
use citygate_platform::db::{DbError, Tx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    Owner,
    schema::{messages, webhook_endpoints as endpoints},
};

/// A mail that waits, or one that has left its content behind.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(crate) struct Message {
    pub content_sealed: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
}

pub(crate) async fn insert_message(
    tx: &mut Tx<'_>,
    id: Uuid,
    content_sealed: &[u8],
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(id),
            messages::content_sealed.eq(content_sealed),
            messages::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn message(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Message>, DbError> {
    Ok(messages::table.find(id).select(Message::as_select()).first(tx.conn()).await.optional()?)
}

/// Marks a mail as sent and forgets what it said.
pub(crate) async fn mark_sent(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(messages::table.find(id))
        .set((messages::sent_at.eq(now), messages::content_sealed.eq(None::<Vec<u8>>)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// An owner's endpoint as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = endpoints)]
pub(crate) struct EndpointRow {
    pub url: String,
    pub secret_sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Creates or replaces an owner's endpoint; a disabled one is enabled again.
pub(crate) async fn put_endpoint(
    tx: &mut Tx<'_>,
    owner: Owner,
    url: &str,
    secret_sealed: &[u8],
) -> Result<(), DbError> {
    let now = tx.now();
    let values = (
        endpoints::url.eq(url),
        endpoints::secret_sealed.eq(secret_sealed),
        endpoints::created_at.eq(now),
        endpoints::disabled_at.eq(None::<DateTime<Utc>>),
    );
    diesel::insert_into(endpoints::table)
        .values((endpoints::city.eq(owner.city.number()), endpoints::owner_id.eq(owner.id), values))
        .on_conflict((endpoints::city, endpoints::owner_id))
        .do_update()
        .set(values)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn endpoint(
    tx: &mut Tx<'_>,
    owner: Owner,
) -> Result<Option<EndpointRow>, DbError> {
    Ok(endpoints::table
        .find((owner.city.number(), owner.id))
        .select(EndpointRow::as_select())
        .first(tx.conn())
        .await
        .optional()?)
}

/// Disables an owner's endpoint, unless it was replaced since: every registration has a secret of
/// its own.
pub(crate) async fn disable_endpoint(
    tx: &mut Tx<'_>,
    owner: Owner,
    secret_sealed: &[u8],
) -> Result<(), DbError> {
    let now = tx.now();
    let same = endpoints::table
        .find((owner.city.number(), owner.id))
        .filter(endpoints::secret_sealed.eq(secret_sealed));
    diesel::update(same).set(endpoints::disabled_at.eq(now)).execute(tx.conn()).await?;
    Ok(())
}
