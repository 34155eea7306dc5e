//! Applications that end before they are decided, and whose money comes back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    WANG,
    things::{Scene, lodge, owed, stall},
};
use crate::support::{TestApp, pay, refused, wallet};

#[tokio::test]
async fn a_fee_goes_back_as_long_as_no_step_is_finished() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let before = wallet(&scene.citizen).await;
    // Not paid: it is owed no more.
    let lodged = scene.lodged("unpaid").await;
    let (id, bill) = (lodged.text_at("/id"), lodged.text_at("/fee/bill_id"));
    let withdrawn = scene.posts(&id, "withdraw", &json!({})).await;
    assert_eq!(withdrawn.text_at("/state"), "withdrawn");
    assert_eq!(withdrawn.text_at("/fee/state"), "cancelled");
    assert_eq!(scene.posts(&id, "withdraw", &json!({})).await.text, withdrawn.text);
    refused(
        &pay(&scene.citizen, &bill, "late", &owed(5_000)).await,
        409,
        "payments.bill_cancelled",
    );
    // Paid: it goes back.
    let id = scene.paid(&app, "paid").await;
    assert_eq!(before - wallet(&scene.citizen).await, 5_000);
    assert_eq!(scene.posts(&id, "withdraw", &json!({})).await.text_at("/state"), "withdrawn");
    assert_eq!(wallet(&scene.citizen).await, before);
    scene.posts(&id, "withdraw", &json!({})).await;
    assert_eq!(wallet(&scene.citizen).await, before, "once");
    // Begun: it does not.
    let id = scene.paid(&app, "begun").await;
    scene.did(&id, "finish-step", &json!({"step": "look"})).await;
    assert_eq!(scene.posts(&id, "withdraw", &json!({})).await.text_at("/state"), "withdrawn");
    assert_eq!(before - wallet(&scene.citizen).await, 5_000);
    refused(&scene.does(&id, "approve", &json!({})).await, 409, "applications.wrong_state");
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_paid_in_time_has_ended() {
    let app = TestApp::start().await;
    let mut scene = Scene::new(&app).await;
    let lodged = scene.lodged("unpaid").await;
    let (id, bill) = (lodged.text_at("/id"), lodged.text_at("/fee/bill_id"));
    app.later_with(&mut scene.citizen, TimeDelta::hours(24)).await;
    assert_eq!(scene.state(&id).await, "expired", "the bill says so at once");
    let late = pay(&scene.citizen, &bill, "late", &owed(5_000)).await;
    assert!(late.status >= 400, "{}", late.text);
    app.work().await;
    let ended = scene.get(&id).await;
    assert_eq!(
        (ended.text_at("/state"), ended.text_at("/fee/state")),
        ("expired".into(), "expired".into())
    );
    assert_eq!(app.letters(WANG, "did not reach"), 1);
    refused(&scene.posts(&id, "withdraw", &json!({})).await, 409, "applications.wrong_state");
    // Half a year later nobody knows what was in it.
    app.later(TimeDelta::days(181));
    app.sweep().await;
    scene.citizen = app.demo_citizen(0).await;
    let ended = scene.get(&id).await;
    assert_eq!((&ended.body["form"], &ended.body["documents"]), (&Value::Null, &json!([])));
    assert_eq!(ended.text_at("/history/0/event"), "lodge");
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_supplied_in_time_has_ended_and_its_fee_goes_back() {
    let app = TestApp::start().await;
    let mut scene = Scene::new(&app).await;
    let before = wallet(&scene.citizen).await;
    let id = scene.paid(&app, "paid").await;
    scene.did(&id, "ask-supplement", &json!({"text": "A better photograph."})).await;
    // Five working days from Monday end on Monday at 24:00.
    scene.later(&app, TimeDelta::days(7)).await;
    assert_eq!(scene.state(&id).await, "supplement_asked");
    scene.later(&app, TimeDelta::days(1)).await;
    assert_eq!(scene.state(&id).await, "expired");
    assert_eq!(wallet(&scene.citizen).await, before);
    let late = scene.posts(&id, "supplement", &json!({"note": "Here."})).await;
    refused(&late, 409, "applications.wrong_state");
    assert_eq!(app.letters(WANG, "did not come in time"), 1);
    let again = lodge(&scene.citizen, "again", &stall(&scene.stall)).await;
    assert_eq!(again.status, 201, "{}", again.text);
    app.finish().await;
}
