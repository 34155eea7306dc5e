//! `ORU^R01`: which reports of which patients a message has. Pure.

use chrono::{DateTime, TimeZone, Utc};
use citygate_exchange::hl7::{MessageFault, instant, person_name, required, resident_number};
use citygate_hl7v2::{Field, Message, Precision, Segment};
use citygate_identity::{PersonId, ResidentIdNumber};
use citygate_kernel::Masked;

use super::{
    terms::{self, Interpretation},
    values,
};
use crate::model::{NewObservation, NewReport, OwnNo};

/// What a message says of one patient.
pub(super) struct PatientResult<'a> {
    pid: Segment<'a>,
    pub orders: Vec<OrderObservation<'a>>,
}

/// One report.
pub(super) struct OrderObservation<'a> {
    orc: Option<Segment<'a>>,
    obr: Segment<'a>,
    notes: Vec<Segment<'a>>,
    observations: Vec<Observed<'a>>,
}

struct Observed<'a> {
    obx: Segment<'a>,
    notes: Vec<Segment<'a>>,
}

/// The groups of a message (HL7 2.5.1, 7.3.1). Segments that say nothing of reports are read over.
pub(super) fn patients(message: &Message) -> Result<Vec<PatientResult<'_>>, MessageFault> {
    let mut patients: Vec<PatientResult<'_>> = Vec::new();
    let mut orc = None;
    for segment in message.segments() {
        let order = patients.last_mut().and_then(|patient| patient.orders.last_mut());
        match segment.name() {
            "PID" => {
                orc = None;
                patients.push(PatientResult { pid: segment, orders: Vec::new() });
            }
            "ORC" => orc = Some(segment),
            "OBR" => {
                let patient = patients.last_mut().ok_or(MessageFault::SegmentMissing("PID"))?;
                let (notes, observations) = (Vec::new(), Vec::new());
                let orc = orc.take();
                patient.orders.push(OrderObservation { orc, obr: segment, notes, observations });
            }
            "OBX" => {
                let order = order.ok_or(MessageFault::SegmentMissing("OBR"))?;
                order.observations.push(Observed { obx: segment, notes: Vec::new() });
            }
            "NTE" => {
                // Notes on the patient are not part of a report.
                let Some(order) = order else { continue };
                match order.observations.last_mut() {
                    Some(observed) => observed.notes.push(segment),
                    None => order.notes.push(segment),
                }
            }
            "DSC" if !segment.field(1).is_empty() => {
                let why = "a message that goes on in another is not taken";
                return Err(MessageFault::Invalid(segment.field(1).location(), why));
            }
            _ => {}
        }
    }
    match patients.iter().find(|patient| patient.orders.is_empty()) {
        None if patients.is_empty() => Err(MessageFault::SegmentMissing("PID")),
        None => Ok(patients),
        Some(_) => Err(MessageFault::SegmentMissing("OBR")),
    }
}

impl PatientResult<'_> {
    /// Who it is, by the resident number.
    pub(super) fn id_number(&self) -> Result<ResidentIdNumber, MessageFault> {
        resident_number(self.pid)
    }

    /// The name as the hospital has it.
    pub(super) fn name(&self) -> Option<String> {
        person_name(self.pid)
    }
}

