//! Reports that come as HL7 version 2: `ORU^R01`, of version 2.3 to 2.8.
//!
//! | | taken from |
//! |---|---|
//! | patient | PID-3, the repetition whose type is NI or NNCHN; PID-5 |
//! | order, report | OBR-2 and OBR-3, or ORC-2 and ORC-3 |
//! | code, category | OBR-4; OBR-24 |
//! | status, issued | OBR-25; OBR-22, to the minute at least |
//! | effective | OBR-7 |
//! | conclusion | NTE after OBR |
//! | item | OBX-2, -3, -5, -6, -7, -8, -11, -14, and NTE after it |

mod oru;
pub(crate) mod terms;
mod values;

use std::sync::Arc;

use citygate_exchange::{Fault, Sender, hl7::Receiver, patient_named};
use citygate_fhir::ResourceType;
use citygate_hl7v2::Message;
use citygate_platform::{Cx, db::Tx};
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::actions::{intake, release::Policies};

/// Takes reports.
#[derive(Debug, Default)]
struct OruReceiver {
    policies: Policies,
}

/// What hospitals report in HL7 version 2.
pub fn oru_receiver() -> Arc<dyn Receiver> {
    Arc::new(OruReceiver::default())
}

impl Receiver for OruReceiver {
    fn messages(&self) -> &'static [(&'static str, &'static str)] {
        &[("ORU", "R01")]
    }

    fn writes(&self) -> ResourceType {
        ResourceType::DiagnosticReport
    }

    fn receive<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        message: &'a Message,
    ) -> LocalBoxFuture<'a, Result<(), Fault>> {
        self.take(cx, tx, sender, message).boxed_local()
    }
}

impl OruReceiver {
    async fn take(
        &self,
        cx: &Cx,
        tx: &mut Tx<'_>,
        sender: Sender,
        message: &Message,
    ) -> Result<(), Fault> {
        let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
        let mut reports = Vec::new();
        for patient in oru::patients(message)? {
            let (id_number, name) = (patient.id_number()?, patient.name());
            let Some(first) = patient.orders.first() else { continue };
            let case = first.order_no()?;
            let named = patient_named(
                cx,
                tx,
                sender,
                intake::FILING,
                &id_number,
                name.as_deref(),
                case.as_str(),
            )
            .await?;
            for order in &patient.orders {
                reports.push(order.report(named.person, &city.time_zone)?);
            }
        }
        intake::reports(cx, tx, &self.policies, sender, reports).await?;
        Ok(())
    }
}
