//! Who may call what: every operation of the OpenAPI document against everybody.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, System};
use citygate_hospital::HOSPITAL;
use citygate_identity::DEMO_CITIZENS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    document::{Operation, Role, nothing, operations, scopes},
    hospital_things::{Keeper, Kept, other_hospital},
    staff::{Agency, at_their_desks, in_role},
    support::{Answer, TestApp, yuan},
};

/// The operations that need no token. This list only becomes shorter.
const PUBLIC: [&str; 80] = [
    "booking_get_draw",
    "booking_get_session",
    "cases_list_public",
    "cases_open311_discover",
    "cases_open311_discover_as_xml",
    "cases_open311_get_request",
    "cases_open311_get_request_as_xml",
    "cases_open311_get_service",
    "cases_open311_get_service_as_xml",
    "cases_open311_list_requests",
    "cases_open311_list_requests_as_xml",
    "cases_open311_list_services",
    "cases_open311_list_services_as_xml",
    "catalogue_get_city",
    "catalogue_get_office",
    "catalogue_list_cities",
    "catalogue_list_offices",
    "certificates_get_keys",
    "certificates_verify",
    "exchange_fhir_metadata",
    "exchange_fhir_smart_configuration",
    "hospital_get_hospital",
    "hospital_get_statistics",
    "hospital_list_department_sessions",
    "hospital_list_departments",
    "hospital_list_hospitals",
    "hospital_list_practitioner_sessions",
    "hospital_list_practitioners",
    "hospital_list_specialties",
    "hospital_queue_eta",
    "hospital_search",
    "hospital_verify_receipt",
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
    "listed_list_offices",
    "listed_list_windows",
    "listings_compare_listings",
    "listings_find_items",
    "listings_get_cpsv_ap",
    "listings_get_item",
    "listings_get_listing",
    "listings_get_version",
    "listings_list_item_cities",
    "listings_list_life_events",
    "listings_list_most_used",
    "listings_list_types",
    "listings_list_versions",
    "listings_precheck_listing",
    "marriage_get_statement",
    "marriage_list_windows",
    "platform_get_health_live",
    "platform_get_health_ready",
    "platform_get_metrics",
    "usage_get_cities",
    "usage_get_cities_csv",
    "usage_get_ranking",
    "usage_get_ranking_chart",
    "usage_get_ranking_csv",
    "usage_get_scorecards",
    "usage_get_scorecards_csv",
    "usage_list_months",
];

/// The operations that a citizen without a real name may use; a line like 12345 is for everybody. This
/// list only becomes shorter.
const NAMELESS: [&str; 30] = [
    "cases_add",
    "cases_file",
    "cases_follow",
    "cases_get_case",
    "cases_list_cases",
    "cases_open311_post_request",
    "cases_open311_post_request_as_xml",
    "cases_rate",
    "cases_reopen",
    "cases_unfollow",
    "cases_withdraw",
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
        let outside = ["/health/", "/metrics", "/.well-known/", "/fhir/r4", "/open311/v2/"];
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
    let mut guarded = guarded();
    guarded.retain(|operation| operation.role == Role::Partner);
    let mut elsewhere = app.system(&["nowhere.things:write"]).await;
    app.authenticate(&mut elsewhere).await;
    // Of every service a scope, and none that is for anything.
    let services = guarded.iter().flat_map(|operation| &operation.scopes);
    let useless = services.map(|scope| {
        let service = scope.split(['.', ':']).next().unwrap();
        format!("{service}.nothing:read")
    });
    let useless: BTreeSet<String> = useless.collect();
    let useless: Vec<&str> = useless.iter().map(String::as_str).collect();
    let mut system = app.system(&useless).await;
    app.authenticate(&mut system).await;
    for operation in &guarded {
        let refused = try_it(operation, &elsewhere.caller).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (401, "identity.token_invalid".to_owned()), "{}", operation.id);
        let refused = try_it(operation, &system.caller).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (403, "identity.scope_missing".to_owned()), "{}", operation.id);
        let challenge = refused.header("www-authenticate");
        assert!(challenge.starts_with("Bearer error=\"insufficient_scope\", scope=\""));
    }
    app.finish().await;
}

