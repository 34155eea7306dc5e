//! Statements about queues.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::Text;
use citygate_platform::db::Tx;
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{DepartmentId, NewQueue, OwnNo, PractitionerId, Queue, QueueId, Station, Tally},
    schema::{queue_numbers as numbers, queues},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = queues, treat_none_as_null = true)]
struct QueueRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    station_no: String,
    on_day: NaiveDate,
    station: String,
    department_id: Option<Uuid>,
    practitioner_id: Option<Uuid>,
    letter: String,
    name_en: String,
    name_zh: String,
    place_en: String,
    place_zh: String,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    rooms: i16,
    calls: i64,
    priority_run: i16,
    firsts_run: i16,
    started_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

pub(super) fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

pub(super) fn count(number: i16) -> Result<u16, Error> {
    u16::try_from(number).map_err(|_| Error::Damaged("count"))
}

impl TryFrom<QueueRow> for Queue {
    type Error = Error;

    fn try_from(row: QueueRow) -> Result<Self, Error> {
        let city = super::city(row.city)?;
        let terms = NewQueue {
            agency: AgencyId::from_parts(city, row.agency_id),
            station_no: row.station_no.parse().map_err(|_| Error::Damaged("station number"))?,
            on: row.on_day,
            station: Station::parse(&row.station).ok_or(Error::Damaged("station"))?,
            department: row.department_id.map(|id| DepartmentId::from_parts(city, id)),
            practitioner: row.practitioner_id.map(|id| PractitionerId::from_parts(city, id)),
            letter: row.letter,
            name: Text::new(row.name_en, row.name_zh),
            place: Text::new(row.place_en, row.place_zh),
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            rooms: count(row.rooms)?,
        };
        let tally = Tally {
            calls: row.calls,
            priority_run: count(row.priority_run)?,
            firsts_run: count(row.firsts_run)?,
        };
        let id = QueueId::from_parts(city, row.id);
        Ok(Self { id, terms, tally, started_at: row.started_at })
    }
}

fn queue_row(queue: &Queue, now: DateTime<Utc>) -> QueueRow {
    let Queue { id, terms, tally, started_at } = queue;
    QueueRow {
        city: id.city().number(),
        id: id.uuid(),
        agency_id: terms.agency.uuid(),
        station_no: terms.station_no.to_string(),
        on_day: terms.on,
        station: terms.station.code().to_owned(),
        department_id: terms.department.map(|id| id.uuid()),
        practitioner_id: terms.practitioner.map(|id| id.uuid()),
        letter: terms.letter.clone(),
        name_en: terms.name.en.clone(),
        name_zh: terms.name.zh.clone(),
        place_en: terms.place.en.clone(),
        place_zh: terms.place.zh.clone(),
        opens_at: terms.opens_at,
        closes_at: terms.closes_at,
        rooms: small(terms.rooms),
        calls: tally.calls,
        priority_run: small(tally.priority_run),
        firsts_run: small(tally.firsts_run),
        started_at: *started_at,
        created_at: now,
    }
}

/// Opens a queue. False when the station has one on that day; of two that try at once, one waits.
pub(crate) async fn insert_queue(tx: &mut Tx<'_>, queue: &Queue) -> Result<bool, Error> {
    let row = queue_row(queue, tx.now());
    let inserted = diesel::insert_into(queues::table)
        .values(row)
        .on_conflict((queues::city, queues::agency_id, queues::on_day, queues::station_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Changes what the hospital may change of a queue that is open.
pub(crate) async fn update_terms(tx: &mut Tx<'_>, queue: &Queue) -> Result<(), Error> {
    let terms = &queue.terms;
    diesel::update(queues::table.find((queue.id.city().number(), queue.id.uuid())))
        .set((
            queues::name_en.eq(&terms.name.en),
            queues::name_zh.eq(&terms.name.zh),
            queues::place_en.eq(&terms.place.en),
            queues::place_zh.eq(&terms.place.zh),
            queues::opens_at.eq(terms.opens_at),
            queues::closes_at.eq(terms.closes_at),
            queues::rooms.eq(small(terms.rooms)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes down what was called.
pub(crate) async fn update_tally(tx: &mut Tx<'_>, queue: &Queue) -> Result<(), Error> {
    diesel::update(queues::table.find((queue.id.city().number(), queue.id.uuid())))
        .set((
            queues::calls.eq(queue.tally.calls),
            queues::priority_run.eq(small(queue.tally.priority_run)),
            queues::firsts_run.eq(small(queue.tally.firsts_run)),
            queues::started_at.eq(queue.started_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn queue(tx: &mut Tx<'_>, id: QueueId) -> Result<Option<Queue>, Error> {
    let row: Option<QueueRow> = queues::table
        .find((id.city().number(), id.uuid()))
        .select(QueueRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Queue::try_from).transpose()
}

/// A queue, for whoever is about to call from it.
pub(crate) async fn lock_queue(tx: &mut Tx<'_>, id: QueueId) -> Result<Option<Queue>, Error> {
    let row: Option<QueueRow> = queues::table
        .find((id.city().number(), id.uuid()))
        .select(QueueRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Queue::try_from).transpose()
}

pub(crate) async fn queue_of_station(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    on: NaiveDate,
    station_no: &OwnNo,
) -> Result<Option<Queue>, Error> {
    let row: Option<QueueRow> = queues::table
        .filter(queues::city.eq(agency.city().number()))
        .filter(queues::agency_id.eq(agency.uuid()))
        .filter(queues::on_day.eq(on))
        .filter(queues::station_no.eq(station_no.as_str()))
        .select(QueueRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Queue::try_from).transpose()
}

/// The queues of a department on a day, those of one doctor before those of all.
pub(crate) async fn queues_of_department(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    on: NaiveDate,
    department: DepartmentId,
) -> Result<Vec<Queue>, Error> {
    let rows: Vec<QueueRow> = queues::table
        .filter(queues::city.eq(agency.city().number()))
        .filter(queues::agency_id.eq(agency.uuid()))
        .filter(queues::on_day.eq(on))
        .filter(queues::department_id.eq(department.uuid()))
        .order((queues::practitioner_id.asc().nulls_last(), queues::opens_at, queues::id))
        .limit(200)
        .select(QueueRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Queue::try_from).collect()
}

/// The queues with these ids.
pub(crate) async fn queues_by_id(tx: &mut Tx<'_>, ids: &[QueueId]) -> Result<Vec<Queue>, Error> {
    let rows: Vec<QueueRow> = queues::table
        .filter(queues::city.eq_any(ids.iter().map(|id| id.city().number())))
        .filter(queues::id.eq_any(ids.iter().map(|id| id.uuid())))
        .select(QueueRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Queue::try_from).collect()
}

/// The next number of a queue. Whoever draws one holds the row until the end.
pub(crate) async fn draw_number(tx: &mut Tx<'_>, id: QueueId) -> Result<u32, Error> {
    let drawn: i32 = diesel::insert_into(numbers::table)
        .values((
            numbers::city.eq(id.city().number()),
            numbers::queue_id.eq(id.uuid()),
            numbers::last_no.eq(1),
        ))
        .on_conflict((numbers::city, numbers::queue_id))
        .do_update()
        .set(numbers::last_no.eq(numbers::last_no + excluded(numbers::last_no)))
        .returning(numbers::last_no)
        .get_result(tx.conn())
        .await?;
    u32::try_from(drawn).map_err(|_| Error::Damaged("number"))
}
