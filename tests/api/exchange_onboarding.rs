//! How a hospital connects: from the application over the sandbox to the live city, by four eyes.

use chrono::TimeDelta;
use citygate::demo::{
    actors::{CitizenApp, Reply, System},
    laboratory::{ELECTROLYTES, FHIR_JSON, Named, created, order, transaction},
};
use citygate_catalogue::AgencyId;
use citygate_exchange::participants::{ParticipantEvent, happen, open_sandbox};
use citygate_identity::{ClientId, KeyPair};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, accept, sure},
    support::{TestApp, refused},
};

const SPECIMEN: Named<'static> = Named { id_number: "999900198506120011", name: "样本甲" };

/// A hospital with two admins, and the system that it wants to connect.
struct Hospital {
    agency: Agency,
    second: CitizenApp,
    key: KeyPair,
}

impl Hospital {
    async fn new(app: &TestApp) -> Self {
        let agency = Agency::new(app, app.other_agency().await, "lake-hospital.example").await;
        let second = sure(app, "second@lake-hospital.example").await;
        assert_eq!(agency.invite(&second.email, "admin").await.status, 201);
        assert_eq!(accept(app, &second).await.status, 200);
        Self { agency, second, key: KeyPair::generate().unwrap() }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/exchange/agencies/{}/participation{rest}", self.agency.id)
    }

    async fn apply(&self, who: &CitizenApp) -> Reply {
        let body = json!({
            "contact": "lis@lake-hospital.example", "software": "LIS 7.2", "signs": false,
            "speaks_hl7": false, "sandbox_jwk": self.key.public,
        });
        who.caller.post(&self.path(""), &body).await.unwrap()
    }

    async fn post(&self, who: &CitizenApp, rest: &str) -> Reply {
        let request = who.caller.request(Method::POST, &self.path(rest));
        who.caller.send(request).await.unwrap()
    }

    async fn state(&self) -> String {
        let stands = self.agency.admin.caller.get(&self.path("")).await.unwrap();
        assert_eq!(stands.status, 200, "{}", stands.text);
        stands.text_at("/state")
    }

    fn requests(&self, rest: &str) -> String {
        format!("/v1/agencies/{}/client-requests{rest}", self.agency.id)
    }

    /// The first admin asks for a live system with a key.
    async fn request_client(&self, key: &KeyPair, scopes: &[&str]) -> Reply {
        let body = json!({"name": "LIS", "scopes": scopes, "jwk": key.public});
        self.agency.admin.caller.post(&self.requests(""), &body).await.unwrap()
    }

    async fn approve_client(&self, who: &CitizenApp, id: &str, fingerprint: &str) -> Reply {
        let path = self.requests(&format!("/{id}/approvals"));
        who.caller.post(&path, &json!({"fingerprint": fingerprint})).await.unwrap()
    }
}

/// What whoever runs the city does.
async fn operator(app: &TestApp, agency: AgencyId, event: ParticipantEvent) {
    let db = &app.city().platform.db;
    db.tx("test.operator", async |tx| happen(tx, agency, event).await).await.unwrap();
}

async fn sandbox_of(app: &TestApp, agency: AgencyId) -> ClientId {
    let db = &app.city().platform.db;
    db.tx("test.sandbox", async |tx| open_sandbox(tx, agency).await).await.unwrap()
}

async fn with_token(app: &TestApp, id: ClientId, key: &KeyPair) -> System {
    let mut system = System::new(&app.url, id, key).unwrap();
    app.authenticate(&mut system).await;
    system
}

/// Sends an order.
async fn push(system: &System, number: &str, patient: Named<'_>) -> Reply {
    let resource = order(number, patient, ELECTROLYTES);
    let name = "urn:uuid:00000000-0000-4000-8000-000000000000";
    let body = transaction(vec![created(name, "ServiceRequest", resource)]).to_string();
    let request = system.caller.request(Method::POST, "/fhir/r4");
    let request = request.header("content-type", FHIR_JSON).header("idempotency-key", number);
    system.caller.send(request.body(body)).await.unwrap()
}

fn outcome(reply: &Reply) -> (u16, String) {
    (reply.status, reply.text_at("/issue/0/details/coding/0/code"))
}

fn rule<'a>(conformance: &'a Reply, code: &str) -> &'a Value {
    let rules = conformance.body["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["rule"] == code).unwrap()
}

