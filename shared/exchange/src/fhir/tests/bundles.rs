//! Transactions and batches.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{BASE, city, schedule, slot};

fn entry(method: &str, url: &str, full_url: &str, resource: &Value) -> Value {
    json!({"fullUrl": full_url, "resource": resource, "request": {"method": method, "url": url}})
}

fn bundle(kind: &str, entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries})
}

const SCHEDULE: &str = "urn:uuid:00000000-0000-4000-8000-000000000001";

#[actix_web::test]
async fn a_transaction_leads_references_to_what_it_makes_and_answers_in_order() {
    let city = city().await;
    // What others refer to stands last, and what is read stands first.
    let sent = bundle(
        "transaction",
        &[
            json!({"request": {"method": "GET", "url": "Slot?identifier=urn:h|1"}}),
            entry(
                "POST",
                "Slot",
                "urn:uuid:00000000-0000-4000-8000-000000000002",
                &slot(SCHEDULE, "1"),
            ),
            entry("POST", "Schedule", SCHEDULE, &schedule("S1")),
        ],
    );
    let done = city.post("", &sent).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.at("/type"), "transaction-response");
    let statuses: Vec<Value> =
        (0..3).map(|n| done.at(&format!("/entry/{n}/response/status"))).collect();
    assert_eq!(statuses, ["200 OK", "201 Created", "201 Created"]);
    assert_eq!(done.at("/entry/1/response/etag"), "W/\"1\"");
    assert_eq!(done.at("/entry/1/resource"), Value::Null);
    let found = done.at("/entry/0/resource/entry/0/resource");
    let location = done.at("/entry/2/response/location");
    let schedule = location.as_str().unwrap().strip_suffix("/_history/1").unwrap();
    assert_eq!(found["schedule"]["reference"], schedule);
    let read = city.get(&format!("/{schedule}")).await;
    assert_eq!(read.status, 200);
}

#[actix_web::test]
async fn a_transaction_shows_what_it_made_when_asked() {
    let city = city().await;
    let sent = bundle("transaction", &[entry("POST", "Schedule", SCHEDULE, &schedule("S1"))]);
    for (preferred, pointer) in [
        ("return=representation", "/entry/0/resource/meta/versionId"),
        ("return=OperationOutcome", "/entry/0/response/outcome/issue/0/severity"),
    ] {
        let mut sent = sent.clone();
        sent["entry"][0]["resource"]["identifier"][0]["value"] = json!(preferred);
        let done = city.ask(Method::POST, "/").header("prefer", preferred).json(&sent);
        let done = done.reply().await;
        assert_eq!(done.status, 200, "{done:?}");
        assert!(done.header("ratelimit-policy").starts_with("\"push\""), "{done:?}");
        assert_ne!(done.at(pointer), Value::Null, "{done:?}");
    }
}

#[actix_web::test]
async fn of_a_transaction_that_fails_nothing_remains() {
    let city = city().await;
    let mut refused = slot(SCHEDULE, "2");
    refused["comment"] = json!("refuse");
    let fine = [
        entry("POST", "Schedule", SCHEDULE, &schedule("S1")),
        entry(
            "POST",
            "Slot",
            "urn:uuid:00000000-0000-4000-8000-000000000002",
            &slot(SCHEDULE, "1"),
        ),
    ];
    let mut held = refused.clone();
    held["comment"] = json!("hold");
    let lost = slot("Schedule/00000000-0000-4000-8000-00000000000f", "3");
    let nowhere = slot("urn:uuid:00000000-0000-4000-8000-00000000000e", "3");
    let missing = slot("Schedule?identifier=urn:h|none", "3");
    for (resource, status, code) in [
        (refused, 422, "exchange.fhir_unprocessable"),
        (held, 202, "exchange.held_order_unknown"),
        (lost, 422, "exchange.fhir_reference_unknown"),
        (nowhere, 422, "exchange.fhir_reference_unknown"),
        (missing, 422, "exchange.fhir_reference_unknown"),
    ] {
        let mut entries = fine.to_vec();
        entries.push(json!({"resource": resource, "request": {"method": "POST", "url": "Slot"}}));
        let reply = city.post("", &bundle("transaction", &entries)).await;
        assert_eq!((reply.status, reply.problem().as_str()), (status, code), "{reply:?}");
        assert_eq!(city.rows().await, 0, "{code}");
    }
}

#[actix_web::test]
async fn every_fault_of_every_entry_is_told_at_once() {
    let city = city().await;
    let (mut wrong, mut other) = (slot(SCHEDULE, "1"), schedule("S1"));
    wrong["status"] = json!("perhaps");
    wrong["colour"] = json!("red");
    other["actor"] = json!([]);
    let sent = bundle(
        "transaction",
        &[
            json!({"resource": wrong, "request": {"method": "POST", "url": "Slot"}}),
            json!({"resource": other, "request": {"method": "POST", "url": "Schedule"}}),
            json!({"request": {"method": "DELETE", "url": "Slot/1"}}),
            json!({"resource": {"resourceType": "Basic"}, "request": {"method": "POST", "url": "Basic"}}),
        ],
    );
    let reply = city.post("", &sent).await;
    assert_eq!((reply.status, reply.problem().as_str()), (400, "exchange.fhir_invalid"));
    let issues = reply.at("/issue");
    let places: Vec<&str> = issues
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["expression"][0].as_str().unwrap())
        .collect();
    for place in ["Bundle.entry[0].resource.status", "Bundle.entry[2]", "Bundle.entry[3]"] {
        assert!(places.contains(&place), "{place} is not in {places:?}");
    }
    assert!(places.iter().any(|place| place.starts_with("Bundle.entry[1].resource")), "{places:?}");
    assert_eq!(city.rows().await, 0);
}

