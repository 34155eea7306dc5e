//! Requests that nobody sends by accident. Each is refused with a problem, and nothing changes.

mod bodies;
mod fhir;
mod scene;

use std::collections::BTreeMap;

use citygate_identity::DEMO_CITIZENS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    document::{Operation, operations},
    support::Answer,
};
use bodies::right_body;
use scene::Scene;

fn with_json_bodies() -> Vec<Operation> {
    let found: Vec<_> = operations().into_iter().filter(Operation::takes_json).collect();
    assert!(found.len() >= 50, "the document lists the operations with bodies");
    found
}

/// Bytes that are no JSON.
fn rubbish() -> Vec<Vec<u8>> {
    vec![
        vec![],
        b"{".into(),
        b"nonsense".into(),
        b"{} {}".into(),
        b"{\"a\": NaN}".into(),
        b"{\"a\": 1e999}".into(),
        b"{\"a\": \"\\ud800\"}".into(),
        b"{\"a\": \"\0\"}".into(),
        b"\xef\xbb\xbf{}".into(),
        b"\xff\xfe{\0}\0".into(),
        b"{\"name\": \"\xc3\x28\"}".into(),
        b"[".repeat(100_000),
        b"{\"a\":".repeat(100_000),
    ]
}

/// JSON that no operation takes.
fn oddities() -> Vec<Value> {
    let crowd: BTreeMap<String, i32> = (0..10_000).map(|n| (format!("member{n}"), n)).collect();
    vec![
        json!([]),
        json!(null),
        json!(true),
        json!(1),
        json!("text"),
        json!([{}]),
        json!({"nobody_knows": 1}),
        json!({"\u{0}": 1}),
        json!(vec![0; 10_000]),
        json!(crowd),
    ]
}

/// Values that are hardly right anywhere.
fn wrong_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(false),
        json!(1.5),
        json!(-1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("   "),
        json!("a\u{0}b"),
        json!("\u{0}"),
        json!("2026-11-20\u{0}"),
        json!("😀".repeat(5_000)),
        json!([]),
        json!({}),
        json!([15_000, "CNY"]),
        json!({"amount_minor": 1, "currency": "CNY", "more": 1}),
        json!(vec!["x"; 10_000]),
    ]
}

#[tokio::test]
async fn what_is_not_json_is_malformed_json() {
    let scene = Scene::set().await;
    let bodies = rubbish();
    for operation in with_json_bodies() {
        for body in &bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let answer = scene.send(&operation, body.clone()).await;
            let found = (answer.status, answer.problem());
            let expected = (400, "request.malformed_json".to_owned());
            assert_eq!(found, expected, "{} {shown}: {}", operation.id, answer.text);
        }
    }
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn json_of_another_shape_is_an_invalid_body() {
    let scene = Scene::set().await;
    let bodies = oddities();
    for operation in with_json_bodies() {
        for body in &bodies {
            let answer = scene.send(&operation, body.to_string()).await;
            let found = (answer.status, answer.problem());
            let shown: String = body.to_string().chars().take(40).collect();
            let expected = (400, "request.invalid_body".to_owned());
            assert_eq!(found, expected, "{} {shown}: {}", operation.id, answer.text);
        }
    }
    scene.nothing_has_changed().await;
}

/// The places in a body: its members or elements, and theirs.
fn pointers(value: &Value) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, part)| (name.clone(), part)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(n, part)| (n.to_string(), part)).collect()
        }
        _ => Vec::new(),
    };
    parts
        .into_iter()
        .flat_map(|(name, part)| {
            let deeper = pointers(part).into_iter().map(|rest| format!("/{name}{rest}"));
            deeper.chain([format!("/{name}")]).collect::<Vec<_>>()
        })
        .collect()
}

/// What is not wrong there: nothing is expected, a doctor has no role, a slot has no places.
fn is_right(pointer: &str, value: &Value) -> bool {
    match pointer {
        "/active" | "/approved" | "/upheld" | "/signs" | "/speaks_hl7" | "/open" | "/solved"
        | "/anonymous_to_desk" => value.is_boolean(),
        "/expected" | "/address" | "/cost" | "/month" => value.is_null(),
        "/place/lat" | "/place/long" => *value == json!(1.5),
        // What is wrong with a file, a form or an answer is told by what it says (200, 422).
        "/file" => value.as_str().is_some_and(|text| !text.is_empty()),
        "/form" | "/facts" => value.is_object(),
        "/form/copies" | "/facts/age" => true,
        // That an amount is out of bounds may be a fact (409, 422).
        amount if amount.ends_with("/amount_minor") => value.is_i64(),
        // What is wrong with a key, or no scope, is a fact (422).
        "/jwk" | "/sandbox_jwk" => value.is_object() || value.is_null(),
        "/scopes" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        "/scopes/0" => value.is_string(),
        "/roles" | "/papers" | "/present" | "/windows" | "/documents" | "/fields"
        | "/capabilities" => *value == json!([]),
        "/slots/0/places" => *value == json!({}),
        _ => false,
    }
}

