//! Passkeys, with an authenticator of the test's own.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

const EMAIL: &str = "chen.jing@citygate.example";
/// Flags of authenticator data (WebAuthn Level 3, 6.1).
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTESTED: u8 = 64;

/// Keeps one passkey, and verifies its user if it is asked nicely.
struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 16],
    origin: String,
    flags: u8,
    counter: u32,
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A CBOR byte string (RFC 8949, 3.1).
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap();
    let mut cbor = if length < 24 { vec![0x40 | length] } else { vec![0x58, length] };
    cbor.extend_from_slice(bytes);
    cbor
}

/// A CBOR text of less than 24 characters.
fn cbor_text(text: &str) -> Vec<u8> {
    [&[0x60 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

impl Authenticator {
    fn new(app: &TestApp) -> Self {
        let curve = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new()).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(curve, pkcs8.as_ref()).unwrap(),
            id: citygate_platform::keys::random(),
            origin: app.url.replace("127.0.0.1", "localhost"),
            flags: PRESENT | VERIFIED,
            counter: 0,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        let data = json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn data(&self, flags: u8, attested: &[u8]) -> Vec<u8> {
        [&sha256(b"localhost"), &[flags][..], &self.counter.to_be_bytes(), attested].concat()
    }

    /// `navigator.credentials.create`.
    fn create(&self, options: &Value) -> Value {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an EC2 key for ES256 (RFC 9053, 7.1.1).
        let key = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..],
            &cbor_bytes(x),
            &[0x22],
            &cbor_bytes(y),
        ]
        .concat();
        let attested = [&[0; 16][..], &[0, 16], &self.id, &key].concat();
        let data = self.data(self.flags | ATTESTED, &attested);
        let object = [
            &[0xa3][..],
            &cbor_text("fmt"),
            &cbor_text("none"),
            &cbor_text("attStmt"),
            &[0xa0],
            &cbor_text("authData"),
            &cbor_bytes(&data),
        ]
        .concat();
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "response": {
                "attestationObject": encoded(&object),
                "clientDataJSON": encoded(&self.client_data("webauthn.create", options)),
            },
            "clientExtensionResults": {},
        })
    }

    /// `navigator.credentials.get`.
    fn get(&mut self, options: &Value, user: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(self.flags, &[]);
        let signed = [data.as_slice(), &sha256(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "response": {
                "authenticatorData": encoded(&data), "clientDataJSON": encoded(&client_data),
                "signature": encoded(signature.as_ref()), "userHandle": user,
            },
            "clientExtensionResults": {},
        })
    }
}

/// A citizen with a passkey.
struct Holder {
    citizen: CitizenApp,
    authenticator: Authenticator,
    /// The user handle that the authenticator keeps.
    user: Value,
    added: Reply,
}

async fn options(citizen: &CitizenApp) -> Reply {
    let options = citizen.caller.post("/v1/me/passkey-options", &Value::Null).await.unwrap();
    assert_eq!(options.status, 200, "{}", options.text);
    options
}

async fn add(citizen: &CitizenApp, options: &Reply, credential: &Value) -> Reply {
    let ceremony = &options.body["ceremony"];
    let body = json!({"ceremony": ceremony, "name": "my phone", "credential": credential});
    citizen.caller.post("/v1/me/passkeys", &body).await.unwrap()
}

impl Holder {
    async fn new(app: &TestApp) -> Self {
        let (citizen, authenticator) = (app.citizen(EMAIL).await, Authenticator::new(app));
        let asked = options(&citizen).await;
        let added = add(&citizen, &asked, &authenticator.create(&asked.body)).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let user = asked.body["publicKey"]["user"]["id"].clone();
        Self { citizen, authenticator, user, added }
    }

    async fn sign_in(&mut self, app: &TestApp) -> Reply {
        let (asked, credential) = self.answer(app).await;
        sign_in(app, &asked, &credential).await
    }

    /// A ceremony, and the authenticator's answer.
    async fn answer(&mut self, app: &TestApp) -> (Reply, Value) {
        let asked = begin(app).await;
        let credential = self.authenticator.get(&asked.body, &self.user);
        (asked, credential)
    }
}

async fn begin(app: &TestApp) -> Reply {
    app.anybody().post("/v1/sign-in/passkey/options", &Value::Null).await.unwrap()
}

