//! Looking somebody up, and reading who did.

use citygate_platform::{Cx, db::Tx, http::PageQuery, keys::Keys};

use crate::{
    access::{Access, Accessor, Act, Entry, Reason, Record},
    caller::RealName,
    documents::{Document, ResidentIdNumber},
    error::Error,
    model::PersonId,
    rules,
    store::{self, MaskedRealName},
};

/// Whom an agency looks for, and why.
pub(crate) struct Lookup<'a> {
    pub document: &'a Document,
    pub reason: Reason<'a>,
    /// The agency's own reference.
    pub case: &'a str,
}

/// Finds somebody for an agency that has named them before, or whose legal basis is a duty or power
/// of its own. Whoever is not found and whoever may not be seen are the same, and both count.
pub(crate) async fn look_up(
    cx: &Cx,
    by: Accessor,
    lookup: &Lookup<'_>,
) -> Result<(PersonId, MaskedRealName), Error> {
    let index = store::index_of(&cx.keys, lookup.document);
    let access = Access::new(cx, by, lookup.reason);
    // Not found is no error in here: the count of it commits.
    cx.db
        .tx("identity.look_up", async |tx| {
            let Reason { purpose, legal_basis } = lookup.reason;
            let statutory = store::is_statutory(tx, purpose, legal_basis).await?;
            let statutory = statutory.ok_or(Error::ReasonUnknown)?;
            let made = store::lock_lookups(tx, &by, &index).await?;
            if !made.again {
                rules::one_more_lookup(made.documents, made.first_at, tx.now())
                    .map_err(Error::TooManyLookups)?;
                store::insert_lookup(tx, &by, &index).await?;
            }
            let Some(person) = store::person_by_index(tx, &index).await? else { return Ok(None) };
            if !statutory && !store::has_named(tx, &access, person).await? {
                return Ok(None);
            }
            let found = store::look_up(&cx.keys, tx, &access, person, lookup.case).await?;
            Ok::<_, Error>(found.map(|found| (person, found)))
        })
        .await?
        .ok_or(Error::PersonUnknown)
}

/// The person of a number, for an agency that has named them before: it learns nothing but under
/// which id. Whoever is not found and whoever was never named are the same.
pub async fn named_before(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    id_number: &ResidentIdNumber,
    case: &str,
) -> Result<Option<PersonId>, Error> {
    let index = store::index_of(keys, &Document::from(id_number));
    let Some(person) = store::person_by_index(tx, &index).await? else { return Ok(None) };
    if !store::has_named(tx, access, person).await? {
        return Ok(None);
    }
    store::insert_entries(tx, access, Act::LookedUp, vec![(person, Some(case))]).await?;
    Ok(Some(person))
}

/// Notes that somebody reads what a person has written, in a case of theirs. Whoever opens such a
/// text calls it in the same transaction.
pub async fn note_statement_read(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
    case: &str,
) -> Result<(), Error> {
    store::insert_entries(tx, access, Act::StatementRead, vec![(person, Some(case))]).await
}

/// Notes that something is recorded about people, each in a case of the accessor's. Whoever files it
/// calls it in the same transaction.
pub async fn note_filed(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    record: Record,
    of: &[(PersonId, &str)],
) -> Result<(), Error> {
    note(tx, access, Act::Filed(record), of).await
}

/// Notes that what is recorded about people is read, each in a case of the accessor's. Whoever opens
/// it for anybody calls it in the same transaction.
pub async fn note_read(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    record: Record,
    of: &[(PersonId, &str)],
) -> Result<(), Error> {
    note(tx, access, Act::RecordRead(record), of).await
}

/// Somebody who reads what is recorded about themselves, through the own account.
#[derive(Debug, Clone, Copy)]
pub struct OwnRead<'a> {
    /// Who.
    pub caller: &'a RealName,
    /// In which request.
    pub request_id: &'a str,
    /// Which of their records.
    pub case: &'a str,
}

/// Notes of many people that each reads what is recorded about themselves, by one statement.
pub async fn note_own_reads(
    tx: &Tx<'_>,
    reason: Reason<'_>,
    record: Record,
    reads: &[OwnRead<'_>],
) -> Result<(), Error> {
    if reads.is_empty() {
        return Ok(());
    }
    store::insert_own_reads(tx, reason, Act::RecordRead(record), reads).await
}

async fn note(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    act: Act,
    of: &[(PersonId, &str)],
) -> Result<(), Error> {
    if of.is_empty() {
        return Ok(());
    }
    let people = of.iter().map(|(person, case)| (*person, Some(*case))).collect();
    store::insert_entries(tx, access, act, people).await
}

/// The entries about a person, newest first, one more than the page has.
pub(crate) async fn accesses(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<Entry>, Error> {
    cx.db
        .tx("identity.list_accesses", async |tx| {
            store::entries_of_person(tx, person, page.cursor, page.limit() + 1).await
        })
        .await
}
