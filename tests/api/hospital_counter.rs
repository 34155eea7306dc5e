//! What a hospital's counter books for people, with an account or without.

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, Reply};
use citygate_booking::{AppointmentId, no_show};
use citygate_hospital::HOSPITAL;
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use crate::{
    hospital_directory::{clinic, items, system, system_with},
    support::{TestApp, refused},
};

const SESSION: &str = "/v1/hospital/sessions/X-1";
/// Of somebody whom nobody has named before, and of another.
const NEW: &str = "440524188001010014";
const OTHER: &str = "11010519491231002X";

/// The hospital's system, and an expert's session of tomorrow with one place for the counter.
async fn start() -> (TestApp, Caller, String) {
    let app = TestApp::start().await;
    let hospital = system(&app, HOSPITAL).await.caller;
    let on = (app.today() + TimeDelta::days(1)).to_string();
    let opened = hospital.put(SESSION, &clinic("D02", &on)).await.unwrap();
    assert_eq!((opened.status, opened.minor_at("/fee")), (201, 3_000), "{}", opened.text);
    (app, hospital, format!("{on}T09:00:00+08:00"))
}

fn body(starts_at: &str, channel: &str, id_number: &str) -> Value {
    json!({
        "starts_at": starts_at, "channel": channel,
        "patient": {"name": "赵小燕", "id_number": id_number},
    })
}

async fn book(hospital: &Caller, key: &str, body: &Value) -> Reply {
    hospital.post_once(&format!("{SESSION}/appointments"), key, body).await.unwrap()
}

async fn give_up(hospital: &Caller, key: &str, id: &str) -> Reply {
    let path = format!("/v1/hospital/appointments/{id}/cancellation");
    hospital.post_once(&path, key, &json!(null)).await.unwrap()
}

#[tokio::test]
async fn somebody_without_an_account_gets_a_place_and_later_finds_what_came_of_it() {
    let (app, hospital, at) = start().await;
    let asked = body(&at, "onsite", NEW);
    let booked = book(&hospital, "1", &asked).await;
    // The fee is collected at the counter.
    assert_eq!((booked.status, booked.text_at("/state").as_str()), (201, "booked"));
    let shown = ["/name", "/channel", "/origin"].map(|pointer| booked.text_at(pointer));
    assert_eq!(shown, ["赵**", "onsite", "onsite"]);
    assert!(!booked.text.contains("小燕") && !booked.text.contains(NEW), "{}", booked.text);
    let listed = items(&hospital, &format!("{SESSION}/appointments")).await;
    assert_eq!(listed, std::slice::from_ref(&booked.body));
    let again = book(&hospital, "1", &asked).await;
    assert!(again.replayed && again.text == booked.text, "{}", again.text);
    let reused = book(&hospital, "1", &body(&at, "onsite", OTHER)).await;
    refused(&reused, 422, "request.idempotency_key_reused");
    assert_eq!(items(&hospital, &format!("{SESSION}/appointments")).await.len(), 1);
    app.work().await;

    app.later(TimeDelta::days(2));
    let id: AppointmentId = booked.text_at("/id").parse().unwrap();
    let (db, evidence) = (&app.city().platform.db, json!({"arrived_at": null}));
    db.tx("test.no_show", async |tx| no_show(tx, id, &evidence).await).await.unwrap();
    let citizen = app.real_name("zhao@citygate.example", "赵小燕", NEW).await.caller;
    let own = items(&citizen, "/v1/appointments").await;
    assert_eq!((own.len(), &own[0]["id"]), (1, &booked.body["id"]));
    assert_eq!((&own[0]["state"], own[0].get("bill_id")), (&json!("no_show"), None));
    let strikes = items(&citizen, "/v1/me/strikes").await;
    assert_eq!((strikes.len(), &strikes[0]["kind"]), (1, &json!("no_show")));
    let accesses = items(&citizen, "/v1/me/accesses").await;
    let by_counter: Vec<_> = accesses
        .iter()
        .filter(|entry| entry["case"] == "X-1")
        .map(|entry| &entry["action"]["code"])
        .collect();
    assert!(by_counter.contains(&&json!("named")) && by_counter.contains(&&json!("shown")));
    app.finish().await;
}

