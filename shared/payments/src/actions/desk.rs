//! The desk at which a batch of payments is decided: everything locked and read, nothing asked of
//! the database any more until it is all written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId, agencies, city};
use citygate_kernel::{CityCode, Clock, Money};
use citygate_ledger::{Account, AccountCode, Books, Transfer, TransferId};
use citygate_platform::{
    db::Tx,
    idempotency::{self, Answer, Claim},
};
use futures_util::future::{try_join_all, try_join3, try_join4};
use uuid::Uuid;

use super::{pay::PayBill, wallet_account};
use crate::{
    error::Error,
    events::{BILL_PAID, BillPaid, PAYMENT_MADE, PaymentMade},
    model::{Bill, BillId, BillState, Payment, PaymentId, PaymentShare, Share},
    rules, store,
};

pub(super) struct Desk {
    now: DateTime<Utc>,
    bills: BTreeMap<BillId, Bill>,
    shares: BTreeMap<BillId, Vec<Share>>,
    todays: BTreeMap<CityCode, NaiveDate>,
    agencies: BTreeMap<AgencyId, Agency>,
    books: Books,
    paid: Vec<Paid>,
    payment_shares: Vec<PaymentShare>,
}

/// A payment that is decided.
struct Paid {
    payment: Payment,
    /// Its number among the payments of its bill.
    n: i32,
    settles: bool,
}

impl Desk {
    /// Reads what the locked bills need, and locks the accounts of payers and payees.
    pub(super) async fn open(
        tx: &mut Tx<'_>,
        bills: BTreeMap<BillId, Bill>,
        batch: &[&PayBill],
    ) -> Result<Self, Error> {
        let now = tx.now();
        let shares = shares(tx, &bills).await?;
        let payees: BTreeSet<AgencyId> = bills.values().map(|bill| bill.agency).collect();
        let payees: Vec<AgencyId> = payees.into_iter().collect();
        let payables = bills.values().flat_map(|bill| {
            let shared = shares.get(&bill.id).map_or(&[][..], Vec::as_slice);
            let receivers = shared.iter().map(|share| share.agency);
            let alone = shared.is_empty().then_some(bill.agency);
            receivers.chain(alone).map(|agency| payable(agency, bill))
        });
        let wallets = batch.iter().filter_map(|pay| Some(wallet(pay, bills.get(&pay.bill)?)));
        // In one go: none of these needs what another reads.
        let tx = &*tx;
        let cities: BTreeSet<CityCode> = bills.keys().map(|id| id.city()).collect();
        let todays =
            try_join_all(cities.into_iter().map(|code| async move {
                Ok::<_, Error>((code, city(tx, code).await?.date(now)))
            }));
        let agencies = async { Ok(agencies(tx, &payees).await?) };
        let books = async { Ok(Books::open(tx, payables.chain(wallets), &[]).await?) };
        let (todays, agencies, books) = try_join3(todays, agencies, books).await?;
        let todays = todays.into_iter().collect();
        let (paid, payment_shares) = (Vec::new(), Vec::new());
        Ok(Self { now, bills, shares, todays, agencies, books, paid, payment_shares })
    }

    /// Decides one payment. A refusal leaves everything as it was.
    pub(super) fn pay(&mut self, pay: &PayBill) -> Result<(Payment, &Bill, &Agency), Error> {
        let found = self.bills.get(&pay.bill).filter(|bill| bill.concerns(pay.payer.person));
        let bill = found.ok_or(Error::BillUnknown)?;
        match bill.state(self.now) {
            BillState::Open => {}
            BillState::Paid => return Err(Error::BillAlreadyPaid),
            BillState::Cancelled => return Err(Error::BillCancelled),
            BillState::Expired => return Err(Error::BillExpired),
        }
        let today = self.todays.get(&pay.bill.city()).ok_or(Error::Damaged("city"))?;
        let now_due = rules::amount_due(bill, *today)?.total;
        if pay.expected.is_some_and(|expected| expected != now_due) {
            return Err(Error::AmountChanged { now: now_due });
        }
        let part = rules::pay(bill, pay.amount, *today)?;
        let legs = legs(bill, self.shares.get(&bill.id), part.total.minor());
        let transfers = self.transfers(pay, bill, &legs, part.total);
        let first = transfers.first().ok_or(Error::Damaged("shares"))?.id;
        let held = self.books.balance(&wallet(pay, bill)).available();
        self.books.post(&transfers).map_err(|error| match error {
            citygate_ledger::Error::ExceedsCredits { .. } => Error::InsufficientFunds {
                available: Money::new(held, part.total.currency()),
                needed: part.total,
            },
            other => other.into(),
        })?;
        let payment = Payment {
            id: PaymentId::new(bill.id.city(), &Clock::manual(self.now)),
            bill: bill.id,
            payer: pay.payer.person,
            payer_account: pay.payer.account,
            principal: part.principal,
            surcharge: part.surcharge,
            transfer: first,
            paid_at: self.now,
        };
        self.note_shares(&payment, &legs, &transfers);
        let bill = self.bills.get_mut(&pay.bill).ok_or(Error::BillUnknown)?;
        bill.progress = part.progress;
        if part.settles {
            bill.stored_state = BillState::Paid;
        }
        let (n, settles) = (part.progress.payments, part.settles);
        self.paid.push(Paid { payment: payment.clone(), n, settles });
        let agency = self.agencies.get(&bill.agency).ok_or(Error::Damaged("agency"))?;
        Ok((payment, bill, agency))
    }

