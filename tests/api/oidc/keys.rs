//! Discovery, published keys, and keys that follow each other.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use citygate_identity::rotate_signing_keys;
use serde_json::{Value, json};

use super::{Party, WANG, claims, text};
use crate::support::TestApp;

fn kid(token: &str) -> Value {
    let head = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&head).unwrap()["kid"].clone()
}

/// The published keys of an algorithm.
async fn published(app: &TestApp, alg: &str) -> Vec<Value> {
    let jwks = app.anybody().get("/.well-known/jwks.json").await.unwrap().body;
    let keys = jwks["keys"].as_array().unwrap().iter().filter(|key| key["alg"] == alg);
    keys.map(|key| key["kid"].clone()).collect()
}

#[tokio::test]
async fn discovery_says_what_there_is() {
    let app = TestApp::start().await;
    let openid = app.anybody().get("/.well-known/openid-configuration").await.unwrap().body;
    let oauth = app.anybody().get("/.well-known/oauth-authorization-server").await.unwrap().body;
    for (member, value) in oauth.as_object().unwrap() {
        assert_eq!(&openid[member], value, "{member}");
    }
    assert_eq!(openid["issuer"], app.url);
    let document = app.anybody().get("/openapi.json").await.unwrap().body;
    for (member, value) in openid.as_object().unwrap() {
        let at = value.as_str().filter(|_| member.ends_with("_endpoint") || member == "jwks_uri");
        let Some(path) = at.map(|uri| uri.strip_prefix(&app.url).unwrap()) else { continue };
        assert!(document["paths"].get(path).is_some(), "{member}: {path}");
    }
    assert_eq!(openid["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(openid["authorization_response_iss_parameter_supported"], true);
    app.finish().await;
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_one_stays_until_it_is_removed() {
    let app = TestApp::start().await;
    let folder = app.city().platform.keys.folder().to_owned();
    let mut citizen = app.demo_citizen(0).await;
    let old = citizen.caller.token.clone().unwrap();
    assert_eq!(published(&app, "EdDSA").await, [kid(&old)]);
    let (files, begins) = rotate_signing_keys(&folder, app.clock.now()).unwrap();
    assert_eq!(begins, app.clock.now() + TimeDelta::minutes(10));
    app.later(TimeDelta::seconds(10));
    let both = published(&app, "EdDSA").await;
    assert_eq!((both.len(), &both[1]), (2, &kid(&old)));
    assert_eq!(published(&app, "ES256").await.len(), 2, "those of ID tokens too");

    app.later(TimeDelta::minutes(9));
    citizen.refresh().await.unwrap();
    let before = citizen.caller.token.clone().unwrap();
    assert_eq!(kid(&before), kid(&old), "it does not sign yet");
    app.later(TimeDelta::minutes(1));
    citizen.refresh().await.unwrap();
    let after = citizen.caller.token.clone().unwrap();
    assert_eq!(kid(&after), both[0]);
    for token in [&before, &after] {
        citizen.caller.token = Some(token.clone());
        assert_eq!(citizen.caller.get("/v1/me").await.unwrap().status, 200);
    }

    // A key that is lost to somebody is withdrawn at once, from tokens that were checked as well.
    std::fs::remove_file(folder.join("access.p8")).unwrap();
    app.later(TimeDelta::seconds(10));
    assert_eq!(published(&app, "EdDSA").await, [both[0].clone()]);
    citizen.caller.token = Some(before);
    assert_eq!(citizen.caller.get("/v1/me").await.unwrap().status, 401);
    citizen.caller.token = Some(after);
    assert_eq!(citizen.caller.get("/v1/me").await.unwrap().status, 200);
    // What cannot be read changes nothing.
    std::fs::write(folder.join("access-20300101T000000Z.p8"), "no key").unwrap();
    for file in files {
        std::fs::remove_file(file).unwrap();
    }
    app.later(TimeDelta::seconds(10));
    assert_eq!(published(&app, "EdDSA").await, [both[0].clone()]);
    app.finish().await;
}

#[tokio::test]
async fn an_id_token_is_verified_by_the_published_keys() {
    let app = TestApp::start().await;
    let tokens = Party::app().sign_in(&app, WANG, "openid").await;
    let id_token = text(&tokens, "id_token");
    let jwks: jsonwebtoken::jwk::JwkSet =
        serde_json::from_value(app.anybody().get("/.well-known/jwks.json").await.unwrap().body)
            .unwrap();
    let key = jwks.find(kid(&id_token).as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&["citygate-app"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    let read = jsonwebtoken::decode::<Value>(&id_token, &key, &validation).unwrap();
    assert_eq!(read.claims, claims(&id_token));
    app.finish().await;
}
