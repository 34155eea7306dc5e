//! The contract as a client meets it: real HTTP, every operation, every behaviour.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use citygate_kernel::{Clock, Currency, Money};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{Behaviour, CardProcessorSandbox, Charge, ChargeStatus, DeclineReason};

const KEY: &str = "key_of_the_city";
const IMPATIENT: Duration = Duration::from_millis(200);
const PATIENT: Duration = Duration::from_secs(10);

/// The city's side of the wire.
struct City {
    sandbox: CardProcessorSandbox,
    http: Client,
}

impl City {
    fn new() -> Self {
        Self::with(CardProcessorSandbox::start(KEY, Clock::system()).unwrap())
    }

    fn with(sandbox: CardProcessorSandbox) -> Self {
        Self { sandbox, http: Client::builder().no_proxy().build().unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url)).bearer_auth(KEY)
    }

    fn post(&self, reference: &str) -> RequestBuilder {
        self.request(Method::POST, "/charges").json(&wanted(reference, "tok_sandbox_ok"))
    }

    async fn charge(&self, reference: &str) -> (u16, Value) {
        read(self.post(reference).send().await.unwrap()).await
    }

    /// Sends a request and gives up on it, not before the processor has taken it up.
    async fn give_up(&self, request: RequestBuilder) {
        let left = self.left() - 1;
        let failure = request.timeout(IMPATIENT).send().await.unwrap_err();
        assert!(failure.is_timeout(), "{failure:?}");
        until(|| self.left() == left).await;
    }

    fn left(&self) -> usize {
        self.sandbox.shared.processor().behaviours().next.len()
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn put_behaviour(&self, body: &Value) -> (u16, Value) {
        // Without the key: the knob is the simulator's own.
        let url = format!("{}/sandbox/behaviour", self.sandbox.url);
        read(self.http.put(url).json(body).send().await.unwrap()).await
    }
}

/// Waits for what another thread is about to do.
async fn until(condition: impl Fn() -> bool) {
    let met = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENT, met).await.unwrap();
}

fn wanted(reference: &str, card_token: &str) -> Value {
    json!({
        "reference": reference,
        "amount": {"amount_minor": 10_000, "currency": "CNY"},
        "card_token": card_token,
    })
}