    /// One transfer for each receiver.
    fn transfers(
        &self,
        pay: &PayBill,
        bill: &Bill,
        legs: &[(AgencyId, i64)],
        total: Money,
    ) -> Vec<Transfer> {
        let wallet = wallet(pay, bill);
        let clock = Clock::manual(self.now);
        legs.iter()
            .filter(|(_, minor)| *minor > 0)
            .map(|(agency, minor)| {
                let id = TransferId::new(bill.id.city(), &clock);
                let amount = Money::new(*minor, total.currency());
                Transfer::single(id, "bill_payment", wallet, payable(*agency, bill), amount)
            })
            .collect()
    }

    /// Where a bill is shared: what each has received now, and how this payment was shared out.
    fn note_shares(&mut self, payment: &Payment, legs: &[(AgencyId, i64)], transfers: &[Transfer]) {
        let Some(shares) = self.shares.get_mut(&payment.bill) else { return };
        for (share, (_, minor)) in shares.iter_mut().zip(legs) {
            share.received += minor;
        }
        let moved = legs.iter().filter(|(_, minor)| *minor > 0).zip(transfers);
        let rows = (1_i16..).zip(moved).map(|(n, ((agency, minor), transfer))| PaymentShare {
            payment: payment.id,
            n,
            agency: *agency,
            amount: *minor,
            refunded: 0,
            transfer: transfer.id,
        });
        self.payment_shares.extend(rows);
    }

    /// Writes everything that was decided, and the answers that are kept. The books first: their
    /// locks are in the order of all writers, and keys come last.
    pub(super) async fn write(
        self,
        tx: &mut Tx<'_>,
        kept: &[(&Claim, &Answer)],
    ) -> Result<(), Error> {
        if self.paid.is_empty() {
            return Ok(idempotency::keep(tx, kept).await?);
        }
        let news = self.news();
        self.books.write(tx).await?;
        store::update_shares(tx, &self.shares).await?;
        store::insert_payment_shares(tx, &self.payment_shares).await?;
        let payments: Vec<&Payment> = self.paid.iter().map(|paid| &paid.payment).collect();
        let (settled, parts): (Vec<&Paid>, Vec<&Paid>) =
            self.paid.iter().partition(|paid| paid.settles);
        let settled: Vec<&Payment> = settled.into_iter().map(|paid| &paid.payment).collect();
        let parts: Vec<(&Payment, i32)> =
            parts.into_iter().map(|paid| (&paid.payment, paid.n)).collect();
        let touched: BTreeSet<BillId> = payments.iter().map(|payment| payment.bill).collect();
        let mut by_city: BTreeMap<CityCode, Vec<&Bill>> = BTreeMap::new();
        for bill in touched.iter().filter_map(|id| self.bills.get(id)) {
            by_city.entry(bill.id.city()).or_default().push(bill);
        }
        let tx = &*tx;
        let bills = by_city.iter().map(|(city, bills)| store::update_progress(tx, *city, bills));
        // In this order, and in one go.
        let rows = try_join4(
            store::insert_payments(tx, &payments),
            store::insert_settlements(tx, &settled),
            store::insert_part_payments(tx, &parts),
            try_join_all(bills),
        );
        let news = async {
            PAYMENT_MADE.emit_all(tx, &news.0).await?;
            Ok(BILL_PAID.emit_all(tx, &news.1).await?)
        };
        let keys = async { Ok(idempotency::keep(tx, kept).await?) };
        try_join3(rows, news, keys).await.map(|_| ())
    }

    fn news(&self) -> (Vec<PaymentMade>, Vec<BillPaid>) {
        let made = self.paid.iter().map(|paid| PaymentMade { payment: paid.payment.id });
        let settled = self.paid.iter().filter(|paid| paid.settles).filter_map(|paid| {
            let bill = self.bills.get(&paid.payment.bill)?;
            let issuer = bill.issuer.clone();
            Some(BillPaid { bill: bill.id, issuer, payment: paid.payment.id })
        });
        (made.collect(), settled.collect())
    }
}

/// Who receives how much of a payment.
fn legs(bill: &Bill, shares: Option<&Vec<Share>>, total: i64) -> Vec<(AgencyId, i64)> {
    let Some(shares) = shares else { return vec![(bill.agency, total)] };
    let parts: Vec<u32> = shares.iter().map(|share| share.parts).collect();
    let received: Vec<i64> = shares.iter().map(|share| share.received).collect();
    let amounts = rules::split(total, &parts, &received);
    shares.iter().map(|share| share.agency).zip(amounts).collect()
}

fn wallet(pay: &PayBill, bill: &Bill) -> Account {
    wallet_account(pay.payer.city, pay.payer.person, bill.amount.currency())
}

/// What is collected for an agency, in the books of the bill's city.
fn payable(agency: AgencyId, bill: &Bill) -> Account {
    Account {
        city: bill.id.city(),
        code: AccountCode::AgencyPayable,
        currency: bill.amount.currency(),
        owner: Some(agency.uuid()),
    }
}

/// The shares of those bills that are shared.
async fn shares(
    tx: &mut Tx<'_>,
    bills: &BTreeMap<BillId, Bill>,
) -> Result<BTreeMap<BillId, Vec<Share>>, Error> {
    let mut shared: BTreeMap<CityCode, Vec<Uuid>> = BTreeMap::new();
    for bill in bills.values().filter(|bill| bill.parts.shares > 0) {
        shared.entry(bill.id.city()).or_default().push(bill.id.uuid());
    }
    let mut shares = BTreeMap::new();
    for (city, ids) in shared {
        shares.extend(store::shares(tx, city, &ids).await?);
    }
    Ok(shares)
}
