//! Money that goes back.

use std::collections::BTreeSet;

use citygate::demo::actors::{CitizenApp, Reply, System};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, pay, refused, wallet, yuan};

const HERS: &str = DEMO_CITIZENS[0].2;

async fn refund(system: &System, payment: &str, key: &str, body: &Value) -> Reply {
    let path = format!("/v1/received-payments/{payment}/refunds");
    system.caller.post_once(&path, key, body).await.unwrap()
}

async fn received(system: &System, payment: &str) -> Reply {
    system.caller.get(&format!("/v1/received-payments/{payment}")).await.unwrap()
}

fn whole(available: i64) -> Value {
    json!({"available": yuan(available), "reason": "paid by mistake"})
}

fn some(available: i64, minor: i64) -> Value {
    json!({"available": yuan(available), "amount": yuan(minor), "reason": "paid by mistake"})
}

fn lines(available: i64, lines: &[(i64, i64)]) -> Value {
    let line = |(n, minor): &(i64, i64)| json!({"n": n, "amount": yuan(*minor)});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    json!({"available": yuan(available), "lines": lines, "reason": "not delivered"})
}

/// A bill of the police that the demo citizen has paid. Returns bill and payment.
async fn paid(
    app: &TestApp,
    police: &System,
    citizen: &CitizenApp,
    bill: &Value,
) -> (String, String) {
    let bill = app.issue(police, bill).await;
    let paid = pay(citizen, &bill, &bill, &json!({})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    (bill, paid.text_at("/id"))
}

/// What was collected for an agency and did not go back.
async fn collected(app: &TestApp, agency: AgencyId) -> i64 {
    let query = "SELECT (credits_posted - debits_posted)::text AS value FROM ledger.balances \
         JOIN ledger.accounts a ON a.id = account_id \
         WHERE code = 'agency_payable' AND owner_id = ";
    let balance = app.sql().await.texts(&format!("{query}'{}'", agency.uuid())).await;
    balance.first().map_or(0, |minor| minor.parse().unwrap())
}

#[tokio::test]
async fn a_payment_goes_back_in_parts_and_never_more_than_was_paid() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (bill, payment) = paid(&app, &police, &citizen, &app.bill("1", HERS, 10_000)).await;
    let before = received(&police, &payment).await;
    assert_eq!((before.minor_at("/available"), before.minor_at("/refunded")), (10_000, 0));
    assert_eq!(before.body["refunds"], json!([]));
    assert!(!before.text.contains(DEMO_CITIZENS[0].1) && !before.text.contains("payer"));

    let first = refund(&police, &payment, "a", &some(10_000, 3_000)).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.minor_at("/amount"), 3_000);
    assert_eq!(wallet(&citizen).await, 43_000);
    let again = refund(&police, &payment, "a", &some(10_000, 3_000)).await;
    assert_eq!((again.status, again.replayed, &again.text), (201, true, &first.text));
    assert_eq!(wallet(&citizen).await, 43_000);

    for (n, (body, status, code)) in [
        (some(10_000, 1), 412, "payments.refund_available_changed"),
        (some(7_001, 1), 412, "payments.refund_available_changed"),
        (some(7_000, 7_001), 409, "payments.refund_too_large"),
        (lines(7_000, &[(1, 1)]), 422, "payments.line_unknown"),
    ]
    .into_iter()
    .enumerate()
    {
        refused(&refund(&police, &payment, &format!("k{n}"), &body).await, status, code);
    }
    let rest = refund(&police, &payment, "b", &whole(7_000)).await;
    assert_eq!((rest.status, rest.minor_at("/amount")), (201, 7_000), "{}", rest.text);
    refused(&refund(&police, &payment, "c", &whole(0)).await, 409, "payments.refund_too_large");
    assert_eq!(wallet(&citizen).await, 50_000);
    assert_eq!(collected(&app, citygate_traffic::POLICE).await, 0);

    let after = received(&police, &payment).await;
    assert_eq!((after.minor_at("/available"), after.minor_at("/refunded")), (0, 10_000));
    let ids: Vec<&Value> =
        after.body["refunds"].as_array().unwrap().iter().map(|refund| &refund["id"]).collect();
    assert_eq!(BTreeSet::from_iter(ids.iter().map(|id| id.as_str().unwrap())).len(), 2);
    let read = police.caller.get(&format!("/v1/refunds/{}", first.text_at("/id"))).await.unwrap();
    assert_eq!((read.status, read.text), (200, first.text));
    // The bill stays paid: nothing is due again, and it cannot be taken back.
    let seen = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!((seen.text_at("/state").as_str(), &seen.body["amount_due"]), ("paid", &Value::Null));
    let path = format!("/v1/issued-bills/{bill}/cancellation");
    let cancelled = police.caller.post_once(&path, "d", &json!({"reason": "x"})).await.unwrap();
    refused(&cancelled, 409, "payments.bill_has_payments");
    app.finish().await;
}

