//! Payments that meet.

use std::collections::BTreeSet;

use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{TestApp, outcome};

const CROWD: usize = 30;

async fn at_once(citizen: &CitizenApp, requests: &[(String, String)]) -> Vec<Reply> {
    let pay = async |(bill, key): &(String, String)| {
        let path = format!("/v1/bills/{bill}/payments");
        citizen.caller.post_once(&path, key, &json!({})).await.unwrap()
    };
    join_all(requests.iter().map(pay)).await
}

async fn wallet(citizen: &CitizenApp) -> i64 {
    citizen.caller.get("/v1/wallet").await.unwrap().minor_at("/available")
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_copies_of_one_payment_are_one_payment_and_one_answer() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let bill = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 10_000).await;
    let replies = at_once(&citizen, &vec![(bill, "k".to_owned()); CROWD]).await;
    let bodies: BTreeSet<_> = replies.iter().map(|reply| (reply.status, &reply.text)).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(replies[0].status, 201, "{}", replies[0].text);
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1);
    assert_eq!(wallet(&citizen).await, 40_000);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.payments").await, 1);
    assert_eq!(sql.count("ledger.transfers WHERE code = 'bill_payment'").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_payments_of_one_bill_pay_it_once() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let bill = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 10_000).await;
    let requests: Vec<_> = (0..CROWD).map(|n| (bill.clone(), format!("k{n}"))).collect();
    let replies = at_once(&citizen, &requests).await;
    let (paid, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 201);
    assert_eq!(paid.len(), 1);
    for reply in refused {
        let expected = (409, "payments.bill_already_paid".to_owned());
        assert_eq!(outcome(reply), expected, "{}", reply.text);
    }
    assert_eq!(wallet(&citizen).await, 40_000);
    assert_eq!(app.sql().await.count("payments.payments").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_covers_five_of_thirty_bills_pays_five() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let mut requests = Vec::new();
    for n in 0..CROWD {
        let no = format!("33010600000002{n:02}");
        let bill = app.fine(&police, &no, DEMO_CITIZENS[0].2, 10_000).await;
        requests.push((bill, format!("k{n}")));
    }
    let replies = at_once(&citizen, &requests).await;
    let paid = replies.iter().filter(|reply| reply.status == 201).count();
    let short = (402, "payments.insufficient_funds".to_owned());
    let declined = replies.iter().filter(|reply| outcome(reply) == short).count();
    assert_eq!((paid, declined), (5, CROWD - 5));
    assert_eq!(wallet(&citizen).await, 0);
    assert_eq!(app.sql().await.count("payments.payments").await, 5);
    app.finish().await;
}