async fn read(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

fn error(code: &str) -> Value {
    json!({"error": code})
}

fn wire(charge: &Charge) -> Value {
    serde_json::to_value(charge).unwrap()
}

#[tokio::test]
async fn a_reference_is_charged_once() {
    let city = City::new();
    let (status, first) = city.charge("r").await;
    let [booked] = city.sandbox.charges().try_into().unwrap();
    assert_eq!((status, &first), (201, &wire(&booked)));
    assert_eq!(booked.amount, Money::new(10_000, Currency::Cny));
    assert_eq!(booked.status, ChargeStatus::Succeeded);

    assert_eq!(city.charge("r").await, (200, first.clone()));
    assert_eq!(city.get("/charges/r").await, (200, first.clone()));

    let mut dearer = wanted("r", "tok_sandbox_ok");
    dearer
        .as_object_mut()
        .unwrap()
        .insert("amount".to_owned(), json!({"amount_minor": 10_001, "currency": "CNY"}));
    for other in [dearer, wanted("r", "tok_sandbox_declined")] {
        let response = city.request(Method::POST, "/charges").json(&other).send().await.unwrap();
        assert_eq!(read(response).await, (409, error("reference_reused")));
    }
    assert_eq!(city.get("/charges").await, (200, json!([first])));
}

#[tokio::test]
async fn the_card_decides() {
    let city = City::new();
    for (token, reason) in [
        ("tok_sandbox_declined", DeclineReason::DoNotHonour),
        ("tok_sandbox_expired", DeclineReason::ExpiredCard),
    ] {
        let request = city.request(Method::POST, "/charges").json(&wanted(token, token));
        let (status, answer) = read(request.send().await.unwrap()).await;
        let booked = city.sandbox.charges().pop().unwrap();
        assert_eq!((status, answer), (201, wire(&booked)));
        assert_eq!(booked.status, ChargeStatus::Declined { decline_reason: reason });
    }
    let request = city.request(Method::POST, "/charges").json(&wanted("r", "tok_other"));
    let answer = read(request.send().await.unwrap()).await;
    assert_eq!(answer, (422, error("unknown_token")));
    assert_eq!(city.get("/charges/r").await, (404, error("no_such_charge")));
    assert_eq!(city.sandbox.charges().len(), 2);
}

#[tokio::test]
async fn a_reference_is_opaque() {
    let city = City::new();
    for (reference, path) in [
        ("330100/bill 1", "/charges/330100%2Fbill%201"),
        ("100%25+?#", "/charges/100%2525+%3F%23"),
        ("罚款", "/charges/%E7%BD%9A%E6%AC%BE"),
    ] {
        let (_, charge) = city.charge(reference).await;
        assert_eq!(city.get(path).await, (200, charge), "{reference}");
    }
}

#[tokio::test]
async fn concurrent_requests_charge_once() {
    let city = City::new();
    let requests: Vec<_> = (0..20).map(|_| tokio::spawn(city.post("r").send())).collect();
    let mut created = 0;
    for request in requests {
        let status = request.await.unwrap().unwrap().status().as_u16();
        assert!([200, 201].contains(&status));
        created += u32::from(status == 201);
    }
    assert_eq!((created, city.sandbox.charges().len()), (1, 1));
}

#[tokio::test]
async fn every_operation_asks_for_the_key() {
    let city = City::new();
    city.sandbox.behave([Behaviour::Error500]);
    for (method, path) in [
        (Method::POST, "/charges"),
        (Method::GET, "/charges"),
        (Method::GET, "/charges/r"),
        (Method::DELETE, "/charges/r"),
        (Method::GET, "/elsewhere"),
    ] {
        let url = format!("{}{path}", city.sandbox.url);
        let request = city.http.request(method.clone(), url).json(&wanted("r", "tok_sandbox_ok"));
        for request in [
            request.try_clone().unwrap(),
            request.try_clone().unwrap().bearer_auth("another_key"),
            request.try_clone().unwrap().bearer_auth(""),
            request.basic_auth(KEY, None::<&str>),
        ] {
            let answer = read(request.send().await.unwrap()).await;
            assert_eq!(answer, (401, error("unauthorized")), "{method} {path}");
        }
    }
    assert!(city.sandbox.charges().is_empty());
    // Strangers do not use up what was meant for the client.
    assert_eq!(city.charge("r").await, (500, error("internal_error")));
    assert_eq!(city.get("/elsewhere").await, (404, error("no_such_operation")));
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let city = City::new();
    let mut extra = wanted("r", "tok_sandbox_ok");
    extra.as_object_mut().unwrap().insert("capture".to_owned(), json!(true));
    for body in [extra, wanted(&"r".repeat(65), "tok_sandbox_ok"), json!({}), json!("r")] {
        let request = city.request(Method::POST, "/charges").json(&body);
        let answer = read(request.send().await.unwrap()).await;
        assert_eq!(answer, (400, error("invalid_request")), "{body}");
    }
    assert!(city.sandbox.charges().is_empty());
}

#[tokio::test]
async fn the_knob_shows_what_is_left() {
    let city = City::new();
    let all = json!({"next": [
        "timeout_after_charge", "timeout_before_charge", "error_500", "error_after_charge",
        "garbage", "slow", "contradict",
    ]});
    assert_eq!(city.put_behaviour(&all).await, (200, all.clone()));
    assert_eq!(city.get("/sandbox/behaviour").await, (200, all.clone()));
    for wrong in [
        json!({"next": [], "then": []}),
        json!({"next": ["explode"]}),
        json!({"next": "slow"}),
        json!({}),
        json!(["slow"]),
    ] {
        assert_eq!(city.put_behaviour(&wrong).await, (400, error("invalid_request")), "{wrong}");
    }
    assert_eq!(city.get("/sandbox/behaviour").await, (200, all));

    let two = json!({"next": ["error_500", "error_500"]});
    assert_eq!(city.put_behaviour(&two).await, (200, two));
    assert_eq!(city.get("/charges").await, (200, json!([])));
    assert_eq!(city.charge("r").await.0, 500);
    let left = json!({"next": ["error_500"]});
    assert_eq!(city.get("/sandbox/behaviour").await, (200, left));
    assert_eq!(city.get("/charges/r").await.0, 500);
    assert_eq!(city.get("/sandbox/behaviour").await, (200, json!({"next": []})));
    assert_eq!(city.charge("r").await.0, 201);
}

#[tokio::test]
async fn a_timeout_says_nothing_about_the_charge() {
    let city = City::new();
    city.get("/charges").await; // The server is up: the short wait is not spent on its start.
    for (reference, behaviour, booked) in [
        ("after", Behaviour::TimeoutAfterCharge, true),
        ("before", Behaviour::TimeoutBeforeCharge, false),
    ] {
        city.sandbox.behave([behaviour, behaviour]);
        let path = format!("/charges/{reference}");
        city.give_up(city.post(reference)).await;
        city.give_up(city.request(Method::GET, &path)).await;
        assert_eq!(city.get(&path).await.0, if booked { 200 } else { 404 });
        // The same request again: one charge, whichever it was.
        assert_eq!(city.charge(reference).await.0, if booked { 200 } else { 201 });
    }
    assert_eq!(city.sandbox.charges().len(), 2);
}

#[tokio::test]
async fn an_error_says_nothing_about_the_charge() {
    let city = City::new();
    for (reference, behaviour, booked) in
        [("after", Behaviour::ErrorAfterCharge, true), ("before", Behaviour::Error500, false)]
    {
        city.sandbox.behave([behaviour, behaviour]);
        assert_eq!(city.charge(reference).await, (500, error("internal_error")));
        let path = format!("/charges/{reference}");
        assert_eq!(city.get(&path).await, (500, error("internal_error")));
        assert_eq!(city.get(&path).await.0, if booked { 200 } else { 404 });
        assert_eq!(city.charge(reference).await.0, if booked { 200 } else { 201 });
    }
    assert_eq!(city.sandbox.charges().len(), 2);
}

#[tokio::test]
async fn garbage_is_not_json() {
    let city = City::new();
    city.sandbox.behave([Behaviour::Garbage, Behaviour::Garbage]);
    for request in [city.post("r"), city.request(Method::GET, "/charges/r")] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.json::<Value>().await.unwrap_err().is_decode());
    }
    assert_eq!(city.get("/charges/r").await, (404, error("no_such_charge")));
}

