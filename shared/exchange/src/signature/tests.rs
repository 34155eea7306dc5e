//! Signatures that others made: those of RFC 9421, appendix B, and those that `signatures.py` in
//! `tests/clients` makes with a library that nobody here wrote (`vectors.json`).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::header::HeaderName, test::TestRequest, web::Data};
use chrono::TimeDelta;
use citygate_identity::{ClientId, KeyPair, NewClient, register_client};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{db::DbError, sql::sql};
use citygate_testkit::{TestDb, monday_morning};
use diesel::sql_types::{Jsonb, Text as SqlText, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;

use super::*;
use crate::testing;

/// A signed request.
#[derive(Clone, Deserialize)]
struct Vector {
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
    jwk: serde_json::Value,
}

const CITY: &str = "https://city.example";

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

impl Vector {
    fn kid(&self) -> &str {
        self.jwk["kid"].as_str().unwrap()
    }

    fn request(&self, tokens: Option<&Tokens>) -> HttpRequest {
        let mut request = TestRequest::post().uri(&self.path);
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().unwrap();
            request = request.insert_header((name, value.as_str()));
        }
        match tokens {
            Some(tokens) => request.app_data(Data::new(tokens.clone())).to_http_request(),
            None => request.to_http_request(),
        }
    }

    fn with(&self, header: &str, change: impl Fn(&str) -> String) -> Self {
        let mut other = self.clone();
        let value = other.headers.get_mut(header).unwrap();
        *value = change(value);
        other
    }
}

/// The request of RFC 9421, appendix B.2.
fn of_the_rfc(input: &str, signature: &str) -> HttpRequest {
    let digest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+\
                  AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    TestRequest::post()
        .uri("/foo?param=Value&Pet=dog")
        .insert_header(("date", "Tue, 20 Apr 2021 02:07:55 GMT"))
        .insert_header(("content-type", "application/json"))
        .insert_header(("content-digest", digest))
        .insert_header(("content-length", "18"))
        .insert_header(("signature-input", input))
        .insert_header(("signature", signature))
        .to_http_request()
}

/// Whether the only signature of a request holds, whatever it covers.
fn holds(request: &HttpRequest, public_url: &str, jwk: &serde_json::Value, alg: &str) -> bool {
    let (signed, signature) = signatures(request.headers()).unwrap().pop().unwrap();
    let base = base::base(&Target::new(request, public_url), &signed).unwrap();
    let key = Jwk::deserialize(jwk).unwrap();
    let named = MessageAlgorithm::from_name(alg);
    MessageAlgorithm::of(&key, named).unwrap().verifies(&key, &base, &signature)
}

#[test]
fn the_signatures_of_rfc_9421_hold() {
    let ed25519 = serde_json::json!({"kty": "OKP", "crv": "Ed25519", "kid": "test-key-ed25519",
        "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"});
    let pss = serde_json::json!({"kty": "RSA", "kid": "test-key-rsa-pss", "e": "AQAB",
        "n": "r4tmm3r20Wd_PbqvP1s2-QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct-Lh1GH45x28Rw3Ry53mm-\
              oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1F\
              pWgchwuYLPL-Wokqltd11nqqzi-bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0K\
              SyZYoA485mqcO0GVAdVw9lq4aOT9v6d-nb4bnNkQVklLQ3fVAvJm-xdDOp9LCNCN48V2pnDOkFV6-U9nV5oy\
              c6XI2w"});
    // B.2.3 and B.2.6.
    let b23 = of_the_rfc(
        "sig-b23=(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \
         \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"",
        "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeG\
         t683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsL\
         NmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8\
         Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:",
    );
    let b26 = of_the_rfc(
        "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
         \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WP\
         pBKRCw==:",
    );
    for public_url in ["https://example.com", "https://EXAMPLE.com:443", "http://example.com:80"] {
        assert!(holds(&b23, public_url, &pss, "rsa-pss-sha512"), "{public_url}");
        assert!(holds(&b26, public_url, &ed25519, "ed25519"), "{public_url}");
    }
    assert!(!holds(&b23, "https://example.org", &pss, "rsa-pss-sha512"));
    assert!(!holds(&b23, "https://example.com", &pss, "rsa-v1_5-sha256"));
    assert!(!holds(&b26, "https://example.com:8443", &ed25519, "ed25519"));
}

