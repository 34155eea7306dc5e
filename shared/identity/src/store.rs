//! Every statement of identity.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Locale};
use citygate_platform::db::{DbError, Tx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Account, AccountId, Client, ClientId, PersonId, SessionId},
    rules::CodeState,
    schema::{
        accounts, client_assertions, clients, people, refresh_tokens, sessions, sign_in_codes,
    },
};

// --- one-time codes ---

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sign_in_codes, treat_none_as_null = true)]
pub(crate) struct CodeRow {
    pub email_index: Vec<u8>,
    pub city: i32,
    pub code_digest: Vec<u8>,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub attempts: i16,
    pub used_at: Option<DateTime<Utc>>,
    pub hour_started_at: DateTime<Utc>,
    pub sent_in_hour: i16,
    pub attempts_in_hour: i16,
}

impl CodeRow {
    /// The part that the rules decide about.
    pub(crate) fn state(&self) -> CodeState {
        CodeState {
            sent_at: self.sent_at,
            expires_at: self.expires_at,
            attempts: self.attempts,
            used: self.used_at.is_some(),
            hour_started_at: self.hour_started_at,
            sent_in_hour: self.sent_in_hour,
            attempts_in_hour: self.attempts_in_hour,
        }
    }

    /// What the rules decided.
    pub(crate) fn set(&mut self, state: &CodeState) {
        self.sent_at = state.sent_at;
        self.expires_at = state.expires_at;
        self.attempts = state.attempts;
        self.hour_started_at = state.hour_started_at;
        self.sent_in_hour = state.sent_in_hour;
        self.attempts_in_hour = state.attempts_in_hour;
    }
}

/// Locks the row of an address; makes it first, so that two who ask at once meet in it.
pub(crate) async fn lock_code(
    tx: &mut Tx<'_>,
    email_index: &[u8],
    city: CityCode,
) -> Result<CodeRow, Error> {
    let now = tx.now();
    let state = CodeState::new(now);
    let fresh = CodeRow {
        email_index: email_index.to_vec(),
        city: city.number(),
        code_digest: Vec::new(),
        sent_at: state.sent_at,
        expires_at: state.expires_at,
        attempts: state.attempts,
        used_at: Some(now),
        hour_started_at: state.hour_started_at,
        sent_in_hour: state.sent_in_hour,
        attempts_in_hour: state.attempts_in_hour,
    };
    let inserted = diesel::insert_into(sign_in_codes::table)
        .values(&fresh)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await;
    match inserted.map_err(DbError::from) {
        Err(DbError::Statement(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::ForeignKeyViolation,
            _,
        ))) => return Err(Error::CityUnknown),
        other => other?,
    };
    find_code(tx, email_index).await?.ok_or(Error::CodeRefused)
}

/// Locks the row of an address, where there is one.
pub(crate) async fn find_code(
    tx: &mut Tx<'_>,
    email_index: &[u8],
) -> Result<Option<CodeRow>, Error> {
    Ok(sign_in_codes::table
        .find(email_index)
        .select(CodeRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?)
}

pub(crate) async fn update_code(tx: &mut Tx<'_>, row: &CodeRow) -> Result<(), Error> {
    diesel::update(sign_in_codes::table.find(&row.email_index))
        .set(row)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// --- accounts and people ---

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

pub(crate) async fn person_by_index(
    tx: &mut Tx<'_>,
    index: &[u8],
) -> Result<Option<PersonRow>, Error> {
    Ok(people::table
        .filter(people::id_number_index.eq(index))
        .select(PersonRow::as_select())
        .first(tx.conn())
        .await
        .optional()?)
}

pub(crate) async fn insert_person(
    tx: &mut Tx<'_>,
    person: &PersonRow,
    index: &[u8],
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(people::table)
        .values((
            people::id.eq(person.id),
            people::id_number_index.eq(index),
            people::id_number_sealed.eq(&person.id_number_sealed),
            people::name_sealed.eq(&person.name_sealed),
            people::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
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

// --- sessions ---

pub(crate) async fn insert_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::account_id.eq(account.uuid()),
            sessions::id.eq(session.uuid()),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    account: AccountId,
    session: SessionId,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest),
            refresh_tokens::account_id.eq(account.uuid()),
            refresh_tokens::session_id.eq(session.uuid()),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A refresh token, locked, with what its session says.
pub(crate) struct RefreshToken {
    pub account: AccountId,
    pub session: SessionId,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
    pub session_created_at: DateTime<Utc>,
    pub session_expires_at: DateTime<Utc>,
    pub session_revoked: bool,
}

pub(crate) async fn lock_refresh_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
) -> Result<Option<RefreshToken>, Error> {
    type TokenRow = (Uuid, Uuid, DateTime<Utc>, Option<DateTime<Utc>>);
    let token: Option<TokenRow> = refresh_tokens::table
        .find(digest)
        .select((
            refresh_tokens::account_id,
            refresh_tokens::session_id,
            refresh_tokens::expires_at,
            refresh_tokens::used_at,
        ))
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    let Some((account, session, expires_at, used_at)) = token else { return Ok(None) };
    let (session_created_at, session_expires_at, revoked_at): (
        DateTime<Utc>,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
    ) = sessions::table
        .find((account, session))
        .select((sessions::created_at, sessions::expires_at, sessions::revoked_at))
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(Some(RefreshToken {
        account: AccountId::from_uuid(account),
        session: SessionId::from_uuid(session),
        expires_at,
        used: used_at.is_some(),
        session_created_at,
        session_expires_at,
        session_revoked: revoked_at.is_some(),
    }))
}

pub(crate) async fn use_refresh_token(tx: &mut Tx<'_>, digest: &[u8]) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(refresh_tokens::table.find(digest))
        .set(refresh_tokens::used_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn revoke_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sessions::table.find((account.uuid(), session.uuid())))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

// --- clients ---

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct ClientRow {
    id: Uuid,
    city: i32,
    agency_id: Uuid,
    public_jwk: serde_json::Value,
    scopes: Vec<Option<String>>,
}

pub(crate) async fn client(tx: &mut Tx<'_>, id: ClientId) -> Result<Option<Client>, Error> {
    let row: Option<ClientRow> = clients::table
        .find(id.uuid())
        .filter(clients::disabled_at.is_null())
        .select(ClientRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(|row| {
        Ok(Client {
            id: ClientId::from_uuid(row.id),
            city: row.city.try_into().map_err(|_| Error::CityUnknown)?,
            agency_id: row.agency_id,
            public_jwk: row.public_jwk,
            scopes: row.scopes.into_iter().flatten().collect(),
        })
    })
    .transpose()
}

pub(crate) async fn insert_client(
    tx: &mut Tx<'_>,
    client: &Client,
    name: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(client.id.uuid()),
            clients::city.eq(client.city.number()),
            clients::agency_id.eq(client.agency_id),
            clients::name.eq(name),
            clients::public_jwk.eq(&client.public_jwk),
            clients::scopes.eq(&client.scopes),
            clients::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes an assertion. False when it was seen before.
pub(crate) async fn insert_assertion(
    tx: &mut Tx<'_>,
    client: ClientId,
    jti: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, Error> {
    let now = tx.now();
    diesel::delete(
        client_assertions::table
            .filter(client_assertions::client_id.eq(client.uuid()))
            .filter(client_assertions::expires_at.lt(now)),
    )
    .execute(tx.conn())
    .await?;
    let inserted = diesel::insert_into(client_assertions::table)
        .values((
            client_assertions::client_id.eq(client.uuid()),
            client_assertions::jti.eq(jti),
            client_assertions::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}
