//! Certificates as their holders read them, and as anybody verifies them.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp};
use citygate_catalogue::AgencyId;
use citygate_certificates::{
    Error, Issued, NewCertificate, Revocation, Statement, issue, revoke, rotate_signing_key,
};
use citygate_identity::{Access, Accessor, DEMO_CITIZENS, Named, PersonId, Reason, person};
use citygate_kernel::{CityCode, Text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

async fn demo_person(app: &TestApp, which: usize) -> PersonId {
    let cx = app.city().cx();
    let id_number = DEMO_CITIZENS[which].2.parse().unwrap();
    let reason = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
    let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), reason);
    let named = Named { id_number: &id_number, name: None, case: None };
    cx.db.tx("test.person", async |tx| person(&cx.keys, tx, &access, named).await).await.unwrap()
}

/// What a fund centre certifies of the demo citizens of these numbers.
pub async fn certificate(app: &TestApp, agency: AgencyId, of: &[usize]) -> Issued {
    // The demo city has issued one, too: identifiers of one millisecond have no order.
    app.later(TimeDelta::seconds(1));
    let mut holders = Vec::new();
    for which in of {
        holders.push(demo_person(app, *which).await);
    }
    let said = |en: &str, zh: &str, value: &str, public| Statement {
        name: Text::new(en, zh),
        value: value.to_owned(),
        public,
    };
    let new = NewCertificate {
        agency,
        kind: "provident_fund.contributions",
        holders,
        case: "case-1",
        title: Text::new("Certificate of contributions", "住房公积金缴存证明"),
        statements: vec![
            said("Name", "姓名", "王芳", false),
            said("Monthly contribution", "月缴存额", "2500.50 元", false),
            said("State of the account", "账户状态", "正常", true),
        ],
        valid_until: None,
    };
    let cx = app.city().cx();
    let issued = cx.db.tx("test.issue", async |tx| issue(&cx, tx, &new).await);
    issued.await.unwrap()
}

async fn end(app: &TestApp, issued: &Issued, because: Revocation) {
    let cx = app.city().cx();
    let revoked = cx.db.tx("test.revoke", async |tx| revoke(&cx, tx, issued.id, because).await);
    Result::<(), Error>::unwrap(revoked.await);
}

async fn verify(app: &TestApp, number: &str, code: &str) -> Answer {
    let request = app.anybody().request(Method::POST, "/v1/certificate-verifications");
    Answer::to(request.json(&json!({"number": number, "code": code}))).await
}

fn path(issued: &Issued) -> String {
    format!("/v1/certificates/{}", issued.id)
}

async fn get(citizen: &CitizenApp, path: &str) -> Answer {
    Answer::to(in_chinese(&citizen.caller, path)).await
}

fn in_chinese(caller: &Caller, path: &str) -> reqwest::RequestBuilder {
    caller.request(Method::GET, path).header("Accept-Language", "zh-CN")
}

/// What the ledger says of certificates, newest first.
async fn accesses(citizen: &CitizenApp) -> Vec<(String, String)> {
    let page = citizen.caller.get("/v1/me/accesses?limit=100").await.unwrap();
    let entry = |entry: &Value| {
        let code = |of: &str| entry[of]["code"].as_str().unwrap().to_owned();
        (code("action"), code("purpose"))
    };
    let entries = page.body["items"].as_array().unwrap().iter().map(entry);
    entries.filter(|(action, _)| action.starts_with("certificate")).collect()
}