#[actix_web::test]
async fn conditions_of_a_transaction_lead_to_what_is_there() {
    let city = city().await;
    let known = city.schedule().await;
    let mut create = entry("POST", "Schedule", SCHEDULE, &schedule("S1"));
    create["request"]["ifNoneExist"] = json!("identifier=urn:h|S1");
    let mut other = slot("Schedule?identifier=urn:h|S1", "2");
    other["schedule"]["display"] = json!("by its number");
    let absolute = slot(&format!("{BASE}/{known}"), "3");
    let sent = bundle(
        "transaction",
        &[
            create.clone(),
            json!({"resource": slot(SCHEDULE, "1"), "request": {"method": "POST", "url": "Slot"}}),
            json!({"resource": other, "request": {"method": "PUT", "url": "Slot?identifier=urn:h|2"}}),
            json!({"resource": absolute, "request": {"method": "POST", "url": "/Slot"}}),
        ],
    );
    let done = city.post("", &sent).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.at("/entry/0/response/status"), "200 OK");
    assert_eq!(done.at("/entry/0/response/location"), known);
    let found = city.get("/Slot").await;
    let entries = found.at("/entry");
    assert_eq!(entries.as_array().unwrap().len(), 3);
    for entry in entries.as_array().unwrap() {
        assert_eq!(entry["resource"]["schedule"]["reference"], known.as_str());
    }
    // The same condition twice would make two of one.
    let mut second = create.clone();
    second["fullUrl"] = json!("urn:uuid:00000000-0000-4000-8000-000000000009");
    let refused = city.post("", &bundle("transaction", &[create.clone(), second])).await;
    assert_eq!((refused.status, refused.problem().as_str()), (400, "exchange.fhir_bundle"));
    let refused = city.post("", &bundle("transaction", &[create.clone(), create])).await;
    assert_eq!((refused.status, refused.problem().as_str()), (400, "exchange.fhir_invalid"));
    assert_eq!(refused.at("/issue/0/expression/0"), "Bundle.entry[1].fullUrl");
}

#[actix_web::test]
async fn a_transaction_is_carried_out_once_under_the_number_of_its_bundle() {
    let city = city().await;
    let mut sent = bundle("transaction", &[entry("POST", "Schedule", SCHEDULE, &schedule("S1"))]);
    sent["identifier"] = json!({"system": "urn:h:messages", "value": "M1"});
    let first = city.post("", &sent).await;
    let again = city.post("/", &sent).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, ""));
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(again.text, first.text);
    assert_eq!(city.rows().await, 1);
}

#[actix_web::test]
async fn of_a_batch_each_entry_stands_by_itself() {
    let city = city().await;
    let known = city.schedule().await;
    let mut held = slot(&known, "3");
    held["comment"] = json!("hold");
    let mut sent = bundle(
        "batch",
        &[
            json!({"resource": slot(&known, "1"), "request": {"method": "POST", "url": "Slot"}}),
            json!({"resource": slot(SCHEDULE, "2"), "request": {"method": "POST", "url": "Slot"}}),
            json!({"resource": held, "request": {"method": "POST", "url": "Slot"}}),
            json!({"request": {"method": "GET", "url": known}}),
            json!({"request": {"method": "GET", "url": "Basic/1"}}),
            json!({"request": {"method": "DELETE", "url": known}}),
        ],
    );
    sent["identifier"] = json!({"value": "B1"});
    let done = city.post("", &sent).await;
    assert_eq!((done.status, done.at("/type")), (200, json!("batch-response")), "{done:?}");
    let statuses: Vec<Value> =
        (0..6).map(|n| done.at(&format!("/entry/{n}/response/status"))).collect();
    assert_eq!(
        statuses,
        [
            "201 Created",
            "422 Unprocessable Entity",
            "202 Accepted",
            "200 OK",
            "404 Not Found",
            "405 Method Not Allowed",
        ]
    );
    assert_eq!(done.at("/entry/2/response/outcome/resourceType"), "OperationOutcome");
    assert_eq!(done.at("/entry/3/resource/resourceType"), "Schedule");
    // Sent again, what was written is not written again.
    let again = city.post("", &sent).await;
    assert_eq!(again.at("/entry/0"), done.at("/entry/0"));
    assert_eq!(city.rows().await, 2);
}

#[actix_web::test]
async fn what_is_no_bundle_to_be_carried_out_is_refused() {
    let city = city().await;
    for (sent, code) in [
        (json!({}), "exchange.fhir_invalid"),
        (bundle("searchset", &[]), "exchange.fhir_invalid"),
        (bundle("transaction", &[json!({"request": {"method": "POST"}})]), "exchange.fhir_invalid"),
        (schedule("S1"), "exchange.fhir_invalid"),
    ] {
        let refused = city.post("", &sent).await;
        assert_eq!((refused.status, refused.problem().as_str()), (400, code), "{refused:?}");
    }
    let empty = city.post("", &bundle("transaction", &[])).await;
    assert_eq!((empty.status, empty.at("/entry")), (200, Value::Null));
}
