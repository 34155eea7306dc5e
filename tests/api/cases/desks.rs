//! What desks do with cases: whose they are, how late they are, and what that comes to.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Line, get, reply, say, turns};
use crate::support::{TestApp, refused};

#[tokio::test]
async fn a_disputed_case_stays_with_its_desk_until_somebody_else_decides() {
    let app = TestApp::start().await;
    let mut line = Line::new(&app).await;
    let mut wang = app.demo_citizen(0).await;
    let case = line.filed(&wang, "noise").await;
    let due = get(&wang, &case).await.text_at("/case/due/until");
    let dispute = json!({"desk": "urban_management", "reason": "It is a street party."});
    let wrong = json!({"desk": "nobody", "reason": "x"});
    refused(&line.act(&case, "dispute", &wrong).await, 422, "cases.desk_unknown");
    let own = json!({"desk": "ecology", "reason": "x"});
    refused(&line.act(&case, "dispute", &own).await, 422, "cases.desk_unknown");
    let disputed = line.act(&case, "dispute", &dispute).await;
    assert_eq!(disputed.text_at("/state"), "dispatch_disputed", "{}", disputed.text);
    assert_eq!(disputed.text_at("/desk"), "ecology", "the first receiver is responsible");
    assert_eq!(disputed.text_at("/proposed_desk"), "urban_management");
    assert_eq!(line.act(&case, "dispute", &dispute).await.status, 200, "again");
    let to = json!({"desk": "urban_management"});
    refused(&line.act(&case, "decide-dispatch", &to).await, 409, "cases.own_dispute");
    let decided = line.second_act(&case, "decide-dispatch", &to).await;
    assert_eq!(decided.text_at("/desk"), "urban_management", "{}", decided.text);
    assert_eq!(decided.text_at("/due/until"), due, "the person waits no longer for it");
    assert_eq!(line.second_act(&case, "decide-dispatch", &to).await.status, 200, "again");
    let seen = get(&wang, &case).await;
    assert_eq!(turns(&seen), ["dispatch", "dispute", "decide"]);
    assert!(!seen.text.contains("street party"), "what desks say to each other is theirs");
    assert!(line.open(&case).await.text.contains("street party"));

    // The end of the next working day.
    let late = line.filed(&wang, "late").await;
    line.later(&app, TimeDelta::days(2), &mut [&mut wang]).await;
    refused(&line.act(&late, "dispute", &dispute).await, 409, "cases.too_late_to_dispute");
    app.finish().await;
}

#[tokio::test]
async fn what_is_late_is_on_a_list_of_its_own_and_counts_as_late() {
    let app = TestApp::start().await;
    let mut line = Line::new(&app).await;
    let mut wang = app.demo_citizen(0).await;
    let late = line.filed(&wang, "late").await;
    line.later(&app, TimeDelta::days(14), &mut [&mut wang]).await;
    let overdue = line.path("cases?overdue=true");
    let listed = line.staff.clerk.caller.get(&overdue).await.unwrap();
    assert_eq!(listed.body["items"], json!([]), "the last day ends at midnight");
    line.later(&app, TimeDelta::days(1), &mut [&mut wang]).await;
    let fresh = line.filed(&wang, "fresh").await;
    let listed = line.staff.clerk.caller.get(&overdue).await.unwrap();
    assert_eq!(listed.text_at("/items/0/id"), late, "{}", listed.text);
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed.text_at("/items/0/overdue"), "true");
    for (query, count) in [
        ("cases", 2),
        ("cases?desk=ecology&state=dispatched", 2),
        ("cases?desk=hotline", 0),
        ("cases?state=closed", 0),
    ] {
        let listed = line.staff.clerk.caller.get(&line.path(query)).await.unwrap();
        assert_eq!(listed.body["items"].as_array().unwrap().len(), count, "{query}");
        assert!(!listed.text.contains("dance") && !listed.text.contains('王'), "{}", listed.text);
    }
    assert_eq!(line.act(&late, "accept", &json!({})).await.status, 200);
    let reason = json!({"reason": "We need more time."});
    refused(&line.act(&late, "extend", &reason).await, 409, "cases.too_late_to_extend");
    assert_eq!(line.act(&late, "reply", &reply()).await.status, 201);
    line.answer(&fresh).await;
    let rating = json!({"solved": true, "satisfaction": 3});
    assert_eq!(say(&wang, &fresh, "rating", &rating).await.status, 200);

    let figures = |month: &str| line.path(&format!("statistics?month={month}"));
    let december = line.staff.clerk.caller.get(&figures("2026-12")).await.unwrap();
    let expected = json!({"filed": 1, "withdrawn": 0, "responded": 1, "answers": 2, "in_time": 1,
        "rated": 1, "solved": 1, "satisfied": 0, "response_rate": 10_000, "on_time_rate": 5_000,
        "solution_rate": 10_000, "satisfaction_rate": 0});
    assert_eq!(december.body, expected);
    let november = line.staff.clerk.caller.get(&figures("2026-11")).await.unwrap();
    assert_eq!(november.body["response_rate"], 10_000);
    assert_eq!(november.body["on_time_rate"], Value::Null, "{}", november.text);
    for wrong in ["2026-13", "9999-12", "x"] {
        let refusal = line.staff.clerk.caller.get(&figures(wrong)).await.unwrap();
        refused(&refusal, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_desk_can_close_a_case_that_is_another_bodys() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let case = line.filed(&wang, "noise").await;
    let body = json!({"text": "The railway has it now.", "outcome": "transferred"});
    refused(&line.act(&case, "close", &body).await, 409, "cases.wrong_state");
    assert_eq!(line.act(&case, "accept", &json!({})).await.status, 200);
    let closed = line.act(&case, "close", &body).await;
    assert_eq!(closed.text_at("/outcome"), "transferred", "{}", closed.text);
    assert_eq!(line.act(&case, "close", &body).await.status, 200, "again");
    let seen = get(&wang, &case).await;
    assert_eq!(seen.body["answer"]["ask_until"], Value::Null);
    assert_eq!(seen.text_at("/history/2/text"), "The railway has it now.");
    let rating = json!({"solved": true, "satisfaction": 5});
    let rated = say(&wang, &case, "rating", &rating).await;
    assert_eq!(rated.text_at("/outcome"), "transferred", "{}", rated.text);
    let reopened = say(&wang, &case, "reopen", &json!({"reason": "They say no."})).await;
    assert_eq!(reopened.text_at("/state"), "dispatched", "{}", reopened.text);
    app.finish().await;
}
