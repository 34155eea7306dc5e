//! Whom a resource is about.

use citygate_exchange::{
    Patient, Sender,
    fhir::{FhirError, resident_number},
    patient_named, person_of_patient,
};
use citygate_fhir::{Reference, ReferenceTo, Resource, ResourceType};
use citygate_identity::ResidentIdNumber;
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::words::{Unfit, element};
use crate::{actions::intake::FILING, error::Error};

/// How a resource names whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubjectNamed {
    /// One of the hospital's, by the id of the `Patient`.
    Patient(Uuid),
    /// Anybody, by the number of the resident identity card.
    Number(ResidentIdNumber),
}

/// Reads a `subject`.
pub(super) fn named(
    kind: ResourceType,
    subject: Option<&ReferenceTo>,
) -> Result<SubjectNamed, Unfit> {
    let wanted = "a patient of the hospital, or the number of a resident identity card";
    let unfit = || element(format!("{kind}.subject"), wanted);
    let subject = subject.ok_or_else(unfit)?;
    match (subject.here(), &subject.reference) {
        (Some(Reference { kind: ResourceType::Patient, id }), _) => Ok(SubjectNamed::Patient(id)),
        (None, None) => Ok(SubjectNamed::Number(number(subject).ok_or_else(unfit)?)),
        (_, _) => Err(unfit()),
    }
}

fn number(subject: &ReferenceTo) -> Option<ResidentIdNumber> {
    resident_number(subject.identifier.as_ref()?)?.parse().ok()
}

/// The people whom a request names, each looked up once.
#[derive(Default)]
pub(super) struct Subjects(Vec<(SubjectNamed, Patient)>);

impl Subjects {
    /// Who that is. Whoever is named by a number is named in the case of an own number, and finds
    /// that in the ledger of accesses.
    pub async fn patient(
        &mut self,
        cx: &Cx,
        tx: &mut Tx<'_>,
        sender: Sender,
        (kind, named): (ResourceType, &SubjectNamed),
        case: &str,
    ) -> Result<Patient, Error> {
        if let Some((_, known)) = self.0.iter().find(|(known, _)| known == named) {
            return Ok(*known);
        }
        let patient = match named {
            SubjectNamed::Patient(id) => {
                let person = person_of_patient(tx, sender.agency, *id).await?;
                let unknown = || FhirError::ReferenceUnknown(format!("{kind}.subject"));
                Patient { id: *id, person: person.ok_or_else(unknown)? }
            }
            SubjectNamed::Number(number) => {
                patient_named(cx, tx, sender, FILING, number, None, case).await?
            }
        };
        self.0.push((named.clone(), patient));
        Ok(patient)
    }
}

/// How a resource that is given back names its patient: never by a number.
pub(super) fn reference(patient: Uuid) -> ReferenceTo {
    ReferenceTo::to(Reference { kind: ResourceType::Patient, id: patient })
}

/// The text of a resource that is kept: as it was sent, but for the patient and its own id.
pub(super) fn kept(resource: &mut Resource, patient: Patient) -> Result<String, Error> {
    let fails = |_| Error::Damaged("resource");
    resource.set("subject", Some(&reference(patient.id))).map_err(fails)?;
    resource.set("id", None::<&()>).map_err(fails)?;
    resource.to_json().map_err(fails)
}
