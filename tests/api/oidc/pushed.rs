//! Pushed authorization requests.

use chrono::TimeDelta;

use super::{Browser, Party, WANG, denied, redirected, text};
use crate::support::TestApp;

async fn push(app: &TestApp, party: &Party, request: &[(&'static str, String)]) -> String {
    let form: Vec<_> = request.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let pushed = party.post(app, "/v1/oauth/par", &form).await;
    assert_eq!((pushed.status, &pushed.body["expires_in"]), (201, &60.into()), "{}", pushed.text);
    text(&pushed.body, "request_uri")
}

#[tokio::test]
async fn a_pushed_request_is_answered_once_and_as_it_was_pushed() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid", "email"]).await;
    let uri = push(&app, &party, &party.request("openid")).await;
    let link = [
        ("client_id", party.id.clone()),
        ("request_uri", uri.clone()),
        ("scope", "openid email".to_owned()),
        ("redirect_uri", "https://evil.example/".to_owned()),
    ];
    let mut browser = Browser::new(&app);
    let page = browser.authorize(&link).await;
    // Reading the letter takes a while.
    app.later(TimeDelta::minutes(5));
    let consent = browser.sign_in(&app, &page, WANG).await;
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    let tokens = party.exchange(&app, &redirected(&back, "code").unwrap()).await;
    assert_eq!(tokens.body["scope"], "openid");
    assert_eq!(browser.authorize(&link).await.status, 400, "once");
    app.finish().await;
}

#[tokio::test]
async fn a_pushed_request_waits_sixty_seconds_for_its_client_alone() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let other = Party::register(&app, true, &["openid"]).await;
    let mut browser = Browser::new(&app);
    let uri = push(&app, &party, &party.request("openid")).await;
    let link = |party: &Party, uri: &str| {
        [("client_id", party.id.clone()), ("request_uri", uri.to_owned())]
    };
    assert_eq!(browser.authorize(&link(&other, &uri)).await.status, 400);
    assert_eq!(browser.authorize(&link(&party, "https://party.example/r")).await.status, 400);
    app.later(TimeDelta::seconds(60));
    assert_eq!(browser.authorize(&link(&party, &uri)).await.status, 400);
    let uri = push(&app, &party, &party.request("openid")).await;
    app.later(TimeDelta::seconds(59));
    assert_eq!(browser.authorize(&link(&party, &uri)).await.status, 200);
    app.later(TimeDelta::minutes(15));
    assert_eq!(browser.authorize(&link(&party, &uri)).await.status, 400);
    app.finish().await;
}

#[tokio::test]
async fn only_confidential_clients_push_and_only_what_could_be_answered() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let public = Party::register(&app, false, &["openid"]).await;
    for (name, value, error) in [
        ("redirect_uri", "https://evil.example/", "invalid_request"),
        ("scope", "citizen", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"),
    ] {
        let mut request = party.request("openid");
        request.retain(|(key, _)| *key != name);
        request.push((name, value.to_owned()));
        let form: Vec<_> = request.iter().map(|(key, value)| (*key, value.as_str())).collect();
        denied(&party.post(&app, "/v1/oauth/par", &form).await, error);
    }
    let request = public.request("openid");
    let form: Vec<_> = request
        .iter()
        .filter(|(key, _)| *key != "client_id")
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    denied(&public.post(&app, "/v1/oauth/par", &form).await, "invalid_client");
    assert_eq!(app.sql().await.count("identity.pushed_requests").await, 0);
    app.finish().await;
}
