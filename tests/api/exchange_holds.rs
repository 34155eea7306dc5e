//! Messages that are held: seen, tried again and discarded by the hospital, and released by their
//! order.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::TimeDelta;
use citygate::demo::{
    actors::{Caller, CitizenApp, Reply, System},
    laboratory::{self, BLOOD_COUNT, FHIR_JSON, Item, Named, Report, created, transaction},
};
use citygate_hospital::HOSPITAL;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    hospital_directory::system_with,
    staff::Agency,
    support::{TestApp, refused},
};

const SCOPES: &[&str] =
    &["system/*.read", "system/*.write", "exchange.holds:read", "webhooks:write"];
const OWN: &str = "/v1/exchange/holds";
const PATIENT: Named<'static> = Named { id_number: "440524188001010014", name: "赵小燕" };
const OTHER: Named<'static> = Named { id_number: "11010519491231002X", name: "钱大海" };

/// What the city has told the hospital's system, without being asked.
type Told = Arc<Mutex<Vec<Value>>>;

/// A hospital whose system is connected, with an admin and a clerk.
struct Hospital {
    app: TestApp,
    agency: Agency,
    system: System,
    told: Told,
    webhooks: actix_web::dev::ServerHandle,
}

impl Hospital {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let agency = Agency::new(&app, HOSPITAL, "hospital.example").await;
        let system = system_with(&app, HOSPITAL, SCOPES).await;
        let told = Told::default();
        let inbox = web::Data::from(Arc::clone(&told));
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
        let webhooks = server.handle();
        tokio::spawn(server);
        let asked = system.caller.put("/v1/partner/webhook", &json!({"url": url})).await.unwrap();
        assert_eq!(asked.status, 200, "{}", asked.text);
        Self { app, agency, system, told, webhooks }
    }

    /// Sends a report that answers an order.
    async fn report(&self, number: &str, order_no: &str, patient: Named<'_>) -> Reply {
        let items = [Item {
            code: ("718-7", "血红蛋白"),
            value: "131",
            unit: "g/L",
            range: ("115", "150"),
            flag: "N",
        }];
        let entries = laboratory::report(&Report {
            order_no,
            report_no: &format!("R-{order_no}"),
            patient,
            status: "final",
            issued: self.app.clock.now(),
            code: BLOOD_COUNT,
            items: &items,
        });
        self.push(number, entries).await
    }

    async fn order(&self, order_no: &str) {
        let name = "urn:uuid:00000000-0000-4000-8000-000000000000";
        let order = laboratory::order(order_no, PATIENT, BLOOD_COUNT);
        let placed = self.push(order_no, vec![created(name, "ServiceRequest", order)]).await;
        assert_eq!(placed.status, 200, "{}", placed.text);
    }

    async fn push(&self, number: &str, entries: Vec<Value>) -> Reply {
        let request = self.system.caller.request(Method::POST, "/fhir/r4");
        let request = request.header("content-type", FHIR_JSON).header("idempotency-key", number);
        let body = transaction(entries).to_string();
        self.system.caller.send(request.body(body)).await.unwrap()
    }

    /// A report whose order nobody knows, and the id under which it is held.
    async fn held(&self, number: &str, order_no: &str) -> String {
        let reply = self.report(number, order_no, PATIENT).await;
        assert_eq!(outcome(&reply), (202, "exchange.held_order_unknown".to_owned()));
        let own = self.system.caller.get(OWN).await.unwrap();
        let items = own.body["items"].as_array().unwrap();
        let hold = items.iter().find(|hold| hold["message_no"] == number).unwrap();
        let id = hold["id"].as_str().unwrap().to_owned();
        assert!(reply.text.contains(&id), "its sender knows it by the same id: {}", reply.text);
        id
    }

    async fn reports(&self) -> usize {
        let found = self.system.caller.get("/fhir/r4/DiagnosticReport").await.unwrap();
        assert_eq!(found.status, 200, "{}", found.text);
        found.body["entry"].as_array().map_or(0, Vec::len)
    }

    /// What the system was told about a hold, in its order.
    async fn told(&self, id: &str) -> Vec<String> {
        self.app.work().await;
        let told = self.told.lock().unwrap();
        let about = told.iter().filter(|message| message["data"]["hold_id"] == id);
        about.map(|message| message["type"].as_str().unwrap().to_owned()).collect()
    }

    async fn close(self) {
        self.app.finish().await;
        self.webhooks.stop(false).await;
    }
}

