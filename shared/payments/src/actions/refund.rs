//! Money that goes back from an agency to the wallet it came from.
//!
//! Locks are taken in the order of every writer: key, bill, what has gone back, balances, chain.
//! Whoever holds the lock of a bill is the only one who pays it or pays it back.

use citygate_catalogue::AgencyId;
use citygate_identity::contact;
use citygate_kernel::{Clock, Money};
use citygate_ledger::{Account, Books, Transfer, TransferId};
use citygate_notify::send_mail;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{bill::lines, issued::SHOWN};
use crate::{
    error::Error,
    events::{REFUND_MADE, RefundMade},
    mail,
    model::{
        Bill, BillId, Line, NewRefund, Payment, PaymentId, PaymentShare, Refund, RefundId,
        RefundedLine,
    },
    rules, store,
    wire::RefundBody,
};

/// A payment as the agency sees it to which its bill is owed.
pub(crate) struct ReceivedPayment {
    pub payment: Payment,
    pub bill: Bill,
    pub shares: Vec<PaymentShare>,
    /// What can still be paid back of it.
    pub available: Money,
    /// The latest, newest first.
    pub refunds: Vec<Refund>,
}

/// A payment of a bill of the agency.
pub(crate) async fn received_payment(
    cx: &Cx,
    agency: AgencyId,
    id: PaymentId,
) -> Result<ReceivedPayment, Error> {
    cx.db
        .tx("payments.get_received_payment", async |tx| {
            let payment = store::payment(tx, id).await?.ok_or(Error::PaymentUnknown)?;
            let bill = store::bill(tx, payment.bill).await?;
            let bill = bill.filter(|bill| bill.agency == agency).ok_or(Error::PaymentUnknown)?;
            let shares = shares(tx, &bill, id).await?;
            let available = available(tx, &payment).await?;
            let refunds = store::refunds_of_payment(tx, id, SHOWN).await?;
            Ok(ReceivedPayment { payment, bill, shares, available, refunds })
        })
        .await
}

/// A refund that the agency has made.
pub(crate) async fn refund_of(cx: &Cx, agency: AgencyId, id: RefundId) -> Result<Refund, Error> {
    cx.db
        .tx("payments.get_refund", async |tx| {
            let refund = store::refund(tx, id).await?.ok_or(Error::RefundUnknown)?;
            let payment = store::payment(tx, refund.payment).await?;
            let payment = payment.ok_or(Error::Damaged("refund"))?;
            let bill = store::bill(tx, payment.bill).await?;
            bill.filter(|bill| bill.agency == agency).ok_or(Error::RefundUnknown)?;
            Ok(refund)
        })
        .await
}

/// Pays back what was paid of a bill of the agency, or a part of it, once for each claim.
pub(crate) async fn make_refund(
    cx: &Cx,
    claim: &Claim,
    agency: AgencyId,
    id: PaymentId,
    asked: &NewRefund,
) -> Result<Answer, Error> {
    cx.db
        .tx("payments.refund", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                Ok::<_, Error>(RefundBody::from(refund(tx, agency, id, asked).await?))
            })
            .await
        })
        .await
}

async fn refund(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: PaymentId,
    asked: &NewRefund,
) -> Result<Refund, Error> {
    let payment = store::payment(tx, id).await?.ok_or(Error::PaymentUnknown)?;
    let bill = store::lock_bill(tx, payment.bill).await?;
    let bill = bill.filter(|bill| bill.agency == agency).ok_or(Error::PaymentUnknown)?;
    let lines = lines_named(tx, &bill, asked).await?;
    let amount = rules::refund(available(tx, &payment).await?, &lines, asked)?;
    store::add_refunded(tx, id, payment.total()?, amount).await?;
    let shares = shares(tx, &bill, id).await?;
    let transfer = move_back(tx, &payment, &shares, amount).await?;
    let refund = Refund {
        id: RefundId::new(id.city(), &Clock::manual(tx.now())),
        payment: id,
        amount,
        reason: asked.reason.clone(),
        transfer,
        refunded_at: tx.now(),
        lines: asked.lines.clone(),
    };
    store::insert_refund(tx, &refund).await?;
    store::take_from_lines(tx, bill.id, &refund.lines).await?;
    let news = RefundMade { refund: refund.id, payment: id, bill: bill.id, issuer: bill.issuer };
    REFUND_MADE.emit(tx, &news).await?;
    Ok(refund)
}

/// Pays back what is left of what was paid of a bill of the agency, or of some of its lines, in the
/// caller's transaction. Returns how much that was: nothing, where nothing was paid or is left, so
/// doing it again changes nothing.
pub async fn refund_bill(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: BillId,
    lines_named: Option<&[i16]>,
    reason: &str,
) -> Result<Money, Error> {
    let bill = store::lock_bill(tx, id).await?.filter(|bill| bill.agency == agency);
    let bill = bill.ok_or(Error::BillUnknown)?;
    let nothing = Money::zero(bill.amount.currency());
    let payments = store::payments_of_bills(tx, id.city(), &[id.uuid()]).await?;
    let Some(payment) = payments.first() else { return Ok(nothing) };
    let available = available(tx, payment).await?;
    let lines = match lines_named {
        Some(named) => left_of_lines(tx, &bill, named).await?,
        None => Vec::new(),
    };
    if available == nothing || (lines_named.is_some() && lines.is_empty()) {
        return Ok(nothing);
    }
    let asked = NewRefund { available, amount: None, lines, reason: reason.to_owned() };
    Ok(refund(tx, agency, payment.id, &asked).await?.amount)
}

