//! What becomes of a settlement when the insurer errs, refuses, or is not waited for.

use chrono::TimeDelta;
use citygate_sandbox::insurer::{Behaviour, SettlementState};
use futures_util::future::join;
use serde_json::json;

use super::{EMPLOYEE, Fees};
use crate::support::{outcome, pay, refused, wallet, yuan};

#[tokio::test]
async fn an_insurer_that_errs_is_asked_until_it_is_known_what_it_did() {
    let fees = Fees::start().await;
    let mut held = 50_000;
    for (n, behaviour) in [
        Behaviour::Error500,
        Behaviour::ErrorAfter,
        Behaviour::Garbage,
        Behaviour::Duplicate,
        Behaviour::Slow,
        Behaviour::TimeoutAfter,
    ]
    .into_iter()
    .enumerate()
    {
        let id = fees.charge(&format!("C-{n}")).await;
        fees.app.insurer().behave([behaviour]);
        fees.insure(&id, &format!("settle-{n}"), "ec_sandbox_resident").await;
        fees.app.work().await;
        fees.later().await;
        let split = fees.get(&id).await;
        assert_eq!(split.text_at("/state"), "pre_settled", "{behaviour:?} {}", split.text);
        fees.app.insurer().behave([behaviour]);
        fees.pay(&split.text_at("/settlement/bill_id")).await;
        held -= split.minor_at("/settlement/own");
        fees.app.work().await;
        fees.later().await;
        assert_eq!(fees.state(&id).await, "settled", "{behaviour:?}");
        assert_eq!(wallet(&fees.patient).await, held, "paid once: {behaviour:?}");
        if held < 20_000 {
            let top_up = json!({"amount": yuan(50_000), "card_token": "tok_sandbox_ok"});
            let key = format!("top-up-{n}");
            fees.patient.caller.post_once("/v1/wallet/top-ups", &key, &top_up).await.unwrap();
            fees.app.work().await;
            held += 50_000;
        }
    }
    assert_eq!(fees.at_insurer(), [SettlementState::Confirmed; 6]);
    fees.app.finish().await;
}

#[tokio::test]
async fn a_patient_who_is_not_insured_is_told_and_pays_alone() {
    let fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    for credential in ["ec_sandbox_nobody", "ec_sandbox_expired"] {
        fees.insure(&id, credential, credential).await;
        fees.app.work().await;
        assert_eq!(fees.state(&id).await, "open");
    }
    assert_eq!(fees.get(&id).await.text_at("/open_reason"), "credential_expired");
    let alone = fees.act(&id, "own-settlement", "alone", &json!({})).await;
    assert_eq!((alone.status, alone.text_at("/state").as_str()), (202, "pre_settled"));
    assert_eq!(alone.minor_at("/settlement/own"), 25_000);
    let again = fees.act(&id, "own-settlement", "alone", &json!({})).await;
    assert_eq!((again.replayed, &again.text), (true, &alone.text));
    let other_key = fees.act(&id, "own-settlement", "more", &json!({})).await;
    refused(&other_key, 409, "hospital.settlement_under_way");
    fees.pay(&alone.text_at("/settlement/bill_id")).await;
    fees.app.work().await;
    assert_eq!((fees.state(&id).await.as_str(), wallet(&fees.patient).await), ("settled", 25_000));
    assert!(fees.at_insurer().is_empty());
    fees.app.finish().await;
}

#[tokio::test]
async fn what_is_not_paid_in_time_is_taken_back_at_the_insurer() {
    let mut fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    let bill = fees.pre_settled(&id).await;
    fees.app.insurer().behave([Behaviour::TimeoutAfter]);
    fees.app.later_with(&mut fees.patient, TimeDelta::minutes(30)).await;
    fees.app.work().await;
    assert_eq!(fees.state(&id).await, "reversing", "the answer is lost");
    let late = pay(&fees.patient, &bill, "late", &json!({})).await;
    refused(&late, 409, "payments.bill_expired");
    fees.later().await;
    let open = fees.get(&id).await;
    let found = (open.text_at("/state"), open.text_at("/open_reason"));
    assert_eq!(found, ("open".to_owned(), "not_paid_in_time".to_owned()));
    assert_eq!(fees.at_insurer(), [SettlementState::Reversed]);
    assert_eq!(wallet(&fees.patient).await, 50_000);
    // It can be settled anew.
    let asked = fees.insure(&id, "again", EMPLOYEE).await;
    assert_eq!(asked.status, 202);
    fees.app.work().await;
    assert_eq!(fees.state(&id).await, "pre_settled");
    assert_eq!(fees.at_insurer(), [SettlementState::Reversed, SettlementState::PreSettled]);
    fees.app.finish().await;
}

