//! Fines: what the police say, what the citizen sees, and what lateness costs.

use chrono::{NaiveDate, TimeDelta};
use citygate_calendar::Holiday;
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::Text;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

const NO: &str = "3301060000000200";
const PATH: &str = "/v1/traffic/decisions/3301060000000200";
const NAME: &str = "陈静";
const NUMBER: &str = "11010519491231002X";

#[tokio::test]
async fn the_same_decision_again_changes_nothing_and_says_so() {
    let app = TestApp::start().await;
    let police = app.police().await.caller;
    let body = app.decision(NUMBER, 20_000);
    let pushed = police.put(PATH, &body).await.unwrap();
    assert_eq!((pushed.status, &pushed.body["unchanged"]), (201, &json!(false)));
    assert_eq!(pushed.text_at("/due_on"), "2026-12-08", "the 15th day after 23 November");
    let mut sql = app.sql().await;
    let mut before = sql.dump().await;
    // The same, written otherwise: an instant in another zone, a number as 20000.0.
    let mut same = body.clone();
    same["violation"]["at"] = "2026-11-21T09:00:00+08:00".into();
    same["fine"]["amount_minor"] = json!(20_000.0);
    for body in [&body, &same] {
        let again = police.put(PATH, body).await.unwrap();
        assert_eq!((again.status, &again.body["unchanged"]), (200, &json!(true)));
        assert_eq!(again.text_at("/bill_id"), pushed.text_at("/bill_id"));
    }
    // Whoever is named again reads that again.
    let mut after = sql.dump().await;
    assert_ne!(after.remove("identity.access_entries"), before.remove("identity.access_entries"));
    assert_eq!(after, before);
    assert_eq!(sql.count(&format!("traffic.decisions WHERE decision_no = '{NO}'")).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn other_content_under_the_same_number_is_refused_whichever_member_differs() {
    let app = TestApp::start().await;
    let police = app.police().await.caller;
    let body = app.decision(NUMBER, 20_000);
    assert_eq!(police.put(PATH, &body).await.unwrap().status, 201);
    for (pointer, other) in [
        ("/plate", json!("浙A7M202")),
        ("/violation/code", json!("1040")),
        ("/violation/name_en", json!("Something else")),
        ("/violation/name_zh", json!("其他")),
        ("/violation/place", json!("文二路")),
        ("/violation/at", json!("2026-11-21T01:00:01Z")),
        ("/violation/points", json!(1)),
        ("/party/name", json!("别人")),
        ("/party/id_number", json!("440524188001010014")),
        ("/fine/amount_minor", json!(20_001)),
        ("/served_on", json!("2026-11-22")),
    ] {
        let mut changed = body.clone();
        *changed.pointer_mut(pointer).unwrap() = other;
        let reply = police.put(PATH, &changed).await.unwrap();
        refused(&reply, 409, "traffic.decision_differs");
    }
    let mut sql = app.sql().await;
    assert_eq!(sql.count("identity.people").await, 3, "the demo citizens and the addressee");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_decision_pushed_by_many_at_once_is_recorded_once() {
    let app = TestApp::start().await;
    let police = app.police().await.caller;
    let body = app.decision(NUMBER, 20_000);
    let pushes = (0..20).map(|_| async { police.put(PATH, &body).await.unwrap() });
    let replies = futures_util::future::join_all(pushes).await;
    let with = |status| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((with(201), with(200)), (1, 19));
    let mut sql = app.sql().await;
    assert_eq!(sql.count(&format!("payments.bills WHERE external_no = '{NO}'")).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_decision_outside_the_law_is_refused_with_the_law() {
    let app = TestApp::start().await;
    let police = app.police().await.caller;
    let before = app.sql().await.dump().await;
    for minor in [1_999, 200_001, 0, -20_000, i64::MAX] {
        let reply = police.put(PATH, &app.decision(NUMBER, minor)).await.unwrap();
        refused(&reply, 422, "traffic.fine_out_of_range");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/fine");
        let law = reply.text_at("/errors/0/detail");
        assert!(law.contains("Road Traffic Safety Law"), "{law}");
    }
    for (served_on, violated_at) in [
        ("2026-11-24", "2026-11-21T01:00:00Z"), // tomorrow
        ("2026-11-20", "2026-11-21T01:00:00Z"), // before it happened
        ("2026-11-21", "2026-11-21T16:00:00Z"), // which was on the 22nd in Hangzhou
    ] {
        let mut body = app.decision(NUMBER, 20_000);
        body["served_on"] = served_on.into();
        body["violation"]["at"] = violated_at.into();
        let reply = police.put(PATH, &body).await.unwrap();
        refused(&reply, 422, "traffic.served_too_early");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/served_on");
    }
    let mut early = app.decision(NUMBER, 20_000);
    early["served_on"] = "2021-04-01".into();
    early["violation"]["at"] = "2021-03-30T01:00:00Z".into();
    refused(&police.put(PATH, &early).await.unwrap(), 422, "catalogue.rule_missing");
    assert_eq!(app.sql().await.dump().await, before, "not even the person was noted");
    for (no, minor) in [(PATH, 2_000), ("/v1/traffic/decisions/3301060000000201", 200_000)] {
        let reply = police.put(no, &app.decision(NUMBER, minor)).await.unwrap();
        assert_eq!(reply.status, 201, "the bounds belong to the range: {}", reply.text);
    }
    app.finish().await;
}

#[tokio::test]
async fn today_is_the_day_of_the_city_not_of_greenwich() {
    let app = TestApp::start().await;
    app.later(TimeDelta::hours(15)); // midnight in Hangzhou, 16:00 in Greenwich
    let police = app.police().await.caller;
    let mut body = app.decision(NUMBER, 20_000);
    body["served_on"] = "2026-11-24".into();
    assert_eq!(police.put(PATH, &body).await.unwrap().status, 201);
    app.finish().await;
}

#[tokio::test]
async fn a_citizen_sees_the_fines_of_the_own_name_and_no_others() {
    let app = TestApp::start().await;
    let police = app.police().await;
    // The decision comes first, the account later: the number makes them one person.
    app.fine(&police, NO, NUMBER, 20_000).await;
    let citizen = app.real_name("chen@citygate.example", NAME, NUMBER).await.caller;
    let numbers = async |caller: &citygate::demo::actors::Caller| -> Vec<Value> {
        let fines = caller.get("/v1/traffic/fines").await.unwrap();
        let items = fines.body["items"].as_array().unwrap().clone();
        items.into_iter().map(|fine| fine["decision_no"].clone()).collect()
    };
    assert_eq!(numbers(&citizen).await, [json!(NO)]);
    let demo = app.demo_citizen(1).await.caller;
    assert_eq!(numbers(&demo).await, [json!("3301020000000045")]);
    let theirs = demo.get("/v1/traffic/fines").await.unwrap().text_at("/items/0/id");
    let foreign = citizen.get(&format!("/v1/traffic/fines/{theirs}")).await.unwrap();
    refused(&foreign, 404, "traffic.fine_unknown");
    app.finish().await;
}

#[tokio::test]
async fn lateness_costs_three_percent_a_day_and_no_more_than_the_fine() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let mut citizen = app.demo_citizen(0).await;
    let bill = app.fine(&police, NO, DEMO_CITIZENS[0].2, 20_000).await;
    let fines = citizen.caller.get("/v1/traffic/fines?limit=100").await.unwrap();
    let items = fines.body["items"].as_array().unwrap();
    let fine = items.iter().find(|fine| fine["decision_no"] == NO).unwrap();
    let path = format!("/v1/traffic/fines/{}", fine["id"].as_str().unwrap());
    assert_eq!(fine["due"]["on"], "2026-12-08");
    for day in 0_i64..=50 {
        // Late in the evening in Hangzhou, then a day at a time.
        app.later(if day == 0 { TimeDelta::minutes(15 * 60 - 1) } else { TimeDelta::days(1) });
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        let late = (day - 15).max(0);
        let expected = (600 * late).min(20_000);
        let read = citizen.caller.get(&path).await.unwrap();
        let found = (read.minor_at("/surcharge/amount"), read.text_at("/surcharge/days_late"));
        assert_eq!(found, (expected, late.to_string()), "day {day}");
        assert_eq!(read.minor_at("/amount_due"), 20_000 + expected);
        let due = citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
        assert_eq!(due.minor_at("/amount_due/total"), 20_000 + expected, "the bill agrees");
        let forecast = read.body["surcharge"]["forecast"].as_array().unwrap();
        assert!(
            forecast.iter().all(|f| f["on"].as_str().unwrap() > app.today().to_string().as_str())
        );
        assert_eq!(forecast.is_empty(), late >= 34, "the cap is reached on day 34");
    }
    let payments = format!("/v1/bills/{bill}/payments");
    let paid = citizen.caller.post_once(&payments, "k", &json!({})).await.unwrap();
    assert_eq!((paid.minor_at("/principal"), paid.minor_at("/surcharge")), (20_000, 20_000));
    app.later(TimeDelta::days(1));
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let read = citizen.caller.get(&path).await.unwrap();
    assert_eq!(
        (read.text_at("/state").as_str(), read.minor_at("/surcharge/amount")),
        ("paid", 20_000)
    );
    assert_eq!(
        (&read.body["amount_due"], &read.body["surcharge"]["forecast"]),
        (&Value::Null, &json!([]))
    );
    app.finish().await;
}

#[tokio::test]
async fn the_reasons_are_given_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await.caller;
    let fines = citizen.get("/v1/traffic/fines").await.unwrap();
    let items = fines.body["items"].as_array().unwrap();
    let late = items.iter().find(|fine| fine["decision_no"] == "3301060000000029").unwrap();
    let path = format!("/v1/traffic/fines/{}", late["id"].as_str().unwrap());
    let read = async |language: &str| {
        let request = citizen.request(reqwest::Method::GET, &path);
        Answer::to(request.header("Accept-Language", language)).await.body
    };
    let english = citizen.get(&path).await.unwrap().body;
    let chinese = read("zh-CN").await;
    for (fine, name, due, surcharge, law) in [
        (
            &english,
            "Driving through a red light",
            "The 15th day, 14 November 2026, was a rest day (weekend), so the period ended at 24:00 \
             on 16 November 2026 (Civil Code, article 203), 7 days ago.",
            "7 days late: 3% of the fine for each day, up to 100% of it, is CNY 42.00",
            "Administrative Penalty Law",
        ),
        (
            &chinese,
            "驾驶机动车违反道路交通信号灯通行",
            "以2026年11月16日为期间的最后一日，期间已于当日24时届满，今日为届满后第7日。",
            "已逾期7日，每日按罚款数额的3%加处罚款，总额不超过罚款数额的100%，现为CNY 42.00",
            "《行政处罚法》",
        ),
    ] {
        assert_eq!(fine["violation"]["name"], name);
        let text = |pointer: &str| fine.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        assert!(text("/due/explanation").contains(due), "{}", text("/due/explanation"));
        let explained = text("/surcharge/explanation");
        assert!(explained.starts_with(surcharge), "{explained}");
        assert!(explained.contains(law) && text("/due/citation").contains(law), "{explained}");
        assert!(text("/surcharge/citation").contains(law));
    }
    app.finish().await;
}

#[tokio::test]
async fn agencies_see_their_own_decisions_only() {
    let app = TestApp::start().await;
    let (police, parking) = (app.police().await, app.other_police().await);
    app.fine(&police, NO, NUMBER, 20_000).await;
    let unseen = parking.caller.get(PATH).await.unwrap();
    refused(&unseen, 404, "traffic.decision_unknown");
    // The number is the agency's own: the other may use it for a decision of its own.
    let theirs = parking.caller.put(PATH, &app.decision(NUMBER, 30_000)).await.unwrap();
    assert_eq!(theirs.status, 201, "{}", theirs.text);
    let fine = async |caller: &citygate::demo::actors::Caller| {
        caller.get(PATH).await.unwrap().minor_at("/fine")
    };
    assert_eq!((fine(&police.caller).await, fine(&parking.caller).await), (20_000, 30_000));
    app.finish().await;
}

#[tokio::test]
async fn days_off_that_are_announced_later_give_more_time() {
    let app = TestApp::start().await;
    app.later(TimeDelta::days(63)); // 25 January 2027, a year whose holidays nobody knows yet
    let police = app.police().await;
    app.fine(&police, NO, NUMBER, 20_000).await;
    let citizen = app.real_name("chen@citygate.example", NAME, NUMBER).await.caller;
    let fine = citizen.get("/v1/traffic/fines").await.unwrap();
    assert_eq!(fine.text_at("/items/0/due/on"), "2027-02-09");
    assert_eq!(fine.text_at("/items/0/due/provisional"), "true");
    let spring: Vec<Holiday> = (5..=11)
        .map(|day| Holiday {
            on: NaiveDate::from_ymd_opt(2027, 2, day).unwrap(),
            working: false,
            name: Text::new("Spring Festival", "春节"),
        })
        .collect();
    let db = &app.city().platform.db;
    let load = db.tx("test.load", async |tx| citygate_catalogue::load_holidays(tx, &spring).await);
    assert_eq!(load.await.unwrap(), 7);
    app.work().await;
    let fine = citizen.get("/v1/traffic/fines").await.unwrap();
    assert_eq!(fine.text_at("/items/0/due/on"), "2027-02-12", "{}", fine.text);
    assert_eq!(fine.text_at("/items/0/due/provisional"), "false");
    let reason = fine.text_at("/items/0/due/explanation");
    assert!(reason.contains("Spring Festival") && reason.contains("12 February 2027"), "{reason}");
    let asked = police.caller.get(PATH).await.unwrap();
    assert_eq!(asked.text_at("/due_on"), "2027-02-12", "the police see the same");
    app.finish().await;
}
