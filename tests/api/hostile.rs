//! Requests that nobody sends by accident. Each is refused with a problem, and nothing changes.

use std::collections::BTreeMap;

use citygate::demo::actors::Caller;
use citygate_identity::DEMO_CITIZENS;
use citygate_traffic::POLICE;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    document::{Operation, Role, nothing, operations},
    staff::Agency,
    support::{Answer, TestApp, yuan},
};

/// A city with everybody who may call, and the parameters of paths that lead to something.
struct Scene {
    app: TestApp,
    anybody: Caller,
    citizen: Caller,
    police: Caller,
    admin: Caller,
    clerk: Caller,
    paths: BTreeMap<&'static str, String>,
    before: BTreeMap<String, String>,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let (citizen, police) = (app.demo_citizen(0).await.caller, app.police().await.caller);
        let Agency { admin, clerk, .. } = Agency::new(&app, POLICE, "police.example").await;
        let (admin, clerk) = (admin.caller, clerk.caller);
        let bills = citizen.get("/v1/bills").await.unwrap();
        let mut paths = nothing();
        paths.insert("agency_id", POLICE.to_string());
        paths.insert("bill_id", bills.text_at("/items/0/id"));
        let before = app.sql().await.dump().await;
        Self { anybody: app.anybody(), citizen, police, admin, clerk, paths, before, app }
    }

    fn caller(&self, operation: &Operation) -> &Caller {
        match operation.role {
            Role::Anybody => &self.anybody,
            Role::Citizen | Role::EndUser => &self.citizen,
            Role::Partner => &self.police,
            Role::Staff if operation.id == "identity_look_up_person_as_staff" => &self.clerk,
            Role::Staff => &self.admin,
        }
    }

    async fn send(&self, operation: &Operation, body: impl Into<reqwest::Body>) -> Answer {
        let request = operation.request(self.caller(operation), &self.paths);
        Answer::to(request.header("Content-Type", "application/json").body(body)).await
    }

    async fn nothing_has_changed(self) {
        let after = self.app.sql().await.dump().await;
        for (table, rows) in &self.before {
            assert_eq!(after.get(table), Some(rows), "{table} has changed");
        }
        self.app.finish().await;
    }
}

fn with_json_bodies() -> Vec<Operation> {
    let found: Vec<_> = operations().into_iter().filter(Operation::takes_json).collect();
    assert!(found.len() >= 7, "the document lists the operations with bodies");
    found
}

#[tokio::test]
async fn what_is_not_json_is_malformed_json() {
    let scene = Scene::set().await;
    let bodies: Vec<Vec<u8>> = vec![
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
    ];
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
    let crowd: BTreeMap<String, i32> = (0..10_000).map(|n| (format!("member{n}"), n)).collect();
    let bodies = [
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
    ];
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

/// An identifier of a kind that names nothing.
fn nobodys(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(32))
}

