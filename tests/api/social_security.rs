//! Social security: what somebody reads of the own record, and what is made of it.

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use citygate_sandbox::records_office::{Behaviour, RecordsOfficeSandbox};
use citygate_social_security::AGENCY;
use serde_json::{Value, json};

use crate::{
    step_up::{code, prove},
    support::{Answer, TestApp, refused},
};

/// Li Wei, whom the register of Zhengzhou knows.
pub const KNOWN: usize = 1;

/// The register of the demo city.
pub fn office(app: &TestApp) -> &RecordsOfficeSandbox {
    app.city().sandboxes.records_office.as_ref().unwrap()
}

/// A path below an agency.
pub fn at(agency: AgencyId, what: &str) -> String {
    format!("/v1/social-security/agencies/{agency}/{what}")
}

/// A fresh proof for a record, in a token of its own.
pub async fn raised(app: &TestApp, citizen: &CitizenApp, who: usize) -> Caller {
    let wanted = json!({"purpose": "social_security.read"});
    let code = code(app, citizen, &wanted).await;
    let proven = prove(citizen, &wanted, DEMO_CITIZENS[who].2, &code).await;
    assert_eq!(proven.status, 201, "{}", proven.text);
    citizen.caller.with_token(proven.text_at("/access_token"))
}

/// Whoever the register knows, looking at the record.
pub async fn looking(app: &TestApp) -> CitizenApp {
    let citizen = app.demo_citizen(KNOWN).await;
    let record = raised(app, &citizen, KNOWN).await.get(&at(AGENCY, "record")).await.unwrap();
    assert_eq!(record.status, 200, "{}", record.text);
    citizen
}

async fn read(caller: &Caller, what: &str) -> Reply {
    caller.get(&at(AGENCY, what)).await.unwrap()
}

const PARTS: [&str; 4] = ["months", "months.svg", "gaps", "forecast"];

#[tokio::test]
async fn a_record_takes_a_fresh_proof_which_serves_once_and_opens_ten_minutes() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(KNOWN).await;
    refused(&read(&citizen.caller, "record").await, 401, "identity.step_up_required");
    for part in PARTS {
        refused(&read(&citizen.caller, part).await, 401, "identity.step_up_required");
    }
    assert!(office(&app).asked().is_empty(), "nobody was asked");
    let raised = raised(&app, &citizen, KNOWN).await;
    let record = read(&raised, "record").await;
    assert_eq!(record.status, 200, "{}", record.text);
    assert_eq!(
        record.body["insurances"],
        json!([
            {"kind": "pension", "name": "Pension", "months": 136, "years": 11, "months_beside": 4,
             "first_month": "2015-01", "last_month": "2026-09",
             "base": {"amount_minor": 400_000, "currency": "CNY"}},
            {"kind": "medical", "name": "Medical", "months": 126, "years": 10, "months_beside": 6,
             "first_month": "2015-01", "last_month": "2025-09",
             "base": {"amount_minor": 400_000, "currency": "CNY"}},
        ])
    );
    assert_eq!(record.text_at("/register/freshness"), "live");
    assert_eq!(record.text_at("/register/agency_id"), AGENCY.to_string());
    refused(&read(&raised, "record").await, 401, "identity.step_up_required");
    for part in PARTS {
        assert_eq!(read(&citizen.caller, part).await.status, 200, "{part}");
    }
    assert_eq!(office(&app).asked().len(), 1, "an answer is good for five minutes");
    let mut sql = app.sql().await;
    let entries = async |sql: &mut crate::support::Sql, action: &str| {
        sql.count(&format!("identity.access_entries WHERE action = '{action}'")).await
    };
    assert_eq!(entries(&mut sql, "social_security_read").await, 1 + PARTS.len());
    assert_eq!(entries(&mut sql, "disclosed").await, 1);
    app.later_with(&mut citizen, TimeDelta::minutes(10)).await;
    for part in PARTS {
        refused(&read(&citizen.caller, part).await, 401, "identity.step_up_required");
    }
    app.finish().await;
}

