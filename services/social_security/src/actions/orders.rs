//! Contributions that people order and pay for themselves.

use chrono::TimeDelta;
use citygate_catalogue::{Rule, rule_of};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_inquiry::{Freshness, Registers};
use citygate_kernel::{Clock, Money, Text};
use citygate_payments::{BillId, BillState, Line, NewBill, Terms, bills, cancel_bill, issue_bill};
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{self, Answer, Claim, Request, once},
};

use super::record::read_on;
use crate::{
    error::{Error, Refusal},
    model::{NewOrder, Order, OrderEvent, OrderId, OrderState, OrderView, Record},
    rules::{
        flexible::{FLEXIBLE, FlexibleRule},
        state,
    },
    store,
    wire::OrderBody,
};

/// As whom this service issues bills.
pub(crate) const ISSUER: &str = "social_security";

/// Orders contributions while the caller looks at the record, once for each claim. The register is
/// asked first: what it has as paid is not paid again, and an answer of yesterday is not enough.
pub(crate) async fn order(
    cx: &Cx,
    registers: &Registers,
    caller: &RealName,
    claim: &Claim,
    new: &NewOrder,
) -> Result<Answer, Error> {
    let request = Request::new(cx, claim.clone());
    let before = cx.db.read("social_security.ordered_before", async |tx| {
        Ok::<_, Error>(idempotency::answers(&cx.keys, tx, &[&request]).await?)
    });
    if let Some(answer) = before.await?.into_iter().flatten().next() {
        return Ok(answer);
    }
    let reading = read_on(cx, registers, caller, new.agency).await?;
    if reading.answer.freshness != Freshness::Live {
        return Err(Error::RegisterSilent);
    }
    let record = &reading.answer.record;
    cx.db
        .tx("social_security.order", async |tx| {
            require_session(tx, caller).await?;
            once(cx, tx, claim, 201, async |tx| {
                let order = record_order(tx, caller.person, new, record).await?;
                Ok::<_, Error>(OrderBody::new(view(tx, order).await?, cx.locale))
            })
            .await
        })
        .await
}

async fn record_order(
    tx: &mut Tx<'_>,
    person: PersonId,
    new: &NewOrder,
    record: &Record,
) -> Result<Order, Error> {
    let (now, agency) = (tx.now(), new.agency);
    let city = citygate_catalogue::city(tx, agency.city()).await?;
    let today = city.date(now);
    let rule: Rule<FlexibleRule> = rule_of(tx, FLEXIBLE, agency, today).await?;
    rule.params.check(new, record, today).map_err(|reason| {
        let citation = rule.citation.clone();
        Error::NotOrderable { reason: Refusal(reason), citation }
    })?;
    let priced = rule.params.price(new)?;
    let clock = Clock::manual(now);
    let order = Order {
        id: OrderId::new(agency.city(), &clock),
        agency,
        person,
        bill: BillId::new(agency.city(), &clock),
        rule: rule.id,
        state: OrderState::Ordered,
        base: new.base,
        first_month: new.first_month,
        months: new.months,
        amount: priced.amount,
        lines: priced.lines,
        pay_by: now + TimeDelta::hours(rule.params.pay_within_hours.into()),
        ordered_at: now,
    };
    store::orders::insert(tx, &order).await?;
    if !store::orders::take_months(tx, &order).await? {
        return Err(Error::MonthsTaken);
    }
    let bill = bill(&order, new, city.date(order.pay_by))?;
    issue_bill(tx, &bill).await?;
    Ok(order)
}

/// The bill of an order, with a line for each insurance. It cannot be paid after its time: the
/// agency's books of the months may be closed by then.
fn bill(order: &Order, new: &NewOrder, due_on: chrono::NaiveDate) -> Result<NewBill, Error> {
    let (first, last) = (order.first_month, new.last_month());
    let mut lines = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        let mut amount = Money::zero(line.monthly.currency());
        for _ in 0..order.months {
            amount = amount.checked_add(line.monthly)?;
        }
        lines.push(Line { text: line.kind.name(), amount, refunded: 0 });
    }
    Ok(NewBill {
        id: order.bill,
        agency: order.agency,
        issuer: ISSUER,
        external_no: order.id.to_string(),
        debtor: order.person,
        subject: Text::new(
            format!("Social security contributions, {first} to {last}"),
            format!("社会保险费（灵活就业人员）{first}至{last}"),
        ),
        amount: order.amount,
        due_on,
        surcharge: None,
        terms: Terms { expires_at: Some(order.pay_by), lines, ..Terms::default() },
    })
}

/// The orders of a person, newest first; one more than the page has.
pub(crate) async fn list(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<OrderView>, Error> {
    cx.db
        .read("social_security.list_orders", async |tx| {
            let orders =
                store::orders::of_person(tx, person, page.cursor, page.limit() + 1).await?;
            let mut views = Vec::with_capacity(orders.len());
            for order in orders {
                views.push(view(tx, order).await?);
            }
            Ok(views)
        })
        .await
}

/// An order of the person.
pub(crate) async fn get(cx: &Cx, person: PersonId, id: OrderId) -> Result<OrderView, Error> {
    cx.db
        .read("social_security.get_order", async |tx| {
            let order = store::orders::by_id(tx, id).await?.filter(|order| order.person == person);
            view(tx, order.ok_or(Error::OrderUnknown)?).await
        })
        .await
}

/// Takes an order of the person back before it is paid. Doing it again changes nothing.
pub(crate) async fn cancel(cx: &Cx, caller: &RealName, id: OrderId) -> Result<OrderView, Error> {
    cx.db
        .tx("social_security.cancel_order", async |tx| {
            require_session(tx, caller).await?;
            let order = store::orders::lock(tx, id).await?;
            let order = order.filter(|order| order.person == caller.person);
            let order = order.ok_or(Error::OrderUnknown)?;
            if order.state == OrderState::Cancelled {
                return view(tx, order).await;
            }
            let state = state::next(order.state, OrderEvent::Cancel).ok_or(Error::OrderNotOpen)?;
            let cancelled = cancel_bill(tx, order.agency, order.bill, "taken back").await;
            match cancelled {
                Ok(_) => {}
                Err(citygate_payments::Error::BillHasPayments) => return Err(Error::OrderNotOpen),
                Err(error) => return Err(error.into()),
            }
            store::orders::set_state(tx, id, state).await?;
            store::orders::give_months_back(tx, id).await?;
            view(tx, Order { state, ..order }).await
        })
        .await
}

/// An order with its bill. Whether it is paid or over is its bill's knowledge; what follows from that
/// comes a moment later.
pub(crate) async fn view(tx: &mut Tx<'_>, order: Order) -> Result<OrderView, Error> {
    let mut found = bills(tx, order.id.city(), &[order.bill]).await?;
    let bill = found.remove(&order.bill).ok_or(Error::Damaged("bill"))?;
    let event = match bill.state {
        BillState::Open => None,
        BillState::Paid => Some(OrderEvent::Pay),
        BillState::Expired => Some(OrderEvent::Expire),
        BillState::Cancelled => Some(OrderEvent::Cancel),
    };
    let state = event.and_then(|event| state::next(order.state, event)).unwrap_or(order.state);
    Ok(OrderView { order: Order { state, ..order }, bill })
}
