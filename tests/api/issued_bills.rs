//! Bills that agencies' systems issue, one at a time.

use std::collections::BTreeSet;

use citygate::demo::actors::{Reply, System};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, pay, refused, wallet, yuan};

const NUMBER: &str = "11010519491231002X";

async fn issue(system: &System, key: &str, bill: &Value) -> Reply {
    system.caller.post_once("/v1/issued-bills", key, bill).await.unwrap()
}

async fn cancel(system: &System, bill: &str, key: &str) -> Reply {
    let path = format!("/v1/issued-bills/{bill}/cancellation");
    system.caller.post_once(&path, key, &json!({"reason": "issued by mistake"})).await.unwrap()
}

async fn read(system: &System, bill: &str) -> Reply {
    system.caller.get(&format!("/v1/issued-bills/{bill}")).await.unwrap()
}

/// A bill with everything that a bill can have.
async fn rich(app: &TestApp) -> Value {
    let (parking, water) = (app.other_agency().await, app.other_agency().await);
    let mut bill = app.bill("W-2026/10 № 1", DEMO_CITIZENS[0].2, 30_000);
    let more = json!({
        "payer": {"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2},
        "surcharge": {"basis_points_per_day": 5, "cap": yuan(30_000)},
        "expires_at": "2027-06-30T16:00:00.123456789+08:00",
        "allows_partial": true,
        "lines": [
            {"text": {"en": "Water", "zh": "水费"}, "amount": yuan(20_000)},
            {"text": {"en": "Waste water", "zh": "污水处理费"}, "amount": yuan(10_000)},
        ],
        "shares": [{"agency_id": water, "parts": 2}, {"agency_id": parking, "parts": 1}],
        "instalments": [
            {"amount": yuan(10_000), "due_on": "2026-12-31"},
            {"amount": yuan(20_000), "due_on": "2027-01-31"},
        ],
    });
    bill.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bill
}

#[tokio::test]
async fn a_bill_is_issued_read_and_found_by_the_citizen_in_the_own_language() {
    let app = TestApp::start().await;
    let (police, citizen) = (app.police().await, app.demo_citizen(0).await.caller);
    let bill = rich(&app).await;
    let issued = issue(&police, "k", &bill).await;
    assert_eq!((issued.status, &issued.body["unchanged"]), (201, &json!(false)), "{}", issued.text);
    let id = issued.text_at("/id");
    let found = read(&police, &id).await;
    for member in ["external_no", "amount", "due_on", "subject", "surcharge", "allows_partial"] {
        assert_eq!(found.body[member], bill[member], "{member}");
    }
    assert_eq!(found.text_at("/expires_at"), "2027-06-30T08:00:00.123456Z");
    assert_eq!(found.body["instalments"], bill["instalments"]);
    let lines = found.body["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[1]["n"], &lines[1]["text"]["zh"]), (&json!(2), &json!("污水处理费")));
    assert_eq!(found.minor_at("/lines/0/refunded"), 0);
    assert_eq!(found.body["shares"][0]["parts"], 2);
    assert_eq!(found.minor_at("/shares/0/received"), 0);
    assert_eq!((found.text_at("/state").as_str(), &found.body["payments"]), ("open", &json!([])));
    assert_eq!(found.minor_at("/amount_due/total"), 30_000);
    for secret in [NUMBER, DEMO_CITIZENS[0].2, DEMO_CITIZENS[0].1, "person", "debtor"] {
        assert!(!found.text.contains(secret), "{secret} is in {}", found.text);
    }

    let request = citizen.request(reqwest::Method::GET, &format!("/v1/bills/{id}"));
    let chinese = Answer::to(request.header("Accept-Language", "zh-CN")).await.body;
    assert_eq!(
        (&chinese["subject"], &chinese["state"]),
        (&json!("2026年10月水费"), &json!("open"))
    );
    assert_eq!(chinese["lines"][0], json!({"text": "水费", "amount": yuan(20_000)}));
    assert_eq!(chinese["instalments"], bill["instalments"]);
    assert_eq!(chinese["allows_partial"], true);
    assert_eq!(chinese["expires_at"], "2027-06-30T08:00:00.123456Z");
    assert_eq!(chinese["amount_due"]["next"]["amount"], yuan(10_000));
    assert_eq!(chinese["amount_due"]["next"]["due_on"], "2026-12-31");
    let nothing = json!({
        "principal": yuan(0), "surcharge": yuan(0), "total": yuan(0), "payments": 0,
    });
    assert_eq!(chinese["paid"], nothing);
    app.later(chrono::TimeDelta::days(300));
    app.finish().await;
}

#[tokio::test]
async fn the_same_bill_again_changes_nothing_whatever_has_become_of_it() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let bill = rich(&app).await;
    let issued = issue(&police, "first", &bill).await;
    let id = issued.text_at("/id");
    let replayed = issue(&police, "first", &bill).await;
    assert_eq!((replayed.status, replayed.replayed, &replayed.text), (201, true, &issued.text));
    let mut sql = app.sql().await;
    let bills = sql.count("payments.bills").await;
    // The same, written otherwise; and the name of a person is no content.
    let mut same = bill.clone();
    same["amount"]["amount_minor"] = json!(30_000.0);
    same["expires_at"] = "2027-06-30T08:00:00.123456Z".into();
    same["external_no"] = " W-2026/10 № 1 ".into();
    same["debtor"]["name"] = "别名".into();
    same["payer"]["id_number"] = DEMO_CITIZENS[1].2.into();
    for (key, body) in [("second", &bill), ("third", &same)] {
        let again = issue(&police, key, body).await;
        assert_eq!((again.status, &again.body["unchanged"]), (200, &json!(true)), "{}", again.text);
        assert_eq!(again.text_at("/id"), id);
    }
    assert_eq!(cancel(&police, &id, "cancel").await.status, 200);
    let again = issue(&police, "fourth", &bill).await;
    assert_eq!((again.status, again.text_at("/state").as_str()), (200, "cancelled"));
    assert_eq!(sql.count("payments.bills").await, bills);
    app.later(chrono::TimeDelta::days(300));
    app.finish().await;
}

#[tokio::test]
async fn other_content_under_the_same_number_is_refused_whichever_member_differs() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let bill = rich(&app).await;
    assert_eq!(issue(&police, "first", &bill).await.status, 201);
    let line = json!({"text": {"en": "Water", "zh": "水费"}, "amount": yuan(30_000)});
    for (n, (pointer, other)) in [
        ("/debtor/id_number", json!(NUMBER)),
        ("/payer/id_number", json!(NUMBER)),
        ("/subject/en", json!("Gas")),
        ("/subject/zh", json!("燃气费")),
        ("/surcharge/basis_points_per_day", json!(6)),
        ("/surcharge/cap/amount_minor", json!(29_999)),
        ("/expires_at", json!("2027-06-30T08:00:00.123457Z")),
        ("/allows_partial", json!(false)),
        ("/lines", json!([line])),
        ("/lines/0/text/zh", json!("自来水费")),
        ("/shares/0/parts", json!(3)),
        ("/shares", json!([])),
        ("/instalments/1/due_on", json!("2027-02-01")),
        ("/instalments", json!([])),
    ]
    .into_iter()
    .enumerate()
    {
        let mut changed = bill.clone();
        *changed.pointer_mut(pointer).unwrap() = other;
        let reply = issue(&police, &format!("k{n}"), &changed).await;
        refused(&reply, 409, "payments.external_no_taken");
    }
    let mut without = bill.clone();
    without.as_object_mut().unwrap().remove("payer");
    refused(&issue(&police, "last", &without).await, 409, "payments.external_no_taken");
    app.later(chrono::TimeDelta::days(300));
    app.finish().await;
}