#[tokio::test]
async fn months_gaps_and_forecast_are_what_the_record_says() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    let first = read(&citizen.caller, "months?limit=2&kind=pension").await;
    let months: Vec<&Value> = first.body["items"].as_array().unwrap().iter().collect();
    assert_eq!((&months[0]["month"], months.len()), (&json!("2026-09"), 2));
    assert_eq!(first.body["next_before"], "2026-08");
    assert_eq!(months[0]["contributions"][0]["own"]["amount_minor"], 80_000);
    let last = read(&citizen.caller, "months?before=2015-02").await;
    assert_eq!(
        (last.body["items"].as_array().unwrap().len(), &last.body["next_before"]),
        (1, &Value::Null)
    );
    let gaps = read(&citizen.caller, "gaps").await;
    let shown: Vec<String> = gaps.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| {
            let text = |name: &str| gap[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text("kind"), text("from"), text("to"), gap["months"])
        })
        .collect();
    assert_eq!(
        shown,
        ["unpaid 2021-10 2021-12 3", "owed 2025-08 2025-09 2", "unpaid 2026-10 2026-10 1"]
    );
    let forecast = read(&citizen.caller, "forecast").await;
    assert_eq!(forecast.text_at("/retires"), "2053-03");
    assert_eq!(
        (&forecast.body["age_years"], &forecast.body["months_needed"]),
        (&json!(63), &json!(240))
    );
    // 136 months paid, and 316 from November 2026 to February 2053: 37 full years.
    assert_eq!(forecast.body["months_to_come"], 316);
    // Index (6100 × 136 + 5936 × 316) ÷ 452 = 5985; (6738 + 6738 × 0.5985) ÷ 2 × 37 %.
    assert_eq!(forecast.minor_at("/monthly_pension/pooled"), 199_257);
    // (41984.00 + 4000 × 8 % × 316) ÷ 117.
    assert_eq!(forecast.minor_at("/monthly_pension/account"), 122_311);
    assert_eq!(forecast.body["assumptions"].as_array().unwrap().len(), 5);
    assert_eq!(forecast.body["citations"].as_array().unwrap().len(), 4);
    let stops = read(&citizen.caller, "forecast?pays_on=false").await;
    assert_eq!(
        (&stops.body["months_missing"], &stops.body["monthly_pension"]),
        (&json!(104), &Value::Null)
    );
    let svg =
        Answer::to(citizen.caller.request(reqwest::Method::GET, &at(AGENCY, "months.svg"))).await;
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.text.contains("2024-11 to 2026-10: 3 of 24 months"), "{}", svg.text);
    for wrong in [
        "months?limit=0",
        "months?limit=61",
        "months?before=2026-13",
        "months?kind=dental",
        "months?page=2",
        "forecast?pays_on=maybe",
    ] {
        refused(&read(&citizen.caller, wrong).await, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_register_that_is_silent_is_stood_in_for_by_what_it_said_last() {
    let app = TestApp::start().await;
    let citizen = looking(&app).await;
    app.later(TimeDelta::minutes(6));
    office(&app).behave([Behaviour::Error500]);
    let record = read(&citizen.caller, "gaps").await;
    assert_eq!(record.status, 200, "{}", record.text);
    assert_eq!(record.text_at("/register/freshness"), "kept");
    assert_eq!(record.text_at("/register/trouble"), "failed");
    assert!(record.text_at("/register/notice").contains("could not be heard"));
    office(&app).behave([Behaviour::NoSuchRecord, Behaviour::Error500]);
    refused(&read(&citizen.caller, "gaps").await, 404, "inquiry.no_record");
    refused(&read(&citizen.caller, "gaps").await, 503, "inquiry.unheard");
    assert_eq!(read(&citizen.caller, "gaps").await.text_at("/register/freshness"), "live");
    app.finish().await;
}

#[tokio::test]
async fn whom_the_register_does_not_know_and_who_has_no_name_see_nothing() {
    let app = TestApp::start().await;
    let unknown = app.demo_citizen(0).await;
    let raised_once = raised(&app, &unknown, 0).await;
    refused(&read(&raised_once, "record").await, 404, "inquiry.no_record");
    // The ten minutes are open, and there is still nothing.
    refused(&read(&unknown.caller, "gaps").await, 404, "inquiry.no_record");
    let nameless = app.citizen("nobody@citygate.example").await;
    for path in
        [at(AGENCY, "record"), at(AGENCY, "months"), "/v1/social-security/orders".to_owned()]
    {
        let reply = nameless.caller.get(&path).await.unwrap();
        refused(&reply, 403, "identity.real_name_required");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_agency_of_another_city_that_nobody_can_ask_uses_up_no_proof() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(KNOWN).await;
    let elsewhere = app.other_agency().await;
    let raised = raised(&app, &citizen, KNOWN).await;
    let record = raised.get(&at(elsewhere, "record")).await.unwrap();
    refused(&record, 404, "social_security.agency_unknown");
    let gaps = citizen.caller.get(&at(elsewhere, "gaps")).await.unwrap();
    refused(&gaps, 404, "social_security.agency_unknown");
    assert_eq!(read(&raised, "record").await.status, 200);
    for (query, count) in [("", 1), ("?city=410100", 1), ("?city=330100", 0)] {
        let path = format!("/v1/social-security/agencies{query}");
        let listed = citizen.caller.get(&path).await.unwrap();
        assert_eq!(listed.body["items"].as_array().unwrap().len(), count, "{query}");
    }
    app.finish().await;
}