fn outcome(reply: &Reply) -> (u16, String) {
    (reply.status, reply.text_at("/issue/0/details/coding/0/code"))
}

fn holds(agency: &Agency) -> String {
    format!("/v1/exchange/agencies/{}/holds", agency.id)
}

async fn retry(who: &CitizenApp, agency: &Agency, id: &str) -> Reply {
    let path = format!("{}/{id}/retry", holds(agency));
    who.caller.send(who.caller.request(Method::POST, &path)).await.unwrap()
}

async fn discard(who: &CitizenApp, agency: &Agency, id: &str, reason: &str) -> Reply {
    let path = format!("{}/{id}/discard", holds(agency));
    who.caller.put(&path, &json!({"reason": reason})).await.unwrap()
}

/// State and tries of a hold.
fn stands(reply: &Reply) -> (String, u64) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    (reply.text_at("/state"), reply.body["tries"].as_u64().unwrap())
}

async fn listed(caller: &Caller, path: &str) -> Vec<Value> {
    let page = caller.get(path).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text);
    page.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_clerk_sees_what_is_held_and_not_what_it_says_and_discards_it_for_good() {
    let hospital = Hospital::open().await;
    let (agency, clerk) = (&hospital.agency, &hospital.agency.clerk);
    let id = hospital.held("m-1", "O-1").await;
    let all = listed(&clerk.caller, &holds(agency)).await;
    let [one] = &all[..] else { panic!("{all:?}") };
    for (member, said) in [
        ("id", id.as_str()),
        ("state", "held"),
        ("reason", "order_unknown"),
        ("waits_for", "O-1"),
        ("protocol", "fhir"),
        ("what", "POST /fhir/r4"),
        ("message_no", "m-1"),
    ] {
        assert_eq!(one[member], said, "{one}");
    }
    for secret in [PATIENT.id_number, PATIENT.name, "718-7", "血红蛋白", "R-O-1"] {
        assert!(!one.to_string().contains(secret), "{one}");
    }
    let alone = clerk.caller.get(&format!("{}/{id}", holds(agency))).await.unwrap();
    assert_eq!((alone.status, &alone.body), (200, one));
    assert_eq!(&listed(&hospital.system.caller, OWN).await, &all);
    let own = hospital.system.caller.get(&format!("{OWN}/{id}")).await.unwrap();
    assert_eq!((own.status, &own.body), (200, one));

    // It is carried out as it was sent: the order is as unknown as before.
    let tried = retry(clerk, agency, &id).await;
    assert_eq!(stands(&tried), ("held".to_owned(), 1));

    for _ in 0..2 {
        let discarded = discard(clerk, agency, &id, "sent_in_error").await;
        assert_eq!(stands(&discarded), ("discarded".to_owned(), 1));
        assert_eq!(discarded.text_at("/discard_reason"), "sent_in_error");
    }
    refused(&discard(clerk, agency, &id, "not_ours").await, 409, "exchange.hold_ended");
    refused(&discard(clerk, agency, &id, "because").await, 400, "request.invalid_body");
    refused(&retry(clerk, agency, &id).await, 409, "exchange.hold_ended");
    assert!(listed(&clerk.caller, &holds(agency)).await.is_empty());
    let own = hospital.system.caller.get(&format!("{OWN}/{id}")).await.unwrap();
    assert_eq!(stands(&own).0, "discarded", "its sender learns what became of it");

    hospital.order("O-1").await;
    hospital.app.later(TimeDelta::days(3));
    assert_eq!(hospital.told(&id).await, ["exchange.message.held"]);
    hospital.close().await;
}

