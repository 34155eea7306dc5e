//! What a request says of orders and reports. Pure: whatever is wrong with it is found, all at once,
//! before anything is looked up.

use std::collections::BTreeMap;

use citygate_exchange::fhir::{Target, Write};
use citygate_fhir::{Resource, ResourceType};
use uuid::Uuid;

use super::{
    observation::ObservationView,
    order::OrderSaid,
    report::ReportSaid,
    subject::{self, SubjectNamed},
    words::{Unfit, element},
};
use crate::model::NewObservation;

/// A resource, where it goes, and its place in the request.
#[derive(Debug)]
pub(super) struct Sent {
    pub n: usize,
    pub target: Target,
    pub resource: Resource,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub orders: Vec<(Sent, OrderSaid)>,
    pub reports: Vec<SentReport>,
}

/// A report with the observations that it names, in its order.
#[derive(Debug)]
pub(super) struct SentReport {
    pub sent: Sent,
    pub said: ReportSaid,
    pub items: Vec<SentItem>,
}

/// An item of a report.
#[derive(Debug)]
pub(super) struct SentItem {
    pub sent: Sent,
    /// Nobody else than the report's, where it is missing.
    pub subject: Option<SubjectNamed>,
    pub said: NewObservation,
}

impl Request {
    /// Reads all of a request.
    pub fn read(writes: Vec<Write>) -> Result<Self, Unfit> {
        let (mut unfit, mut request) = (Unfit::default(), Self::default());
        let (mut reports, mut items) = (Vec::new(), BTreeMap::new());
        for (n, Write { target, resource }) in writes.into_iter().enumerate() {
            let sent = Sent { n, target, resource };
            match sent.resource.kind() {
                ResourceType::ServiceRequest => {
                    let said = unfit.keep(OrderSaid::read(&sent.resource));
                    request.orders.extend(said.map(|said| (sent, said)));
                }
                ResourceType::DiagnosticReport => reports.push(sent),
                _ => {
                    items.insert(target.id(), sent);
                }
            }
        }
        for report in reports {
            request.reports.extend(unfit.keep(SentReport::read(report, &mut items)));
        }
        unfit.none()?;
        match items.is_empty() {
            true => Ok(request),
            false => Err(element(
                "Observation",
                "a DiagnosticReport of the same request whose result names it",
            )),
        }
    }
}

impl SentReport {
    /// Takes its observations out of those of the request.
    fn read(sent: Sent, items: &mut BTreeMap<Uuid, Sent>) -> Result<Self, Unfit> {
        let said = ReportSaid::read(&sent.resource)?;
        let (mut unfit, mut own) = (Unfit::default(), Vec::with_capacity(said.results.len()));
        for (n, id) in said.results.iter().enumerate() {
            let at = format!("DiagnosticReport.result[{n}]");
            let Some(item) = items.remove(id) else {
                let wanted = "an Observation of the same request, named once";
                unfit.keep::<()>(Err(element(at, wanted)));
                continue;
            };
            let read = SentItem::read(item);
            let reached = |wrong: Unfit| {
                wrong.reached_by(&format!("{at}.resolve()"), ResourceType::Observation)
            };
            own.extend(unfit.keep(read.map_err(reached)));
        }
        unfit.none()?;
        Ok(Self { sent, said, items: own })
    }
}

impl SentItem {
    fn read(sent: Sent) -> Result<Self, Unfit> {
        let (kind, view) = (ResourceType::Observation, ObservationView::read(&sent.resource)?);
        let mut unfit = Unfit::default();
        let subject = view.subject.as_ref().map(|named| subject::named(kind, Some(named)));
        let (subject, said) = (unfit.keep(subject.transpose()), unfit.keep(view.observation()));
        match (subject, said) {
            (Some(subject), Some(said)) => {
                let said = NewObservation { id: Some(sent.target.id()), ..said };
                Ok(Self { sent, subject, said })
            }
            (_, _) => Err(unfit),
        }
    }
}