#[tokio::test]
async fn what_is_called_off_while_nothing_is_known_comes_to_nothing() {
    let fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    // The split is made, and the answer lost.
    fees.app.insurer().behave([Behaviour::ErrorAfter]);
    fees.insure(&id, "settle", EMPLOYEE).await;
    fees.app.work().await;
    assert_eq!((fees.state(&id).await.as_str(), fees.at_insurer().len()), ("asked", 1));
    let called_off = fees.act(&id, "settlement-cancellation", "off", &json!({})).await;
    assert_eq!((called_off.status, called_off.text_at("/state").as_str()), (202, "reversing"));
    fees.app.work().await;
    fees.later().await;
    let open = fees.get(&id).await;
    let found = (open.text_at("/state"), open.text_at("/open_reason"));
    assert_eq!(found, ("open".to_owned(), "called_off".to_owned()));
    assert_eq!(fees.at_insurer(), [SettlementState::Reversed]);
    let nothing = fees.act(&id, "settlement-cancellation", "once-more", &json!({})).await;
    refused(&nothing, 409, "hospital.settlement_not_callable");
    fees.app.finish().await;
}

#[tokio::test]
async fn a_confirmation_that_is_refused_for_good_brings_the_money_back() {
    let fees = Fees::start().await;
    for (number, behaviour, reason) in [
        ("C-1", Behaviour::Refuse, "suspended"),
        ("C-2", Behaviour::OtherSplit, "insurer_contradicts_itself"),
    ] {
        let id = fees.charge(number).await;
        let bill = fees.pre_settled(&id).await;
        fees.pay(&bill).await;
        assert_eq!(wallet(&fees.patient).await, 44_000);
        fees.app.insurer().behave([behaviour]);
        fees.app.work().await;
        let open = fees.get(&id).await;
        assert_eq!(open.text_at("/state"), "open", "{}", open.text);
        assert_eq!(open.text_at("/open_reason"), reason);
        assert_eq!(wallet(&fees.patient).await, 50_000, "{behaviour:?}");
    }
    assert_eq!(fees.at_insurer(), [SettlementState::Reversed; 2]);
    assert!(fees.app.letters(&fees.patient.email, "Refund: CNY 60.00") == 2);
    fees.app.finish().await;
}

#[tokio::test]
async fn paying_and_calling_off_at_once_end_in_one_of_both() {
    let fees = Fees::start().await;
    for n in 0..8 {
        let id = fees.charge(&format!("C-{n}")).await;
        let bill = fees.pre_settled(&id).await;
        let (body, key) = (json!({}), format!("race-{n}"));
        let held = wallet(&fees.patient).await;
        let (paid, called_off) = join(
            pay(&fees.patient, &bill, &format!("pay-{n}"), &body),
            fees.act(&id, "settlement-cancellation", &key, &body),
        )
        .await;
        fees.app.work().await;
        let now = (fees.state(&id).await, wallet(&fees.patient).await);
        match (paid.status, called_off.status) {
            (201, 409) => {
                assert_eq!(outcome(&called_off).1, "hospital.settlement_not_callable");
                assert_eq!(now, ("settled".to_owned(), held - 6_000));
                let all = json!({"refund_no": key, "lines": [1, 2, 3], "reason": "Test"});
                let refund = fees.refund(&format!("C-{n}"), &key, &all).await;
                assert_eq!(refund.status, 201, "{}", refund.text);
                fees.app.work().await;
            }
            (409, 202) => {
                assert_eq!(outcome(&paid).1, "payments.bill_cancelled");
                assert_eq!(now, ("open".to_owned(), held));
            }
            other => panic!("{other:?} {} {}", paid.text, called_off.text),
        }
        assert_eq!(wallet(&fees.patient).await, 50_000);
    }
    fees.app.finish().await;
}
