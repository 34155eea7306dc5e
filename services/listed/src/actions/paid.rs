//! What agencies are told of what is paid. Nobody is named: the agency knows whose number it is.

use citygate_catalogue::AgencyId;
use citygate_notify::{Owner, send_webhook};
use citygate_payments::{BillId, bills};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use crate::{
    error::Error,
    model::{ListedBill, ListedBillId, ListedBillView},
    store,
};

/// Tells the agency that a bill is paid, if it is one of ours. It may be told twice: the message says
/// the same.
pub(crate) async fn tell(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("listed.tell_agency", async |tx| {
            let Some(listed) = store::bills::by_bill(tx, bill).await? else { return Ok(()) };
            let ListedBillView { listed, bill } = view(tx, listed).await?;
            let Some(payment) = bill.payment else { return Ok(()) };
            let owner = Owner { city: listed.agency.city(), id: listed.agency.uuid() };
            let data = json!({
                "id": listed.id,
                "listing_id": listed.listing,
                "no": listed.external_no,
                "amount": bill.bill.amount,
                "payment_id": payment.id,
                "paid_at": payment.paid_at,
            });
            Ok(send_webhook(tx, owner, "listed.bill.paid", data).await?)
        })
        .await
}

/// A paid bill of the agency. What is not paid is none of its business.
pub(crate) async fn paid_bill(
    cx: &Cx,
    agency: AgencyId,
    id: ListedBillId,
) -> Result<ListedBillView, Error> {
    cx.db
        .read("listed.get_paid_bill", async |tx| {
            let found = store::bills::by_id(tx, id).await?.filter(|one| one.agency == agency);
            let view = view(tx, found.ok_or(Error::BillUnknown)?).await?;
            if view.bill.bill.is_paid() { Ok(view) } else { Err(Error::BillUnknown) }
        })
        .await
}

async fn view(tx: &mut Tx<'_>, listed: ListedBill) -> Result<ListedBillView, Error> {
    let mut found = bills(tx, listed.bill.city(), &[listed.bill]).await?;
    let bill = found.remove(&listed.bill).ok_or(Error::Damaged("bill"))?;
    Ok(ListedBillView { listed, bill })
}
