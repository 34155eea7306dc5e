//! Who may call what: every operation of the OpenAPI document against everybody.

use std::collections::{BTreeMap, BTreeSet};

use citygate::demo::actors::{Caller, System};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    document::{Operation, Role, nothing, operations},
    support::{Answer, TestApp, yuan},
};

/// The operations that need no token. This list only becomes shorter.
const PUBLIC: [&str; 26] = [
    "catalogue_get_city",
    "catalogue_list_cities",
    "identity_authorize",
    "identity_begin_passkey_sign_in",
    "identity_decide_on_page",
    "identity_get_end_session",
    "identity_get_jwks",
    "identity_get_openid_configuration",
    "identity_get_passkey_script",
    "identity_get_server_metadata",
    "identity_introspect_token",
    "identity_post_authorization_request",
    "identity_post_end_session",
    "identity_push_authorization_request",
    "identity_revoke_token",
    "identity_send_code",
    "identity_send_code_on_page",
    "identity_sign_in",
    "identity_sign_in_on_page",
    "identity_sign_in_with_passkey",
    "identity_sign_in_with_passkey_on_page",
    "identity_sign_in_with_password",
    "identity_token",
    "platform_get_health_live",
    "platform_get_health_ready",
    "platform_get_metrics",
];

/// The operations that a citizen without a real name may use. This list only becomes shorter.
const NAMELESS: [&str; 19] = [
    "identity_accept_staff_invitation",
    "identity_add_passkey",
    "identity_begin_passkey_registration",
    "identity_delete_passkey",
    "identity_delete_password",
    "identity_delete_phone",
    "identity_end_other_sessions",
    "identity_end_session",
    "identity_get_me",
    "identity_get_sign_in_methods",
    "identity_list_my_roles",
    "identity_list_passkeys",
    "identity_list_sessions",
    "identity_put_password",
    "identity_put_phone",
    "identity_put_real_name",
    "identity_rename_passkey",
    "identity_send_phone_code",
    "identity_sign_out",
];

async fn try_it(operation: &Operation, caller: &Caller) -> Answer {
    let request = operation.request(caller, &nothing());
    let takes_body = matches!(operation.method, Method::POST | Method::PUT);
    Answer::to(if takes_body { request.json(&json!({})) } else { request }).await
}

fn guarded() -> Vec<Operation> {
    let found: Vec<_> = operations().into_iter().filter(|o| o.role != Role::Anybody).collect();
    assert!(found.len() >= 30, "the document lists the operations");
    found
}

