//! Reports as they come in, in whatever protocol: each under its order, each version once.

mod shelf;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use citygate_exchange::{Fault, HoldReason, ORDER_RESULTED, OrderResulted, Sender};
use citygate_identity::Reason;
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
    jobs::emit_all,
};
use futures_util::future::{try_join, try_join_all, try_join4, try_join5};
use uuid::Uuid;

use self::shelf::{Filed as OnShelf, Shelf};
use super::release::{self, Policies, Policy};
use crate::{
    error::Error,
    model::{NewReport, Order, OrderId, OrderStatus, OwnNo, Report, ReportContent, ReportId},
    rules::{
        matching::{self, Mismatch},
        orders::OrderEvent,
        versions::Contradiction,
    },
    sealed, store,
    store::{observations::NewItem, versions::NewVersion},
};

/// What hospitals' systems name people for when they file reports.
pub(crate) const FILING: Reason<'static> =
    Reason { purpose: "results.filing", legal_basis: "mdr-15" };

/// What became of a report that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filed {
    /// The report as it is now.
    pub report: Report,
    /// The number of the version that was sent.
    pub version: u32,
    /// When that version first arrived.
    pub received_at: DateTime<Utc>,
    /// What was done.
    pub outcome: FilingOutcome,
    /// The ids of its observations, in the hospital's order.
    pub observations: Vec<Uuid>,
}

/// What was done with a version that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilingOutcome {
    /// The first of its report.
    Created,
    /// A new one, which stands from now on.
    Updated,
    /// It was on record.
    Unchanged,
    /// A new one, older than the one that stands.
    Superseded,
}

/// Files reports: all of them, or none. What cannot be assigned with certainty, or contradicts what
/// is on record, is a [`Fault::Held`] before anything is written.
///
/// Whoever files locks the orders in the sequence of their numbers, then the reports: two messages
/// about one report are carried out one after the other.
pub(crate) async fn reports(
    cx: &Cx,
    tx: &mut Tx<'_>,
    policies: &Policies,
    sender: Sender,
    mut new: Vec<NewReport>,
) -> Result<Vec<Filed>, Fault> {
    for report in &mut new {
        // As fine as a column keeps it: what is sent again has to be equal.
        report.issued_at = report.issued_at.trunc_subsecs(6);
    }
    let desk = Desk::open(tx, policies, sender, &new).await?;
    let plan = desk.plan(cx, tx.now(), new)?;
    plan.write(cx, tx).await?;
    Ok(plan.filed(tx).await?)
}

/// What is on record, locked, and what the hospital wants done with what is new.
struct Desk {
    sender: Sender,
    policy: Policy,
    orders: BTreeMap<OwnNo, Order>,
    shelves: BTreeMap<OwnNo, Shelf>,
}

impl Desk {
    async fn open(
        tx: &Tx<'_>,
        policies: &Policies,
        sender: Sender,
        new: &[NewReport],
    ) -> Result<Self, Error> {
        let orders: BTreeSet<_> = new.iter().map(|report| report.order_no.as_str()).collect();
        let reports: BTreeSet<_> = new.iter().map(|report| report.report_no.as_str()).collect();
        let (orders, reports): (Vec<_>, Vec<_>) =
            (orders.into_iter().collect(), reports.into_iter().collect());
        // Sent together, carried out in this sequence: the later ones see what was committed while
        // the first waited.
        let (orders, reports, mut versions, policy) = try_join4(
            store::orders::lock_by_numbers(tx, sender.agency, &orders),
            store::reports::lock_by_numbers(tx, sender.agency, &reports),
            store::versions::keys_by_numbers(tx, sender.agency, &reports),
            Policy::read(tx, policies, sender.agency),
        )
        .await?;
        let shelf = |report: Report| {
            let versions = versions.remove(&report.id.uuid()).unwrap_or_default();
            (report.report_no.clone(), Shelf::of(report, versions))
        };
        Ok(Self {
            sender,
            policy,
            shelves: reports.into_iter().map(shelf).collect(),
            orders: orders.into_iter().map(|order| (order.order_no.clone(), order)).collect(),
        })
    }

