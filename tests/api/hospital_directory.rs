//! The directory of hospitals: what their systems say, and what everybody finds.

use citygate::demo::actors::{Caller, System};
use citygate_catalogue::AgencyId;
use citygate_hospital::HOSPITAL;
use citygate_identity::KeyPair;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

const SCOPES: &[&str] =
    &["hospital.directory:write", "hospital.schedules:write", "hospital.schedules:read"];

/// A system of a hospital, with a token.
pub async fn system(app: &TestApp, agency: AgencyId) -> System {
    system_with(app, agency, SCOPES).await
}

pub async fn system_with(app: &TestApp, agency: AgencyId, scopes: &[&str]) -> System {
    let key = KeyPair::generate().unwrap();
    let id = app.register(agency, &key, scopes).await;
    let mut system = System::new(&app.url, id, &key).unwrap();
    app.authenticate(&mut system).await;
    system
}

fn profile() -> Value {
    json!({
        "grade": "2B", "telecom": "+86 571 5550 0900",
        "address": {"en": "9 Parking Street", "zh": "停车街9号"},
        "position": {"longitude_micro": 120_170_000, "latitude_micro": 30_250_000},
        "pinyin": "tcyy",
    })
}

fn department(location: &str) -> Value {
    json!({
        "name": {"en": "Snow Medicine", "zh": "雪科"}, "specialty": "03.04",
        "location_no": location,
    })
}

/// A clinic of a doctor on the next day, in two slots.
pub fn clinic(doctor: &str, on: &str) -> Value {
    let slot = |from: &str, to: &str| {
        json!({
            "starts_at": format!("{on}T{from}:00+08:00"), "ends_at": format!("{on}T{to}:00+08:00"),
            "places": {"app": 2, "onsite": 1},
        })
    };
    json!({
        "department_no": "CARD", "practitioner_no": doctor, "clinic_kind": "expert", "on": on,
        "part": "morning", "slots": [slot("09:00", "09:30"), slot("09:30", "10:00")],
    })
}

pub async fn items(caller: &Caller, path: &str) -> Vec<Value> {
    let reply = caller.get(path).await.unwrap();
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.body["items"].as_array().unwrap().clone()
}

