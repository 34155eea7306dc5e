//! The contract as a client meets it: real HTTP, every operation, every behaviour.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Behaviour, InsurerSandbox, SettlementState};

const KEY: &str = "key_of_the_city";

struct City {
    sandbox: InsurerSandbox,
    http: Client,
}

impl City {
    fn new() -> Self {
        let sandbox = InsurerSandbox::start(KEY).unwrap();
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

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    async fn pre_settle(&self, reference: &str, credential: &str) -> (u16, Value) {
        self.post("/settlements", wanted(reference, credential)).await
    }

    async fn act(&self, reference: &str, what: &str) -> (u16, Value) {
        self.post(&format!("/settlements/{reference}/{what}"), json!({})).await
    }

    async fn take_back(&self, reference: &str, own: &str, lines: &[i16]) -> (u16, Value) {
        let body = json!({"reference": own, "lines": lines});
        self.post(&format!("/settlements/{reference}/returns"), body).await
    }

    async fn find(&self, reference: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, &format!("/settlements/{reference}"))).await
    }
}

/// A drug of the A class for CNY 100.00, one of the B class for the same, and something that no
/// insurance pays for CNY 50.00.
fn wanted(reference: &str, credential: &str) -> Value {
    json!({"reference": reference, "hospital": "h", "credential": credential, "lines": [
        {"n": 1, "class": "a", "amount": 10_000},
        {"n": 2, "class": "b", "amount": 10_000},
        {"n": 3, "class": "c", "amount": 5_000},
    ]})
}

fn refusal(code: &str) -> Value {
    json!({"error": code})
}

#[tokio::test]
async fn a_charge_is_split_by_line_once_for_each_reference() {
    let city = City::new();
    let (status, split) = city.pre_settle("r", "ec_sandbox_new_year").await;
    assert_eq!((status, &split["state"]), (201, &json!("pre_settled")));
    let line = |n: usize| {
        let line = &split["lines"][n];
        let of = |part: &str| line[part].as_i64().unwrap();
        (of("out_of_catalogue"), of("category_b_self"), of("deductible_used"), of("cash"))
    };
    assert_eq!(
        (line(0), line(1), line(2)),
        ((0, 0, 10_000, 0), (0, 1_000, 9_000, 0), (5_000, 0, 0, 0))
    );
    assert_eq!(city.pre_settle("r", "ec_sandbox_new_year").await, (200, split.clone()));
    assert_eq!(city.find("r").await, (200, split));
    let reused = city.pre_settle("r", "ec_sandbox_employee").await;
    assert_eq!(reused, (409, refusal("reference_reused")));
    for (credential, code) in
        [("ec_sandbox_nobody", "not_insured"), ("ec_sandbox_expired", "credential_expired")]
    {
        assert_eq!(city.pre_settle("s", credential).await, (422, refusal(code)));
        assert_eq!(city.find("s").await, (404, refusal("no_such_settlement")));
    }
}

#[tokio::test]
async fn what_is_confirmed_stays_so_until_it_is_reversed() {
    let city = City::new();
    assert_eq!(city.act("r", "confirmation").await, (404, refusal("no_such_settlement")));
    let (_, split) = city.pre_settle("r", "ec_sandbox_employee").await;
    for status in [201, 200] {
        let (answered, confirmed) = city.act("r", "confirmation").await;
        assert_eq!((answered, &confirmed["state"]), (status, &json!("confirmed")));
        assert_eq!(confirmed["lines"], split["lines"]);
    }
    for status in [201, 200] {
        let (answered, reversed) = city.act("r", "reversal").await;
        assert_eq!((answered, &reversed["state"]), (status, &json!("reversed")));
    }
    assert_eq!(city.act("r", "confirmation").await, (409, refusal("not_pre_settled")));
    // All of the entitlement is there again.
    let (_, again) = city.pre_settle("again", "ec_sandbox_employee").await;
    assert_eq!(again["lines"], split["lines"]);
}

#[tokio::test]
async fn a_reversal_that_comes_first_lets_nothing_come_after() {
    let city = City::new();
    assert_eq!(city.act("r", "reversal").await.0, 201);
    let late = city.pre_settle("r", "ec_sandbox_employee").await;
    assert_eq!(late, (409, refusal("not_pre_settled")));
}

