//! What one of two learns of the other: nothing before both have confirmed, and a word afterwards.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    canary::{keep_log, logged},
    marriage::{Person, confirm, invited, man, signed, woman},
    support::{TestApp, refused},
};

/// A case as A sees it, without what differs from case to case.
async fn seen(a: &Person, case: &str) -> serde_json::Value {
    let mut seen = a.get(&format!("/v1/marriage/cases/{case}")).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let members = seen.body.as_object_mut().unwrap();
    members.retain(|name, _| !["id", "created_at", "lapses_at", "name"].contains(&name.as_str()));
    seen.body
}

#[tokio::test]
async fn a_partner_who_never_confirms_is_named_nowhere_and_to_nobody() {
    keep_log();
    let app = TestApp::start().await;
    let (mut her, mut him) = (woman(&app, 0).await, man(&app, 0).await);
    let (mut other_her, address) = (woman(&app, 1).await, him.app.email.clone());
    let accesses = her.get("/v1/me/accesses").await.text;
    let (case, token) = invited(&app, &her, Some(&address)).await;
    let (unanswered, _) = invited(&app, &other_her, Some("nobody@nowhere.example")).await;
    app.work().await;
    let mut sql = app.sql().await;
    let persons = sql.count("marriage.parties").await;

    // He looks at it, twice, and does nothing else.
    let opened = him.open(&token).await;
    assert_eq!((opened.status, opened.text_at("/name").as_str()), (200, "周*"));
    assert_eq!(him.open(&token).await.status, 200);
    assert_eq!(sql.count("marriage.parties").await, persons);
    assert_eq!(seen(&her, &case).await, seen(&other_her, &unanswered).await);
    assert_eq!(her.get("/v1/me/accesses").await.text, accesses, "looking leaves no trace");
    let letter = app.letter(&address, "invites you to take part");
    for name in ["周娜", "周*", "bride-0", her.number] {
        assert!(!letter.contains(name), "{letter}");
    }
    let digest = sql.texts("SELECT encode(token_digest, 'hex') AS value FROM marriage.invitations");
    assert_eq!(digest.await.len(), 2);

    app.later(TimeDelta::hours(72));
    for person in [&mut her, &mut him, &mut other_her] {
        assert_eq!(person.app.refresh().await.unwrap().status, 200);
    }
    refused(&him.open(&token).await, 404, "marriage.invitation_unknown");
    app.work().await;
    assert_eq!(seen(&her, &case).await, seen(&other_her, &unanswered).await);
    assert_eq!(seen(&her, &case).await["state"], "expired");
    for person in [&her, &other_her] {
        assert_eq!(app.letters(&person.app.email, "not answered in time"), 1);
    }
    assert_eq!(app.letters(&address, "answered"), 0);
    assert_eq!(sql.count("marriage.invitations").await, 0);
    assert_eq!(sql.count("marriage.engagements").await, 0);

    let ids = "SELECT person_id::text || ' ' || id::text AS value FROM identity.accounts \
         WHERE person_id IS NOT NULL";
    let dump = sql.dump().await;
    let markers =
        [address.as_str(), "groom-0@couple", "nobody@nowhere", "郑凯", him.number, &token];
    for (table, rows) in &dump {
        for marker in markers {
            assert!(!rows.contains(marker), "{table} holds {marker}");
        }
    }
    // Not even under an id: of all accounts with a name, those of A and of the other A alone stand in
    // the tables of marriages.
    let known: Vec<String> = sql.texts(ids).await;
    let of_marriage: String = dump
        .iter()
        .filter(|(table, _)| table.starts_with("marriage."))
        .map(|(_, t)| &**t)
        .collect();
    let there = known.iter().filter(|ids| ids.split(' ').any(|id| of_marriage.contains(id)));
    assert_eq!(there.count(), 2);
    let logged = logged();
    for marker in [address.as_str(), "nobody@nowhere", "郑凯", him.number, &token] {
        assert!(!logged.contains(marker), "the log holds {marker}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_code_opens_for_others_once_confirmed_for_nobody() {
    let app = TestApp::start().await;
    let (her, him, third) = (woman(&app, 0).await, man(&app, 0).await, man(&app, 1).await);
    let (case, token) = invited(&app, &her, None).await;
    let unknown = (404, "marriage.invitation_unknown");
    refused(&her.open(&token).await, unknown.0, unknown.1);
    refused(&him.open(&"0".repeat(32)).await, unknown.0, unknown.1);
    refused(&him.open("x").await, 400, "request.invalid_body");
    refused(&confirm(&app, &her, &case, &token).await, unknown.0, unknown.1);
    let path = format!("/v1/marriage/cases/{case}");
    refused(&him.get(&path).await, 404, "marriage.case_unknown");
    let (confirmation, code) = (format!("{path}/confirmation"), json!({"code": token}));
    let without = him.app.caller.post(&confirmation, &code).await.unwrap();
    refused(&without, 401, "identity.step_up_required");

    let confirmed = confirm(&app, &him, &case, &token).await;
    assert_eq!(confirmed.status, 201, "{}", confirmed.text);
    assert_eq!(confirmed.text_at("/other_name"), "周*");
    assert_eq!(her.get(&path).await.text_at("/other_name"), "郑*");
    for person in [&him, &third] {
        refused(&person.open(&token).await, unknown.0, unknown.1);
    }
    refused(&confirm(&app, &third, &case, &token).await, unknown.0, unknown.1);
    refused(&third.get(&path).await, 404, "marriage.case_unknown");
    refused(&third.delete(&path).await, 404, "marriage.case_unknown");
    refused(&third.precheck(&case, "2026-12-03").await, 404, "marriage.case_unknown");
    refused(&him.begin().await, 409, "marriage.case_open");
    app.finish().await;
}

#[tokio::test]
async fn the_one_who_is_too_young_is_told_why_and_the_other_is_not() {
    let app = TestApp::start().await;
    let (her, him) = (woman(&app, 0).await, man(&app, 2).await);
    let case = signed(&app, &her, &him).await;
    let told = him.precheck(&case, "2026-12-03").await;
    assert_eq!(told.text_at("/findings/0/code"), "under_age", "{}", told.text);
    assert!(told.text_at("/findings/0/citation").contains("1047"));
    assert_eq!(told.text_at("/other/code"), "ready");
    let told = her.precheck(&case, "2026-12-03").await;
    assert_eq!(
        (told.text_at("/ready").as_str(), told.body["findings"].clone()),
        ("false", json!([]))
    );
    assert_eq!(told.text_at("/other/code"), "contact_office");
    assert!(!told.text.contains("under_age") && !told.text.contains("1047"), "{}", told.text);
    assert_eq!(her.get(&format!("/v1/marriage/cases/{case}")).await.text_at("/state"), "confirmed");
    app.finish().await;
}

#[tokio::test]
async fn a_signature_can_be_taken_back_and_the_other_only_waits() {
    let app = TestApp::start().await;
    let (her, him) = (woman(&app, 0).await, man(&app, 0).await);
    let case = signed(&app, &her, &him).await;
    assert_eq!(her.precheck(&case, "2026-12-03").await.text_at("/ready"), "true");
    let statement = format!("/v1/marriage/cases/{case}/statement");
    let withdrawn = him.delete(&statement).await;
    assert_eq!((withdrawn.status, withdrawn.text_at("/state").as_str()), (200, "confirmed"));
    refused(&him.delete(&statement).await, 409, "marriage.not_signed");
    let told = her.precheck(&case, "2026-12-03").await;
    assert_eq!(told.text_at("/other/code"), "waiting");
    assert_eq!(him.sign(&app, &case).await.status, 201);
    refused(&him.sign(&app, &case).await, 409, "marriage.signed_already");
    assert_eq!(her.precheck(&case, "2026-12-03").await.text_at("/ready"), "true");
    app.finish().await;
}

#[tokio::test]
async fn what_contradicts_the_statement_is_not_signed() {
    let app = TestApp::start().await;
    let (her, him) = (woman(&app, 0).await, man(&app, 0).await);
    let (case, token) = invited(&app, &her, None).await;
    assert_eq!(confirm(&app, &him, &case, &token).await.status, 201);
    let text = her.get("/v1/marriage/statements/310000").await;
    let path = format!("/v1/marriage/cases/{case}/statement");
    let proven = her.proven(&app, &case).await;
    let body = |version: &str, status: &str, kinship: &str, illness: &str| {
        json!({"version": version, "sex": "female", "marital_status": status,
            "kinship": kinship, "illness": illness})
    };
    let version = text.text_at("/version");
    for (status, kinship, illness) in [
        ("married", "none", "none"),
        ("divorced", "lineal", "none"),
        ("widowed", "collateral_within_three", "none"),
        ("never_married", "none", "untold"),
    ] {
        let answer = proven.post(&path, &body(&version, status, kinship, illness)).await.unwrap();
        refused(&answer, 422, "marriage.statement_contradicted");
    }
    let other = version.replace("216005", "216006");
    let answer = proven.post(&path, &body(&other, "divorced", "none", "told")).await.unwrap();
    refused(&answer, 409, "marriage.statement_changed");
    // The proof is as good as before: nothing was signed with it.
    let signed = proven.post(&path, &body(&version, "divorced", "none", "told")).await.unwrap();
    assert_eq!(signed.status, 201, "{}", signed.text);
    let dump = app.sql().await.dump().await;
    assert!(!dump["marriage.statements"].contains("divorced"), "declarations are sealed");
    app.finish().await;
}
