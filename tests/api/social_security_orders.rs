//! Contributions that somebody without an employer orders and pays.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use citygate_sandbox::records_office::Behaviour;
use citygate_social_security::AGENCY;
use futures_util::future::join;
use serde_json::{Value, json};

use crate::{
    social_security::{KNOWN, at, looking, office},
    support::{TestApp, pay, refused, yuan},
};

const ORDERS: &str = "/v1/social-security/orders";

fn wanted(base: i64, first: &str, months: i64) -> Value {
    json!({
        "agency_id": AGENCY, "kinds": ["pension"], "base": yuan(base), "first_month": first,
        "months": months,
    })
}

async fn order(citizen: &CitizenApp, key: &str, body: &Value) -> Reply {
    citizen.caller.post_once(ORDERS, key, body).await.unwrap()
}

async fn state(citizen: &CitizenApp, id: &str) -> String {
    citizen.caller.get(&format!("{ORDERS}/{id}")).await.unwrap().text_at("/state")
}

async fn top_up(app: &TestApp, citizen: &CitizenApp, minor: i64) {
    let body = json!({"amount": yuan(minor), "card_token": "tok_sandbox_ok"});
    let created = citizen.caller.post_once("/v1/wallet/top-ups", "money", &body).await.unwrap();
    assert_eq!(created.status, 202, "{}", created.text);
    app.work().await;
}

/// What an agency's system was told.
pub type Told = Arc<Mutex<Vec<Value>>>;

