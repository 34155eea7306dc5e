//! Refunds, credit, deposits, and relatives who pay.

use chrono::TimeDelta;
use citygate_identity::DEMO_CITIZENS;
use citygate_sandbox::insurer::Behaviour;
use futures_util::future::join3;
use serde_json::json;

use super::{Fees, charge};
use crate::support::{pay, refused, wallet, yuan};

#[tokio::test]
async fn lines_are_refunded_to_the_patient_and_to_the_insurer() {
    let fees = Fees::start().await;
    let id = fees.settled("C-1").await;
    assert_eq!(wallet(&fees.patient).await, 44_000);
    let second = json!({"refund_no": "R-1", "lines": [2], "reason": "Not given out"});
    fees.app.insurer().behave([Behaviour::ErrorAfter, Behaviour::Error500]);
    let refund = fees.refund("C-1", "one", &second).await;
    assert_eq!((refund.status, refund.minor_at("/own")), (201, 1_000), "{}", refund.text);
    assert_eq!(refund.minor_at("/insurance"), 9_000);
    assert_eq!(wallet(&fees.patient).await, 45_000, "at once");
    // The same number again, under another key: nothing more goes back.
    let again = fees.refund("C-1", "two", &second).await;
    assert_eq!((again.status, again.text_at("/id")), (201, refund.text_at("/id")));
    let other = json!({"refund_no": "R-1", "lines": [1], "reason": "Not given out"});
    refused(&fees.refund("C-1", "three", &other).await, 409, "hospital.refund_differs");
    for (key, lines) in [("four", json!([2])), ("five", json!([4]))] {
        let body = json!({"refund_no": key, "lines": lines, "reason": "Test"});
        refused(&fees.refund("C-1", key, &body).await, 422, "hospital.line_not_refundable");
    }
    fees.app.work().await;
    fees.later().await;
    fees.later().await;
    assert_eq!(fees.app.insurer().settlements()[0].returned, [2]);
    assert_eq!(fees.state(&id).await, "partly_refunded");
    let rest = json!({"refund_no": "R-2", "lines": [1, 3], "reason": "Not given out"});
    assert_eq!(fees.refund("C-1", "rest", &rest).await.status, 201);
    fees.app.work().await;
    assert_eq!((fees.state(&id).await.as_str(), wallet(&fees.patient).await), ("refunded", 50_000));
    let path = format!("/v1/hospital/charges/{id}/receipt");
    let receipt = fees.patient.caller.get(&path).await.unwrap();
    assert_eq!(receipt.text_at("/state"), "refunded");
    let mut sql = fees.app.sql().await;
    assert_eq!(sql.count("hospital.charge_refunds WHERE state <> 'done'").await, 0);
    fees.app.finish().await;
}

#[tokio::test]
async fn a_visit_may_be_paid_later_up_to_a_limit() {
    let fees = Fees::start().await;
    let alone = |n: usize| format!("alone-{n}");
    let mut bills = Vec::new();
    for n in 0..5 {
        let id = fees.charge(&format!("C-{n}")).await;
        fees.act(&id, "own-settlement", &alone(n), &json!({})).await;
        let credit = fees.act(&id, "credit", &format!("credit-{n}"), &json!({})).await;
        if n == 4 {
            refused(&credit, 409, "hospital.credit_too_large");
            break;
        }
        assert_eq!((credit.status, credit.text_at("/state").as_str()), (200, "settled"));
        bills.push(credit.text_at("/settlement/bill_id"));
        let path = format!("/v1/hospital/charges/{id}/receipt");
        let receipt = fees.patient.caller.get(&path).await.unwrap();
        refused(&receipt, 404, "hospital.receipt_unknown");
        let body = json!({"refund_no": "R", "lines": [1], "reason": "Test"});
        let refund = fees.refund(&format!("C-{n}"), &alone(n), &body).await;
        refused(&refund, 409, "hospital.charge_not_settled");
    }
    let bill = fees.patient.caller.get(&format!("/v1/bills/{}", bills[0])).await.unwrap();
    let due_on = fees.app.today() + TimeDelta::days(10);
    assert_eq!(bill.text_at("/due_on"), due_on.to_string(), "{}", bill.text);
    fees.pay(&bills[0]).await;
    fees.app.work().await;
    let list = fees.patient.caller.get("/v1/hospital/charges?limit=5").await.unwrap();
    let items = list.body["items"].as_array().unwrap();
    let first = items.iter().find(|charge| charge["charge_no"] == "C-0").unwrap();
    assert_eq!(first["settlement"]["receipt"], json!(true), "{}", list.text);
    fees.app.finish().await;
}

