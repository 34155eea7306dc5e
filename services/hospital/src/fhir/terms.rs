//! The words of FHIR that this crate uses: code systems, extensions, and the data types made of them.

use chrono::{DateTime, SecondsFormat, Utc};
use citygate_exchange::fhir::{FhirError, Stored};
use citygate_fhir::{CodeableConcept, Identifier, Reference, ReferenceTo, Resource, ResourceType};
use citygate_kernel::Text;
use citygate_platform::Cx;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::model::{ClinicKind, PhysicalType, Position};

/// Numbers that the city gives to agencies.
pub(super) const AGENCY: &str = "urn:citygate:agency";
/// Numbers that a hospital gives to its departments.
pub(super) const DEPARTMENT_NO: &str = "urn:citygate:department-no";
/// Numbers that a hospital gives to its locations.
pub(super) const LOCATION_NO: &str = "urn:citygate:location-no";
/// Numbers that a hospital gives to its doctors.
pub(super) const PRACTITIONER_NO: &str = "urn:citygate:practitioner-no";
/// Numbers that a hospital gives to its sessions.
pub(super) const SESSION_NO: &str = "urn:citygate:session-no";
/// Numbers that the city gives to appointments.
pub(super) const APPOINTMENT: &str = "urn:citygate:appointment";

/// Kinds of clinic: general, expert, special, `disease_clinic`.
pub(super) const CLINIC_KIND: &str = "urn:citygate:clinic-kind";
/// Grades of hospitals: 3A to 1C.
pub(super) const GRADE: &str = "urn:citygate:hospital-grade";
/// The national list of diagnosis and treatment subjects.
pub(super) const SPECIALTY: &str = "urn:citygate:specialty";
/// Titles of doctors.
pub(super) const TITLE: &str = "urn:citygate:practitioner-title";
/// What an organization is (THO).
pub(super) const ORGANIZATION_TYPE: &str =
    "http://terminology.hl7.org/CodeSystem/organization-type";
/// What a location is (THO).
pub(super) const PHYSICAL_TYPE: &str =
    "http://terminology.hl7.org/CodeSystem/location-physical-type";

/// The same words in another language (FHIR R4, extension translation).
pub(super) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
/// Where an address is (FHIR R4, extension geolocation).
pub(super) const GEOLOCATION: &str = "http://hl7.org/fhir/StructureDefinition/geolocation";
/// How people type a name in Latin letters.
pub(super) const PINYIN: &str = "urn:citygate:pinyin";
/// What a doctor is known for.
pub(super) const KNOWN_FOR: &str = "urn:citygate:known-for";
/// Since when a hospital has received people.
pub(super) const OPENED_ON: &str = "urn:citygate:opened-on";
/// The places of a slot by channel.
pub(super) const PLACES: &str = "urn:citygate:places";
/// How the places of a session are given: `first_come` or `draw`.
pub(super) const ALLOCATION: &str = "urn:citygate:allocation";

/// As FHIR calls a kind of location.
pub(super) const fn physical_code(kind: PhysicalType) -> &'static str {
    match kind {
        PhysicalType::Campus => "si",
        PhysicalType::Building => "bu",
        PhysicalType::Floor => "lvl",
        PhysicalType::Room => "ro",
    }
}

/// A resource of ours.
pub(super) const fn to(kind: ResourceType, id: Uuid) -> Reference {
    Reference { kind, id }
}

/// A reference to a resource of ours.
pub(super) fn link(kind: ResourceType, id: Uuid) -> ReferenceTo {
    ReferenceTo::to(to(kind, id))
}

/// A number of ours.
pub(super) fn numbered(system: &str, number: impl ToString) -> Value {
    json!([Identifier::new(system, number.to_string())])
}

/// One term with what people call it.
pub(super) fn term(system: &str, code: &str, name: &Text) -> CodeableConcept {
    CodeableConcept::of(system, code, Some(name.zh.clone()))
}

/// A kind of clinic.
pub(super) fn clinic(kind: ClinicKind) -> CodeableConcept {
    term(CLINIC_KIND, kind.code(), &kind.name())
}

/// An instant.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The element beside a Chinese text that says it in English.
fn in_english(text: &Text) -> Value {
    json!({"extension": [{"url": TRANSLATION, "extension": [
        {"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text.en},
    ]}]})
}

/// Members for a text in both languages: Chinese as the value, English as its translation.
pub(super) fn worded(name: &str, text: &Text) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), json!(text.zh)), (format!("_{name}"), in_english(text))])
}

/// Millionths of a degree as a decimal number. What is printed here is read again as it is.
fn degrees(micro: i32) -> Value {
    let (whole, rest) = (micro.unsigned_abs() / 1_000_000, micro.unsigned_abs() % 1_000_000);
    let sign = if micro < 0 { "-" } else { "" };
    serde_json::from_str(&format!("{sign}{whole}.{rest:06}")).unwrap_or_default()
}

/// A position as `Location.position` has it.
pub(super) fn position(at: Position) -> Value {
    json!({"longitude": degrees(at.longitude_micro), "latitude": degrees(at.latitude_micro)})
}

/// A position as an extension of an address.
pub(super) fn geolocation(at: Position) -> Value {
    json!({"url": GEOLOCATION, "extension": [
        {"url": "latitude", "valueDecimal": degrees(at.latitude_micro)},
        {"url": "longitude", "valueDecimal": degrees(at.longitude_micro)},
    ]})
}

/// How people type a name, where it was said.
pub(super) fn pinyin(typed: Option<&str>) -> Option<Value> {
    typed.map(|typed| json!({"url": PINYIN, "valueString": typed}))
}

/// A resource as it stands now. Its version is a number made of what it says, so that it is another
/// one whenever that changes, whichever table it comes from.
pub(super) fn stored(
    cx: &Cx,
    (kind, id): (ResourceType, Uuid),
    updated: DateTime<Utc>,
    content: &Value,
) -> Result<Stored, FhirError> {
    let said = serde_json::to_string(content)?;
    let digest = cx.keys.blind_index("hospital.fhir", &format!("{kind}/{id}\n{said}"));
    let bits = digest.iter().take(4).fold(0, |bits: u32, byte| bits << 8 | u32::from(*byte));
    // As many as the integer of FHIR has, from 1.
    let version = (bits >> 1).max(1);
    let mut resource = Resource::new(kind, content)?;
    resource.stamp(id, version, updated)?;
    Ok(Stored { id, version, updated, resource })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_decimals_to_the_last_digit() {
        for (micro, expected) in
            [(120_168_200, "120.1682"), (-30_253_100, "-30.2531"), (-1, "-1e-6"), (500_000, "0.5")]
        {
            assert_eq!(degrees(micro).to_string(), expected);
        }
    }
}
