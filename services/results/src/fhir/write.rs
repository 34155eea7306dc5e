//! What a request writes: orders first, then reports with their observations.

use std::collections::BTreeMap;

use citygate_exchange::{
    Fault, Hold, HoldReason, Patient, Sender,
    fhir::{FhirError, Outcome, Target, Write, Written},
};
use citygate_fhir::ResourceType;
use citygate_identity::{Access, PersonId, Record, note_filed};
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};
use uuid::Uuid;

use super::{
    answer::{Pending, PendingItem},
    order::{self, OrderSaid},
    report::OrderNamed,
    request::{Request, Sent, SentItem, SentReport},
    subject::{SubjectNamed, Subjects, kept},
    words::element,
};
use crate::{
    actions::{
        intake::{self, FILING, Filed, FilingOutcome},
        orders::{self, Change, NewOrder},
        release::Policies,
    },
    error::Error,
    model::{NewObservation, NewReport, OwnNo, Report, ReportId},
    store,
};

/// Carries out what a request has for orders and reports.
pub(super) async fn write(
    cx: &Cx,
    tx: &mut Tx<'_>,
    policies: &Policies,
    sender: Sender,
    writes: Vec<Write>,
) -> Result<Vec<Written>, Fault> {
    let expected = writes.len();
    let Request { orders, reports } = Request::read(writes).map_err(Error::from)?;
    let subjects = Subjects::default();
    let mut desk = Desk { cx, policies, sender, subjects, orders: BTreeMap::new() };
    let mut done: BTreeMap<usize, Written> = BTreeMap::new();
    for (sent, said) in orders {
        done.insert(sent.n, desk.order(tx, sent, said).await?);
    }
    let mut incoming = Vec::with_capacity(reports.len());
    for report in reports {
        incoming.push(desk.report(tx, report).await?);
    }
    done.extend(desk.file(tx, incoming).await?);
    match done.len() == expected {
        true => Ok(done.into_values().collect()),
        false => Err(Error::Damaged("request").into()),
    }
}

/// A report that is to be filed, and what its sender is to be answered with.
struct Incoming {
    new: NewReport,
    /// What is known of it, where it is to be replaced.
    known: Option<Report>,
    /// Whether the patient was named by the id of a `Patient`.
    by_id: bool,
    pending: Pending,
}

struct Desk<'a> {
    cx: &'a Cx,
    policies: &'a Policies,
    sender: Sender,
    subjects: Subjects,
    /// The numbers of the orders of this request, by the ids under which it knows them.
    orders: BTreeMap<Uuid, OwnNo>,
}

