//! How often one caller may ask.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use citygate::{demo::actors::Caller, documents, settings::Settings};
use citygate_platform::http::{ProxyHeader, RateClass};
use reqwest::Method;
use serde_json::json;

use crate::{
    document::{Role, operations},
    support::{Answer, TestApp},
};

fn quota(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

/// A guess at a code that was never sent.
async fn guess(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let body = json!({"challenge": format!("chal_{}", "0".repeat(32)), "code": "000000"});
    let request = app.anybody().request(Method::POST, "/v1/sign-in").json(&body);
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
        .await
}

async fn read(caller: &Caller) -> Answer {
    Answer::to(caller.request(Method::GET, "/v1/me")).await
}

/// `r` and `t` of the `RateLimit` header.
fn left(answer: &Answer) -> &str {
    answer.header("ratelimit")
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_and_is_told_how_long() {
    let app = TestApp::start_with(|settings| settings.http.rate_limit.sign_in = quota(3)).await;
    for remaining in (0..3).rev() {
        let answer = guess(&app, &[]).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("ratelimit-policy"), "\"sign-in\";q=3;w=60");
        let full_in = (3 - remaining) * 20;
        assert_eq!(left(&answer), format!("\"sign-in\";r={remaining};t={full_in}"));
    }
    let refused = guess(&app, &[]).await;
    assert_eq!((refused.status, refused.problem()), (429, "request.rate_limited".to_owned()));
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(left(&refused), "\"sign-in\";r=0;t=60");
    assert_eq!(refused.body["retryable"], true);
    app.later(TimeDelta::milliseconds(19_999));
    assert_eq!(guess(&app, &[]).await.status, 429);
    app.later(TimeDelta::milliseconds(1));
    assert_eq!(guess(&app, &[]).await.status, 401);
    assert_eq!(guess(&app, &[]).await.status, 429, "one token has come back, not more");
    let elsewhere = Answer::to(app.anybody().request(Method::GET, "/v1/cities")).await;
    assert_eq!(elsewhere.status, 200, "other classes have their own");
    app.finish().await;
}

#[tokio::test]
async fn a_path_that_is_written_otherwise_is_counted_as_what_it_is() {
    let app = TestApp::start_with(|settings| settings.http.rate_limit.sign_in = quota(1)).await;
    assert_eq!(guess(&app, &[]).await.status, 401);
    let written = Answer::to(app.anybody().request(Method::POST, "/v1/sign-%69n")).await;
    assert_eq!((written.status, left(&written)), (429, "\"sign-in\";r=0;t=60"));
    app.finish().await;
}

#[tokio::test]
async fn a_signed_in_caller_is_counted_by_account_and_not_by_address() {
    let app = TestApp::start_with(|settings| settings.http.rate_limit.read = quota(2)).await;
    let (mut one, other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    assert_eq!(read(&one.caller).await.status, 200);
    assert_eq!(read(&one.caller).await.status, 200);
    assert_eq!(read(&one.caller).await.status, 429);
    assert_eq!(one.refresh().await.unwrap().status, 200);
    assert_eq!(read(&one.caller).await.status, 429, "a new token is no new account");
    assert_eq!(read(&other.caller).await.status, 200, "the same address, another account");
    let mut forged = one.caller.clone();
    forged.token = forged.token.map(|token| format!("{token}x"));
    assert_eq!(read(&forged).await.status, 401, "whoever forges is an address");
    assert_eq!(read(&forged).await.status, 401);
    assert_eq!(read(&forged).await.status, 429);
    assert_eq!(read(&app.anybody()).await.status, 429, "and so is whoever has no token");
    app.finish().await;
}

#[tokio::test]
async fn what_is_refused_for_its_rate_has_no_effect() {
    let app = TestApp::start_with(|settings| settings.http.rate_limit.sign_in = quota(1)).await;
    let ask = async |email: &str| {
        let body = json!({"address": email, "city": "330100"});
        let request = app.anybody().request(Method::POST, "/v1/sign-in/codes").json(&body);
        Answer::to(request).await.status
    };
    assert_eq!(ask("first@citygate.example").await, 202);
    assert_eq!(ask("second@citygate.example").await, 429);
    app.work().await;
    assert_eq!(app.letters("first@citygate.example", "code"), 1);
    assert_eq!(app.letters("second@citygate.example", "code"), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_stranger_who_claims_to_ask_for_others_is_one_address() {
    let app = TestApp::start_with(|settings| settings.http.rate_limit.sign_in = quota(2)).await;
    for (status, address) in [(401, "203.0.113.1"), (401, "203.0.113.2"), (429, "203.0.113.3")] {
        let forwarded = format!("for={address}");
        let claims = [("X-Forwarded-For", address), ("Forwarded", &forwarded)];
        assert_eq!(guess(&app, &claims).await.status, status, "{address}");
    }
    app.finish().await;
}

fn behind_a_proxy(settings: &mut Settings, header: ProxyHeader) {
    settings.http.rate_limit.sign_in = quota(1);
    settings.http.trusted_proxies =
        ["127.0.0.0/8", "10.0.0.0/8"].map(|network| network.parse().unwrap()).to_vec();
    settings.http.proxy_header = header;
}

#[tokio::test]
async fn a_trusted_proxy_asks_for_whom_it_names() {
    let app =
        TestApp::start_with(|settings| behind_a_proxy(settings, ProxyHeader::XForwardedFor)).await;
    for (status, forwarded) in [
        (401, "203.0.113.1"),
        (429, "203.0.113.1"),
        (401, "203.0.113.2"),
        (429, "198.51.100.77, 203.0.113.2"),
        (429, "198.51.100.78, 203.0.113.1, 10.1.1.1"),
        (401, "2001:db8::1"),
        (429, "2001:db8::2"),
        (401, "2001:db8:0:1::2"),
    ] {
        let claims = [("X-Forwarded-For", forwarded), ("Forwarded", "for=192.0.2.1")];
        assert_eq!(guess(&app, &claims).await.status, status, "{forwarded}");
    }
    app.finish().await;
    let app =
        TestApp::start_with(|settings| behind_a_proxy(settings, ProxyHeader::Forwarded)).await;
    for (status, forwarded) in [(401, "for=203.0.113.1"), (429, "for=\"203.0.113.1:80\"")] {
        let claims = [("Forwarded", forwarded), ("X-Forwarded-For", "192.0.2.1")];
        assert_eq!(guess(&app, &claims).await.status, status, "{forwarded}");
    }
    app.finish().await;
}

#[tokio::test]
async fn no_honest_phone_meets_a_limit() {
    let app = TestApp::start_with(|settings| {
        settings.http.rate_limit = Settings::default().http.rate_limit;
    })
    .await;
    let mut citizen = app.demo_citizen(0).await;
    for _ in 0..10 {
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        for path in ["/v1/me", "/v1/bills", "/v1/wallet", "/v1/traffic/fines", "/v1/cities"] {
            assert_eq!(citizen.caller.get(path).await.unwrap().status, 200, "{path}");
        }
    }
    for _ in 0..1_300 {
        let alive = Answer::to(app.anybody().request(Method::GET, "/health/live")).await;
        assert_eq!((alive.status, left(&alive)), (200, ""), "health is for the proxy");
    }
    app.finish().await;
}

/// What a stranger can change is in the strictest class; the others are those that were reviewed.
#[test]
fn every_operation_is_in_the_class_of_its_callers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let document = serde_json::to_value(documents::openapi().unwrap()).unwrap();
    let (mut unlimited, mut token) = (Vec::new(), Vec::new());
    for operation in operations() {
        let method = operation.method.as_str().to_lowercase();
        let said = &document["paths"][&operation.path][&method];
        let class = said["x-rate-limit"].as_str().unwrap_or_default();
        assert!(RateClass::ALL.iter().any(|known| known.name() == class), "{}", operation.id);
        let reads = operation.method == Method::GET;
        let expected = match (operation.role, class) {
            (Role::Anybody, "unlimited") => {
                unlimited.push(operation.id);
                continue;
            }
            (Role::Anybody, "token") => {
                token.push(operation.id.clone());
                "token"
            }
            (Role::Anybody, _) if reads => "public",
            (Role::Anybody, _) => "sign-in",
            (_, _) if reads => "read",
            (Role::Partner, _) => "push",
            (_, _) => "write",
        };
        assert_eq!(class, expected, "{}", operation.id);
        assert!(said["responses"]["429"].is_object(), "{} says so", operation.id);
    }
    let inside = ["platform_get_health_live", "platform_get_health_ready", "platform_get_metrics"];
    assert_eq!(unlimited, inside);
    token.sort();
    // Clients prove themselves with their keys here.
    let of_clients = [
        "identity_introspect_token",
        "identity_push_authorization_request",
        "identity_revoke_token",
        "identity_token",
    ];
    assert_eq!(token, of_clients);
}
