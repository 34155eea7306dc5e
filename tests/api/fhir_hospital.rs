//! A scheduling client that knows FHIR and nothing else: it opens a session, finds a place, keeps it,
//! books it, and gives it up.

use chrono::TimeDelta;
use citygate::demo::{HOSPITAL_SCOPES, actors::Caller};
use citygate_hospital::HOSPITAL;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    hospital_things::other_hospital,
    support::{Answer, TestApp},
};

const ID_NUMBER: &str = "11010519491231002X";

async fn get(caller: &Caller, path: &str) -> Answer {
    Answer::to(caller.request(Method::GET, &format!("/fhir/r4{path}"))).await
}

async fn send(caller: &Caller, (method, path): (Method, &str), key: &str, body: &Value) -> Answer {
    let request = caller.request(method, &format!("/fhir/r4{path}"));
    let request = request.header("Content-Type", "application/fhir+json");
    Answer::to(request.header("Idempotency-Key", key).body(body.to_string())).await
}

/// The only match of a search.
async fn one(caller: &Caller, path: &str) -> Value {
    let found = get(caller, path).await;
    let matches = found.body["entry"].as_array().map(Vec::len);
    assert_eq!((found.status, matches), (200, Some(1)), "{}", found.text);
    found.body["entry"][0]["resource"].clone()
}

fn parameters(list: Value) -> Value {
    json!({"resourceType": "Parameters", "parameter": list})
}

/// A session of tomorrow with two windows, each with a place for the counter.
fn session(on: &str, department: &str, doctor: &str) -> Value {
    let places = json!({"url": "urn:citygate:places", "extension": [
        {"url": "channel", "valueCode": "onsite"}, {"url": "capacity", "valueUnsignedInt": 1},
    ]});
    let slot = |from: &str, to: &str| {
        let content = json!({
            "resourceType": "Slot", "status": "free", "extension": [places],
            "schedule": {"reference": "urn:uuid:4f1d0f1e-3a63-4b25-9d0c-0b6a5b9b2f10"},
            "start": format!("{on}T{from}:00+08:00"), "end": format!("{on}T{to}:00+08:00"),
        });
        json!({"resource": content, "request": {"method": "POST", "url": "Slot"}})
    };
    let schedule = json!({
        "resourceType": "Schedule",
        "identifier": [{"system": "urn:citygate:session-no", "value": "FHIR-1"}],
        "serviceType": [{"coding": [{"system": "urn:citygate:clinic-kind", "code": "expert"}]}],
        "actor": [
            {"reference": format!("HealthcareService/{department}")},
            {"reference": format!("Practitioner/{doctor}")},
        ],
        "planningHorizon": {"start": on},
    });
    json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {
            "fullUrl": "urn:uuid:4f1d0f1e-3a63-4b25-9d0c-0b6a5b9b2f10", "resource": schedule,
            "request": {"method": "POST", "url": "Schedule"},
        },
        slot("09:00", "09:30"),
        slot("09:30", "10:00"),
    ]})
}