impl Desk<'_> {
    async fn order(
        &mut self,
        tx: &mut Tx<'_>,
        sent: Sent,
        said: OrderSaid,
    ) -> Result<Written, Fault> {
        let Sent { target, mut resource, .. } = sent;
        let OrderSaid { order_no, event, subject, authored_at } = said;
        let (cx, sender) = (self.cx, self.sender);
        let subject = (ResourceType::ServiceRequest, &subject);
        let patient = self.subjects.patient(cx, tx, sender, subject, order_no.as_str()).await?;
        if let Target::Update { id, if_match } = target {
            let known = store::orders::by_id(tx, sender.agency, id).await?;
            let known = known.ok_or(FhirError::IdsAreGiven)?;
            if known.order_no != order_no {
                let unfit = element("ServiceRequest.identifier", "the order's own number");
                return Err(Error::from(unfit).into());
            }
            if if_match.is_some_and(|version| version != known.version) {
                return Err(FhirError::VersionDiffers.into());
            }
        }
        let new = NewOrder {
            id: target.id(),
            order_no: order_no.clone(),
            person: patient.person,
            event,
            authored_at: authored_at.unwrap_or_else(|| tx.now()),
            resource: kept(&mut resource, patient)?,
        };
        let placed = orders::put(cx, tx, sender, &new).await?;
        self.orders.insert(target.id(), order_no.clone());
        self.orders.insert(placed.order.id.uuid(), order_no);
        let outcome = match placed.change {
            Change::Created => Outcome::Created,
            Change::Updated => Outcome::Updated,
            Change::Unchanged => Outcome::Unchanged,
        };
        let stored = order::stored(cx, tx, &placed.order, patient.id).await?;
        Ok(Written { stored, outcome })
    }

    async fn report(&mut self, tx: &mut Tx<'_>, report: SentReport) -> Result<Incoming, Fault> {
        let SentReport { sent: Sent { n, target, mut resource }, said, items } = report;
        let order_no = self.order_no(tx, &said.order).await?;
        let (cx, sender, case) = (self.cx, self.sender, said.report_no.as_str());
        let subject = (ResourceType::DiagnosticReport, &said.subject);
        let patient = self.subjects.patient(cx, tx, sender, subject, case).await?;
        let known = self.known(tx, target, &said.report_no).await?;
        let (mut observations, mut pending) = (Vec::new(), Vec::new());
        for SentItem { sent: Sent { n, target, mut resource }, subject, said: item } in items {
            if let Some(named) = &subject {
                let subject = (ResourceType::Observation, named);
                let named = self.subjects.patient(cx, tx, sender, subject, case).await?;
                same_patient(patient, named)?;
            }
            let text = Some(kept(&mut resource, patient)?);
            observations.push(NewObservation { resource: text, ..item });
            pending.push(PendingItem { n, target, resource });
        }
        self.same_report(tx, known.as_ref(), &pending).await?;
        let by_id = matches!(said.subject, SubjectNamed::Patient(_));
        let text = kept(&mut resource, patient)?;
        let new = said.report(target.id(), (order_no, patient.person), text, observations);
        let pending = Pending { n, patient: patient.id, resource, items: pending };
        Ok(Incoming { new, known, by_id, pending })
    }

    /// The number of an order that is named.
    async fn order_no(&mut self, tx: &mut Tx<'_>, named: &OrderNamed) -> Result<OwnNo, Error> {
        let id = match named {
            OrderNamed::Number(number) => return Ok(number.clone()),
            OrderNamed::Id(id) => *id,
        };
        if let Some(number) = self.orders.get(&id) {
            return Ok(number.clone());
        }
        let known = store::orders::by_id(tx, self.sender.agency, id).await?;
        let unknown = || FhirError::ReferenceUnknown("DiagnosticReport.basedOn".to_owned());
        let known = known.ok_or_else(unknown)?;
        self.orders.insert(id, known.order_no.clone());
        Ok(known.order_no)
    }

    /// The report that is to be replaced.
    async fn known(
        &self,
        tx: &mut Tx<'_>,
        target: Target,
        report_no: &OwnNo,
    ) -> Result<Option<Report>, Error> {
        let Target::Update { id, if_match } = target else { return Ok(None) };
        let id = ReportId::from_parts(self.sender.agency.city(), id);
        let known = store::reports::by_id(tx, id).await?;
        let known = known.filter(|report| report.agency == self.sender.agency);
        let known = known.ok_or(FhirError::IdsAreGiven)?;
        if known.report_no != *report_no {
            return Err(element("DiagnosticReport.identifier", "the report's own number").into());
        }
        match if_match.is_some_and(|version| version != known.current_version) {
            true => Err(FhirError::VersionDiffers.into()),
            false => Ok(Some(known)),
        }
    }

    /// Observations that are replaced have to be those of the report that is replaced.
    async fn same_report(
        &self,
        tx: &mut Tx<'_>,
        report: Option<&Report>,
        items: &[PendingItem],
    ) -> Result<(), Error> {
        let replaced = |item: &PendingItem| match item.target {
            Target::Update { id, .. } => Some(id),
            Target::Create { .. } => None,
        };
        let replaced: Vec<Uuid> = items.iter().filter_map(replaced).collect();
        if replaced.is_empty() {
            return Ok(());
        }
        let known = store::observations::reports_of(tx, self.sender.agency, &replaced).await?;
        for id in replaced {
            let of = known.get(&id).ok_or(FhirError::IdsAreGiven)?;
            if report.is_none_or(|report| report.id.uuid() != *of) {
                let wanted = "Observations of the same report";
                return Err(element("DiagnosticReport.result", wanted).into());
            }
        }
        Ok(())
    }

    async fn file(
        &self,
        tx: &mut Tx<'_>,
        incoming: Vec<Incoming>,
    ) -> Result<Vec<(usize, Written)>, Fault> {
        self.note(tx, &incoming).await?;
        let (mut news, mut rest) = (Vec::new(), Vec::new());
        for Incoming { new, known, pending, .. } in incoming {
            news.push(new);
            rest.push((known, pending));
        }
        let filed = intake::reports(self.cx, tx, self.policies, self.sender, news).await?;
        let mut written = Vec::new();
        for (filed, (known, pending)) in filed.iter().zip(rest) {
            replaces(filed, known.as_ref())?;
            written.extend(pending.answer(self.cx, tx, filed).await?);
        }
        Ok(written)
    }

    /// Whoever is named by a number finds that in the ledger of accesses. Of others it is noted here
    /// that a hospital records what was found.
    async fn note(&self, tx: &mut Tx<'_>, incoming: &[Incoming]) -> Result<(), Error> {
        let by_id = incoming.iter().filter(|report| report.by_id).map(|report| &report.new);
        let people: BTreeMap<PersonId, &str> =
            by_id.map(|new| (new.patient, new.report_no.as_str())).collect();
        let people: Vec<(PersonId, &str)> = people.into_iter().collect();
        let access = Access::new(self.cx, self.sender.accessor(), FILING);
        Ok(note_filed(tx, &access, Record::HealthResult, &people).await?)
    }
}

/// An item of somebody else's is no item of the report.
fn same_patient(report: Patient, item: Patient) -> Result<(), Hold> {
    match report.person == item.person {
        true => Ok(()),
        false => Err(Hold { reason: HoldReason::PatientMismatch, waits_for: None }),
    }
}

/// Whether nobody else has replaced meanwhile what was to be replaced.
fn replaces(filed: &Filed, known: Option<&Report>) -> Result<(), Error> {
    let Some(known) = known else { return Ok(()) };
    let next = known.last_version.saturating_add(1);
    match filed.outcome {
        FilingOutcome::Updated | FilingOutcome::Superseded if filed.version != next => {
            Err(DbError::Overtaken("report").into())
        }
        FilingOutcome::Created
        | FilingOutcome::Updated
        | FilingOutcome::Superseded
        | FilingOutcome::Unchanged => Ok(()),
    }
}
