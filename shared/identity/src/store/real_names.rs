//! Statements about real names that somebody has vouched for.

use citygate_kernel::Clock;
use citygate_platform::{
    db::Tx,
    keys::{Keys, Unsealable},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{
    accesses::insert_entries,
    people::{PersonRow, index_of, insert_people, open, person_by_index, person_row},
};
use crate::{
    access::{Access, Act},
    documents::Document,
    error::Error,
    model::{AccountId, Level, PersonId, VerificationId, VerificationState},
    schema::verifications,
    sealed::{ID_NUMBER, NAME},
};

/// A real name with nothing hidden.
pub(crate) struct FullIdentity {
    pub name: String,
    pub document: Document,
}

/// The person of a document; noted where nobody has named them before.
pub(crate) async fn verified_person(
    keys: &Keys,
    tx: &mut Tx<'_>,
    document: &Document,
) -> Result<PersonId, Error> {
    let index = index_of(keys, document);
    if let Some(person) = person_by_index(tx, &index).await? {
        return Ok(person);
    }
    let id = PersonId::new(&Clock::manual(tx.now())).uuid();
    let id_number_sealed = keys.seal(tx, &ID_NUMBER, id, document.kept().as_bytes()).await?;
    let row = PersonRow { id, id_number_sealed, name_sealed: None };
    insert_people(tx, &[(row, &index)]).await?;
    // Ours, or that of somebody who was faster.
    person_by_index(tx, &index).await?.ok_or(Error::Damaged("a person who was noted is gone"))
}

/// Whether a document is a person's.
pub(crate) async fn holds(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
    document: &Document,
) -> Result<bool, Error> {
    Ok(person_by_index(tx, &index_of(keys, document)).await? == Some(person))
}

/// Shows a person the own name and document.
pub(crate) async fn own_identity(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
) -> Result<FullIdentity, Error> {
    let row = person_row(tx, person).await?.ok_or(Error::AccountUnknown)?;
    let document = open(keys, tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
    let document = Document::from_kept(&document).ok_or(Unsealable)?;
    let name = match &row.name_sealed {
        Some(sealed) => open(keys, tx, &NAME, row.id, sealed).await?,
        None => String::new(),
    };
    insert_entries(tx, access, Act::Read, vec![(person, None)]).await?;
    Ok(FullIdentity { name, document })
}

/// Notes a real name that needed no check.
pub(crate) async fn insert_vouched(
    tx: &mut Tx<'_>,
    account: AccountId,
    person: PersonId,
    level: Level,
    provider: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(verifications::table)
        .values((
            verifications::id.eq(VerificationId::new(&Clock::manual(now)).uuid()),
            verifications::account_id.eq(account.uuid()),
            verifications::state.eq(VerificationState::Verified.code()),
            verifications::withheld.eq(false),
            verifications::person_id.eq(person.uuid()),
            verifications::level.eq(level.number()),
            verifications::provider.eq(provider),
            verifications::created_at.eq(now),
            verifications::resolved_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
