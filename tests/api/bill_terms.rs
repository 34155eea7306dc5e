//! What a bill can say besides how much: who else may pay it, in which parts, until when, and who
//! shares in it.

use chrono::TimeDelta;
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use crate::support::{TestApp, pay, refused, wallet, yuan};

const HERS: &str = DEMO_CITIZENS[0].2;
const HIS: &str = DEMO_CITIZENS[1].2;

#[tokio::test]
async fn who_is_named_as_payer_sees_and_pays_the_bill_and_learns_nothing_of_the_debtor() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let (debtor, payer) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let stranger = app.real_name("chen@citygate.example", "陈静", "11010519491231002X").await;
    app.later(TimeDelta::milliseconds(1));
    let mut bill = app.bill("school fees", HERS, 10_000);
    bill["payer"] = json!({"name": DEMO_CITIZENS[1].1, "id_number": HIS});
    let bill = app.issue(&police, &bill).await;
    let path = format!("/v1/bills/{bill}");
    refused(&stranger.caller.get(&path).await.unwrap(), 404, "payments.bill_unknown");
    refused(&pay(&stranger, &bill, "k", &json!({})).await, 404, "payments.bill_unknown");

    let seen = payer.caller.get(&path).await.unwrap();
    assert_eq!(seen.text, debtor.caller.get(&path).await.unwrap().text, "both see the same");
    let mut sql = app.sql().await;
    let people = sql.texts("SELECT replace(id::text, '-', '') AS value FROM identity.people").await;
    for secret in people.iter().map(String::as_str).chain([HERS, DEMO_CITIZENS[0].1, "debtor"]) {
        assert!(!seen.text.contains(secret), "{secret} is in {}", seen.text);
    }
    let listed = payer.caller.get("/v1/bills").await.unwrap();
    let numbers = listed.body["items"].as_array().unwrap().iter().map(|bill| &bill["external_no"]);
    assert_eq!(numbers.collect::<Vec<_>>(), ["school fees", "3301020000000045"]);

    let paid = pay(&payer, &bill, "k", &json!({})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    assert_eq!((wallet(&debtor).await, wallet(&payer).await), (50_000, 40_000));
    // The receipt is the payer's: the debtor sees that the bill is paid, not by whom or how.
    let (his, hers) =
        (payer.caller.get(&path).await.unwrap(), debtor.caller.get(&path).await.unwrap());
    assert_eq!(his.text_at("/payment_id"), paid.text_at("/id"));
    assert_eq!((hers.text_at("/state").as_str(), &hers.body["payment_id"]), ("paid", &Value::Null));
    let receipt = format!("/v1/payments/{}", paid.text_at("/id"));
    refused(&debtor.caller.get(&receipt).await.unwrap(), 404, "payments.payment_unknown");
    app.work().await;
    let id = paid.text_at("/id");
    assert_eq!((app.letters(&payer.email, &id), app.letters(&debtor.email, &id)), (1, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_bill_in_any_amount_is_paid_bit_by_bit_surcharge_first() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let mut bill = app.bill("1", HERS, 20_000);
    bill["allows_partial"] = true.into();
    bill["due_on"] = "2026-11-22".into();
    bill["surcharge"] = json!({"basis_points_per_day": 300, "cap": yuan(20_000)});
    let bill = app.issue(&police, &bill).await;
    let path = format!("/v1/bills/{bill}");
    let amount = |minor| json!({ "amount": yuan(minor) });
    for minor in [0, -1, 20_601, i64::MAX, i64::MIN] {
        let reply = pay(&citizen, &bill, &format!("k{minor}"), &amount(minor)).await;
        refused(&reply, 422, "payments.amount_not_payable");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/amount");
    }
    let dollars = json!({"amount": {"amount_minor": 600, "currency": "USD"}});
    let reply = pay(&citizen, &bill, "dollars", &dollars).await;
    refused(&reply, 422, "payments.amount_not_payable");
    let first = pay(&citizen, &bill, "a", &amount(10_600)).await;
    assert_eq!((first.minor_at("/surcharge"), first.minor_at("/principal")), (600, 10_000));
    let read = citizen.caller.get(&path).await.unwrap();
    assert_eq!(read.text_at("/state"), "open");
    assert_eq!((read.minor_at("/paid/surcharge"), read.minor_at("/paid/principal")), (600, 10_000));
    assert_eq!(read.minor_at("/amount_due/total"), 10_000);
    // Midnight in Hangzhou: another day of lateness, on the half that is unpaid.
    app.later_with(&mut citizen, TimeDelta::hours(15)).await;
    let read = citizen.caller.get(&path).await.unwrap();
    assert_eq!(
        (read.minor_at("/amount_due/surcharge"), read.minor_at("/amount_due/total")),
        (300, 10_300)
    );
    let shown = json!({"expected": yuan(10_000), "amount": yuan(10_000)});
    refused(&pay(&citizen, &bill, "b", &shown).await, 409, "payments.amount_changed");
    let last = pay(&citizen, &bill, "c", &json!({"expected": yuan(10_300)})).await;
    assert_eq!((last.minor_at("/surcharge"), last.minor_at("/principal")), (300, 10_000));
    let read = citizen.caller.get(&path).await.unwrap();
    assert_eq!(
        (read.text_at("/state"), read.text_at("/payment_id")),
        ("paid".into(), last.text_at("/id"))
    );
    assert_eq!(read.body["paid"]["payments"], 2);
    refused(&pay(&citizen, &bill, "d", &amount(1)).await, 409, "payments.bill_already_paid");
    app.work().await;
    for payment in [&first, &last] {
        assert_eq!(app.letters(&citizen.email, &payment.text_at("/id")), 1, "a receipt for each");
    }
    app.finish().await;
}

#[tokio::test]
async fn instalments_are_paid_in_their_order_and_as_many_at_a_time_as_one_likes() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let mut bill = app.bill("1", HERS, 9_000);
    bill["due_on"] = "2026-11-30".into();
    bill["instalments"] = json!([
        {"amount": yuan(4_000), "due_on": "2026-11-30"},
        {"amount": yuan(3_000), "due_on": "2026-12-31"},
        {"amount": yuan(2_000), "due_on": "2027-01-31"},
    ]);
    let bill = app.issue(&police, &bill).await;
    let read = async |citizen: &citygate::demo::actors::CitizenApp| {
        citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap()
    };
    for minor in [1, 3_999, 4_001, 6_999, 8_999] {
        let body = json!({ "amount": yuan(minor) });
        let reply = pay(&citizen, &bill, &format!("k{minor}"), &body).await;
        refused(&reply, 422, "payments.amount_not_payable");
    }
    let paid = pay(&citizen, &bill, "a", &json!({ "amount": yuan(4_000) })).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    let next = read(&citizen).await;
    assert_eq!(next.minor_at("/amount_due/next/amount"), 3_000);
    assert_eq!(next.text_at("/amount_due/next/due_on"), "2026-12-31");
    // 2 January: the second is late, without surcharge.
    app.later_with(&mut citizen, TimeDelta::days(40)).await;
    let late = read(&citizen).await;
    assert_eq!(
        (late.text_at("/amount_due/days_late"), late.minor_at("/amount_due/total")),
        ("2".into(), 5_000)
    );
    let paid = pay(&citizen, &bill, "b", &json!({ "amount": yuan(5_000) })).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    assert_eq!(read(&citizen).await.text_at("/state"), "paid");
    app.finish().await;
}

#[tokio::test]
async fn what_is_paid_is_shared_out_to_the_minor_unit_however_it_is_paid() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (water, waste) = (app.other_agency().await, app.other_agency().await);
    let mut bill = app.bill("1", HERS, 10_000);
    bill["allows_partial"] = true.into();
    bill["shares"] = json!([
        {"agency_id": citygate_traffic::POLICE, "parts": 1},
        {"agency_id": water, "parts": 1},
        {"agency_id": waste, "parts": 1},
    ]);
    let bill = app.issue(&police, &bill).await;
    for (key, minor) in [("a", 1), ("b", 1), ("c", 98), ("d", 9_900)] {
        let paid = pay(&citizen, &bill, key, &json!({ "amount": yuan(minor) })).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        let read = police.caller.get(&format!("/v1/issued-bills/{bill}")).await.unwrap();
        let received: Vec<i64> =
            (0..3).map(|n| read.minor_at(&format!("/shares/{n}/received"))).collect();
        let paid = read.minor_at("/paid/total");
        assert_eq!(received.iter().sum::<i64>(), paid);
        assert!(received.iter().all(|minor| (minor * 3 - paid).abs() < 3), "{received:?}");
    }
    let mut sql = app.sql().await;
    let balances = "SELECT concat(owner_id = '{}', ' ', credits_posted) AS value \
         FROM ledger.balances JOIN ledger.accounts a ON a.id = account_id \
         WHERE code = 'agency_payable' ORDER BY credits_posted DESC";
    let police_id = citygate_traffic::POLICE.uuid().to_string();
    let found = sql.texts(&balances.replace("{}", &police_id)).await;
    assert_eq!(found, ["t 3334", "f 3333", "f 3333"], "the unit that is left to the first named");
    app.finish().await;
}

