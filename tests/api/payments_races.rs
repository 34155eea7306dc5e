//! Payments that meet.

use std::collections::BTreeSet;

use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{TestApp, outcome, pay, wallet, yuan};

const CROWD: usize = 100;

/// Payments of bills, each under its key, all at the same time.
async fn at_once(citizen: &CitizenApp, requests: &[(String, String)]) -> Vec<Reply> {
    let nothing = json!({});
    join_all(requests.iter().map(|(bill, key)| pay(citizen, bill, key, &nothing))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_copies_of_one_payment_are_one_payment_and_one_answer() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let bill = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 10_000).await;
    let copies = vec![(bill.clone(), "k".to_owned()); CROWD];
    let replies = at_once(&citizen, &copies).await;
    // Where two of them are under way, a third is asked to come back for the answer.
    let busy = (409, "request.in_progress".to_owned());
    let (told, asked): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| outcome(reply) != busy);
    let answers: BTreeSet<_> = told.iter().map(|reply| (reply.status, &reply.text)).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(told[0].status, 201, "{}", told[0].text);
    assert_eq!(told.iter().filter(|reply| !reply.replayed).count(), 1);
    assert!(asked.iter().all(|reply| reply.body["retryable"] == true));
    let again = pay(&citizen, &bill, "k", &json!({})).await;
    assert_eq!((again.status, again.replayed, &again.text), (201, true, &told[0].text));
    assert_eq!(wallet(&citizen).await, 40_000);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.payments").await, 1);
    assert_eq!(sql.count("ledger.transfers WHERE code = 'bill_payment'").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_payments_of_one_bill_by_two_who_may_pay_it_pay_it_once() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let (debtor, payer) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let mut bill = app.bill("1", DEMO_CITIZENS[0].2, 10_000);
    bill["payer"] = json!({"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2});
    let bill = app.issue(&police, &bill).await;
    let requests: Vec<_> = (0..CROWD / 2).map(|n| (bill.clone(), format!("k{n}"))).collect();
    let (mine, yours) =
        futures_util::future::join(at_once(&debtor, &requests), at_once(&payer, &requests)).await;
    let (paid, refused): (Vec<_>, Vec<_>) =
        mine.iter().chain(&yours).partition(|reply| reply.status == 201);
    assert_eq!(paid.len(), 1);
    for reply in refused {
        let expected = (409, "payments.bill_already_paid".to_owned());
        assert_eq!(outcome(reply), expected, "{}", reply.text);
    }
    assert_eq!(wallet(&debtor).await + wallet(&payer).await, 90_000);
    assert_eq!(app.sql().await.count("payments.payments").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_covers_five_of_thirty_bills_pays_five() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let mut requests = Vec::new();
    for n in 0..30 {
        let no = format!("33010600000002{n:02}");
        let bill = app.fine(&police, &no, DEMO_CITIZENS[0].2, 10_000).await;
        requests.push((bill, format!("k{n}")));
    }
    let replies = at_once(&citizen, &requests).await;
    let paid = replies.iter().filter(|reply| reply.status == 201).count();
    let short = (402, "payments.insufficient_funds".to_owned());
    let declined = replies.iter().filter(|reply| outcome(reply) == short).count();
    assert_eq!((paid, declined), (5, 25));
    assert_eq!(wallet(&citizen).await, 0);
    assert_eq!(app.sql().await.count("payments.payments").await, 5);
    app.finish().await;
}

/// A bill in any amount that is three days late, so that 9 % have been added to it.
fn late_in_parts(app: &TestApp, minor: i64) -> Value {
    let mut bill = app.bill("parts", DEMO_CITIZENS[0].2, minor);
    bill["allows_partial"] = true.into();
    bill["due_on"] = "2026-11-20".into();
    bill["surcharge"] = json!({"basis_points_per_day": 300, "cap": yuan(minor)});
    bill
}

#[tokio::test(flavor = "multi_thread")]
async fn part_payments_that_race_never_come_to_more_than_the_bill() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let bill = app.issue(&police, &late_in_parts(&app, 10_000)).await;
    // 10,900 are due; each pays 700: fifteen fit, and 400 are left.
    let part = json!({ "amount": yuan(700) });
    let keys: Vec<_> = (0..CROWD).map(|n| format!("k{n}")).collect();
    let replies = join_all(keys.iter().map(|key| pay(&citizen, &bill, key, &part))).await;
    let paid: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(paid.len(), 15);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        let expected = (422, "payments.amount_not_payable".to_owned());
        assert_eq!(outcome(reply), expected, "{}", reply.text);
    }
    let sum = |pointer| paid.iter().map(|reply| reply.minor_at(pointer)).sum::<i64>();
    assert_eq!((sum("/surcharge"), sum("/principal")), (900, 9_600));
    let read = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!(read.minor_at("/amount_due/total"), 400);
    assert_eq!(
        (read.minor_at("/paid/total"), &read.body["paid"]["payments"]),
        (10_500, &json!(15))
    );
    let settled = pay(&citizen, &bill, "last", &json!({})).await;
    assert_eq!((settled.status, settled.minor_at("/principal")), (201, 400), "{}", settled.text);
    assert_eq!(wallet(&citizen).await, 50_000 - 10_900);
    let mut sql = app.sql().await;
    let news = "platform.events, jsonb_array_elements(payload) WHERE name =";
    assert_eq!(sql.count(&format!("{news} 'payments.payment_made'")).await, 16);
    assert_eq!(sql.count(&format!("{news} 'payments.bill_paid'")).await, 1);
    app.finish().await;
}
