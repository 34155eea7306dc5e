//! From the authorization request to the first tokens.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::{Browser, CALLBACK, Party, VERIFIER, WANG, claims, denied, redirected, text};
use crate::support::{Answer, TestApp};

#[tokio::test]
async fn a_citizen_signs_in_to_the_citys_app_and_uses_the_api() {
    let app = TestApp::start().await;
    let (party, mut browser) = (Party::app(), Browser::new(&app));
    let page = browser.authorize(&party.request("openid offline_access citizen")).await;
    let consent = browser.sign_in(&app, &page, WANG).await;
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    assert_eq!(redirected(&back, "state").as_deref(), Some("st&te"));
    assert_eq!(redirected(&back, "iss"), Some(app.url.clone()));
    assert!(back.header("location").starts_with(&party.redirect_uri));
    let tokens = party.exchange(&app, &redirected(&back, "code").unwrap()).await.body;
    assert_eq!(tokens["scope"], "openid offline_access citizen");

    let (id, access) = (claims(&text(&tokens, "id_token")), claims(&text(&tokens, "access_token")));
    let now = app.clock.now().timestamp();
    assert_eq!(id["aud"], "citygate-app");
    assert_eq!((&id["nonce"], &id["exp"]), (&json!("n0nce"), &json!(now + 300)));
    for claims in [&id, &access] {
        assert_eq!(claims["iss"], app.url);
        assert_eq!(claims["auth_time"], now);
        assert_eq!(claims["acr"], "urn:citygate:loa:1");
        assert_eq!(claims["amr"], json!(["otp"]));
        assert_eq!(claims["sub"], id["sub"]);
        assert_eq!(claims["sid"], access["sid"]);
    }
    let mut caller = app.anybody();
    caller.token = Some(text(&tokens, "access_token"));
    assert_eq!(caller.get("/v1/wallet").await.unwrap().status, 200);
    let me = caller.get("/v1/me").await.unwrap();
    assert_eq!(me.body["account_id"], id["sub"]);
    app.finish().await;
}

