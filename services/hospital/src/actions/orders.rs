//! What doctors order, and what becomes of it.

use citygate_catalogue::AgencyId;
use citygate_exchange::{ORDER_PLACED, ORDER_WITHDRAWN, OrderPlaced, OrderWithdrawn};
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};

use super::plan::{self, News};
use crate::{
    error::{Error, VisitError},
    model::{
        NewOrder, Order, OrderId, OrderKind, OwnNo, PlanEventKind, StepChange, StepKey, StepKind,
        StepState, Visit, VisitState,
    },
    store,
};

/// The most that can be ordered in one visit.
const MOST: usize = 50;

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderEvent {
    Resulted,
    Dispensed,
    Cancelled,
}

/// Records an order. Returns whether it was new.
pub(crate) async fn put_order(cx: &Cx, new: &NewOrder) -> Result<(Order, bool), Error> {
    cx.db
        .tx("hospital.put_order", async |tx| {
            let visit = store::visits::lock_visit(tx, new.visit).await?;
            let own = visit.filter(|visit| visit.agency == new.agency);
            let visit = own.ok_or(Error::VisitUnknown)?;
            let known = store::plans::order_by_no(tx, new.agency, &new.order_no).await?;
            if let Some(known) = known {
                let same = known.visit == new.visit && known.content_digest == digest(cx, new);
                return if same {
                    Ok((known, false))
                } else {
                    Err(VisitError::OrderDiffers.into())
                };
            }
            Ok((place(cx, tx, visit, new).await?, true))
        })
        .await
}

/// What the order says, digested: it finds out whether the same was sent again.
fn digest(cx: &Cx, new: &NewOrder) -> Vec<u8> {
    let NewOrder { agency: _, order_no: _, visit, kind, station_no, words, ready_minutes } = new;
    let words = serde_json::to_string(words).unwrap_or_default();
    let minutes = ready_minutes.unwrap_or_default();
    let text = format!("{visit}\n{}\n{station_no}\n{minutes}\n{words}", kind.code());
    cx.keys.blind_index("hospital.orders", &text)
}

async fn place(cx: &Cx, tx: &mut Tx<'_>, visit: Visit, new: &NewOrder) -> Result<Order, Error> {
    let today = citygate_catalogue::city(tx, visit.id.city()).await?.date(tx.now());
    if visit.state == VisitState::Void || visit.on != today {
        return Err(VisitError::VisitOver.into());
    }
    if store::plans::orders_of_visit(tx, visit.id).await?.len() >= MOST {
        return Err(VisitError::TooManyOrders.into());
    }
    let id = OrderId::new(visit.id.city(), &Clock::manual(tx.now()));
    let sealed = cx.keys.seal_json(tx, &store::plans::ORDER_WORDS, id.uuid(), &new.words).await;
    let order = Order {
        id,
        order_no: new.order_no.clone(),
        visit: visit.id,
        kind: new.kind,
        station_no: new.station_no.clone(),
        round: round_of(tx, &visit).await?,
        words_sealed: sealed.map_err(citygate_identity::Error::from)?,
        content_digest: digest(cx, new),
        ready_minutes: new.ready_minutes,
        placed_at: tx.now(),
        resulted_at: None,
        dispensed_at: None,
        cancelled_at: None,
    };
    if !store::plans::insert_order(tx, new.agency, &order).await? {
        // Another visit took the number at the same time.
        return Err(VisitError::OrderDiffers.into());
    }
    tell_placed(tx, new, &visit).await?;
    plan::replan_locked(tx, visit, Vec::new()).await?;
    Ok(order)
}

/// Tells whoever waits for results that an examination was ordered. Medicine has no result.
async fn tell_placed(tx: &mut Tx<'_>, new: &NewOrder, visit: &Visit) -> Result<(), Error> {
    if new.kind == OrderKind::Prescription {
        return Ok(());
    }
    let news = OrderPlaced {
        agency: new.agency,
        order_no: new.order_no.to_string(),
        person: visit.person,
        visit: visit.id.uuid(),
        placed_at: tx.now(),
    };
    Ok(ORDER_PLACED.emit(tx, &news).await?)
}

/// The consultation in which something is ordered: the one under way, or the last that is over.
/// Systems send orders while the patient sits there, or a moment after.
async fn round_of(tx: &mut Tx<'_>, visit: &Visit) -> Result<u16, Error> {
    let entries = store::queue_entries::entries_of_visit(tx, visit.id).await?;
    let inside = entries.iter().any(|entry| {
        let consulting = matches!(entry.step, StepKind::Consult | StepKind::ReturnConsult);
        consulting
            && matches!(
                entry.state,
                crate::model::EntryState::Called | crate::model::EntryState::Serving
            )
    });
    Ok(if inside { visit.rounds } else { visit.rounds.saturating_sub(1) })
}

/// An order of the hospital.
pub(crate) async fn order(cx: &Cx, agency: AgencyId, no: &OwnNo) -> Result<Order, Error> {
    cx.db
        .tx("hospital.get_order", async |tx| {
            let order = store::plans::order_by_no(tx, agency, no).await?;
            Ok(order.ok_or(VisitError::OrderUnknown)?)
        })
        .await
}

/// Notes what became of an order. Noting it again changes nothing.
pub(crate) async fn advance_order(
    cx: &Cx,
    agency: AgencyId,
    no: &OwnNo,
    event: OrderEvent,
) -> Result<Order, Error> {
    cx.db
        .tx("hospital.advance_order", async |tx| {
            let unknown = || Error::from(VisitError::OrderUnknown);
            let order = store::plans::order_by_no(tx, agency, no).await?.ok_or_else(unknown)?;
            let visit = store::visits::lock_visit(tx, order.visit).await?.ok_or_else(unknown)?;
            let mut order = store::plans::order_by_no(tx, agency, no).await?.ok_or_else(unknown)?;
            let news = happen(tx, &mut order, event)?;
            if let Some(news) = news {
                store::plans::update_order(tx, &order).await?;
                if event == OrderEvent::Cancelled && order.kind != OrderKind::Prescription {
                    let order_no = order.order_no.to_string();
                    ORDER_WITHDRAWN.emit(tx, &OrderWithdrawn { agency, order_no }).await?;
                }
                plan::replan_locked(tx, visit, news).await?;
            }
            Ok(order)
        })
        .await
}

/// Changes the order; nothing, where that has happened before.
fn happen(tx: &Tx<'_>, order: &mut Order, event: OrderEvent) -> Result<Option<Vec<News>>, Error> {
    let medicine = order.kind == OrderKind::Prescription;
    let over = order.resulted_at.is_some() || order.dispensed_at.is_some();
    let (done, fits) = match event {
        OrderEvent::Resulted => (order.resulted_at, !medicine),
        OrderEvent::Dispensed => (order.dispensed_at, medicine && order.cancelled_at.is_none()),
        OrderEvent::Cancelled => (order.cancelled_at, !over),
    };
    if done.is_some() {
        return Ok(None);
    }
    if !fits {
        return Err(VisitError::OrderRefused.into());
    }
    let now = Some(tx.now());
    match event {
        OrderEvent::Resulted => order.resulted_at = now,
        OrderEvent::Dispensed => order.dispensed_at = now,
        OrderEvent::Cancelled => order.cancelled_at = now,
    }
    let key = StepKey::of(StepKind::Result, order.id.uuid());
    let ready = StepChange { key, state: StepState::Done };
    Ok(Some(match event {
        OrderEvent::Resulted => vec![plan::news(PlanEventKind::ResultReady, &ready)?],
        OrderEvent::Dispensed | OrderEvent::Cancelled => Vec::new(),
    }))
}