async fn sign_in(app: &TestApp, asked: &Reply, credential: &Value) -> Reply {
    let body = json!({"ceremony": asked.body["ceremony"], "credential": credential});
    app.anybody().post("/v1/sign-in/passkey", &body).await.unwrap()
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_name_and_is_two_factors() {
    let app = TestApp::start().await;
    let mut holder = Holder::new(&app).await;
    let asked = options(&holder.citizen).await.body["publicKey"].clone();
    assert_eq!(asked["rp"], json!({"id": "localhost", "name": "Citygate"}));
    assert_eq!(asked["user"]["name"], "c***@citygate.example");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    app.later(TimeDelta::hours(1));
    let signed_in = holder.sign_in(&app).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    holder.citizen.caller.token = Some(signed_in.text_at("/access_token"));
    let sessions = holder.citizen.caller.get("/v1/me/sessions").await.unwrap();
    assert_eq!(sessions.body["items"][0]["amr"], json!(["hwk", "user"]));
    let claims = signed_in.text_at("/access_token");
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["acr"], "urn:citygate:loa:2");
    let passkeys = holder.citizen.caller.get("/v1/me/passkeys").await.unwrap();
    assert_eq!(passkeys.body["items"][0]["last_used_at"], "2026-11-23T02:00:00Z");
    app.work().await;
    assert_eq!(app.letters(EMAIL, "passkey was added"), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_ceremony_is_answered_once_and_within_five_minutes() {
    let app = TestApp::start().await;
    let mut holder = Holder::new(&app).await;
    let (asked, credential) = holder.answer(&app).await;
    assert_eq!(sign_in(&app, &asked, &credential).await.status, 200);
    refused(&sign_in(&app, &asked, &credential).await, 401, "identity.passkey_refused");
    let (asked, credential) = holder.answer(&app).await;
    app.later(TimeDelta::minutes(5));
    refused(&sign_in(&app, &asked, &credential).await, 401, "identity.passkey_refused");
    let (mut wrong, right) = holder.answer(&app).await;
    let other = begin(&app).await;
    wrong.body["ceremony"] = other.body["ceremony"].clone();
    refused(&sign_in(&app, &wrong, &right).await, 401, "identity.passkey_refused");
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_does_not_hold_is_refused_and_ends_the_ceremony() {
    let app = TestApp::start().await;
    let mut holder = Holder::new(&app).await;
    let right = holder.authenticator.origin.clone();
    for origin in ["http://localhost:1", "https://localhost", "http://evil.example"] {
        holder.authenticator.origin = origin.to_owned();
        refused(&holder.sign_in(&app).await, 401, "identity.passkey_refused");
    }
    holder.authenticator.origin = right;
    holder.authenticator.flags = PRESENT;
    refused(&holder.sign_in(&app).await, 401, "identity.passkey_refused");
    holder.authenticator.flags = PRESENT | VERIFIED;
    for member in ["signature", "authenticatorData", "userHandle", "clientDataJSON"] {
        let (asked, mut credential) = holder.answer(&app).await;
        let altered = credential["response"][member].as_str().unwrap();
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(altered).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        let right = std::mem::replace(&mut credential["response"][member], encoded(&bytes).into());
        let refusal = sign_in(&app, &asked, &credential).await;
        refused(&refusal, 401, "identity.passkey_refused");
        credential["response"][member] = right;
        let late = sign_in(&app, &asked, &credential).await;
        refused(&late, 401, "identity.passkey_refused");
    }
    assert_eq!(holder.sign_in(&app).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_copy_whose_counter_goes_backwards_is_refused() {
    let app = TestApp::start().await;
    let mut holder = Holder::new(&app).await;
    holder.authenticator.counter = 10;
    assert_eq!(holder.sign_in(&app).await.status, 200);
    holder.authenticator.counter = 5;
    refused(&holder.sign_in(&app).await, 401, "identity.passkey_refused");
    holder.authenticator.counter = 11;
    assert_eq!(holder.sign_in(&app).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_registration_belongs_to_who_began_it() {
    let app = TestApp::start().await;
    let (hers, his) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let authenticator = Authenticator::new(&app);
    let asked = options(&hers).await;
    let credential = authenticator.create(&asked.body);
    refused(&add(&his, &asked, &credential).await, 401, "identity.passkey_refused");
    assert_eq!(add(&hers, &asked, &credential).await.status, 201);
    // One authenticator's passkey is not two accounts'.
    let asked = options(&his).await;
    let credential = authenticator.create(&asked.body);
    refused(&add(&his, &asked, &credential).await, 401, "identity.passkey_refused");
    let unverified = Authenticator { flags: PRESENT, ..Authenticator::new(&app) };
    let asked = options(&his).await;
    let refusal = add(&his, &asked, &unverified.create(&asked.body)).await;
    refused(&refusal, 401, "identity.passkey_refused");
    app.finish().await;
}

#[tokio::test]
async fn a_passkey_is_renamed_and_removed_by_its_owner_alone() {
    let app = TestApp::start().await;
    let mut holder = Holder::new(&app).await;
    let other = app.demo_citizen(1).await;
    let path = format!("/v1/me/passkeys/{}", holder.added.text_at("/id"));
    let ask = async |citizen: &CitizenApp, method: Method| {
        let request = citizen.caller.request(method, &path).json(&json!({"name": "旧手机"}));
        Answer::to(request).await.status
    };
    assert_eq!(ask(&other, Method::PATCH).await, 404);
    assert_eq!(ask(&other, Method::DELETE).await, 404);
    assert_eq!(ask(&holder.citizen, Method::PATCH).await, 204);
    let listed = holder.citizen.caller.get("/v1/me/passkeys").await.unwrap();
    assert_eq!(listed.text_at("/items/0/name"), "旧手机");
    assert_eq!(ask(&holder.citizen, Method::DELETE).await, 204);
    assert_eq!(ask(&holder.citizen, Method::DELETE).await, 404);
    refused(&holder.sign_in(&app).await, 401, "identity.passkey_refused");
    app.work().await;
    assert_eq!(app.letters(EMAIL, "passkey was removed"), 1);
    app.finish().await;
}

#[tokio::test]
async fn an_account_has_at_most_twenty_passkeys() {
    let app = TestApp::start().await;
    let holder = Holder::new(&app).await;
    let mut sql = app.sql().await;
    sql.run(
        "INSERT INTO identity.passkeys SELECT gen_random_uuid(), account_id, \
         convert_to(n::text, 'UTF8'), credential, name, created_at, NULL \
         FROM identity.passkeys, generate_series(2, 20) n",
    )
    .await;
    let refusal = holder.citizen.caller.post("/v1/me/passkey-options", &Value::Null).await;
    refused(&refusal.unwrap(), 422, "identity.passkeys_too_many");
    app.finish().await;
}
