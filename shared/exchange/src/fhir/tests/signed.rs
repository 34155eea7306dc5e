//! Requests that are signed, rightly and wrongly.

use actix_web::http::Method;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::*};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{Ask, City, ISSUER, Reply, city, schedule};
use crate::testing;

/// A body that its sender has signed.
struct Signed {
    path: &'static str,
    body: String,
    headers: [(&'static str, String); 4],
}

impl Signed {
    /// Signs a body for a path below the base.
    fn new(city: &City, path: &'static str, body: &Value, nonce: &str) -> Self {
        let body = body.to_string();
        let hash = BASE64_STANDARD.encode(digest(&SHA256, body.as_bytes()));
        let (content_digest, content_type) =
            (format!("sha-256=:{hash}:"), "application/fhir+json".to_owned());
        let kid = city.key.public.common.key_id.as_deref().unwrap();
        let parameters = format!(
            "(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\");\
             created={};nonce=\"{nonce}\";keyid=\"{kid}\"",
            city.platform.clock.now().timestamp(),
        );
        let base = format!(
            "\"@method\": POST\n\"@target-uri\": {ISSUER}/fhir/r4{path}\n\
             \"content-digest\": {content_digest}\n\"content-type\": {content_type}\n\
             \"@signature-params\": {parameters}"
        );
        let key = EncodingKey::from_ec_der(&city.key.private);
        let signature = crypto::sign(base.as_bytes(), &key, Algorithm::ES256).unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        let headers = [
            ("content-type", content_type),
            ("content-digest", content_digest),
            ("signature-input", format!("a={parameters}")),
            ("signature", format!("a=:{}:", BASE64_STANDARD.encode(signature))),
        ];
        Self { path, body, headers }
    }

    /// The request as it was signed, but with another body.
    fn ask(&self, city: &City, body: &str) -> Ask {
        let mut ask = city.ask(Method::POST, self.path);
        for (name, value) in &self.headers {
            ask = ask.header(name, value);
        }
        Ask { request: ask.request.set_payload(body.to_owned()), ..ask }
    }

    async fn send(&self, city: &City) -> Reply {
        self.ask(city, &self.body).reply().await
    }
}

impl City {
    /// From now on the hospitals have to sign.
    async fn demand_signatures(&self) {
        testing::run(&self.cx(), "UPDATE exchange.participants SET signs = true").await;
    }
}

fn bundle(kind: &str, entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries,
        "identifier": {"system": "urn:h", "value": kind}})
}

fn created(number: &str) -> Value {
    json!({"resource": schedule(number), "request": {"method": "POST", "url": "Schedule"}})
}

fn status(reply: &Reply, entry: usize) -> String {
    reply.at(&format!("/entry/{entry}/response/status")).as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn what_was_altered_is_refused_before_anybody_reads_it() {
    let city = city().await;
    let whole = schedule("S1");
    let mut refused = 0;
    for path in ["", "/", "/Schedule", "/Schedule/_search", "/Slot/$echo", "/Nothing"] {
        for altered in
            ["{\"resourceType\": \"Sched", "", "\u{0}", "{\"resourceType\":\"Schedule\"}"]
        {
            let reply = Signed::new(&city, path, &whole, "n-1").ask(&city, altered).reply().await;
            let outcome = (reply.status, reply.problem());
            assert_eq!(outcome, (401, "exchange.signature_invalid".to_owned()), "{path} {altered}");
            refused += 1;
        }
    }
    let noted = "exchange.refusals WHERE problem = 'exchange.signature_invalid'";
    assert_eq!((city.count(noted).await, city.rows().await), (refused, 0));
    // None of them has used the nonce.
    assert_eq!(Signed::new(&city, "/Schedule", &whole, "n-1").send(&city).await.status, 201);
}

#[actix_web::test]
async fn a_transaction_is_proved_by_its_signature_and_carried_out_once() {
    let city = city().await;
    city.demand_signatures().await;
    let body = bundle("transaction", &[created("S1"), created("S2")]);
    let unsigned = city.post("", &body).await;
    assert_eq!(
        (unsigned.status, unsigned.problem().as_str()),
        (401, "exchange.signature_required")
    );
    let done = Signed::new(&city, "", &body, "n-1").send(&city).await;
    assert_eq!(done.status, 200, "{done:?}");
    let replayed = Signed::new(&city, "", &body, "n-1").send(&city).await;
    assert_eq!(
        (replayed.status, replayed.problem().as_str()),
        (401, "exchange.signature_replayed")
    );
    let again = Signed::new(&city, "", &body, "n-2").send(&city).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(again.text, done.text);
    let proved = "exchange.messages WHERE proof_sealed IS NOT NULL";
    assert_eq!((city.rows().await, city.count(proved).await), (2, 1));
}

#[actix_web::test]
async fn the_entries_of_a_batch_share_one_signature() {
    let city = city().await;
    city.demand_signatures().await;
    let look = json!({"request": {"method": "GET", "url": "Schedule?identifier=urn:h|S1"}});
    let entries = [look, created("S1"), created("S2"), created("S3")];
    let body = bundle("batch", &entries);
    let unsigned = city.post("", &body).await;
    assert_eq!(
        (unsigned.status, unsigned.problem().as_str()),
        (401, "exchange.signature_required")
    );
    assert_eq!((city.rows().await, city.count("exchange.refusals").await), (0, 1));

    let done = Signed::new(&city, "", &body, "n-1").send(&city).await;
    assert_eq!(done.status, 200, "{done:?}");
    let statuses: Vec<String> = (0..4).map(|entry| status(&done, entry)).collect();
    assert_eq!(statuses, ["200 OK", "201 Created", "201 Created", "201 Created"], "{done:?}");
    let proved = "exchange.messages WHERE proof_sealed IS NOT NULL";
    assert_eq!((city.rows().await, city.count(proved).await), (3, 3));
    assert_eq!(city.count("exchange.nonces").await, 1);

    // Somebody who has seen it can do nothing with it: not with all of it, and not with an entry.
    let replayed = Signed::new(&city, "", &body, "n-1").send(&city).await;
    assert_eq!(
        (replayed.status, replayed.problem().as_str()),
        (401, "exchange.signature_replayed")
    );
    let alone = Signed::new(&city, "/Schedule", &schedule("S4"), "n-1").send(&city).await;
    assert_eq!((alone.status, alone.problem().as_str()), (401, "exchange.signature_replayed"));
    assert_eq!((city.rows().await, city.count("exchange.refusals").await), (3, 3));

    let again = Signed::new(&city, "", &body, "n-2").send(&city).await;
    for entry in 1..4 {
        let place = format!("/entry/{entry}");
        assert_eq!(again.at(&place), done.at(&place), "as before");
    }
    assert_eq!((city.rows().await, city.count(proved).await), (3, 3));
}

#[actix_web::test]
async fn of_copies_of_a_signed_batch_one_is_carried_out() {
    let city = city().await;
    let body = bundle("batch", &[created("S1"), created("S2"), created("S3")]);
    let signed = Signed::new(&city, "", &body, "n-1");
    let replies = futures_util::future::join_all((0..6).map(|_| signed.send(&city))).await;
    let taken = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((taken, city.rows().await), (1, 3), "{replies:?}");
    assert!(replies.iter().all(|reply| [200, 401].contains(&reply.status)));
}
