//! Statements about claims to real names.

use chrono::{DateTime, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, Level, PersonId, Verification, VerificationId, VerificationState},
    schema::{people, verifications},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications)]
struct VerificationRow {
    id: Uuid,
    account_id: Uuid,
    state: String,
    claim_sealed: Option<Vec<u8>>,
    withheld: bool,
    created_at: DateTime<Utc>,
}

impl TryFrom<VerificationRow> for Verification {
    type Error = Error;

    fn try_from(row: VerificationRow) -> Result<Self, Error> {
        let state = VerificationState::from_code(&row.state);
        Ok(Self {
            id: VerificationId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            state: state.ok_or(Error::Damaged("the state of a verification"))?,
            claim_sealed: row.claim_sealed,
            withheld: row.withheld,
            created_at: row.created_at,
        })
    }
}

/// The newest claim of an account.
pub(crate) async fn latest_verification(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<Verification>, Error> {
    let row: Option<VerificationRow> = verifications::table
        .filter(verifications::account_id.eq(account.uuid()))
        .order(verifications::id.desc())
        .select(VerificationRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Verification::try_from).transpose()
}

pub(crate) async fn verification(
    tx: &mut Tx<'_>,
    id: VerificationId,
) -> Result<Option<Verification>, Error> {
    let row: Option<VerificationRow> = verifications::table
        .find(id.uuid())
        .select(VerificationRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Verification::try_from).transpose()
}

pub(crate) async fn lock_verification(
    tx: &mut Tx<'_>,
    id: VerificationId,
) -> Result<Option<Verification>, Error> {
    let row: Option<VerificationRow> = verifications::table
        .find(id.uuid())
        .select(VerificationRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Verification::try_from).transpose()
}

pub(crate) async fn insert_verification(tx: &mut Tx<'_>, new: &Verification) -> Result<(), Error> {
    diesel::insert_into(verifications::table)
        .values((
            verifications::id.eq(new.id.uuid()),
            verifications::account_id.eq(new.account.uuid()),
            verifications::state.eq(new.state.code()),
            verifications::claim_sealed.eq(&new.claim_sealed),
            verifications::withheld.eq(new.withheld),
            verifications::created_at.eq(new.created_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What stands in the place of a claim that was decided.
pub(crate) struct Decided<'a> {
    /// Whose it is; none for a refusal.
    pub person: Option<PersonId>,
    pub level: Level,
    pub provider: Option<&'a str>,
    pub evidence_digest: Option<&'a [u8]>,
}

/// Ends a locked claim: name and document go.
pub(crate) async fn decide_verification(
    tx: &mut Tx<'_>,
    id: VerificationId,
    decided: &Decided<'_>,
) -> Result<(), Error> {
    let now = tx.now();
    let state = match decided.person {
        Some(_) => VerificationState::Verified,
        None => VerificationState::Refused,
    };
    diesel::update(verifications::table.find(id.uuid()))
        .set((
            verifications::state.eq(state.code()),
            verifications::claim_sealed.eq(None::<Vec<u8>>),
            verifications::person_id.eq(decided.person.map(PersonId::uuid)),
            verifications::level.eq(decided.person.map(|_| decided.level.number())),
            verifications::provider.eq(decided.provider),
            verifications::evidence_digest.eq(decided.evidence_digest),
            verifications::resolved_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes others wait who would bind an account to the person.
pub(crate) async fn lock_person(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let _: Uuid = people::table
        .find(person.uuid())
        .select(people::id)
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(())
}
