//! Strikes, over HTTP: what somebody reads of them, says against them, and who decides.

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_booking::{AppointmentId, Session, no_show};
use citygate_catalogue::AgencyId;
use serde_json::{Value, json};

use crate::{
    booking_draw::{claim, first_slot, morning, open, patient},
    staff::Agency,
    support::{TestApp, refused},
};

/// Somebody books for a day, and the hospital records that they did not come.
async fn missed(app: &TestApp, citizen: &mut CitizenApp, agency: AgencyId) -> Session {
    let session = open(app, &morning(app, agency, 1, 1)).await;
    let slot = first_slot(app, &session).await;
    let booked = claim(citizen, &slot, &slot).await;
    assert_eq!((booked.status, booked.text_at("/state").as_str()), (201, "booked"));
    app.later(session.ends_at - app.clock.now());
    let id: AppointmentId = booked.text_at("/id").parse().unwrap();
    let evidence = json!({"called_at": [session.starts_at], "arrived_at": null});
    let db = &app.city().platform.db;
    db.tx("test.no_show", async |tx| no_show(tx, id, &evidence).await).await.unwrap();
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    session
}

async fn strikes(citizen: &CitizenApp) -> Value {
    let listed = citizen.caller.get("/v1/me/strikes").await.unwrap();
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.body
}

async fn object(citizen: &CitizenApp, key: &str, strike: &str, grounds: &str) -> Reply {
    let path = format!("/v1/me/strikes/{strike}/objection");
    citizen.caller.post_once(&path, key, &json!({"grounds": grounds})).await.unwrap()
}

async fn decide(clerk: &Caller, path: &str, upheld: bool, answer: &str) -> Reply {
    let body = json!({"upheld": upheld, "answer": answer});
    clerk.put(&format!("{path}/decision"), &body).await.unwrap()
}

#[tokio::test]
async fn three_strikes_an_objection_and_what_comes_of_it() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let mut citizen = patient(&app, 1).await;
    for _ in 0..3 {
        missed(&app, &mut citizen, agency).await;
    }
    let read = strikes(&citizen).await;
    let newest = &read["items"][0];
    assert_eq!(read["items"].as_array().unwrap().len(), 3);
    assert_eq!((&newest["kind"], &newest["stands"]), (&json!("no_show"), &json!(true)));
    let explanation = newest["explanation"].as_str().unwrap();
    assert!(explanation.contains("did not come on 2026-11-26 08:00 (Cardiology)"), "{explanation}");
    assert!(explanation.contains("object to it until 2026-12-26"), "{explanation}");
    assert_eq!(newest["evidence"]["arrived_at"], Value::Null);
    assert_eq!(read["blocks"][0]["until"], "2027-02-24");
    assert!(read["blocks"][0]["citation"].as_str().unwrap().contains("three months"));
    let chinese = citizen.caller.request(reqwest::Method::GET, "/v1/me/strikes");
    let chinese = citizen.caller.send(chinese.header("Accept-Language", "zh-CN")).await.unwrap();
    assert!(chinese.text_at("/items/0/explanation").contains("未于2026-11-26 08:00到场"));

    let session = open(&app, &morning(&app, agency, 2, 1)).await;
    let slot = first_slot(&app, &session).await;
    let blocked = claim(&citizen, "blocked", &slot).await;
    refused(&blocked, 422, "booking.blocked");
    assert!(blocked.text_at("/detail").contains("2027-02-24"), "{}", blocked.text);

    let id = newest["id"].as_str().unwrap();
    let other = patient(&app, 2).await;
    refused(&object(&other, "x", id, "Not mine.").await, 404, "booking.strike_unknown");
    refused(&object(&citizen, "y", id, "").await, 400, "request.invalid_body");
    let objected = object(&citizen, "one", id, "The train stood still.").await;
    assert_eq!(objected.status, 201, "{}", objected.text);
    assert!(object(&citizen, "one", id, "The train stood still.").await.replayed);
    refused(&object(&citizen, "two", id, "It rained.").await, 409, "booking.objected_to");

    let hospital = Agency::new(&app, agency, "hospital.example").await;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let (clerk, list) = (&hospital.clerk.caller, format!("/v1/agencies/{agency}/objections"));
    refused(&hospital.admin.caller.get(&list).await.unwrap(), 403, "identity.duty_missing");
    refused(&citizen.caller.get(&list).await.unwrap(), 404, "request.not_found");
    let open_ones = clerk.get(&list).await.unwrap();
    assert_eq!(open_ones.status, 200, "{}", open_ones.text);
    assert!(!open_ones.text.contains("train"), "the list tells nothing");
    let path = format!("{list}/{}", open_ones.text_at("/items/0/id"));
    let accesses = async || citizen.caller.get("/v1/me/accesses").await.unwrap().text;
    assert!(!accesses().await.contains("statement_read"));
    let shown = clerk.get(&path).await.unwrap();
    assert_eq!(shown.text_at("/objection/grounds"), "The train stood still.");
    assert!(accesses().await.contains("statement_read"));

    let decided = decide(clerk, &path, true, "The railway confirms it.").await;
    assert_eq!((decided.status, decided.text_at("/state").as_str()), (200, "upheld"));
    assert_eq!(decide(clerk, &path, true, "The railway confirms it.").await.status, 200);
    refused(&decide(clerk, &path, false, "No.").await, 409, "booking.objection_decided");
    app.work().await;
    assert_eq!(app.letters(&citizen.email, "The railway confirms it."), 1);
    let read = strikes(&citizen).await;
    assert_eq!(read["blocks"], json!([]));
    assert_eq!(read["items"][0]["annulled_for"], "objection");
    assert_eq!(read["items"][0]["objection"]["answer"], "The railway confirms it.");
    assert_eq!(claim(&citizen, "free", &slot).await.status, 201);
    app.finish().await;
}

#[tokio::test]
async fn staff_of_another_agency_see_and_decide_nothing() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let mut citizen = patient(&app, 1).await;
    missed(&app, &mut citizen, agency).await;
    let id = strikes(&citizen).await["items"][0]["id"].as_str().unwrap().to_owned();
    let objection = object(&citizen, "one", &id, "I was there.").await.text_at("/id");
    let police = Agency::new(&app, citygate_traffic::POLICE, "police.example").await;
    let clerk = &police.clerk.caller;
    // Neither at their own agency nor at the other.
    let own = format!("/v1/agencies/{}/objections", citygate_traffic::POLICE);
    assert_eq!(clerk.get(&own).await.unwrap().body["items"], json!([]));
    let path = format!("{own}/{objection}");
    refused(&clerk.get(&path).await.unwrap(), 404, "booking.objection_unknown");
    refused(&decide(clerk, &path, true, "Yes.").await, 404, "booking.objection_unknown");
    let theirs = format!("/v1/agencies/{agency}/objections/{objection}");
    refused(&clerk.get(&theirs).await.unwrap(), 404, "request.not_found");
    refused(&decide(clerk, &theirs, true, "Yes.").await, 404, "request.not_found");
    assert_eq!(strikes(&citizen).await["items"][0]["objection"]["state"], "open");
    app.later(TimeDelta::seconds(1));
    app.finish().await;
}
