//! The contract as a client meets it: real HTTP, every operation, every behaviour.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Behaviour, RecordsOfficeSandbox};

const KEY: &str = "key_of_the_city";
const WANG: &str = "330106199305120021";

struct City {
    sandbox: RecordsOfficeSandbox,
    http: Client,
}

impl City {
    /// A city, and an office with one person on file.
    async fn new() -> Self {
        let sandbox = RecordsOfficeSandbox::start(KEY).unwrap();
        let city = Self { sandbox, http: Client::builder().no_proxy().build().unwrap() };
        let put = city.http.put(format!("{}/sandbox/records", city.sandbox.url)).json(&filed());
        assert_eq!(city.send(put).await, (200, filed()));
        city
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url)).bearer_auth(KEY)
    }

    async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    fn ask(&self, subject: &str, id_number: &str) -> RequestBuilder {
        self.request(Method::POST, "/records").json(&wanted(subject, id_number))
    }

    async fn tell(&self, subject: &str, id_number: &str) -> (u16, Value) {
        self.send(self.ask(subject, id_number)).await
    }
}

fn filed() -> Value {
    json!({
        "subject": "social_security", "id_number": WANG, "as_of": "2026-11-23T00:00:00Z",
        "record": {"months": 12},
    })
}

fn wanted(subject: &str, id_number: &str) -> Value {
    json!({
        "subject": subject, "id_type": "resident_id", "id_number": id_number, "request_id": "r1",
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut told = filed();
    *told.pointer_mut(pointer).unwrap() = value;
    told
}

#[tokio::test]
async fn it_tells_what_is_on_file_under_subject_and_number() {
    let city = City::new().await;
    assert_eq!(city.tell("social_security", WANG).await, (200, filed()));
    let unknown = (404, json!({"error": "no_such_record"}));
    assert_eq!(city.tell("provident_fund", WANG).await, unknown);
    assert_eq!(city.tell("social_security", "330106199003070014").await, unknown);
    assert_eq!(city.sandbox.asked(), ["r1"; 3]);
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told_and_then_tells_the_truth() {
    let city = City::new().await;
    for (behaviour, status, body) in [
        ("error_500", 500, json!({"error": "internal_error"})),
        ("garbage", 200, Value::Null),
        ("other_form", 200, changed("/record", json!("see the counter"))),
        ("other_person", 200, changed("/id_number", json!("330106195001010013"))),
        ("yesterday", 200, changed("/as_of", json!("2026-11-22T00:00:00Z"))),
        ("tomorrow", 200, changed("/as_of", json!("2026-11-24T00:00:00Z"))),
        ("no_such_record", 404, json!({"error": "no_such_record"})),
        ("refuse", 422, json!({"error": "not_today"})),
        ("slow", 200, filed()),
    ] {
        let next = json!({"next": [behaviour]});
        let put = city.http.put(format!("{}/sandbox/behaviour", city.sandbox.url)).json(&next);
        assert_eq!(city.send(put).await, (200, next));
        assert_eq!(city.tell("social_security", WANG).await, (status, body), "{behaviour}");
        assert_eq!(city.tell("social_security", WANG).await, (200, filed()), "{behaviour}");
    }
    city.sandbox.behave([Behaviour::HangUp]);
    let cut = city.ask("social_security", WANG).send().await.unwrap_err();
    assert!(!cut.is_timeout(), "{cut}");
    city.sandbox.behave([Behaviour::Hang]);
    let hangs = city.ask("social_security", WANG).timeout(Duration::from_millis(200));
    assert!(hangs.send().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn what_is_not_of_the_contract_is_refused() {
    let city = City::new().await;
    let body = wanted("social_security", WANG);
    let anonymous = city.http.post(format!("{}/records", city.sandbox.url)).json(&body);
    assert_eq!(city.send(anonymous).await, (401, json!({"error": "unauthorized"})));
    for (pointer, wrong) in [("/subject", json!(1)), ("/id_number", json!({}))] {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = wrong;
        let post = city.request(Method::POST, "/records").json(&body);
        assert_eq!(city.send(post).await, (400, json!({"error": "invalid_request"})));
    }
    let elsewhere = city.request(Method::GET, "/records/1");
    assert_eq!(city.send(elsewhere).await, (404, json!({"error": "no_such_operation"})));
}
