//! Statements about turns in queues.

use chrono::{DateTime, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::queues::{count, small};
use crate::{
    error::Error,
    model::{EntryState, Lane, QueueEntry, QueueEntryId, QueueId, StepKind, TurnKind, VisitId},
    rules::queue::Waiting,
    schema::queue_entries as entries,
};

/// How many waiting people of one queue are looked at.
const MANY: i64 = 5_000;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = entries, treat_none_as_null = true)]
struct EntryRow {
    city: i32,
    id: Uuid,
    queue_id: Uuid,
    visit_id: Uuid,
    step: String,
    subject_id: Uuid,
    number: i32,
    kind: String,
    lane: String,
    state: String,
    turn_at: DateTime<Utc>,
    arrived_at: DateTime<Utc>,
    back_until: Option<i64>,
    misses: i16,
    times_called: i16,
    room: Option<String>,
    called_at: Option<DateTime<Utc>>,
    served_at: Option<DateTime<Utc>>,
    done_at: Option<DateTime<Utc>>,
}

impl TryFrom<EntryRow> for QueueEntry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        let city = super::city(row.city)?;
        Ok(Self {
            id: QueueEntryId::from_parts(city, row.id),
            queue: QueueId::from_parts(city, row.queue_id),
            visit: VisitId::from_parts(city, row.visit_id),
            step: StepKind::parse(&row.step).ok_or(Error::Damaged("step"))?,
            subject: row.subject_id,
            number: u32::try_from(row.number).map_err(|_| Error::Damaged("number"))?,
            kind: TurnKind::parse(&row.kind).ok_or(Error::Damaged("kind of a turn"))?,
            lane: Lane::parse(&row.lane).ok_or(Error::Damaged("lane"))?,
            state: EntryState::parse(&row.state).ok_or(Error::Damaged("state of a turn"))?,
            turn_at: row.turn_at,
            arrived_at: row.arrived_at,
            back_until: row.back_until,
            misses: count(row.misses)?,
            times_called: count(row.times_called)?,
            room: row.room,
            called_at: row.called_at,
            served_at: row.served_at,
            done_at: row.done_at,
        })
    }
}

impl TryFrom<&QueueEntry> for EntryRow {
    type Error = Error;

    fn try_from(entry: &QueueEntry) -> Result<Self, Error> {
        Ok(Self {
            city: entry.id.city().number(),
            id: entry.id.uuid(),
            queue_id: entry.queue.uuid(),
            visit_id: entry.visit.uuid(),
            step: entry.step.code().to_owned(),
            subject_id: entry.subject,
            number: i32::try_from(entry.number).map_err(|_| Error::Damaged("number"))?,
            kind: entry.kind.code().to_owned(),
            lane: entry.lane.code().to_owned(),
            state: entry.state.code().to_owned(),
            turn_at: entry.turn_at,
            arrived_at: entry.arrived_at,
            back_until: entry.back_until,
            misses: small(entry.misses),
            times_called: small(entry.times_called),
            room: entry.room.clone(),
            called_at: entry.called_at,
            served_at: entry.served_at,
            done_at: entry.done_at,
        })
    }
}

pub(crate) async fn insert_entry(tx: &mut Tx<'_>, entry: &QueueEntry) -> Result<(), Error> {
    diesel::insert_into(entries::table)
        .values(EntryRow::try_from(entry)?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes down where a turn stands. Only for whoever holds the lock of its visit.
pub(crate) async fn update_entry(tx: &mut Tx<'_>, entry: &QueueEntry) -> Result<(), Error> {
    diesel::update(entries::table.find((entry.id.city().number(), entry.id.uuid())))
        .set(EntryRow::try_from(entry)?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn entry(tx: &mut Tx<'_>, id: QueueEntryId) -> Result<Option<QueueEntry>, Error> {
    let row: Option<EntryRow> = entries::table
        .find((id.city().number(), id.uuid()))
        .select(EntryRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(QueueEntry::try_from).transpose()
}

pub(crate) async fn entries_of_visit(
    tx: &mut Tx<'_>,
    visit: VisitId,
) -> Result<Vec<QueueEntry>, Error> {
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::city.eq(visit.city().number()))
        .filter(entries::visit_id.eq(visit.uuid()))
        .order(entries::id)
        .select(EntryRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(QueueEntry::try_from).collect()
}

/// All who wait in a queue, in the order of their turns.
pub(crate) async fn waiting(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<QueueEntry>, Error> {
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::city.eq(queue.city().number()))
        .filter(entries::queue_id.eq(queue.uuid()))
        .filter(entries::state.eq("waiting"))
        .order((entries::turn_at, entries::number))
        .limit(MANY)
        .select(EntryRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(QueueEntry::try_from).collect()
}

/// Those who were called or are inside.
pub(crate) async fn inside(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<QueueEntry>, Error> {
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::city.eq(queue.city().number()))
        .filter(entries::queue_id.eq(queue.uuid()))
        .filter(entries::state.eq_any(["called", "serving"]))
        .order(entries::number)
        .limit(200)
        .select(EntryRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(QueueEntry::try_from).collect()
}

/// Notes that these are near their turn. Returns those of whom it was not noted before.
pub(crate) async fn mark_near(
    tx: &mut Tx<'_>,
    soon: &[QueueEntryId],
) -> Result<Vec<(VisitId, QueueEntryId)>, Error> {
    let now = tx.now();
    let mut ids: Vec<_> = soon.iter().map(|id| id.uuid()).collect();
    ids.sort_unstable();
    let cities: Vec<_> = soon.iter().map(|id| id.city().number()).collect();
    let marked: Vec<(i32, Uuid, Uuid)> = diesel::update(entries::table)
        .filter(entries::city.eq_any(cities))
        .filter(entries::id.eq_any(ids))
        .filter(entries::near_at.is_null())
        .set(entries::near_at.eq(now))
        .returning((entries::city, entries::visit_id, entries::id))
        .get_results(tx.conn())
        .await?;
    let read = |(city, visit, entry): (i32, Uuid, Uuid)| {
        let city = super::city(city)?;
        Ok((VisitId::from_parts(city, visit), QueueEntryId::from_parts(city, entry)))
    };
    marked.into_iter().map(read).collect()
}

/// How many seconds each of the last took, newest first.
pub(crate) async fn served_seconds(
    tx: &mut Tx<'_>,
    queue: QueueId,
    samples: u16,
) -> Result<Vec<i64>, Error> {
    type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let rows: Vec<Times> = entries::table
        .filter(entries::city.eq(queue.city().number()))
        .filter(entries::queue_id.eq(queue.uuid()))
        .filter(entries::state.eq("done"))
        .order(entries::done_at.desc())
        .limit(samples.into())
        .select((entries::served_at, entries::done_at))
        .load(tx.conn())
        .await?;
    let seconds = |(from, to): Times| from.zip(to).map(|(from, to)| (to - from).num_seconds());
    Ok(rows.into_iter().filter_map(seconds).collect())
}

impl From<&QueueEntry> for Waiting {
    fn from(entry: &QueueEntry) -> Self {
        Self {
            entry: entry.id,
            lane: entry.lane,
            kind: entry.kind,
            turn_at: entry.turn_at,
            number: entry.number,
            back_until: entry.back_until,
        }
    }
}
