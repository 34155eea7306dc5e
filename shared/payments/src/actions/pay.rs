//! Paying a bill out of a wallet.

use std::collections::BTreeMap;

use citygate_catalogue::Agency;
use citygate_identity::{PersonId, RealName, contact, require_session};
use citygate_kernel::{CityCode, Clock, Money};
use citygate_ledger::{
    Account, AccountCode, Transfer, TransferId, find_account, open_account, post,
};
use citygate_notify::send_mail;
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};
use uuid::Uuid;

use super::{bill::known_agency, top_up::wallet_account};
use crate::{
    error::Error,
    events::{BILL_PAID, BillPaid},
    mail,
    model::{Bill, BillId, Payment, PaymentId},
    rules, store,
    wire::PaymentBody,
};

/// Pays a bill, once for each claim. `expected` is what the payer was shown: another amount is not
/// taken. Locks are taken in the order of every writer: key, bill, balances.
pub(crate) async fn pay_bill(
    cx: &Cx,
    payer: &RealName,
    claim: &Claim,
    bill: BillId,
    expected: Option<Money>,
) -> Result<Answer, Error> {
    cx.db
        .tx("payments.pay_bill", async |tx| {
            require_session(tx, payer).await?;
            once(cx, tx, claim, 201, async |tx| {
                let (bill, payment) = settle(tx, payer, bill, expected).await?;
                let agency = citygate_catalogue::agency(tx, bill.agency).await?;
                PaymentBody::new(&payment, &bill, &agency, cx.locale)
            })
            .await
        })
        .await
}

async fn settle(
    tx: &mut Tx<'_>,
    payer: &RealName,
    id: BillId,
    expected: Option<Money>,
) -> Result<(Bill, Payment), Error> {
    let bill = store::lock_bill(tx, id).await?.filter(|bill| bill.debtor == payer.person);
    let bill = bill.ok_or(Error::BillUnknown)?;
    if bill.paid {
        return Err(Error::BillAlreadyPaid);
    }
    let today = citygate_catalogue::city(tx, id.city()).await?.date(tx.now());
    let due = rules::amount_due(&bill, today)?;
    if expected.is_some_and(|expected| expected != due.total) {
        return Err(Error::AmountChanged { now: due.total });
    }
    let transfer = move_money(tx, payer, &bill, due.total).await?;
    let payment = Payment {
        id: PaymentId::new(id.city(), &Clock::manual(tx.now())),
        bill: id,
        payer: payer.person,
        payer_account: payer.account,
        principal: due.principal,
        surcharge: due.surcharge,
        transfer,
        paid_at: tx.now(),
    };
    store::insert_payment(tx, &payment).await?;
    store::settle(tx, &payment).await?;
    let news = BillPaid { bill: id, issuer: bill.issuer.clone(), payment: payment.id };
    BILL_PAID.emit(tx, &news).await?;
    Ok((bill, payment))
}

async fn move_money(
    tx: &mut Tx<'_>,
    payer: &RealName,
    bill: &Bill,
    amount: Money,
) -> Result<TransferId, Error> {
    let currency = amount.currency();
    let short = |available| Error::InsufficientFunds { available, needed: amount };
    let wallet = find_account(tx, &wallet_account(payer.city, payer.person, currency)).await?;
    let wallet = wallet.ok_or_else(|| short(Money::zero(currency)))?;
    let payable = Account {
        city: bill.id.city(),
        code: AccountCode::AgencyPayable,
        owner: Some(bill.agency.uuid()),
        currency,
    };
    let payable = open_account(tx, &payable).await?;
    let transfer = Transfer {
        id: TransferId::new(bill.id.city(), &Clock::manual(tx.now())),
        debit: wallet,
        credit: payable,
        amount,
        code: "bill_payment",
    };
    match post(tx, &[transfer]).await {
        Err(citygate_ledger::Error::ExceedsCredits { available }) => Err(short(available)),
        other => Ok(other.map(|()| transfer.id)?),
    }
}

/// A payment that the person made, with its bill.
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
            PaymentBody::new(&payment, &bill, &agency, cx.locale)
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
            let mut ids: BTreeMap<CityCode, Vec<Uuid>> = BTreeMap::new();
            for payment in &found {
                ids.entry(payment.bill.city()).or_default().push(payment.bill.uuid());
            }
            let (mut bills, mut agencies) = (BTreeMap::new(), BTreeMap::new());
            for (city, ids) in ids {
                let found = store::bills_by_id(tx, city, &ids).await?;
                bills.extend(found.into_iter().map(|bill| (bill.id, bill)));
            }
            let mut bodies = Vec::with_capacity(found.len());
            for payment in &found {
                let bill = bills.get(&payment.bill).ok_or(Error::Damaged("bill"))?;
                let agency = known_agency(tx, &mut agencies, bill.agency).await?;
                bodies.push(PaymentBody::new(payment, bill, &agency, cx.locale)?);
            }
            Ok(bodies)
        })
        .await
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
