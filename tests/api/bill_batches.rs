//! Bills by the thousand.

use std::collections::BTreeMap;

use citygate::demo::actors::{Reply, System};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::support::{TestApp, refused, yuan};

const PATH: &str = "/v1/issued-bills/batches";

async fn issue(system: &System, key: &str, bills: &[Value]) -> Reply {
    system.caller.post_once(PATH, key, &json!({ "bills": bills })).await.unwrap()
}

/// A made-up number with its check character (GB 11643).
fn id_number(n: usize) -> String {
    let digits = format!("330106{}{:03}", 19_500_101 + 10_000 * (n / 999), n % 999);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    format!("{digits}{}", &"10X98765432"[sum % 11..=sum % 11])
}

fn statuses(reply: &Reply) -> Vec<i64> {
    let results = reply.body["results"].as_array().unwrap();
    results.iter().map(|result| result["status"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_thousand_bills_are_issued_and_the_bad_ones_among_them_hinder_nobody() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let known = app.bill("known", DEMO_CITIZENS[0].2, 500);
    let known_id = app.issue(&police, &known).await;
    let mut bills: Vec<Value> =
        (0..1_000).map(|n| app.bill(&format!("no {n}"), &id_number(n), 1_000)).collect();
    let unknown = format!("agcy_330100_{}", "1".repeat(32));
    bills[0] = known.clone();
    bills[100]["lines"] = json!([{"text": {"en": "a", "zh": "甲"}, "amount": yuan(1)}]);
    bills[200]["shares"] = json!([{"agency_id": unknown, "parts": 1}]);
    bills[300]["external_no"] = "no 299".into(); // another debtor: other content
    bills[400] = bills[399].clone();
    bills[500]["expires_at"] = "2026-11-23T00:00:00Z".into();
    bills[999] = known;
    bills[999]["amount"] = yuan(501);
    let size = json!({ "bills": bills }).to_string().len();
    assert!(size < 1024 * 1024 / 2, "a thousand plain bills fit: {size} bytes");

    let issued = issue(&police, "k", &bills).await;
    assert_eq!(issued.status, 200, "{}", issued.text);
    let results = issued.body["results"].as_array().unwrap();
    let mut expected = vec![201; 1_000];
    for (n, status) in
        [(0, 200), (100, 422), (200, 422), (300, 409), (400, 200), (500, 422), (999, 409)]
    {
        expected[n] = status;
    }
    assert_eq!(statuses(&issued), expected);
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result["external_no"], bills[n]["external_no"], "in the order they were sent");
        let refused = result["status"].as_i64().unwrap() >= 400;
        assert_eq!(
            (result["bill_id"].is_null(), result["problem"].is_object()),
            (refused, refused)
        );
    }
    assert_eq!(results[0]["bill_id"], known_id);
    assert_eq!(results[400]["bill_id"], results[399]["bill_id"]);
    for (n, code, detail) in [
        (100, "payments.bill_unsound", "its lines come to its amount"),
        (200, "payments.beneficiary_unknown", unknown.as_str()),
        (500, "payments.bill_unsound", "it expires in the future"),
    ] {
        let problem = &results[n]["problem"];
        assert_eq!((&problem["code"], &problem["detail"]), (&json!(code), &json!(detail)));
    }
    assert_eq!(results[300]["problem"]["code"], "payments.external_no_taken");

    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.bills WHERE issuer = 'payments'").await, 1 + 993);
    let again = issue(&police, "k", &bills).await;
    assert_eq!((again.replayed, again.text == issued.text), (true, true));
    // Under a fresh key everything that was issued is on record, and what was refused still is.
    let fresh = issue(&police, "l", &bills).await;
    let expected: Vec<i64> =
        expected.into_iter().map(|status| if status == 201 { 200 } else { status }).collect();
    assert_eq!(statuses(&fresh), expected);
    assert_eq!(sql.count("payments.bills WHERE issuer = 'payments'").await, 1 + 993);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_as_documented_is_refused_as_a_whole_and_says_where() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let good = app.bill("1", DEMO_CITIZENS[0].2, 100);
    for (pointer, value) in [
        ("/amount/amount_minor", json!(0)),
        ("/amount/amount_minor", json!(1_000_000_000_001_i64)),
        ("/amount/currency", json!("USD")),
        ("/external_no", json!("x".repeat(65))),
        ("/debtor/id_number", json!("330106199305120022")),
        ("/due_on", json!("2026-02-30")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        let reply = issue(&police, "k", &[good.clone(), bad]).await;
        refused(&reply, 400, "request.invalid_body");
        assert_eq!(reply.text_at("/errors/0/pointer"), format!("/bills/1{pointer}"));
    }
    for (member, value) in [
        ("payer", Value::Null),
        ("surcharge", json!({"basis_points_per_day": 0, "cap": yuan(1)})),
        ("surcharge", json!({"basis_points_per_day": 10_001, "cap": yuan(1)})),
        ("shares", json!([{"agency_id": "agcy_1", "parts": 1}])),
        ("lines", json!(vec![json!({"text": {"en": "a", "zh": "a"}, "amount": yuan(1)}); 101])),
        ("expires_at", json!("tomorrow")),
        ("unknown", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        refused(&issue(&police, "k", &[bad]).await, 400, "request.invalid_body");
    }
    refused(&issue(&police, "k", &[]).await, 400, "request.invalid_body");
    let many = vec![good.clone(); 1_001];
    refused(&issue(&police, "k", &many).await, 400, "request.invalid_body");
    let keyless = police.caller.post(PATH, &json!({ "bills": [good] })).await.unwrap();
    refused(&keyless, 400, "request.idempotency_key_required");
    assert_eq!(app.sql().await.count("payments.bills WHERE issuer = 'payments'").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn problems_of_a_batch_are_told_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut bill = app.bill("1", DEMO_CITIZENS[0].2, 100);
    bill["expires_at"] = "2026-11-23T00:00:00Z".into();
    let request = police.caller.request(reqwest::Method::POST, PATH).header("Idempotency-Key", "k");
    let request = request.header("Accept-Language", "zh-CN").json(&json!({ "bills": [bill] }));
    let issued = police.caller.send(request).await.unwrap();
    assert_eq!(issued.text_at("/results/0/problem/title"), "账单内容前后矛盾");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_of_the_same_bills_in_another_order_meet_and_each_bill_is_issued_once() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let bills: Vec<Value> =
        (0..60).map(|n| app.bill(&format!("no {n}"), &id_number(n), 1_000)).collect();
    let mut reversed = bills.clone();
    reversed.reverse();
    let keys: Vec<String> = (0..8).map(|n| format!("k{n}")).collect();
    let forth = join_all(keys.iter().take(4).map(|key| issue(&police, key, &bills)));
    let back = join_all(keys.iter().skip(4).map(|key| issue(&police, key, &reversed)));
    let (forth, back) = join(forth, back).await;
    let mut ids: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for reply in forth.iter().chain(&back) {
        assert_eq!(reply.status, 200, "{}", reply.text);
        for result in reply.body["results"].as_array().unwrap() {
            let status = result["status"].as_i64().unwrap();
            let text = |name: &str| result[name].as_str().unwrap().to_owned();
            ids.entry(text("external_no")).or_default().push((status, text("bill_id")));
        }
    }
    assert_eq!(ids.len(), 60);
    for told in ids.values() {
        assert!(told.iter().all(|(_, id)| *id == told[0].1), "{told:?}");
        let issued = told.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!((issued, told.len()), (1, 8), "{told:?}");
    }
    app.finish().await;
}