#[tokio::test]
async fn the_payer_sees_what_went_back_and_is_told_once_in_the_own_language() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (_, payment) = paid(&app, &police, &citizen, &app.bill("W-7", HERS, 10_000)).await;
    let path = format!("/v1/payments/{payment}");
    let before = citizen.caller.get(&path).await.unwrap();
    assert_eq!((&before.body["refunded"], &before.body["refunds"]), (&Value::Null, &Value::Null));
    let made = refund(&police, &payment, "a", &some(10_000, 2_500)).await;
    let seen = citizen.caller.get(&path).await.unwrap();
    assert_eq!(seen.minor_at("/refunded"), 2_500);
    assert_eq!(seen.body["refunds"], json!([made.body]));
    assert_eq!(seen.minor_at("/total"), 10_000, "what was paid was paid");
    let listed = citizen.caller.get("/v1/payments").await.unwrap();
    assert_eq!(listed.minor_at("/items/0/refunded"), 2_500);
    refused(
        &app.demo_citizen(1).await.caller.get(&path).await.unwrap(),
        404,
        "payments.payment_unknown",
    );

    let mut sql = app.sql().await;
    let chinese = "UPDATE identity.accounts SET locale = 'zh-CN'";
    app.work().await;
    let id = made.text_at("/id");
    assert_eq!(app.letters(&citizen.email, &id), 1);
    sql.run(chinese).await;
    let second = refund(&police, &payment, "b", &whole(7_500)).await.text_at("/id");
    app.work().await;
    assert_eq!(app.letters(&citizen.email, &second), 1);
    // News that is heard twice is told once.
    sql.run("UPDATE platform.events SET dispatched_at = NULL").await;
    app.work().await;
    assert_eq!((app.letters(&citizen.email, &id), app.letters(&citizen.email, &second)), (1, 1));
    assert_eq!(sql.count("payments.refund_letters").await, 2);
    let told = "SELECT concat_ws(' ', piece->>'refund', piece->>'payment', piece->>'issuer') \
         AS value FROM platform.events, jsonb_array_elements(payload) piece \
         WHERE name = 'payments.refund_made'";
    let mut expected = [id, second].map(|refund| format!("{refund} {payment} payments"));
    expected.sort();
    let mut told = sql.texts(told).await;
    told.sort();
    assert_eq!(told, expected);
    app.finish().await;
}

#[tokio::test]
async fn lines_go_back_up_to_what_is_left_of_each() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let mut bill = app.bill("1", HERS, 10_000);
    let line = |minor| json!({"text": {"en": "Lesson", "zh": "课程"}, "amount": yuan(minor)});
    bill["lines"] = json!([line(6_000), line(4_000)]);
    let (bill, payment) = paid(&app, &police, &citizen, &bill).await;
    let first = refund(&police, &payment, "a", &lines(10_000, &[(1, 2_000), (2, 4_000)])).await;
    assert_eq!((first.status, first.minor_at("/amount")), (201, 6_000), "{}", first.text);
    assert_eq!(first.body["lines"][1], json!({"n": 2, "amount": yuan(4_000)}));
    let read = police.caller.get(&format!("/v1/issued-bills/{bill}")).await.unwrap();
    let taken = |n: usize| read.minor_at(&format!("/lines/{n}/refunded"));
    assert_eq!((taken(0), taken(1)), (2_000, 4_000));
    let mut contradictory = lines(4_000, &[(1, 1_000)]);
    contradictory["amount"] = yuan(999);
    for (n, (body, status, code)) in [
        (lines(4_000, &[(2, 1)]), 409, "payments.refund_too_large"),
        (lines(4_000, &[(1, 4_001)]), 409, "payments.refund_too_large"),
        (lines(4_000, &[(3, 1)]), 422, "payments.line_unknown"),
        (lines(4_000, &[(1, 1), (1, 1)]), 422, "payments.refund_unsound"),
        (contradictory, 422, "payments.refund_unsound"),
    ]
    .into_iter()
    .enumerate()
    {
        refused(&refund(&police, &payment, &format!("k{n}"), &body).await, status, code);
    }
    let mut agreeing = lines(4_000, &[(1, 1_000)]);
    agreeing["amount"] = yuan(1_000);
    assert_eq!(refund(&police, &payment, "b", &agreeing).await.status, 201);
    // A refund that names no line takes of the payment only; then less is left than of the line.
    assert_eq!(refund(&police, &payment, "c", &some(3_000, 2_000)).await.status, 201);
    let more = refund(&police, &payment, "d", &lines(1_000, &[(1, 1_001)])).await;
    refused(&more, 409, "payments.refund_too_large");
    assert_eq!(refund(&police, &payment, "e", &lines(1_000, &[(1, 1_000)])).await.status, 201);
    assert_eq!(wallet(&citizen).await, 50_000);
    app.finish().await;
}

