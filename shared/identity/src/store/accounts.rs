//! Statements about accounts.

use chrono::{DateTime, Utc};
use citygate_kernel::Locale;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId, PersonId},
    schema::accounts,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: Uuid,
    city: i32,
    email_sealed: Vec<u8>,
    locale: String,
    person_id: Option<Uuid>,
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
