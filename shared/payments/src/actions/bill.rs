//! Issuing and reading bills.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::NaiveDate;
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Bill, BillId, BillView, NewBill},
    rules, store,
};

/// Issues a bill in the caller's transaction.
pub async fn issue_bill(tx: &mut Tx<'_>, bill: &NewBill) -> Result<(), Error> {
    if bill.amount.minor() <= 0 {
        return Err(Error::Damaged("amount of a new bill"));
    }
    store::insert_bill(tx, bill).await
}

/// Moves the due date of a bill that is still open. Returns whether it moved.
pub async fn reschedule_bill(
    tx: &mut Tx<'_>,
    id: BillId,
    due_on: NaiveDate,
) -> Result<bool, Error> {
    let bill = store::lock_bill(tx, id).await?.ok_or(Error::BillUnknown)?;
    let moves = !bill.paid && bill.due_on != due_on;
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

/// A bill that the person owes.
pub(crate) async fn bill_of(cx: &Cx, debtor: PersonId, id: BillId) -> Result<BillView, Error> {
    cx.db
        .tx("payments.get_bill", async |tx| {
            let bill = store::bill(tx, id).await?.filter(|bill| bill.debtor == debtor);
            let bill = bill.ok_or(Error::BillUnknown)?;
            views(tx, vec![bill]).await?.pop().ok_or(Error::BillUnknown)
        })
        .await
}

/// The bills that a person owes or owed, newest first; one more than the page holds.
pub(crate) async fn bills_of(
    cx: &Cx,
    debtor: PersonId,
    page: &PageQuery,
) -> Result<Vec<BillView>, Error> {
    cx.db
        .tx("payments.list_bills", async |tx| {
            let found = store::bills_of_debtor(tx, debtor, page.cursor, page.limit() + 1).await?;
            views(tx, found).await
        })
        .await
}

/// Adds agency, amount due and payment, in the order given.
async fn views(tx: &mut Tx<'_>, bills: Vec<Bill>) -> Result<Vec<BillView>, Error> {
    let mut paid_by_city: BTreeMap<CityCode, Vec<Uuid>> = BTreeMap::new();
    for bill in bills.iter().filter(|bill| bill.paid) {
        paid_by_city.entry(bill.id.city()).or_default().push(bill.id.uuid());
    }
    let mut payments = BTreeMap::new();
    for (city, ids) in paid_by_city {
        for payment in store::payments_of_bills(tx, city, &ids).await? {
            payments.insert(payment.bill, payment);
        }
    }
    let now = tx.now();
    let (mut agencies, mut todays) = (BTreeMap::new(), BTreeMap::new());
    let mut views = Vec::with_capacity(bills.len());
    for bill in bills {
        if let Entry::Vacant(today) = todays.entry(bill.id.city()) {
            today.insert(citygate_catalogue::city(tx, bill.id.city()).await?.date(now));
        }
        let agency = known_agency(tx, &mut agencies, bill.agency).await?;
        let today = todays.get(&bill.id.city()).copied().ok_or(Error::Damaged("city"))?;
        let due = (!bill.paid).then(|| rules::amount_due(&bill, today)).transpose()?;
        let payment = payments.remove(&bill.id);
        views.push(BillView { bill, agency, due, payment });
    }
    Ok(views)
}

/// An agency, read once for a page.
pub(super) async fn known_agency(
    tx: &mut Tx<'_>,
    known: &mut BTreeMap<AgencyId, Agency>,
    id: AgencyId,
) -> Result<Agency, Error> {
    Ok(match known.entry(id) {
        Entry::Occupied(agency) => agency.get().clone(),
        Entry::Vacant(place) => place.insert(citygate_catalogue::agency(tx, id).await?).clone(),
    })
}