#[tokio::test]
async fn the_counter_gives_up_what_it_booked_and_nothing_else() {
    let (app, hospital, at) = start().await;
    let (_, _, number) = DEMO_CITIZENS[0];
    let citizen = app.demo_citizen(0).await;
    let booked = book(&hospital, "1", &body(&at, "onsite", number)).await;
    // Their own name, not what the counter calls them.
    assert_eq!((booked.status, booked.text_at("/name").as_str()), (201, "王*"));
    app.work().await;
    assert_eq!(app.letters(&citizen.email, &booked.text_at("/id")), 1);
    let own = async || items(&citizen.caller, "/v1/appointments").await.remove(0);
    assert_eq!(
        (own().await["state"].clone(), own().await["origin"].clone()),
        (json!("booked"), json!("onsite"))
    );
    let sold_out = book(&hospital, "2", &body(&at, "onsite", OTHER)).await;
    refused(&sold_out, 409, "booking.sold_out");

    let id = booked.text_at("/id");
    for replayed in [false, true] {
        let gone = give_up(&hospital, "3", &id).await;
        assert_eq!((gone.status, gone.text_at("/state").as_str()), (200, "cancelled"));
        assert_eq!(gone.replayed, replayed);
    }
    refused(&give_up(&hospital, "4", &id).await, 409, "booking.wrong_state");
    assert_eq!(own().await["cancelled_by"], "citizen");
    assert_eq!(book(&hospital, "5", &body(&at, "onsite", OTHER)).await.status, 201);

    let session = own().await["session_id"].as_str().unwrap().to_owned();
    let session = app.anybody().get(&format!("/v1/sessions/{session}")).await.unwrap();
    let claim = json!({"slot_id": session.text_at("/slots/0/id")});
    let claimed = citizen.caller.post_once("/v1/appointments", "c", &claim).await.unwrap();
    assert_eq!(claimed.text_at("/state"), "held", "{}", claimed.text);
    let foreign = give_up(&hospital, "6", &claimed.text_at("/id")).await;
    refused(&foreign, 404, "booking.appointment_unknown");
    app.finish().await;
}

#[tokio::test]
async fn what_is_refused_books_nothing_and_is_noted_where_it_tells_of_somebody() {
    let (app, hospital, at) = start().await;
    let booked = book(&hospital, "1", &body(&at, "onsite", OTHER)).await;
    let other = system(&app, app.other_agency().await).await.caller;
    let reader = system_with(&app, HOSPITAL, &["hospital.schedules:read"]).await.caller;
    let citizen = app.demo_citizen(0).await.caller;
    let mut sql = app.sql().await;
    let before = sql.dump().await;
    let asked = body(&at, "onsite", DEMO_CITIZENS[0].2);
    refused(&book(&other, "1", &asked).await, 404, "hospital.session_unknown");
    refused(&book(&reader, "1", &asked).await, 403, "identity.scope_missing");
    for wrong in [body(&at, "app", OTHER), body(&at, "onsite", "1"), body("9:00", "onsite", OTHER)]
    {
        refused(&book(&hospital, "2", &wrong).await, 400, "request.invalid_body");
    }
    let bare = hospital.post(&format!("{SESSION}/appointments"), &asked).await.unwrap();
    refused(&bare, 400, "request.idempotency_key_required");
    assert_eq!(sql.dump().await, before);
    let id = booked.text_at("/id");
    refused(&give_up(&other, "2", &id).await, 404, "booking.appointment_unknown");
    refused(&give_up(&reader, "2", &id).await, 403, "identity.scope_missing");
    assert_eq!(items(&hospital, &format!("{SESSION}/appointments")).await[0]["state"], "booked");

    let noted = async || {
        let entries = items(&citizen, "/v1/me/accesses").await;
        entries.iter().filter(|entry| entry["case"] == "X-1").count()
    };
    assert_eq!(noted().await, 0);
    let no_slot = book(&hospital, "3", &body(&at, "partner", DEMO_CITIZENS[0].2)).await;
    refused(&no_slot, 404, "booking.slot_unknown");
    refused(&book(&hospital, "4", &asked).await, 409, "booking.sold_out");
    assert_eq!(noted().await, 2);
    assert_eq!(items(&citizen, "/v1/appointments").await, Vec::<Value>::new());
    app.finish().await;
}
