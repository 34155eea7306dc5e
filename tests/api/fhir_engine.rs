//! FHIR R4 as a hospital's system meets it: what it is told of the server, its own resources in pages,
//! nothing of anybody else's, and failures in FHIR's own form.

use citygate::demo::{HOSPITAL_SCOPES, actors::Caller};
use citygate_hospital::HOSPITAL;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    hospital_things::other_hospital,
    support::{Answer, TestApp},
};

async fn get(caller: &Caller, path: &str) -> Answer {
    Answer::to(caller.request(Method::GET, path)).await
}

/// All that a search finds, page by page.
async fn all(app: &TestApp, caller: &Caller, path: &str) -> Vec<Value> {
    let (mut found, mut path) = (Vec::new(), path.to_owned());
    loop {
        let page = get(caller, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        found.extend(page.body["entry"].as_array().into_iter().flatten().cloned());
        let links = page.body["link"].as_array().unwrap().iter();
        let mut next = links.filter(|link| link["relation"] == "next");
        let Some(next) = next.next() else { return found };
        path = next["url"].as_str().unwrap().strip_prefix(&app.url).unwrap().to_owned();
    }
}

#[tokio::test]
async fn a_hospital_reads_its_own_page_by_page_and_nothing_of_another() {
    let app = TestApp::start().await;
    let own = app.system_of(HOSPITAL, HOSPITAL_SCOPES).await.caller;
    let other = app.system_of(other_hospital(), HOSPITAL_SCOPES).await.caller;
    let kinds = ["Organization", "Location", "HealthcareService", "PractitionerRole", "Schedule"];
    for kind in kinds {
        let path = format!("/fhir/r4/{kind}?_count=3");
        let mine = all(&app, &own, &path).await;
        assert!(!mine.is_empty(), "{kind}");
        let ids = |found: &[Value]| -> Vec<String> {
            let ids = found.iter().map(|entry| entry["resource"]["id"].as_str().unwrap());
            ids.map(ToOwned::to_owned).collect()
        };
        let (mine, theirs) = (ids(&mine), ids(&all(&app, &other, &path).await));
        let mut once = mine.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), mine.len(), "{kind}");
        assert!(!theirs.iter().any(|id| mine.contains(id)), "{kind}");
        let path = format!("/fhir/r4/{kind}/{}", mine[0]);
        let read = get(&own, &path).await;
        assert_eq!((read.status, &read.body["id"]), (200, &json!(mine[0])), "{}", read.text);
        let version = read.body["meta"]["versionId"].as_str().unwrap();
        assert_eq!(read.header("etag"), format!("W/\"{version}\""));
        let refused = get(&other, &path).await;
        assert_eq!((refused.status, refused.problem().as_str()), (404, "exchange.fhir_unknown"));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_batch_reads_several_at_once_at_either_form_of_the_base() {
    let app = TestApp::start().await;
    let own = app.system_of(HOSPITAL, HOSPITAL_SCOPES).await.caller;
    let sent = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": "Schedule?_count=1"}},
        {"request": {"method": "GET", "url": "Location/none"}},
        {"request": {"method": "DELETE", "url": "Location/none"}},
    ]});
    for path in ["/fhir/r4", "/fhir/r4/"] {
        let request = own.request(Method::POST, path);
        let request = request.header("Content-Type", "application/fhir+json");
        let done = Answer::to(request.body(sent.to_string())).await;
        assert_eq!((done.status, &done.body["type"]), (200, &json!("batch-response")));
        let statuses: Vec<_> =
            (0..3).map(|n| &done.body["entry"][n]["response"]["status"]).collect();
        assert_eq!(statuses, ["200 OK", "404 Not Found", "405 Method Not Allowed"]);
        assert_eq!(done.body["entry"][0]["resource"]["type"], "searchset");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_server_says_what_it_keeps_and_where_tokens_come_from() {
    let app = TestApp::start().await;
    let anybody = app.anybody();
    let statement = get(&anybody, "/fhir/r4/metadata").await;
    assert_eq!(statement.status, 200, "{}", statement.text);
    assert_eq!(statement.body["implementation"]["url"], format!("{}/fhir/r4", app.url));
    let resources = statement.body["rest"][0]["resource"].as_array().unwrap();
    let kinds: Vec<&str> = resources.iter().map(|one| one["type"].as_str().unwrap()).collect();
    let expected = [
        "Patient",
        "Organization",
        "Location",
        "HealthcareService",
        "Practitioner",
        "PractitionerRole",
        "Schedule",
        "Slot",
        "Appointment",
    ];
    for kind in expected {
        assert_eq!(kinds.iter().filter(|one| **one == kind).count(), 1, "{kind} in {kinds:?}");
    }
    let appointments = resources.iter().find(|one| one["type"] == "Appointment").unwrap();
    let operations = appointments["operation"].as_array().unwrap().iter();
    let names: Vec<_> = operations.map(|one| one["name"].as_str().unwrap()).collect();
    for name in ["find", "hold", "book", "cancel"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let smart = get(&anybody, "/fhir/r4/.well-known/smart-configuration").await;
    assert_eq!(smart.body["token_endpoint"], format!("{}/v1/oauth/token", app.url));
    app.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_so_in_fhirs_own_form() {
    let app = TestApp::start().await;
    let reader = app.system_of(HOSPITAL, &["system/Slot.rs"]).await.caller;
    let unconnected = app.system_of(app.other_agency().await, &["system/*.read"]).await.caller;
    let citizen = app.demo_citizen(0).await.caller;
    for (caller, path, status, code) in [
        (&app.anybody(), "/fhir/r4/Slot", 401, "identity.token_required"),
        (&citizen, "/fhir/r4/Slot", 403, "identity.forbidden"),
        (&reader, "/fhir/r4/Schedule", 403, "identity.scope_missing"),
        (&unconnected, "/fhir/r4/Slot", 403, "exchange.not_connected"),
        (&reader, "/fhir/r4/Basic", 404, "exchange.fhir_type_unknown"),
        (&reader, "/fhir/r4/Slot/1/2", 404, "request.not_found"),
    ] {
        let refused = get(caller, path).await;
        assert_eq!((refused.status, refused.problem().as_str()), (status, code), "{path}");
        assert!(refused.header("content-type").starts_with("application/fhir+json"));
        let challenged = !refused.header("www-authenticate").is_empty();
        assert_eq!(challenged, status == 401 || code == "identity.scope_missing", "{path}");
    }
    assert_eq!(get(&reader, "/fhir/r4/Slot").await.status, 200);
    app.finish().await;
}