#[tokio::test]
async fn each_agency_gives_back_its_part_and_all_of_it_gives_back_exactly_what_it_received() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (water, waste) = (app.other_agency().await, app.other_agency().await);
    let agencies = [citygate_traffic::POLICE, water, waste];
    let mut bill = app.bill("1", HERS, 10_000);
    bill["shares"] = json!([
        {"agency_id": agencies[0], "parts": 70},
        {"agency_id": agencies[1], "parts": 20},
        {"agency_id": agencies[2], "parts": 11},
    ]);
    let (_, payment) = paid(&app, &police, &citizen, &bill).await;
    let shares = async || received(&police, &payment).await.body["shares"].clone();
    let (mut left, mut now) = (10_000, shares().await);
    let minor =
        |now: &Value, n: usize, member: &str| now[n][member]["amount_minor"].as_i64().unwrap();
    for (n, part) in [1, 1, 1, 97, 3_333, 6_567].into_iter().enumerate() {
        let body = some(left, part);
        let made = refund(&police, &payment, &format!("k{n}"), &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        left -= part;
        now = shares().await;
        let refunded: Vec<i64> = (0..3).map(|n| minor(&now, n, "refunded")).collect();
        assert_eq!(refunded.iter().sum::<i64>(), 10_000 - left);
        for (n, agency) in agencies.into_iter().enumerate() {
            let received = minor(&now, n, "amount");
            assert!(refunded[n] <= received);
            assert_eq!(collected(&app, agency).await, received - refunded[n]);
        }
    }
    assert!((0..3).all(|n| minor(&now, n, "refunded") == minor(&now, n, "amount")), "{now}");
    assert_eq!(wallet(&citizen).await, 50_000);
    app.finish().await;
}

