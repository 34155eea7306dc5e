//! Issuing, verifying, ending.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::scene::Scene;
use crate::{
    error::Error,
    model::{CertificateId, CertificateStatus, NewCertificate, Revocation},
    store,
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_number_and_code_sees_what_is_public_and_nothing_else() {
    let scene = Scene::set().await;
    let issued = scene.issue(&scene.marriage()).await.unwrap();
    assert!(issued.number.starts_with("330100-20261123-"), "{}", issued.number);
    let verified = scene.verified(&issued).await;
    assert_eq!(verified.status, CertificateStatus::Valid);
    assert_eq!(verified.certificate.kind, "marriage.registration");
    assert_eq!(verified.agency.id, scene.agency);
    let said: Vec<_> = verified.statements.iter().map(|said| said.value.as_str()).collect();
    assert_eq!(said, ["西湖区民政局"]);
    let entries = "identity.access_entries WHERE action = 'certificate_filed' \
         AND purpose = 'certificates.issue' AND case_ref = 'mcas_1'";
    assert_eq!(scene.count(entries).await, 2, "each holder reads that it was issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_and_an_unknown_number_are_the_same() {
    let scene = Scene::set().await;
    let issued = scene.issue(&scene.marriage()).await.unwrap();
    let other = scene.issue(&scene.marriage()).await.unwrap();
    let (own, others) = (issued.code.expose().as_str(), other.code.expose().as_str());
    let elsewhere = issued.number.replace("330100", "310100");
    let nowhere = issued.number.replace("330100", "110100");
    for (number, code) in [
        (issued.number.as_str(), others),
        (issued.number.as_str(), "0000-0000-0000-0000"),
        ("330100-20261123-0000000000", own),
        ("330100-20261123-0000000000", "0000-0000-0000-0000"),
        (elsewhere.as_str(), own),
        (nowhere.as_str(), own),
    ] {
        let refused = scene.verify(number, code).await.map(|_| ());
        assert!(matches!(refused, Err(Error::CertificateUnknown)), "{number} {refused:?}");
    }
    let small = issued.number.to_lowercase();
    assert!(scene.verify(&small, &own.to_lowercase()).await.is_ok(), "as people type it");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_expires_at_midnight_in_the_city() {
    let scene = Scene::set().await;
    let last = Some("2026-11-24".parse().unwrap());
    let new = NewCertificate { valid_until: last, ..scene.marriage() };
    let issued = scene.issue(&new).await.unwrap();
    // It is 09:00 on the 23rd.
    scene.later(TimeDelta::hours(39) - TimeDelta::seconds(1));
    assert_eq!(scene.verified(&issued).await.status, CertificateStatus::Valid);
    scene.later(TimeDelta::seconds(1));
    assert_eq!(scene.verified(&issued).await.status, CertificateStatus::Expired);
    scene.revoke(issued.id, Revocation::Annulled).await.unwrap();
    assert_eq!(scene.verified(&issued).await.status, CertificateStatus::Revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_once_and_says_what_stands_in_its_place() {
    let scene = Scene::set().await;
    let wrong = scene.issue(&scene.marriage()).await.unwrap();
    let right = scene.issue(&scene.marriage()).await.unwrap();
    let itself = scene.revoke(wrong.id, Revocation::Corrected(wrong.id)).await;
    assert!(matches!(itself, Err(Error::CertificateUnsound(_))), "{itself:?}");
    let of_shanghai = CertificateId::from_parts("310100".parse().unwrap(), right.id.uuid());
    let elsewhere = scene.revoke(wrong.id, Revocation::Corrected(of_shanghai)).await;
    assert!(matches!(elsewhere, Err(Error::CertificateUnsound(_))), "{elsewhere:?}");
    scene.revoke(wrong.id, Revocation::Corrected(right.id)).await.unwrap();
    let verified = scene.verified(&wrong).await;
    assert_eq!(verified.status, CertificateStatus::Replaced);
    assert_eq!(verified.certificate.replaced_by, Some(right.id));
    assert_eq!(scene.verified(&right).await.status, CertificateStatus::Valid);
    for because in [Revocation::Annulled, Revocation::Withdrawn, Revocation::Corrected(right.id)] {
        let again = scene.revoke(wrong.id, because).await;
        assert!(matches!(again, Err(Error::CertificateEnded)), "{again:?}");
    }
    scene.revoke(right.id, Revocation::Withdrawn).await.unwrap();
    assert_eq!(scene.verified(&right).await.status, CertificateStatus::Revoked);
    let unknown = CertificateId::new(scene.agency.city(), &scene.cx.clock);
    let unknown = scene.revoke(unknown, Revocation::Annulled).await;
    assert!(matches!(unknown, Err(Error::CertificateUnknown)), "{unknown:?}");
    let filed = "identity.access_entries WHERE action = 'certificate_filed'";
    assert_eq!(scene.count(filed).await, 8, "two issued, two ended, two holders");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_end_it_at_once_one_does() {
    let scene = Scene::set().await;
    let issued = scene.issue(&scene.marriage()).await.unwrap();
    let ended = join_all((0..8).map(|_| scene.revoke(issued.id, Revocation::Withdrawn))).await;
    assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 1, "{ended:?}");
    let late = ended.iter().filter(|ended| matches!(ended, Err(Error::CertificateEnded))).count();
    assert_eq!(late, 7, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_holders_have_it_and_nothing_of_it_lies_open() {
    let scene = Scene::set().await;
    let new = NewCertificate { holders: vec![scene.wang], ..scene.marriage() };
    let issued = scene.issue(&new).await.unwrap();
    let held = |holder| {
        let (cx, id) = (&scene.cx, issued.id);
        cx.db.tx("test.held", async move |tx| {
            let listed = store::certificates::list(tx, holder, None, 10).await?.len();
            let read = store::certificates::of_holder(&cx.keys, tx, id, holder).await?;
            Ok::<_, Error>((listed, read.is_some()))
        })
    };
    assert_eq!(held(scene.wang).await.unwrap(), (1, true));
    assert_eq!(held(scene.li).await.unwrap(), (0, false));
    for secret in ["王芳", "西湖区民政局", issued.code.expose()] {
        let row = format!(
            "certificates.certificates c WHERE c::text LIKE '%{secret}%' \
             OR position(convert_to('{secret}', 'UTF8') IN content_sealed) > 0"
        );
        assert_eq!(scene.count(&row).await, 0, "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sound_is_not_issued() {
    let scene = Scene::set().await;
    for new in [
        NewCertificate { holders: Vec::new(), ..scene.marriage() },
        NewCertificate { statements: Vec::new(), ..scene.marriage() },
        NewCertificate { valid_until: Some("2026-11-22".parse().unwrap()), ..scene.marriage() },
    ] {
        let refused = scene.issue(&new).await;
        assert!(matches!(refused, Err(Error::CertificateUnsound(_))), "{refused:?}");
    }
    assert_eq!(scene.count("certificates.certificates").await, 0);
}
