//! Orders: pushed by a hospital's system, or heard of from a visit.

use chrono::{DateTime, Utc};
use citygate_exchange::{Fault, OrderPlaced, OrderWithdrawn, Sender, retry_held};
use citygate_identity::PersonId;
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Order, OrderId, OrderSource, OrderStatus, OwnNo},
    rules::{
        matching::{self, Mismatch},
        orders::OrderEvent,
    },
    sealed, store,
};

/// An order as a hospital's system sends it.
#[derive(Debug)]
pub(crate) struct NewOrder {
    /// The resource's id, if the order is new.
    pub id: Uuid,
    /// The hospital's own number of it (ServiceRequest.identifier).
    pub order_no: OwnNo,
    /// Who is to be examined.
    pub person: PersonId,
    /// What the sender says of it.
    pub event: OrderEvent,
    /// When it was written.
    pub authored_at: DateTime<Utc>,
    /// The `ServiceRequest` as it was sent.
    pub resource: String,
}

/// An order that was sent, and what it changed.
#[derive(Debug)]
pub(crate) struct Placed {
    /// As it is now.
    pub order: Order,
    /// Whether it was new, changed, or the same.
    pub change: Change,
}

/// What a message changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was new.
    Created,
    /// It said something else before.
    Updated,
    /// It was on record.
    Unchanged,
}

/// Places an order, or says something new of one. What visits have told of before is the same order,
/// if it is for the same person; if not, the message is held.
pub(crate) async fn put(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    new: &NewOrder,
) -> Result<Placed, Fault> {
    let digest = cx.keys.blind_index("results.orders", &new.resource);
    let numbers = [new.order_no.as_str()];
    let known = store::orders::lock_by_numbers(tx, sender.agency, &numbers).await?.pop();
    match known {
        Some(order) => replace(cx, tx, order, new, digest).await,
        None => Ok(place(cx, tx, sender, new, digest).await?),
    }
}

async fn place(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    new: &NewOrder,
    digest: Vec<u8>,
) -> Result<Placed, Error> {
    let id = OrderId::from_parts(sender.agency.city(), new.id);
    // One that was withdrawn before anybody heard of it is on record all the same.
    let status = OrderStatus::Active.next(new.event).ok_or(Error::OrderRevoked)?;
    let order = Order {
        id,
        agency: sender.agency,
        order_no: new.order_no.clone(),
        person: new.person,
        status,
        source: OrderSource::Fhir,
        version: 1,
        authored_at: new.authored_at,
        content_digest: Some(digest),
        content_sealed: Some(seal(cx, tx, id, new).await?),
        created_at: tx.now(),
        changed_at: tx.now(),
    };
    arrive(tx, &order).await?;
    Ok(Placed { order, change: Change::Created })
}

/// Writes a new order, and has the messages tried again that wait for it.
async fn arrive(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    if !store::orders::insert(tx, order).await? {
        return Err(DbError::Overtaken("order").into());
    }
    Ok(retry_held(tx, order.agency, order.order_no.as_str()).await?)
}

async fn replace(
    cx: &Cx,
    tx: &mut Tx<'_>,
    order: Order,
    new: &NewOrder,
    digest: Vec<u8>,
) -> Result<Placed, Fault> {
    matching::same_person(&order, new.person).map_err(|mismatch| match mismatch {
        Mismatch::Held(hold) => Fault::Held(hold),
        Mismatch::OrderDiffers => Error::OrderDiffers.into(),
    })?;
    if order.content_digest.as_ref() == Some(&digest) {
        return Ok(Placed { order, change: Change::Unchanged });
    }
    let status = order.status.next(new.event).ok_or(Error::OrderRevoked)?;
    let order = Order {
        status,
        version: order.version.saturating_add(1),
        authored_at: new.authored_at,
        content_digest: Some(digest),
        content_sealed: Some(seal(cx, tx, order.id, new).await?),
        changed_at: tx.now(),
        ..order
    };
    store::orders::update(tx, &order).await?;
    Ok(Placed { order, change: Change::Updated })
}

async fn seal(cx: &Cx, tx: &Tx<'_>, id: OrderId, new: &NewOrder) -> Result<Vec<u8>, Error> {
    let raw: &RawValue =
        serde_json::from_str(&new.resource).map_err(|_| Error::Damaged("resource"))?;
    Ok(cx.keys.seal_json(tx, &sealed::ORDER, id.uuid(), &raw).await?)
}

/// Notes an order that was placed during a visit. The same order may have been pushed before; if
/// that is for somebody else, nothing is changed.
pub(crate) async fn heard(cx: &Cx, tx: &mut Tx<'_>, news: &OrderPlaced) -> Result<(), Error> {
    let order_no = OwnNo::parse(&news.order_no).ok_or(Error::Damaged("order number"))?;
    let numbers = [order_no.as_str()];
    let known = store::orders::lock_by_numbers(tx, news.agency, &numbers).await?.pop();
    if let Some(known) = known {
        return match known.person == news.person {
            true => Ok(()),
            false => Err(Error::OrderOfAnother),
        };
    }
    let order = Order {
        id: OrderId::new(news.agency.city(), &cx.clock),
        agency: news.agency,
        order_no,
        person: news.person,
        status: OrderStatus::Active,
        source: OrderSource::Hospital,
        version: 1,
        authored_at: news.placed_at,
        content_digest: None,
        content_sealed: None,
        created_at: tx.now(),
        changed_at: tx.now(),
    };
    arrive(tx, &order).await
}

/// Notes that an order of a visit was taken back. False when it has not been heard of yet.
pub(crate) async fn withdrawn(tx: &mut Tx<'_>, news: &OrderWithdrawn) -> Result<bool, Error> {
    let numbers = [news.order_no.as_str()];
    let known = store::orders::lock_by_numbers(tx, news.agency, &numbers).await?.pop();
    let Some(order) = known else { return Ok(false) };
    let status = order.status.next(OrderEvent::Withdrawn).unwrap_or(order.status);
    if status != order.status {
        let version = order.version.saturating_add(1);
        let changed_at = tx.now();
        store::orders::update(tx, &Order { status, version, changed_at, ..order }).await?;
    }
    Ok(true)
}