#[tokio::test]
async fn one_of_many_payments_of_a_bill_goes_back_alone() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let (debtor, payer) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let mut bill = app.bill("1", HERS, 10_000);
    bill["allows_partial"] = true.into();
    bill["payer"] = json!({"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2});
    let bill = app.issue(&police, &bill).await;
    let part = json!({ "amount": yuan(4_000) });
    let mine = pay(&debtor, &bill, "k", &part).await.text_at("/id");
    let yours = pay(&payer, &bill, "k", &part).await.text_at("/id");
    let made = refund(&police, &yours, "a", &whole(4_000)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((wallet(&debtor).await, wallet(&payer).await), (46_000, 50_000), "to whom it was");
    assert_eq!(received(&police, &mine).await.minor_at("/available"), 4_000);
    // What was paid stays paid: 2,000 are left to pay, as before.
    let seen = debtor.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!((seen.minor_at("/amount_due/total"), seen.minor_at("/paid/total")), (2_000, 8_000));
    app.finish().await;
}

#[tokio::test]
async fn a_payment_is_there_for_the_agency_alone_to_which_it_was_made() {
    let app = TestApp::start().await;
    let (police, parking) = (app.police().await, app.other_police().await);
    let citizen = app.demo_citizen(0).await;
    // A fine, which a service of the city has issued for the police: theirs to pay back too.
    let fine = app.fine(&police, "3301060000000200", HERS, 20_000).await;
    let payment = pay(&citizen, &fine, "k", &json!({})).await.text_at("/id");
    let nothing = format!("paym_330100_{}", "0".repeat(32));
    for (system, payment) in [(&parking, &payment), (&police, &nothing)] {
        refused(&received(system, payment).await, 404, "payments.payment_unknown");
        let made = refund(system, payment, payment, &whole(20_000)).await;
        refused(&made, 404, "payments.payment_unknown");
    }
    let made = refund(&police, &payment, "k", &whole(20_000)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/v1/refunds/{}", made.text_at("/id"));
    refused(&parking.caller.get(&path).await.unwrap(), 404, "payments.refund_unknown");
    assert_eq!(police.caller.get(&path).await.unwrap().status, 200);
    assert_eq!(wallet(&citizen).await, 50_000);
    let decision = police.caller.get("/v1/traffic/decisions/3301060000000200").await.unwrap();
    assert_eq!(decision.text_at("/state"), "paid", "the fine stays paid");
    app.finish().await;
}

#[tokio::test]
async fn a_refund_says_what_it_expects_and_why() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (_, payment) = paid(&app, &police, &citizen, &app.bill("1", HERS, 10_000)).await;
    let dollars = json!({"amount_minor": 1, "currency": "USD"});
    for (member, value) in [
        ("available", Value::Null),
        ("available", yuan(-1)),
        ("available", dollars.clone()),
        ("amount", Value::Null),
        ("amount", yuan(0)),
        ("amount", dollars),
        ("lines", json!([])),
        ("lines", json!([{"n": 0, "amount": yuan(1)}])),
        ("lines", json!([{"n": 101, "amount": yuan(1)}])),
        ("reason", json!("")),
        ("reason", json!("x".repeat(501))),
        ("unknown", json!(1)),
    ] {
        let mut body = whole(10_000);
        body[member] = value;
        refused(&refund(&police, &payment, "k", &body).await, 400, "request.invalid_body");
    }
    let path = format!("/v1/received-payments/{payment}/refunds");
    let keyless = police.caller.post(&path, &whole(10_000)).await.unwrap();
    refused(&keyless, 400, "request.idempotency_key_required");
    let request =
        police.caller.request(reqwest::Method::POST, &path).header("Idempotency-Key", "k");
    let request = request.header("Accept-Language", "zh-CN").json(&whole(1));
    let changed = Answer::to(request).await;
    assert_eq!(
        (changed.status, changed.problem()),
        (412, "payments.refund_available_changed".into())
    );
    assert_eq!(changed.body["title"], "可退金额与请求不符");
    assert_eq!(wallet(&citizen).await, 40_000);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_refunds_of_a_tenth_each_ten_are_made() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (_, payment) = paid(&app, &police, &citizen, &app.bill("1", HERS, 10_000)).await;
    // Each clerk tries until the tenth is paid back or nothing is left to pay back.
    let clerk = async |n: i64| {
        let mut available = 10_000 - n % 10 * 1_000;
        for attempt in 0.. {
            let key = format!("clerk-{n}-{attempt}");
            let made = refund(&police, &payment, &key, &some(available, 1_000)).await;
            match made.status {
                201 => return 1,
                412 => available = received(&police, &payment).await.minor_at("/available"),
                409 => assert_eq!(made.text_at("/code"), "payments.refund_too_large"),
                _ => panic!("{}", made.text),
            }
            if available == 0 {
                return 0;
            }
        }
        0
    };
    let made: i64 = join_all((0..100).map(clerk)).await.into_iter().sum();
    assert_eq!(made, 10);
    assert_eq!(wallet(&citizen).await, 50_000);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.refunds").await, 10);
    assert_eq!(sql.count("ledger.transfers WHERE code = 'refund'").await, 10);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_copies_of_one_refund_are_one_refund_and_one_answer() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let (_, payment) = paid(&app, &police, &citizen, &app.bill("1", HERS, 10_000)).await;
    let body = some(10_000, 1_000);
    let copies = (0..100).map(|_| refund(&police, &payment, "k", &body));
    let replies = join_all(copies).await;
    let bodies: BTreeSet<_> = replies.iter().map(|reply| (reply.status, &reply.text)).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(replies[0].status, 201, "{}", replies[0].text);
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1);
    assert_eq!(wallet(&citizen).await, 41_000);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_and_refunds_of_one_bill_that_meet_keep_the_books_right() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let mut bill = app.bill("1", HERS, 20_000);
    bill["allows_partial"] = true.into();
    let water = app.other_agency().await;
    bill["shares"] = json!([
        {"agency_id": citygate_traffic::POLICE, "parts": 1}, {"agency_id": water, "parts": 2},
    ]);
    let bill = app.issue(&police, &bill).await;
    let part = json!({ "amount": yuan(1_000) });
    let round = async |n: i64| {
        let paid = pay(&citizen, &bill, &format!("k{n}"), &part).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        let payment = paid.text_at("/id");
        let made = refund(&police, &payment, &format!("k{n}"), &some(1_000, 100 * n + 1)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    };
    join_all((0..9).map(round)).await;
    let refunded: i64 = (0..9).map(|n| 100 * n + 1).sum();
    assert_eq!(wallet(&citizen).await, 50_000 - 9_000 + refunded);
    let both = collected(&app, citygate_traffic::POLICE).await + collected(&app, water).await;
    assert_eq!(both, 9_000 - refunded);
    app.finish().await;
}
