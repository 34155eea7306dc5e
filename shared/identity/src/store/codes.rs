//! Statements about one-time codes.

use chrono::{DateTime, Utc};
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
};
use diesel_async::RunQueryDsl;

use crate::{error::Error, rules::CodeState, schema::sign_in_codes};

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
    diesel::insert_into(sign_in_codes::table)
        .values(&fresh)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await
        .map_err(unknown_city)?;
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
        .await
        .map_err(unknown_city)?;
    Ok(())
}

/// The city is the only thing here that refers to something else.
fn unknown_city(error: DieselError) -> Error {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Error::CityUnknown,
        other => other.into(),
    }
}
