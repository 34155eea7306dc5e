//! Statements about people, and the only way to what is sealed of them.
//!
//! Whoever reads or writes a person's name or number says why, as an [`Access`], and the function
//! notes it in the ledger of accesses in the same transaction: a request whose access cannot be
//! noted fails. [`own_masked`] is the exception, and says why.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_kernel::{Clock, Masked};
use citygate_platform::{
    db::Tx,
    keys::{Keys, SealError, SealedColumn, Unsealable},
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Binary, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::accesses::insert_entries;
use crate::{
    access::{Access, Act, Named},
    documents::{Document, DocumentType, ResidentIdNumber},
    error::Error,
    model::{FullName, PersonId},
    rules::mask_name,
    schema::people,
    sealed::{ID_NUMBER, NAME},
};

/// A real name as others see it.
#[derive(Debug)]
pub(crate) struct MaskedRealName {
    pub name: String,
    pub id_number: String,
}

/// What is stored of a person. Nobody outside the store sees it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
pub(super) struct PersonRow {
    pub(super) id: Uuid,
    pub(super) id_number_sealed: Vec<u8>,
    pub(super) name_sealed: Option<Vec<u8>>,
}

/// The person of each identity number, by four statements at most. Whoever is new is noted; a
/// number may be given more than once, and gets the first name, or none.
pub(crate) async fn name_people(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    named: &[Named<'_>],
) -> Result<Vec<PersonId>, Error> {
    let indexes: Vec<Vec<u8>> = column(named, |one| index_of(keys, &Document::from(one.id_number)));
    // Sorted: whoever writes several people does it in this order.
    let mut asked = BTreeMap::new();
    for (index, person) in indexes.iter().zip(named) {
        asked.entry(index.as_slice()).or_insert(person);
    }
    let mut known = people_by_index(tx, asked.keys().copied().collect()).await?;
    asked.retain(|index, _| !known.contains_key(*index));
    if !asked.is_empty() {
        let mut new = Vec::with_capacity(asked.len());
        for (index, named) in &asked {
            new.push((new_person(keys, tx, named).await?, *index));
        }
        known.extend(insert_people(tx, &new).await?);
        asked.retain(|index, _| !known.contains_key(*index));
    }
    // Whom somebody else has just noted.
    if !asked.is_empty() {
        known.extend(people_by_index(tx, asked.into_keys().collect()).await?);
    }
    let found = indexes
        .iter()
        .map(|index| known.get(index).copied().ok_or(Error::Damaged("a person who was named")));
    let found: Vec<PersonId> = found.collect::<Result<_, _>>()?;
    let cases = found.iter().zip(named).map(|(person, named)| (*person, named.case)).collect();
    insert_entries(tx, access, Act::Named, cases).await?;
    Ok(found)
}

/// How the person of a document is found.
pub(crate) fn index_of(keys: &Keys, document: &Document) -> Vec<u8> {
    keys.blind_index(document.index_field(), &document.kept())
}

/// The people of these digests, by digest, where there are any.
async fn people_by_index(
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

async fn new_person(
    keys: &Keys,
    tx: &Tx<'_>,
    Named { id_number, name, .. }: &Named<'_>,
) -> Result<PersonRow, SealError> {
    let id = PersonId::new(&Clock::manual(tx.now())).uuid();
    let name_sealed = match name {
        Some(name) => Some(keys.seal(tx, &NAME, id, name.as_bytes()).await?),
        None => None,
    };
    let id_number_sealed = keys.seal(tx, &ID_NUMBER, id, id_number.expose().as_bytes()).await?;
    Ok(PersonRow { id, id_number_sealed, name_sealed })
}

#[derive(QueryableByName)]
#[diesel(table_name = people)]
struct Noted {
    id: Uuid,
    id_number_index: Vec<u8>,
}

/// Notes people with their digests, but for those whom somebody has noted already, and waits for
/// others who are noting the same. Returns who is new.
pub(super) async fn insert_people(
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

/// Writes the name that a person gives.
pub(crate) async fn set_name(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
    name: &str,
) -> Result<(), Error> {
    let sealed = keys.seal(tx, &NAME, person.uuid(), name.as_bytes()).await?;
    diesel::update(people::table.find(person.uuid()))
        .set(people::name_sealed.eq(sealed))
        .execute(tx.conn())
        .await?;
    insert_entries(tx, access, Act::Given, vec![(person, None)]).await
}

/// The person of a document, for whoever may look for somebody they know of.
pub(crate) async fn person_by_index(
    tx: &mut Tx<'_>,
    index: &[u8],
) -> Result<Option<PersonId>, Error> {
    Ok(people_by_index(tx, vec![index]).await?.into_values().next())
}

/// Shows somebody to an agency that looked for them.
pub(crate) async fn look_up(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
    case: &str,
) -> Result<Option<MaskedRealName>, Error> {
    let found = masked(keys, tx, person).await?;
    if found.is_some() {
        insert_entries(tx, access, Act::LookedUp, vec![(person, Some(case))]).await?;
    }
    Ok(found)
}

/// Shows people who have business with an agency to it: their names, partly hidden, by two
/// statements however many there are. Who is not known is absent.
pub(crate) async fn shown(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    people: &[PersonId],
    case: &str,
) -> Result<BTreeMap<PersonId, String>, Error> {
    let mut names = BTreeMap::new();
    for row in rows_of(tx, people).await? {
        let name = match &row.name_sealed {
            Some(sealed) => open(keys, tx, &NAME, row.id, sealed).await?,
            None => String::new(),
        };
        names.insert(PersonId::from_uuid(row.id), mask_name(&name));
    }
    if !names.is_empty() {
        let entries = names.keys().map(|person| (*person, Some(case))).collect();
        insert_entries(tx, access, Act::Shown, entries).await?;
    }
    Ok(names)
}

/// Gives the full names and documents of people to whoever keeps a register or makes out a
/// certificate. Who has no name is absent.
pub(crate) async fn full_names(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    people: &[PersonId],
    case: &str,
) -> Result<BTreeMap<PersonId, FullName>, Error> {
    let mut found = BTreeMap::new();
    for row in rows_of(tx, people).await? {
        let Some(sealed) = &row.name_sealed else { continue };
        let name = open(keys, tx, &NAME, row.id, sealed).await?;
        let number = open(keys, tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
        let document = Document::from_kept(&number).ok_or(Unsealable)?;
        found.insert(PersonId::from_uuid(row.id), FullName { name: Masked::new(name), document });
    }
    if !found.is_empty() {
        let entries = found.keys().map(|person| (*person, Some(case))).collect();
        insert_entries(tx, access, Act::Disclosed, entries).await?;
    }
    Ok(found)
}

async fn rows_of(tx: &mut Tx<'_>, of: &[PersonId]) -> Result<Vec<PersonRow>, Error> {
    Ok(people::table
        .filter(people::id.eq_any(of.iter().map(|person| person.uuid())))
        .select(PersonRow::as_select())
        .load(tx.conn())
        .await?)
}

/// Tells the client of an agency who has signed in to it.
pub(crate) async fn told(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
) -> Result<Option<MaskedRealName>, Error> {
    let found = masked(keys, tx, person).await?;
    insert_entries(tx, access, Act::Told, vec![(person, None)]).await?;
    Ok(found)
}

/// What a person sees of the own name and number. It is not noted: nothing leaves here that tells
/// the person, or whoever holds the person's telephone, more than they know.
pub(crate) async fn own_masked(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<MaskedRealName>, Error> {
    masked(keys, tx, person).await
}

/// What kind of document somebody is known by. For rules of this house that ask for it: nothing is
/// disclosed, and so it is not noted.
pub(crate) async fn document_type(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<DocumentType>, Error> {
    let Some(row) = person_row(tx, person).await? else { return Ok(None) };
    let kept = open(keys, tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
    Ok(Some(Document::from_kept(&kept).ok_or(Unsealable)?.kind()))
}

/// When somebody was born, as their resident number says; none where they are known by another
/// document. For rules of this house that ask for an age: the date is given to nobody, and so it is
/// not noted.
pub(crate) async fn born_on(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<NaiveDate>, Error> {
    let Some(row) = person_row(tx, person).await? else { return Ok(None) };
    let number = open(keys, tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
    Ok(number.parse().ok().and_then(|number: ResidentIdNumber| number.birth_date()))
}

async fn masked(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<MaskedRealName>, Error> {
    let Some(row) = person_row(tx, person).await? else { return Ok(None) };
    let number = open(keys, tx, &ID_NUMBER, row.id, &row.id_number_sealed).await?;
    let name = match &row.name_sealed {
        Some(sealed) => open(keys, tx, &NAME, row.id, sealed).await?,
        None => String::new(),
    };
    Ok(Some(masked_of(&name, &number)?))
}

/// What others see of an opened name and number.
pub(super) fn masked_of(name: &str, number: &str) -> Result<MaskedRealName, Error> {
    let document = Document::from_kept(number).ok_or(Unsealable)?;
    Ok(MaskedRealName { name: mask_name(name), id_number: document.masked() })
}

pub(super) async fn person_row(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<PersonRow>, Error> {
    Ok(people::table
        .find(person.uuid())
        .select(PersonRow::as_select())
        .first(tx.conn())
        .await
        .optional()?)
}

pub(super) async fn open(
    keys: &Keys,
    tx: &Tx<'_>,
    column: &SealedColumn,
    row: Uuid,
    sealed: &[u8],
) -> Result<String, Error> {
    let bytes = keys.open_sealed(tx, column, row, sealed).await?;
    Ok(String::from_utf8(bytes).map_err(|_| Unsealable)?)
}
