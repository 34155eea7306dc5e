//! The desk at which a batch of payments is decided: everything locked and read, nothing asked of
//! the database any more until it is all written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, Clock, Money};
use citygate_ledger::{Account, Books, Transfer, TransferId};
use citygate_platform::{
    db::Tx,
    jobs::{News, emit_all},
};
use futures_util::future::{try_join, try_join_all, try_join3, try_join4};

use super::{bill, wallet::collections, wallet_account};
use crate::{
    error::Error,
    events::{BILL_PAID, BillPaid, PAYMENT_MADE, PaymentMade},
    model::{Bill, BillId, BillState, Payment, PaymentId, PaymentShare, Share},
    rules, store,
};

/// What is to be paid, and out of whose wallet.
pub(super) struct Paying {
    pub bill: BillId,
    pub city: CityCode,
    pub person: PersonId,
    pub account: AccountId,
    /// How much of it; all that is due when not given.
    pub amount: Option<Money>,
    /// What the payer was shown as due: when something else is, nothing is taken.
    pub expected: Option<Money>,
}

/// Locked bills, and what is to be known of them.
pub(super) struct Papers {
    bills: BTreeMap<BillId, Bill>,
    shares: BTreeMap<BillId, Vec<Share>>,
    todays: BTreeMap<CityCode, NaiveDate>,
    agencies: BTreeMap<AgencyId, Agency>,
}

impl Papers {
    /// Reads what locked bills need, in one go: nothing of it needs what another reads.
    pub(super) async fn read(tx: &Tx<'_>, bills: BTreeMap<BillId, Bill>) -> Result<Self, Error> {
        let (shares, todays, agencies) = try_join3(
            bill::shares(tx, bills.values()),
            bill::todays(tx, bills.values()),
            bill::known_agencies(tx, bills.values().map(|bill| bill.agency)),
        )
        .await?;
        Ok(Self { bills, shares, todays, agencies })
    }
}

pub(super) struct Desk {
    now: DateTime<Utc>,
    papers: Papers,
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
    /// Locks the accounts of payers and payees.
    pub(super) async fn open(tx: &Tx<'_>, papers: Papers, batch: &[Paying]) -> Result<Self, Error> {
        let payables = papers.bills.values().flat_map(|bill| {
            let shared = papers.shares.get(&bill.id).map_or(&[][..], Vec::as_slice);
            let receivers = shared.iter().map(|share| share.agency);
            let alone = shared.is_empty().then_some(bill.agency);
            receivers.chain(alone).map(|agency| collections(agency, bill.amount.currency()))
        });
        let wallets =
            batch.iter().filter_map(|pay| Some(wallet(pay, papers.bills.get(&pay.bill)?)));
        let books = Books::open(tx, payables.chain(wallets), &[]).await?;
        let (paid, payment_shares) = (Vec::new(), Vec::new());
        Ok(Self { now: tx.now(), papers, books, paid, payment_shares })
    }