#[tokio::test]
async fn a_hospital_applies_tries_out_and_is_judged_by_what_it_sent() {
    let app = TestApp::start().await;
    let hospital = Hospital::new(&app).await;
    let unknown = hospital.agency.admin.caller.get(&hospital.path("")).await.unwrap();
    refused(&unknown, 404, "request.not_found");
    refused(&hospital.apply(&hospital.agency.clerk).await, 403, "identity.duty_missing");
    for _ in 0..2 {
        let applied = hospital.apply(&hospital.agency.admin).await;
        assert_eq!((applied.status, applied.text_at("/state")), (200, "applied".to_owned()));
    }
    let early = hospital.post(&hospital.agency.admin, "/live-request").await;
    refused(&early, 409, "exchange.participation_state");
    let client = sandbox_of(&app, hospital.agency.id).await;
    let again = hospital.apply(&hospital.agency.admin).await;
    refused(&again, 409, "exchange.participation_state");

    let system = with_token(&app, client, &hospital.key).await;
    let drop =
        system.caller.put("/v1/exchange/sandbox", &json!({"drop_answers": 1})).await.unwrap();
    assert_eq!(drop.status, 204, "{}", drop.text);
    let lost = push(&system, "1", SPECIMEN).await;
    assert_eq!(outcome(&lost), (503, "exchange.answer_dropped".to_owned()), "{}", lost.text);
    let found = system.caller.get("/v1/exchange/conformance").await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(rule(&found, "order")["passed"], true);
    assert_eq!(rule(&found, "retry")["passed"], false);
    let again = push(&system, "1", SPECIMEN).await;
    assert_eq!((again.status, again.replayed), (200, true), "{}", again.text);
    let real = push(&system, "2", Named { id_number: "330106199003070014", name: "某人" }).await;
    assert_eq!(outcome(&real).0, 422, "{}", real.text);
    let found = system.caller.get("/v1/exchange/conformance").await.unwrap();
    assert_eq!(rule(&found, "retry")["passed"], true);
    assert_eq!(rule(&found, "hl7v2")["mandatory"], false);
    assert_eq!(
        (&found.body["conformant"], &found.body["state"]),
        (&json!(false), &json!("sandbox"))
    );
    let bad =
        system.caller.put("/v1/exchange/sandbox", &json!({"drop_answers": 11})).await.unwrap();
    refused(&bad, 400, "request.invalid_body");

    // What was sent to the twin is nothing in the city itself, and its key nothing either.
    let mut sql = app.sql().await;
    assert_eq!(sql.count("results.orders WHERE city <> 999900").await, 0);
    assert_eq!(sql.count("results.orders WHERE city = 999900").await, 1);
    let cities = app.anybody().get("/v1/cities").await.unwrap();
    assert!(!cities.text.contains("999900"), "{}", cities.text);
    let cities = app.anybody().get("/v1/cities?sandbox=true").await.unwrap();
    assert!(cities.text.contains("999900"), "{}", cities.text);
    // Whoever withdraws is out with the next message.
    let request = hospital.agency.admin.caller.request(Method::DELETE, &hospital.path(""));
    let gone = hospital.agency.admin.caller.send(request).await.unwrap();
    assert_eq!(gone.status, 204, "{}", gone.text);
    let refusal = push(&system, "3", SPECIMEN).await;
    assert_eq!(outcome(&refusal), (403, "exchange.not_connected".to_owned()));
    app.finish().await;
}