/// What handlers ask for is what the document says.
#[tokio::test]
async fn a_system_with_one_scope_gets_in_where_the_document_names_it_and_nowhere_else() {
    let app = TestApp::start().await;
    let mut guarded = guarded();
    guarded.retain(|operation| operation.role == Role::Partner);
    for scope in scopes() {
        let system = app.system_of(HOSPITAL, &[&scope]).await;
        for operation in &guarded {
            let status = try_it(operation, &system.caller).await.status;
            let expected = operation.scopes.contains(&scope);
            let is_in = !matches!(status, 401 | 403);
            assert_eq!(is_in, expected, "{}: {status} with {scope}", operation.id);
        }
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
fn right_body(operation: &Operation, kept: &Kept, fill: &BTreeMap<&str, String>) -> Value {
    match &*operation.id {
        "payments_cancel_bill" => json!({"reason": "x"}),
        "payments_refund_payment" => json!({"available": yuan(19_900), "reason": "x"}),
        "exchange_fhir_update" => named(&kept.bodies[&*operation.id], operation, fill),
        id => kept.bodies.get(id).cloned().unwrap_or_else(|| json!({})),
    }
}

/// A resource that says itself which one of its type it is, as its address does.
pub fn named(resource: &Value, operation: &Operation, fill: &BTreeMap<&str, String>) -> Value {
    let mut resource = resource.clone();
    resource["id"] = operation.value("id", fill).into();
    resource
}

/// Operations on one thing that is not somebody's alone. The table says who gets how far with them.
const ELSEWHERE: [&str; 61] = [
    // Anybody may ask for a place in any session, use any listing, and follow any case.
    "booking_enter_draw",
    "booking_wait",
    "cases_follow",
    "cases_unfollow",
    "listed_post_appointment",
    "listings_precheck_caller",
    // Numbers are each agency's own: putting one of another's makes a new thing of the agency.
    "hospital_put_department",
    "hospital_put_location",
    "hospital_put_order",
    "hospital_put_practitioner",
    "hospital_put_queue",
    "hospital_put_session",
    "traffic_put_decision",
    // Who ends a session or takes a passkey away needs more than a role.
    "identity_delete_passkey",
    "identity_end_session",
    "identity_rename_passkey",
    // So does who reads a result: a fresh proof.
    "results_get_document",
    "results_get_result",
    "results_get_trend",
    "results_get_trend_picture",
    "results_get_version",
    "listed_fetch_bills",
    "listed_get_record",
    // And who reads or moves what is in the fund, or known of social security.
    "provident_fund_apply_for_withdrawal",
    "provident_fund_certify",
    "provident_fund_get_balance",
    "provident_fund_get_chart",
    "provident_fund_get_history",
    "provident_fund_get_overview",
    "provident_fund_get_schedule",
    "provident_fund_get_statement",
    "provident_fund_get_statement_document",
    "social_security_get_forecast",
    "social_security_get_picture",
    "social_security_get_record",
    "social_security_get_terms",
    "social_security_list_gaps",
    "social_security_list_months",
    // And who signs.
    "marriage_confirm",
    "marriage_invite",
    "marriage_sign",
    "marriage_sign_divorce",
    // What an application, a case or an order allows depends on where it stands.
    "marriage_book",
    "marriage_cancel_case",
    "marriage_get_divorce",
    "marriage_give_up",
    "marriage_precheck",
    "marriage_reschedule",
    "marriage_withdraw",
    "marriage_withdraw_divorce",
    "provident_fund_cancel_transfer",
    "provident_fund_cancel_withdrawal",
    "provident_fund_file_dispute",
    "provident_fund_reopen_dispute",
    "provident_fund_supplement_withdrawal",
    "provident_fund_withdraw_dispute",
    "social_security_cancel_order",
    "social_security_get_paid_order",
    // Batches have each centre's own numbers, and their parts are no JSON.
    "provident_fund_close_batch",
    "provident_fund_put_batch",
    "provident_fund_put_batch_part",
];

/// What the hospital's system does; it is a fund centre today, too, and has listings.
const OF_HOSPITALS: [&str; 4] = ["hospital_", "exchange_", "provident_fund_", "listed_"];

#[tokio::test]
async fn what_belongs_to_another_is_as_absent_as_what_does_not_exist() {
    let app = TestApp::start().await;
    let mut staff = Agency::new(&app, HOSPITAL, "first.example").await;
    let mut registrar = in_role(&app, &mut staff, "registrar").await;
    let (mut wang, mut police) = (app.demo_citizen(0).await, app.police().await);
    let (scopes, id_number) = (scopes(), DEMO_CITIZENS[0].2);
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let mut hospital = app.system_of(HOSPITAL, &scopes).await;
    let (citizen, agency, nth) = (&wang, HOSPITAL, 1);
    let keeper = Keeper { app: &app, hospital: &hospital, agency, citizen, id_number, nth };
    let mut kept = keeper.things().await;
    let mut hers_by_name = things_of(&wang.caller).await;
    keeper.certify(&mut kept).await;
    keeper.contribute(&mut kept, &hers_by_name["bill_id"]).await;
    let theirs_by_name = things_received(&app, &police, &hers_by_name).await;
    for system in [&mut hospital, &mut police] {
        app.authenticate(system).await;
    }
    at_their_desks(&app).await;
    for one in [&mut wang, &mut registrar, &mut staff.clerk] {
        assert_eq!(one.refresh().await.unwrap().status, 200);
    }
    let citizen = &wang;
    let keeper = Keeper { app: &app, hospital: &hospital, agency, citizen, id_number, nth };
    keeper.list(&mut kept, &staff.clerk).await;
    keeper.save_up(&mut kept).await;
    keeper.marry(&mut kept, &registrar).await;
    for system in [&mut hospital, &mut police] {
        app.authenticate(system).await;
    }
    assert_eq!(wang.refresh().await.unwrap().status, 200);
    let hers = &wang.caller;
    let other_hospital = app.system_of(other_hospital(), &scopes).await.caller;
    hers_by_name.extend(kept.ids.clone());
    let (his, others) = (app.demo_citizen(1).await.caller, app.other_police().await.caller);
    let mut tried = Vec::new();
    // What staff may see of an agency is another table's: `matrix_table`.
    let about_one = |o: &Operation| o.role != Role::Staff && o.is_about_one();
    for operation in guarded().into_iter().filter(about_one) {
        if ELSEWHERE.contains(&operation.id.as_str()) {
            continue;
        }
        let (owner, stranger, things) = match operation.role {
            Role::Citizen => (hers, &his, &hers_by_name),
            _ if OF_HOSPITALS.iter().any(|of| operation.id.starts_with(of)) => {
                (&hospital.caller, &other_hospital, &hers_by_name)
            }
            _ => (&police.caller, &others, &theirs_by_name),
        };
        let ask = async |caller: &Caller, fill: &BTreeMap<&str, String>| {
            let body = right_body(&operation, &kept, fill);
            let request = operation.request(caller, fill).header("X-Request-Id", "same-for-all");
            Answer::to(request.json(&body)).await
        };
        let foreign = ask(stranger, things).await;
        // Ids of resources are given by the city: to one that is not there nothing can be put.
        let absent = if operation.id == "exchange_fhir_update" { 405 } else { 404 };
        assert_eq!(foreign.status, absent, "{}: {}", operation.id, foreign.text);
        foreign.problem();
        let unknown = ask(owner, &nothing()).await;
        assert_eq!(foreign.text, unknown.text, "{}", operation.id);
        let own = ask(owner, things).await;
        assert!(own.status < 300, "{}: it is there for its owner: {}", operation.id, own.text);
        tried.push(operation.id);
    }
    assert!(tried.len() >= 40, "{tried:?}");
    // The visits end with their day.
    app.later(TimeDelta::days(2));
    app.finish().await;
}
