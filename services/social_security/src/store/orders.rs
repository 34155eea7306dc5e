//! Statements about orders of contributions.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Currency, Money, Month};
use citygate_payments::BillId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{InsuranceKind, Order, OrderId, OrderLine, OrderState},
    schema::{order_lines as lines, order_months as months, orders},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders)]
struct OrderRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    person_id: Uuid,
    bill_id: Uuid,
    rule_id: Uuid,
    state: String,
    base_minor: i64,
    first_month: NaiveDate,
    months: i16,
    amount_minor: i64,
    pay_by: DateTime<Utc>,
    ordered_at: DateTime<Utc>,
}

impl TryFrom<OrderRow> for Order {
    type Error = Error;

    fn try_from(row: OrderRow) -> Result<Self, Error> {
        let city: CityCode = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
        Ok(Self {
            id: OrderId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            person: PersonId::from_uuid(row.person_id),
            bill: BillId::from_parts(city, row.bill_id),
            rule: RuleId::from_uuid(row.rule_id),
            state: OrderState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            base: Money::new(row.base_minor, Currency::Cny),
            first_month: Month::of(row.first_month),
            months: u8::try_from(row.months).map_err(|_| Error::Damaged("months"))?,
            amount: Money::new(row.amount_minor, Currency::Cny),
            lines: Vec::new(),
            pay_by: row.pay_by,
            ordered_at: row.ordered_at,
        })
    }
}

/// Writes an order with its lines.
pub(crate) async fn insert(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    let (city, id) = (order.id.city().number(), order.id.uuid());
    diesel::insert_into(orders::table)
        .values((
            orders::city.eq(city),
            orders::id.eq(id),
            orders::agency_id.eq(order.agency.uuid()),
            orders::person_id.eq(order.person.uuid()),
            orders::bill_id.eq(order.bill.uuid()),
            orders::rule_id.eq(order.rule.uuid()),
            orders::state.eq(order.state.code()),
            orders::base_minor.eq(order.base.minor()),
            orders::first_month.eq(order.first_month.first_day()),
            orders::months.eq(i16::from(order.months)),
            orders::amount_minor.eq(order.amount.minor()),
            orders::pay_by.eq(order.pay_by),
            orders::ordered_at.eq(order.ordered_at),
            orders::changed_at.eq(order.ordered_at),
        ))
        .execute(tx.conn())
        .await?;
    let mut rows = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        let rate_bp = i32::try_from(line.rate_bp).map_err(|_| Error::Damaged("rate"))?;
        rows.push((
            lines::city.eq(city),
            lines::order_id.eq(id),
            lines::kind.eq(line.kind.code()),
            lines::rate_bp.eq(rate_bp),
            lines::monthly_minor.eq(line.monthly.minor()),
        ));
    }
    diesel::insert_into(lines::table).values(rows).execute(tx.conn()).await?;
    Ok(())
}

/// Takes the months of an order for it. False where another order has one of them; of two that try at
/// once, one waits for the other.
pub(crate) async fn take_months(tx: &mut Tx<'_>, order: &Order) -> Result<bool, Error> {
    let last = order.first_month.plus(i32::from(order.months) - 1);
    // In the order of the key: two who take the same months wait for each other, not crosswise.
    let mut kinds: Vec<&'static str> = order.lines.iter().map(|line| line.kind.code()).collect();
    kinds.sort_unstable();
    let rows: Vec<_> = kinds
        .iter()
        .flat_map(|kind| order.first_month.through(last).map(move |month| (*kind, month)))
        .map(|(kind, month)| {
            (
                months::city.eq(order.id.city().number()),
                months::agency_id.eq(order.agency.uuid()),
                months::person_id.eq(order.person.uuid()),
                months::kind.eq(kind),
                months::month.eq(month.first_day()),
                months::order_id.eq(order.id.uuid()),
            )
        })
        .collect();
    let wanted = rows.len();
    let taken = diesel::insert_into(months::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(taken == wanted)
}

/// Gives the months of an order back.
pub(crate) async fn give_months_back(tx: &mut Tx<'_>, id: OrderId) -> Result<(), Error> {
    let own = months::table
        .filter(months::city.eq(id.city().number()))
        .filter(months::order_id.eq(id.uuid()));
    diesel::delete(own).execute(tx.conn()).await?;
    Ok(())
}

/// Writes where an order stands now.
pub(crate) async fn set_state(
    tx: &mut Tx<'_>,
    id: OrderId,
    state: OrderState,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(orders::table.find((id.city().number(), id.uuid())))
        .set((orders::state.eq(state.code()), orders::changed_at.eq(now)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// An order.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<Order>, Error> {
    let row: Option<OrderRow> = orders::table
        .find((id.city().number(), id.uuid()))
        .select(OrderRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    one(tx, row).await
}

/// An order, which stays as it is until the transaction ends. It comes before its bill.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<Order>, Error> {
    let row: Option<OrderRow> = orders::table
        .find((id.city().number(), id.uuid()))
        .select(OrderRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    one(tx, row).await
}

/// The order of a bill, if it is one of ours.
pub(crate) async fn of_bill(tx: &mut Tx<'_>, bill: BillId) -> Result<Option<OrderId>, Error> {
    let id: Option<Uuid> = orders::table
        .filter(orders::city.eq(bill.city().number()))
        .filter(orders::bill_id.eq(bill.uuid()))
        .select(orders::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(|id| OrderId::from_parts(bill.city(), id)))
}

/// The orders of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Order>, Error> {
    let before = after.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<OrderRow> = orders::table
        .filter(orders::person_id.eq(person.uuid()))
        .filter(orders::id.lt(before))
        .order(orders::id.desc())
        .limit(limit)
        .select(OrderRow::as_select())
        .load(tx.conn())
        .await?;
    with_lines(tx, rows).await
}

async fn one(tx: &mut Tx<'_>, row: Option<OrderRow>) -> Result<Option<Order>, Error> {
    Ok(with_lines(tx, row.into_iter().collect()).await?.pop())
}

/// The lines of all of them, by one statement.
async fn with_lines(tx: &mut Tx<'_>, rows: Vec<OrderRow>) -> Result<Vec<Order>, Error> {
    let orders: Result<Vec<Order>, Error> = rows.into_iter().map(Order::try_from).collect();
    let mut orders = orders?;
    let found: Vec<(i32, Uuid, String, i32, i64)> = lines::table
        .filter(lines::city.eq_any(orders.iter().map(|order| order.id.city().number())))
        .filter(lines::order_id.eq_any(orders.iter().map(|order| order.id.uuid())))
        .select((lines::city, lines::order_id, lines::kind, lines::rate_bp, lines::monthly_minor))
        .load(tx.conn())
        .await?;
    let mut by_order: BTreeMap<(i32, Uuid), Vec<OrderLine>> = BTreeMap::new();
    for (city, order, kind, rate_bp, monthly) in found {
        let line = OrderLine {
            kind: InsuranceKind::parse(&kind).ok_or(Error::Damaged("kind"))?,
            rate_bp: u32::try_from(rate_bp).map_err(|_| Error::Damaged("rate"))?,
            monthly: Money::new(monthly, Currency::Cny),
        };
        by_order.entry((city, order)).or_default().push(line);
    }
    for order in &mut orders {
        let key = (order.id.city().number(), order.id.uuid());
        order.lines = by_order.remove(&key).unwrap_or_default();
        order.lines.sort_by_key(|line| line.kind);
    }
    Ok(orders)
}
