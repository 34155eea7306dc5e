//! What is published of how much services are used, and what is not.

use chrono::TimeDelta;
use citygate_catalogue::AgencyId;
use citygate_usage::{Measure, Service, count};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, at_their_desks, in_role},
    support::{Answer, TestApp, refused},
};

const WATER: &str = "utilities.water_bill";
const STALL: &str = "market.stall_permit";
const HOTLINE: &str = "feedback.hotline_12345";

/// Something happens with a service so many times.
async fn happens(app: &TestApp, agency: AgencyId, item: &str, measure: Measure, times: usize) {
    let cx = app.city().cx();
    let service = Service { agency, item };
    for _ in 0..times {
        let counted = cx.db.tx("test.count", async |tx| count(&cx, tx, service, measure).await);
        counted.await.unwrap();
    }
}

async fn get(app: &TestApp, path: &str) -> Answer {
    Answer::to(app.anybody().request(Method::GET, path)).await
}

/// Codes and counts of a ranking.
fn ranked(answer: &Answer) -> Vec<(String, i64)> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| {
            let key = row.get("item").or(row.get("city")).unwrap().as_str().unwrap();
            (key.to_owned(), row["count"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn a_month_is_open_data_when_it_is_over_in_three_forms() {
    let app = TestApp::start().await;
    let (one, other) = (app.other_agency().await, app.other_agency().await);
    happens(&app, one, WATER, Measure::Used, 25).await;
    happens(&app, other, WATER, Measure::Used, 5).await;
    happens(&app, one, STALL, Measure::Used, 12).await;
    happens(&app, one, HOTLINE, Measure::Used, 9).await;
    let path = "/v1/usage/cities/330100/ranking";
    let early = get(&app, &format!("{path}?month=2026-11")).await;
    assert_eq!((early.status, early.problem().as_str()), (404, "usage.month_unpublished"));
    assert!(early.text.contains("2026-10"), "{}", early.text);
    app.later(TimeDelta::days(8));
    let found = get(&app, path).await;
    let wanted = [(WATER.to_owned(), 30), (STALL.to_owned(), 12)];
    assert_eq!(ranked(&found), wanted);
    assert_eq!((&found.body["month"], &found.body["shown"]), (&json!("2026-11"), &json!(42)));
    assert_eq!(found.header("cache-control"), "public, max-age=300");
    assert_eq!(ranked(&get(&app, &format!("{path}?month=2026-10")).await), []);

    let table = get(&app, &format!("{path}.csv?month=2026-11")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<_> = table.text.split("\r\n").collect();
    assert_eq!(lines[0], "city,month,rank,item,name_en,name_zh,count");
    assert!(lines[1].starts_with("330100,2026-11,1,utilities.water_bill,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",30") && lines.len() == 4 && lines[3].is_empty(), "{lines:?}");

    let request = app.anybody().request(Method::GET, &format!("{path}.svg"));
    let picture = Answer::to(request.header("Accept-Language", "zh-CN")).await;
    assert_eq!(picture.header("content-type"), "image/svg+xml; charset=utf-8");
    assert!(picture.text.contains("最常用服务</title>"), "{}", picture.text);
    assert!(
        picture.text.contains("30次；") && picture.text.contains("</desc>"),
        "{}",
        picture.text
    );
    assert!(!picture.text.contains(HOTLINE) && !picture.text.contains("12345"));

    let cities = get(&app, &format!("/v1/usage/items/{WATER}/cities")).await;
    assert_eq!(ranked(&cities), [("330100".to_owned(), 30)]);
    let cities = get(&app, &format!("/v1/usage/items/{WATER}/cities.csv")).await;
    assert!(cities.text.contains(",1,330100,Hangzhou,"), "{}", cities.text);
    let rare = get(&app, &format!("/v1/usage/items/{HOTLINE}/cities")).await;
    assert_eq!(ranked(&rare), []);
    let months = get(&app, "/v1/usage/months").await;
    assert_eq!(months.body["items"], json!([{"month": "2026-11", "scorecards": false}]));
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_knows_is_not_found_and_what_is_no_month_is_refused() {
    let app = TestApp::start().await;
    for (path, status, code) in [
        ("/v1/usage/cities/820000/ranking", 404, "catalogue.city_unknown"),
        ("/v1/usage/cities/820000/scorecards", 404, "catalogue.city_unknown"),
        ("/v1/usage/cities/330100/ranking?month=2026-13", 400, "request.invalid_parameter"),
        ("/v1/usage/cities/330100/ranking?month=12026-1", 400, "request.invalid_parameter"),
        ("/v1/usage/cities/330100/ranking?month=9999-12", 400, "request.invalid_parameter"),
        ("/v1/usage/cities/330100/ranking?year=2026", 400, "request.invalid_parameter"),
        ("/v1/usage/items/a/cities", 400, "request.invalid_parameter"),
        ("/v1/usage/items/A.b/cities.csv", 400, "request.invalid_parameter"),
        ("/v1/usage/cities/330100/ranking.svg?month=2199-12", 404, "usage.month_unpublished"),
        ("/v1/usage/cities/330100/scorecards?month=2026-10", 404, "usage.month_unpublished"),
    ] {
        let answer = get(&app, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert_eq!(answer.problem(), code, "{path}");
    }
    for path in ["/v1/usage/items/a.b/cities", "/v1/usage/cities/330100/ranking?month=1900-01"] {
        assert_eq!(ranked(&get(&app, path).await), [], "{path}");
    }
    let months = get(&app, "/v1/usage/months").await;
    assert_eq!(months.body["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn scorecards_tell_shares_and_never_a_number_below_ten() {
    let app = TestApp::start().await;
    let (good, fair, new) =
        (app.other_agency().await, app.other_agency().await, app.other_agency().await);
    happens(&app, good, STALL, Measure::InTime, 57).await;
    happens(&app, good, STALL, Measure::Late, 3).await;
    happens(&app, good, WATER, Measure::Refused, 15).await;
    happens(&app, fair, STALL, Measure::InTime, 20).await;
    happens(&app, fair, STALL, Measure::Late, 20).await;
    happens(&app, fair, STALL, Measure::Supplemented, 38).await;
    happens(&app, new, STALL, Measure::InTime, 9).await;
    // 9:00 of the 31 December: November has been over for thirty days.
    app.later(TimeDelta::days(38));
    let path = "/v1/usage/cities/330100/scorecards";
    let found = get(&app, &format!("{path}?month=2026-11")).await;
    let share = |bound: &str, percent: i64| json!({"bound": bound, "percent": percent});
    let rows = found.body["items"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{}", found.text);
    assert_eq!(rows[0]["agency_id"], good.to_string());
    assert_eq!(rows[0]["answered"], 60);
    assert_eq!(rows[0]["on_time"], share("at_least", 85));
    assert_eq!(rows[0]["refused"], share("exactly", 25));
    assert_eq!(rows[0]["supplemented"], share("at_most", 15));
    assert_eq!(rows[1]["on_time"], share("exactly", 50));
    assert_eq!(rows[1]["refused"], share("at_most", 23));
    assert_eq!(rows[1]["supplemented"], share("at_least", 77));
    let table = get(&app, &format!("{path}.csv?month=2026-11")).await;
    let wanted = ",60,at_least,85,exactly,25,at_most,15\r\n";
    assert!(table.text.contains(wanted), "{}", table.text);
    let months = get(&app, "/v1/usage/months").await;
    assert_eq!(months.body["items"][0], json!({"month": "2026-11", "scorecards": true}));
    app.finish().await;
}

#[tokio::test]
async fn an_agency_sees_its_own_figures_whole_and_nobody_elses() {
    let app = TestApp::start().await;
    let mut agency = Agency::new(&app, app.other_agency().await, "usage.example").await;
    let elsewhere = app.other_agency().await;
    happens(&app, agency.id, STALL, Measure::Used, 3).await;
    happens(&app, agency.id, STALL, Measure::Late, 1).await;
    happens(&app, elsewhere, WATER, Measure::Used, 50).await;
    at_their_desks(&app).await;
    assert_eq!(agency.clerk.refresh().await.unwrap().status, 200);
    let clerk = &agency.clerk.caller;
    let path = |id: AgencyId| format!("/v1/usage/agencies/{id}/statistics");
    let found = clerk.get(&path(agency.id)).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.text_at("/month"), "2026-11");
    let rows = found.body["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{}", found.text);
    let mut row = rows[0].clone();
    let name = row.as_object_mut().unwrap().remove("name");
    assert!(name.is_some_and(|name| name.is_string()));
    let counts: Value = json!({
        "item": STALL, "used": 3, "in_time": 0, "late": 1, "refused": 0, "supplemented": 0,
    });
    assert_eq!(row, counts);
    assert_eq!(clerk.get(&path(elsewhere)).await.unwrap().status, 404);
    let editor = in_role(&app, &mut agency, "editor").await;
    refused(&editor.caller.get(&path(agency.id)).await.unwrap(), 403, "identity.duty_missing");
    let anybody = app.anybody().get(&path(agency.id)).await.unwrap();
    assert_eq!(anybody.status, 401);
    app.finish().await;
}
