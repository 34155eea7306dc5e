//! Statements about waitlists.

use citygate_identity::{AccountId, PersonId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{AppointmentId, SessionId, WaitlistEntry, WaitlistEntryId, WaitlistState},
    schema::waitlist_entries as table,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct EntryRow {
    city: i32,
    id: Uuid,
    session_id: Uuid,
    person_id: Uuid,
    account_id: Uuid,
    rank: Option<i32>,
    state: String,
    appointment_id: Option<Uuid>,
}

impl TryFrom<EntryRow> for WaitlistEntry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: WaitlistEntryId::from_parts(city, row.id),
            session: SessionId::from_parts(city, row.session_id),
            person: PersonId::from_uuid(row.person_id),
            account: AccountId::from_uuid(row.account_id),
            rank: row.rank,
            state: WaitlistState::parse(&row.state).ok_or(Error::Damaged("waitlist state"))?,
            appointment: row.appointment_id.map(|id| AppointmentId::from_parts(city, id)),
        })
    }
}

/// Adds turns. A person who has one of the session keeps it, and is left out.
pub(crate) async fn insert_entries(
    tx: &mut Tx<'_>,
    entries: &[WaitlistEntry],
) -> Result<usize, Error> {
    let now = tx.now();
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                table::city.eq(entry.id.city().number()),
                table::id.eq(entry.id.uuid()),
                table::session_id.eq(entry.session.uuid()),
                table::person_id.eq(entry.person.uuid()),
                table::account_id.eq(entry.account.uuid()),
                table::rank.eq(entry.rank),
                table::state.eq(entry.state.code()),
                table::created_at.eq(now),
                table::changed_at.eq(now),
            )
        })
        .collect();
    let inserted = diesel::insert_into(table::table).values(rows).on_conflict_do_nothing();
    Ok(inserted.execute(tx.conn()).await?)
}

pub(crate) async fn entry(
    tx: &mut Tx<'_>,
    id: WaitlistEntryId,
) -> Result<Option<WaitlistEntry>, Error> {
    let row: Option<EntryRow> = table::table
        .find((id.city().number(), id.uuid()))
        .select(EntryRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(WaitlistEntry::try_from).transpose()
}

/// The turn that led to an appointment.
pub(crate) async fn entry_of_appointment(
    tx: &mut Tx<'_>,
    session: SessionId,
    person: PersonId,
) -> Result<Option<WaitlistEntry>, Error> {
    let row: Option<EntryRow> = table::table
        .filter(table::city.eq(session.city().number()))
        .filter(table::session_id.eq(session.uuid()))
        .filter(table::person_id.eq(person.uuid()))
        .filter(table::state.eq(WaitlistState::Offered.code()))
        .select(EntryRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(WaitlistEntry::try_from).transpose()
}

/// Whose turn it is. The place for which it is asked is locked, so two do not find the same one.
pub(crate) async fn first_waiting(
    tx: &mut Tx<'_>,
    session: SessionId,
) -> Result<Option<WaitlistEntry>, Error> {
    let row: Option<EntryRow> = table::table
        .filter(table::city.eq(session.city().number()))
        .filter(table::session_id.eq(session.uuid()))
        .filter(table::state.eq(WaitlistState::Waiting.code()))
        .order((table::rank.asc().nulls_last(), table::id))
        .select(EntryRow::as_select())
        .for_no_key_update()
        .skip_locked()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(WaitlistEntry::try_from).transpose()
}

/// How many wait for a session.
pub(crate) async fn waiting(tx: &mut Tx<'_>, session: SessionId) -> Result<i64, Error> {
    Ok(table::table
        .filter(table::city.eq(session.city().number()))
        .filter(table::session_id.eq(session.uuid()))
        .filter(table::state.eq(WaitlistState::Waiting.code()))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// How many stand before a turn.
pub(crate) async fn waiting_before(tx: &mut Tx<'_>, entry: &WaitlistEntry) -> Result<i64, Error> {
    let waiting = table::table
        .filter(table::city.eq(entry.session.city().number()))
        .filter(table::session_id.eq(entry.session.uuid()))
        .filter(table::state.eq(WaitlistState::Waiting.code()))
        .count();
    let earlier = table::id.lt(entry.id.uuid());
    Ok(match entry.rank {
        Some(rank) => waiting.filter(table::rank.lt(rank)).get_result(tx.conn()).await?,
        None => {
            let before = waiting.filter(table::rank.is_not_null().or(earlier));
            before.get_result(tx.conn()).await?
        }
    })
}

/// The turns of a person, newest first.
pub(crate) async fn entries_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<WaitlistEntry>, Error> {
    let mut query = table::table
        .filter(table::person_id.eq(person.uuid()))
        .order(table::id.desc())
        .limit(limit)
        .select(EntryRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(table::id.lt(before));
    }
    let rows = query.load(tx.conn()).await?;
    rows.into_iter().map(WaitlistEntry::try_from).collect()
}

/// Writes down where a turn stands.
pub(crate) async fn save_entry(tx: &mut Tx<'_>, entry: &WaitlistEntry) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(table::table.find((entry.id.city().number(), entry.id.uuid())))
        .set((
            table::state.eq(entry.state.code()),
            table::appointment_id.eq(entry.appointment.map(AppointmentId::uuid)),
            table::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a waitlist: whoever still waits has waited in vain. Returns how many.
pub(crate) async fn close_waitlist(tx: &mut Tx<'_>, session: SessionId) -> Result<usize, Error> {
    let now = tx.now();
    let waiting = table::table
        .filter(table::city.eq(session.city().number()))
        .filter(table::session_id.eq(session.uuid()))
        .filter(table::state.eq(WaitlistState::Waiting.code()));
    Ok(diesel::update(waiting)
        .set((table::state.eq(WaitlistState::Closed.code()), table::changed_at.eq(now)))
        .execute(tx.conn())
        .await?)
}
