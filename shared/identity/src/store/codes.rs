//! Statements about one-time codes.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, ChallengeId},
    rules::{Channel, CodeState, Purpose},
    schema::{known_clients, one_time_codes},
};

/// A code as stored.
pub(crate) struct OneTimeCode {
    pub id: ChallengeId,
    pub purpose: Purpose,
    pub channel: Channel,
    pub address_index: Vec<u8>,
    pub address_sealed: Vec<u8>,
    pub client_index: Vec<u8>,
    /// Whose phone number is being added.
    pub account: Option<AccountId>,
    pub city: CityCode,
    /// None until the message is written.
    pub code_digest: Option<Vec<u8>>,
    pub attempts: i16,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl OneTimeCode {
    /// The part that the rules decide about.
    pub(crate) fn state(&self) -> CodeState {
        let (attempts, expires_at) = (self.attempts, self.expires_at);
        CodeState { attempts, expires_at, used: self.used_at.is_some() }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = one_time_codes)]
struct CodeRow {
    id: Uuid,
    purpose: String,
    channel: String,
    address_index: Vec<u8>,
    address_sealed: Vec<u8>,
    client_index: Vec<u8>,
    account_id: Option<Uuid>,
    city: i32,
    code_digest: Option<Vec<u8>>,
    attempts: i16,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

impl TryFrom<CodeRow> for OneTimeCode {
    type Error = Error;

    fn try_from(row: CodeRow) -> Result<Self, Error> {
        Ok(Self {
            id: ChallengeId::from_uuid(row.id),
            purpose: if row.purpose == "sign_in" { Purpose::SignIn } else { Purpose::AddPhone },
            channel: if row.channel == "mail" { Channel::Mail } else { Channel::Sms },
            address_index: row.address_index,
            address_sealed: row.address_sealed,
            client_index: row.client_index,
            account: row.account_id.map(AccountId::from_uuid),
            city: row.city.try_into().map_err(|_| Error::CityUnknown)?,
            code_digest: row.code_digest,
            attempts: row.attempts,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }
}

/// Notes a code, and forgets those of the same address that ran out a day ago.
pub(crate) async fn insert_code(tx: &mut Tx<'_>, code: OneTimeCode) -> Result<(), Error> {
    let long_ago = tx.now() - TimeDelta::days(1);
    diesel::delete(
        one_time_codes::table
            .filter(one_time_codes::address_index.eq(&code.address_index))
            .filter(one_time_codes::expires_at.lt(long_ago)),
    )
    .execute(tx.conn())
    .await?;
    let row = CodeRow {
        id: code.id.uuid(),
        purpose: match code.purpose {
            Purpose::SignIn => "sign_in",
            Purpose::AddPhone => "add_phone",
        }
        .to_owned(),
        channel: match code.channel {
            Channel::Mail => "mail",
            Channel::Sms => "sms",
        }
        .to_owned(),
        address_index: code.address_index,
        address_sealed: code.address_sealed,
        client_index: code.client_index,
        account_id: code.account.map(AccountId::uuid),
        city: code.city.number(),
        code_digest: code.code_digest,
        attempts: code.attempts,
        created_at: code.created_at,
        expires_at: code.expires_at,
        used_at: code.used_at,
    };
    diesel::insert_into(one_time_codes::table)
        .values(row)
        .execute(tx.conn())
        .await
        .map_err(unknown_city)?;
    Ok(())
}

/// Reads a code without locking it.
pub(crate) async fn code(tx: &mut Tx<'_>, id: ChallengeId) -> Result<Option<OneTimeCode>, Error> {
    let row: Option<CodeRow> = one_time_codes::table
        .find(id.uuid())
        .select(CodeRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(OneTimeCode::try_from).transpose()
}

/// Locks a code.
pub(crate) async fn lock_code(
    tx: &mut Tx<'_>,
    id: ChallengeId,
) -> Result<Option<OneTimeCode>, Error> {
    let row: Option<CodeRow> = one_time_codes::table
        .find(id.uuid())
        .select(CodeRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(OneTimeCode::try_from).transpose()
}

/// A message with the code is written.
pub(crate) async fn set_code_digest(
    tx: &mut Tx<'_>,
    id: ChallengeId,
    digest: &[u8],
) -> Result<(), Error> {
    diesel::update(one_time_codes::table.find(id.uuid()))
        .set(one_time_codes::code_digest.eq(digest))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Somebody has guessed.
pub(crate) async fn set_code_attempts(
    tx: &mut Tx<'_>,
    id: ChallengeId,
    attempts: i16,
) -> Result<(), Error> {
    diesel::update(one_time_codes::table.find(id.uuid()))
        .set(one_time_codes::attempts.eq(attempts))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Somebody has guessed right.
pub(crate) async fn use_code(tx: &mut Tx<'_>, id: ChallengeId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(one_time_codes::table.find(id.uuid()))
        .set(one_time_codes::used_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Since when a client is known to an address.
pub(crate) async fn client_known_since(
    tx: &mut Tx<'_>,
    address_index: &[u8],
    client_index: &[u8],
) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(known_clients::table
        .find((address_index, client_index))
        .select(known_clients::signed_in_at)
        .first(tx.conn())
        .await
        .optional()?)
}

/// Somebody has signed in from a client by a code to an address.
pub(crate) async fn know_client(
    tx: &mut Tx<'_>,
    address_index: &[u8],
    client_index: &[u8],
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(known_clients::table)
        .values((
            known_clients::address_index.eq(address_index),
            known_clients::client_index.eq(client_index),
            known_clients::signed_in_at.eq(now),
        ))
        .on_conflict((known_clients::address_index, known_clients::client_index))
        .do_update()
        .set(known_clients::signed_in_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The city is the only thing here that refers to something else.
fn unknown_city(error: DieselError) -> Error {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Error::CityUnknown,
        other => other.into(),
    }
}
