//! Statements about accounts and people.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_kernel::Locale;
use citygate_platform::{
    db::{DbError, Tx},
    sql::sql,
};
use diesel::{
    prelude::*,
    sql_types::{Array, Binary, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId, PersonId},
    schema::{accounts, people},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: Uuid,
    city: i32,
    email_sealed: Vec<u8>,
    locale: String,
    person_id: Option<Uuid>,
    real_name_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<AccountRow> for Account {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self, Error> {
        Ok(Self {
            id: AccountId::from_uuid(row.id),
            city: row.city.try_into().map_err(|_| Error::CityUnknown)?,
            email_sealed: row.email_sealed,
            locale: Locale::from_tag(&row.locale),
            person: row.person_id.map(PersonId::from_uuid),
            real_name_at: row.real_name_at,
            created_at: row.created_at,
        })
    }
}

pub(crate) async fn account(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .find(id.uuid())
        .select(AccountRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

pub(crate) async fn lock_account(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .find(id.uuid())
        .select(AccountRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

pub(crate) async fn account_by_email(
    tx: &mut Tx<'_>,
    email_index: &[u8],
) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .filter(accounts::email_index.eq(email_index))
        .select(AccountRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

pub(crate) async fn insert_account(
    tx: &mut Tx<'_>,
    account: &Account,
    email_index: &[u8],
) -> Result<(), Error> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(account.id.uuid()),
            accounts::city.eq(account.city.number()),
            accounts::email_index.eq(email_index),
            accounts::email_sealed.eq(&account.email_sealed),
            accounts::locale.eq(account.locale.tag()),
            accounts::created_at.eq(account.created_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Binds an account to a person who has no other.
pub(crate) async fn bind_person(
    tx: &mut Tx<'_>,
    account: AccountId,
    person: PersonId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(accounts::table.find(account.uuid()))
        .set((accounts::person_id.eq(person.uuid()), accounts::real_name_at.eq(now)))
        .execute(tx.conn())
        .await
        .map_err(|error| match DbError::from(error) {
            taken if taken.unique_violation() == Some("accounts_person_id_key") => {
                Error::RealNameRefused
            }
            other => Error::Db(other),
        })?;
    Ok(())
}

/// What is stored of a person.
#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
pub(crate) struct PersonRow {
    pub id: Uuid,
    pub id_number_sealed: Vec<u8>,
    pub name_sealed: Option<Vec<u8>>,
}

pub(crate) async fn person(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<PersonRow>, Error> {
    Ok(people::table
        .find(id.uuid())
        .select(PersonRow::as_select())
        .first(tx.conn())
        .await
        .optional()?)
}

/// The people of these digests, by digest, where there are any.
pub(crate) async fn people_by_index(
    tx: &mut Tx<'_>,
    indexes: Vec<&[u8]>,
) -> Result<BTreeMap<Vec<u8>, PersonId>, Error> {
    let found: Vec<(Vec<u8>, Uuid)> = people::table
        .filter(people::id_number_index.eq_any(indexes))
        .select((people::id_number_index, people::id))
        .load(tx.conn())
        .await?;
    Ok(found.into_iter().map(|(index, id)| (index, PersonId::from_uuid(id))).collect())
}

#[derive(QueryableByName)]
#[diesel(table_name = people)]
struct Noted {
    id: Uuid,
    id_number_index: Vec<u8>,
}

/// Notes people with their digests, but for those whom somebody has noted already, and waits for
/// others who are noting the same. Returns who is new.
pub(crate) async fn insert_people(
    tx: &mut Tx<'_>,
    new: &[(PersonRow, &[u8])],
) -> Result<BTreeMap<Vec<u8>, PersonId>, Error> {
    let now = tx.now();
    let rows = || new.iter().map(|(row, _)| row);
    let noted: Vec<Noted> = sql("INSERT INTO identity.people \
         (created_at, id, id_number_index, id_number_sealed, name_sealed) \
         SELECT $1, new.* FROM unnest($2, $3, $4, $5) AS new \
         ON CONFLICT DO NOTHING RETURNING id, id_number_index")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(rows().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(new.iter().map(|(_, index)| *index).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(rows().map(|row| &row.id_number_sealed).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(rows().map(|row| &row.name_sealed).collect::<Vec<_>>())
    .load(tx.conn())
    .await?;
    Ok(noted.into_iter().map(|row| (row.id_number_index, PersonId::from_uuid(row.id))).collect())
}

pub(crate) async fn set_name(
    tx: &mut Tx<'_>,
    person: PersonId,
    name_sealed: &[u8],
) -> Result<(), Error> {
    diesel::update(people::table.find(person.uuid()))
        .set(people::name_sealed.eq(name_sealed))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The account of a person, where there is one.
pub(crate) async fn account_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .filter(accounts::person_id.eq(person.uuid()))
        .select(AccountRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}
