//! Statements about the ledger of accesses.

use std::iter;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::{Clock, Text};
use citygate_platform::{
    db::{DbError, Tx},
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{self, Array, BigInt, Integer, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    access::{Access, AccessId, Accessor, AccessorKind, Act, Coded, Entry, Reason},
    actions::OwnRead,
    error::Error,
    model::PersonId,
    schema::{
        access_entries as entries, access_purposes as purposes, clients, legal_bases,
        person_lookups as lookups, staff,
    },
};

/// Notes what is done with the data of some people, each in a case of the accessor's, in one
/// statement. A purpose or legal basis that nobody knows is an error: nothing is done without one.
pub(crate) async fn insert_entries(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    act: Act,
    people: Vec<(PersonId, Option<&str>)>,
) -> Result<(), Error> {
    let (now, by, reason) = (tx.now(), access.by, access.reason);
    let clock = Clock::manual(now);
    let ids = iter::repeat_with(|| AccessId::new(&clock).uuid()).take(people.len());
    let written = sql("INSERT INTO identity.access_entries \
           (accessed_at, accessor, accessor_id, city, agency_id, action, request_id, \
            purpose, legal_basis, person_id, id, case_ref) \
         SELECT $1, $2, $3, $4, $5, $6, $7, p.code, b.code, new.* \
         FROM unnest($8, $9, $10) AS new, identity.access_purposes p, identity.legal_bases b \
         WHERE p.code = $11 AND b.code = $12")
    .bind::<Timestamptz, _>(now)
    .bind::<sql_types::Text, _>(by.kind.code())
    .bind::<Nullable<SqlUuid>, _>(by.id)
    .bind::<Integer, _>(by.city.number())
    .bind::<Nullable<SqlUuid>, _>(by.agency)
    .bind::<sql_types::Text, _>(act.code())
    .bind::<sql_types::Text, _>(access.request_id)
    .bind::<Array<SqlUuid>, _>(column(&people, |(person, _)| person.uuid()))
    .bind::<Array<SqlUuid>, _>(ids.collect::<Vec<_>>())
    .bind::<Array<Nullable<sql_types::Text>>, _>(column(&people, |(_, case)| *case))
    .bind::<sql_types::Text, _>(reason.purpose)
    .bind::<sql_types::Text, _>(reason.legal_basis)
    .execute(tx.conn())
    .await?;
    if written == people.len() { Ok(()) } else { Err(Error::ReasonUnknown) }
}

/// Notes what people do with their own data, each in one of their cases, by one statement.
pub(crate) async fn insert_own_reads(
    tx: &Tx<'_>,
    reason: Reason<'_>,
    act: Act,
    reads: &[OwnRead<'_>],
) -> Result<(), Error> {
    let now = tx.now();
    let clock = Clock::manual(now);
    let written = sql("INSERT INTO identity.access_entries \
           (accessed_at, accessor, action, purpose, legal_basis, city, accessor_id, request_id, \
            person_id, id, case_ref) \
         SELECT $1, $2, $3, p.code, b.code, new.* \
         FROM unnest($4, $5, $6, $7, $8, $9) AS new, identity.access_purposes p, \
              identity.legal_bases b \
         WHERE p.code = $10 AND b.code = $11")
    .bind::<Timestamptz, _>(now)
    .bind::<sql_types::Text, _>(AccessorKind::Person.code())
    .bind::<sql_types::Text, _>(act.code())
    .bind::<Array<Integer>, _>(column(reads, |read| read.caller.city.number()))
    .bind::<Array<SqlUuid>, _>(column(reads, |read| read.caller.account.uuid()))
    .bind::<Array<sql_types::Text>, _>(column(reads, |read| read.request_id))
    .bind::<Array<SqlUuid>, _>(column(reads, |read| read.caller.person.uuid()))
    .bind::<Array<SqlUuid>, _>(column(reads, |_| AccessId::new(&clock).uuid()))
    .bind::<Array<sql_types::Text>, _>(column(reads, |read| read.case))
    .bind::<sql_types::Text, _>(reason.purpose)
    .bind::<sql_types::Text, _>(reason.legal_basis)
    .execute(&mut tx.pipeline())
    .await?;
    if written == reads.len() { Ok(()) } else { Err(Error::ReasonUnknown) }
}

/// Whether a legal basis is a duty or power of an agency. None when there is no such basis, or no
/// such purpose.
pub(crate) async fn is_statutory(
    tx: &mut Tx<'_>,
    purpose: &str,
    legal_basis: &str,
) -> Result<Option<bool>, Error> {
    let known = purposes::table.find(purpose);
    Ok(legal_bases::table
        .find(legal_basis)
        .filter(diesel::dsl::exists(known))
        .select(legal_bases::statutory)
        .first(tx.conn())
        .await
        .optional()?)
}

/// Whether the accessor's agency has named a person before.
pub(crate) async fn has_named(
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    person: PersonId,
) -> Result<bool, Error> {
    let named = entries::table
        .filter(entries::person_id.eq(person.uuid()))
        .filter(entries::city.eq(access.by.city.number()))
        .filter(entries::agency_id.eq(access.by.agency))
        .filter(entries::action.eq(Act::Named.code()));
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(tx.conn()).await?)
}

/// Whom an accessor has looked for within the last hour.
pub(crate) struct Lookups {
    /// How many documents.
    pub documents: usize,
    /// When the first of them.
    pub first_at: Option<DateTime<Utc>>,
    /// Whether the document that is looked for now is one of them.
    pub again: bool,
}

/// Locks an accessor's look-ups, so that those made at once are counted one after the other, and
/// forgets those that are older than an hour.
pub(crate) async fn lock_lookups(
    tx: &mut Tx<'_>,
    by: &Accessor,
    document_index: &[u8],
) -> Result<Lookups, Error> {
    let hour_ago = tx.now() - TimeDelta::hours(1);
    lock_accessor(tx, by).await?;
    let own = lookups::table.filter(lookups::accessor_id.nullable().eq(by.id));
    diesel::delete(own.filter(lookups::looked_up_at.le(hour_ago))).execute(tx.conn()).await?;
    let within: Vec<(Vec<u8>, DateTime<Utc>)> =
        own.select((lookups::document_index, lookups::looked_up_at)).load(tx.conn()).await?;
    Ok(Lookups {
        documents: within.len(),
        first_at: within.iter().map(|(_, at)| *at).min(),
        again: within.iter().any(|(index, _)| index == document_index),
    })
}

/// Locks the row of who looks somebody up.
async fn lock_accessor(tx: &mut Tx<'_>, by: &Accessor) -> Result<(), Error> {
    let Some(id) = by.id else { return Ok(()) };
    let _: Uuid = match by.kind {
        AccessorKind::System => {
            clients::table.find(id).select(clients::id).for_no_key_update().first(tx.conn()).await?
        }
        AccessorKind::Staff => {
            let row = staff::table.find((by.city.number(), id)).select(staff::id);
            row.for_no_key_update().first(tx.conn()).await?
        }
        AccessorKind::Person | AccessorKind::City => id,
    };
    Ok(())
}

/// Counts a look-up of a document that the accessor has not looked for within the hour.
pub(crate) async fn insert_lookup(
    tx: &mut Tx<'_>,
    by: &Accessor,
    document_index: &[u8],
) -> Result<(), Error> {
    let Some(id) = by.id else { return Ok(()) };
    let now = tx.now();
    diesel::insert_into(lookups::table)
        .values((
            lookups::accessor_id.eq(id),
            lookups::document_index.eq(document_index),
            lookups::looked_up_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    accessed_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Text)]
    accessor: String,
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    agency_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<sql_types::Text>)]
    agency_en: Option<String>,
    #[diesel(sql_type = Nullable<sql_types::Text>)]
    agency_zh: Option<String>,
    #[diesel(sql_type = Nullable<sql_types::Text>)]
    system: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    action: String,
    #[diesel(sql_type = sql_types::Text)]
    purpose: String,
    #[diesel(sql_type = sql_types::Text)]
    purpose_en: String,
    #[diesel(sql_type = sql_types::Text)]
    purpose_zh: String,
    #[diesel(sql_type = sql_types::Text)]
    legal_basis: String,
    #[diesel(sql_type = sql_types::Text)]
    citation_en: String,
    #[diesel(sql_type = sql_types::Text)]
    citation_zh: String,
    #[diesel(sql_type = Nullable<sql_types::Text>)]
    case_ref: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    request_id: String,
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        let city = row.city.try_into().map_err(|_| Error::CityUnknown)?;
        let agency = row.agency_id.map(|id| {
            let name = row.agency_en.zip(row.agency_zh);
            (city, id, name.map_or(Text::new("", ""), |(en, zh)| Text::new(en, zh)))
        });
        Ok(Self {
            id: AccessId::from_uuid(row.id),
            accessed_at: row.accessed_at,
            accessor: row.accessor,
            agency,
            system: row.system,
            act: Act::from_code(&row.action).ok_or_else(|| damaged(&row.action))?,
            purpose: Coded { code: row.purpose, text: Text::new(row.purpose_en, row.purpose_zh) },
            legal_basis: Coded {
                code: row.legal_basis,
                text: Text::new(row.citation_en, row.citation_zh),
            },
            case: row.case_ref,
            request_id: row.request_id,
        })
    }
}

fn damaged(action: &str) -> DbError {
    let reason = format!("there is no action {action}");
    diesel::result::Error::DeserializationError(reason.into()).into()
}

/// The entries about a person, newest first.
pub(crate) async fn entries_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let before = before.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<EntryRow> = sql("SELECT e.id, e.accessed_at, e.accessor, e.city, e.agency_id, \
           a.name_en AS agency_en, a.name_zh AS agency_zh, c.name AS system, e.action, e.purpose, \
           p.name_en AS purpose_en, p.name_zh AS purpose_zh, e.legal_basis, b.citation_en, \
           b.citation_zh, e.case_ref, e.request_id \
         FROM identity.access_entries e \
         JOIN identity.access_purposes p ON p.code = e.purpose \
         JOIN identity.legal_bases b ON b.code = e.legal_basis \
         LEFT JOIN public.agencies a ON a.city = e.city AND a.id = e.agency_id \
         LEFT JOIN identity.clients c ON c.id = e.accessor_id AND e.accessor = 'system' \
         WHERE e.person_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3")
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<SqlUuid, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}
