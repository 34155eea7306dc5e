//! What a hospital's laboratory sends: FHIR R4 as its software would write it, and the signature of a
//! message (RFC 9421). The story, the tests and the benchmark send it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use citygate_kernel::Clock;
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Value, json};

use super::actors::System;
use crate::commands::CommandError;

/// The hospital's own numbers are identifiers in these systems.
const ORDERS: &str = "https://first-hospital.example/orders";
const REPORTS: &str = "https://first-hospital.example/reports";

/// An examination by its LOINC code.
pub type Examination = (&'static str, &'static str);

/// A blood count.
pub const BLOOD_COUNT: Examination = ("58410-2", "血常规");
/// Electrolytes.
pub const ELECTROLYTES: Examination = ("24326-1", "电解质");

/// Somebody as the hospital's papers name them.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The resident identity number.
    pub id_number: &'a str,
    /// The name.
    pub name: &'a str,
}

/// An item of a report.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// LOINC code and name.
    pub code: Examination,
    /// The value as it is printed.
    pub value: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// What is usual: from, to.
    pub range: (&'static str, &'static str),
    /// HL7 v3 ObservationInterpretation.
    pub flag: &'static str,
}

/// A version of a report.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The hospital's number of the order.
    pub order_no: &'a str,
    /// The hospital's number of the report.
    pub report_no: &'a str,
    /// Whom it is about.
    pub patient: Named<'a>,
    /// DiagnosticReport.status.
    pub status: &'a str,
    /// When this version was issued.
    pub issued: DateTime<Utc>,
    /// Which examination.
    pub code: Examination,
    /// What was found.
    pub items: &'a [Item],
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The national identifier of HL7 table 0203.
fn subject(patient: Named<'_>) -> Value {
    let kind = json!({"coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NI",
    }]});
    json!({
        "identifier": {"type": kind, "value": patient.id_number},
        "display": patient.name,
    })
}

fn loinc((code, display): Examination) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code, "display": display}]})
}

/// A decimal keeps its digits: it is written into the text, not counted with.
fn decimal(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn quantity(value: &str, unit: &str) -> Value {
    json!({
        "value": decimal(value), "unit": unit,
        "system": "http://unitsofmeasure.org", "code": unit,
    })
}

/// The order of a doctor.
pub fn order(order_no: &str, patient: Named<'_>, code: Examination) -> Value {
    json!({
        "resourceType": "ServiceRequest", "status": "active", "intent": "order",
        "identifier": [{"system": ORDERS, "value": order_no}],
        "code": loinc(code), "subject": subject(patient),
    })
}

/// A report with its items, as the entries of a Bundle. Sent again, it is another version of the same.
pub fn report(report: &Report<'_>) -> Vec<Value> {
    let name = |n: usize| format!("urn:uuid:00000000-0000-4000-8000-{n:012x}");
    let mut entries: Vec<Value> = (1..)
        .zip(report.items)
        .map(|(n, item)| created(&name(n), "Observation", observation(report, item)))
        .collect();
    let results: Vec<Value> =
        (1..=report.items.len()).map(|n| json!({"reference": name(n)})).collect();
    let mut resource = json!({
        "resourceType": "DiagnosticReport", "status": report.status,
        "identifier": [{"system": REPORTS, "value": report.report_no}],
        "basedOn": [{
            "type": "ServiceRequest", "identifier": {"system": ORDERS, "value": report.order_no},
        }],
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB",
        }]}],
        "code": loinc(report.code), "subject": subject(report.patient),
        "effectiveDateTime": instant(report.issued), "issued": instant(report.issued),
    });
    if let (Some(members), false) = (resource.as_object_mut(), results.is_empty()) {
        members.insert("result".to_owned(), results.into());
    }
    let known = format!("DiagnosticReport?identifier={REPORTS}|{}", report.report_no);
    entries.push(json!({
        "fullUrl": name(0), "resource": resource, "request": {"method": "PUT", "url": known},
    }));
    entries
}

fn observation(report: &Report<'_>, item: &Item) -> Value {
    let (low, high) = item.range;
    json!({
        "resourceType": "Observation", "status": report.status,
        "code": loinc(item.code), "subject": subject(report.patient),
        "effectiveDateTime": instant(report.issued),
        "valueQuantity": quantity(item.value, item.unit),
        "interpretation": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
            "code": item.flag,
        }]}],
        "referenceRange": [{
            "low": quantity(low, item.unit), "high": quantity(high, item.unit),
        }],
    })
}

/// An entry that is created.
pub fn created(full_url: &str, kind: &str, resource: Value) -> Value {
    json!({
        "fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": kind},
    })
}

/// Entries that are carried out together.
pub fn transaction(entries: Vec<Value>) -> Value {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

/// The headers that prove a message: digest, what was signed, and the signature.
#[derive(Debug, Clone)]
pub struct Proof {
    /// `Content-Digest` (RFC 9530).
    pub content_digest: String,
    /// `Signature-Input`.
    pub input: String,
    /// `Signature`.
    pub signature: String,
}

/// Signs a POST to a path (RFC 9421, with ECDSA on P-256).
pub fn sign(
    system: &System,
    path: &str,
    body: &[u8],
    nonce: &str,
    clock: &Clock,
) -> Result<Proof, CommandError> {
    sign_as(system, (path, FHIR_JSON), body, nonce, clock)
}

/// The same for a body of another media type.
pub fn sign_as(
    system: &System,
    (path, media_type): (&str, &str),
    body: &[u8],
    nonce: &str,
    clock: &Clock,
) -> Result<Proof, CommandError> {
    let hash = BASE64_STANDARD.encode(digest(&SHA256, body));
    let content_digest = format!("sha-256=:{hash}:");
    let parameters = format!(
        "(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\");created={};\
         nonce=\"{nonce}\";keyid=\"{}\";alg=\"ecdsa-p256-sha256\"",
        clock.now().timestamp(),
        system.kid,
    );
    let base = format!(
        "\"@method\": POST\n\"@target-uri\": {}{path}\n\"content-digest\": {content_digest}\n\
         \"content-type\": {media_type}\n\"@signature-params\": {parameters}",
        system.caller.url,
    );
    let signature = crypto::sign(base.as_bytes(), &system.key, Algorithm::ES256)?;
    // The same bytes in the other alphabet of base64.
    let mut signature = signature.replace('-', "+").replace('_', "/");
    while !signature.len().is_multiple_of(4) {
        signature.push('=');
    }
    Ok(Proof {
        content_digest,
        input: format!("sig1={parameters}"),
        signature: format!("sig1=:{signature}:"),
    })
}

/// The media type of all of it.
pub const FHIR_JSON: &str = "application/fhir+json";