    /// Decides about all of them, before anything is written.
    fn plan(mut self, cx: &Cx, now: DateTime<Utc>, new: Vec<NewReport>) -> Result<Plan, Fault> {
        let mut filings = Vec::with_capacity(new.len());
        for report in new {
            let shelf = self.shelves.remove(&report.report_no);
            let order = self.orders.get(&report.order_no);
            let order = matching::assign(order, shelf.as_ref().map(Shelf::report), &report);
            let order = order.map_err(fault)?;
            let mut shelf = match shelf {
                Some(shelf) => shelf,
                None => Shelf::empty(self.new_report(cx, order, &report, now)),
            };
            let filed = shelf.file(cx, &report, now).map_err(|why| fault(contradiction(why)))?;
            filings.push(Filing { new: report, filed });
            self.shelves.insert(shelf.report().report_no.clone(), shelf);
        }
        let resulted = self.resulted();
        Ok(Plan { policy: self.policy, shelves: self.shelves, filings, resulted })
    }

    fn new_report(&self, cx: &Cx, order: &Order, new: &NewReport, now: DateTime<Utc>) -> Report {
        let city = self.sender.agency.city();
        let id = new
            .id
            .map_or_else(|| ReportId::new(city, &cx.clock), |id| ReportId::from_parts(city, id));
        Report {
            id,
            agency: self.sender.agency,
            report_no: new.report_no.clone(),
            order: order.id,
            person: order.person,
            current_version: 0,
            last_version: 0,
            status: new.status,
            issued_at: new.issued_at,
            effective_at: new.effective_at,
            category: new.category,
            code_index: Vec::new(),
            created_at: now,
            changed_at: now,
        }
    }

    /// Orders of which the first complete report is among these.
    fn resulted(&self) -> Vec<Order> {
        let complete: BTreeSet<OrderId> = self
            .shelves
            .values()
            .map(Shelf::report)
            .filter(|report| report.status.is_complete())
            .map(|report| report.order)
            .collect();
        let resulted = |order: &&Order| {
            let next = order.status.next(OrderEvent::Resulted);
            complete.contains(&order.id)
                && next == Some(OrderStatus::Completed)
                && order.status != OrderStatus::Completed
        };
        self.orders.values().filter(resulted).cloned().collect()
    }
}

fn fault(mismatch: Mismatch) -> Fault {
    match mismatch {
        Mismatch::Held(hold) => Fault::Held(hold),
        Mismatch::OrderDiffers => Error::OrderDiffers.into(),
    }
}

fn contradiction(why: Contradiction) -> Mismatch {
    matching::held(match why {
        Contradiction::Regressed => HoldReason::StatusRegressed,
        Contradiction::SameInstant => HoldReason::VersionConflict,
    })
}

/// What was sent, and where it goes.
struct Filing {
    new: NewReport,
    filed: OnShelf,
}

/// What is to be written.
struct Plan {
    policy: Policy,
    shelves: BTreeMap<OwnNo, Shelf>,
    filings: Vec<Filing>,
    resulted: Vec<Order>,
}

impl Plan {
    fn report(&self, filing: &Filing) -> Result<&Report, Error> {
        let shelf = self.shelves.get(&filing.new.report_no);
        shelf.map(Shelf::report).ok_or(Error::Damaged("shelf"))
    }

    async fn write(&self, cx: &Cx, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (versions, items) = self.sealed(cx, tx).await?;
        if versions.is_empty() {
            return Ok(());
        }
        let mut beginnings = Vec::with_capacity(versions.len());
        for filing in self.filings.iter().filter(|filing| filing.filed.is_new()) {
            let version = (self.report(filing)?, filing.filed.key.number);
            beginnings.extend(release::begin(cx, tx, &self.policy, version, &filing.new).await?);
        }
        let tx = &*tx;
        try_join5(
            self.write_reports(tx),
            store::versions::insert(tx, &versions),
            store::observations::insert(tx, &items),
            self.tell(tx),
            try_join_all(beginnings.iter().map(|beginning| beginning.write(cx, tx))),
        )
        .await?;
        Ok(())
    }

