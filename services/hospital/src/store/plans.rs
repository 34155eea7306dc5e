//! Statements about orders, steps, events and announcements of visits.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    db::Tx,
    keys::{DataClass, SealedColumn},
    sql::sql,
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Uuid as SqlUuid},
    upsert::excluded,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{
        Order, OrderId, OrderKind, OwnNo, PlanEvent, PlanEventKind, StepKey, StepKind, StepState,
        StoredStep, VisitId,
    },
    schema::{announcements, orders, plan_events as events, steps},
};

/// What a doctor has ordered, in words.
pub(crate) const ORDER_WORDS: SealedColumn =
    SealedColumn::new("hospital.orders", "id", "words_sealed", DataClass::Person);

/// How many events of one visit are read at a time.
const EVENTS: i64 = 100;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = orders)]
struct OrderRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    visit_id: Uuid,
    order_no: String,
    kind: String,
    station_no: String,
    round: i16,
    words_sealed: Vec<u8>,
    content_digest: Vec<u8>,
    ready_minutes: Option<i32>,
    placed_at: DateTime<Utc>,
    resulted_at: Option<DateTime<Utc>>,
    dispensed_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

impl TryFrom<OrderRow> for Order {
    type Error = Error;

    fn try_from(row: OrderRow) -> Result<Self, Error> {
        let city = super::city(row.city)?;
        let number = |text: &str| text.parse().map_err(|_| Error::Damaged("number of an order"));
        let minutes =
            row.ready_minutes.map(|m| u32::try_from(m).map_err(|_| Error::Damaged("minutes")));
        Ok(Self {
            id: OrderId::from_parts(city, row.id),
            order_no: number(&row.order_no)?,
            visit: VisitId::from_parts(city, row.visit_id),
            kind: OrderKind::parse(&row.kind).ok_or(Error::Damaged("kind of an order"))?,
            station_no: number(&row.station_no)?,
            round: u16::try_from(row.round).map_err(|_| Error::Damaged("round"))?,
            words_sealed: row.words_sealed,
            content_digest: row.content_digest,
            ready_minutes: minutes.transpose()?,
            placed_at: row.placed_at,
            resulted_at: row.resulted_at,
            dispensed_at: row.dispensed_at,
            cancelled_at: row.cancelled_at,
        })
    }
}

