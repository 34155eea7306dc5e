//! `DiagnosticReport` of FHIR R4.

use chrono::{DateTime, SecondsFormat, Utc};
use citygate_exchange::fhir::Stored;
use citygate_fhir::{
    CodeableConcept, FhirDateTime, Identifier, Period, Reference, ReferenceTo, Resource,
    ResourceType,
};
use citygate_identity::PersonId;
use citygate_kernel::Masked;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    observation,
    subject::{self, SubjectNamed},
    words::{self, Unfit, element, fitting},
};
use crate::{
    error::Error,
    model::{
        Code, NewObservation, NewReport, OwnNo, Report, ReportCategory, ReportStatus,
        ReportVersion, StoredObservation,
    },
};

/// The most observations of a report.
const OBSERVATIONS_MAX: usize = 500;

/// What of a `DiagnosticReport` is understood. Whatever else it says is given back as it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportView {
    #[serde(default)]
    identifier: Vec<Identifier>,
    #[serde(default)]
    based_on: Vec<ReferenceTo>,
    status: Option<String>,
    #[serde(default)]
    category: Vec<CodeableConcept>,
    code: Option<CodeableConcept>,
    subject: Option<ReferenceTo>,
    effective_date_time: Option<FhirDateTime>,
    effective_period: Option<Period>,
    issued: Option<FhirDateTime>,
    #[serde(default)]
    result: Vec<ReferenceTo>,
    conclusion: Option<String>,
}

/// How a report names its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OrderNamed {
    /// By the id of its `ServiceRequest`.
    Id(Uuid),
    /// By the hospital's own number.
    Number(OwnNo),
}

/// What a `DiagnosticReport` says.
#[derive(Debug)]
pub(super) struct ReportSaid {
    /// The hospital's own number of it.
    pub report_no: OwnNo,
    pub order: OrderNamed,
    pub subject: SubjectNamed,
    /// The ids of its observations, in its order.
    pub results: Vec<Uuid>,
    status: ReportStatus,
    issued_at: DateTime<Utc>,
    effective_at: Option<DateTime<Utc>>,
    category: ReportCategory,
    code: Code,
    conclusion: Option<Masked<String>>,
}

impl ReportSaid {
    /// Reads a resource.
    pub fn read(resource: &Resource) -> Result<Self, Unfit> {
        words::refuse_contained(resource)?;
        let view: ReportView = resource.view().map_err(words::unreadable)?;
        let mut unfit = Unfit::default();
        let named = (
            unfit.keep(words::own_no(&view.identifier, "DiagnosticReport.identifier")),
            unfit.keep(view.order()),
            unfit.keep(subject::named(ResourceType::DiagnosticReport, view.subject.as_ref())),
            unfit.keep(view.results()),
        );
        let said = (
            unfit.keep(view.status()),
            unfit.keep(view.issued_at()),
            unfit.keep(view.code()),
            unfit.keep(view.conclusion()),
        );
        let (Some(report_no), Some(order), Some(subject), Some(results)) = named else {
            return Err(unfit);
        };
        let (Some(status), Some(issued_at), Some(code), Some(conclusion)) = said else {
            return Err(unfit);
        };
        let (effective_at, category) = (view.effective_at(), words::category(&view.category));
        Ok(Self {
            report_no,
            order,
            subject,
            results,
            status,
            issued_at,
            effective_at,
            category,
            code,
            conclusion,
        })
    }

    /// The report, for the order and the patient that it names.
    pub fn report(
        self,
        id: Uuid,
        (order_no, patient): (OwnNo, PersonId),
        resource: String,
        observations: Vec<NewObservation>,
    ) -> NewReport {
        NewReport {
            id: Some(id),
            report_no: self.report_no,
            order_no,
            patient,
            status: self.status,
            issued_at: self.issued_at,
            effective_at: self.effective_at,
            category: self.category,
            code: self.code,
            conclusion: self.conclusion,
            observations,
            resource: Some(resource),
        }
    }
}

impl ReportView {
    fn order(&self) -> Result<OrderNamed, Unfit> {
        let at = "DiagnosticReport.basedOn";
        let [order] = self.based_on.as_slice() else {
            return Err(element(at, "exactly one ServiceRequest, by reference or identifier"));
        };
        match (order.here(), &order.reference, &order.identifier) {
            (Some(Reference { kind: ResourceType::ServiceRequest, id }), _, _) => {
                Ok(OrderNamed::Id(id))
            }
            (None, None, Some(identifier)) => {
                Ok(OrderNamed::Number(words::own_no(std::slice::from_ref(identifier), at)?))
            }
            (_, _, _) => Err(element(at, "a ServiceRequest of the hospital")),
        }
    }