    async fn write_reports(&self, tx: &Tx<'_>) -> Result<(), Error> {
        let changed = || self.shelves.values().filter(|shelf| shelf.is_changed());
        let new: Vec<&Report> =
            changed().filter(|shelf| shelf.is_new()).map(Shelf::report).collect();
        let known = changed().filter(|shelf| !shelf.is_new()).map(Shelf::report);
        let updates = try_join_all(known.map(|report| store::reports::update(tx, report)));
        let (inserted, _) = try_join(store::reports::insert(tx, &new), updates).await?;
        // The number was taken under another order, whose lock is not ours.
        if inserted < new.len() { Err(DbError::Overtaken("report").into()) } else { Ok(()) }
    }

    async fn sealed(&self, cx: &Cx, tx: &Tx<'_>) -> Result<(Vec<NewVersion>, Vec<NewItem>), Error> {
        let (mut versions, mut items) = (Vec::new(), Vec::new());
        for filing in self.filings.iter().filter(|filing| filing.filed.is_new()) {
            let report = self.report(filing)?;
            versions.push(seal_version(cx, tx, report, filing).await?);
            let observations = filing.new.observations.iter().zip(&filing.filed.observations);
            for (n, (said, id)) in (1..).zip(observations) {
                let sealed = sealed::OBSERVATION;
                let row = ReportId::new(report.id.city(), &cx.clock).uuid();
                let fallback = filing.new.effective_at.unwrap_or(filing.new.issued_at);
                items.push(NewItem {
                    id: row,
                    resource: *id,
                    report: report.id,
                    version: filing.filed.key.number,
                    n,
                    person: report.person,
                    status: said.status.code(),
                    effective_at: said.effective_at.unwrap_or(fallback),
                    code_index: said.code.index(&cx.keys),
                    content_sealed: cx.keys.seal_json(tx, &sealed, row, said).await?,
                });
            }
        }
        Ok((versions, items))
    }

    async fn tell(&self, tx: &Tx<'_>) -> Result<(), Error> {
        let done: Vec<OrderId> = self.resulted.iter().map(|order| order.id).collect();
        let news = |order: &Order| OrderResulted {
            agency: order.agency,
            order_no: order.order_no.as_str().to_owned(),
        };
        let news: Vec<_> = self.resulted.iter().map(news).collect();
        let news = vec![ORDER_RESULTED.news(&news)?];
        let completed = store::orders::complete(tx, &done);
        try_join(completed, async { Ok(emit_all(tx, news).await?) }).await?;
        Ok(())
    }

    /// What became of each, in the sequence in which they were sent.
    async fn filed(self, tx: &mut Tx<'_>) -> Result<Vec<Filed>, Error> {
        let mut all = Vec::with_capacity(self.filings.len());
        for filing in &self.filings {
            let report = self.report(filing)?.clone();
            let OnShelf { key, outcome, observations } = filing.filed.clone();
            let observations = match outcome {
                FilingOutcome::Unchanged => {
                    store::observations::ids_of_version(tx, report.id, key.number).await?
                }
                FilingOutcome::Created | FilingOutcome::Updated | FilingOutcome::Superseded => {
                    observations
                }
            };
            let (version, received_at) = (key.number, key.received_at);
            all.push(Filed { report, version, received_at, outcome, observations });
        }
        Ok(all)
    }
}

async fn seal_version(
    cx: &Cx,
    tx: &Tx<'_>,
    report: &Report,
    filing: &Filing,
) -> Result<NewVersion, Error> {
    let new = &filing.new;
    let content = ReportContent {
        category: new.category,
        code: new.code.clone(),
        effective_at: new.effective_at,
        conclusion: new.conclusion.clone(),
        resource: new.resource.clone(),
    };
    let id = ReportId::new(report.id.city(), &cx.clock).uuid();
    let content_sealed = cx.keys.seal_json(tx, &sealed::VERSION, id, &content).await?;
    Ok(NewVersion { id, report: report.id, key: filing.filed.key.clone(), content_sealed })
}
