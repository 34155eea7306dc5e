//! Statements about keys, and about whatever they have sealed.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Binary, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::{SealedColumn, format::Header};
use crate::{
    db::{DbError, Tx},
    schema::{data_keys, key_fingerprints},
};

/// A data key as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = data_keys)]
pub(super) struct DataKeyRow {
    pub id: Uuid,
    pub class: String,
    pub kek: i32,
    pub wrapped: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// The fingerprint that was noted first for a purpose.
pub(super) async fn first_known(
    tx: &mut Tx<'_>,
    purpose: &str,
    fingerprint: &[u8],
) -> Result<Vec<u8>, DbError> {
    let now = tx.now();
    diesel::insert_into(key_fingerprints::table)
        .values((
            key_fingerprints::purpose.eq(purpose),
            key_fingerprints::fingerprint.eq(fingerprint),
            key_fingerprints::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    let found = self::fingerprint(tx, purpose).await?;
    Ok(found.unwrap_or_default())
}

pub(super) async fn fingerprint(
    tx: &mut Tx<'_>,
    purpose: &str,
) -> Result<Option<Vec<u8>>, DbError> {
    Ok(key_fingerprints::table
        .find(purpose)
        .select(key_fingerprints::fingerprint)
        .first(tx.conn())
        .await
        .optional()?)
}

/// All data keys, oldest first.
pub(super) async fn data_keys(tx: &Tx<'_>) -> Result<Vec<DataKeyRow>, DbError> {
    Ok(data_keys::table
        .order((data_keys::created_at, data_keys::id))
        .select(DataKeyRow::as_select())
        .load(&mut tx.pipeline())
        .await?)
}

/// Adds an active key, unless its class has one. Returns whether it did.
pub(super) async fn insert_data_key(tx: &mut Tx<'_>, key: &DataKeyRow) -> Result<bool, DbError> {
    let inserted = diesel::insert_into(data_keys::table)
        .values(key)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// From now on the active key of a class only opens.
pub(super) async fn retire_active(tx: &mut Tx<'_>, class: &str) -> Result<(), DbError> {
    let now = tx.now();
    let active =
        data_keys::table.filter(data_keys::class.eq(class)).filter(data_keys::retired_at.is_null());
    diesel::update(active).set(data_keys::retired_at.eq(now)).execute(tx.conn()).await?;
    Ok(())
}

pub(super) async fn lock_data_keys(tx: &mut Tx<'_>) -> Result<Vec<DataKeyRow>, DbError> {
    Ok(data_keys::table
        .order(data_keys::id)
        .select(DataKeyRow::as_select())
        .for_no_key_update()
        .load(tx.conn())
        .await?)
}

pub(super) async fn rewrap(
    tx: &mut Tx<'_>,
    id: Uuid,
    kek: i32,
    wrapped: &[u8],
) -> Result<(), DbError> {
    diesel::update(data_keys::table.find(id))
        .set((data_keys::kek.eq(kek), data_keys::wrapped.eq(wrapped)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn delete_data_key(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    diesel::delete(data_keys::table.find(id)).execute(tx.conn()).await?;
    Ok(())
}

/// A sealed value and the row that it is bound to.
#[derive(QueryableByName)]
pub(super) struct SealedRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Binary)]
    pub sealed: Vec<u8>,
}

/// Values of a column that another key than this one seals, in the order of their rows. The names
/// are those of a [`SealedColumn`], which is code, not input.
pub(super) async fn sealed_by_others(
    tx: &mut Tx<'_>,
    column: &SealedColumn,
    id: &str,
    key: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<SealedRow>, DbError> {
    let SealedColumn { table, column, .. } = column;
    let others = format!(
        "SELECT {id} AS id, {column} AS sealed FROM {table} WHERE {id} > $1 \
         AND substr({column}, 1, 17) <> $2 ORDER BY {id} LIMIT $3"
    );
    Ok(sql_query(others)
        .bind::<SqlUuid, _>(after)
        .bind::<Binary, _>(Header::Enveloped(key).bytes())
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
        .await?)
}

/// Puts values in the place of others that nobody has changed meanwhile. Returns how many.
pub(super) async fn replace_sealed(
    tx: &mut Tx<'_>,
    column: &SealedColumn,
    id: &str,
    before: &[SealedRow],
    sealed: &[Vec<u8>],
) -> Result<usize, DbError> {
    let SealedColumn { table, column, .. } = column;
    let update = format!(
        "UPDATE {table} t SET {column} = new.sealed \
         FROM unnest($1, $2, $3) AS new (id, before, sealed) \
         WHERE t.{id} = new.id AND t.{column} = new.before"
    );
    Ok(sql_query(update)
        .bind::<Array<SqlUuid>, _>(before.iter().map(|row| row.id).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(before.iter().map(|row| &row.sealed).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(sealed)
        .execute(tx.conn())
        .await?)
}

/// How many values of a column have the same first bytes.
#[derive(QueryableByName)]
pub(super) struct Sealed {
    #[diesel(sql_type = Binary)]
    pub header: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    pub values: i64,
}

/// Lets the statements of a transaction take as long as they need.
pub(super) async fn without_statement_limit(tx: &mut Tx<'_>) -> Result<(), DbError> {
    Ok(tx.conn().batch_execute("SET LOCAL statement_timeout = 0").await?)
}

/// The values of a column, counted by their headers.
pub(super) async fn count_sealed(
    tx: &mut Tx<'_>,
    column: &SealedColumn,
) -> Result<Vec<Sealed>, DbError> {
    let SealedColumn { table, column, .. } = column;
    // Of the first form only the first byte is a header.
    let count = format!(
        "SELECT header, count(*) AS values FROM (SELECT CASE get_byte({column}, 0) \
           WHEN 1 THEN substr({column}, 1, 1) ELSE substr({column}, 1, 17) END AS header \
         FROM {table} WHERE length({column}) > 0) sealed GROUP BY header"
    );
    Ok(sql_query(count).load(tx.conn()).await?)
}