#[tokio::test]
async fn who_is_too_late_is_granted_nothing_more() {
    let mut fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    fees.act(&id, "own-settlement", "one", &json!({})).await;
    assert_eq!(fees.act(&id, "credit", "two", &json!({})).await.status, 200);
    fees.app.later_with(&mut fees.patient, TimeDelta::days(18)).await;
    fees.app.authenticate(&mut fees.hospital).await;
    let id = fees.charge("C-2").await;
    fees.act(&id, "own-settlement", "three", &json!({})).await;
    let late = fees.act(&id, "credit", "four", &json!({})).await;
    refused(&late, 409, "hospital.credit_stopped");
    fees.app.finish().await;
}

#[tokio::test]
async fn a_relative_may_pay_and_sees_no_charge() {
    let fees = Fees::start().await;
    let relative = fees.app.demo_citizen(1).await;
    let mut body = charge();
    body["payer"] = json!({"name": "王芳", "id_number": DEMO_CITIZENS[1].2});
    let put = fees.put("C-1", &body).await;
    assert_eq!(put.status, 201, "{}", put.text);
    let id = put.text_at("/id");
    let bill = fees.pre_settled(&id).await;
    let path = format!("/v1/hospital/charges/{id}");
    refused(&relative.caller.get(&path).await.unwrap(), 404, "hospital.charge_unknown");
    let paid = pay(&relative, &bill, "pay", &json!({})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    fees.app.work().await;
    assert_eq!(fees.state(&id).await, "settled");
    assert_eq!((wallet(&fees.patient).await, wallet(&relative).await), (50_000, 44_000));
    let all = json!({"refund_no": "R-1", "lines": [1, 2, 3], "reason": "Test"});
    assert_eq!(fees.refund("C-1", "all", &all).await.status, 201);
    assert_eq!(wallet(&relative).await, 50_000, "it goes back to whom it came from");
    fees.app.finish().await;
}

#[tokio::test]
async fn charges_are_paid_from_a_deposit_and_the_rest_is_released() {
    let fees = Fees::start().await;
    let path = format!("/v1/hospital/visits/{}/deposit", fees.visit);
    let put = async |key: &str, minor: i64| {
        fees.patient.caller.post_once(&path, key, &json!({"amount": yuan(minor)})).await.unwrap()
    };
    refused(&put("much", 60_000).await, 402, "payments.insufficient_funds");
    refused(&put("more", 2_000_001).await, 422, "hospital.deposit_too_large");
    let deposit = put("put", 10_000).await;
    assert_eq!((deposit.status, deposit.minor_at("/held")), (201, 10_000), "{}", deposit.text);
    assert_eq!(wallet(&fees.patient).await, 40_000, "nobody else can have it");
    refused(&put("again", 1_000).await, 409, "payments.deposit_held");
    let from_deposit = async |number: &str, key: &str| {
        let path = format!("{}/deposit-payment", fees.path(number));
        fees.hospital.caller.post_once(&path, key, &json!({})).await.unwrap()
    };
    let id = fees.charge("C-1").await;
    refused(&from_deposit("C-1", "early").await, 409, "hospital.nothing_to_pay");
    fees.pre_settled(&id).await;
    let paid = from_deposit("C-1", "pay").await;
    assert_eq!((paid.status, paid.minor_at("/held")), (201, 4_000), "{}", paid.text);
    assert_eq!(paid.minor_at("/used"), 6_000);
    let again = from_deposit("C-1", "pay").await;
    assert_eq!((again.replayed, again.text), (true, paid.text));
    fees.app.work().await;
    assert_eq!(fees.state(&id).await, "settled");
    assert_eq!(wallet(&fees.patient).await, 40_000);
    // The next one is too large for what is left; nothing of it happens.
    let id = fees.charge("C-2").await;
    fees.pre_settled(&id).await;
    refused(&from_deposit("C-2", "large").await, 409, "payments.deposit_too_small");
    let read = fees.patient.caller.get(&path).await.unwrap();
    assert_eq!((read.minor_at("/held"), wallet(&fees.patient).await), (4_000, 40_000));
    let release = format!("/v1/hospital/visits/{}/deposit-release", fees.visit);
    for _ in 0..2 {
        let released = fees.hospital.caller.put(&release, &json!({})).await.unwrap();
        assert_eq!((released.status, released.minor_at("/held")), (200, 0), "{}", released.text);
    }
    assert_eq!(wallet(&fees.patient).await, 44_000);
    refused(&from_deposit("C-2", "late").await, 404, "payments.deposit_unknown");
    fees.app.finish().await;
}

#[tokio::test]
async fn a_deposit_ends_by_itself() {
    let mut fees = Fees::start().await;
    let path = format!("/v1/hospital/visits/{}/deposit", fees.visit);
    let body = json!({"amount": yuan(10_000)});
    let put = fees.patient.caller.post_once(&path, "put", &body).await.unwrap();
    assert_eq!(put.status, 201, "{}", put.text);
    fees.app.later_with(&mut fees.patient, TimeDelta::days(29)).await;
    fees.app.work().await;
    assert_eq!(wallet(&fees.patient).await, 40_000);
    fees.app.later_with(&mut fees.patient, TimeDelta::days(1)).await;
    fees.app.work().await;
    assert_eq!(wallet(&fees.patient).await, 50_000);
    fees.app.finish().await;
}

#[tokio::test]
async fn paying_from_the_deposit_by_hand_and_releasing_it_at_once_lose_no_money() {
    let fees = Fees::start().await;
    let path = format!("/v1/hospital/visits/{}/deposit", fees.visit);
    let release = format!("/v1/hospital/visits/{}/deposit-release", fees.visit);
    for n in 0..6 {
        let number = format!("C-{n}");
        let id = fees.charge(&number).await;
        let bill = fees.pre_settled(&id).await;
        let amount = json!({"amount": yuan(10_000)});
        let put = fees.patient.caller.post_once(&path, &format!("put-{n}"), &amount).await.unwrap();
        assert_eq!(put.status, 201, "{}", put.text);
        let (body, key) = (json!({}), format!("race-{n}"));
        let from_deposit = format!("{}/deposit-payment", fees.path(&number));
        let (by_deposit, by_hand, released) = join3(
            fees.hospital.caller.post_once(&from_deposit, &key, &body),
            pay(&fees.patient, &bill, &key, &body),
            fees.hospital.caller.put(&release, &body),
        )
        .await;
        let (by_deposit, released) = (by_deposit.unwrap(), released.unwrap());
        assert_eq!(released.status, 200, "{}", released.text);
        let paid = [by_deposit.status, by_hand.status].iter().filter(|s| **s == 201).count();
        assert_eq!(paid, 1, "{} {}", by_deposit.text, by_hand.text);
        let rest = fees.hospital.caller.put(&release, &body).await.unwrap();
        assert_eq!(rest.minor_at("/held"), 0);
        assert_eq!(wallet(&fees.patient).await, 44_000, "{} {}", by_deposit.text, by_hand.text);
        fees.app.work().await;
        assert_eq!(fees.state(&id).await, "settled");
        let all = json!({"refund_no": "R", "lines": [1, 2, 3], "reason": "Test"});
        assert_eq!(fees.refund(&number, &key.replace("race", "refund"), &all).await.status, 201);
        fees.app.work().await;
    }
    fees.app.finish().await;
}
