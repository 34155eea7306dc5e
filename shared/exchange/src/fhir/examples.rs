//! What the OpenAPI document shows of FHIR: messages that a city with its demo data takes over. The
//! patient is 王芳 of the demo data.

use serde_json::{Value, json};

const ORDER_NO: &str = "PY-20261005-0007";

fn patient() -> Value {
    json!({"identifier": {"system": "urn:oid:2.16.156.10011.1.3", "value": "330106199305120021"}})
}

fn blood_count() -> Value {
    json!({
        "coding": [{"system": "http://loinc.org", "code": "58410-2", "display": "血常规"}],
        "text": "血常规"
    })
}

/// An order for a blood count.
pub(super) fn order() -> Value {
    json!({
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "urn:first-hospital:order", "value": ORDER_NO}],
        "status": "active",
        "intent": "order",
        "code": blood_count(),
        "subject": patient(),
        "authoredOn": "2026-10-05T08:00:00+08:00"
    })
}

/// A site of a hospital.
pub(super) fn site() -> Value {
    json!({
        "resourceType": "Location",
        "identifier": [{"system": "urn:citygate:location-no", "value": "HB"}],
        "status": "active",
        "name": "湖滨院区",
        "address": {"text": "湖滨路1号"},
        "position": {"longitude": 120.1614, "latitude": 30.2551},
        "physicalType": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "si"
        }]}
    })
}

/// A report with an observation, and the order that it answers.
pub(super) fn result() -> Value {
    let [order_url, item_url, report_url] = [
        "urn:uuid:0b6f6ba4-52b1-4d0f-8a51-6f0c0c1f4a01",
        "urn:uuid:0b6f6ba4-52b1-4d0f-8a51-6f0c0c1f4a02",
        "urn:uuid:0b6f6ba4-52b1-4d0f-8a51-6f0c0c1f4a03",
    ];
    let report = json!({
        "resourceType": "DiagnosticReport",
        "identifier": [{"system": "urn:first-hospital:report", "value": "R-20261005-0007"}],
        "basedOn": [{"reference": order_url}],
        "status": "final",
        "category": [{"coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "HM"}
        ]}],
        "code": blood_count(),
        "subject": patient(),
        "effectiveDateTime": "2026-10-05T08:30:00+08:00",
        "issued": "2026-10-05T09:30:00+08:00",
        "result": [{"reference": item_url}]
    });
    let entry = |url, resource: Value| {
        let request = json!({"method": "POST", "url": resource.get("resourceType")});
        json!({"fullUrl": url, "resource": resource, "request": request})
    };
    json!({
        "resourceType": "Bundle",
        "identifier": {"system": "urn:first-hospital:message", "value": "M-20261005-0007"},
        "type": "transaction",
        "entry": [entry(order_url, order()), entry(item_url, item()), entry(report_url, report)]
    })
}

fn item() -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "6690-2", "display": "白细胞计数"}]
        },
        "effectiveDateTime": "2026-10-05T08:30:00+08:00",
        "valueQuantity": {"value": 5.8, "unit": "10*9/L"},
        "referenceRange": [{"low": {"value": 3.5}, "high": {"value": 9.5}}]
    })
}

/// A day in which a place is looked for (`$find`).
pub(super) fn period() -> Value {
    json!({
        "resourceType": "Parameters",
        "parameter": [
            {"name": "start", "valueDateTime": "2026-12-01T08:00:00+08:00"},
            {"name": "end", "valueDateTime": "2026-12-02T18:00:00+08:00"}
        ]
    })
}

#[cfg(test)]
mod tests {
    use citygate_fhir::{Bundle, Parameters, Resource, validate};

    use super::*;

    #[test]
    fn examples_are_as_fhir_has_them() {
        let bundle = result();
        let parts = bundle["entry"].as_array().unwrap().iter();
        let parts: Vec<_> = parts.map(|entry| entry["resource"].clone()).collect();
        for example in parts.into_iter().chain([order(), site()]) {
            let resource = Resource::parse(&example.to_string()).unwrap();
            assert_eq!(validate(&resource), [], "{example}");
        }
        assert_eq!(Bundle::parse(&bundle.to_string()).unwrap().entries.len(), 3);
        assert!(Parameters::read(&period()).is_ok());
    }
}
