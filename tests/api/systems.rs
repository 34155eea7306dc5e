//! Systems of agencies: how they prove themselves, and what they may do then.

use chrono::TimeDelta;
use citygate::demo::actors::Caller;
use citygate_identity::{ClientId, KeyPair};
use citygate_traffic::POLICE;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

const SCOPES: [&str; 2] = ["traffic.decisions:read", "traffic.decisions:write"];

/// A registered system and the right claims for it.
struct Registered {
    app: TestApp,
    key: KeyPair,
    id: ClientId,
}

impl Registered {
    async fn new() -> Self {
        let (app, key) = (TestApp::start().await, KeyPair::generate().unwrap());
        let id = app.register(POLICE, &key, &SCOPES).await;
        Self { app, key, id }
    }

    fn claims(&self, jti: &str) -> Value {
        let now = self.app.clock.now().timestamp();
        let id = self.id.to_string();
        json!({
            "iss": id, "sub": id, "aud": format!("{}/v1/oauth/token", self.app.url),
            "iat": now, "exp": now + 60, "jti": jti,
        })
    }

    fn with(&self, jti: &str, member: &str, value: Value) -> Value {
        let mut claims = self.claims(jti);
        claims[member] = value;
        claims
    }

    fn without(&self, jti: &str, member: &str) -> Value {
        let mut claims = self.claims(jti);
        claims.as_object_mut().unwrap().remove(member);
        claims
    }

    fn sign(&self, claims: &Value) -> String {
        let key = EncodingKey::from_ec_der(&self.key.private);
        encode(&Header::new(Algorithm::ES256), claims, &key).unwrap()
    }

    async fn token(&self, assertion: &str, scope: Option<&str>) -> Answer {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        form.extend(scope.map(|scope| ("scope", scope)));
        self.asked(&form).await
    }

    async fn asked(&self, form: &[(&str, &str)]) -> Answer {
        let request = self.app.anybody().request(Method::POST, "/v1/oauth/token");
        Answer::to(request.form(form)).await
    }

    async fn for_resource(&self, jti: &str, resource: &str) -> Answer {
        self.asked(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &self.sign(&self.claims(jti))),
            ("resource", resource),
        ])
        .await
    }

    async fn granted(&self, assertion: &str, scope: Option<&str>) -> (Caller, String) {
        let answer = self.token(assertion, scope).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body.get("refresh_token"), None);
        let mut caller = self.app.anybody();
        caller.token = Some(answer.body["access_token"].as_str().unwrap().to_owned());
        (caller, answer.body["scope"].as_str().unwrap().to_owned())
    }

    async fn invalid_client(&self, assertion: &str, why: &str) {
        let answer = self.token(assertion, None).await;
        let found = (answer.status, answer.body["error"].as_str().unwrap_or_default());
        assert_eq!(found, (401, "invalid_client"), "{why}: {}", answer.text);
        assert!(answer.header("www-authenticate").contains("invalid_client"), "{why}");
    }
}

#[tokio::test]
async fn an_assertion_works_once() {
    let system = Registered::new().await;
    let assertion = system.sign(&system.claims("once"));
    system.granted(&assertion, None).await;
    system.invalid_client(&assertion, "the same again").await;
    let renewed = system.with("once", "exp", json!(system.app.clock.now().timestamp() + 90));
    system.invalid_client(&system.sign(&renewed), "its jti in another").await;
    system.granted(&system.sign(&system.claims("twice")), None).await;
    system.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_works_once_for_all_who_use_it_at_the_same_moment() {
    let system = Registered::new().await;
    let assertion = system.sign(&system.claims("once"));
    let all = (0..20).map(|_| system.token(&assertion, None));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 19);
    system.app.finish().await;
}

#[tokio::test]
async fn an_assertion_that_is_not_exactly_right_is_invalid() {
    let system = Registered::new().await;
    let now = system.app.clock.now().timestamp();
    let stranger = ClientId::new(&system.app.clock).to_string();
    for (why, claims) in [
        (
            "for somebody else",
            system.with("a", "aud", json!("https://town.example/v1/oauth/token")),
        ),
        ("for several", system.with("b", "aud", json!([system.app.url, "https://town.example"]))),
        ("for nobody", system.with("c", "aud", json!([]))),
        ("expired", system.with("d", "exp", json!(now - 30))),
        ("too far ahead", system.with("e", "exp", json!(now + 3_631))),
        ("far beyond time", system.with("f", "exp", json!(i64::MAX))),
        ("before all time", system.with("g", "exp", json!(i64::MIN))),
        ("expiry as text", system.with("h", "exp", json!((now + 60).to_string()))),
        ("not yet", system.with("i", "nbf", json!(now + 31))),
        ("another issuer", system.with("j", "iss", json!(stranger))),
        ("another subject", system.with("k", "sub", json!(stranger))),
        ("no client id", system.with("l", "sub", json!("police"))),
        ("empty jti", system.with("m", "jti", json!(""))),
        ("long jti", system.with("n", "jti", json!("x".repeat(256)))),
        ("NUL in jti", system.with("o", "jti", json!("a\u{0}b"))),
        ("no iss", system.without("p", "iss")),
        ("no sub", system.without("q", "sub")),
        ("no aud", system.without("r", "aud")),
        ("no exp", system.without("s", "exp")),
        ("no jti", system.without("t", "jti")),
    ] {
        system.invalid_client(&system.sign(&claims), why).await;
    }
    assert_eq!(system.app.sql().await.count("identity.client_assertions").await, 0);
    for (jti, member, value) in [
        ("1", "aud", json!(system.app.url)),
        ("2", "aud", json!([system.app.url])),
        ("3", "exp", json!(now + 3_630)),
        ("4", "exp", json!(now - 29)),
        ("5", "nbf", json!(now + 30)),
    ] {
        system.granted(&system.sign(&system.with(jti, member, value)), None).await;
    }
    system.app.finish().await;
}

