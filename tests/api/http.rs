//! What holds for every answer, whoever gives it.

use reqwest::Method;
use serde_json::json;

use crate::{
    document::operations,
    support::{Answer, TestApp},
};

async fn ask(app: &TestApp, method: Method, path: &str) -> Answer {
    Answer::to(app.anybody().request(method, path)).await
}

#[tokio::test]
async fn head_answers_as_get_does_and_leaves_the_body_out() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    for path in ["/v1/cities", "/v1/me", "/v1/bills", "/openapi.json", "/v1/nowhere"] {
        let id = ("X-Request-Id", "head-and-get");
        let get = citizen.caller.request(Method::GET, path).header(id.0, id.1);
        let head = citizen.caller.request(Method::HEAD, path).header(id.0, id.1);
        let (get, head) = (Answer::to(get).await, Answer::to(head).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
    let anonymous = ask(&app, Method::HEAD, "/v1/me").await;
    assert_eq!((anonymous.status, anonymous.text.as_str()), (401, ""));
    app.finish().await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_know_is_405_and_the_answer_names_those_it_does() {
    let app = TestApp::start().await;
    for (method, path, allow) in [
        (Method::DELETE, "/v1/cities", "GET, HEAD"),
        (Method::POST, "/v1/me", "GET, HEAD"),
        (Method::GET, "/v1/me/real-name", "PUT"),
        (Method::GET, "/v1/sign-in", "POST"),
        (Method::HEAD, "/v1/sign-in", "POST"),
        (Method::POST, "/openapi.json", "GET, HEAD"),
        (Method::PATCH, "/v1/partner/webhook", "GET, HEAD, PUT"),
        (Method::TRACE, "/v1/cities", "GET, HEAD"),
        (Method::GET, "/v1/issued-bills/batches", "POST"),
        (Method::HEAD, "/v1/issued-bills/batches", "POST"),
    ] {
        let refused = ask(&app, method.clone(), path).await;
        assert_eq!((refused.status, refused.header("allow")), (405, allow), "{method} {path}");
        if method != Method::HEAD {
            assert_eq!(refused.problem(), "request.method_not_allowed");
        }
        let options = ask(&app, Method::OPTIONS, path).await;
        assert_eq!((options.status, options.header("allow")), (204, allow), "{path}");
        assert_eq!(options.text, "");
    }
    app.finish().await;
}

#[tokio::test]
async fn every_operation_of_the_document_is_reached_and_counted_under_its_path() {
    let app = TestApp::start().await;
    let operations = operations();
    for operation in &operations {
        let path = operation.path.replace(['{', '}'], "");
        let answer = ask(&app, operation.method.clone(), &path).await;
        for nobody in ["request.not_found", "request.method_not_allowed"] {
            assert!(!answer.text.contains(nobody), "{} {path}: {}", operation.method, answer.text);
        }
    }
    ask(&app, Method::POST, "/v1/nowhere").await;
    ask(&app, Method::GET, "/docs/index.html").await;
    let metrics = ask(&app, Method::GET, "/metrics").await.text;
    let of_operations = operations.iter().map(|it| (it.method.as_str(), it.path.as_str()));
    for (method, path) in of_operations.chain([("POST", "(none)"), ("GET", "/docs/{_:.*}")]) {
        // Metrics counts itself when it has answered.
        let counted = format!("requests_total{{method=\"{method}\",path=\"{path}\",");
        assert!(path == "/metrics" || metrics.contains(&counted), "{method} {path}");
    }
    assert!(!metrics.contains("nowhere"), "whatever strangers ask for is one path");
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_path_is_a_404_problem_for_every_method() {
    let app = TestApp::start().await;
    for path in
        ["/v3", "/v1", "/v1/", "/v2/cities", "/v1/cities/", "/v1/bills/a/b", "/.env", "/%00"]
    {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
            let unknown = ask(&app, method.clone(), path).await;
            let found = (unknown.status, unknown.problem());
            assert_eq!(found, (404, "request.not_found".to_owned()), "{method} {path}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn answers_are_in_the_language_that_was_asked_for() {
    let app = TestApp::start().await;
    let caller = app.anybody();
    for (asked, tag, name, title) in [
        ("zh-CN", "zh-CN", "杭州市", "请先登录：缺少访问令牌"),
        ("zh-Hans-CN, en;q=0.5", "zh-CN", "杭州市", "请先登录：缺少访问令牌"),
        ("en-GB", "en", "Hangzhou", "An access token is required"),
        ("fr, *;q=0.1", "en", "Hangzhou", "An access token is required"),
        ("zh;q=0, en", "en", "Hangzhou", "An access token is required"),
        (";;;,,q=", "en", "Hangzhou", "An access token is required"),
    ] {
        let to = |path| caller.request(Method::GET, path).header("Accept-Language", asked);
        let city = Answer::to(to("/v1/cities/330100")).await;
        assert_eq!(city.body["name"], name, "{asked}");
        let refused = Answer::to(to("/v1/me")).await;
        assert_eq!(refused.body["title"], title, "{asked}");
        assert_eq!(refused.problem(), "identity.token_required", "the code has no language");
        for answer in [city, refused] {
            assert_eq!(answer.header("content-language"), tag, "{asked}");
            assert_eq!(answer.header("vary"), "Accept-Language");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_replaced() {
    let app = TestApp::start().await;
    let caller = app.anybody();
    let with = async |id: &str| {
        let id = reqwest::header::HeaderValue::from_bytes(id.as_bytes()).unwrap();
        let answer = Answer::to(caller.request(Method::GET, "/v1/me").header("X-Request-Id", id));
        let answer = answer.await;
        answer.problem(); // which has the same id
        answer.header("x-request-id").to_owned()
    };
    let longest = "x".repeat(64);
    for kept in ["proxy-01.abc_DEF", "12345678", &longest] {
        assert_eq!(with(kept).await, kept);
    }
    let too_long = "x".repeat(65);
    for replaced in ["", "1234567", &too_long, "a b c d e f", "id\u{e9}id\u{e9}id", "<script>alert"]
    {
        let id = with(replaced).await;
        assert!(id.starts_with("req_") && id.len() == 36, "{replaced}: {id}");
    }
    assert_ne!(with("").await, with("").await);
    app.finish().await;
}

#[tokio::test]
async fn no_answer_is_kept_by_a_cache_or_sniffed_at() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    for path in ["/v1/me", "/v1/wallet", "/v1/bills/nonsense", "/nowhere"] {
        let answer = Answer::to(citizen.caller.request(Method::GET, path)).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
    let challenge = format!("chal_{}", "0".repeat(32));
    let body = json!({"challenge": challenge, "code": "000000"});
    let refused = app.anybody().request(Method::POST, "/v1/sign-in").json(&body);
    assert_eq!(Answer::to(refused).await.header("cache-control"), "no-store");
    app.finish().await;
}

#[tokio::test]
async fn the_served_document_is_the_document() {
    let app = TestApp::start().await;
    let served = ask(&app, Method::GET, "/openapi.json").await;
    let made = serde_json::to_value(citygate::documents::openapi().unwrap()).unwrap();
    assert_eq!((served.status, served.body), (200, made));
    let docs = ask(&app, Method::GET, "/docs/").await;
    assert_eq!(docs.status, 200);
    assert!(!docs.text.contains("https://"), "the page needs nothing from outside: {}", docs.text);
    app.finish().await;
}
