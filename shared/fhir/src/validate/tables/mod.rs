//! The types of FHIR R4 (4.0.1) that the city keeps, as its specification has them: a row for each
//! element, with how often it may be there, and what it may be.

pub(super) mod datatypes;
mod people;
mod places;
mod results;
mod scheduling;

use super::structure::Structure;
use crate::ResourceType;

/// The elements of a type of resource.
pub(super) fn of(kind: ResourceType) -> &'static Structure {
    match kind {
        ResourceType::Appointment => &scheduling::APPOINTMENT,
        ResourceType::DiagnosticReport => &results::DIAGNOSTIC_REPORT,
        ResourceType::HealthcareService => &places::HEALTHCARE_SERVICE,
        ResourceType::Location => &places::LOCATION,
        ResourceType::Observation => &results::OBSERVATION,
        ResourceType::Organization => &places::ORGANIZATION,
        ResourceType::Patient => &people::PATIENT,
        ResourceType::Practitioner => &people::PRACTITIONER,
        ResourceType::PractitionerRole => &people::PRACTITIONER_ROLE,
        ResourceType::Schedule => &scheduling::SCHEDULE,
        ResourceType::ServiceRequest => &results::SERVICE_REQUEST,
        ResourceType::Slot => &scheduling::SLOT,
    }
}