#[tokio::test]
async fn an_assertion_is_signed_by_the_key_that_was_registered() {
    let system = Registered::new().await;
    let claims = system.claims("forged");
    let other = KeyPair::generate().unwrap();
    let mut header = Header::new(Algorithm::ES256);
    header.jwk = Some(other.public.clone());
    let wrong_key = encode(&header, &claims, &EncodingKey::from_ec_der(&other.private)).unwrap();
    system.invalid_client(&wrong_key, "a key brought along").await;

    let public = serde_json::to_vec(&system.key.public).unwrap();
    let shared =
        encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&public))
            .unwrap();
    system.invalid_client(&shared, "the public key as a shared secret").await;

    let right = system.sign(&claims);
    let [_, body, signature] = right.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for unsigned in [
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{body}.{body}.{signature}"),
        format!("..{signature}"),
    ] {
        system.invalid_client(&unsigned, "unsigned").await;
    }
    system.granted(&right, None).await;
    system.app.finish().await;
}

#[tokio::test]
async fn a_system_that_is_not_registered_or_is_disabled_is_invalid() {
    let mut system = Registered::new().await;
    let registered = system.id;
    system.id = ClientId::new(&system.app.clock);
    system.invalid_client(&system.sign(&system.claims("a")), "unknown").await;
    system.id = registered;
    let mut sql = system.app.sql().await;
    sql.run("UPDATE identity.clients SET disabled_at = now()").await;
    system.invalid_client(&system.sign(&system.claims("b")), "disabled").await;
    system.app.finish().await;
}

#[tokio::test]
async fn a_system_gets_the_scopes_it_asks_for_among_those_it_has() {
    let system = Registered::new().await;
    let path = "/v1/traffic/decisions/3301060000000011";
    for (jti, asked, granted, read, write) in [
        ("1", None, "traffic.decisions:read traffic.decisions:write", 200, 400),
        ("2", Some("traffic.decisions:read"), "traffic.decisions:read", 200, 403),
        ("3", Some("traffic.decisions:write"), "traffic.decisions:write", 403, 400),
        ("4", Some("books:read traffic.decisions:read"), "traffic.decisions:read", 200, 403),
        ("5", Some("traffic.decisions"), "", 401, 401),
        ("6", Some("books:read"), "", 401, 401),
        ("7", Some(""), "", 401, 401),
    ] {
        let assertion = system.sign(&system.claims(jti));
        let (caller, scope) = system.granted(&assertion, asked).await;
        assert_eq!(scope, granted, "{asked:?}");
        let found = Answer::to(caller.request(Method::GET, path)).await;
        assert_eq!(found.status, read, "{asked:?}: {}", found.text);
        let pushed = Answer::to(caller.request(Method::PUT, path).json(&json!({}))).await;
        assert_eq!(pushed.status, write, "{asked:?}: {}", pushed.text);
        if pushed.status == 403 {
            assert_eq!(pushed.problem(), "identity.scope_missing");
            let challenge = pushed.header("www-authenticate");
            let expected = "Bearer error=\"insufficient_scope\", scope=\"traffic.decisions:write\"";
            assert_eq!(challenge, expected);
        }
    }
    system.app.finish().await;
}

#[tokio::test]
async fn the_token_of_a_system_ends_after_five_minutes() {
    let system = Registered::new().await;
    let (caller, _) = system.granted(&system.sign(&system.claims("a")), None).await;
    let read = async || caller.get("/v1/traffic/decisions/3301060000000011").await.unwrap().status;
    system.app.later(TimeDelta::seconds(329));
    assert_eq!(read().await, 200);
    system.app.later(TimeDelta::seconds(1));
    assert_eq!(read().await, 401);
    system.app.finish().await;
}

#[tokio::test]
async fn a_system_asks_for_a_token_for_one_of_its_services() {
    let (app, key) = (TestApp::start().await, KeyPair::generate().unwrap());
    let id = app.register(POLICE, &key, &["traffic.decisions:read", "webhooks:write"]).await;
    let system = Registered { app, key, id };
    let (webhook, decision) = ("/v1/partner/webhook", "/v1/traffic/decisions/3301060000000001");
    for (jti, resource, open, closed) in [
        ("1", "urn:citygate:service:webhooks", webhook, decision),
        ("2", "urn:citygate:service:traffic", decision, webhook),
    ] {
        let answer = system.for_resource(jti, resource).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut caller = system.app.anybody();
        caller.token = Some(answer.body["access_token"].as_str().unwrap().to_owned());
        assert_eq!(Answer::to(caller.request(Method::GET, open)).await.status, 404, "{resource}");
        let refused = Answer::to(caller.request(Method::GET, closed)).await;
        assert_eq!((refused.status, refused.problem()), (401, "identity.token_invalid".to_owned()));
    }
    for (jti, resource) in
        [("3", "urn:citygate:service:books"), ("4", "traffic"), ("5", ""), ("6", &system.app.url)]
    {
        let refused = system.for_resource(jti, resource).await;
        let found = (refused.status, refused.body["error"].as_str().unwrap_or_default());
        assert_eq!(found, (400, "invalid_target"), "{resource}: {}", refused.text);
    }
    system.app.finish().await;
}
