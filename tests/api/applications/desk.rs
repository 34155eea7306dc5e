//! What whoever decides for an agency sees, and what nobody else does.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::TimeDelta;
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use super::things::{MINE, STALL, Scene, listed, lodge, stall};
use crate::{
    staff::{Agency, accept, at_their_desks, sure},
    support::{TestApp, refused},
};

#[tokio::test]
async fn an_agency_lists_opens_and_counts_what_it_has() {
    let app = TestApp::start().await;
    let mut scene = Scene::new(&app).await;
    let first = scene.paid(&app, "first").await;
    scene.later(&app, TimeDelta::days(1)).await;
    let second = scene.paid(&app, "second").await;
    let third = scene.lodged("third").await.text_at("/id");
    let ids = async |scene: &Scene, query: &str| -> Vec<String> {
        let page = scene.reads(&format!("applications{query}")).await;
        let items = page.body["items"].as_array().unwrap().clone();
        items.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    // The first step of the first ends on Wednesday, the fee of the third is due in a day, the first
    // step of the second ends on Thursday.
    assert_eq!(ids(&scene, "").await, [&third, &first, &second].map(Clone::clone));
    assert_eq!(ids(&scene, "?state=in_progress").await, [first.clone(), second.clone()]);
    assert_eq!(ids(&scene, "?overdue=true").await, [""; 0]);
    let page = scene.reads("applications?limit=2").await;
    let rest = ids(&scene, &format!("?limit=2&cursor={}", page.text_at("/next_cursor"))).await;
    assert_eq!(rest, std::slice::from_ref(&second));
    let (_, name, number) = DEMO_CITIZENS[0];
    assert!(!page.text.contains(name) && !page.text.contains("West Lake"), "{}", page.text);
    assert!(page.text_at("/items/0/applicant").contains('*'), "{}", page.text);

    let opened = scene.reads(&format!("applications/{first}")).await;
    assert_eq!(opened.text_at("/applicant_name"), name);
    assert_eq!(opened.text_at("/document_number"), number);
    assert_eq!(opened.text_at("/application/form/street"), "West Lake Road");
    assert_eq!(opened.text_at("/application/documents/0/reference"), "FILE-photo");
    let ledger = scene.citizen.caller.get("/v1/me/accesses").await.unwrap();
    assert!(ledger.text.contains("application_read"), "{}", ledger.text);

    scene.later(&app, TimeDelta::days(2)).await;
    assert_eq!(ids(&scene, "?overdue=true").await, std::slice::from_ref(&first));
    scene.finishes(&first).await;
    scene.did(&first, "refuse", &json!({"reason": "street_full"})).await;
    let statistics = scene.reads("statistics").await;
    for (member, expected) in [
        ("lodged", 0),
        ("in_progress", 1),
        ("overdue", 0),
        ("decided", 1),
        ("decided_in_time", 1),
        ("refused", 1),
        ("to_be_delivered", 0),
    ] {
        assert_eq!(statistics.body[member], expected, "{member}: {}", statistics.text);
    }
    for wrong in ["?state=lost", "?limit=0", "?limit=101", "?overdue=maybe", "?page=2"] {
        let path = scene.desk(&format!("applications{wrong}"));
        let reply = scene.staff.clerk.caller.get(&path).await.unwrap();
        refused(&reply, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_others_is_not_there() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let id = scene.paid(&app, "mine").await;
    let stranger = app.demo_citizen(1).await;
    let path = format!("{MINE}/{id}");
    refused(&stranger.caller.get(&path).await.unwrap(), 404, "applications.unknown");
    for what in ["withdraw", "supplement"] {
        let reply = stranger.caller.post(&format!("{path}/{what}"), &json!({})).await.unwrap();
        refused(&reply, 404, "applications.unknown");
    }
    assert_eq!(stranger.caller.get(MINE).await.unwrap().body["items"], json!([]));
    // Somebody without a role, and somebody with one elsewhere.
    let desk = scene.desk("applications");
    refused(&stranger.caller.get(&desk).await.unwrap(), 404, "request.not_found");
    let elsewhere = Agency::new(&app, app.other_agency().await, "other.example").await;
    at_their_desks(&app).await;
    let caller = &elsewhere.clerk.caller;
    refused(&caller.get(&desk).await.unwrap(), 404, "request.not_found");
    let there = |rest: &str| format!("{MINE}/agencies/{}/applications/{id}{rest}", elsewhere.id);
    refused(&caller.get(&there("")).await.unwrap(), 404, "applications.unknown");
    let approve = caller.post(&there("/approve"), &json!({})).await.unwrap();
    refused(&approve, 404, "applications.unknown");
    let bulk = format!("{MINE}/agencies/{}/bulk", elsewhere.id);
    let body = json!({"action": "approve", "ids": [id]});
    let reply = caller.post_once(&bulk, "bulk", &body).await.unwrap();
    assert_eq!(reply.text_at("/items/0/code"), "applications.unknown", "{}", reply.text);
    assert_eq!(scene.state(&id).await, "in_progress");
    app.finish().await;
}

#[tokio::test]
async fn nobody_looks_after_an_application_of_their_own() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let staff = Agency::new(&app, agency, "market.example").await;
    let listing = listed(&app, agency, STALL).await;
    let mut own = app.demo_citizen(1).await;
    assert_eq!(staff.invite(&own.email, "clerk").await.status, 201);
    assert_eq!(accept(&app, &own).await.status, 200);
    let lodged = lodge(&own, "own", &stall(&listing)).await;
    assert_eq!(lodged.status, 201, "{}", lodged.text);
    let email = own.email.clone();
    // Of two codes in one moment nobody could say which is the newer.
    app.later(TimeDelta::minutes(1));
    own = sure(&app, &email).await;
    at_their_desks(&app).await;
    let id = lodged.text_at("/id");
    let path = format!("{MINE}/agencies/{agency}/applications/{id}");
    refused(&own.caller.get(&path).await.unwrap(), 409, "applications.own_application");
    let withdrawn = own.caller.post(&format!("{path}/approve"), &json!({})).await.unwrap();
    refused(&withdrawn, 409, "applications.own_application");
    app.finish().await;
}

#[tokio::test]
async fn many_are_decided_at_once_and_each_says_what_came_of_it() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (first, second) = (scene.paid(&app, "first").await, scene.paid(&app, "second").await);
    let waits = scene.lodged("third").await.text_at("/id");
    let nowhere = format!("appl_330100_{}", "0".repeat(32));
    let all = json!([first, second, waits, nowhere]);
    let post = async |key: &str, body: &Value| {
        scene.staff.clerk.caller.post_once(&scene.desk("bulk"), key, body).await.unwrap()
    };
    let nameless = json!({"action": "finish_step", "ids": all});
    refused(&post("none", &nameless).await, 422, "applications.step_unknown");
    for step in ["look", "ask"] {
        let body = json!({"action": "finish_step", "ids": all, "step": step});
        let reply = post(step, &body).await;
        assert_eq!((reply.status, &reply.body["done"]), (200, &json!(2)), "{}", reply.text);
    }
    let body = json!({"action": "approve", "ids": all});
    let approved = post("approve", &body).await;
    assert_eq!(approved.body["done"], 2, "{}", approved.text);
    let of = |id: &str| -> Value {
        let items = approved.body["items"].as_array().unwrap();
        items.iter().find(|one| one["id"] == id).unwrap().clone()
    };
    assert_eq!((&of(&first)["done"], &of(&first)["state"]), (&json!(true), &json!("approved")));
    assert_eq!(of(&waits)["code"], "applications.wrong_state");
    assert_eq!(of(&nowhere)["code"], "applications.unknown");
    assert_ne!(of(&first)["outcome_no"], of(&second)["outcome_no"]);
    assert_eq!(post("approve", &body).await.text, approved.text, "the same key, the same answer");
    let again = post("approve-again", &body).await;
    assert_eq!(again.body["done"], 2, "what was done is not done again");
    let delivered = post("deliver", &json!({"action": "deliver", "ids": [first, second]})).await;
    assert_eq!(delivered.body["done"], 2, "{}", delivered.text);
    for (n, ids) in
        [json!([]), json!([first, first]), json!(vec![first.clone(); 101])].iter().enumerate()
    {
        let body = json!({"action": "approve", "ids": ids});
        refused(&post(&format!("wrong-{n}"), &body).await, 400, "request.invalid_body");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_hundred_are_decided_in_one_go() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let id = scene.paid(&app, "one").await;
    scene.finishes(&id).await;
    // Ninety-nine more like it, of one patient applicant.
    let (_, uuid) = id.rsplit_once('_').unwrap();
    let copied = format!(
        "UPDATE applications.applicants SET open_count = 100; \
         INSERT INTO applications.applications SELECT (jsonb_populate_record(a, jsonb_build_object(\
           'id', overlay(a.id::text PLACING lpad(n::text, 12, '0') FROM 25), 'bill_id', NULL))).* \
         FROM applications.applications a, generate_series(1, 99) n WHERE a.id = '{uuid}'"
    );
    let mut sql = app.sql().await;
    sql.run(&copied).await;
    let ids = sql
        .texts("SELECT 'appl_330100_' || replace(id::text, '-', '') AS value FROM applications.applications")
        .await;
    assert_eq!(ids.len(), 100);
    let body = json!({"action": "approve", "ids": ids});
    let begun = std::time::Instant::now();
    let reply =
        scene.staff.clerk.caller.post_once(&scene.desk("bulk"), "all", &body).await.unwrap();
    assert_eq!((reply.status, &reply.body["done"]), (200, &json!(100)), "{}", reply.text);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    assert_eq!(sql.count("applications.applicants WHERE open_count = 0").await, 1);
    app.finish().await;
}

/// What an agency's system was told.
type Told = Arc<Mutex<Vec<Value>>>;

#[tokio::test]
async fn the_agencys_system_is_told_and_learns_nobodys_name() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
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
    let handle = server.handle();
    tokio::spawn(server);
    let system = app.system_of(scene.staff.id, &["webhooks:write"]).await;
    let asked = system.caller.put("/v1/partner/webhook", &json!({"url": url})).await.unwrap();
    assert_eq!(asked.status, 200, "{}", asked.text);
    let id = scene.paid(&app, "told").await;
    assert_eq!(scene.posts(&id, "withdraw", &json!({})).await.status, 200);
    app.work().await;
    let messages: Vec<Value> = told.lock().unwrap().clone();
    let mut kinds: Vec<&str> =
        messages.iter().map(|message| message["type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["accepted", "lodged", "withdrawn"].map(|kind| format!("applications.application.{kind}"))
    );
    let (_, name, number) = DEMO_CITIZENS[0];
    for message in &messages {
        assert_eq!(message["data"]["application_id"], id.as_str());
        let text = message.to_string();
        assert!(
            !text.contains(name) && !text.contains(number) && !text.contains("pers_"),
            "{text}"
        );
    }
    handle.stop(false).await;
    app.finish().await;
}