impl OrderObservation<'_> {
    /// The hospital's number of the order: OBR-2, or ORC-2.
    pub(super) fn order_no(&self) -> Result<OwnNo, MessageFault> {
        self.number(2)
    }

    /// OBR or ORC, which do not contradict each other.
    fn number(&self, field: usize) -> Result<OwnNo, MessageFault> {
        let own = self.obr.field(field);
        let of_order = self.orc.map(|orc| orc.field(field)).filter(|field| !field.is_empty());
        let chosen = if own.is_empty() { of_order.unwrap_or(own) } else { own };
        if chosen.is_empty() {
            return Err(MessageFault::Missing(own.location()));
        }
        let wrong = |why| MessageFault::Invalid(chosen.location(), why);
        if of_order.is_some_and(|other| other.text() != chosen.text()) {
            return Err(wrong("ORC says another number"));
        }
        OwnNo::parse(&chosen.text()).ok_or_else(|| wrong("1 to 64 visible characters of ASCII"))
    }

    /// The report. Times without a zone are told in the city's.
    pub(super) fn report(
        &self,
        patient: PersonId,
        zone: &impl TimeZone,
    ) -> Result<NewReport, MessageFault> {
        let obr = self.obr;
        let (code, status, section) = (obr.field(4), obr.field(25), obr.field(24));
        let report_no = self.number(3)?;
        let issued = required(obr.field(22))?;
        let status = terms::report_status(&required(status)?.text())
            .ok_or_else(|| unknown(status, "none of O, I, S, N, A, P, R, M, F, C, X, D"))?;
        let observations: Result<Vec<_>, _> =
            self.observations.iter().map(|observed| observation(observed, zone)).collect();
        Ok(NewReport {
            id: None,
            report_no,
            order_no: self.order_no()?,
            patient,
            status,
            issued_at: instant(issued, 1, (zone, Precision::Minute))?,
            effective_at: optional(obr.field(7), zone)?,
            category: terms::category(&section.text())
                .ok_or_else(|| unknown(section, "not in table 0074"))?,
            code: values::term(code.first()).ok_or(MessageFault::Missing(code.location()))?,
            conclusion: words(&self.notes).map(Masked::new),
            observations: observations?,
            resource: None,
        })
    }
}

fn observation(
    observed: &Observed<'_>,
    zone: &impl TimeZone,
) -> Result<NewObservation, MessageFault> {
    let obx = observed.obx;
    let (code, status) = (obx.field(3), required(obx.field(11))?);
    let status = terms::observation_status(&status.text())
        .ok_or_else(|| unknown(status, "none of O, I, S, P, R, F, C, X, N, D, W"))?;
    let (mut flags, mut others) = (Vec::new(), Vec::new());
    for flag in obx.field(8).repetitions().filter(|flag| !flag.is_empty() && !flag.is_null()) {
        let word = flag.component(1).text();
        match terms::interpretation(&word) {
            Some(Interpretation::Standing(flag)) => flags.push(flag),
            Some(Interpretation::Other) => others.push(word.into_owned()),
            None => return Err(unknown(obx.field(8), "not in table 0078")),
        }
    }
    // Of what the laboratory says nothing is left out.
    let others = (!others.is_empty()).then(|| format!("OBX-8: {}", others.join(", ")));
    let note: Vec<String> = others.into_iter().chain(words(&observed.notes)).collect();
    Ok(NewObservation {
        id: None,
        code: values::term(code.first()).ok_or(MessageFault::Missing(code.location()))?,
        status,
        value: values::value(obx, status)?,
        range: values::range(obx.field(7)),
        flags,
        effective_at: optional(obx.field(14), zone)?,
        note: (!note.is_empty()).then(|| note.join("\n")),
        resource: None,
    })
}

fn unknown(field: Field<'_>, why: &'static str) -> MessageFault {
    MessageFault::CodeUnknown(field.location(), why)
}

/// NTE-3, line by line.
fn words(notes: &[Segment<'_>]) -> Option<String> {
    let lines: Vec<String> = notes
        .iter()
        .flat_map(|note| note.field(3).repetitions())
        .map(|line| line.text().into_owned())
        .collect();
    let words = lines.join("\n");
    (!words.trim().is_empty()).then_some(words)
}

fn optional(field: Field<'_>, zone: &impl TimeZone) -> Result<Option<DateTime<Utc>>, MessageFault> {
    let said = !field.is_empty() && !field.first().is_null();
    said.then(|| instant(field, 1, (zone, Precision::Day))).transpose()
}

#[cfg(test)]
#[path = "oru_tests.rs"]
mod tests;
