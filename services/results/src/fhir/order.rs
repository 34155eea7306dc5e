//! `ServiceRequest` of FHIR R4.

use chrono::{DateTime, Utc};
use citygate_exchange::fhir::Stored;
use citygate_fhir::{
    CodeableConcept, FhirDateTime, Identifier, ReferenceTo, Resource, ResourceType,
};
use citygate_platform::{Cx, db::Tx};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    subject::{self, SubjectNamed},
    words::{self, Unfit, element},
};
use crate::{
    error::Error,
    model::{Order, OwnNo},
    rules::orders::OrderEvent,
    sealed,
};

/// What of a `ServiceRequest` is understood.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderView {
    #[serde(default)]
    identifier: Vec<Identifier>,
    status: Option<String>,
    code: Option<CodeableConcept>,
    subject: Option<ReferenceTo>,
    authored_on: Option<FhirDateTime>,
}

/// What a `ServiceRequest` says.
#[derive(Debug)]
pub(super) struct OrderSaid {
    /// The hospital's own number of it.
    pub order_no: OwnNo,
    pub event: OrderEvent,
    pub subject: SubjectNamed,
    pub authored_at: Option<DateTime<Utc>>,
}

impl OrderSaid {
    /// Reads a resource.
    pub fn read(resource: &Resource) -> Result<Self, Unfit> {
        words::refuse_contained(resource)?;
        let view: OrderView = resource.view().map_err(words::unreadable)?;
        let mut unfit = Unfit::default();
        let order_no = unfit.keep(words::own_no(&view.identifier, "ServiceRequest.identifier"));
        let event = view.status.as_deref().and_then(words::order_event);
        let known = "active, on-hold, completed, revoked or entered-in-error";
        let event = unfit.keep(event.ok_or_else(|| element("ServiceRequest.status", known)));
        let examined = || element("ServiceRequest.code", "what is to be examined");
        unfit.keep(view.code.as_ref().ok_or_else(examined));
        let subject =
            unfit.keep(subject::named(ResourceType::ServiceRequest, view.subject.as_ref()));
        let authored_at = view.authored_on.as_ref().map(words::instant);
        match (order_no, event, subject) {
            (Some(order_no), Some(event), Some(subject)) if unfit == Unfit::default() => {
                Ok(Self { order_no, event, subject, authored_at })
            }
            (_, _, _) => Err(unfit),
        }
    }
}

/// An order as it is given back: as it was sent, with the status that it has by now. One of a visit
/// says only what the exchange knows.
pub(super) async fn stored(
    cx: &Cx,
    tx: &Tx<'_>,
    order: &Order,
    patient: Uuid,
) -> Result<Stored, Error> {
    let fails = |_| Error::Damaged("resource");
    let mut resource = match &order.content_sealed {
        Some(content) => {
            let column = &sealed::ORDER;
            let raw: Box<RawValue> =
                cx.keys.open_json(tx, column, order.id.uuid(), content).await?;
            Resource::parse(raw.get()).map_err(|_| Error::Damaged("resource"))?
        }
        None => {
            let members = serde_json::json!({
                "identifier": [Identifier {
                    value: Some(order.order_no.as_str().to_owned()), ..Identifier::default()
                }],
                "intent": "order",
                "subject": subject::reference(patient),
                "authoredOn": order.authored_at.to_rfc3339(),
            });
            Resource::new(ResourceType::ServiceRequest, &members).map_err(fails)?
        }
    };
    let status: Option<String> = resource.get("status").unwrap_or_default();
    if !status.is_some_and(|status| words::says(&status, order.status)) {
        resource.set("status", Some(&order.status.code())).map_err(fails)?;
    }
    resource.stamp(order.id.uuid(), order.version, order.changed_at).map_err(fails)?;
    let (id, version, updated) = (order.id.uuid(), order.version, order.changed_at);
    Ok(Stored { id, version, updated, resource })
}
