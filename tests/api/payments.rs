//! Bills and their payment, one request at a time.

use std::collections::BTreeSet;

use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use serde_json::json;

use crate::support::{Answer, TestApp, outcome, pay, refused, wallet};

/// The demo citizen's bill of a decision.
async fn bill(citizen: &CitizenApp, external_no: &str) -> String {
    let bills = citizen.caller.get("/v1/bills").await.unwrap();
    let items = bills.body["items"].as_array().unwrap();
    let found = items.iter().find(|bill| bill["external_no"] == external_no).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

const FRESH: &str = "3301060000000011";
const LATE: &str = "3301060000000029";
const CAPPED: &str = "3301080000000037";

#[tokio::test]
async fn the_same_request_under_the_same_key_gives_the_same_bytes_and_pays_once() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let fresh = bill(&citizen, FRESH).await;
    let expected = json!({"expected": {"amount_minor": 15_000, "currency": "CNY"}});
    let first = pay(&citizen, &fresh, "k", &expected).await;
    assert_eq!((first.status, first.replayed), (201, false), "{}", first.text);
    assert_eq!(wallet(&citizen).await, 35_000);
    // Other white space and another order of members are the same request.
    let path = format!("/v1/bills/{fresh}/payments");
    let request = citizen.caller.request(reqwest::Method::POST, &path);
    let again = Answer::to(
        request
            .header("Idempotency-Key", "k")
            .header("Content-Type", "application/json")
            .body(r#" { "expected": { "currency":"CNY", "amount_minor":15000 } } "#),
    )
    .await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(wallet(&citizen).await, 35_000);
    assert_eq!(app.sql().await.count("payments.payments").await, 1);
    let receipt = citizen.caller.get(&format!("/v1/payments/{}", first.text_at("/id"))).await;
    assert_eq!(receipt.unwrap().text, first.text);
    app.finish().await;
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_citizen() {
    let app = TestApp::start().await;
    let (fang, wei) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let (fresh, late) = (bill(&fang, FRESH).await, bill(&fang, LATE).await);
    assert_eq!(pay(&fang, &fresh, "k", &json!({})).await.status, 201);
    let other_body = json!({"expected": {"amount_minor": 15_000, "currency": "CNY"}});
    let reused = "request.idempotency_key_reused";
    refused(&pay(&fang, &fresh, "k", &other_body).await, 422, reused);
    refused(&pay(&fang, &late, "k", &json!({})).await, 422, reused);
    let top_up = json!({
        "amount": {"amount_minor": 100, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
    });
    let other_path = fang.caller.post_once("/v1/wallet/top-ups", "k", &top_up).await.unwrap();
    refused(&other_path, 422, reused);
    let keyless = fang.caller.post(&format!("/v1/bills/{late}/payments"), &json!({})).await;
    refused(&keyless.unwrap(), 400, "request.idempotency_key_required");
    // Of two keys nobody can say which was meant.
    let path = format!("/v1/bills/{late}/payments");
    let two = fang.caller.request(reqwest::Method::POST, &path).json(&json!({}));
    let two = two.header("Idempotency-Key", "one").header("Idempotency-Key", "two");
    refused(&fang.caller.send(two).await.unwrap(), 400, "request.idempotency_key_required");
    // The same key in another citizen's hand is another key.
    let own = bill(&wei, "3301020000000045").await;
    let paid = pay(&wei, &own, "k", &json!({})).await;
    assert_eq!((paid.status, paid.replayed), (201, false), "{}", paid.text);
    assert_eq!((wallet(&fang).await, wallet(&wei).await), (35_000, 35_000));
    app.finish().await;
}

#[tokio::test]
async fn a_decline_is_kept_under_its_key_and_a_new_key_pays() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let large = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 200_000).await;
    let declined = pay(&citizen, &large, "first", &json!({})).await;
    refused(&declined, 402, "payments.insufficient_funds");
    assert!(declined.text_at("/detail").contains("CNY 500.00"), "{}", declined.text);
    assert_eq!(wallet(&citizen).await, 50_000);

    let body = json!({
        "amount": {"amount_minor": 150_000, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
    });
    let asked = citizen.caller.post_once("/v1/wallet/top-ups", "top", &body).await.unwrap();
    assert_eq!(asked.status, 202, "{}", asked.text);
    app.work().await;
    assert_eq!(wallet(&citizen).await, 200_000);

    let again = pay(&citizen, &large, "first", &json!({})).await;
    assert_eq!((again.status, again.replayed), (402, true));
    assert_eq!(again.text, declined.text, "byte for byte, its request id too");
    assert_eq!(wallet(&citizen).await, 200_000);
    assert_eq!(pay(&citizen, &large, "second", &json!({})).await.status, 201);
    assert_eq!(wallet(&citizen).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_failed_before_the_action_leaves_the_key_free() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let fresh = bill(&citizen, FRESH).await;
    let malformed = pay(&citizen, &fresh, "k", &json!({"amount": 1})).await;
    refused(&malformed, 400, "request.invalid_body");
    let mut anonymous = citizen.clone();
    anonymous.caller.token = None;
    refused(&pay(&anonymous, &fresh, "k", &json!({})).await, 401, "identity.token_required");
    let paid = pay(&citizen, &fresh, "k", &json!({})).await;
    assert_eq!((paid.status, paid.replayed), (201, false), "{}", paid.text);
    app.finish().await;
}

#[tokio::test]
async fn another_amount_than_the_payer_was_shown_is_not_taken() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let capped = bill(&citizen, CAPPED).await;
    let expect = |minor: i64, currency: &str| {
        let expected = json!({"amount_minor": minor, "currency": currency});
        json!({ "expected": expected })
    };
    let mut sql = app.sql().await;
    let events = sql.count("platform.events").await;
    for (key, body) in [
        ("too little", expect(10_000, "CNY")),
        ("too much", expect(20_001, "CNY")),
        ("other money", expect(20_000, "USD")),
    ] {
        let key = key.replace(' ', "-");
        let changed = pay(&citizen, &capped, &key, &body).await;
        refused(&changed, 409, "payments.amount_changed");
        assert!(changed.text_at("/detail").contains("CNY 200.00"), "{}", changed.text);
    }
    assert_eq!(wallet(&citizen).await, 50_000);
    assert_eq!(sql.count("payments.payments").await, 0);
    assert_eq!(sql.count("payments.bill_settlements").await, 0);
    assert_eq!(sql.count("platform.events").await, events);
    let paid = pay(&citizen, &capped, "right", &expect(20_000, "CNY")).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    let parts = (paid.minor_at("/principal"), paid.minor_at("/surcharge"), paid.minor_at("/total"));
    assert_eq!(parts, (10_000, 10_000, 20_000));
    app.finish().await;
}

#[tokio::test]
async fn the_bill_of_somebody_else_is_not_there() {
    let app = TestApp::start().await;
    let (fang, wei) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let hers = bill(&fang, FRESH).await;
    let nobodys = format!("bill_330100_{}", "0".repeat(32));
    for id in [&hers, &nobodys] {
        let read = wei.caller.get(&format!("/v1/bills/{id}")).await.unwrap();
        refused(&read, 404, "payments.bill_unknown");
        assert_eq!(read.text_at("/detail"), "", "nothing tells the two apart");
        refused(&pay(&wei, id, id, &json!({})).await, 404, "payments.bill_unknown");
    }
    assert_eq!((wallet(&fang).await, wallet(&wei).await), (50_000, 50_000));
    app.finish().await;
}

#[tokio::test]
async fn a_receipt_is_mailed_once_even_if_the_news_of_the_payment_is_heard_twice() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let paid = pay(&citizen, &bill(&citizen, FRESH).await, "k", &json!({})).await;
    app.work().await;
    let receipt = paid.text_at("/id");
    assert_eq!(app.letters(&citizen.email, &receipt), 1);
    let mut sql = app.sql().await;
    sql.run("UPDATE platform.events SET dispatched_at = NULL").await;
    app.work().await;
    assert_eq!(app.letters(&citizen.email, &receipt), 1);
    assert_eq!(sql.count("payments.receipt_letters").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn pages_show_every_bill_once_newest_first_whatever_is_added_meanwhile() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let (name, number) = ("陈静", "11010519491231002X");
    let citizen = app.real_name("chen@citygate.example", name, number).await;
    let mut issued = Vec::new();
    for no in 0..45 {
        issued.push(app.fine(&police, &format!("33010600000003{no:02}"), number, 2_000).await);
        app.later(chrono::TimeDelta::milliseconds(1));
    }
    issued.reverse();
    let get = async |query: String| citizen.caller.get(&query).await.unwrap();
    let ids = |reply: &Reply| -> Vec<String> {
        let items = reply.body["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = get("/v1/bills".to_owned()).await;
    assert_eq!(ids(&first), issued[..20]);
    app.fine(&police, "3301060000000399", number, 2_000).await;
    let next = |reply: &Reply, limit| {
        format!("/v1/bills?limit={limit}&cursor={}", reply.text_at("/next_cursor"))
    };
    let second = get(next(&first, 20)).await;
    assert_eq!(ids(&second), issued[20..40]);
    let third = get(next(&second, 5)).await;
    assert_eq!(ids(&third), issued[40..]);
    assert_eq!(third.text_at("/next_cursor"), "", "exactly full, and the last");
    assert_eq!(ids(&get("/v1/bills?limit=100".to_owned()).await).len(), 46);

    let fines = get("/v1/traffic/fines?limit=30".to_owned()).await;
    let rest = get(format!("/v1/traffic/fines?cursor={}", fines.text_at("/next_cursor"))).await;
    let all: BTreeSet<_> = ids(&fines).into_iter().chain(ids(&rest)).collect();
    assert_eq!((ids(&fines).len(), ids(&rest).len(), all.len()), (30, 16, 46));
    app.finish().await;
}

#[tokio::test]
async fn a_page_has_one_to_a_hundred_rows_and_begins_at_a_cursor_of_ours() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    for path in ["/v1/bills", "/v1/payments", "/v1/traffic/fines"] {
        for query in [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=2.5",
            "limit=many",
            "limit=",
            "limit=99999999999999999999",
            "limit=1&limit=2",
            "cursor=",
            "cursor=nonsense",
            "cursor=AZq7%00",
            "cursor=%ff%fe",
            "page=2",
        ] {
            let refused = citizen.caller.get(&format!("{path}?{query}")).await.unwrap();
            let expected = (400, "request.invalid_parameter".to_owned());
            assert_eq!(outcome(&refused), expected, "{path}?{query}: {}", refused.text);
        }
        assert_eq!(citizen.caller.get(&format!("{path}?limit=1")).await.unwrap().status, 200);
        assert_eq!(citizen.caller.get(&format!("{path}?limit=100")).await.unwrap().status, 200);
    }
    app.finish().await;
}