#[tokio::test]
async fn a_wrong_value_anywhere_in_a_body_is_refused_by_its_place() {
    let scene = Scene::set().await;
    let wrong_values = wrong_values();
    let mut taken = Vec::new();
    for operation in with_json_bodies() {
        let right = right_body(&scene, &operation.id);
        for pointer in pointers(&right) {
            for wrong in &wrong_values {
                if is_right(&pointer, wrong) {
                    continue;
                }
                let mut body = right.clone();
                *body.pointer_mut(&pointer).unwrap() = wrong.clone();
                let shown: String = wrong.to_string().chars().take(40).collect();
                let answer = scene.send(&operation, body.to_string()).await;
                let about = format!("{} {pointer} {shown}: {}", operation.id, answer.text);
                let found = (answer.status, answer.problem());
                let named = answer.body["errors"][0]["pointer"].as_str().unwrap_or_default();
                let refused = found == (400, "request.invalid_body".to_owned());
                if !refused || !named.starts_with(&pointer) {
                    taken.push(about);
                }
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn dates_at_the_ends_of_time_are_refused() {
    let scene = Scene::set().await;
    let path = "/v1/traffic/decisions/3301060000000999";
    for (at, served_on) in [
        ("+262142-12-31T23:59:59Z", "2026-11-20"),
        ("-262143-01-01T00:00:00Z", "2026-11-20"),
        ("-4713-01-01T00:00:00Z", "2026-11-20"),
        ("-262143-01-01T00:00:00Z", "-262143-01-02"),
        ("-262143-01-01T00:00:00Z", "-9999-01-01"),
        ("2026-11-20T00:00:00Z", "+262142-12-31"),
        ("2026-11-20T00:00:00Z", "-262143-01-01"),
        ("2018-12-30T00:00:00Z", "2019-01-01"),
    ] {
        let mut body = scene.app.decision(DEMO_CITIZENS[0].2, 20_000);
        body["violation"]["at"] = at.into();
        body["served_on"] = served_on.into();
        let answer = Answer::to(scene.police.request(Method::PUT, path).json(&body)).await;
        let code = answer.problem();
        assert!([400, 422].contains(&answer.status), "{at} {served_on} {code}: {}", answer.text);
    }
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn a_body_has_to_say_that_it_is_json() {
    let scene = Scene::set().await;
    for operation in with_json_bodies() {
        let body = right_body(&scene, &operation.id).to_string();
        for media in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            let mut request = operation.request(scene.caller(&operation), &scene.paths);
            if let Some(media) = media {
                request = request.header("Content-Type", media);
            }
            let answer = Answer::to(request.body(body.clone())).await;
            assert_eq!(answer.problem(), "request.unsupported_media_type", "{}", operation.id);
            assert_eq!(answer.status, 415);
        }
    }
    let token = scene.anybody.request(Method::POST, "/v1/oauth/token");
    let answer = Answer::to(token.json(&json!({"grant_type": "refresh_token"}))).await;
    assert_eq!((answer.status, answer.problem()), (415, "request.unsupported_media_type".into()));
    scene.nothing_has_changed().await;
}

/// Numbers in paths: those that hospitals and fund centres give, and versions.
const OWN_NUMBERS: [&str; 11] = [
    "batch_no",
    "charge_no",
    "department_no",
    "location_no",
    "number",
    "order_no",
    "part_no",
    "practitioner_no",
    "session_no",
    "station_no",
    "version",
];

/// Operations of FHIR know no parameters that are wrong: such an address leads nowhere.
fn leads_nowhere(answer: &Answer) -> bool {
    let code = answer.problem();
    let type_or_more = ["exchange.fhir_type_unknown", "exchange.fhir_unknown"];
    (answer.status == 404 && type_or_more.contains(&&*code))
        || (answer.status, &*code) == (405, "exchange.fhir_ids_are_given")
}

#[tokio::test]
async fn an_id_of_another_form_is_an_invalid_parameter() {
    let scene = Scene::set().await;
    let zeros = "0".repeat(32);
    let of_other_kinds = [
        format!("pers_{zeros}"),
        format!("xxxx_330100_{zeros}"),
        format!("bill_33010_{zeros}"),
        format!("bill_330100_{}", "G".repeat(32)),
        "1".to_owned(),
    ];
    let of_no_kind = ["%00", "%ff", "%2e%2e%2fhealth", "%E9%9B%AA", &"9".repeat(10_000)];
    let mut tried = 0;
    // To whoever has no proof nothing is said of the result.
    let all = operations().into_iter().filter(|one| one.id != "results_get_result");
    for operation in all {
        // Agencies name their keys as they like.
        for name in operation.parameters.iter().filter(|name| *name != "kid") {
            let own = format!("{}/{name}", operation.id);
            // Agencies number their own things, with few characters.
            let others: &[String] =
                if OWN_NUMBERS.contains(&name.as_str()) { &[] } else { &of_other_kinds };
            let others = others.iter().map(String::as_str);
            for wrong in others.chain(of_no_kind) {
                let mut paths: BTreeMap<&str, String> = scene.paths.clone();
                paths.insert(&own, wrong.to_owned());
                let request = operation.request(scene.caller(&operation), &paths);
                if operation.path.starts_with("/open311/") {
                    let answer = Answer::to(request).await;
                    let unknown = ["cases.case_unknown", "cases.service_unknown"];
                    let leads_nowhere = unknown.contains(&&*answer.problem());
                    let refused = leads_nowhere && answer.status == 404;
                    assert!(refused, "{} {wrong:.40} {answer:?}", operation.id);
                    continue;
                }
                if operation.path.starts_with("/fhir/") {
                    let body = fhir::right_body(&scene, &operation);
                    let answer = Answer::to(request.json(&body)).await;
                    assert!(leads_nowhere(&answer), "{} {wrong:.40} {answer:?}", operation.id);
                    continue;
                }
                let answer = Answer::to(request.json(&json!({}))).await;
                let expected = (400, "request.invalid_parameter".to_owned());
                let found = (answer.status, answer.problem());
                assert_eq!(found, expected, "{} {wrong:.40}", operation.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn what_is_said_to_be_in_no_city_is_not_there() {
    let mut scene = Scene::set().await;
    // Some refusals are kept for whoever repeats the request.
    scene.before.remove("platform.idempotency_keys").expect("that table");
    let nowhere = |text: &String| text.replace("_330100_", "_260909_");
    let paths = scene.paths.iter().map(|(name, id)| (*name, nowhere(id))).collect();
    let mut tried = 0;
    for operation in operations() {
        let right =
            if operation.takes_json() { right_body(&scene, &operation.id) } else { Value::Null };
        let body: Value = serde_json::from_str(&nowhere(&right.to_string())).unwrap();
        let caller = scene.caller(&operation);
        let request = operation.request(caller, &paths).build().unwrap();
        let here = operation.request(caller, &scene.paths).build().unwrap();
        if request.url() == here.url() && body == right {
            continue;
        }
        let answer = Answer::to(operation.request(caller, &paths).json(&body)).await;
        let about = format!("{} {}", operation.id, answer.text);
        assert!((400..500).contains(&answer.status), "{about}");
        answer.problem();
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn an_idempotency_key_is_one_to_255_visible_characters() {
    let scene = Scene::set().await;
    let path = format!("/v1/bills/{}/payments", scene.paths["bill_id"]);
    let long = "k".repeat(256);
    for key in ["", " ", "two words", "tab\tbed", "caf\u{e9}", "键", &long] {
        let key = reqwest::header::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        let request = scene.citizen.request(Method::POST, &path);
        let request = request.header("Idempotency-Key", key.clone()).json(&json!({}));
        let answer = Answer::to(request).await;
        let expected = (400, "request.idempotency_key_required".to_owned());
        assert_eq!((answer.status, answer.problem()), expected, "{key:?}");
    }
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn rubbish_for_a_token_is_no_token() {
    let scene = Scene::set().await;
    let long = format!("Bearer {}", "x".repeat(20_000));
    for value in ["Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer \u{e9}", "", &long] {
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let request = scene.anybody.request(Method::GET, "/v1/me");
        let answer = Answer::to(request.header("Authorization", value.clone())).await;
        assert_eq!(answer.status, 401, "{value:?}");
        assert!(answer.problem().starts_with("identity.token_"), "{value:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{value:?}");
    }
    scene.nothing_has_changed().await;
}

#[tokio::test]
async fn the_token_endpoint_refuses_odd_forms_as_its_standard_says() {
    let scene = Scene::set().await;
    let jwt_bearer = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (form, status, error) in [
        (String::new(), 400, "invalid_request"),
        ("grant_type=".to_owned(), 400, "unsupported_grant_type"),
        ("grant_type=password&username=a&password=b".to_owned(), 400, "unsupported_grant_type"),
        ("grant_type=refresh_token".to_owned(), 400, "invalid_request"),
        ("grant_type=refresh_token&refresh_token=%00".to_owned(), 400, "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=%ff".to_owned(), 400, "invalid_grant"),
        ("grant_type=refresh_token&grant_type=refresh_token".to_owned(), 400, "invalid_request"),
        ("grant_type=client_credentials&client_assertion=x".to_owned(), 400, "invalid_request"),
        (format!("grant_type=client_credentials&{jwt_bearer}"), 400, "invalid_request"),
        (
            format!("grant_type=client_credentials&{jwt_bearer}&client_assertion=a.b.c"),
            401,
            "invalid_client",
        ),
        (format!("grant_type={}", "x".repeat(100_000)), 400, "invalid_request"),
    ] {
        let request = scene.anybody.request(Method::POST, "/v1/oauth/token");
        let media = "application/x-www-form-urlencoded";
        let answer = Answer::to(request.header("Content-Type", media).body(form.clone())).await;
        let found = (answer.status, answer.body["error"].as_str().unwrap_or_default());
        assert_eq!(found, (status, error), "{form:.80}: {}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    scene.nothing_has_changed().await;
}
