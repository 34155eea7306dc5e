//! What cannot be lodged, and what is said about it.

use chrono::TimeDelta;
use citygate::demo::actors::Reply;
use serde_json::{Value, json};

use super::things::{MINE, Scene, document, lodge, stall};
use crate::support::{TestApp, refused};

/// Where an answer finds fault.
fn pointers(reply: &Reply) -> Vec<String> {
    let errors = reply.body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_listing_says_what_is_wrong_and_no_more_than_it_may() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = stall(&scene.stall);
        change(&mut body);
        body
    };
    let form = |member: &'static str, value: Value| {
        with(&move |body: &mut Value| body["form"][member] = value.clone())
    };
    let asked: Vec<(Value, &str, &[&str])> = vec![
        (form("street", json!("W")), "applications.form_faulty", &["/form/street"]),
        (form("colour", json!("red")), "applications.form_faulty", &["/form"]),
        (
            with(&|body| body["facts"] = json!({"own": "yes", "other": 1})),
            "applications.facts_faulty",
            &["/facts/other", "/facts/own"],
        ),
        (with(&|body| body["facts"] = json!({})), "applications.facts_missing", &["/facts/own"]),
        (
            with(&|body| body["facts"] = json!({"own": false})),
            "applications.not_eligible",
            &["own_stall"],
        ),
        (form("street", json!("Forbidden Lane")), "applications.at_the_counter", &[]),
        (form("goods", json!("food")), "applications.document_missing", &["/documents"]),
        (
            with(&|body| body["documents"] = json!([document("photo"), document("card")])),
            "applications.document_unknown",
            &["/documents/1/code"],
        ),
        (
            with(&|body| body["delivery"] = json!("electronic")),
            "applications.delivery_not_offered",
            &[],
        ),
    ];
    for (n, (body, code, expected)) in asked.into_iter().enumerate() {
        let reply = lodge(&scene.citizen, &format!("key-{n}"), &body).await;
        refused(&reply, 422, code);
        assert_eq!(pointers(&reply), expected, "{code}");
        for secret in ["Secret", "watched", "Forbidden"] {
            assert!(!reply.text.contains(secret), "{}", reply.text);
        }
    }
    let mut sql = app.sql().await;
    for table in ["applications", "filings", "events", "applicants"] {
        assert_eq!(sql.count(&format!("applications.{table}")).await, 0, "{table}");
    }
    app.finish().await;
}

#[tokio::test]
async fn bodies_that_are_none_and_listings_that_are_not_there() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let many: Vec<Value> = (0..21).map(|_| document("photo")).collect();
    for (member, value) in [
        ("form", json!([])),
        ("form", Value::Null),
        ("facts", json!({"own": null})),
        ("facts", json!({"own": 1.5})),
        ("facts", json!({"own": "x".repeat(41)})),
        ("documents", json!([{"code": "photo", "reference": "", "sha256": "0".repeat(64)}])),
        ("documents", json!([{"code": "photo", "reference": "1", "sha256": "0"}])),
        ("documents", json!(many)),
        ("delivery", json!("pigeon")),
        ("extra", json!(1)),
        ("listing_id", json!("list_330100_1")),
    ] {
        let mut body = stall(&scene.stall);
        body[member] = value;
        refused(&lodge(&scene.citizen, member, &body).await, 400, "request.invalid_body");
    }
    let mut nowhere = stall(&scene.stall);
    nowhere["listing_id"] = json!(format!("list_330100_{}", "0".repeat(32)));
    refused(&lodge(&scene.citizen, "nowhere", &nowhere).await, 404, "listings.unknown");
    let nobody = app.citizen("nobody@citygate.example").await;
    let reply = lodge(&nobody, "nobody", &stall(&scene.stall)).await;
    refused(&reply, 403, "identity.real_name_required");
    app.finish().await;
}

#[tokio::test]
async fn three_open_ones_under_a_listing_are_enough() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(scene.lodged(&format!("key-{n}")).await.text_at("/id"));
        app.later(TimeDelta::milliseconds(2));
    }
    let more = lodge(&scene.citizen, "more", &stall(&scene.stall)).await;
    refused(&more, 409, "applications.too_many");
    let withdrawn = scene.posts(&ids[0], "withdraw", &json!({})).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text);
    ids.push(scene.lodged("again").await.text_at("/id"));
    let page = scene.citizen.caller.get(&format!("{MINE}?limit=3")).await.unwrap();
    let shown: Vec<&str> = page.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(shown, [&ids[3], &ids[2], &ids[1]]);
    let rest = format!("{MINE}?limit=3&cursor={}", page.text_at("/next_cursor"));
    let rest = scene.citizen.caller.get(&rest).await.unwrap();
    assert_eq!(rest.text_at("/items/0/id"), ids[0]);
    assert_eq!(rest.text_at("/items/0/state"), "withdrawn");
    assert_eq!(rest.body["next_cursor"], Value::Null);
    app.finish().await;
}