/// A body that each operation would take.
fn right_body(scene: &Scene, operation: &str) -> Value {
    match operation {
        "identity_send_code" => json!({"address": "new@citygate.example", "city": "330100"}),
        "identity_sign_in" => {
            json!({"challenge": nobodys("chal"), "code": "123456", "password": "vD7#qLm2"})
        }
        "identity_sign_in_with_password" => {
            json!({"address": "new@citygate.example", "password": "vD7#qLm2"})
        }
        "identity_sign_in_with_passkey" => json!({
            "ceremony": nobodys("crmy"),
            "credential": {
                "rawId": "AAAA", "type": "public-key",
                "response": {
                    "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA",
                    "userHandle": "AAAA",
                },
            },
        }),
        "identity_add_passkey" => json!({
            "ceremony": nobodys("crmy"), "name": "my phone",
            "credential": {
                "rawId": "AAAA", "type": "public-key",
                "response": {"attestationObject": "AAAA", "clientDataJSON": "AAAA"},
            },
        }),
        "identity_rename_passkey" => json!({"name": "my phone"}),
        "identity_send_phone_code" => json!({"phone": "+8613800138000"}),
        "identity_put_phone" => json!({"challenge": nobodys("chal"), "code": "123456"}),
        "identity_put_password" => json!({"password": "vD7#qLm2"}),
        "identity_put_real_name" => {
            json!({
                "name": DEMO_CITIZENS[0].1,
                "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            })
        }
        "identity_send_step_up_code" => json!({"purpose": "identity.read"}),
        "identity_step_up" => json!({
            "purpose": "identity.read",
            "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            "code": "123456",
        }),
        "identity_look_up_person" | "identity_look_up_person_as_staff" => json!({
            "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": "1",
        }),
        "identity_put_webhook" => json!({"url": "http://127.0.0.1:9/"}),
        "payments_pay_bill" => json!({"expected": {"amount_minor": 15_000, "currency": "CNY"}}),
        "payments_create_top_up" => json!({
            "amount": {"amount_minor": 100, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
        }),
        "payments_issue_bill" => rich_bill(scene),
        "payments_issue_bills" => json!({"bills": [scene.app.bill("1", DEMO_CITIZENS[0].2, 100)]}),
        "payments_cancel_bill" => json!({"reason": "a mistake"}),
        "payments_refund_payment" => {
            json!({"available": yuan(100), "amount": yuan(100), "reason": "a mistake"})
        }
        "traffic_put_decision" => scene.app.decision(DEMO_CITIZENS[0].2, 20_000),
        "identity_invite_staff" => json!({"email": "li@police.example", "role": "clerk"}),
        "identity_accept_staff_invitation" => json!({"code": "A".repeat(43)}),
        // What is wrong with a key is a fact of its own (422).
        "identity_add_client_key" => json!({}),
        other => panic!("what does {other} take?"),
    }
}

/// A bill with every member that is no list and no choice between two.
fn rich_bill(scene: &Scene) -> Value {
    let mut bill = scene.app.bill("1", DEMO_CITIZENS[0].2, 100);
    bill["payer"] = json!({"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2});
    bill["surcharge"] = json!({"basis_points_per_day": 5, "cap": yuan(100)});
    bill["expires_at"] = "2027-01-01T00:00:00Z".into();
    bill
}

/// The places in a body: its members, and theirs.
fn pointers(value: &Value) -> Vec<String> {
    let members = value.as_object().into_iter().flatten();
    members
        .flat_map(|(name, member)| {
            let deeper = pointers(member).into_iter().map(move |rest| format!("/{name}{rest}"));
            deeper.chain([format!("/{name}")])
        })
        .collect()
}

#[tokio::test]
async fn a_wrong_value_anywhere_in_a_body_is_refused_by_its_place() {
    let scene = Scene::set().await;
    let wrong_values = [
        json!(null),
        json!(false),
        json!(1.5),
        json!(-1e300),
        json!(u64::MAX),
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
    ];
    for operation in with_json_bodies() {
        let right = right_body(&scene, &operation.id);
        for pointer in pointers(&right) {
            for wrong in &wrong_values {
                if (pointer.as_str(), wrong) == ("/expected", &Value::Null) {
                    continue; // as good as none
                }
                let mut body = right.clone();
                *body.pointer_mut(&pointer).unwrap() = wrong.clone();
                let shown: String = wrong.to_string().chars().take(40).collect();
                let answer = scene.send(&operation, body.to_string()).await;
                let about = format!("{} {pointer} {shown}: {}", operation.id, answer.text);
                let found = (answer.status, answer.problem());
                assert_eq!(found, (400, "request.invalid_body".to_owned()), "{about}");
                let named = answer.body["errors"][0]["pointer"].as_str().unwrap();
                assert!(named.starts_with(&pointer), "{about}");
            }
        }
    }
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

#[tokio::test]
async fn an_id_of_another_form_is_an_invalid_parameter() {
    let scene = Scene::set().await;
    let zeros = "0".repeat(32);
    let mut tried = 0;
    for operation in operations() {
        // Agencies name their keys as they like.
        for name in operation.parameters.iter().filter(|name| *name != "kid") {
            for wrong in [
                format!("pers_{zeros}"),
                format!("xxxx_330100_{zeros}"),
                format!("bill_33010_{zeros}"),
                format!("bill_330100_{}", "G".repeat(32)),
                "1".to_owned(),
                "%00".to_owned(),
                "%ff".to_owned(),
                "%2e%2e%2fhealth".to_owned(),
                "9".repeat(10_000),
            ] {
                let mut paths = scene.paths.clone();
                paths.insert(name, wrong.clone());
                let request = operation.request(scene.caller(&operation), &paths);
                let answer = Answer::to(request.json(&json!({}))).await;
                let expected = (400, "request.invalid_parameter".to_owned());
                let found = (answer.status, answer.problem());
                assert_eq!(found, expected, "{} {wrong:.40}", operation.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
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
