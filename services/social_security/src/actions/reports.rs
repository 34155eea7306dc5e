//! What agencies are told of orders.

use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Accessor, FullName, Reason, full_names};
use citygate_notify::{Owner, send_webhook};
use citygate_payments::BillId;
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use super::orders::view;
use crate::{
    error::Error,
    jobs::{REPORT_ORDER, ReportOrder},
    model::{OrderEvent, OrderId, OrderState, OrderView},
    rules::state,
    store,
};

/// Why an agency is told whose contribution it is: it is to be put down to them.
const REASON: Reason<'static> =
    Reason { purpose: "social_security.contribution", legal_basis: "sil-60" };

/// Notes that a bill is paid, if it is one of ours, and has the agency told.
pub(crate) async fn note_paid(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("social_security.note_paid", async |tx| {
            let Some(order) = advance(tx, bill, OrderEvent::Pay).await? else { return Ok(()) };
            Ok(REPORT_ORDER.enqueue(tx, &ReportOrder { order }).await?)
        })
        .await
}

/// Notes that the time of a bill is over, if it is one of ours: its months can be ordered again.
pub(crate) async fn note_expired(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("social_security.note_expired", async |tx| {
            let Some(order) = advance(tx, bill, OrderEvent::Expire).await? else { return Ok(()) };
            store::orders::give_months_back(tx, order).await
        })
        .await
}

/// Moves the order of a bill on. None where there is none, or it is there already.
async fn advance(
    tx: &mut Tx<'_>,
    bill: BillId,
    event: OrderEvent,
) -> Result<Option<OrderId>, Error> {
    let Some(id) = store::orders::of_bill(tx, bill).await? else { return Ok(None) };
    let order = store::orders::lock(tx, id).await?.ok_or(Error::OrderUnknown)?;
    let Some(state) = state::next(order.state, event) else { return Ok(None) };
    store::orders::set_state(tx, id, state).await?;
    Ok(Some(id))
}

/// Tells the agency that an order is paid. The message names nobody: whose contribution it is, the
/// agency's system asks for. It may be told twice: the message says the same.
pub(crate) async fn report(cx: &Cx, id: OrderId) -> Result<(), Error> {
    cx.db
        .tx("social_security.report", async |tx| {
            let order = store::orders::lock(tx, id).await?.ok_or(Error::OrderUnknown)?;
            let Some(state) = state::next(order.state, OrderEvent::Report) else { return Ok(()) };
            let OrderView { order, bill } = view(tx, order).await?;
            let payment = bill.payment.ok_or(Error::Damaged("payment"))?;
            let owner = Owner { city: order.agency.city(), id: order.agency.uuid() };
            let lines: Vec<_> = order
                .lines
                .iter()
                .map(|line| json!({"kind": line.kind, "monthly": line.monthly}))
                .collect();
            let data = json!({
                "order_id": order.id,
                "first_month": order.first_month,
                "months": order.months,
                "base": order.base,
                "lines": lines,
                "amount": order.amount,
                "payment_id": payment.id,
                "paid_at": payment.paid_at,
            });
            send_webhook(tx, owner, "social_security.contribution.paid", data).await?;
            store::orders::set_state(tx, id, state).await
        })
        .await
}

/// A paid order of the agency, and whose it is. What is not paid is none of its business yet.
pub(crate) async fn paid_order(
    cx: &Cx,
    by: Accessor,
    agency: AgencyId,
    id: OrderId,
) -> Result<(OrderView, FullName), Error> {
    cx.db
        .tx("social_security.get_paid_order", async |tx| {
            let order = store::orders::by_id(tx, id).await?;
            let order = order.filter(|order| order.agency == agency);
            let view = view(tx, order.ok_or(Error::OrderUnknown)?).await?;
            if !matches!(view.order.state, OrderState::Paid | OrderState::Reported) {
                return Err(Error::OrderUnknown);
            }
            let access = Access::new(cx, by, REASON);
            let (person, case) = (view.order.person, id.to_string());
            let mut named = full_names(&cx.keys, tx, &access, &[person], &case).await?;
            Ok((view, named.remove(&person).ok_or(Error::Damaged("name"))?))
        })
        .await
}