    fn results(&self) -> Result<Vec<Uuid>, Unfit> {
        let at = "DiagnosticReport.result";
        if self.result.len() > OBSERVATIONS_MAX {
            return Err(element(at, "500 observations at most"));
        }
        let id = |result: &ReferenceTo| match result.here() {
            Some(Reference { kind: ResourceType::Observation, id }) => Ok(id),
            _ => Err(element(at, "an Observation of the same request")),
        };
        self.result.iter().map(id).collect()
    }

    fn status(&self) -> Result<ReportStatus, Unfit> {
        let status = self.status.as_deref().and_then(words::status);
        status.ok_or_else(|| element("DiagnosticReport.status", "a known status"))
    }

    fn issued_at(&self) -> Result<DateTime<Utc>, Unfit> {
        let issued = self.issued.as_ref().and_then(FhirDateTime::instant);
        let wanted = "the instant of this version: it orders versions";
        issued.ok_or_else(|| element("DiagnosticReport.issued", wanted))
    }

    /// When it was true; of a period, its beginning.
    fn effective_at(&self) -> Option<DateTime<Utc>> {
        let begins = self.effective_period.as_ref().and_then(|period| period.start.as_ref());
        self.effective_date_time.as_ref().or(begins).map(words::instant)
    }

    fn code(&self) -> Result<Code, Unfit> {
        let at = "DiagnosticReport.code";
        words::code(self.code.as_ref().ok_or_else(|| element(at, "which examination"))?, at)
    }

    fn conclusion(&self) -> Result<Option<Masked<String>>, Unfit> {
        let at = "DiagnosticReport.conclusion";
        let conclusion = self.conclusion.as_deref().map(|text| fitting(text, at));
        Ok(conclusion.transpose()?.map(Masked::new))
    }
}

/// A version as it is given back: as it was sent, or made of what came in another protocol.
pub(super) fn stored(
    report: &Report,
    version: &ReportVersion,
    patient: Uuid,
    observations: &[StoredObservation],
) -> Result<Stored, Error> {
    let fails = |_| Error::Damaged("resource");
    let resource = match &version.content.resource {
        Some(text) => Resource::parse(text).map_err(|_| Error::Damaged("resource"))?,
        None => made(report, version, patient, observations).map_err(fails)?,
    };
    stamped(resource, report.id.uuid(), version.number, version.received_at)
}

/// A resource under its id and version.
pub(super) fn stamped(
    mut resource: Resource,
    id: Uuid,
    version: u32,
    updated: DateTime<Utc>,
) -> Result<Stored, Error> {
    resource.stamp(id, version, updated).map_err(|_| Error::Damaged("resource"))?;
    Ok(Stored { id, version, updated, resource })
}

fn made(
    report: &Report,
    version: &ReportVersion,
    patient: Uuid,
    observations: &[StoredObservation],
) -> Result<Resource, serde_json::Error> {
    let named = |kind, id| ReferenceTo::to(Reference { kind, id });
    let results = observations.iter().map(|item| named(ResourceType::Observation, item.id));
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let mut members = serde_json::json!({
        "identifier": [{ "value": report.report_no.as_str() }],
        "basedOn": [named(ResourceType::ServiceRequest, report.order.uuid())],
        "status": words::status_code(version.status),
        "code": observation::concept(&version.content.code)?,
        "subject": subject::reference(patient),
        "issued": instant(version.issued_at),
        "result": results.collect::<Vec<_>>(),
    });
    let mut put = |name: &str, value: Option<String>| {
        if let (Some(value), Some(members)) = (value, members.as_object_mut()) {
            members.insert(name.to_owned(), value.into());
        }
    };
    put("effectiveDateTime", version.content.effective_at.map(instant));
    put("conclusion", version.content.conclusion.as_ref().map(|text| text.expose().clone()));
    if observations.is_empty()
        && let Some(members) = members.as_object_mut()
    {
        members.remove("result");
    }
    Resource::new(ResourceType::DiagnosticReport, &members)
}

/// An item as it is given back.
pub(super) fn stored_observation(
    item: &StoredObservation,
    patient: Uuid,
    received_at: DateTime<Utc>,
) -> Result<Stored, Error> {
    let fails = |_| Error::Damaged("resource");
    let resource = match &item.said.resource {
        Some(text) => Resource::parse(text).map_err(|_| Error::Damaged("resource"))?,
        None => {
            let subject = subject::reference(patient);
            let members = observation::members(&item.said, &subject).map_err(fails)?;
            let mut made = Resource::new(ResourceType::Observation, &members).map_err(fails)?;
            for (name, value) in observation::numbers(&item.said).map_err(fails)? {
                made.set(name, Some(&value)).map_err(fails)?;
            }
            made
        }
    };
    stamped(resource, item.id, item.version, received_at)
}