#[tokio::test]
async fn going_live_takes_two_people_and_whoever_runs_the_city() {
    let app = TestApp::start().await;
    let hospital = Hospital::new(&app).await;
    hospital.apply(&hospital.agency.admin).await;
    let sandbox = with_token(&app, sandbox_of(&app, hospital.agency.id).await, &hospital.key).await;
    operator(&app, hospital.agency.id, ParticipantEvent::Certify).await;
    assert_eq!(hospital.state().await, "certified");

    let (first, second) = (&hospital.agency.admin, &hospital.second);
    let unasked = hospital.post(second, "/live-request/approval").await;
    refused(&unasked, 409, "exchange.live_not_approved");
    assert_eq!(hospital.post(first, "/live-request").await.status, 200);
    let own = hospital.post(first, "/live-request/approval").await;
    refused(&own, 409, "exchange.own_live_request");
    let approved = hospital.post(second, "/live-request/approval").await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    assert_ne!(approved.text_at("/live_approved_at"), "");

    // The live system has a key of its own, registered by four eyes as well.
    let key = KeyPair::generate().unwrap();
    let scopes = ["system/*.read", "system/*.write"];
    let asked = hospital.request_client(&key, &scopes).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let (id, fingerprint) = (asked.text_at("/id"), asked.text_at("/fingerprint"));
    assert_eq!(Some(&fingerprint), key.public.common.key_id.as_ref());
    let own = hospital.approve_client(first, &id, &fingerprint).await;
    refused(&own, 409, "identity.own_request");
    let other = hospital.approve_client(second, &id, "another").await;
    refused(&other, 422, "identity.fingerprint_differs");
    let registered = hospital.approve_client(second, &id, &fingerprint).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    let again = hospital.approve_client(second, &id, &fingerprint).await;
    assert_eq!(again.text_at("/client_id"), registered.text_at("/client_id"));
    let client = registered.text_at("/client_id").parse().unwrap();
    let live = with_token(&app, client, &key).await;

    let early = push(&live, "1", SPECIMEN).await;
    assert_eq!(outcome(&early), (403, "exchange.not_connected".to_owned()));
    operator(&app, hospital.agency.id, ParticipantEvent::GoLive).await;
    let person = Named { id_number: citygate_identity::DEMO_CITIZENS[0].2, name: "王芳" };
    let pushed = push(&live, "2", person).await;
    assert_eq!(pushed.status, 200, "{}", pushed.text);
    assert_eq!(outcome(&push(&live, "3", SPECIMEN).await).0, 422, "specimens are nobody here");
    // Each sees its own: what is live is not there for the sandbox's key.
    let place = pushed.text_at("/entry/0/response/location");
    let place = place.split("/_history").next().unwrap().trim_start_matches(&app.url);
    let place = format!("/fhir/r4/{}", place.trim_start_matches("/fhir/r4/"));
    assert_eq!(live.caller.get(&place).await.unwrap().status, 200, "{place}");
    assert_eq!(sandbox.caller.get(&place).await.unwrap().status, 404, "{place}");
    let judged = live.caller.get("/v1/exchange/conformance").await.unwrap();
    refused(&judged, 401, "identity.token_invalid");

    operator(&app, hospital.agency.id, ParticipantEvent::Suspend).await;
    let stopped = push(&live, "4", person).await;
    assert_eq!(outcome(&stopped), (403, "exchange.suspended".to_owned()));
    operator(&app, hospital.agency.id, ParticipantEvent::Resume).await;
    assert_eq!(push(&live, "5", person).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_new_system_waits_seven_days_and_is_nothing_before() {
    let app = TestApp::start().await;
    let hospital = Hospital::new(&app).await;
    let key = KeyPair::generate().unwrap();
    for scopes in [&[][..], &["citizen"], &["no.such:scope"], &["system/slot.read"]] {
        let unknown = hospital.request_client(&key, scopes).await;
        refused(&unknown, 422, "identity.scope_unknown");
    }
    let asked = hospital.request_client(&key, &["webhooks:write"]).await;
    let (id, fingerprint) = (asked.text_at("/id"), asked.text_at("/fingerprint"));
    let listed = hospital.second.caller.get(&hospital.requests("")).await.unwrap();
    assert_eq!(listed.text_at("/items/0/id"), id, "{}", listed.text);
    assert_eq!(listed.text_at("/items/0/own"), "false");
    let mut sql = app.sql().await;
    let forged = "UPDATE identity.client_requests SET approver = requester, \
         approved_by = requested_by, approved_at = created_at, \
         client_id = (SELECT id FROM identity.clients LIMIT 1)";
    assert!(sql.fails(forged).await.contains("client_requests_four_eyes"));
    let stranger = sure(&app, "stranger@elsewhere.example").await;
    let approved = hospital.approve_client(&stranger, &id, &fingerprint).await;
    refused(&approved, 404, "request.not_found");
    let withdrawn = hospital.request_client(&key, &["webhooks:write"]).await.text_at("/id");
    let request = hospital.requests(&format!("/{withdrawn}"));
    let caller = &hospital.agency.admin.caller;
    let gone = caller.send(caller.request(Method::DELETE, &request)).await.unwrap();
    assert_eq!(gone.status, 204, "{}", gone.text);
    let approved = hospital.approve_client(&hospital.second, &withdrawn, &fingerprint).await;
    refused(&approved, 404, "request.not_found");
    sql.run(
        "UPDATE identity.client_requests SET created_at = created_at - interval '7 days', \
         expires_at = expires_at - interval '7 days'",
    )
    .await;
    let late = hospital.approve_client(&hospital.second, &id, &fingerprint).await;
    refused(&late, 404, "request.not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_system_that_nobody_uses_is_disabled_after_ninety_days() {
    let app = TestApp::start().await;
    let unused = KeyPair::generate().unwrap();
    let agency = app.other_agency().await;
    let idle = app.register(agency, &unused, &["webhooks:write"]).await;
    let mut busy = app.system_of(agency, &["webhooks:write"]).await;
    let mut sql = app.sql().await;
    let state = |id: ClientId| {
        format!(
            "SELECT coalesce(disabled_at::text, 'enabled') AS value FROM identity.clients \
             WHERE id = '{}'",
            id.uuid()
        )
    };
    app.later(TimeDelta::days(60));
    app.authenticate(&mut busy).await;
    app.later(TimeDelta::days(30) + TimeDelta::seconds(1));
    app.sweep().await;
    assert_eq!(sql.texts(&state(busy.id)).await, ["enabled"]);
    let disabled = sql.texts(&state(idle)).await;
    assert!(
        disabled[0].starts_with(&app.clock.now().format("%Y-%m-%d").to_string()),
        "{disabled:?}"
    );
    let mut system = System::new(&app.url, idle, &unused).unwrap();
    let assertion = system.assertion(&app.clock).unwrap();
    assert_eq!(system.authenticate(&assertion).await.unwrap().status, 401);
    app.finish().await;
}