#[tokio::test]
async fn lines_are_taken_back_once() {
    let city = City::new();
    city.pre_settle("r", "ec_sandbox_employee").await;
    assert_eq!(city.take_back("r", "b", &[2]).await, (409, refusal("not_returnable")));
    city.act("r", "confirmation").await;
    assert_eq!(city.take_back("r", "b", &[2]).await.0, 201);
    let (status, settlement) = city.take_back("r", "b", &[2]).await;
    assert_eq!((status, &settlement["returned"]), (200, &json!([2])));
    assert_eq!(city.take_back("r", "b", &[1]).await, (409, refusal("reference_reused")));
    for lines in [&[2][..], &[4], &[1, 2]] {
        assert_eq!(city.take_back("r", "c", lines).await, (409, refusal("not_returnable")));
    }
    assert_eq!(city.take_back("r", "c", &[1, 3]).await.1["returned"], json!([2, 1, 3]));
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told_and_what_it_did_is_done() {
    use Behaviour::{Duplicate, Error500, ErrorAfter, Garbage, OtherSplit, Slow};
    for (behaviour, status, done) in [
        (Error500, 500, false),
        (ErrorAfter, 500, true),
        (Garbage, 200, false),
        (Duplicate, 409, true),
        (Slow, 201, true),
        (OtherSplit, 201, true),
    ] {
        let city = City::new();
        let put = json!({"next": [behaviour]});
        let put = city.request(Method::PUT, "/sandbox/behaviour").json(&put);
        assert_eq!(city.send(put).await.0, 200);
        assert_eq!(city.pre_settle("r", "ec_sandbox_employee").await.0, status, "{behaviour:?}");
        assert_eq!(city.sandbox.settlements().len(), usize::from(done), "{behaviour:?}");
    }
    for (behaviour, done) in [(Behaviour::TimeoutBefore, 0), (Behaviour::TimeoutAfter, 1)] {
        let city = City::new();
        city.sandbox.behave([behaviour]);
        let post = city.request(Method::POST, "/settlements");
        let post = post.json(&wanted("r", "ec_sandbox_employee"));
        let silence = post.timeout(Duration::from_millis(200)).send().await.unwrap_err();
        assert!(silence.is_timeout());
        assert_eq!(city.sandbox.settlements().len(), done);
    }
}

#[tokio::test]
async fn a_confirmation_may_be_refused_or_come_with_another_split() {
    let city = City::new();
    city.pre_settle("r", "ec_sandbox_employee").await;
    city.sandbox.behave([Behaviour::Refuse]);
    assert_eq!(city.act("r", "confirmation").await, (422, refusal("suspended")));
    let [settlement] = city.sandbox.settlements().try_into().unwrap();
    assert_eq!(settlement.state, SettlementState::Reversed);
    let (_, split) = city.pre_settle("s", "ec_sandbox_employee").await;
    city.sandbox.behave([Behaviour::OtherSplit]);
    let (_, confirmed) = city.act("s", "confirmation").await;
    assert_eq!(confirmed["state"], "confirmed");
    assert_ne!(confirmed["lines"], split["lines"]);
}

#[tokio::test]
async fn what_is_not_of_the_contract_is_refused() {
    let city = City::new();
    let anonymous = city.http.get(format!("{}/settlements/1", city.sandbox.url));
    assert_eq!(city.send(anonymous).await, (401, refusal("unauthorized")));
    for (pointer, wrong) in [
        ("/reference", json!("")),
        ("/lines", json!([])),
        ("/lines/0/class", json!("d")),
        ("/lines/0/amount", json!(0)),
    ] {
        let mut body = wanted("r", "ec_sandbox_employee");
        *body.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(city.post("/settlements", body).await, (400, refusal("invalid_request")));
    }
    let elsewhere = city.request(Method::GET, "/claims");
    assert_eq!(city.send(elsewhere).await, (404, refusal("no_such_operation")));
    assert!(city.sandbox.settlements().is_empty());
}
