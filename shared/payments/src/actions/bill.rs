//! Reading bills.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use citygate_catalogue::{Agency, AgencyId, agencies};
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Currency};
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Bill, BillId, BillState, BillView, Line, Payment, Share},
    rules, store,
};

/// Moves the due date of a bill that is still open. Returns whether it moved.
pub async fn reschedule_bill(
    tx: &mut Tx<'_>,
    id: BillId,
    due_on: NaiveDate,
) -> Result<bool, Error> {
    let bill = store::lock_bill(tx, id).await?.ok_or(Error::BillUnknown)?;
    let open = bill.stored_state == BillState::Open && bill.instalments.is_empty();
    let moves = open && bill.due_on != due_on;
    if moves {
        store::set_due_on(tx, id, due_on).await?;
    }
    Ok(moves)
}

/// Bills of one city by their ids, with what is due today and what settled them.
pub async fn bills(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[BillId],
) -> Result<BTreeMap<BillId, BillView>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let found = store::bills_by_id(tx, city, &ids).await?;
    let views = views(tx, found).await?;
    Ok(views.into_iter().map(|view| (view.bill.id, view)).collect())
}

/// A bill that the person owes or is asked to pay.
pub(crate) async fn bill_of(cx: &Cx, person: PersonId, id: BillId) -> Result<BillView, Error> {
    cx.db
        .tx("payments.get_bill", async |tx| {
            let bill = store::bill(tx, id).await?.filter(|bill| bill.concerns(person));
            let bill = bill.ok_or(Error::BillUnknown)?;
            views(tx, vec![bill]).await?.pop().ok_or(Error::BillUnknown)
        })
        .await
}

/// The bills that a person owes or is asked to pay, settled ones too, newest first; one more than
/// the page holds.
pub(crate) async fn bills_of(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<BillView>, Error> {
    cx.db
        .tx("payments.list_bills", async |tx| {
            let found = store::bills_of_person(tx, person, page.cursor, page.limit() + 1).await?;
            views(tx, found).await
        })
        .await
}

/// Adds what a reader wants to know, in the order given and by as many statements for a page as
/// for one bill: those of a city are read together, and parts only of bills that have any.
async fn views(tx: &mut Tx<'_>, bills: Vec<Bill>) -> Result<Vec<BillView>, Error> {
    let mut payments = payments(tx, &bills).await?;
    let mut lines = lines(tx, &bills).await?;
    let agencies = known_agencies(tx, bills.iter().map(|bill| bill.agency)).await?;
    let (now, todays) = (tx.now(), todays(tx, &bills).await?);
    bills
        .into_iter()
        .map(|bill| {
            let agency = agencies.get(&bill.agency).ok_or(Error::Damaged("agency"))?.clone();
            let today = *todays.get(&bill.id.city()).ok_or(Error::Damaged("city"))?;
            let state = bill.state(now);
            let open = state == BillState::Open;
            let due = open.then(|| rules::amount_due(&bill, today)).transpose()?;
            let payment = payments.remove(&bill.id);
            let lines = lines.remove(&bill.id).unwrap_or_default();
            Ok(BillView { bill, state, lines, agency, due, payment })
        })
        .collect()
}

/// What settled those that are settled.
async fn payments(tx: &mut Tx<'_>, bills: &[Bill]) -> Result<BTreeMap<BillId, Payment>, Error> {
    let paid = bills.iter().filter(|bill| bill.is_paid());
    let mut payments = BTreeMap::new();
    for (city, ids) in BillId::by_city(paid.map(|bill| bill.id)) {
        let found = store::payments_of_bills(tx, city, &ids).await?;
        payments.extend(found.into_iter().map(|payment| (payment.bill, payment)));
    }
    Ok(payments)
}

/// The lines of those that have any.
pub(super) async fn lines(
    tx: &mut Tx<'_>,
    bills: &[Bill],
) -> Result<BTreeMap<BillId, Vec<Line>>, Error> {
    let mut lined: BTreeMap<CityCode, BTreeMap<Uuid, Currency>> = BTreeMap::new();
    for bill in bills.iter().filter(|bill| bill.parts.lines > 0) {
        let of_city = lined.entry(bill.id.city()).or_default();
        of_city.insert(bill.id.uuid(), bill.amount.currency());
    }
    let mut lines = BTreeMap::new();
    for (city, bills) in lined {
        lines.extend(store::lines(tx, city, &bills).await?);
    }
    Ok(lines)
}

/// The shares of those that are shared.
pub(super) async fn shares<'b>(
    tx: &Tx<'_>,
    bills: impl IntoIterator<Item = &'b Bill>,
) -> Result<BTreeMap<BillId, Vec<Share>>, Error> {
    let shared = bills.into_iter().filter(|bill| bill.parts.shares > 0);
    let mut shares = BTreeMap::new();
    for (city, ids) in BillId::by_city(shared.map(|bill| bill.id)) {
        shares.extend(store::shares(tx, city, &ids).await?);
    }
    Ok(shares)
}

/// What day it is in the cities of some bills.
pub(super) async fn todays<'b>(
    tx: &Tx<'_>,
    bills: impl IntoIterator<Item = &'b Bill>,
) -> Result<BTreeMap<CityCode, NaiveDate>, Error> {
    let codes: BTreeSet<CityCode> = bills.into_iter().map(|bill| bill.id.city()).collect();
    let todays = codes.into_iter().map(async |code| {
        Ok::<_, Error>((code, citygate_catalogue::city(tx, code).await?.date(tx.now())))
    });
    Ok(try_join_all(todays).await?.into_iter().collect())
}

/// Agencies, each read once.
pub(super) async fn known_agencies(
    tx: &Tx<'_>,
    ids: impl Iterator<Item = AgencyId>,
) -> Result<BTreeMap<AgencyId, Agency>, Error> {
    let ids: BTreeSet<AgencyId> = ids.collect();
    Ok(agencies(tx, &ids.into_iter().collect::<Vec<_>>()).await?)
}

/// What is due of a bill today, while it is open.
pub(super) async fn due_today(
    tx: &mut Tx<'_>,
    bill: &Bill,
) -> Result<Option<crate::AmountDue>, Error> {
    if bill.state(tx.now()) != BillState::Open {
        return Ok(None);
    }
    let todays = todays(tx, std::slice::from_ref(bill)).await?;
    let today = *todays.get(&bill.id.city()).ok_or(Error::Damaged("city"))?;
    Ok(Some(rules::amount_due(bill, today)?))
}