/// What is left of some lines of a bill, where anything is.
async fn left_of_lines(
    tx: &mut Tx<'_>,
    bill: &Bill,
    named: &[i16],
) -> Result<Vec<RefundedLine>, Error> {
    let lines = lines(tx, std::slice::from_ref(bill)).await?.remove(&bill.id).unwrap_or_default();
    let left = (1_i16..).zip(&lines).filter(|(n, _)| named.contains(n)).map(|(n, line)| {
        let minor = line.amount.minor() - line.refunded;
        RefundedLine { n, amount: Money::new(minor, line.amount.currency()) }
    });
    Ok(left.filter(|line| line.amount.minor() > 0).collect())
}

/// The lines of the bill, where the refund names any.
async fn lines_named(tx: &mut Tx<'_>, bill: &Bill, asked: &NewRefund) -> Result<Vec<Line>, Error> {
    if asked.lines.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = lines(tx, std::slice::from_ref(bill)).await?;
    Ok(lines.remove(&bill.id).unwrap_or_default())
}

/// How a payment was shared out, where it was.
async fn shares(
    tx: &mut Tx<'_>,
    bill: &Bill,
    payment: PaymentId,
) -> Result<Vec<PaymentShare>, Error> {
    match bill.parts.shares {
        0 => Ok(Vec::new()),
        _ => store::payment_shares(tx, payment).await,
    }
}

/// What can still be paid back of a payment.
async fn available(tx: &mut Tx<'_>, payment: &Payment) -> Result<Money, Error> {
    let (city, id) = (payment.id.city(), payment.id);
    let refunded = store::refunded(tx, city, &[id.uuid()]).await?.remove(&id).unwrap_or_default();
    let paid = payment.total()?;
    Ok(paid.checked_sub(Money::new(refunded, paid.currency()))?)
}

/// Moves an amount back to the wallet that the payment came from, from each who has received some
/// of it as much as it has: all of it, or nothing. Returns the first transfer.
async fn move_back(
    tx: &mut Tx<'_>,
    payment: &Payment,
    shares: &[PaymentShare],
    amount: Money,
) -> Result<TransferId, Error> {
    let paid = citygate_ledger::transfer(tx, payment.transfer).await?;
    let (wallet, payable, _) = paid.ok_or(Error::Damaged("payment"))?;
    let mut legs: Vec<(Account, i64)> = vec![(payable, amount.minor())];
    if !shares.is_empty() {
        let parts: Vec<i64> = shares.iter().map(|share| share.amount).collect();
        let refunded: Vec<i64> = shares.iter().map(|share| share.refunded).collect();
        let amounts = rules::split(amount.minor(), &parts, &refunded);
        let taken: Vec<(i16, i64)> =
            shares.iter().map(|share| share.n).zip(amounts.iter().copied()).collect();
        store::take_from_payment_shares(tx, payment.id, &taken).await?;
        let of = |share: &PaymentShare| Account { owner: Some(share.agency.uuid()), ..payable };
        legs = shares.iter().map(of).zip(amounts).filter(|(_, minor)| *minor > 0).collect();
    }
    let clock = Clock::manual(tx.now());
    let transfers: Vec<Transfer> = legs
        .iter()
        .map(|(payable, minor)| {
            let id = TransferId::new(payment.id.city(), &clock);
            let amount = Money::new(*minor, amount.currency());
            Transfer::single(id, "refund", *payable, wallet, amount)
        })
        .collect();
    let accounts = legs.iter().map(|(payable, _)| *payable).chain([wallet]);
    let mut books = Books::open(tx, accounts, &[]).await?;
    books.post(&transfers)?;
    books.write(tx).await?;
    Ok(transfers.first().ok_or(Error::Damaged("shares"))?.id)
}

/// Tells the payer of a refund, once.
pub(crate) async fn post_refund_letter(cx: &Cx, id: RefundId) -> Result<(), Error> {
    cx.db
        .tx("payments.post_refund_letter", async |tx| {
            if !store::insert_refund_letter(tx, id).await? {
                return Ok(());
            }
            let refund = store::refund(tx, id).await?.ok_or(Error::RefundUnknown)?;
            let payment = store::payment(tx, refund.payment).await?;
            let payment = payment.ok_or(Error::PaymentUnknown)?;
            let bill = store::bill(tx, payment.bill).await?.ok_or(Error::BillUnknown)?;
            let agency = citygate_catalogue::agency(tx, bill.agency).await?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            let Some(to) = contact(&cx.keys, tx, payment.payer).await? else { return Ok(()) };
            let letter = mail::refund(&refund, &bill, &agency, &city, to.locale);
            Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
        })
        .await
}
