//! What owners see of their accounts: of many in one statement, which is the one that a busy city
//! sends most often.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Locale};
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
    keys::{SealedColumn, Unsealable},
    sql::{column, sql},
};
use diesel::{
    QueryableByName,
    sql_types::{Array, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::people::masked_of;
use crate::{
    error::Error,
    model::{AccountId, VerificationState},
    rules::mask_email,
    sealed::{EMAIL, ID_NUMBER, NAME},
};

/// An account as its owner sees it; what is personal is masked.
pub(crate) struct Profile {
    pub account: AccountId,
    pub city: CityCode,
    pub email_masked: String,
    pub locale: Locale,
    pub real_name: Option<RealNameFacts>,
    /// The newest claim to a real name, and since when it is so.
    pub verification: Option<(VerificationState, DateTime<Utc>)>,
}

/// A real name as its owner sees it.
pub(crate) struct RealNameFacts {
    pub name_masked: String,
    pub id_number_masked: String,
    pub since: DateTime<Utc>,
}

/// A profile as it is stored. Only what is masked leaves it.
#[derive(Clone, QueryableByName)]
pub(crate) struct ProfileRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = Binary)]
    email_sealed: Vec<u8>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    real_name_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Binary>)]
    id_number_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    name_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    state_since: Option<DateTime<Utc>>,
}

/// The profiles of some accounts.
pub(crate) async fn profile_rows(
    tx: &mut Tx<'_>,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, ProfileRow>, DbError> {
    let rows: Vec<ProfileRow> = sql("SELECT a.id, a.city, a.email_sealed, a.locale, a.real_name_at, \
           p.id AS person_id, p.id_number_sealed, p.name_sealed, \
           v.state, coalesce(v.resolved_at, v.created_at) AS state_since \
         FROM unnest($1) AS asked (id) \
         CROSS JOIN LATERAL (SELECT * FROM identity.accounts WHERE id = asked.id OFFSET 0) a \
         LEFT JOIN LATERAL (SELECT * FROM identity.people WHERE id = a.person_id OFFSET 0) p ON true \
         LEFT JOIN LATERAL (SELECT * FROM identity.verifications WHERE account_id = a.id \
           ORDER BY id DESC LIMIT 1) v ON true")
    .bind::<Array<SqlUuid>, _>(column(accounts, |account| account.uuid()))
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId::from_uuid(row.id), row)).collect())
}

impl ProfileRow {
    /// Opens what is sealed and masks it. Like [`super::own_masked`] it is not noted in the ledger of
    /// accesses, and for the same reason.
    pub(crate) async fn open(self, cx: &Cx) -> Result<Profile, Error> {
        let email = open(cx, &EMAIL, self.id, &self.email_sealed).await?;
        let real_name = match (self.person_id, self.real_name_at, &self.id_number_sealed) {
            (Some(person), Some(since), Some(number)) => {
                let number = open(cx, &ID_NUMBER, person, number).await?;
                let name = match &self.name_sealed {
                    Some(sealed) => open(cx, &NAME, person, sealed).await?,
                    None => String::new(),
                };
                let masked = masked_of(&name, &number)?;
                let (name_masked, id_number_masked) = (masked.name, masked.id_number);
                Some(RealNameFacts { name_masked, id_number_masked, since })
            }
            _ => None,
        };
        let state = self.state.map(|state| {
            VerificationState::from_code(&state)
                .ok_or(Error::Damaged("the state of a verification"))
        });
        Ok(Profile {
            account: AccountId::from_uuid(self.id),
            city: self.city.try_into().map_err(|_| Error::CityUnknown)?,
            email_masked: mask_email(&email),
            locale: Locale::from_tag(&self.locale),
            real_name,
            verification: state.transpose()?.zip(self.state_since),
        })
    }
}

async fn open(cx: &Cx, column: &SealedColumn, row: Uuid, sealed: &[u8]) -> Result<String, Error> {
    let bytes = cx.keys.open_read(&cx.db, column, row, sealed).await?;
    Ok(String::from_utf8(bytes).map_err(|_| Unsealable)?)
}