#[tokio::test]
async fn a_bill_whose_parts_contradict_each_other_is_refused_and_nobody_is_noted() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut sql = app.sql().await;
    let before = sql.dump().await;
    let foreign = format!("agcy_110000_{}", "1".repeat(32));
    let unknown = format!("agcy_330100_{}", "1".repeat(32));
    let share = |agency: &str| json!([{"agency_id": agency, "parts": 1}]);
    let line = json!({"text": {"en": "a", "zh": "甲"}, "amount": yuan(1)});
    for (n, (member, value, code)) in [
        ("lines", json!([line]), "payments.bill_unsound"),
        (
            "instalments",
            json!([{"amount": yuan(100), "due_on": "2027-01-01"}]),
            "payments.bill_unsound",
        ),
        ("expires_at", json!("2026-11-23T01:00:00Z"), "payments.bill_unsound"),
        ("shares", share(&foreign), "payments.bill_unsound"),
        ("shares", share(&unknown), "payments.beneficiary_unknown"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut bill = app.bill("1", NUMBER, 100);
        bill[member] = value;
        let reply = issue(&police, &format!("k{n}"), &bill).await;
        refused(&reply, 422, code);
        assert_ne!(reply.text_at("/detail"), "", "{}", reply.text);
        let again = issue(&police, &format!("k{n}"), &bill).await;
        assert_eq!((again.replayed, again.text), (true, reply.text), "a refusal is kept");
    }
    let mut after = sql.dump().await;
    after.remove("platform.idempotency_keys");
    for (table, rows) in after {
        assert_eq!(Some(&rows), before.get(&table), "{table}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_bill_is_there_for_the_agency_alone_that_issued_it_here() {
    let app = TestApp::start().await;
    let (police, parking) = (app.police().await, app.other_police().await);
    let bill = app.bill("1", NUMBER, 100);
    let id = app.issue(&police, &bill).await;
    let fine = app.fine(&police, "3301060000000200", NUMBER, 20_000).await;
    let nothing = format!("bill_330100_{}", "0".repeat(32));
    for (system, bill) in [(&parking, &id), (&police, &fine), (&police, &nothing)] {
        refused(&read(system, bill).await, 404, "payments.bill_unknown");
        refused(&cancel(system, bill, bill).await, 404, "payments.bill_unknown");
    }
    // The number is the agency's own: the other may use it for a bill of its own.
    let theirs = issue(&parking, "k", &app.bill("1", NUMBER, 200)).await;
    assert_eq!(theirs.status, 201, "{}", theirs.text);
    assert_eq!(read(&police, &id).await.minor_at("/amount"), 100);
    app.finish().await;
}

#[tokio::test]
async fn a_bill_is_taken_back_once_and_cannot_be_paid_any_more() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let id = app.issue(&police, &app.bill("1", DEMO_CITIZENS[0].2, 100)).await;
    let cancelled = cancel(&police, &id, "k").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    assert_eq!(cancelled.text_at("/state"), "cancelled");
    assert_eq!(cancelled.text_at("/cancel_reason"), "issued by mistake");
    assert_eq!(cancelled.body["amount_due"], Value::Null);
    let replayed = cancel(&police, &id, "k").await;
    assert_eq!((replayed.replayed, &replayed.text), (true, &cancelled.text));
    let path = format!("/v1/issued-bills/{id}/cancellation");
    let again = police.caller.post_once(&path, "l", &json!({"reason": "once more"})).await.unwrap();
    assert_eq!((again.status, again.replayed), (200, false));
    assert_eq!(again.text_at("/cancel_reason"), "issued by mistake", "the first reason stays");
    refused(&pay(&citizen, &id, "k", &json!({})).await, 409, "payments.bill_cancelled");
    let seen = citizen.caller.get(&format!("/v1/bills/{id}")).await.unwrap();
    assert_eq!(seen.text_at("/state"), "cancelled");
    assert_eq!(seen.body["amount_due"], Value::Null);
    assert_eq!(wallet(&citizen).await, 50_000);
    app.finish().await;
}

#[tokio::test]
async fn a_bill_of_which_something_was_paid_is_not_taken_back() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let mut in_parts = app.bill("1", DEMO_CITIZENS[0].2, 1_000);
    in_parts["allows_partial"] = true.into();
    let part_paid = app.issue(&police, &in_parts).await;
    let paid = app.issue(&police, &app.bill("2", DEMO_CITIZENS[0].2, 1_000)).await;
    let part = json!({ "amount": yuan(1) });
    assert_eq!(pay(&citizen, &part_paid, "a", &part).await.status, 201);
    let payment = pay(&citizen, &paid, "b", &json!({})).await;
    for bill in [&part_paid, &paid] {
        refused(&cancel(&police, bill, bill).await, 409, "payments.bill_has_payments");
    }
    let found = read(&police, &paid).await;
    assert_eq!(found.text_at("/state"), "paid");
    assert_eq!(found.text_at("/payments/0/id"), payment.text_at("/id"));
    assert_eq!(
        (found.minor_at("/paid/total"), found.minor_at("/payments/0/total")),
        (1_000, 1_000)
    );
    let found = read(&police, &part_paid).await;
    assert_eq!(found.text_at("/state"), "open");
    assert_eq!((found.minor_at("/paid/total"), found.minor_at("/amount_due/total")), (1, 999));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bill_sent_by_many_at_once_is_issued_once() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let bill = app.bill("1", NUMBER, 100);
    let copies = join_all((0..20).map(|_| issue(&police, "k", &bill))).await;
    let answers: BTreeSet<_> = copies.iter().map(|reply| (reply.status, &reply.text)).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(copies[0].status, 201, "{}", copies[0].text);
    assert_eq!(copies.iter().filter(|reply| !reply.replayed).count(), 1);
    let bill = app.bill("2", NUMBER, 100);
    let keys: Vec<_> = (0..20).map(|n| format!("k{n}")).collect();
    let others = join_all(keys.iter().map(|key| issue(&police, key, &bill))).await;
    let with = |status| others.iter().filter(|reply| reply.status == status).count();
    assert_eq!((with(201), with(200)), (1, 19));
    let ids: BTreeSet<_> = others.iter().map(|reply| reply.text_at("/id")).collect();
    assert_eq!((ids.len(), app.sql().await.count("identity.people").await), (1, 3));
    app.finish().await;
}