/// Notes an order. False when its number is taken.
pub(crate) async fn insert_order(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    order: &Order,
) -> Result<bool, Error> {
    let minutes = order.ready_minutes.map(i32::try_from).transpose();
    let row = OrderRow {
        city: order.id.city().number(),
        id: order.id.uuid(),
        agency_id: agency.uuid(),
        visit_id: order.visit.uuid(),
        order_no: order.order_no.to_string(),
        kind: order.kind.code().to_owned(),
        station_no: order.station_no.to_string(),
        round: i16::try_from(order.round).map_err(|_| Error::Damaged("round"))?,
        words_sealed: order.words_sealed.clone(),
        content_digest: order.content_digest.clone(),
        ready_minutes: minutes.map_err(|_| Error::Damaged("minutes"))?,
        placed_at: order.placed_at,
        resulted_at: order.resulted_at,
        dispensed_at: order.dispensed_at,
        cancelled_at: order.cancelled_at,
    };
    let inserted = diesel::insert_into(orders::table)
        .values(row)
        .on_conflict((orders::city, orders::agency_id, orders::order_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn order_by_no(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    order_no: &OwnNo,
) -> Result<Option<Order>, Error> {
    let row: Option<OrderRow> = orders::table
        .filter(orders::city.eq(agency.city().number()))
        .filter(orders::agency_id.eq(agency.uuid()))
        .filter(orders::order_no.eq(order_no.as_str()))
        .select(OrderRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Order::try_from).transpose()
}

pub(crate) async fn orders_of_visit(tx: &mut Tx<'_>, visit: VisitId) -> Result<Vec<Order>, Error> {
    let rows: Vec<OrderRow> = orders::table
        .filter(orders::city.eq(visit.city().number()))
        .filter(orders::visit_id.eq(visit.uuid()))
        .order(orders::id)
        .select(OrderRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Writes down what became of an order.
pub(crate) async fn update_order(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    diesel::update(orders::table.find((order.id.city().number(), order.id.uuid())))
        .set((
            orders::resulted_at.eq(order.resulted_at),
            orders::dispensed_at.eq(order.dispensed_at),
            orders::cancelled_at.eq(order.cancelled_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The plan of a visit as it was computed last, in its order.
pub(crate) async fn steps_of_visit(
    tx: &mut Tx<'_>,
    visit: VisitId,
) -> Result<Vec<StoredStep>, Error> {
    let rows: Vec<(String, Uuid, i16, String)> = steps::table
        .filter(steps::city.eq(visit.city().number()))
        .filter(steps::visit_id.eq(visit.uuid()))
        .order((steps::position, steps::kind, steps::subject_id))
        .select((steps::kind, steps::subject_id, steps::position, steps::state))
        .load(tx.conn())
        .await?;
    let read = |(kind, subject, position, state): (String, Uuid, i16, String)| {
        let kind = StepKind::parse(&kind).ok_or(Error::Damaged("step"))?;
        let state = StepState::parse(&state).ok_or(Error::Damaged("state of a step"))?;
        Ok(StoredStep { key: StepKey::of(kind, subject), position, state })
    };
    rows.into_iter().map(read).collect()
}

/// Writes steps down that are new or have changed.
pub(crate) async fn put_steps(
    tx: &mut Tx<'_>,
    visit: VisitId,
    changed: &[StoredStep],
) -> Result<(), Error> {
    let now = tx.now();
    let rows: Vec<_> = changed
        .iter()
        .map(|step| {
            (
                steps::city.eq(visit.city().number()),
                steps::visit_id.eq(visit.uuid()),
                steps::kind.eq(step.key.kind.code()),
                steps::subject_id.eq(step.key.subject),
                steps::position.eq(step.position),
                steps::state.eq(step.state.code()),
                steps::changed_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(steps::table)
        .values(rows)
        .on_conflict((steps::city, steps::visit_id, steps::kind, steps::subject_id))
        .do_update()
        .set((
            steps::position.eq(excluded(steps::position)),
            steps::state.eq(excluded(steps::state)),
            steps::changed_at.eq(excluded(steps::changed_at)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes events down. Only for whoever holds the lock of their visit.
pub(crate) async fn insert_events(tx: &mut Tx<'_>, new: &[PlanEvent]) -> Result<(), Error> {
    let rows: Vec<_> = new
        .iter()
        .map(|event| {
            (
                events::city.eq(event.visit.city().number()),
                events::visit_id.eq(event.visit.uuid()),
                events::seq.eq(event.seq),
                events::kind.eq(event.kind.code()),
                events::data.eq(&event.data),
                events::happened_at.eq(event.happened_at),
            )
        })
        .collect();
    diesel::insert_into(events::table).values(rows).execute(tx.conn()).await?;
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = events)]
struct EventRow {
    city: i32,
    visit_id: Uuid,
    seq: i64,
    kind: String,
    data: Value,
    happened_at: DateTime<Utc>,
}

impl TryFrom<EventRow> for PlanEvent {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        Ok(Self {
            visit: VisitId::from_parts(super::city(row.city)?, row.visit_id),
            seq: row.seq,
            kind: PlanEventKind::parse(&row.kind).ok_or(Error::Damaged("kind of an event"))?,
            data: row.data,
            happened_at: row.happened_at,
        })
    }
}

/// What has happened in some visits, each after a number of its own, by one statement.
pub(crate) async fn events_after(
    tx: &mut Tx<'_>,
    places: &[(VisitId, i64)],
) -> Result<Vec<PlanEvent>, Error> {
    let cities: Vec<i32> = places.iter().map(|(visit, _)| visit.city().number()).collect();
    let visits: Vec<Uuid> = places.iter().map(|(visit, _)| visit.uuid()).collect();
    let after: Vec<i64> = places.iter().map(|(_, seq)| *seq).collect();
    let rows: Vec<EventRow> =
        sql("SELECT e.* FROM unnest($1, $2, $3) AS place (city, visit_id, seq) \
         CROSS JOIN LATERAL (SELECT * FROM hospital.plan_events e WHERE e.city = place.city \
           AND e.visit_id = place.visit_id AND e.seq > place.seq ORDER BY e.seq LIMIT $4) e \
         ORDER BY e.visit_id, e.seq")
        .bind::<Array<Integer>, _>(cities)
        .bind::<Array<SqlUuid>, _>(visits)
        .bind::<Array<BigInt>, _>(after)
        .bind::<BigInt, _>(EVENTS)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(PlanEvent::try_from).collect()
}

/// Notes that somebody is told of a turn. False when that was noted before.
pub(crate) async fn note_announcement(
    tx: &mut Tx<'_>,
    visit: VisitId,
    turn: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let noted = diesel::insert_into(announcements::table)
        .values((
            announcements::city.eq(visit.city().number()),
            announcements::visit_id.eq(visit.uuid()),
            announcements::turn.eq(turn),
            announcements::told_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(noted == 1)
}