pub async fn inbox(told: &Told) -> (String, actix_web::dev::ServerHandle) {
    let inbox = web::Data::from(Arc::clone(told));
    let keep = async |told: web::Data<Mutex<Vec<Value>>>, message: web::Json<Value>| {
        told.lock().unwrap().push(message.into_inner());
        HttpResponse::NoContent().finish()
    };
    let server = HttpServer::new(move || {
        App::new().app_data(inbox.clone()).route("/", web::post().to(keep))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (url, handle)
}

const SCOPES: &[&str] = &["social_security.orders:read", "webhooks:write"];

#[tokio::test]
async fn an_order_is_paid_reported_and_read_by_the_agency_alone() {
    let app = TestApp::start().await;
    let (told, system) = (Told::default(), app.system_of(AGENCY, SCOPES).await);
    let (url, server) = inbox(&told).await;
    let asked = system.caller.put("/v1/partner/webhook", &json!({"url": url})).await.unwrap();
    assert_eq!(asked.status, 200, "{}", asked.text);
    let citizen = looking(&app).await;
    top_up(&app, &citizen, 200_000).await;
    let ordered = order(&citizen, "order-1", &wanted(383_100, "2026-10", 3)).await;
    assert_eq!(
        (ordered.status, ordered.text_at("/state").as_str()),
        (201, "ordered"),
        "{}",
        ordered.text
    );
    // 3831.00 × 20 % × 3.
    assert_eq!(ordered.minor_at("/amount"), 229_860);
    let (id, bill) = (ordered.text_at("/id"), ordered.text_at("/bill_id"));
    let paid_path = format!("/v1/social-security/paid-orders/{id}");
    refused(&system.caller.get(&paid_path).await.unwrap(), 404, "social_security.order_unknown");
    let bill_shown = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!(bill_shown.text_at("/subject"), "Social security contributions, 2026-10 to 2026-12");
    let paid = pay(&citizen, &bill, "pay-1", &json!({"expected": yuan(229_860)})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    assert_eq!(state(&citizen, &id).await, "paid");
    app.work().await;
    assert_eq!(state(&citizen, &id).await, "reported");
    let messages: Vec<Value> = told.lock().unwrap().clone();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["type"], "social_security.contribution.paid");
    assert_eq!(messages[0]["data"]["order_id"], id.as_str());
    let (_, name, number) = DEMO_CITIZENS[KNOWN];
    assert!(!messages[0].to_string().contains(number) && !messages[0].to_string().contains(name));
    let shown = system.caller.get(&paid_path).await.unwrap();
    assert_eq!((shown.status, shown.text_at("/insured_number").as_str()), (200, number));
    let other = app.system_of(app.other_agency().await, SCOPES).await;
    refused(&other.caller.get(&paid_path).await.unwrap(), 404, "social_security.order_unknown");
    let stranger = app.demo_citizen(0).await;
    let path = format!("{ORDERS}/{id}");
    refused(&stranger.caller.get(&path).await.unwrap(), 404, "social_security.order_unknown");
    let cancel = citizen.caller.post(&format!("{path}/cancel"), &json!({})).await.unwrap();
    refused(&cancel, 409, "social_security.order_not_open");
    server.stop(false).await;
    app.finish().await;
}

#[tokio::test]
async fn one_key_one_order_also_when_the_ten_minutes_are_over() {
    let app = TestApp::start().await;
    let mut citizen = looking(&app).await;
    let body = wanted(400_000, "2026-11", 1);
    let first = order(&citizen, "key", &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    app.later_with(&mut citizen, TimeDelta::minutes(11)).await;
    let again = order(&citizen, "key", &body).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    let other = order(&citizen, "key", &wanted(400_000, "2026-12", 1)).await;
    refused(&other, 422, "request.idempotency_key_reused");
    let late = order(&citizen, "late", &wanted(400_000, "2026-12", 1)).await;
    refused(&late, 401, "identity.step_up_required");
    let listed = citizen.caller.get(ORDERS).await.unwrap();
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_outside_the_rule_is_refused_and_nothing_is_ordered() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    let medical = json!({
        "agency_id": AGENCY, "kinds": ["medical"], "base": yuan(400_000), "first_month": "2026-11",
        "months": 1,
    });
    for (n, (body, status, code)) in [
        (wanted(383_000, "2026-11", 1), 422, "social_security.base_out_of_range"),
        (wanted(1_915_600, "2026-11", 1), 422, "social_security.base_out_of_range"),
        (wanted(400_050, "2026-11", 1), 422, "social_security.base_out_of_range"),
        (wanted(400_000, "2026-12", 2), 422, "social_security.months_not_open"),
        (wanted(400_000, "2025-09", 1), 422, "social_security.months_not_open"),
        (wanted(400_000, "2026-09", 1), 409, "social_security.month_paid"),
        (medical, 422, "social_security.kind_not_open"),
        (wanted(400_000, "2026-11", 0), 400, "request.invalid_body"),
        (wanted(400_000, "2026-11", 13), 400, "request.invalid_body"),
        (wanted(400_000, "2026-1", 1), 400, "request.invalid_body"),
    ]
    .into_iter()
    .enumerate()
    {
        refused(&order(&citizen, &format!("key-{n}"), &body).await, status, code);
    }
    let mut sql = app.sql().await;
    assert_eq!(sql.count("social_security.orders").await, 0);
    assert_eq!(sql.count("social_security.order_months").await, 0);
    assert_eq!(sql.count("payments.bills WHERE issuer = 'social_security'").await, 0);
    let terms = citizen.caller.get(&at(AGENCY, "contribution-terms")).await.unwrap();
    assert_eq!(terms.minor_at("/base_min"), 383_100);
    assert_eq!(
        (terms.text_at("/first_month"), terms.text_at("/last_month")),
        ("2026-01".into(), "2026-12".into())
    );
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_ordered_by_what_a_register_said_earlier() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    app.later(TimeDelta::minutes(6));
    office(&app).behave([Behaviour::Error500]);
    let body = wanted(400_000, "2026-11", 1);
    refused(&order(&citizen, "key", &body).await, 503, "social_security.register_silent");
    // It was a fault of the moment: the same request may be sent again.
    assert_eq!(order(&citizen, "key", &body).await.status, 201);
    app.finish().await;
}

#[tokio::test]
async fn months_come_back_when_an_order_is_cancelled_or_not_paid_in_time() {
    let app = TestApp::start().await;
    let mut citizen = looking(&app).await;
    let first = order(&citizen, "1", &wanted(400_000, "2026-10", 2)).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let overlapping = wanted(400_000, "2026-11", 2);
    refused(&order(&citizen, "2", &overlapping).await, 409, "social_security.months_taken");
    let cancel = format!("{ORDERS}/{}/cancel", first.text_at("/id"));
    for _ in 0..2 {
        let cancelled = citizen.caller.post(&cancel, &json!({})).await.unwrap();
        assert_eq!((cancelled.status, cancelled.text_at("/state").as_str()), (200, "cancelled"));
    }
    let second = order(&citizen, "3", &overlapping).await;
    assert_eq!(second.status, 201, "{}", second.text);
    let bill = second.text_at("/bill_id");
    app.later(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    assert_eq!(state(&citizen, &second.text_at("/id")).await, "ordered");
    app.later(TimeDelta::seconds(1));
    assert_eq!(state(&citizen, &second.text_at("/id")).await, "expired");
    let late = pay(&citizen, &bill, "late", &json!({"expected": yuan(160_000)})).await;
    assert_eq!(late.status, 409, "{}", late.text);
    app.work().await;
    let mut sql = app.sql().await;
    assert_eq!(sql.count("social_security.order_months").await, 0);
    assert_eq!(sql.count("social_security.orders WHERE state = 'expired'").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn of_two_orders_of_one_month_at_once_one_is_taken() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    let body = wanted(400_000, "2026-11", 2);
    let (a, b) = join(order(&citizen, "a", &body), order(&citizen, "b", &body)).await;
    let mut outcomes = [a.status, b.status];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [201, 409], "{} {}", a.text, b.text);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("social_security.orders").await, 1);
    assert_eq!(sql.count("payments.bills WHERE issuer = 'social_security'").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn an_agency_without_a_rule_or_a_register_takes_no_orders() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    let elsewhere: AgencyId = app.other_agency().await;
    let terms = citizen.caller.get(&at(elsewhere, "contribution-terms")).await.unwrap();
    refused(&terms, 404, "social_security.agency_unknown");
    let mut body = wanted(400_000, "2026-11", 1);
    body["agency_id"] = json!(elsewhere);
    refused(&order(&citizen, "key", &body).await, 404, "social_security.agency_unknown");
    app.finish().await;
}
