//! The form of answers, and what the server says of itself.

use actix_web::{http::Method, test::TestRequest};
use serde_json::{Value, json};

use super::{BASE, city, schedule};

#[actix_web::test]
async fn every_failure_is_an_operation_outcome() {
    let city = city().await;
    let json = "application/fhir+json";
    let ask = |method, path| city.ask(method, path);
    let id = uuid::Uuid::nil();
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let instance = format!("/Schedule/{id}");
    for (asked, status, code) in [
        (ask(get.clone(), "/Basic"), 404, "exchange.fhir_type_unknown"),
        (ask(get.clone(), "/Schedule/1"), 404, "exchange.fhir_unknown"),
        (ask(get.clone(), &instance), 404, "exchange.fhir_unknown"),
        (ask(get.clone(), "/Schedule/1/2/3"), 404, "request.not_found"),
        (ask(get.clone(), ""), 405, "request.method_not_allowed"),
        (ask(Method::DELETE, &instance), 405, "request.method_not_allowed"),
        (ask(Method::PATCH, &instance), 405, "request.method_not_allowed"),
        (
            ask(get.clone(), "/Schedule").header("accept", "application/fhir+xml"),
            406,
            "exchange.fhir_not_acceptable",
        ),
        (ask(get, "/Schedule?_format=xml"), 406, "exchange.fhir_not_acceptable"),
        (
            ask(post.clone(), "/Schedule").text("application/fhir+xml", "<Slot/>"),
            415,
            "exchange.fhir_media_type",
        ),
        (ask(post.clone(), "/Schedule").text(json, "{"), 400, "exchange.fhir_malformed"),
        (
            ask(post.clone(), "/Schedule").text(json, "{\"resourceType\":\"Slot\"}"),
            400,
            "exchange.fhir_malformed",
        ),
        (
            ask(post.clone(), "/Schedule").text(json, "{\"resourceType\":\"Schedule\"}"),
            400,
            "exchange.fhir_invalid",
        ),
        (
            ask(post.clone(), "/Location").text(json, "{\"resourceType\":\"Location\"}"),
            405,
            "exchange.fhir_not_supported",
        ),
        (
            ask(post.clone(), "/Schedule").header("idempotency-key", "a b").json(&schedule("1")),
            400,
            "exchange.fhir_parameter",
        ),
        (ask(post, "/Schedule").text(json, &" ".repeat(2 << 20)), 413, "request.body_too_large"),
        (ask(put.clone(), "/Schedule/1").json(&schedule("1")), 405, "exchange.fhir_ids_are_given"),
        (ask(put, &instance).json(&schedule("1")), 400, "exchange.fhir_invalid"),
    ] {
        let reply = asked.reply().await;
        assert_eq!((reply.status, reply.problem().as_str()), (status, code), "{reply:?}");
    }
    let without = TestRequest::get().uri("/fhir/r4/Schedule");
    let reply = (city.send)(without).await;
    assert_eq!((reply.status, reply.problem().as_str()), (401, "identity.token_required"));
    assert!(reply.header("www-authenticate").starts_with("Bearer"), "{reply:?}");
    // Elsewhere a failure is what it always was.
    let elsewhere = TestRequest::get().uri("/v1/nowhere");
    let reply = (city.send)(elsewhere).await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(city.rows().await, 0);
}

#[actix_web::test]
async fn failures_are_told_in_the_callers_language() {
    let city = city().await;
    for (language, text) in
        [("zh-CN", "不支持该类型的资源"), ("en", "Resources of this type are not kept here")]
    {
        let reply =
            city.ask(Method::GET, "/Basic").header("accept-language", language).reply().await;
        assert_eq!(reply.at("/issue/0/details/text"), text);
    }
}

#[actix_web::test]
async fn an_answer_is_in_the_form_that_was_asked_for() {
    let city = city().await;
    for (accept, path, form) in [
        ("*/*", "/Schedule", "application/fhir+json; charset=utf-8"),
        ("application/json", "/Schedule", "application/json; charset=utf-8"),
        ("application/xml", "/Schedule?_format=json", "application/fhir+json; charset=utf-8"),
    ] {
        let reply = city.ask(Method::GET, path).header("accept", accept).reply().await;
        assert_eq!((reply.status, reply.header("content-type")), (200, form));
    }
}

#[actix_web::test]
async fn the_server_says_what_it_can_do_to_anybody() {
    let city = city().await;
    let request = TestRequest::get().uri("/fhir/r4/metadata");
    let reply = (city.send)(request).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.body();
    assert_eq!(body["resourceType"], "CapabilityStatement");
    assert_eq!((&body["fhirVersion"], &body["kind"]), (&json!("4.0.1"), &json!("instance")));
    assert_eq!(body["implementation"]["url"], BASE);
    let rest = &body["rest"][0];
    let resources = rest["resource"].as_array().unwrap();
    let of = |kind: &str| resources.iter().find(|resource| resource["type"] == kind).unwrap();
    let codes = |resource: &Value| -> Vec<String> {
        let all = resource["interaction"].as_array().unwrap().iter();
        all.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let (slots, locations) = (of("Slot"), of("Location"));
    let all = ["read", "search-type", "vread", "history-instance", "create", "update"];
    assert_eq!(codes(slots), all);
    assert_eq!(codes(locations), all[..4]);
    assert_eq!(slots["searchParam"][1]["name"], "identifier");
    assert_eq!(slots["operation"][0]["name"], "find");
    assert_eq!(
        (&slots["conditionalCreate"], &locations["conditionalCreate"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(locations["operation"], Value::Null);

    let request = TestRequest::put().uri("/fhir/r4/metadata");
    let refused = (city.send)(request).await;
    assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD"), "{refused:?}");
    assert_eq!(refused.problem(), "exchange.fhir_not_supported");

    let request = TestRequest::get().uri("/fhir/r4/.well-known/smart-configuration");
    let smart = (city.send)(request).await;
    assert_eq!((smart.status, smart.header("content-type")), (200, "application/json"));
    assert_eq!(smart.at("/token_endpoint"), "https://city.example/v1/oauth/token");
    let scopes = smart.at("/scopes_supported");
    for scope in ["system/*.read", "system/Slot.rs", "system/Slot.write"] {
        assert!(scopes.as_array().unwrap().contains(&json!(scope)), "{scope}");
    }
    for scope in scopes.as_array().unwrap() {
        assert!(crate::fhir::is_scope(scope.as_str().unwrap()), "{scope}");
    }
}
