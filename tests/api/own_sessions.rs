//! A citizen's own sessions: seen, and ended from anywhere.

use chrono::TimeDelta;
use citygate::demo::actors::CitizenApp;
use citygate_identity::DEMO_CITIZENS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, pay, refused};

const CHROME: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/141.0.0.0 Mobile Safari/537.36";

/// Signs in with a User-Agent.
async fn sign_in_on(app: &TestApp, email: &str, user_agent: &str) -> CitizenApp {
    let mut citizen = CitizenApp::new(&app.url, email).unwrap();
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    app.work().await;
    let body = json!({"challenge": citizen.challenge, "code": app.code_for(email)});
    let request = citizen.caller.request(Method::POST, "/v1/sign-in");
    let answer = Answer::to(request.header("User-Agent", user_agent).json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    citizen.caller.token = answer.body["access_token"].as_str().map(str::to_owned);
    citizen.refresh_token = answer.body["refresh_token"].as_str().unwrap().to_owned();
    citizen
}

async fn sessions(citizen: &CitizenApp) -> Vec<Value> {
    let listed = citizen.caller.get("/v1/me/sessions").await.unwrap();
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.body["items"].as_array().unwrap().clone()
}

async fn delete(citizen: &CitizenApp, path: &str) -> Answer {
    Answer::to(citizen.caller.request(Method::DELETE, path)).await
}

#[tokio::test]
async fn a_citizen_sees_where_somebody_is_signed_in() {
    let app = TestApp::start().await;
    let phone = sign_in_on(&app, "li.na@citygate.example", CHROME).await;
    app.later(TimeDelta::minutes(2));
    let mut other = sign_in_on(&app, "li.na@citygate.example", "curl/8 <b>").await;
    app.later(TimeDelta::minutes(1));
    let found = sessions(&phone).await;
    assert_eq!(found.len(), 2);
    let (newer, older) = (&found[0], &found[1]);
    assert_eq!(older["device"], "Chrome, Android");
    assert_eq!(newer.get("device"), None, "what is not known is not repeated");
    assert_eq!((&older["current"], &newer["current"]), (&json!(true), &json!(false)));
    assert_eq!(older["amr"], json!(["otp"]));
    assert_eq!(older["client"], "Citygate");
    assert_eq!(older["created_at"], "2026-11-23T01:00:00Z");
    assert_eq!(newer["last_used_at"], "2026-11-23T01:02:00Z");
    assert_eq!(other.refresh().await.unwrap().status, 200);
    assert_eq!(sessions(&phone).await[0]["last_used_at"], "2026-11-23T01:03:00Z");
    app.later(TimeDelta::days(90));
    assert_eq!(app.sql().await.count("identity.sessions").await, 2);
    let mut again = sign_in_on(&app, "li.na@citygate.example", CHROME).await;
    assert_eq!(sessions(&again).await.len(), 1, "what has run out is not listed");
    assert_eq!(again.refresh().await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_is_over_at_once() {
    let app = TestApp::start().await;
    let mut lost = app.demo_citizen(0).await;
    app.later(TimeDelta::minutes(1));
    let here = app.demo_citizen(0).await;
    let bills = lost.caller.get("/v1/bills").await.unwrap();
    let bill = bills.text_at("/items/0/id");
    let found = sessions(&here).await;
    let id = found.iter().find(|session| session["current"] == false).unwrap()["id"].clone();
    let path = format!("/v1/me/sessions/{}", id.as_str().unwrap());
    assert_eq!(delete(&here, &path).await.status, 204);
    assert_eq!(delete(&here, &path).await.problem(), "request.not_found");
    refused(&pay(&lost, &bill, "k", &json!({})).await, 401, "identity.token_invalid");
    let listed = lost.caller.get("/v1/me/sessions").await.unwrap();
    refused(&listed, 401, "identity.token_invalid");
    assert_eq!(delete(&lost, "/v1/me/sessions").await.problem(), "identity.token_invalid");
    assert_eq!(lost.refresh().await.unwrap().status, 400);
    assert_eq!(pay(&here, &bill, "k", &json!({})).await.status, 201, "the other goes on");
    app.finish().await;
}

#[tokio::test]
async fn all_others_end_with_one_request() {
    let app = TestApp::start().await;
    let email = DEMO_CITIZENS[0].0;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(app.citizen(email).await);
        app.later(TimeDelta::minutes(1));
    }
    let mut other = app.demo_citizen(1).await;
    let mut here = all.pop().unwrap();
    assert_eq!(delete(&here, "/v1/me/sessions").await.status, 204);
    assert_eq!(sessions(&here).await.len(), 1);
    for mut ended in all {
        assert_eq!(ended.refresh().await.unwrap().status, 400);
    }
    assert_eq!(here.refresh().await.unwrap().status, 200);
    assert_eq!(other.refresh().await.unwrap().status, 200, "nobody else is touched");
    app.finish().await;
}

#[tokio::test]
async fn a_session_of_somebody_else_is_as_absent_as_none() {
    let app = TestApp::start().await;
    let (hers, mut his) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let id = sessions(&his).await[0]["id"].as_str().unwrap().to_owned();
    let foreign = delete(&hers, &format!("/v1/me/sessions/{id}")).await;
    assert_eq!((foreign.status, foreign.problem()), (404, "request.not_found".to_owned()));
    assert_eq!(his.refresh().await.unwrap().status, 200);
    app.finish().await;
}
