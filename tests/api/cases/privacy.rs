//! Who learns what of a case.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Line, get, say};
use crate::support::{TestApp, refused};

fn report(line: &Line) -> Value {
    let mut body = line.complaint();
    body["intent"] = json!("report");
    body
}

#[tokio::test]
async fn a_desk_reads_who_asks_and_the_person_reads_that_it_did() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let case = line.filed(&wang, "noise").await;
    let opened = line.open(&case).await;
    assert_eq!(opened.text_at("/name"), "王*", "{}", opened.text);
    assert_eq!(opened.text_at("/contact"), "13800138000");
    assert!(opened.text.contains("They dance"), "{}", opened.text);
    line.answer(&case).await;
    let entries = wang.caller.get("/v1/me/accesses").await.unwrap();
    for action in ["case_read", "case_filed"] {
        assert!(entries.text.contains(action), "{action}: {}", entries.text);
    }
    assert!(entries.text.contains(&case));
    app.finish().await;
}

#[tokio::test]
async fn who_reports_a_wrong_is_shown_to_no_desk_and_the_report_to_nobody() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let filed = line.file(&wang, "report", &report(&line)).await;
    assert_eq!(filed.text_at("/public"), "false", "{}", filed.text);
    let mut quiet = line.complaint();
    quiet["anonymous_to_desk"] = json!(true);
    let quiet = line.file(&wang, "quiet", &quiet).await.text_at("/id");
    let reported = filed.text_at("/id");
    for case in [&reported, &quiet] {
        let opened = line.open(case).await;
        assert_eq!(opened.status, 200, "{}", opened.text);
        for secret in ["王", "13800138000", &wang.email] {
            assert!(!opened.text.contains(secret), "{secret}: {}", opened.text);
        }
        assert_eq!(get(&wang, case).await.text_at("/anonymous_to_desk"), "true");
    }
    let entries = wang.caller.get("/v1/me/accesses").await.unwrap();
    assert!(entries.text.contains(&reported), "the person reads that it was opened");
    refused(&say(&li, &reported, "follow", &json!({})).await, 404, "cases.case_unknown");
    let public = app.anybody().get("/v1/cases/public?city=330100").await.unwrap();
    assert!(!public.text.contains(&reported) && public.text.contains(&quiet), "{}", public.text);
    app.finish().await;
}

#[tokio::test]
async fn everybody_may_know_that_there_is_a_case_and_neither_whose_nor_where_exactly() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let cases: Vec<String> = [line.filed(&wang, "a").await, line.filed(&wang, "b").await].into();
    let public = app.anybody().get("/v1/cases/public?city=330100&category=noise").await.unwrap();
    assert_eq!(public.body["items"].as_array().unwrap().len(), 2, "{}", public.text);
    for case in &cases {
        assert!(public.text.contains(case), "{}", public.text);
    }
    assert_eq!(public.body["items"][0]["place"], json!({"lat": 30.27, "long": 120.16}));
    for secret in ["dance", "Example", "王", "13800138000", "acct_", "pers_", "274151"] {
        assert!(!public.text.contains(secret), "{secret}: {}", public.text);
    }
    for (query, status) in [
        ("city=330100&category=consumer", 200),
        ("city=999999", 404),
        ("city=x", 400),
        ("", 400),
        ("city=330100&category=%00", 400),
        ("city=330100&cursor=x", 400),
        ("city=330100&person=x", 400),
    ] {
        let path = format!("/v1/cases/public?{query}");
        assert_eq!(app.anybody().get(&path).await.unwrap().status, status, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn others_cases_are_not_there() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let case = line.filed(&wang, "noise").await;
    refused(&get(&li, &case).await, 404, "cases.case_unknown");
    assert_eq!(li.caller.get("/v1/cases").await.unwrap().body["items"], json!([]));
    for (what, body) in [
        ("additions", json!({"text": "x"})),
        ("withdraw", json!({})),
        ("rating", json!({"solved": true, "satisfaction": 5})),
        ("reopen", json!({"reason": "x"})),
    ] {
        refused(&say(&li, &case, what, &body).await, 404, "cases.case_unknown");
    }
    let other = app.other_agency().await;
    for path in ["cases".to_owned(), format!("cases/{case}"), "statistics?month=2026-11".to_owned()]
    {
        let path = format!("/v1/cases/agencies/{other}/{path}");
        let nothing = line.staff.clerk.caller.get(&path).await.unwrap();
        refused(&nothing, 404, "request.not_found");
        let own = path.replace(&other.to_string(), &line.staff.id.to_string());
        let nothing = li.caller.get(&own).await.unwrap();
        refused(&nothing, 404, "request.not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_looks_after_a_case_of_their_own() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let case = line.filed(&line.staff.clerk, "own").await;
    refused(&line.open(&case).await, 409, "cases.own_case");
    for (what, body) in [
        ("accept", json!({})),
        ("dispute", json!({"desk": "hotline", "reason": "x"})),
        ("decide-dispatch", json!({"desk": "hotline"})),
        ("extend", json!({"reason": "x"})),
        ("reply", super::reply()),
        ("close", json!({"text": "x", "outcome": "explained"})),
        (
            "link",
            json!({"parent_id": case.replace('a', "b").replace("bcse", "case").replace("cbse", "case")}),
        ),
    ] {
        refused(&line.act(&case, what, &body).await, 409, "cases.own_case");
    }
    assert_eq!(line.second_act(&case, "accept", &json!({})).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn what_is_over_for_three_years_is_forgotten() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let (parent, child) = (line.filed(&wang, "parent").await, line.filed(&wang, "child").await);
    assert_eq!(line.act(&child, "link", &json!({"parent_id": parent})).await.status, 200);
    assert_eq!(say(&wang, &parent, "withdraw", &json!({})).await.status, 200);
    app.work().await;
    app.later(TimeDelta::days(3 * 365 - 1));
    app.sweep().await;
    let mut sql = app.sql().await;
    assert_eq!(sql.count("cases.cases").await, 2);
    app.later(TimeDelta::days(2));
    app.sweep().await;
    assert_eq!(
        sql.count("cases.cases WHERE parent_id IS NULL").await,
        1,
        "the child is open still"
    );
    assert_eq!(sql.count("cases.cases").await, 1);
    assert_eq!(sql.count("cases.events").await, 2, "its dispatch, and its link");
    app.finish().await;
}
