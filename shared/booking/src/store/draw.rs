//! Statements about draws.

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId};
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Draw, DrawEntry, DrawOutcome, Revealed, SessionId, TicketId},
    schema::{draw_entries as entries, draws},
};

/// How many of their entries somebody is shown.
const SHOWN: i64 = 100;

#[derive(Queryable, Selectable)]
#[diesel(table_name = draws)]
struct DrawRow {
    city: i32,
    session_id: Uuid,
    commitment: Vec<u8>,
    seed_sealed: Vec<u8>,
    seed: Option<Vec<u8>>,
    entries_digest: Option<Vec<u8>>,
    drawn_at: Option<DateTime<Utc>>,
}

impl TryFrom<DrawRow> for Draw {
    type Error = Error;

    fn try_from(row: DrawRow) -> Result<Self, Error> {
        let revealed = row.seed.zip(row.entries_digest).zip(row.drawn_at);
        Ok(Self {
            session: SessionId::from_parts(city(row.city)?, row.session_id),
            commitment: row.commitment,
            seed_sealed: row.seed_sealed,
            revealed: revealed.map(|((seed, entries_digest), drawn_at)| Revealed {
                seed,
                entries_digest,
                drawn_at,
            }),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = entries)]
struct EntryRow {
    city: i32,
    session_id: Uuid,
    person_id: Uuid,
    ticket: Uuid,
    account_id: Uuid,
    position: Option<i32>,
    outcome: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<EntryRow> for DrawEntry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        let outcome = row.outcome.map(|word| DrawOutcome::parse(&word));
        let outcome = outcome.map(|known| known.ok_or(Error::Damaged("outcome of a draw")));
        Ok(Self {
            session: SessionId::from_parts(city(row.city)?, row.session_id),
            ticket: TicketId::from_uuid(row.ticket),
            person: PersonId::from_uuid(row.person_id),
            account: AccountId::from_uuid(row.account_id),
            drawn: row.position.zip(outcome.transpose()?),
            created_at: row.created_at,
        })
    }
}

/// Begins a draw.
pub(crate) async fn insert_draw(
    tx: &mut Tx<'_>,
    session: SessionId,
    commitment: &[u8],
    seed_sealed: &[u8],
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(draws::table)
        .values((
            draws::city.eq(session.city().number()),
            draws::session_id.eq(session.uuid()),
            draws::commitment.eq(commitment),
            draws::seed_sealed.eq(seed_sealed),
            draws::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn draw(tx: &mut Tx<'_>, session: SessionId) -> Result<Option<Draw>, Error> {
    let row: Option<DrawRow> = draws::table
        .find((session.city().number(), session.uuid()))
        .select(DrawRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Draw::try_from).transpose()
}

/// A draw that is not carried out before this transaction ends. Many enter at the same time.
pub(crate) async fn draw_for_entry(
    tx: &mut Tx<'_>,
    session: SessionId,
) -> Result<Option<Draw>, Error> {
    let row: Option<DrawRow> = draws::table
        .find((session.city().number(), session.uuid()))
        .select(DrawRow::as_select())
        .for_share()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Draw::try_from).transpose()
}

/// A draw that nobody else carries out, and that nobody enters any more: whoever was entering has
/// committed.
pub(crate) async fn lock_draw(tx: &mut Tx<'_>, session: SessionId) -> Result<Option<Draw>, Error> {
    let row: Option<DrawRow> = draws::table
        .find((session.city().number(), session.uuid()))
        .select(DrawRow::as_select())
        .for_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Draw::try_from).transpose()
}

/// Publishes the seed.
pub(crate) async fn save_revealed(
    tx: &mut Tx<'_>,
    session: SessionId,
    revealed: &Revealed,
) -> Result<(), Error> {
    diesel::update(draws::table.find((session.city().number(), session.uuid())))
        .set((
            draws::seed.eq(&revealed.seed),
            draws::entries_digest.eq(&revealed.entries_digest),
            draws::drawn_at.eq(revealed.drawn_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Adds an entry; one of the same person stays.
pub(crate) async fn insert_draw_entry(tx: &mut Tx<'_>, entry: &DrawEntry) -> Result<bool, Error> {
    let inserted = diesel::insert_into(entries::table)
        .values((
            entries::city.eq(entry.session.city().number()),
            entries::session_id.eq(entry.session.uuid()),
            entries::person_id.eq(entry.person.uuid()),
            entries::ticket.eq(entry.ticket.uuid()),
            entries::account_id.eq(entry.account.uuid()),
            entries::created_at.eq(entry.created_at),
        ))
        .on_conflict((entries::city, entries::session_id, entries::person_id))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn draw_entry(
    tx: &mut Tx<'_>,
    session: SessionId,
    person: PersonId,
) -> Result<Option<DrawEntry>, Error> {
    let row: Option<EntryRow> = entries::table
        .find((session.city().number(), session.uuid(), person.uuid()))
        .select(EntryRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(DrawEntry::try_from).transpose()
}

pub(crate) async fn count_draw_entries(tx: &mut Tx<'_>, session: SessionId) -> Result<i64, Error> {
    Ok(entries::table
        .filter(entries::city.eq(session.city().number()))
        .filter(entries::session_id.eq(session.uuid()))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// All entries of a draw, in the order of the draw once it is drawn.
pub(crate) async fn draw_entries(
    tx: &mut Tx<'_>,
    session: SessionId,
) -> Result<Vec<DrawEntry>, Error> {
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::city.eq(session.city().number()))
        .filter(entries::session_id.eq(session.uuid()))
        .order((entries::position, entries::ticket))
        .select(EntryRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(DrawEntry::try_from).collect()
}

/// The newest entries of a person.
pub(crate) async fn draw_entries_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<DrawEntry>, Error> {
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::person_id.eq(person.uuid()))
        .order(entries::created_at.desc())
        .limit(SHOWN)
        .select(EntryRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(DrawEntry::try_from).collect()
}

/// Writes down what came of all entries, in their order.
pub(crate) async fn save_outcomes(
    tx: &mut Tx<'_>,
    session: SessionId,
    outcomes: &[(PersonId, DrawOutcome)],
) -> Result<(), Error> {
    sql("UPDATE booking.draw_entries e SET position = drawn.position, outcome = drawn.outcome \
         FROM unnest($1, $2) WITH ORDINALITY AS drawn (person_id, outcome, position) \
         WHERE e.city = $3 AND e.session_id = $4 AND e.person_id = drawn.person_id")
    .bind::<Array<SqlUuid>, _>(column(outcomes, |(person, _)| person.uuid()))
    .bind::<Array<Text>, _>(column(outcomes, |(_, outcome)| outcome.code()))
    .bind::<Integer, _>(session.city().number())
    .bind::<SqlUuid, _>(session.uuid())
    .execute(tx.conn())
    .await?;
    Ok(())
}