/// The department of a number.
async fn department_of(caller: &Caller, number: &str) -> Value {
    let path = format!("/v1/hospital/hospitals/{HOSPITAL}/departments");
    let tree = items(caller, &path).await;
    tree.into_iter().find(|one| one["department_no"] == number).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn anybody_finds_the_way_from_the_city_to_a_free_place() {
    let app = TestApp::start().await;
    let anybody = app.anybody();
    let path = "/v1/hospital/hospitals?city=330100&specialty=03.04&near=120168200,30253100";
    let hospitals = items(&anybody, path).await;
    assert_eq!(hospitals.len(), 1, "{hospitals:?}");
    assert_eq!(hospitals[0]["id"], HOSPITAL.to_string());
    assert_eq!(hospitals[0]["grade_name"], "Grade 3A");
    assert!(hospitals[0]["distance_metres"].as_u64().unwrap() < 1_000);
    let found = anybody.get(&format!("/v1/hospital/hospitals/{HOSPITAL}")).await.unwrap();
    let locations = found.body["locations"].as_array().unwrap();
    let campuses = locations.iter().filter(|one| one["physical_type"] == "campus").count();
    assert_eq!(campuses, 2);
    let cardiology = department_of(&anybody, "CARD").await;
    assert_eq!(cardiology["place"], "Lakeside campus, Building 2, Floor 3");
    let internal = department_of(&anybody, "IM").await;
    assert_eq!((&cardiology["part_of"], &cardiology["depth"]), (&internal["id"], &json!(2)));
    let id = text(&cardiology["id"]);
    let doctors = items(&anybody, &format!("/v1/hospital/departments/{id}/practitioners")).await;
    let fang = doctors.iter().find(|doctor| doctor["name"] == "Fang Wei").unwrap();
    assert_eq!(fang["title_name"], "Chief physician");
    let expert = fang["clinics"].as_array().unwrap().iter().find(|one| one["kind"] == "expert");
    assert_eq!(expert.unwrap()["fee"], json!({"amount_minor": 5_000, "currency": "CNY"}));
    let theirs = format!("/v1/hospital/practitioners/{}/sessions", text(&fang["id"]));
    let sessions = items(&anybody, &theirs).await;
    assert_eq!(sessions[0]["practitioner"]["id"], fang["id"]);
    assert_eq!(sessions[0]["allocation"], "draw");
    let all = items(&anybody, &format!("/v1/hospital/departments/{id}/sessions")).await;
    assert!(all.len() > sessions.len());
    assert!(all.is_sorted_by_key(|one| text(&one["slots"][0]["starts_at"])), "{all:?}");
    let first = &all[0]["slots"][0];
    assert_eq!(cardiology["next_free"], first["starts_at"], "{first}");
    assert_eq!((&first["capacity"], &first["free"]), (&json!(4), &json!(4)));
    app.finish().await;
}

#[tokio::test]
async fn hospitals_come_in_pages() {
    let app = TestApp::start().await;
    let anybody = app.anybody();
    let path = "/v1/hospital/hospitals?city=330100&limit=2";
    let first = anybody.get(path).await.unwrap();
    let cursor = first.text_at("/next_cursor");
    let second = anybody.get(&format!("{path}&cursor={cursor}")).await.unwrap();
    let ids = |body: &Value| -> Vec<Value> {
        let items = body["items"].as_array().unwrap();
        items.iter().map(|one| one["id"].clone()).collect()
    };
    let found = [ids(&first.body), ids(&second.body)].concat();
    let all = anybody.get("/v1/hospital/hospitals?city=330100").await.unwrap();
    assert_eq!((found.len(), found), (3, ids(&all.body)));
    assert_eq!(second.body["next_cursor"], Value::Null);
    let unknown = anybody.get("/v1/hospital/hospitals?city=999999").await.unwrap();
    refused(&unknown, 404, "catalogue.city_unknown");
    for wrong in ["limit=0", "limit=101", "near=1", "near=200000000,0", "specialty=3", "x=1"] {
        let path = format!("/v1/hospital/hospitals?city=330100&{wrong}");
        refused(&anybody.get(&path).await.unwrap(), 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn one_search_finds_hospitals_departments_and_doctors_in_both_languages() {
    let app = TestApp::start().await;
    let anybody = app.anybody();
    let search = async |q: &str, language: &str| {
        let request = anybody.request(Method::GET, "/v1/hospital/search");
        let request = request.query(&[("city", "330100"), ("q", q)]);
        Answer::to(request.header("Accept-Language", language)).await.body
    };
    let chinese = search("心血管", "zh-CN").await;
    assert_eq!(chinese["departments"][0]["name"], "心血管内科");
    assert_eq!(chinese["departments"][0]["hospital"]["name"], "杭州市第一医院");
    let english = search("ＣＡＲＤＩＯ", "en").await;
    assert_eq!(english["departments"][0]["name"], "Cardiology");
    let doctor = search("fangwei", "zh-CN").await;
    assert_eq!(doctor["practitioners"][0]["name"], "方薇");
    assert_eq!(doctor["practitioners"][0]["title_name"], "主任医师");
    let hospital = search("first hospital", "en").await;
    assert_eq!(hospital["hospitals"][0]["id"], HOSPITAL.to_string());
    let nothing = search("眼睛", "zh-CN").await;
    assert_eq!(nothing, json!({"hospitals": [], "departments": [], "practitioners": []}));
    assert_eq!(search("％ _", "en").await, nothing, "not everything");
    for wrong in ["", &"x".repeat(65)] {
        let path = format!("/v1/hospital/search?city=330100&q={wrong}");
        refused(&anybody.get(&path).await.unwrap(), 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_hospital_describes_itself_and_saying_it_again_changes_nothing() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let system = system(&app, agency).await.caller;
    let put = async |path: &str, body: &Value| {
        system.put(&format!("/v1/hospital/directory/{path}"), body).await.unwrap()
    };
    let campus = json!({"physical_type": "campus", "name": {"en": "Main", "zh": "主院区"}});
    refused(&put("locations/MAIN", &campus).await, 404, "hospital.hospital_unknown");
    let doctor = json!({
        "name": {"en": "Snow White", "zh": "白雪"}, "title": "chief",
        "speciality": {"en": "Sleep", "zh": "睡眠"},
        "roles": [{"department_no": "SNOW", "clinic_kind": "expert"}],
    });
    let all = [
        ("profile", profile()),
        ("locations/MAIN", campus),
        ("departments/SNOW", department("MAIN")),
        ("practitioners/W1", doctor),
    ];
    for (path, body) in &all {
        let created = put(path, body).await;
        assert_eq!((created.status, &created.body["unchanged"]), (201, &json!(false)), "{path}");
    }
    let anybody = app.anybody();
    let own = format!("/v1/hospital/hospitals/{agency}");
    refused(&anybody.get(&own).await.unwrap(), 404, "hospital.hospital_unknown");
    let listing = json!({"state": "listed"});
    assert_eq!(put("listing", &listing).await.text_at("/state"), "listed");
    assert_eq!(anybody.get(&own).await.unwrap().text_at("/hospital/grade"), "2B");
    let mut sql = app.sql().await;
    let before = sql.dump().await;
    for (path, body) in &all {
        let again = put(path, body).await;
        assert_eq!((again.status, &again.body["unchanged"]), (200, &json!(true)), "{path}");
    }
    assert_eq!(put("listing", &listing).await.status, 200);
    assert_eq!(sql.dump().await, before);
    let mut moved = department("MAIN");
    moved["part_of"] = "SNOW".into();
    refused(&put("departments/SNOW", &moved).await, 422, "hospital.department_misplaced");
    let elsewhere = department("NOWHERE");
    let unknown = put("departments/SNOW", &elsewhere).await;
    refused(&unknown, 422, "hospital.reference_unknown");
    assert_eq!(unknown.text_at("/errors/0/pointer"), "/location_no");
    for (path, body) in [("locations/..", json!({})), ("locations/%E9%9B%AA", all[1].1.clone())] {
        let status = put(path, &body).await.status;
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    assert_eq!(sql.dump().await, before, "what was refused has changed nothing");
    assert_eq!(put("listing", &json!({"state": "delisted"})).await.text_at("/state"), "delisted");
    refused(&put("listing", &listing).await, 409, "hospital.listing_refused");
    refused(&anybody.get(&own).await.unwrap(), 404, "hospital.hospital_unknown");
    app.finish().await;
}

#[tokio::test]
async fn a_session_is_opened_once_seen_by_everybody_and_stopped() {
    let app = TestApp::start().await;
    let hospital = system(&app, HOSPITAL).await.caller;
    let on = (app.today() + chrono::TimeDelta::days(1)).to_string();
    let path = "/v1/hospital/sessions/X-1";
    let opened = hospital.put(path, &clinic("D02", &on)).await.unwrap();
    assert_eq!((opened.status, opened.minor_at("/fee")), (201, 3_000), "{}", opened.text);
    let again = hospital.put(path, &clinic("D02", &on)).await.unwrap();
    assert_eq!((again.status, &again.body["unchanged"]), (200, &json!(true)));
    let other = hospital.put(path, &clinic("D01", &on)).await.unwrap();
    refused(&other, 409, "booking.session_differs");
    let mut long = clinic("D02", &on);
    long["slots"][1]["ends_at"] = format!("{on}T10:01:00+08:00").into();
    let long = hospital.put("/v1/hospital/sessions/X-2", &long).await.unwrap();
    refused(&long, 422, "hospital.slots_refused");
    assert_eq!(long.text_at("/errors/0/pointer"), "/slots/1");
    assert!(long.text_at("/detail").contains("2022, No. 8"), "{}", long.text);
    let stranger = hospital.put("/v1/hospital/sessions/X-3", &clinic("D05", &on)).await.unwrap();
    refused(&stranger, 422, "hospital.role_missing");
    let cardiology = text(&department_of(&app.anybody(), "CARD").await["id"]);
    let seen = async || {
        let days = format!("from={on}&to={on}");
        let path = format!("/v1/hospital/departments/{cardiology}/sessions?{days}");
        let sessions = items(&app.anybody(), &path).await;
        sessions.into_iter().find(|one| one["id"] == opened.body["id"]).unwrap()
    };
    let session = seen().await;
    assert_eq!((&session["state"], &session["slots"][1]["free"]), (&json!("open"), &json!(2)));
    assert_eq!(
        session["title"],
        "Cardiology, Zhou Ming (Associate chief physician), Expert clinic"
    );
    let off = json!({"reason": "医师停诊"});
    for _ in 0..2 {
        let stopped = hospital.put(&format!("{path}/stop"), &off).await.unwrap();
        assert_eq!((stopped.status, stopped.text_at("/state").as_str()), (200, "stopped"));
    }
    assert_eq!(seen().await["state"], "stopped");
    app.finish().await;
}

#[tokio::test]
async fn a_hospital_sees_who_comes_and_they_read_that_it_did() {
    let app = TestApp::start().await;
    let hospital = system(&app, HOSPITAL).await.caller;
    let on = (app.today() + chrono::TimeDelta::days(1)).to_string();
    let path = "/v1/hospital/sessions/X-1";
    let mut general = clinic("D02", &on);
    general["clinic_kind"] = "general".into();
    let opened = hospital.put(path, &general).await.unwrap();
    assert_eq!(opened.status, 201, "{}", opened.text);
    let cardiology = text(&department_of(&app.anybody(), "CARD").await["id"]);
    let sessions = format!("/v1/hospital/departments/{cardiology}/sessions");
    let sessions = items(&app.anybody(), &sessions).await;
    let session = sessions.iter().find(|one| one["id"] == opened.body["id"]).unwrap();
    let citizen = app.demo_citizen(0).await.caller;
    let claim = json!({"slot_id": session["slots"][0]["id"]});
    let claimed = citizen.post_once("/v1/appointments", "claim", &claim).await.unwrap();
    assert!(claimed.status < 300, "{}", claimed.text);
    let listed = items(&hospital, &format!("{path}/appointments")).await;
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["name"], &listed[0]["origin"]), (&json!("王*"), &json!("claim")));
    assert_eq!(listed[0]["id"], claimed.body["id"]);
    let entries = items(&citizen, "/v1/me/accesses").await;
    let shown = entries.iter().find(|entry| entry["action"]["code"] == "shown").unwrap();
    assert_eq!(
        (&shown["purpose"]["code"], &shown["case"]),
        (&json!("hospital.appointment"), &json!("X-1"))
    );
    app.finish().await;
}

#[tokio::test]
async fn another_hospital_sees_and_touches_nothing() {
    let app = TestApp::start().await;
    let hospital = system(&app, HOSPITAL).await.caller;
    let on = (app.today() + chrono::TimeDelta::days(1)).to_string();
    let path = "/v1/hospital/sessions/X-1";
    assert_eq!(hospital.put(path, &clinic("D02", &on)).await.unwrap().status, 201);
    let other = system(&app, app.other_agency().await).await.caller;
    let before = app.sql().await.dump().await;
    let stopped = other.put(&format!("{path}/stop"), &json!({"reason": "x"})).await.unwrap();
    refused(&stopped, 404, "hospital.session_unknown");
    let listed = other.get(&format!("{path}/appointments")).await.unwrap();
    refused(&listed, 404, "hospital.session_unknown");
    let opened = other.put(path, &clinic("D02", &on)).await.unwrap();
    refused(&opened, 404, "hospital.hospital_unknown");
    let body = json!({"state": "suspended"});
    let suspended = other.put("/v1/hospital/directory/listing", &body).await.unwrap();
    refused(&suspended, 404, "hospital.hospital_unknown");
    assert_eq!(app.sql().await.dump().await, before);
    let reader = system_with(&app, HOSPITAL, &["hospital.schedules:read"]).await.caller;
    let forbidden = reader.put("/v1/hospital/directory/listing", &body).await.unwrap();
    refused(&forbidden, 403, "identity.scope_missing");
    app.finish().await;
}

#[tokio::test]
async fn statistics_are_public_and_name_their_rule() {
    let app = TestApp::start().await;
    let path = format!("/v1/hospital/hospitals/{HOSPITAL}/statistics");
    let found = app.anybody().get(&path).await.unwrap();
    assert_eq!((found.status, &found.body["booked"]), (200, &json!(0)), "{}", found.text);
    assert_eq!((&found.body["waiting"], &found.body["smallest_cell"]), (&Value::Null, &json!(10)));
    assert!(found.text_at("/citation").contains("Personal Information Protection Law"));
    let long = app.anybody().get(&format!("{path}?from=2020-01-01")).await.unwrap();
    refused(&long, 422, "hospital.period_out_of_range");
    app.finish().await;
}