#[tokio::test]
async fn what_waits_for_an_order_is_released_by_it_once() {
    let hospital = Hospital::open().await;
    let (agency, clerk) = (&hospital.agency, &hospital.agency.clerk);
    let id = hospital.held("m-1", "O-1").await;
    let elsewhere = hospital.held("m-2", "O-2").await;
    hospital.order("O-1").await;
    assert_eq!(hospital.reports().await, 0, "it is tried by a job, not by the order");
    let told = ["exchange.message.held", "exchange.message.released"];
    assert_eq!(hospital.told(&id).await, told);
    assert_eq!((hospital.told(&elsewhere).await.len(), hospital.reports().await), (1, 1));
    let released = clerk.caller.get(&format!("{}/{id}", holds(agency))).await.unwrap();
    assert_eq!(stands(&released).0, "released");
    assert_ne!(released.text_at("/ended_at"), "");
    let waiting = listed(&clerk.caller, &holds(agency)).await;
    assert_eq!(waiting.iter().map(|hold| &hold["id"]).collect::<Vec<_>>(), [&json!(elsewhere)]);

    // Released is released: neither a clerk nor the sender brings it about twice.
    let again = retry(clerk, agency, &id).await;
    assert_eq!(stands(&again), stands(&released));
    refused(&discard(clerk, agency, &id, "replaced").await, 409, "exchange.hold_ended");
    let sent_again = hospital.report("m-1", "O-1", PATIENT).await;
    assert_eq!((sent_again.status, sent_again.replayed), (200, true), "{}", sent_again.text);
    assert_eq!(hospital.reports().await, 1);
    assert_eq!(hospital.told(&id).await, told);
    // Of what nobody decides about, the hospital is reminded.
    hospital.app.later(TimeDelta::days(3));
    assert_eq!(hospital.told(&id).await, told);
    let reminded = ["exchange.message.held", "exchange.message.waiting"];
    assert_eq!(hospital.told(&elsewhere).await, reminded);
    hospital.close().await;
}

#[tokio::test]
async fn what_was_assigned_to_nobody_stays_so_however_often_it_is_tried() {
    let hospital = Hospital::open().await;
    let (agency, clerk) = (&hospital.agency, &hospital.agency.clerk);
    hospital.order("O-1").await;
    let reply = hospital.report("m-1", "O-1", OTHER).await;
    assert_eq!(outcome(&reply), (422, "exchange.held_patient_mismatch".to_owned()));
    let all = listed(&clerk.caller, &holds(agency)).await;
    let id = all[0]["id"].as_str().unwrap();
    for tries in 1..3 {
        let tried = retry(clerk, agency, id).await;
        assert_eq!(stands(&tried), ("held".to_owned(), tries));
        assert_eq!(tried.text_at("/reason"), "patient_mismatch");
    }
    assert_eq!(hospital.reports().await, 0);
    let right = hospital.report("m-2", "O-1", PATIENT).await;
    assert_eq!(right.status, 200, "{}", right.text);
    assert_eq!(stands(&discard(clerk, agency, id, "replaced").await).0, "discarded");
    assert_eq!(hospital.reports().await, 1);
    hospital.close().await;
}

#[tokio::test]
async fn held_messages_are_their_hospitals_alone() {
    let hospital = Hospital::open().await;
    let (app, agency) = (&hospital.app, &hospital.agency);
    let id = hospital.held("m-1", "O-1").await;
    let stranger = app.citizen("stranger@example.com").await;
    let other = Agency::new(app, app.other_agency().await, "other.example").await;
    for (who, code) in [
        (&agency.admin, (403, "identity.duty_missing")),
        (&stranger, (404, "request.not_found")),
        (&other.clerk, (404, "request.not_found")),
    ] {
        for path in [holds(agency), format!("{}/{id}", holds(agency))] {
            refused(&who.caller.get(&path).await.unwrap(), code.0, code.1);
        }
        refused(&retry(who, agency, &id).await, code.0, code.1);
        refused(&discard(who, agency, &id, "not_ours").await, code.0, code.1);
    }
    // Nor is it found among what is the other's own.
    assert!(listed(&other.clerk.caller, &holds(&other)).await.is_empty());
    let theirs = other.clerk.caller.get(&format!("{}/{id}", holds(&other))).await.unwrap();
    refused(&theirs, 404, "exchange.hold_unknown");
    refused(&retry(&other.clerk, &other, &id).await, 404, "exchange.hold_unknown");
    let discarded = discard(&other.clerk, &other, &id, "not_ours").await;
    refused(&discarded, 404, "exchange.hold_unknown");
    let system = app.system_of(other.id, SCOPES).await.caller;
    assert!(listed(&system, OWN).await.is_empty());
    let theirs = system.get(&format!("{OWN}/{id}")).await.unwrap();
    refused(&theirs, 404, "exchange.hold_unknown");
    let without = app.system_of(HOSPITAL, &["exchange.conformance:read"]).await.caller;
    refused(&without.get(OWN).await.unwrap(), 403, "identity.scope_missing");

    let stays = agency.clerk.caller.get(&format!("{}/{id}", holds(agency))).await.unwrap();
    assert_eq!(stands(&stays).0, "held");
    hospital.close().await;
}
