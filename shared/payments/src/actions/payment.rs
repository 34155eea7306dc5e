//! Payments that were made, and their receipts.

use std::collections::BTreeMap;

use citygate_catalogue::Agency;
use citygate_identity::{PersonId, contact};
use citygate_kernel::Money;
use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{bill::known_agencies, issued::SHOWN};
use crate::{
    error::Error,
    mail,
    model::{Bill, BillId, Payment, PaymentId},
    store,
    wire::PaymentBody,
};

/// A payment that the person made, with its bill and what has gone back of it.
pub(crate) async fn payment_of(
    cx: &Cx,
    payer: PersonId,
    id: PaymentId,
) -> Result<PaymentBody, Error> {
    cx.db
        .tx("payments.get_payment", async |tx| {
            let payment = store::payment(tx, id).await?.filter(|paid| paid.payer == payer);
            let payment = payment.ok_or(Error::PaymentUnknown)?;
            let (bill, agency) = settled(tx, &payment).await?;
            let refunded = refunded(tx, std::slice::from_ref(&payment)).await?.remove(&id);
            let refunds = match refunded {
                Some(_) => store::refunds_of_payment(tx, id, SHOWN).await?,
                None => Vec::new(),
            };
            let body = PaymentBody::new(&payment, &bill, &agency, cx.locale)?;
            Ok(body.with_refunds(refunded, refunds))
        })
        .await
}

/// The payments that a person made, newest first; one more than the page holds.
pub(crate) async fn payments_of(
    cx: &Cx,
    payer: PersonId,
    page: &PageQuery,
) -> Result<Vec<PaymentBody>, Error> {
    cx.db
        .tx("payments.list_payments", async |tx| {
            let found = store::payments_of_payer(tx, payer, page.cursor, page.limit() + 1).await?;
            let bills = bills(tx, &found).await?;
            let mut refunded = refunded(tx, &found).await?;
            let agencies = known_agencies(tx, bills.values().map(|bill| bill.agency)).await?;
            found
                .iter()
                .map(|payment| {
                    let bill = bills.get(&payment.bill).ok_or(Error::Damaged("bill"))?;
                    let agency = agencies.get(&bill.agency).ok_or(Error::Damaged("agency"))?;
                    let body = PaymentBody::new(payment, bill, agency, cx.locale)?;
                    Ok(body.with_refunds(refunded.remove(&payment.id), Vec::new()))
                })
                .collect()
        })
        .await
}

/// What was paid by some payments.
async fn bills(tx: &mut Tx<'_>, payments: &[Payment]) -> Result<BTreeMap<BillId, Bill>, Error> {
    let mut bills = BTreeMap::new();
    for (city, ids) in BillId::by_city(payments.iter().map(|payment| payment.bill)) {
        let found = store::bills_by_id(tx, city, &ids).await?;
        bills.extend(found.into_iter().map(|bill| (bill.id, bill)));
    }
    Ok(bills)
}

/// What has gone back of payments; absent where nothing has.
async fn refunded(
    tx: &mut Tx<'_>,
    payments: &[Payment],
) -> Result<BTreeMap<PaymentId, Money>, Error> {
    let mut minor = BTreeMap::new();
    for (city, ids) in PaymentId::by_city(payments.iter().map(|payment| payment.id)) {
        minor.extend(store::refunded(tx, city, &ids).await?);
    }
    let amount = |payment: &Payment| {
        let minor = minor.get(&payment.id)?;
        Some((payment.id, Money::new(*minor, payment.principal.currency())))
    };
    Ok(payments.iter().filter_map(amount).collect())
}

/// What a payment settled, and to whom it went.
async fn settled(tx: &mut Tx<'_>, payment: &Payment) -> Result<(Bill, Agency), Error> {
    let bill = store::bill(tx, payment.bill).await?.ok_or(Error::BillUnknown)?;
    let agency = citygate_catalogue::agency(tx, bill.agency).await?;
    Ok((bill, agency))
}

/// Puts the receipt of a payment in the post, once.
pub(crate) async fn post_receipt(cx: &Cx, id: PaymentId) -> Result<(), Error> {
    cx.db
        .tx("payments.post_receipt", async |tx| {
            if !store::insert_receipt_letter(tx, id).await? {
                return Ok(());
            }
            let payment = store::payment(tx, id).await?.ok_or(Error::PaymentUnknown)?;
            let (bill, agency) = settled(tx, &payment).await?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            let Some(to) = contact(&cx.keys, tx, payment.payer).await? else { return Ok(()) };
            let letter = mail::receipt(&payment, &bill, &agency, &city, to.locale)?;
            Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
        })
        .await
}