#[test]
fn a_signature_covers_what_makes_the_request_what_it_is() {
    let covers = |components: &str, uri: &str, body: &[u8]| {
        let request = TestRequest::post().uri(uri).to_http_request();
        let input = format!("a=({components})");
        let mut read: Dictionary = Parser::new(&input).parse().unwrap();
        let Some(ListEntry::InnerList(signed)) = read.swap_remove("a") else { panic!() };
        suffices(&Target::new(&request, CITY), &signed, body).is_ok()
    };
    for (components, uri, body, enough) in [
        (r#""@method" "@target-uri" "content-digest" "content-type""#, "/a?b", "c", true),
        (r#""@method" "@authority" "@path" "content-digest" "content-type""#, "/a", "c", true),
        (r#""@method" "@authority" "@path" "content-digest" "content-type""#, "/a?b", "c", false),
        (
            r#""@method" "@authority" "@path" "@query" "content-digest" "content-type""#,
            "/a?b",
            "c",
            true,
        ),
        (r#""@method" "@authority" "@request-target""#, "/a?b", "", true),
        (r#""@method" "@path" "content-digest" "content-type""#, "/a", "c", false),
        (r#""@target-uri" "content-digest" "content-type""#, "/a", "c", false),
        (r#""@method" "@target-uri" "content-digest""#, "/a", "c", false),
        (r#""@method" "@target-uri" "content-type""#, "/a", "c", false),
        (r#""@method" "@target-uri""#, "/a", "", true),
        (r#""@method" "@target-uri";req"#, "/a", "", false),
        ("", "/a", "", false),
    ] {
        assert_eq!(covers(components, uri, body.as_bytes()), enough, "{components} {uri}");
    }
}

#[test]
fn a_base_has_each_component_once_and_none_that_is_missing() {
    let base_of = |components: &str| {
        let request = TestRequest::post().uri("/a").insert_header(("x-a", " 1 ")).to_http_request();
        let input = format!("a=({components});created=1");
        let mut read: Dictionary = Parser::new(&input).parse().unwrap();
        let Some(ListEntry::InnerList(signed)) = read.swap_remove("a") else { panic!() };
        base::base(&Target::new(&request, CITY), &signed)
    };
    assert_eq!(
        base_of(r#""@method"   "x-a""#).unwrap(),
        "\"@method\": POST\n\"x-a\": 1\n\"@signature-params\": (\"@method\" \"x-a\");created=1"
    );
    let fishy =
        [r#""x-b""#, r#""@status""#, r#""X-A""#, r#""x-a" "x-a""#, r#""x-a";bs"#, "x-a", "1"];
    for components in fishy {
        assert_eq!(base_of(components), None, "{components}");
    }
}

/// A hospital's system with the keys of all vectors.
struct Town {
    cx: Cx,
    clock: Clock,
    tokens: Tokens,
    sender: Sender,
    _db: TestDb,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Clock::manual(monday_morning());
        let cx = db.platform(&clock).cx(Locale::En, "req_test");
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path(), CITY).unwrap();
        let sender = Self::system(&cx).await;
        let town = Self { cx, clock, tokens, sender, _db: db, _folder: folder };
        for vector in vectors() {
            town.add_key(&vector).await;
        }
        town
    }

    async fn system(cx: &Cx) -> Sender {
        let agency = testing::new_hospital(cx, CityCode::HANGZHOU).await;
        let client = ClientId::new(&cx.clock);
        let key = KeyPair::generate().unwrap();
        let registered = cx.db.tx("test.client", async |tx| {
            let new = NewClient::system(client, agency, "test", &key.public, &["system/*.write"]);
            register_client(tx, &new).await
        });
        registered.await.unwrap();
        Sender { client, agency }
    }

    async fn add_key(&self, vector: &Vector) {
        let added = self.cx.db.tx("test.key", async |tx| {
            let insert = sql("INSERT INTO identity.client_keys (client_id, kid, jwk, created_at) \
                              VALUES ($1, $2, $3, now())")
            .bind::<SqlUuid, _>(self.sender.client.uuid())
            .bind::<SqlText, _>(vector.kid())
            .bind::<Jsonb, _>(&vector.jwk);
            Ok::<_, DbError>(insert.execute(tx.conn()).await?)
        });
        added.await.unwrap();
    }

    async fn run(&self, statement: &str) {
        testing::run(&self.cx, statement).await;
    }

    async fn check(&self, vector: &Vector) -> Result<Option<Proof>, Error> {
        let request = vector.request(Some(&self.tokens));
        check(&self.cx, &request, Protocol::Fhir, self.sender, vector.body.as_bytes()).await
    }

    async fn refusals(&self) -> i64 {
        testing::count(&self.cx, "exchange.refusals").await
    }
}

#[tokio::test]
async fn what_a_foreign_library_signs_is_verified_with_every_algorithm() {
    let town = Town::new().await;
    let mut algorithms = Vec::new();
    for vector in vectors() {
        let proof = town.check(&vector).await.unwrap().unwrap();
        assert_eq!(proof.nonce, format!("nonce-{}", vector.kid()));
        algorithms.push(proof.algorithm);
    }
    algorithms.sort_unstable();
    let all = MessageAlgorithm::ALL.map(MessageAlgorithm::name);
    assert_eq!(algorithms, all);
    let mut bare = vectors().remove(0);
    bare.headers.retain(|name, _| !name.starts_with("signature"));
    assert!(town.check(&bare).await.unwrap().is_none(), "whether that is enough is not said here");
    assert_eq!(town.refusals().await, 0);
}

#[tokio::test]
async fn what_was_altered_in_any_place_is_refused_and_noted() {
    let town = Town::new().await;
    let whole = vectors().remove(0);
    let body = Vector { body: whole.body.replace("Patient", "patient"), ..whole.clone() };
    let path = Vector { path: "/fhir/r4/Patient".to_owned(), ..whole.clone() };
    let query = Vector { path: "/fhir/r4?x=1".to_owned(), ..whole.clone() };
    let other_type = whole.with("content-type", |_| "application/json".to_owned());
    let digest = whole.with("content-digest", |value| value.replace('D', "E"));
    let created = whole.with("signature-input", |value| value.replace("5600", "5601"));
    let nonce = whole.with("signature-input", |value| value.replace("nonce-p256", "other"));
    let unknown = whole.with("signature-input", |value| value.replace("\"p256\"", "\"none\""));
    let another = whole.with("signature-input", |value| value.replace("\"p256\"", "\"p384\""));
    let algorithm =
        whole.with("signature-input", |value| value.replace("p256-sha256", "p384-sha384"));
    let less = whole.with("signature-input", |value| value.replace(" \"content-digest\"", ""));
    let no_nonce =
        whole.with("signature-input", |value| value.replace(";nonce=\"nonce-p256\"", ""));
    let label = whole.with("signature", |value| value.replace("pyhms", "other"));
    let broken = whole.with("signature", |_| "pyhms=:AAAA:".to_owned());
    let no_field = whole.with("signature-input", |_| "(".to_owned());
    let mut half = whole.clone();
    half.headers.remove("signature");
    let altered = [
        body, path, query, other_type, digest, created, nonce, unknown, another, algorithm, less,
        no_nonce, label, broken, no_field, half,
    ];
    for (n, vector) in altered.iter().enumerate() {
        let checked = town.check(vector).await;
        assert!(matches!(checked, Err(Error::SignatureInvalid(_))), "{n}: {checked:?}");
    }
    assert_eq!(town.refusals().await, 16);
    assert!(town.check(&whole).await.unwrap().is_some());
}

#[tokio::test]
async fn what_a_gateway_has_added_is_in_nobodys_way() {
    let town = Town::new().await;
    let whole = vectors().remove(0);
    for parameters in ["created=1;keyid=\"gateway\"", "created=1;nonce=\"1\";keyid=\"gateway\""] {
        let passed = whole
            .with("signature-input", |own| format!("gw=(\"@method\");{parameters}, {own}"))
            .with("signature", |own| format!("gw=:AAAA:, {own}"));
        let proof = town.check(&passed).await.unwrap().unwrap();
        assert_eq!(proof.key_id, whole.kid());
    }
    assert_eq!(town.refusals().await, 0);
}

#[tokio::test]
async fn a_signature_holds_for_five_minutes_before_and_after() {
    let town = Town::new().await;
    let vector = vectors().remove(0);
    town.clock.advance(TimeDelta::seconds(-301));
    let later = [(-301, 0, false), (-300, 1, true), (300, 600, true), (301, 1, false)];
    for (seconds, passed, fresh) in later {
        town.clock.advance(TimeDelta::seconds(passed));
        let checked = town.check(&vector).await;
        assert_eq!(checked.is_ok(), fresh, "{seconds}");
        assert!(fresh || matches!(checked, Err(Error::SignatureStale)), "{seconds}");
    }
    assert_eq!(town.refusals().await, 2);
}

#[tokio::test]
async fn a_key_is_of_one_system_and_of_no_use_once_it_is_retired() {
    let mut town = Town::new().await;
    let vector = vectors().remove(0);
    town.run("UPDATE identity.client_keys SET retired_at = now() WHERE kid = 'p256'").await;
    assert!(matches!(town.check(&vector).await, Err(Error::SignatureInvalid(_))));
    town.run("UPDATE identity.client_keys SET retired_at = NULL").await;
    assert!(town.check(&vector).await.is_ok());
    town.run("UPDATE identity.clients SET disabled_at = now()").await;
    assert!(matches!(town.check(&vector).await, Err(Error::SignatureInvalid(_))));
    town.run("UPDATE identity.clients SET disabled_at = NULL").await;
    town.sender = Town::system(&town.cx).await;
    assert!(matches!(town.check(&vector).await, Err(Error::SignatureInvalid(_))));
}