#[tokio::test]
async fn a_bill_whose_time_is_over_cannot_be_paid_even_before_anybody_has_written_that_down() {
    let app = TestApp::start().await;
    let mut police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let mut body = app.bill("1", HERS, 1_000);
    body["expires_at"] = "2026-11-23T02:00:00Z".into();
    let bill = app.issue(&police, &body).await;
    let mut taken_back = body.clone();
    taken_back["external_no"] = "2".into();
    let cancelled = app.issue(&police, &taken_back).await;
    let path = format!("/v1/issued-bills/{cancelled}/cancellation");
    let reason = json!({"reason": "a mistake"});
    assert_eq!(police.caller.post_once(&path, "c", &reason).await.unwrap().status, 200);
    app.work().await;
    app.later_with(&mut citizen, TimeDelta::hours(1) - TimeDelta::microseconds(1)).await;
    let seen = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!(seen.text_at("/state"), "open", "up to the last moment");
    app.later(TimeDelta::microseconds(1));
    refused(&pay(&citizen, &bill, "k", &json!({})).await, 409, "payments.bill_expired");
    let seen = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!(
        (seen.text_at("/state").as_str(), &seen.body["amount_due"]),
        ("expired", &Value::Null)
    );

    let mut sql = app.sql().await;
    let told = "platform.events, jsonb_array_elements(payload) piece \
         WHERE name = 'payments.bill_expired'";
    let written = "payments.bills WHERE state = 'expired'";
    assert_eq!((sql.count(told).await, sql.count(written).await), (0, 0), "nobody has looked yet");
    app.work().await;
    assert_eq!((sql.count(told).await, sql.count(written).await), (1, 1));
    // A worker may die after its work: the same job again tells nobody.
    sql.run(&format!(
        "INSERT INTO platform.jobs (id, kind, payload, run_at, created_at) \
         VALUES (gen_random_uuid(), 'payments.expire_bill', '{{\"bill\": \"{bill}\"}}', now(), now())"
    ))
    .await;
    app.work().await;
    assert_eq!((sql.count(told).await, sql.count(written).await), (1, 1));
    refused(&pay(&citizen, &bill, "l", &json!({})).await, 409, "payments.bill_expired");
    app.authenticate(&mut police).await;
    let again = police.caller.post_once("/v1/issued-bills", "fresh", &body).await.unwrap();
    assert_eq!(
        (again.status, again.text_at("/state").as_str()),
        (200, "expired"),
        "{}",
        again.text
    );
    assert_eq!(wallet(&citizen).await, 50_000);
    app.finish().await;
}