#[tokio::test]
async fn a_holder_reads_prints_and_hands_on_what_an_agency_certifies() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let issued = certificate(&app, agency, &[0, 1]).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    for holder in [&wang, &li] {
        let list = get(holder, "/v1/me/certificates").await;
        assert_eq!(list.body["items"][0]["certificate_id"], issued.id.to_string());
        assert_eq!(list.body["items"][0]["title"], "住房公积金缴存证明");
        assert!(!list.text.contains("2500.50") && !list.text.contains(issued.code.expose()));
    }
    // The list of accesses is in the order of their instants.
    app.later(TimeDelta::seconds(1));
    let before = accesses(&wang).await.len();
    let read = get(&wang, &path(&issued)).await;
    assert_eq!((read.status, read.header("cache-control")), (200, "no-store"), "{}", read.text);
    assert_eq!(read.body["code"], issued.code.expose().as_str());
    assert_eq!(read.body["statements"][1]["value"], "2500.50 元");
    assert_eq!(read.body["credential"].as_str().unwrap().split('.').count(), 3);
    let pdf = wang.caller.request(Method::GET, &(path(&issued) + "/document"));
    let pdf = pdf.header("Accept-Language", "zh-CN").send().await.unwrap();
    assert_eq!(
        (pdf.status().as_u16(), &pdf.headers()["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    let pdf = pdf.bytes().await.unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
        std::fs::write(format!("{folder}/certificate.pdf"), &pdf).unwrap();
    }
    let accesses = accesses(&wang).await;
    assert_eq!(accesses.len(), before + 2, "the reading and the printing");
    let own = ("certificate_read".to_owned(), "certificates.own".to_owned());
    assert_eq!(accesses[..2], [own.clone(), own]);

    let code = issued.code.expose();
    let typed = format!("{}-{}-{}-{}", &code[..4], &code[4..8], &code[8..12], &code[12..]);
    let verified = verify(&app, &issued.number, &typed.to_lowercase()).await;
    assert_eq!((verified.status, verified.header("cache-control")), (200, "no-store"));
    let expected = json!({
        "status": "valid",
        "kind": "provident_fund.contributions",
        "title": "Certificate of contributions",
        "issuer": {"agency_id": agency, "name": "Parking Office"},
        "issued_on": "2026-11-23",
        "valid_until": null,
        "statements": [{"name": "State of the account", "value": "正常"}],
    });
    assert_eq!(verified.body, expected);
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_yours_is_not_there() {
    let app = TestApp::start().await;
    let issued = certificate(&app, app.other_agency().await, &[0]).await;
    let (li, nameless) = (app.demo_citizen(1).await, app.citizen("new@citygate.example").await);
    for path in [path(&issued), path(&issued) + "/document"] {
        refused(&li.caller.get(&path).await.unwrap(), 404, "certificates.unknown");
        refused(&nameless.caller.get(&path).await.unwrap(), 403, "identity.real_name_required");
        refused(&app.anybody().get(&path).await.unwrap(), 401, "identity.token_required");
    }
    let list = li.caller.get("/v1/me/certificates").await.unwrap();
    assert_eq!(list.body["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn nobody_learns_whether_the_number_or_the_code_is_wrong() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let (one, other) =
        (certificate(&app, agency, &[0]).await, certificate(&app, agency, &[0]).await);
    let mut answers = Vec::new();
    for (number, code) in [
        (one.number.as_str(), other.code.expose().as_str()),
        (one.number.as_str(), "0000-0000-0000-0000"),
        ("330100-20261123-0000000000", one.code.expose().as_str()),
        ("110100-20261123-0000000000", one.code.expose().as_str()),
    ] {
        let mut answer = verify(&app, number, code).await;
        assert_eq!((answer.status, answer.problem()), (404, "certificates.unknown".to_owned()));
        answer.body.as_object_mut().unwrap().remove("request_id");
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    for (number, code) in [
        ("330100", "0000-0000-0000-0000"),
        ("330100-20261123-0000000000", "0000"),
        ("330100-20261123-000000000U", "0000-0000-0000-0000"),
        ("330100-20261123-0000000000", "0000-0000-0000-0000\u{0}"),
    ] {
        assert_eq!(verify(&app, number, code).await.status, 400, "{number} {code}");
    }
    app.finish().await;
}

#[tokio::test]
async fn guesses_are_limited_like_those_at_a_sign_in() {
    let few = NonZeroU32::new(2).unwrap();
    let app = TestApp::start_with(|settings| settings.http.rate_limit.sign_in = few).await;
    let issued = certificate(&app, app.other_agency().await, &[0]).await;
    for status in [404, 404, 429] {
        let guessed = verify(&app, &issued.number, "0000-0000-0000-0000").await;
        assert_eq!(guessed.status, status);
        assert!(guessed.header("ratelimit-policy").starts_with("\"sign-in\""));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_was_corrected_says_so_to_everybody() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let (wrong, right) =
        (certificate(&app, agency, &[0]).await, certificate(&app, agency, &[0]).await);
    end(&app, &wrong, Revocation::Corrected(right.id)).await;
    let wang = app.demo_citizen(0).await;
    let read = get(&wang, &path(&wrong)).await;
    assert_eq!(read.body["status"], "replaced");
    assert_eq!(read.body["replaced_by"], right.id.to_string());
    let status = async |issued: &Issued| {
        verify(&app, &issued.number, issued.code.expose()).await.body["status"].clone()
    };
    assert_eq!(status(&wrong).await, "replaced");
    assert_eq!(status(&right).await, "valid");
    end(&app, &right, Revocation::Withdrawn).await;
    assert_eq!(status(&right).await, "revoked");
    if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
        let pdf = wang.caller.request(Method::GET, &(path(&wrong) + "/document"));
        let pdf = pdf.send().await.unwrap().bytes().await.unwrap();
        std::fs::write(format!("{folder}/replaced.pdf"), &pdf).unwrap();
    }
    app.finish().await;
}

#[tokio::test]
async fn anybody_gets_the_keys_and_those_of_yesterday_stay() {
    let app = TestApp::start().await;
    let keys =
        async || Answer::to(app.anybody().request(Method::GET, "/v1/certificates/jwks")).await;
    let before = keys().await;
    assert_eq!((before.status, before.header("cache-control")), (200, "public, max-age=300"));
    assert_eq!(before.body["keys"].as_array().unwrap().len(), 1);
    assert!(!before.text.contains("\"d\""), "no private part");
    let next = rotate_signing_key(&app.city().cx()).await.unwrap();
    let after = keys().await;
    assert_eq!(after.body["keys"][0]["kid"], next.kid.as_str());
    assert_eq!(after.body["keys"][1], before.body["keys"][0]);
    app.finish().await;
}