    /// Decides one payment. A refusal leaves everything as it was.
    pub(super) fn pay(&mut self, pay: &Paying) -> Result<(Payment, &Bill, &Agency), Error> {
        let found = self.papers.bills.get(&pay.bill).filter(|bill| bill.concerns(pay.person));
        let bill = found.ok_or(Error::BillUnknown)?;
        match bill.state(self.now) {
            BillState::Open => {}
            BillState::Paid => return Err(Error::BillAlreadyPaid),
            BillState::Cancelled => return Err(Error::BillCancelled),
            BillState::Expired => return Err(Error::BillExpired),
        }
        let today = self.papers.todays.get(&pay.bill.city()).ok_or(Error::Damaged("city"))?;
        let now_due = rules::amount_due(bill, *today)?.total;
        if pay.expected.is_some_and(|expected| expected != now_due) {
            return Err(Error::AmountChanged { now: now_due });
        }
        let part = rules::pay(bill, pay.amount, *today)?;
        let legs = legs(bill, self.papers.shares.get(&bill.id), part.total.minor());
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
            payer: pay.person,
            payer_account: pay.account,
            principal: part.principal,
            surcharge: part.surcharge,
            transfer: first,
            paid_at: self.now,
        };
        self.note_shares(&payment, &legs, &transfers);
        let bill = self.papers.bills.get_mut(&pay.bill).ok_or(Error::BillUnknown)?;
        bill.progress = part.progress;
        if part.settles {
            bill.stored_state = BillState::Paid;
        }
        let (n, settles) = (part.progress.payments, part.settles);
        self.paid.push(Paid { payment: payment.clone(), n, settles });
        let agency = self.papers.agencies.get(&bill.agency).ok_or(Error::Damaged("agency"))?;
        Ok((payment, bill, agency))
    }

    /// One transfer for each receiver.
    fn transfers(
        &self,
        pay: &Paying,
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
                Transfer::single(
                    id,
                    "bill_payment",
                    wallet,
                    collections(*agency, total.currency()),
                    amount,
                )
            })
            .collect()
    }

    /// Where a bill is shared: what each has received now, and how this payment was shared out.
    fn note_shares(&mut self, payment: &Payment, legs: &[(AgencyId, i64)], transfers: &[Transfer]) {
        let Some(shares) = self.papers.shares.get_mut(&payment.bill) else { return };
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

    /// Writes everything that was decided, and `last` after it, in one go and in the order of all
    /// writers.
    pub(super) async fn write(
        self,
        tx: &Tx<'_>,
        last: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        if self.paid.is_empty() {
            return last.await;
        }
        let news = self.news()?;
        let books = self.books.ready(tx).await?;
        let books = async { Ok(books.write(tx).await?) };
        let rows = write_rows(tx, &self.papers, &self.paid, &self.payment_shares);
        let news = async { Ok(emit_all(tx, news).await?) };
        try_join4(books, rows, news, last).await.map(|_| ())
    }

    fn news(&self) -> Result<Vec<News>, Error> {
        let made = self.paid.iter().map(|paid| PaymentMade { payment: paid.payment.id });
        let settled = self.paid.iter().filter(|paid| paid.settles).filter_map(|paid| {
            let bill = self.papers.bills.get(&paid.payment.bill)?;
            let issuer = bill.issuer.clone();
            Some(BillPaid { bill: bill.id, issuer, payment: paid.payment.id })
        });
        let (made, settled): (Vec<_>, Vec<_>) = (made.collect(), settled.collect());
        Ok(vec![PAYMENT_MADE.news(&made)?, BILL_PAID.news(&settled)?])
    }
}

/// Writes the payments, and what they did to bills and shares.
async fn write_rows(
    tx: &Tx<'_>,
    papers: &Papers,
    paid: &[Paid],
    shares: &[PaymentShare],
) -> Result<(), Error> {
    let payments: Vec<&Payment> = paid.iter().map(|paid| &paid.payment).collect();
    let (settled, parts): (Vec<&Paid>, Vec<&Paid>) = paid.iter().partition(|paid| paid.settles);
    let settled: Vec<&Payment> = settled.into_iter().map(|paid| &paid.payment).collect();
    let parts: Vec<(&Payment, i32)> =
        parts.into_iter().map(|paid| (&paid.payment, paid.n)).collect();
    let touched: BTreeSet<BillId> = payments.iter().map(|payment| payment.bill).collect();
    let mut by_city: BTreeMap<CityCode, Vec<&Bill>> = BTreeMap::new();
    let mut shared = Vec::new();
    for id in touched {
        by_city.entry(id.city()).or_default().extend(papers.bills.get(&id));
        shared.extend(papers.shares.get(&id).map(|shares| (id, shares)));
    }
    let bills = by_city.iter().map(|(city, bills)| store::update_progress(tx, *city, bills));
    let (shared, rows) = (
        try_join(store::update_shares(tx, &shared), store::insert_payment_shares(tx, shares)),
        try_join4(
            store::insert_payments(tx, &payments),
            store::insert_settlements(tx, &settled),
            store::insert_part_payments(tx, &parts),
            try_join_all(bills),
        ),
    );
    try_join(shared, rows).await.map(|_| ())
}

/// Who receives how much of a payment.
fn legs(bill: &Bill, shares: Option<&Vec<Share>>, total: i64) -> Vec<(AgencyId, i64)> {
    let Some(shares) = shares else { return vec![(bill.agency, total)] };
    let parts: Vec<u32> = shares.iter().map(|share| share.parts).collect();
    let received: Vec<i64> = shares.iter().map(|share| share.received).collect();
    let amounts = rules::split(total, &parts, &received);
    shares.iter().map(|share| share.agency).zip(amounts).collect()
}

fn wallet(pay: &Paying, bill: &Bill) -> Account {
    wallet_account(pay.city, pay.person, bill.amount.currency())
}
