//! Signatures, and the keys that make them.

use chrono::TimeDelta;
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::Jwk};
use serde_json::{Value, json};

use super::{super::rotate_signing_key, scene::Scene};
use crate::{
    error::Error,
    model::{NewCertificate, Revocation},
};

/// What a credential says, where one of the keys has signed it.
fn read(credential: &str, keys: &[Value]) -> Option<Value> {
    let kid = decode_header(credential).ok()?.kid?;
    let key = keys.iter().find(|key| key["kid"] == kid)?;
    let key: Jwk = serde_json::from_value(key.clone()).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let read = decode::<Value>(credential, &DecodingKey::from_jwk(&key).unwrap(), &validation);
    read.ok().map(|read| read.claims)
}

fn kid(credential: &str) -> String {
    decode_header(credential).unwrap().kid.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_says_what_the_certificate_says() {
    let scene = Scene::set().await;
    let last = Some("2026-12-31".parse().unwrap());
    let issued =
        scene.issue(&NewCertificate { valid_until: last, ..scene.marriage() }).await.unwrap();
    let credential = scene.credential(issued.id).await;
    let header = decode_header(&credential).unwrap();
    assert_eq!((header.typ.as_deref(), header.cty.as_deref()), (Some("vc+jwt"), Some("vc")));
    let both = |zh: &str, en: &str| {
        json!([
            {"@value": zh, "@language": "zh-CN"},
            {"@value": en, "@language": "en"},
        ])
    };
    let said = |zh, en, value: &str| json!({"name": both(zh, en), "value": value});
    let expected = json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/undefined-terms/v2",
        ],
        "id": format!("urn:uuid:{}", issued.id.uuid()),
        "type": ["VerifiableCredential", "MarriageRegistration"],
        "issuer": {
            "id": format!("urn:citygate:agency:{}", scene.agency),
            "name": both("婚姻登记处", "Registry of Marriages"),
        },
        "name": both("结婚证明", "Marriage certificate"),
        "validFrom": "2026-11-23T01:00:00Z",
        "validUntil": "2026-12-31T15:59:59Z",
        "credentialSubject": {
            "certificateNumber": issued.number,
            "statements": [
                said("持证人", "Holders", "王芳、李强"),
                said("登记机关", "Registered at", "西湖区民政局"),
            ],
        },
    });
    assert_eq!(read(&credential, &scene.keys().await), Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_was_altered_does_not_verify() {
    let scene = Scene::set().await;
    let issued = scene.issue(&scene.marriage()).await.unwrap();
    let (credential, keys) = (scene.credential(issued.id).await, scene.keys().await);
    assert!(read(&credential, &keys).is_some());
    for at in 0..credential.len() {
        // The last characters of an unpadded text may stand for the same bytes.
        let flipped = if credential.as_bytes()[at] == b'A' { "z" } else { "A" };
        let altered = format!("{}{flipped}{}", &credential[..at], &credential[at + 1..]);
        assert!(read(&altered, &keys).is_none(), "character {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_published_before_it_signs_and_old_ones_stay_published() {
    let scene = Scene::set().await;
    let before = scene.issue(&scene.marriage()).await.unwrap();
    let before = scene.credential(before.id).await;
    let next = rotate_signing_key(&scene.cx).await.unwrap();
    assert_eq!(next.begins_at, scene.now() + TimeDelta::minutes(10));
    let published = scene.keys().await;
    assert_eq!(published[0]["kid"], next.kid.as_str(), "the newest first");
    assert!(published.iter().all(|key| key["use"] == "sig" && key.get("d").is_none()));

    scene.later(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    let still = scene.issue(&scene.marriage()).await.unwrap();
    assert_eq!(kid(&scene.credential(still.id).await), kid(&before));
    scene.later(TimeDelta::seconds(1));
    let after = scene.issue(&scene.marriage()).await.unwrap();
    let after = scene.credential(after.id).await;
    assert_eq!(kid(&after), next.kid);
    let private = "certificates.signing_keys WHERE private_sealed IS NOT NULL";
    assert_eq!(scene.count(private).await, 2);

    let third = rotate_signing_key(&scene.cx).await.unwrap();
    assert_eq!(scene.count(private).await, 2, "the first one cannot sign any more");
    scene.later(TimeDelta::days(400));
    let last = scene.issue(&scene.marriage()).await.unwrap();
    let last = scene.credential(last.id).await;
    assert_eq!(kid(&last), third.kid);
    let published = scene.keys().await;
    assert_eq!(published.len(), 3);
    for credential in [&before, &after, &last] {
        assert!(read(credential, &published).is_some(), "each verifies for ever");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_issue_first_at_once_make_one_key() {
    let scene = Scene::set().await;
    let issued = join_all((0..8).map(|_| async {
        match scene.keys().await.len() {
            1 => scene.issue(&scene.marriage()).await,
            more => panic!("{more} keys"),
        }
    }));
    let issued = issued.await;
    assert!(issued.iter().all(Result::is_ok), "{issued:?}");
    assert_eq!(scene.count("certificates.signing_keys").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_put_in_place_of_another_signs_nothing() {
    let scene = Scene::set().await;
    let issued = scene.issue(&scene.marriage()).await.unwrap();
    scene.execute("UPDATE certificates.signing_keys SET kid = repeat('x', 43)").await.unwrap();
    let refused = scene.issue(&scene.marriage()).await;
    assert!(matches!(refused, Err(Error::Seal(_))), "{refused:?}");
    scene.revoke(issued.id, Revocation::Annulled).await.unwrap();
}
