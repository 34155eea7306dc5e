//! Orders.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, column_number, number};
use crate::{
    error::Error,
    model::{Order, OrderId, OrderSource, OrderStatus, OwnNo},
    schema::orders,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders)]
pub(super) struct OrderRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    order_no: String,
    person_id: Uuid,
    status: String,
    source: String,
    version: i32,
    authored_at: DateTime<Utc>,
    content_digest: Option<Vec<u8>>,
    content_sealed: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl TryFrom<OrderRow> for Order {
    type Error = Error;

    fn try_from(row: OrderRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: OrderId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            order_no: OwnNo::parse(&row.order_no).ok_or(Error::Damaged("order number"))?,
            person: PersonId::from_uuid(row.person_id),
            status: OrderStatus::parse(&row.status).ok_or(Error::Damaged("order status"))?,
            source: OrderSource::parse(&row.source).ok_or(Error::Damaged("order source"))?,
            version: number(row.version)?,
            authored_at: row.authored_at,
            content_digest: row.content_digest,
            content_sealed: row.content_sealed,
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// Writes a new order. False when its number is taken; of two that try at once, one waits.
pub(crate) async fn insert(tx: &mut Tx<'_>, order: &Order) -> Result<bool, Error> {
    let inserted = diesel::insert_into(orders::table)
        .values((
            orders::city.eq(order.id.city().number()),
            orders::id.eq(order.id.uuid()),
            orders::agency_id.eq(order.agency.uuid()),
            orders::order_no.eq(order.order_no.as_str()),
            orders::person_id.eq(order.person.uuid()),
            orders::status.eq(order.status.code()),
            orders::source.eq(order.source.code()),
            orders::version.eq(column_number(order.version)),
            orders::authored_at.eq(order.authored_at),
            orders::content_digest.eq(&order.content_digest),
            orders::content_sealed.eq(&order.content_sealed),
            orders::created_at.eq(order.created_at),
            orders::changed_at.eq(order.changed_at),
        ))
        .on_conflict((orders::city, orders::agency_id, orders::order_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Writes what can change of an order.
pub(crate) async fn update(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    diesel::update(orders::table.find((order.id.city().number(), order.id.uuid())))
        .set((
            orders::status.eq(order.status.code()),
            orders::version.eq(column_number(order.version)),
            orders::authored_at.eq(order.authored_at),
            orders::content_digest.eq(&order.content_digest),
            orders::content_sealed.eq(&order.content_sealed),
            orders::changed_at.eq(order.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that orders have their results.
pub(crate) async fn complete(tx: &Tx<'_>, done: &[OrderId]) -> Result<(), Error> {
    let Some(first) = done.first() else { return Ok(()) };
    let ids: Vec<Uuid> = done.iter().map(|id| id.uuid()).collect();
    diesel::update(orders::table)
        .filter(orders::city.eq(first.city().number()))
        .filter(orders::id.eq_any(ids))
        .set((
            orders::status.eq(OrderStatus::Completed.code()),
            orders::version.eq(orders::version + 1),
            orders::changed_at.eq(tx.now()),
        ))
        .execute(&mut tx.pipeline())
        .await?;
    Ok(())
}

/// The orders of some numbers, which nobody else changes or files reports of until this transaction
/// ends. Locked in the order of their numbers. May be sent together with what reads their reports.
pub(crate) async fn lock_by_numbers(
    tx: &Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<Vec<Order>, Error> {
    let rows: Vec<OrderRow> = orders::table
        .filter(orders::city.eq(agency.city().number()))
        .filter(orders::agency_id.eq(agency.uuid()))
        .filter(orders::order_no.eq_any(numbers))
        .order(orders::order_no)
        .select(OrderRow::as_select())
        .for_no_key_update()
        .load(&mut tx.pipeline())
        .await?;
    rows.into_iter().map(Order::try_from).collect()
}

/// A hospital's order.
pub(crate) async fn by_id(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: Uuid,
) -> Result<Option<Order>, Error> {
    let row: Option<OrderRow> = orders::table
        .find((agency.city().number(), id))
        .filter(orders::agency_id.eq(agency.uuid()))
        .select(OrderRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Order::try_from).transpose()
}
