//! What stands on the accounts of citizens and agencies, at any time.

use chrono::TimeDelta;
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use crate::support::{TestApp, pay, refused, yuan};

#[tokio::test]
async fn a_wallet_is_shown_as_it_stood_at_any_instant() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let first = app.issue(&police, &app.bill("1", DEMO_CITIZENS[0].2, 1_000)).await;
    let second = app.issue(&police, &app.bill("2", DEMO_CITIZENS[0].2, 2_000)).await;
    app.later_with(&mut citizen, TimeDelta::hours(1)).await;
    assert_eq!(pay(&citizen, &first, "a", &json!({})).await.status, 201);
    app.later_with(&mut citizen, TimeDelta::hours(1)).await;
    assert_eq!(pay(&citizen, &second, "b", &json!({})).await.status, 201);
    for (at, balance) in [
        ("2026-11-23T00:59:59.999999Z", 0),
        ("2026-11-23T01:00:00Z", 50_000),
        ("2026-11-23T01:59:59.999999Z", 50_000),
        ("2026-11-23T02:00:00Z", 49_000),
        ("2026-11-23T10:59:59%2B08:00", 49_000),
        ("2026-11-23T11:00:00%2B08:00", 47_000),
        ("9999-12-31T23:59:59Z", 47_000),
        ("0000-01-01T00:00:00Z", 0),
    ] {
        let found = citizen.caller.get(&format!("/v1/wallet?at={at}")).await.unwrap();
        let (stood, now) = (found.minor_at("/balance"), found.minor_at("/available"));
        assert_eq!((stood, now), (balance, 47_000), "{at}: {}", found.text);
    }
    let now = citizen.caller.get("/v1/wallet").await.unwrap();
    let expected =
        json!({"available": yuan(47_000), "balance": yuan(47_000), "at": "2026-11-23T03:00:00Z"});
    assert_eq!(now.body, expected);
    for query in ["at=", "at=now", "at=2026-11-23", "at=%2B262142-12-31T23:59:59Z", "when=1"] {
        let reply = citizen.caller.get(&format!("/v1/wallet?{query}")).await.unwrap();
        refused(&reply, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn entries_are_listed_newest_first_whatever_is_added_meanwhile() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    for n in 0..6 {
        let bill = app.issue(&police, &app.bill(&n.to_string(), DEMO_CITIZENS[0].2, 100 + n)).await;
        let paid = pay(&citizen, &bill, &bill, &json!({})).await;
        if n == 5 {
            let path = format!("/v1/received-payments/{}/refunds", paid.text_at("/id"));
            let body = json!({"available": yuan(105), "reason": "x"});
            assert_eq!(police.caller.post_once(&path, "k", &body).await.unwrap().status, 201);
        }
    }
    let get = async |query: &str| {
        citizen.caller.get(&format!("/v1/wallet/entries{query}")).await.unwrap()
    };
    let all = get("").await;
    let shown = |page: &Value| -> Vec<(String, i64, i64)> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|entry| {
                let minor = |name: &str| entry[name]["amount_minor"].as_i64().unwrap();
                let code = entry["code"].as_str().unwrap().to_owned();
                (code, minor("amount"), minor("balance_after"))
            })
            .collect()
    };
    let entries = shown(&all.body);
    assert_eq!(entries.len(), 8);
    assert_eq!(entries[0], ("refund".to_owned(), 105, 49_490));
    assert_eq!(entries[1], ("bill_payment".to_owned(), -105, 49_385));
    assert_eq!(entries[7], ("demo_opening".to_owned(), 50_000, 50_000));
    assert_eq!(all.body["items"][7]["version"], 1);
    assert!(entries.windows(2).all(|two| two[0].2 - two[0].1 == two[1].2));
    let first = get("?limit=3").await;
    let bill = app.issue(&police, &app.bill("more", DEMO_CITIZENS[0].2, 1)).await;
    assert_eq!(pay(&citizen, &bill, &bill, &json!({})).await.status, 201);
    let second = get(&format!("?limit=3&cursor={}", first.text_at("/next_cursor"))).await;
    let third = get(&format!("?limit=2&cursor={}", second.text_at("/next_cursor"))).await;
    let paged: Vec<_> =
        [&first, &second, &third].into_iter().flat_map(|page| shown(&page.body)).collect();
    assert_eq!(paged, entries);
    assert_eq!(third.text_at("/next_cursor"), "", "exactly full, and the last");
    assert_eq!(shown(&get("?cursor=_____________________w").await.body).len(), 9);
    assert_eq!(shown(&get("?cursor=AAAAAAAAAAAAAAAAAAAAAA").await.body).len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_month_of_a_wallet_is_that_of_the_city() {
    let app = TestApp::start().await;
    let mut police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let mut pay_at = async |minutes: i64, minor: i64| {
        app.later_with(&mut citizen, TimeDelta::minutes(minutes)).await;
        app.authenticate(&mut police).await;
        let bill = app.bill(&minor.to_string(), DEMO_CITIZENS[0].2, minor);
        let bill = app.issue(&police, &bill).await;
        let paid = pay(&citizen, &bill, &bill, &json!({})).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        citizen.clone()
    };
    // It is 09:00 on 23 November. A minute before December, its first minute, and its last.
    pay_at(7 * 1_440 + 15 * 60 - 1, 100).await;
    pay_at(1, 200).await;
    let citizen = pay_at(31 * 1_440 - 1, 400).await;
    let statement = async |month: &str| {
        citizen.caller.get(&format!("/v1/wallet/statements/{month}")).await.unwrap()
    };
    for (month, opening, debits, credits, closing, entries) in [
        ("2026-10", 0, 0, 0, 0, 0),
        ("2026-11", 0, 100, 50_000, 49_900, 2),
        ("2026-12", 49_900, 600, 0, 49_300, 2),
        ("2027-01", 49_300, 0, 0, 49_300, 0),
        ("1900-01", 0, 0, 0, 0, 0),
        ("2199-12", 49_300, 0, 0, 49_300, 0),
    ] {
        let expected = json!({
            "month": month, "opening": yuan(opening), "debits": yuan(debits),
            "credits": yuan(credits), "closing": yuan(closing), "entries": entries,
        });
        assert_eq!(statement(month).await.body, expected, "{month}");
    }
    for month in ["2026-13", "2026", "2026-1", "now", "2026-11-01", "1899-12", "2200-01"] {
        refused(&statement(month).await, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_agency_sees_what_is_collected_for_it_and_for_nobody_else() {
    let app = TestApp::start().await;
    let (police, parking) = (app.police().await, app.other_police().await);
    let citizen = app.demo_citizen(0).await;
    let bill = app.issue(&police, &app.bill("1", DEMO_CITIZENS[0].2, 1_000)).await;
    let paid = pay(&citizen, &bill, "a", &json!({})).await;
    let fine = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 20_000).await;
    assert_eq!(pay(&citizen, &fine, "b", &json!({})).await.status, 201);
    let path = format!("/v1/received-payments/{}/refunds", paid.text_at("/id"));
    let body = json!({"available": yuan(1_000), "amount": yuan(300), "reason": "x"});
    assert_eq!(police.caller.post_once(&path, "k", &body).await.unwrap().status, 201);

    let get = async |path: &str| police.caller.get(path).await.unwrap();
    assert_eq!(get("/v1/collections").await.minor_at("/balance"), 20_700);
    let before = get("/v1/collections?at=2026-11-22T00:00:00Z").await;
    assert_eq!(
        (before.minor_at("/balance"), before.text_at("/at")),
        (0, "2026-11-22T00:00:00Z".into())
    );
    let entries = get("/v1/collections/entries").await;
    let amounts: Vec<i64> =
        (0..3).map(|n| entries.minor_at(&format!("/items/{n}/amount"))).collect();
    assert_eq!(amounts, [-300, 20_000, 1_000]);
    let month = get("/v1/collections/statements/2026-11").await;
    let sums = (month.minor_at("/credits"), month.minor_at("/debits"), month.minor_at("/closing"));
    assert_eq!((sums, &month.body["entries"]), ((21_000, 300, 20_700), &json!(3)));
    let theirs = parking.caller.get("/v1/collections").await.unwrap();
    assert_eq!((theirs.status, theirs.minor_at("/balance")), (200, 0));
    let theirs = parking.caller.get("/v1/collections/entries").await.unwrap();
    assert_eq!(theirs.body, json!({"items": []}));
    app.finish().await;
}
