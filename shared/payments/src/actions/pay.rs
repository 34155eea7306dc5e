//! Paying bills out of wallets, many in one transaction.
//!
//! | step | for the whole batch |
//! |---|---|
//! | 1 | whose session has ended, which requests were answered before; lock the bills |
//! | 2 | read their cities, agencies and shares |
//! | 3 | lock wallets and payables |
//! | 4 | decide each command in memory, in the order of arrival: paid, or refused by a fact |
//! | 5 | write transfers, payments, bills, news, keys and answers |
//!
//! What one step asks of the database travels in one go.
//!
//! Locks are taken in the order of every writer: bills, balances, chain, keys. A refused command
//! writes nothing but its key and answer.

use std::{collections::BTreeMap, io, slice};

use citygate_identity::{RealName, running_sessions, session_ended};
use citygate_kernel::{Money, Problem};
use citygate_platform::{
    Cx, Platform,
    db::{Db, DbError, Tx},
    idempotency::{self, Answer, Claim, Request},
    keys::Keys,
    lane::{Command, LaneSettings, Lanes, Turn},
};
use futures_util::future::{try_join_all, try_join3};

use super::desk::{Desk, Papers, Paying};
use crate::{
    error::Error,
    model::{Bill, BillId},
    store,
    wire::PaymentBody,
};

/// A bill to be paid.
pub struct PayBill {
    pub(crate) request: Request,
    pub(crate) payer: RealName,
    pub(crate) bill: BillId,
    /// How much of it; all that is due when not given.
    pub(crate) amount: Option<Money>,
    /// What the payer was shown as due: when something else is, nothing is taken.
    pub(crate) expected: Option<Money>,
}

/// The answer; or a failure, which is not kept: the request may be repeated.
type Outcome = Result<Answer, Problem>;

impl PayBill {
    fn paying(&self) -> Paying {
        let RealName { account, session: _, city, person } = self.payer;
        let (bill, amount, expected) = (self.bill, self.amount, self.expected);
        Paying { bill, city, person, account, amount, expected }
    }
}

impl Command for PayBill {
    type Outcome = Outcome;

    fn claim(&self) -> &Claim {
        &self.request.claim
    }
}

/// How payments reach the database: over lanes, or each in a transaction of its own.
#[derive(Clone)]
pub struct PayLanes(Option<Lanes<PayBill>>);

impl PayLanes {
    /// Starts the lanes, if the settings want any.
    pub fn start(platform: &Platform, settings: LaneSettings) -> io::Result<Self> {
        if settings.lanes == 0 {
            return Ok(Self::direct());
        }
        let platform = platform.clone();
        let lanes = Lanes::start("payments", settings, move || {
            let (db, keys) = (platform.db.apart(1), platform.keys.clone());
            async move |batch: &[PayBill], _: &Turn<'_, PayBill>| {
                pay_together(&keys, &db, batch).await
            }
        });
        Ok(Self(Some(lanes?)))
    }

    /// No lanes.
    pub fn direct() -> Self {
        Self(None)
    }
}

/// Pays a bill, once for each claim.
pub(crate) async fn pay_bill(cx: &Cx, lanes: &PayLanes, pay: PayBill) -> Outcome {
    match &lanes.0 {
        // Tries to pay one bill follow each other; nothing else is known of a payment yet.
        Some(lanes) => lanes.submit(pay.bill, pay).await?,
        None => {
            let mut outcomes = pay_together(&cx.keys, &cx.db, slice::from_ref(&pay)).await?;
            outcomes.pop().ok_or_else(|| Error::Damaged("outcome"))?
        }
    }
}

/// Pays bills in one transaction.
async fn pay_together(keys: &Keys, db: &Db, batch: &[PayBill]) -> Result<Vec<Outcome>, DbError> {
    let paid = db.tx("payments.pay_bills", async |tx| pay_all(keys, tx, batch).await).await;
    paid.map_err(Error::into_trouble)
}

/// Pays bills in the caller's transaction.
pub(crate) async fn pay_all(
    keys: &Keys,
    tx: &mut Tx<'_>,
    batch: &[PayBill],
) -> Result<Vec<Outcome>, Error> {
    let tx = &*tx;
    let payers: Vec<RealName> = batch.iter().map(|pay| pay.payer).collect();
    let requests: Vec<&Request> = batch.iter().map(|pay| &pay.request).collect();
    let running = async { Ok::<_, Error>(running_sessions(tx, &payers).await?) };
    let answered = async { Ok(idempotency::answers(keys, tx, &requests).await?) };
    let (running, answered, bills) = try_join3(running, answered, lock_bills(tx, batch)).await?;
    let early = running.into_iter().zip(answered).map(|(runs, answer)| match answer {
        _ if !runs => Some(Err(session_ended().into())),
        Some(answer) => Some(Ok(answer)),
        None => None,
    });
    let early: Vec<Option<Outcome>> = early.collect();
    let fresh: Vec<&PayBill> =
        batch.iter().zip(&early).filter(|(_, early)| early.is_none()).map(|(pay, _)| pay).collect();
    let mut decided = decide_all(keys, tx, bills, &fresh).await?.into_iter();
    let outcomes = early.into_iter().map(|early| early.or_else(|| decided.next()));
    outcomes.collect::<Option<_>>().ok_or(Error::Damaged("outcome"))
}

/// Decides commands that are new, and writes what was decided.
async fn decide_all(
    keys: &Keys,
    tx: &Tx<'_>,
    bills: BTreeMap<BillId, Bill>,
    fresh: &[&PayBill],
) -> Result<Vec<Outcome>, Error> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let papers = Papers::read(tx, bills).await?;
    let paying: Vec<Paying> = fresh.iter().map(|pay| pay.paying()).collect();
    let mut desk = Desk::open(tx, papers, &paying).await?;
    let outcomes: Vec<Outcome> = fresh
        .iter()
        .zip(&paying)
        .map(|(pay, paying)| {
            let Request { locale, request_id, .. } = &pay.request;
            let answer = desk.pay(paying).and_then(|(payment, bill, agency)| {
                let body = PaymentBody::new(&payment, bill, agency, *locale)?;
                Ok(Answer::json(201, &body)?)
            });
            match answer {
                Ok(answer) => Ok(answer),
                // A fact is an answer to keep; a fault of ours is none, and others go on.
                Err(fact) => Answer::declined(fact.into(), *locale, request_id).map_err(Into::into),
            }
        })
        .collect();
    let kept: Vec<(&Claim, &Answer)> = fresh
        .iter()
        .zip(&outcomes)
        .filter_map(|(pay, outcome)| Some((pay.claim(), outcome.as_ref().ok()?)))
        .collect();
    let keep = async { Ok(idempotency::keep(keys, tx, &kept).await?) };
    desk.write(tx, keep).await?;
    Ok(outcomes)
}

/// Locks the bills of a batch, city by city.
async fn lock_bills(tx: &Tx<'_>, batch: &[PayBill]) -> Result<BTreeMap<BillId, Bill>, Error> {
    let cities = BillId::by_city(batch.iter().map(|pay| pay.bill));
    let locking = cities.into_iter().map(|(city, ids)| store::lock_bills(tx, city, ids));
    let locked = try_join_all(locking).await?;
    Ok(locked.into_iter().flatten().map(|bill| (bill.id, bill)).collect())
}