#[test]
fn the_operations_without_a_token_are_these() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let found: BTreeSet<_> = operations()
        .into_iter()
        .filter(|operation| operation.role == Role::Anybody)
        .map(|operation| operation.id)
        .collect();
    let listed: BTreeSet<_> = PUBLIC.iter().map(ToString::to_string).collect();
    assert_eq!(found, listed);
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_under_its_service() {
    let app = TestApp::start().await;
    let services: Vec<_> = app.city().services.iter().map(|service| service.name).collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let Operation { id, summary, tags, path, .. } = &operation;
        assert!(ids.insert(id.clone()), "{id} is there twice");
        let service = services.iter().find(|name| id.starts_with(&format!("{name}_")));
        let service = service.unwrap_or_else(|| panic!("{id} belongs to no service"));
        assert_eq!(tags, &[service.to_string()], "{id}");
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{id}: {summary}");
        let outside = ["/health/", "/metrics", "/.well-known/"];
        let known = path.starts_with("/v1/") || outside.iter().any(|at| path.starts_with(at));
        assert!(known, "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_that_is_whole() {
    let app = TestApp::start().await;
    let mut forged = app.demo_citizen(0).await.caller;
    let token = forged.token.clone().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    forged.token = Some(format!("{signed}.{first}{}", &signature[1..]));
    for operation in guarded() {
        for (caller, code) in
            [(app.anybody(), "identity.token_required"), (forged.clone(), "identity.token_invalid")]
        {
            let refused = try_it(&operation, &caller).await;
            let found = (refused.status, refused.problem());
            assert_eq!(found, (401, code.to_owned()), "{}", operation.id);
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_gets_in_with_the_token_of_another_role() {
    let app = TestApp::start().await;
    let (citizen, police) = (app.demo_citizen(0).await.caller, app.police().await.caller);
    for operation in guarded() {
        let other = if operation.role == Role::Partner { &citizen } else { &police };
        let refused = try_it(&operation, other).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (403, "identity.forbidden".to_owned()), "{}", operation.id);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_system_gets_in_nowhere_without_the_scope_of_the_operation() {
    let app = TestApp::start().await;
    let mut system = app.system(&["hospital.results:write"]).await;
    app.authenticate(&mut system).await;
    for operation in guarded().iter().filter(|operation| operation.role == Role::Partner) {
        let refused = try_it(operation, &system.caller).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (403, "identity.scope_missing".to_owned()), "{}", operation.id);
        let challenge = refused.header("www-authenticate");
        assert!(challenge.starts_with("Bearer error=\"insufficient_scope\", scope=\""));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_citizen_without_a_real_name_gets_no_further_than_giving_one() {
    let app = TestApp::start().await;
    let nameless = app.citizen("nobody@citygate.example").await;
    let mut open = BTreeSet::new();
    for operation in guarded().iter().filter(|operation| operation.role == Role::Citizen) {
        let answer = try_it(operation, &nameless.caller).await;
        if answer.status == 403 {
            assert_eq!(answer.problem(), "identity.real_name_required", "{}", operation.id);
        } else {
            open.insert(operation.id.clone());
        }
    }
    assert_eq!(open, NAMELESS.iter().map(ToString::to_string).collect());
    app.finish().await;
}

/// Things of a citizen, by the name of their path parameter.
async fn things_of(citizen: &Caller) -> BTreeMap<&'static str, String> {
    let bills = citizen.get("/v1/bills").await.unwrap();
    let items = bills.body["items"].as_array().unwrap();
    let open = items.iter().find(|bill| bill["amount"]["amount_minor"] == 15_000).unwrap();
    let open = open["id"].as_str().unwrap().to_owned();
    let small = items.iter().find(|bill| bill["amount"]["amount_minor"] == 10_000).unwrap();
    let path = format!("/v1/bills/{}/payments", small["id"].as_str().unwrap());
    let payment = citizen.post_once(&path, "pay", &json!({})).await.unwrap();
    let top_up = json!({"amount": yuan(100), "card_token": "tok_sandbox_ok"});
    let top_up = citizen.post_once("/v1/wallet/top-ups", "top", &top_up).await.unwrap();
    let fines = citizen.get("/v1/traffic/fines").await.unwrap();
    BTreeMap::from([
        ("bill_id", open),
        ("payment_id", payment.text_at("/id")),
        ("top_up_id", top_up.text_at("/id")),
        ("fine_id", fines.text_at("/items/0/id")),
        ("decision_no", fines.text_at("/items/0/decision_no")),
    ])
}

/// Things of the police: a bill of theirs, a payment that they received, and what they paid back of
/// it, which leaves CNY 99.00.
async fn things_received(
    app: &TestApp,
    police: &System,
    of_citizen: &BTreeMap<&'static str, String>,
) -> BTreeMap<&'static str, String> {
    let mut things = of_citizen.clone();
    let bill = app.bill("1", citygate_identity::DEMO_CITIZENS[1].2, 100);
    things.insert("bill_id", app.issue(police, &bill).await);
    let path = format!("/v1/received-payments/{}/refunds", things["payment_id"]);
    let available = police.caller.get(path.trim_end_matches("/refunds")).await.unwrap();
    assert_eq!(available.minor_at("/available"), 20_000);
    let body = json!({"available": yuan(20_000), "amount": yuan(100), "reason": "x"});
    let refund = police.caller.post_once(&path, "refund", &body).await.unwrap();
    things.insert("refund_id", refund.text_at("/id"));
    things
}

/// What an operation on one thing takes.
fn right_body(operation: &str) -> Value {
    match operation {
        "payments_cancel_bill" => json!({"reason": "x"}),
        "payments_refund_payment" => json!({"available": yuan(19_900), "reason": "x"}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn what_belongs_to_another_is_as_absent_as_what_does_not_exist() {
    let app = TestApp::start().await;
    let (hers, police) = (app.demo_citizen(0).await.caller, app.police().await);
    let hers_by_name = things_of(&hers).await;
    let theirs_by_name = things_received(&app, &police, &hers_by_name).await;
    let (his, others) = (app.demo_citizen(1).await.caller, app.other_police().await.caller);
    let mut tried = Vec::new();
    // What staff may see of an agency is another table's: `matrix_table`.
    let about_one = |o: &Operation| o.role != Role::Staff && !o.parameters.is_empty();
    for operation in guarded().into_iter().filter(about_one) {
        // The numbers of decisions are each agency's own, and every account has every month. Who
        // ends a session or takes a passkey away is in the other table, too.
        let elsewhere = [["month"], ["session_id"], ["passkey_id"]];
        let elsewhere = elsewhere.iter().any(|names| operation.parameters == *names);
        if operation.id == "traffic_put_decision" || elsewhere {
            continue;
        }
        let (owner, stranger, things) = match operation.role {
            Role::Citizen => (&hers, &his, &hers_by_name),
            _ => (&police.caller, &others, &theirs_by_name),
        };
        let body = right_body(&operation.id);
        let ask = async |caller: &Caller, fill: &BTreeMap<&str, String>| {
            let request = operation.request(caller, fill).header("X-Request-Id", "same-for-all");
            Answer::to(request.json(&body)).await
        };
        let foreign = ask(stranger, things).await;
        assert_eq!(foreign.status, 404, "{}: {}", operation.id, foreign.text);
        foreign.problem();
        let unknown = ask(owner, &nothing()).await;
        assert_eq!(foreign.text, unknown.text, "{}", operation.id);
        let own = ask(owner, things).await;
        assert!(own.status < 300, "{}: it is there for its owner: {}", operation.id, own.text);
        tried.push(operation.id);
    }
    assert!(tried.len() >= 11, "{tried:?}");
    app.finish().await;
}
