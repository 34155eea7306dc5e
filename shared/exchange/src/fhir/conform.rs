//! Whether a resource is as FHIR R4 has it.

use citygate_fhir::{Resource, validate};
use citygate_kernel::FieldError;

use super::FhirError;

/// Refuses what FHIR R4 refuses, fault by fault.
pub(super) fn conform(resource: &Resource) -> Result<(), FhirError> {
    let faults = validate(resource);
    if faults.is_empty() {
        return Ok(());
    }
    let told = faults.into_iter();
    let told = told.map(|fault| FieldError { pointer: fault.expression, detail: fault.text });
    Err(FhirError::Invalid(told.collect()))
}
