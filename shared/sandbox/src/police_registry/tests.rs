//! The contract as a client meets it: real HTTP, every operation, every behaviour.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Behaviour, PERSONS, PoliceRegistrySandbox};

const KEY: &str = "key_of_the_city";

struct City {
    sandbox: PoliceRegistrySandbox,
    http: Client,
}

impl City {
    fn new() -> Self {
        let sandbox = PoliceRegistrySandbox::start(KEY).unwrap();
        Self { sandbox, http: Client::builder().no_proxy().build().unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url)).bearer_auth(KEY)
    }

    async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    async fn check(&self, reference: &str, name: &str, number: &str) -> (u16, Value) {
        let body = wanted(reference, name, "resident_id", number, None);
        self.send(self.request(Method::POST, "/checks").json(&body)).await
    }

    async fn find(&self, reference: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, &format!("/checks/{reference}"))).await
    }
}

fn wanted(reference: &str, name: &str, kind: &str, number: &str, issuer: Option<&str>) -> Value {
    let mut document = json!({"type": kind, "number": number});
    if let Some(issuer) = issuer {
        document["issuer"] = issuer.into();
    }
    json!({"reference": reference, "name": name, "document": document})
}

fn found(reference: &str, result: &str) -> Value {
    json!({"reference": reference, "result": result})
}

const WANG: &str = "330106199305120021";

#[tokio::test]
async fn a_check_says_whose_a_document_is_once_for_each_reference() {
    let city = City::new();
    for (reference, name, number, result) in [
        ("1", "王芳", WANG, "match"),
        ("2", "王方", WANG, "mismatch"),
        ("3", "王芳", "330106199003070006", "unknown_document"),
    ] {
        let answer = found(reference, result);
        assert_eq!(city.check(reference, name, number).await, (201, answer.clone()));
        assert_eq!(city.check(reference, name, number).await, (200, answer.clone()));
        assert_eq!(city.find(reference).await, (200, answer));
        let reused = city.check(reference, "别人", number).await;
        assert_eq!(reused, (409, json!({"error": "reference_reused"})));
    }
    assert_eq!(city.find("4").await, (404, json!({"error": "no_such_check"})));
    assert_eq!(city.sandbox.checks().len(), 3);
}

#[tokio::test]
async fn everybody_from_the_beginning_and_whoever_is_enrolled_is_known() {
    let city = City::new();
    for (name, kind, number, issuer) in PERSONS {
        let body = wanted(number, &name.to_lowercase(), kind, number, issuer);
        let (status, check) = city.send(city.request(Method::POST, "/checks").json(&body)).await;
        assert_eq!((status, &check["result"]), (201, &json!("match")), "{number}");
    }
    city.sandbox.enrol("孙悦", "resident_id", "1");
    assert_eq!(city.check("r", "孙悦", "1").await.1, found("r", "match"));
    let person = json!({"name": "周杰", "document": {"type": "resident_id", "number": "2"}});
    let put = city.request(Method::PUT, "/sandbox/persons").json(&person);
    assert_eq!(city.send(put).await, (200, person));
    assert_eq!(city.check("s", "周杰", "2").await.1, found("s", "match"));
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told_and_then_tells_the_truth() {
    let city = City::new();
    city.sandbox.behave([
        Behaviour::Error500,
        Behaviour::Garbage,
        Behaviour::Contradict,
        Behaviour::Contradict,
        Behaviour::Well,
    ]);
    assert_eq!(city.check("r", "王芳", WANG).await.0, 500);
    assert_eq!(city.check("r", "王芳", WANG).await, (200, Value::Null));
    assert!(city.sandbox.checks().is_empty());
    assert_eq!(city.check("r", "王芳", WANG).await.1, found("r", "mismatch"));
    assert_eq!(city.find("r").await.1, found("r", "mismatch"));
    assert_eq!(city.find("r").await.1, found("r", "match"));
    let next = json!({"next": ["hang"]});
    let put = city.request(Method::PUT, "/sandbox/behaviour").json(&next);
    assert_eq!(city.send(put).await, (200, next));
    let hangs = city.request(Method::GET, "/checks/r").timeout(Duration::from_millis(200));
    assert!(hangs.send().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn what_is_not_of_the_contract_is_refused() {
    let city = City::new();
    let anonymous = city.http.get(format!("{}/checks/1", city.sandbox.url));
    assert_eq!(city.send(anonymous).await, (401, json!({"error": "unauthorized"})));
    let right = wanted("r", "王芳", "resident_id", WANG, None);
    for (pointer, wrong) in
        [("/reference", json!("")), ("/name", json!(1)), ("/document", json!({}))]
    {
        let mut body = right.clone();
        *body.pointer_mut(pointer).unwrap() = wrong;
        let post = city.request(Method::POST, "/checks").json(&body);
        assert_eq!(city.send(post).await, (400, json!({"error": "invalid_request"})));
    }
    let elsewhere = city.request(Method::GET, "/persons");
    assert_eq!(city.send(elsewhere).await, (404, json!({"error": "no_such_operation"})));
}
