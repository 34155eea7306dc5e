//! Appointments that come as HL7 version 2: `SIU` of version 2.3 to 2.8.
//!
//! | event | effect |
//! |---|---|
//! | S12 | the counter's place is booked for the patient |
//! | S13, S14 | it is given up for another, where session or time differ |
//! | S15 | it is given up |
//! | S26 | the patient did not come; noted once check-in is over |
//!
//! | | taken from |
//! |---|---|
//! | the appointment's own number | SCH-2 (filler), or SCH-1 (placer) |
//! | session, by the hospital's number | SCH-5 (Schedule ID), the schedule that it is booked in |
//! | beginning of the slot | TQ1-7, SCH-11.4, AIS-4, AIP-6 or AIL-6, the first that is there |
//! | patient | PID-3, the repetition whose type is NI or NNCHN; PID-5 |

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use citygate_exchange::{
    Fault, Sender,
    hl7::{MessageFault, Receiver, instant, person_name, required, resident_number},
    patient_named,
};
use citygate_fhir::ResourceType;
use citygate_hl7v2::{Field, Message, Precision};
use citygate_identity::ResidentIdNumber;
use citygate_kernel::Masked;
use citygate_platform::{Cx, db::Tx};
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{
    actions::{self, APPOINTMENT_REASON, ReportedAppointment, ReportedEvent},
    model::OwnNo,
};

/// Takes appointments.
#[derive(Debug)]
struct SiuReceiver;

/// What hospitals tell the city of appointments in HL7 version 2.
pub fn siu_receiver() -> Arc<dyn Receiver> {
    Arc::new(SiuReceiver)
}

impl Receiver for SiuReceiver {
    fn messages(&self) -> &'static [(&'static str, &'static str)] {
        &[("SIU", "S12"), ("SIU", "S13"), ("SIU", "S14"), ("SIU", "S15"), ("SIU", "S26")]
    }

    fn writes(&self) -> ResourceType {
        ResourceType::Appointment
    }

    fn receive<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        message: &'a Message,
    ) -> LocalBoxFuture<'a, Result<(), Fault>> {
        take(cx, tx, sender, message).boxed_local()
    }
}

async fn take(cx: &Cx, tx: &mut Tx<'_>, sender: Sender, message: &Message) -> Result<(), Fault> {
    let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
    let Siu { number, event, patient, place } = read(message, &city.time_zone)?;
    let person = match &patient {
        Some(patient) => {
            let name = patient.name.as_ref().map(|name| name.expose().as_str());
            let (id, case) = (&patient.id_number, number.as_str());
            let named = patient_named(cx, tx, sender, APPOINTMENT_REASON, id, name, case).await?;
            Some(named.person)
        }
        None => None,
    };
    let reported = ReportedAppointment { number, event, person, place };
    Ok(actions::report_appointment(tx, sender.agency, &reported).await?)
}

/// What a message says.
struct Siu {
    number: OwnNo,
    event: ReportedEvent,
    patient: Option<Patient>,
    /// In which session, from when; not where the appointment only ends.
    place: Option<(OwnNo, DateTime<Utc>)>,
}

struct Patient {
    id_number: ResidentIdNumber,
    name: Option<Masked<String>>,
}

fn read(message: &Message, zone: &impl TimeZone) -> Result<Siu, MessageFault> {
    let event = match message.header().event.as_str() {
        "S12" => ReportedEvent::Booked,
        "S13" | "S14" => ReportedEvent::Moved,
        "S15" => ReportedEvent::Cancelled,
        "S26" => ReportedEvent::Missed,
        _ => return Err(MessageFault::EventUnsupported),
    };
    let sch = message.segment("SCH").ok_or(MessageFault::SegmentMissing("SCH"))?;
    let number = if sch.field(2).is_empty() { sch.field(1) } else { sch.field(2) };
    let place = match event {
        ReportedEvent::Booked | ReportedEvent::Moved => {
            Some((own_no(required(sch.field(5))?)?, starts_at(message, zone)?))
        }
        ReportedEvent::Cancelled | ReportedEvent::Missed => None,
    };
    let mut patients = message.segments().filter(|segment| segment.name() == "PID");
    let patient = match (patients.next(), event) {
        (None, ReportedEvent::Booked) => return Err(MessageFault::SegmentMissing("PID")),
        (None, _) => None,
        (Some(pid), _) => {
            let name = person_name(pid).map(Masked::new);
            Some(Patient { id_number: resident_number(pid)?, name })
        }
    };
    if let Some(second) = patients.next() {
        let why = "an appointment is one patient's";
        return Err(MessageFault::Invalid(second.location(), why));
    }
    Ok(Siu { number: own_no(required(number)?)?, event, patient, place })
}

fn own_no(field: Field<'_>) -> Result<OwnNo, MessageFault> {
    let why = "1 to 64 letters, digits, dots, hyphens and underscores";
    field.text().parse().map_err(|_| MessageFault::Invalid(field.location(), why))
}

/// Where a message says when an appointment begins, by version and habit.
const BEGINNINGS: [(&str, usize, usize); 5] =
    [("TQ1", 7, 1), ("SCH", 11, 4), ("AIS", 4, 1), ("AIP", 6, 1), ("AIL", 6, 1)];

fn starts_at(message: &Message, zone: &impl TimeZone) -> Result<DateTime<Utc>, MessageFault> {
    for (name, field, component) in BEGINNINGS {
        let Some(segment) = message.segment(name) else { continue };
        let field = segment.field(field);
        if !field.component(component).is_empty() {
            return instant(field, component, (zone, Precision::Minute));
        }
    }
    let sch = message.segment("SCH").ok_or(MessageFault::SegmentMissing("SCH"))?;
    Err(MessageFault::Missing(sch.field(11).location()))
}

#[cfg(test)]
#[path = "hl7_tests.rs"]
mod tests;
