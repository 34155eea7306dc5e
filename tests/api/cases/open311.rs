//! The same cases by Open311 GeoReport v2.

use citygate::demo::actors::{Caller, Reply};
use reqwest::Method;
use serde_json::json;

use super::Line;
use crate::support::{Answer, TestApp};

const ROOT: &str = "/open311/v2";

async fn get(app: &TestApp, path: &str) -> Reply {
    app.anybody().get(&format!("{ROOT}/{path}")).await.unwrap()
}

async fn post(caller: &Caller, format: &str, form: &[(&str, &str)]) -> Reply {
    let request = caller.request(Method::POST, &format!("{ROOT}/requests.{format}"));
    caller.send(request.form(form)).await.unwrap()
}

fn failed(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(reply.body[0]["code"], status, "{}", reply.text);
    assert!(reply.body[0]["description"].as_str().unwrap().contains(code), "{}", reply.text);
    assert_eq!(reply.body.as_array().map(Vec::len), Some(1));
}

fn failed_as_xml(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    let begins = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error><code>";
    assert!(reply.text.starts_with(&format!("{begins}{status}</code>")), "{}", reply.text);
    assert!(reply.text.contains(code), "{}", reply.text);
}

/// The service that a category of a listing is.
fn code_of(line: &Line, category: &str) -> String {
    format!("{}_{category}", line.listing.strip_prefix("list_").unwrap())
}

#[tokio::test]
async fn services_are_categories_of_listings() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let code = code_of(&line, "noise");
    let listed = get(&app, "services.json?jurisdiction_id=330100").await;
    let services = listed.body.as_array().unwrap();
    let service = services.iter().find(|one| one["service_code"] == code).unwrap();
    assert_eq!(service["service_name"], "Noise");
    assert_eq!((&service["type"], &service["metadata"]), (&json!("realtime"), &json!(true)));
    let listed = get(&app, "services.xml?jurisdiction_id=330100").await;
    let named = format!("<service_code>{code}</service_code><service_name>Noise</service_name>");
    assert!(listed.text.contains(&named), "{}", listed.text);
    let definition = get(&app, &format!("services/{code}.json?jurisdiction_id=330100")).await;
    assert_eq!(definition.text_at("/attributes/0/values/0/key"), "complain", "{}", definition.text);
    let definition = get(&app, &format!("services/{code}.xml")).await;
    assert!(definition.text.contains("<value><key>complain</key>"), "{}", definition.text);
    let discovery = get(&app, "discovery.json").await;
    assert_eq!(discovery.text_at("/endpoints/0/url"), format!("{}{ROOT}", app.url));
    assert!(get(&app, "discovery.xml").await.text.contains("<endpoint>"));
    app.finish().await;
}

#[tokio::test]
async fn a_request_is_filed_and_read_in_both_formats() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let code = code_of(&line, "noise");
    let token = wang.caller.token.clone().unwrap();
    let form = [
        ("api_key", token.as_str()),
        ("jurisdiction_id", "330100"),
        ("service_code", &code),
        ("lat", "30.274151"),
        ("long", "120.155149"),
        ("address_string", "12 Example Road"),
        ("description", "They dance\r\nbelow <my> window."),
        ("attribute[intent]", "complain"),
        ("first_name", "nobody asks"),
    ];
    let taken = post(&app.anybody(), "json", &form).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    let id = taken.text_at("/0/service_request_id");
    let taken = post(&wang.caller, "xml", &form[1..]).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert!(taken.text.contains("<service_requests><request><service_notice>"), "{}", taken.text);
    let seen = wang.caller.get(&format!("/v1/cases/{id}")).await.unwrap();
    assert_eq!(seen.text_at("/text"), "They dance  below <my> window.");
    assert_eq!(seen.text_at("/case/intent"), "complain");

    let read = get(&app, &format!("requests/{id}.json?jurisdiction_id=330100")).await;
    assert_eq!(read.body[0]["status"], "open");
    assert_eq!(read.body[0]["status_notes"], "With a desk");
    assert_eq!(read.body[0]["agency_responsible"], "Parking Office");
    assert_eq!(read.body[0]["lat"], json!(30.27));
    assert_eq!(read.body[0]["requested_datetime"].as_str().map(str::len), Some(20));
    assert!(!read.text.contains("dance") && !read.text.contains("Example"), "{}", read.text);
    let all = get(&app, "requests.json?jurisdiction_id=330100").await;
    assert_eq!(all.body.as_array().map(Vec::len), Some(2), "{}", all.text);
    line.act(&id, "accept", &json!({})).await;
    let close = json!({"text": "The railway has it.", "outcome": "transferred"});
    assert_eq!(line.act(&id, "close", &close).await.status, 200);
    for (query, count) in [
        ("&status=closed", 1),
        ("&status=open", 1),
        ("&status=open,closed", 2),
        (&format!("&service_code={code}"), 2),
        (&format!("&service_code={}", code_of(&line, "thanks")), 0),
        ("&start_date=2026-11-23T00:00:00Z&end_date=2026-11-24T00:00:00%2B08:00", 2),
        ("&end_date=2026-11-22T00:00:00Z", 0),
        (&format!("&service_request_id={id},case_330100_x,nothing"), 1),
        ("&api_key=x&extensions=true", 2),
    ] {
        let found = get(&app, &format!("requests.json?jurisdiction_id=330100{query}")).await;
        assert_eq!(found.body.as_array().map(Vec::len), Some(count), "{query}: {}", found.text);
    }
    let found = get(&app, &format!("requests.xml?service_request_id={id}")).await;
    let notes =
        "<status>closed</status><status_notes>Closed: Transferred to another body</status_notes>";
    assert!(found.text.contains(notes), "{}", found.text);
    assert_eq!(get(&app, &format!("requests/{id}.xml")).await.text, found.text);
    app.finish().await;
}

