//! Issuing bills, taking them back, and ending them.

use std::collections::BTreeSet;

use citygate_catalogue::AgencyId;
use citygate_platform::{Cx, db::Tx};

use super::bill::known_agencies;
use crate::{
    error::Error,
    events::{BILL_EXPIRED, BillExpired},
    jobs::{EXPIRE_BILL, ExpireBill},
    model::{Bill, BillId, BillState, NewBill},
    rules, store,
};

/// Issues a bill in the caller's transaction.
pub async fn issue_bill(tx: &mut Tx<'_>, bill: &NewBill) -> Result<(), Error> {
    let issued = issue_bills(tx, std::slice::from_ref(bill)).await?;
    issued.into_iter().collect()
}

/// Issues bills in the caller's transaction, and says of each what came of it: a bill that is not
/// sound, is shared with nobody known, or whose number its agency has used, is left out and the
/// others are issued. However many there are, it takes the same number of statements.
pub async fn issue_bills(
    tx: &mut Tx<'_>,
    bills: &[NewBill],
) -> Result<Vec<Result<(), Error>>, Error> {
    let checked = check(tx, bills.iter().collect()).await?;
    let sound = bills.iter().zip(&checked).filter(|(_, fact)| fact.is_ok()).map(|(bill, _)| bill);
    let issued = write(tx, sound.collect()).await?;
    let result = |(bill, checked): (&NewBill, Result<(), Error>)| {
        checked?;
        if issued.contains(&bill.id) { Ok(()) } else { Err(Error::ExternalNoTaken) }
    };
    Ok(bills.iter().zip(checked).map(result).collect())
}

/// Whether bills are sound, can still be paid, and are shared with agencies that exist.
pub(super) async fn check<P>(
    tx: &mut Tx<'_>,
    bills: Vec<&NewBill<P>>,
) -> Result<Vec<Result<(), Error>>, Error> {
    let now = tx.now();
    let mut checked: Vec<Result<(), Error>> = bills
        .iter()
        .map(|bill| rules::check_bill(bill).and_then(|()| rules::check_end(bill, now)))
        .collect();
    let sound = bills.iter().zip(&checked).filter(|(_, fact)| fact.is_ok());
    let shares = sound.flat_map(|(bill, _)| &bill.terms.shares);
    let known = known_agencies(tx, shares.map(|share| share.agency)).await?;
    for (bill, fact) in bills.iter().zip(&mut checked).filter(|(_, fact)| fact.is_ok()) {
        let unknown = bill.terms.shares.iter().find(|share| !known.contains_key(&share.agency));
        if let Some(unknown) = unknown {
            *fact = Err(Error::BeneficiaryUnknown(unknown.agency));
        }
    }
    Ok(checked)
}

/// Writes bills that were checked, but for those whose numbers are taken. Returns which it wrote.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    mut sound: Vec<&NewBill>,
) -> Result<BTreeSet<BillId>, Error> {
    // The order of all writers: two who issue the same numbers wait for each other, not crosswise.
    sound.sort_by_key(|bill| (bill.agency, bill.issuer, &bill.external_no));
    let issued: BTreeSet<BillId> = store::insert_bills(tx, &sound).await?.into_iter().collect();
    let new: Vec<&NewBill> = sound.into_iter().filter(|bill| issued.contains(&bill.id)).collect();
    write_parts(tx, &new).await?;
    Ok(issued)
}

/// Writes what belongs to bills that were just written.
async fn write_parts(tx: &mut Tx<'_>, new: &[&NewBill]) -> Result<(), Error> {
    store::insert_lines(tx, new).await?;
    store::insert_shares(tx, new).await?;
    store::insert_instalments(tx, new).await?;
    let ends: Vec<_> = new
        .iter()
        .filter_map(|bill| Some((ExpireBill { bill: bill.id }, bill.terms.expires_at?)))
        .collect();
    Ok(EXPIRE_BILL.enqueue_all(tx, &ends).await?)
}

/// Takes back a bill of the agency that nothing was paid of. Doing it again changes nothing. A
/// refund does not undo a payment: what was paid of a bill stays paid, whatever goes back of it.
pub async fn cancel_bill(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: BillId,
    reason: &str,
) -> Result<Bill, Error> {
    let bill = store::lock_bill(tx, id).await?.filter(|bill| bill.agency == agency);
    let bill = bill.ok_or(Error::BillUnknown)?;
    match bill.state(tx.now()) {
        BillState::Cancelled => return Ok(bill),
        BillState::Open | BillState::Expired if bill.progress.payments == 0 => {}
        BillState::Open | BillState::Expired | BillState::Paid => {
            return Err(Error::BillHasPayments);
        }
    }
    store::close_bill(tx, id, BillState::Cancelled, Some(reason)).await?;
    let cancel_reason = Some(reason.to_owned());
    Ok(Bill { stored_state: BillState::Cancelled, cancel_reason, ..bill })
}

/// Closes a bill whose time is over, and tells.
pub(crate) async fn expire_bill(cx: &Cx, id: BillId) -> Result<(), Error> {
    cx.db
        .tx("payments.expire_bill", async |tx| {
            let bill = store::lock_bill(tx, id).await?.ok_or(Error::BillUnknown)?;
            let over = bill.state(tx.now()) == BillState::Expired;
            if bill.stored_state != BillState::Open || !over {
                return Ok(());
            }
            store::close_bill(tx, id, BillState::Expired, None).await?;
            let news = BillExpired { bill: id, issuer: bill.issuer };
            Ok(BILL_EXPIRED.emit(tx, &news).await?)
        })
        .await
}
