//! Access tokens that are wrong in one way each. All of them are refused alike.

use aws_lc_rs::{hmac, rand::SystemRandom, signature::Ed25519KeyPair};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, EncodingKey, crypto,
    jwk::{Jwk, ThumbprintHash},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    oidc::{Party, WANG, text},
    support::{Answer, TestApp},
};

/// Somebody with the keys of the city, who makes every mistake.
struct Forger {
    /// The city's private key for access tokens.
    own: EncodingKey,
    /// Its private key for ID tokens.
    for_id_tokens: Vec<u8>,
    /// Somebody else's.
    other: EncodingKey,
    header: Value,
    claims: Value,
    /// The JSON of both as the city wrote it.
    good: [String; 2],
}

fn encoded(json: &Value) -> String {
    encoded_text(&json.to_string())
}

fn encoded_text(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn eddsa(key: &EncodingKey, head: &str, body: &str) -> String {
    let input = format!("{head}.{body}");
    let signature = crypto::sign(input.as_bytes(), key, Algorithm::EdDSA).unwrap();
    format!("{input}.{signature}")
}

impl Forger {
    fn new(app: &TestApp, token: &str) -> Self {
        let folder = app.city().platform.keys.folder();
        let part = |at: usize| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let good = [part(0), part(1)];
        let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let other = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self {
            own: EncodingKey::from_ed_der(&file("access.p8")),
            for_id_tokens: file("signing.p8"),
            other: EncodingKey::from_ed_der(other.as_ref()),
            header: serde_json::from_str(&good[0]).unwrap(),
            claims: serde_json::from_str(&good[1]).unwrap(),
            good,
        }
    }

    /// Signed with the city's own key.
    fn signed(&self, head: &str, body: &str) -> String {
        eddsa(&self.own, head, body)
    }

    /// Signed with the city's key for ID tokens, under the `kid` of that key.
    fn as_id_tokens(&self, alg: &str) -> String {
        let key = EncodingKey::from_ec_der(&self.for_id_tokens);
        let public = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        let mut header = self.header.clone();
        header["alg"] = alg.into();
        header["kid"] = public.thumbprint(ThumbprintHash::SHA256).unwrap().into();
        let input = format!("{}.{}", encoded(&header), encoded(&self.claims));
        let signature = crypto::sign(input.as_bytes(), &key, Algorithm::ES256).unwrap();
        format!("{input}.{signature}")
    }

    fn header(&self, member: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[member] = value;
        self.signed(&encoded(&header), &encoded(&self.claims))
    }

    fn claim(&self, member: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[member] = value;
        self.signed(&encoded(&self.header), &encoded(&claims))
    }

    fn without_header(&self, member: &str) -> String {
        let mut header = self.header.clone();
        header.as_object_mut().unwrap().remove(member);
        self.signed(&encoded(&header), &encoded(&self.claims))
    }

    fn without_claim(&self, member: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(member);
        self.signed(&encoded(&self.header), &encoded(&claims))
    }

    /// Signed with another key, under a header that says so.
    fn brought_along(&self, member: &str, value: Value, kid: Option<&str>) -> String {
        let mut header = self.header.clone();
        header[member] = value;
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        eddsa(&self.other, &encoded(&header), &encoded(&self.claims))
    }

    /// With a shared secret, which would have to be the public key.
    fn hmac(&self, algorithm: hmac::Algorithm, name: &str, secret: &[u8]) -> String {
        let mut header = self.header.clone();
        header["alg"] = name.into();
        let input = format!("{}.{}", encoded(&header), encoded(&self.claims));
        let tag = hmac::sign(&hmac::Key::new(algorithm, secret), input.as_bytes());
        format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    /// The same member a second time, as text: JSON values have no doubles.
    fn doubled(&self, part: usize, member: &str) -> String {
        let mut parts = self.good.clone();
        parts[part] = format!("{},{member}}}", parts[part].strip_suffix('}').unwrap());
        self.signed(&encoded_text(&parts[0]), &encoded_text(&parts[1]))
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let public = Jwk::from_encoding_key(&self.other, Algorithm::EdDSA).unwrap();
        let kid = public.thumbprint(ThumbprintHash::SHA256).unwrap();
        let public = serde_json::to_value(&public).unwrap();
        let traversal = "../../../../dev/null";
        vec![
            ("typ of an ID token", self.header("typ", json!("JWT"))),
            ("typ in full", self.header("typ", json!("application/at+jwt"))),
            ("typ in capitals", self.header("typ", json!("AT+JWT"))),
            ("no typ", self.without_header("typ")),
            ("typ is a number", self.header("typ", json!(1))),
            ("no kid", self.without_header("kid")),
            ("unknown kid", self.header("kid", json!("unknown"))),
            ("empty kid", self.header("kid", json!(""))),
            ("kid is a path", self.header("kid", json!(traversal))),
            ("kid is the key file", self.header("kid", json!("access.p8"))),
            ("kid is a query", self.header("kid", json!("' OR 1=1 --"))),
            ("kid is a list", self.header("kid", json!([self.header["kid"]]))),
            ("no alg", self.without_header("alg")),
            ("alg ES384", self.header("alg", json!("ES384"))),
            ("alg RS256", self.header("alg", json!("RS256"))),
            ("alg PS256", self.header("alg", json!("PS256"))),
            ("alg ES256", self.header("alg", json!("ES256"))),
            ("alg Ed25519", self.header("alg", json!("Ed25519"))),
            ("alg eddsa", self.header("alg", json!("eddsa"))),
            ("the key of ID tokens", self.as_id_tokens("ES256")),
            ("the key of ID tokens, as ours", self.as_id_tokens("EdDSA")),
            ("crit", self.header("crit", json!(["exp"]))),
            ("empty crit", self.header("crit", json!([]))),
            ("b64 false", self.header("b64", json!(false))),
            ("compressed", self.header("zip", json!("DEF"))),
            ("own jwk beside our kid", self.header("jwk", public.clone())),
            ("jwk of another key", self.brought_along("jwk", public.clone(), None)),
            ("jwk and its kid", self.brought_along("jwk", public, Some(&kid))),
            ("jku", self.brought_along("jku", json!("https://evil.example/jwks"), Some(&kid))),
            ("x5u", self.brought_along("x5u", json!("https://evil.example/cert"), Some(&kid))),
            ("x5c", self.brought_along("x5c", json!([BASE64_STANDARD.encode("x")]), Some(&kid))),
            ("doubled kid", self.doubled(0, "\"kid\":\"x\"")),
            ("doubled alg", self.doubled(0, "\"alg\":\"none\"")),
        ]
    }

    fn payloads(&self, now: i64) -> Vec<(&'static str, String)> {
        vec![
            ("exp as text", self.claim("exp", json!((now + 600).to_string()))),
            ("exp with a fraction", self.claim("exp", json!(1e11 + 0.5))),
            ("exp is null", self.claim("exp", Value::Null)),
            ("exp beyond all numbers", self.claim("exp", json!(u64::MAX))),
            ("expired", self.claim("exp", json!(now - 30))),
            ("expired before all time", self.claim("exp", json!(i64::MIN))),
            ("no exp", self.without_claim("exp")),
            ("nbf far ahead", self.claim("nbf", json!(now + 3_600))),
            ("nbf at the end of time", self.claim("nbf", json!(i64::MAX))),
            ("nbf as text", self.claim("nbf", json!("0"))),
            ("no nbf", self.without_claim("nbf")),
            ("no iat", self.without_claim("iat")),
            ("no jti", self.without_claim("jti")),
            ("wrong iss", self.claim("iss", json!("https://town.example"))),
            (
                "iss with a slash",
                self.claim("iss", json!(format!("{}/", text(&self.claims, "iss")))),
            ),
            ("iss is a list", self.claim("iss", json!([self.claims["iss"]]))),
            ("no iss", self.without_claim("iss")),
            ("wrong aud", self.claim("aud", json!("https://town.example"))),
            ("aud is the client", self.claim("aud", json!("citygate-app"))),
            ("several aud", self.claim("aud", json!([self.claims["aud"], "https://town.example"]))),
            ("a list with our aud", self.claim("aud", json!([self.claims["aud"]]))),
            ("aud is a service", self.claim("aud", json!(["urn:citygate:service:traffic"]))),
            ("no aud", self.without_claim("aud")),
            ("no sub", self.without_claim("sub")),
            ("sub is nobody", self.claim("sub", json!("root"))),
            ("sub is a number", self.claim("sub", json!(1))),
            ("no role", self.without_claim("role")),
            ("unknown role", self.claim("role", json!("admin"))),
            ("no session", self.without_claim("sid")),
            ("session is nothing", self.claim("sid", json!("x"))),
            ("no acr", self.without_claim("acr")),
            ("auth_time as text", self.claim("auth_time", json!("now"))),
            ("city is none", self.claim("city", json!("Gotham"))),
            ("person is nobody", self.claim("person", json!("x"))),
            ("doubled sub", self.doubled(1, "\"sub\":\"acct_00000000000000000000000000000001\"")),
            ("doubled exp", self.doubled(1, "\"exp\":9999999999")),
            ("doubled role", self.doubled(1, "\"role\":\"partner\"")),
            ("a list", self.signed(&encoded(&self.header), &encoded_text("[]"))),
            ("no JSON", self.signed(&encoded(&self.header), &encoded_text("{"))),
            ("empty", self.signed(&encoded(&self.header), "")),
        ]
    }

    fn shapes(&self, good: &str) -> Vec<(&'static str, String)> {
        let [head, body, tail] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let none = |alg: &str| encoded(&json!({"alg": alg, "typ": "at+jwt"}));
        let zeros = BASE64_URL_SAFE_NO_PAD.encode([0_u8; 64]);
        vec![
            ("alg none, unsigned", format!("{}.{body}.", none("none"))),
            ("alg nOnE, unsigned", format!("{}.{body}.", none("nOnE"))),
            ("alg none, our signature", format!("{}.{body}.{tail}", none("none"))),
            ("no signature", format!("{head}.{body}.")),
            ("no third segment", format!("{head}.{body}")),
            ("a fourth segment", format!("{good}.{tail}")),
            ("a fourth segment, empty", format!("{good}.")),
            ("five segments, like a JWE", format!("{good}.a.b")),
            ("a signature of zeros", format!("{head}.{body}.{zeros}")),
            ("a signature of DER", format!("{head}.{body}.MEUCIQ")),
            ("padded", format!("{good}==")),
            ("segments turned round", format!("{body}.{head}.{tail}")),
            ("huge", format!("{head}.{}.{tail}", "A".repeat(7_000))),
            ("one dot", ".".to_owned()),
            ("no dot", "token".to_owned()),
        ]
    }
}

/// What a system's token may not be for, where it wants to read decisions of the traffic police.
fn audiences(forger: &Forger, issuer: &str) -> Vec<(&'static str, String)> {
    let aud = |aud: Value| forger.claim("aud", aud);
    let traffic = "urn:citygate:service:traffic";
    vec![
        ("another service", aud(json!(["urn:citygate:service:webhooks"]))),
        (
            "services but this",
            aud(json!(["urn:citygate:service:books", "urn:citygate:service:people"])),
        ),
        ("the city, as people's", aud(json!(issuer))),
        ("a list with the city", aud(json!([issuer]))),
        ("this service and the city", aud(json!([traffic, issuer]))),
        ("this service and a stranger", aud(json!([traffic, "https://town.example"]))),
        ("this service, not in a list", aud(json!(traffic))),
        ("only its first letters", aud(json!(["urn:citygate:service:traf"]))),
        ("more than its letters", aud(json!([format!("{traffic}.decisions")]))),
        ("in capitals", aud(json!(["urn:citygate:service:TRAFFIC"]))),
        ("a bare name", aud(json!(["traffic"]))),
        ("nobody", aud(json!([]))),
        ("null", aud(Value::Null)),
        ("a number", aud(json!([1]))),
        ("a map", aud(json!({"0": traffic}))),
        ("not said", forger.without_claim("aud")),
    ]
}

async fn bad_tokens(app: &TestApp) -> Vec<(&'static str, String)> {
    let tokens = Party::app().sign_in(app, WANG, "openid offline_access citizen").await;
    let good = text(&tokens, "access_token");
    assert_eq!(asked(app, &good).await.status, 200);
    let forger = Forger::new(app, &good);
    assert_eq!(
        asked(app, &forger.signed(&encoded_text(&forger.good[0]), &encoded_text(&forger.good[1])))
            .await
            .status,
        200
    );
    let mut all = forger.headers();
    all.extend(forger.payloads(app.clock.now().timestamp()));
    all.extend(forger.shapes(&good));
    let jwks = app.anybody().get("/.well-known/jwks.json").await.unwrap();
    let public = jwks.body["keys"][0].to_string();
    for secret in [public.as_bytes(), jwks.text.as_bytes(), b""] {
        all.push(("HS256 with the public key", forger.hmac(hmac::HMAC_SHA256, "HS256", secret)));
    }
    all.push(("HS512", forger.hmac(hmac::HMAC_SHA512, "HS512", public.as_bytes())));
    all.push(("a refresh token", text(&tokens, "refresh_token")));
    all.push(("an ID token", text(&tokens, "id_token")));
    let elsewhere = TestApp::start().await;
    let foreign = elsewhere.demo_citizen(0).await.caller.token.unwrap();
    elsewhere.finish().await;
    all.push(("of another environment", foreign));
    all
}

async fn asked(app: &TestApp, token: &str) -> Answer {
    asked_at(app, token, "/v1/me").await
}

async fn asked_at(app: &TestApp, token: &str, path: &str) -> Answer {
    let mut caller = app.anybody();
    caller.token = Some(token.to_owned());
    Answer::to(caller.request(Method::GET, path)).await
}

#[tokio::test]
async fn every_bad_token_is_refused_like_any_other() {
    let app = TestApp::start().await;
    let all = bad_tokens(&app).await;
    assert!(all.len() >= 60, "{}", all.len());
    for (why, token) in &all {
        let refused = asked(&app, token).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (401, "identity.token_invalid".to_owned()), "{why}: {}", refused.text);
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{why}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_systems_token_for_another_service_is_no_token_here() {
    let app = TestApp::start().await;
    let mut system = app.system(&["traffic.decisions:read", "webhooks:write"]).await;
    app.authenticate(&mut system).await;
    let good = system.caller.token.clone().unwrap();
    let decision = "/v1/traffic/decisions/3301060000000001";
    assert_eq!(asked_at(&app, &good, decision).await.problem(), "traffic.decision_unknown");
    let forger = Forger::new(&app, &good);
    let both = json!(["urn:citygate:service:traffic", "urn:citygate:service:webhooks"]);
    assert_eq!(forger.claims["aud"], both);
    for (why, token) in audiences(&forger, &app.url) {
        let refused = asked_at(&app, &token, decision).await;
        let found = (refused.status, refused.problem());
        assert_eq!(found, (401, "identity.token_invalid".to_owned()), "{why}: {}", refused.text);
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{why}");
    }
    app.finish().await;
}