#[tokio::test]
async fn failures_have_the_form_of_the_protocol() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let (code, caller) = (code_of(&line, "noise"), &wang.caller);
    let service = |code: &str| format!("services/{code}");
    let unknown = format!("requests/case_330100_{}", "0".repeat(32));
    for (path, query, status, problem) in [
        ("services", "", 400, "cases.jurisdiction_missing"),
        ("services", "?jurisdiction_id=999999", 404, "cases.jurisdiction_unknown"),
        ("services", "?jurisdiction_id=%00", 404, "cases.jurisdiction_unknown"),
        ("requests", "", 400, "cases.jurisdiction_missing"),
        ("requests", "?jurisdiction_id=330100&status=x", 400, "cases.form_unsound"),
        ("requests", "?jurisdiction_id=330100&start_date=x", 400, "cases.form_unsound"),
        ("requests", "?jurisdiction_id=330100&service_code=x", 404, "cases.service_unknown"),
        (&service(&code), "?jurisdiction_id=310000", 404, "cases.service_unknown"),
        (&service(&code_of(&line, "x")), "", 404, "cases.service_unknown"),
        (&service("x"), "", 404, "cases.service_unknown"),
        (&unknown, "", 404, "cases.case_unknown"),
        ("requests/x", "", 404, "cases.case_unknown"),
    ] {
        failed(&get(&app, &format!("{path}.json{query}")).await, status, problem);
        failed_as_xml(&get(&app, &format!("{path}.xml{query}")).await, status, problem);
    }
    failed(&get(&app, "nothing.json").await, 404, "request.not_found");
    let says =
        |text: &'static str| [("service_code", code.clone()), ("description", text.to_owned())];
    for (form, status, problem) in [
        (vec![], 400, "cases.service_missing"),
        (vec![("service_code", "x".to_owned())], 404, "cases.service_unknown"),
        (vec![("service_code", code.clone())], 400, "cases.form_unsound"),
        (says("a\u{0}").to_vec(), 400, "cases.form_unsound"),
        (says("The house is on fire").to_vec(), 422, "cases.not_taken"),
        ([&says("x")[..], &[("lat", "91".to_owned())]].concat(), 400, "cases.form_unsound"),
        (
            [&says("x")[..], &[("attribute[intent]", "thank".to_owned())]].concat(),
            422,
            "cases.intent",
        ),
        ([&says("x")[..], &[("jurisdiction_id", "310000".to_owned())]].concat(), 404, "cases.jur"),
    ] {
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, text)| (*name, text.as_str())).collect();
        failed(&post(caller, "json", &form).await, status, problem);
        failed_as_xml(&post(caller, "xml", &form).await, status, problem);
    }
    for form in [vec![], vec![("api_key", "x")]] {
        failed(&post(&app.anybody(), "json", &form).await, 401, "identity.token");
        failed_as_xml(&post(&app.anybody(), "xml", &form).await, 401, "identity.token");
    }
    let police = app.police().await;
    failed(&post(&police.caller, "json", &[]).await, 403, "identity.forbidden");
    let json_body = caller.post(&format!("{ROOT}/requests.json"), &json!({})).await.unwrap();
    failed(&json_body, 400, "request.invalid_body");
    let answer = Answer::to(caller.request(Method::GET, &format!("{ROOT}/services.xml"))).await;
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    assert_eq!(app.sql().await.count("cases.cases").await, 0);
    app.finish().await;
}