#[tokio::test]
async fn who_signs_in_for_the_first_time_signs_up() {
    let app = TestApp::start().await;
    let tokens = Party::app().sign_in(&app, "new@citygate.example", "citizen").await;
    assert_eq!(tokens.get("refresh_token"), None, "without offline_access");
    assert_eq!(tokens.get("id_token"), None, "without openid");
    let mut caller = app.anybody();
    caller.token = Some(text(&tokens, "access_token"));
    assert_eq!(caller.get("/v1/me").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_code_works_once_and_coming_back_it_ends_what_it_gave() {
    let app = TestApp::start().await;
    let (party, mut browser) = (Party::app(), Browser::new(&app));
    let code = browser.code(&app, &party, WANG, "openid offline_access citizen").await;
    let form = |verifier: &'static str, uri: &'static str| {
        [("grant_type", "authorization_code"), ("code_verifier", verifier), ("redirect_uri", uri)]
    };
    let own = "http://127.0.0.1:53112/callback";
    let other = Party::register(&app, false, &["openid"]).await;
    for (party, verifier, uri) in [
        (&other, VERIFIER, own),
        (&party, "wrong-wrong-wrong-wrong-wrong-wrong-wrong-43", own),
        (&party, "", own),
        (&party, VERIFIER, "http://127.0.0.1:53113/callback"),
        (&party, VERIFIER, CALLBACK),
    ] {
        let mut form = form(verifier, uri).to_vec();
        form.push(("code", &code));
        denied(&party.token(&app, &form).await, "invalid_grant");
    }
    let first = party.exchange(&app, &code).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let refresh = text(&first.body, "refresh_token");
    // Whoever has seen the code and not the verifier ends nothing with it.
    let mut stolen = form("wrong-wrong-wrong-wrong-wrong-wrong-wrong-43", own).to_vec();
    stolen.push(("code", &code));
    denied(&party.token(&app, &stolen).await, "invalid_grant");
    let turned = party.refresh(&app, &refresh).await;
    assert_eq!(turned.status, 200, "{}", turned.text);

    denied(&party.exchange(&app, &code).await, "invalid_grant");
    let next = text(&turned.body, "refresh_token");
    denied(&party.refresh(&app, &next).await, "invalid_grant");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_exchange_a_code_at_once_one_is_served() {
    let app = TestApp::start().await;
    let (party, mut browser) = (Party::app(), Browser::new(&app));
    let code = browser.code(&app, &party, WANG, "openid offline_access").await;
    let answers = join_all((0..20).map(|_| party.exchange(&app, &code))).await;
    let served: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(served.len(), 1);
    let refresh = text(&served[0].body, "refresh_token");
    denied(&party.refresh(&app, &refresh).await, "invalid_grant");
    app.finish().await;
}

#[tokio::test]
async fn a_code_lasts_sixty_seconds() {
    let app = TestApp::start().await;
    let (party, mut browser) = (Party::app(), Browser::new(&app));
    let code = browser.code(&app, &party, WANG, "openid").await;
    app.later(TimeDelta::seconds(60));
    denied(&party.exchange(&app, &code).await, "invalid_grant");
    let page = browser.authorize(&party.request("openid")).await;
    let back = browser.submit(&page, &[("decision", "allow")]).await;
    app.later(TimeDelta::seconds(59));
    let code = redirected(&back, "code").unwrap();
    assert_eq!(party.exchange(&app, &code).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn only_registered_clients_and_redirect_uris_are_answered() {
    let app = TestApp::start().await;
    let party = Party::register(&app, false, &["openid"]).await;
    let mut browser = Browser::new(&app);
    let unknown = format!("clnt_{}", "0".repeat(32));
    let uris = [
        "",
        "https://party.example/callback/",
        "https://party.example/callback?x=1",
        "https://party.example/Callback",
        "https://party.example:443/callback",
        "https://party.example@evil.example/callback",
        "https://party.example/callback/../other",
        "https://evil.example/callback",
        "http://party.example/callback",
        "http://127.0.0.1:1/callback",
        "javascript:alert(1)",
    ];
    let uris = uris.map(|uri| ("redirect_uri", uri));
    let clients = ["", "citygate", unknown.as_str(), "citygate-app"].map(|id| ("client_id", id));
    for (name, value) in uris.into_iter().chain(clients) {
        let mut request = party.request("openid");
        request.retain(|(key, _)| *key != name);
        request.push((name, value.to_owned()));
        let answer = browser.authorize(&request).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{name}={value}");
        assert!(answer.header("content-type").starts_with("text/html"), "{name}={value}");
    }
    let mut twice = party.request("openid");
    twice.push(("state", "again".to_owned()));
    assert_eq!(browser.authorize(&twice).await.status, 400, "a parameter that is there twice");
    // On the device itself any port will do, and nothing else of it.
    let own = Party::app();
    for (uri, status) in [
        ("http://127.0.0.1/callback", 200),
        ("http://127.0.0.1:1/callback", 200),
        ("http://[::1]:65535/callback", 200),
        ("http://127.0.0.1:65536/callback", 400),
        ("http://127.0.0.1:/callback", 400),
        ("http://127.0.0.1:+1/callback", 400),
        ("http://127.0.0.1:1/other", 400),
        ("http://localhost:1/callback", 400),
        ("http://127.0.0.1:1@evil.example/callback", 400),
    ] {
        let mut request = own.request("openid");
        request.retain(|(key, _)| *key != "redirect_uri");
        request.push(("redirect_uri", uri.to_owned()));
        assert_eq!(browser.authorize(&request).await.status, status, "{uri}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_the_client_is_told() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid", "email", "traffic.decisions:read"]).await;
    let mut browser = Browser::new(&app);
    let long = "x".repeat(513);
    for (name, value, error) in [
        ("response_type", "", "unsupported_response_type"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", VERIFIER.get(1..).unwrap(), "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "citizen", "invalid_scope"),
        ("scope", "traffic.decisions:read", "invalid_scope"),
        ("nonce", &long, "invalid_request"),
        ("nonce", "\0", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("request", "e30.e30.", "request_not_supported"),
    ] {
        let mut request = party.request("openid");
        request.retain(|(key, _)| *key != name);
        request.push((name, value.to_owned()));
        let answer = browser.authorize(&request).await;
        assert_eq!(redirected(&answer, "error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(redirected(&answer, "iss"), Some(app.url.clone()));
        assert_eq!(redirected(&answer, "state").as_deref(), Some("st&te"));
        assert_eq!(redirected(&answer, "code"), None);
    }
    app.finish().await;
}

#[tokio::test]
async fn consent_is_asked_once_of_a_client_that_proves_itself_and_always_of_others() {
    let app = TestApp::start().await;
    let scopes = ["openid", "email", "profile"];
    let known = Party::register(&app, true, &scopes).await;
    let public = Party::register(&app, false, &scopes).await;
    let mut browser = Browser::new(&app);
    browser.code(&app, &known, WANG, "openid email").await;
    let with = |party: &Party, scope: &str, name: &'static str, value: &str| {
        let mut request = party.request(scope);
        request.push((name, value.to_owned()));
        request
    };
    let again = browser.authorize(&with(&known, "openid email", "prompt", "none")).await;
    let code = redirected(&again, "code").unwrap();
    assert_eq!(known.exchange(&app, &code).await.status, 200);
    let more = browser.authorize(&with(&known, "openid profile", "prompt", "none")).await;
    assert_eq!(redirected(&more, "error").as_deref(), Some("consent_required"));
    let asked = browser.authorize(&with(&known, "openid email", "prompt", "consent")).await;
    assert_eq!(asked.status, 200);

    let page = browser.authorize(&public.request("openid")).await;
    let back = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(redirected(&back, "code").is_some());
    let silent = browser.authorize(&with(&public, "openid", "prompt", "none")).await;
    assert_eq!(redirected(&silent, "error").as_deref(), Some("consent_required"));
    app.finish().await;
}

#[tokio::test]
async fn a_sign_in_is_as_fresh_as_the_client_wants() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let mut browser = Browser::new(&app);
    browser.code(&app, &party, WANG, "openid").await;
    let signed_in = app.clock.now().timestamp();
    app.later(TimeDelta::seconds(100));
    let with = |name: &'static str, value: &str| {
        let mut request = party.request("openid");
        request.push((name, value.to_owned()));
        request
    };
    let code = redirected(&browser.authorize(&with("max_age", "100")).await, "code").unwrap();
    let tokens = party.exchange(&app, &code).await.body;
    assert_eq!(claims(&text(&tokens, "id_token"))["auth_time"], signed_in);
    for request in [with("max_age", "99"), with("max_age", "0"), with("prompt", "login")] {
        app.later(TimeDelta::minutes(1));
        let page = browser.authorize(&request).await;
        let back = browser.sign_in(&app, &page, WANG).await;
        let tokens = party.exchange(&app, &redirected(&back, "code").unwrap()).await.body;
        let id = claims(&text(&tokens, "id_token"));
        assert_eq!(id["auth_time"], app.clock.now().timestamp());
    }
    app.later(TimeDelta::hours(1));
    let late = browser.authorize(&with("prompt", "none")).await;
    assert_eq!(redirected(&late, "error").as_deref(), Some("login_required"), "an hour is over");
    app.finish().await;
}