#[tokio::test]
async fn a_client_that_knows_fhir_alone_opens_finds_books_and_gives_up() {
    let app = TestApp::start().await;
    let hospital = app.system_of(HOSPITAL, HOSPITAL_SCOPES).await.caller;
    let other = app.system_of(other_hospital(), HOSPITAL_SCOPES).await.caller;
    let of = "/HealthcareService?identifier=urn:citygate:department-no%7CCARD";
    let department = one(&hospital, of).await["id"].as_str().unwrap().to_owned();
    let who = "/Practitioner?identifier=urn:citygate:practitioner-no%7CD02";
    let doctor = one(&hospital, who).await["id"].as_str().unwrap().to_owned();
    let on = (app.today() + TimeDelta::days(1)).to_string();

    let bundle = session(&on, &department, &doctor);
    let opened = send(&hospital, (Method::POST, ""), "1", &bundle).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let statuses: Vec<_> = (0..3).map(|n| &opened.body["entry"][n]["response"]["status"]).collect();
    assert_eq!(statuses, ["201 Created"; 3], "{}", opened.text);
    let schedule = one(&hospital, "/Schedule?identifier=urn:citygate:session-no%7CFHIR-1").await;
    let schedule = schedule["id"].as_str().unwrap().to_owned();
    // Under another number it is the same session, and nothing is new.
    let again = send(&hospital, (Method::POST, ""), "2", &bundle).await;
    assert_eq!(again.body["entry"][0]["response"]["status"], "200 OK", "{}", again.text);

    let free = format!("/Slot?schedule=Schedule/{schedule}&status=free&start=ge{on}");
    let slots = get(&hospital, &free).await;
    assert_eq!(slots.body["entry"].as_array().map(Vec::len), Some(2), "{}", slots.text);
    assert!(get(&other, &free).await.body.get("entry").is_none());
    let slot = slots.body["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let patient = json!({
        "resourceType": "Patient", "name": [{"text": "王芳"}],
        "identifier": [{"value": ID_NUMBER, "type": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NI",
        }]}}],
    });
    let proposed = json!({"reference": format!("Appointment/{slot}")});
    let ask = parameters(json!([
        {"name": "appointment-reference", "valueReference": proposed},
        {"name": "patient-resource", "resource": patient},
    ]));
    let held = send(&hospital, (Method::POST, "/Appointment/$hold"), "3", &ask).await;
    assert_eq!(held.status, 200, "{}", held.text);
    let kept = &held.body["entry"][0]["resource"];
    assert_eq!(kept["status"], "pending");
    let id = kept["id"].as_str().unwrap().to_owned();
    let ask = parameters(json!([{
        "name": "appointment-reference",
        "valueReference": {"reference": format!("Appointment/{id}")},
    }]));
    let booked = send(&hospital, (Method::POST, "/Appointment/$book"), "4", &ask).await;
    assert_eq!(booked.body["entry"][0]["resource"]["status"], "booked", "{}", booked.text);
    let replayed = send(&hospital, (Method::POST, "/Appointment/$book"), "4", &ask).await;
    assert_eq!((replayed.header("idempotent-replayed"), &replayed.text), ("true", &booked.text));

    let path = format!("/Appointment/{id}");
    let read = get(&hospital, &path).await;
    assert_eq!((read.status, &read.body["status"]), (200, &json!("booked")), "{}", read.text);
    assert!(!read.text.contains(ID_NUMBER) && !read.text.contains("王芳"), "{}", read.text);
    let refused = get(&other, &path).await;
    assert_eq!((refused.status, refused.problem().as_str()), (404, "exchange.fhir_unknown"));
    let cancel = format!("{path}/$cancel");
    let nothing = parameters(json!([]));
    let refused = send(&other, (Method::POST, &cancel), "5", &nothing).await;
    assert_eq!((refused.status, refused.problem().as_str()), (404, "exchange.fhir_unknown"));

    // Who has seen an older version changes nothing.
    let mut cancelled = read.body.clone();
    cancelled["status"] = json!("cancelled");
    let request = hospital.request(Method::PUT, &format!("/fhir/r4{path}"));
    let request = request.header("Content-Type", "application/fhir+json");
    let stale = request.header("If-Match", "W/\"1\"").body(cancelled.to_string());
    let stale = Answer::to(stale).await;
    let expected = (412, "exchange.fhir_version_differs");
    assert_eq!((stale.status, stale.problem().as_str()), expected, "{}", stale.text);
    let given_up = send(&hospital, (Method::POST, &cancel), "6", &nothing).await;
    assert_eq!(given_up.body["entry"][0]["resource"]["status"], "cancelled", "{}", given_up.text);
    assert_eq!(get(&hospital, &path).await.body["status"], "cancelled");
    let slots = get(&hospital, &free).await;
    assert_eq!(slots.body["entry"].as_array().map(Vec::len), Some(2), "{}", slots.text);
    app.finish().await;
}
