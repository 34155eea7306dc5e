//! Several at once.

use futures_util::future::{join, join_all};
use serde_json::json;

use super::things::{Scene, counted, lodge, owed, stall};
use crate::support::{TestApp, pay, wallet};

#[tokio::test]
async fn twenty_lodgings_with_one_key_are_one_and_with_many_keys_are_three() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let body = stall(&scene.stall);
    let all = join_all((0..20).map(|_| lodge(&scene.citizen, "same", &body))).await;
    let lodged: Vec<_> = all.iter().filter(|reply| reply.status == 201).collect();
    assert!(lodged.iter().all(|reply| reply.text == lodged[0].text));
    // Whoever waited too long for the first is told so.
    assert!(all.iter().all(|reply| [201, 409].contains(&reply.status)));
    let mut sql = app.sql().await;
    assert_eq!(sql.count("applications.applications").await, 1);
    assert_eq!(sql.count("payments.bills WHERE issuer = 'applications'").await, 1);

    let keys: Vec<String> = (0..10).map(|n| format!("key-{n}")).collect();
    let all = join_all(keys.iter().map(|key| lodge(&scene.citizen, key, &body))).await;
    assert_eq!(all.iter().filter(|reply| reply.status == 201).count(), 2);
    assert_eq!(sql.count("applications.applications").await, 3);
    assert_eq!(counted(&app, "used").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn of_two_clerks_who_decide_at_once_one_has_decided() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    for n in 0..4 {
        let id = scene.paid(&app, &format!("race-{n}")).await;
        scene.finishes(&id).await;
        let path = |what: &str| scene.desk(&format!("applications/{id}/{what}"));
        let (grants, refuses) = (path("approve"), path("refuse"));
        let (empty, reason) = (json!({}), json!({"reason": "street_full"}));
        let (granted, refused) = join(
            scene.staff.clerk.caller.post(&grants, &empty),
            scene.second.caller.post(&refuses, &reason),
        )
        .await;
        let mut answers = [granted.unwrap(), refused.unwrap()].map(|reply| reply.status);
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
        let read = scene.get(&id).await;
        let events: Vec<_> = read.body["history"].as_array().unwrap().iter().collect();
        let decisions = events
            .iter()
            .filter(|line| ["approve", "refuse"].iter().any(|one| line["event"] == *one));
        assert_eq!(decisions.count(), 1);
    }
    assert_eq!(counted(&app, "in_time").await, 4);
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_pay_and_withdraw_at_once_nobody_loses_money() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let before = wallet(&scene.citizen).await;
    for n in 0..8 {
        let lodged = scene.lodged(&format!("race-{n}")).await;
        let (id, bill) = (lodged.text_at("/id"), lodged.text_at("/fee/bill_id"));
        let (key, empty, owed) = (format!("pay-{n}"), json!({}), owed(5_000));
        let (paid, withdrawn) =
            join(pay(&scene.citizen, &bill, &key, &owed), scene.posts(&id, "withdraw", &empty))
                .await;
        assert!([201, 409].contains(&paid.status), "{}", paid.text);
        assert_eq!(withdrawn.status, 200, "{}", withdrawn.text);
        app.work().await;
        assert_eq!(scene.state(&id).await, "withdrawn");
        assert_eq!(wallet(&scene.citizen).await, before, "what was paid came back");
    }
    app.finish().await;
}