#[tokio::test]
async fn a_slow_charge_is_booked_before_it_is_told() {
    let city = City::new();
    city.sandbox.behave([Behaviour::Slow, Behaviour::Slow]);
    city.get("/charges").await;
    city.give_up(city.post("r")).await;
    let [booked] = city.sandbox.charges().try_into().unwrap();
    let asked = Instant::now();
    assert_eq!(city.charge("r").await, (200, wire(&booked)));
    assert!(asked.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_contradiction_is_settled_by_asking() {
    let city = City::new();
    city.sandbox.behave([Behaviour::Contradict, Behaviour::Contradict]);
    let (status, lie) = city.charge("r").await;
    let [truth] = city.sandbox.charges().try_into().unwrap();
    let declined = ChargeStatus::Declined { decline_reason: DeclineReason::DoNotHonour };
    assert_eq!(truth.status, ChargeStatus::Succeeded);
    assert_eq!((status, lie), (201, wire(&Charge { status: declined, ..truth.clone() })));
    for path in ["/charges/r", "/charges/r"] {
        assert_eq!(city.get(path).await, (200, wire(&truth)));
    }
    assert_eq!(city.charge("r").await, (200, wire(&truth)));
}

#[tokio::test]
async fn a_held_request_ends_without_an_answer() {
    let hold = Duration::from_millis(100);
    let sandbox = CardProcessorSandbox::start_holding(KEY, Clock::system(), hold).unwrap();
    let city = City::with(sandbox);
    city.sandbox.behave([Behaviour::TimeoutAfterCharge]);
    let failure = city.post("r").send().await.unwrap_err();
    assert!(failure.is_request() && !failure.is_timeout(), "{failure:?}");
    assert_eq!(failure.status(), None);
    // The client did not quietly ask again, and the processor is well.
    assert_eq!(city.sandbox.charges().len(), 1);
    assert_eq!(city.charge("r").await.0, 200);
}

#[tokio::test]
async fn a_client_that_gives_up_is_let_go() {
    let city = City::new();
    city.get("/charges").await;
    // Each handler under way holds on to the shared state.
    let handlers = || Arc::strong_count(&city.sandbox.shared.clone().into_inner());
    let idle = handlers();
    city.sandbox.behave([Behaviour::TimeoutBeforeCharge]);
    let held = tokio::spawn(city.post("r").send());
    until(|| city.left() == 0).await;
    assert!(handlers() > idle);
    held.abort();
    until(|| handlers() == idle).await;
}

#[tokio::test]
async fn stopping_cuts_held_requests() {
    let city = City::new();
    city.sandbox.behave([Behaviour::TimeoutAfterCharge]);
    let held = tokio::spawn(city.post("r").send());
    until(|| !city.sandbox.charges().is_empty()).await;
    let again = city.post("r");
    city.sandbox.stop().await;
    let failure = tokio::time::timeout(PATIENT, held).await.unwrap().unwrap();
    assert!(!failure.unwrap_err().is_timeout());
    assert!(again.send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn dropping_stops() {
    let city = City::new();
    assert_eq!(city.charge("r").await.0, 201);
    let url = city.sandbox.url.clone();
    drop(city.sandbox);
    let gone = async {
        // Until the command is carried out a request may still be answered, or cut.
        while !city.http.get(&url).send().await.is_err_and(|failure| failure.is_connect()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENT, gone).await.unwrap();
}

#[test]
fn without_a_runtime_it_does_not_start() {
    assert!(CardProcessorSandbox::start(KEY, Clock::system()).is_err());
}
