//! Offices and their days, and the calendar file of an appointment; and the couple whom other stories
//! of marriages follow.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_catalogue::{AgencyId, Office, OfficeId, put_office};
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::{CityCode, Text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, accept, sure},
    step_up::{code, prove},
    support::{TestApp, refused},
};

/// A registry: its agency, its office, and somebody who registers there.
pub struct Registry {
    pub agency: AgencyId,
    pub office: OfficeId,
    pub registrar: CitizenApp,
}

impl Registry {
    pub async fn new(app: &TestApp) -> Self {
        let agency = app.other_agency().await;
        let office = Office {
            id: OfficeId::new(CityCode::HANGZHOU, &app.clock),
            agency,
            kind: "marriage_registry".parse().unwrap(),
            name: Text::new("Xihu Marriage Registry", "西湖区婚姻登记处"),
            address: Text::new("1 Lake Road", "湖滨路1号"),
            capabilities: vec!["foreign".parse().unwrap()],
            open: true,
        };
        let db = &app.city().platform.db;
        db.tx("test.put_office", async |tx| put_office(tx, &office).await).await.unwrap();
        let registrar = registrar(app, agency, "first.example").await;
        Self { agency, office: office.id, registrar }
    }

    /// The path of something that its staff do.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/marriage/agencies/{}/{rest}", self.agency)
    }

    pub fn day(&self, on: &str) -> String {
        self.path(&format!("offices/{}/days/{on}", self.office))
    }

    /// Opens a day with two windows of an hour from nine on.
    pub async fn open(&self, on: &str, places: u16) -> Value {
        let opened = self.registrar.caller.put(&self.day(on), &windows(places)).await.unwrap();
        assert_eq!(opened.status, 201, "{}", opened.text);
        opened.body["items"][0].clone()
    }
}

fn windows(places: u16) -> Value {
    json!({"windows": [
        {"from": "09:00", "to": "10:00", "places": places, "walk_in": 1},
        {"from": "10:00", "to": "11:00", "places": places}
    ]})
}

/// Somebody who registers marriages for an agency, freshly signed in.
pub async fn registrar(app: &TestApp, agency: AgencyId, domain: &str) -> CitizenApp {
    let staff = Agency::new(app, agency, domain).await;
    let registrar = sure(app, &format!("registrar@{domain}")).await;
    assert_eq!(staff.invite(&registrar.email, "registrar").await.status, 201);
    assert_eq!(accept(app, &registrar).await.status, 200);
    registrar
}

/// Two people and their case.
pub struct Couple {
    pub both: [CitizenApp; 2],
    pub case: String,
}

/// A caller who has just proven who they are, for one case.
pub async fn proven(app: &TestApp, citizen: &CitizenApp, which: usize, case: &str) -> Caller {
    let wanted = json!({"purpose": "marriage.sign", "object": case});
    let code = code(app, citizen, &wanted).await;
    let proof = prove(citizen, &wanted, DEMO_CITIZENS[which].2, &code).await;
    assert_eq!(proof.status, 201, "{}", proof.text);
    citizen.caller.with_token(proof.text_at("/access_token"))
}

impl Couple {
    /// Both have confirmed and signed.
    pub async fn new(app: &TestApp) -> Self {
        let both = [app.demo_citizen(0).await, app.demo_citizen(1).await];
        let city = json!({"city": "330100"});
        let begun = both[0].caller.post_once("/v1/marriage/cases", "begin", &city).await.unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text);
        let couple = Self { both, case: begun.text_at("/id") };
        let first = couple.proven(app, 0).await;
        let path = couple.path("invitation");
        let invited = first.post(&path, &json!({})).await.unwrap();
        assert_eq!(invited.status, 201, "{}", invited.text);
        let code = json!({"code": invited.text_at("/code")});
        let second = couple.proven(app, 1).await;
        let confirmed = second.post(&couple.path("confirmation"), &code).await.unwrap();
        assert_eq!(confirmed.status, 201, "{}", confirmed.text);
        for (which, sex) in ["female", "male"].into_iter().enumerate() {
            couple.sign(app, which, sex).await;
        }
        couple
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/marriage/cases/{}/{rest}", self.case)
    }

    async fn proven(&self, app: &TestApp, which: usize) -> Caller {
        proven(app, &self.both[which], which, &self.case).await
    }

    async fn sign(&self, app: &TestApp, which: usize, sex: &str) {
        let text = self.both[which].caller.get("/v1/marriage/statements/330100").await.unwrap();
        let body = json!({"version": text.text_at("/version"), "sex": sex, "kinship": "none",
            "marital_status": "never_married", "illness": "none"});
        let proven = self.proven(app, which).await;
        let signed = proven.post(&self.path("statement"), &body).await.unwrap();
        assert_eq!(signed.status, 201, "{}", signed.text);
    }

    /// Checks a day, and books the window that begins then.
    pub async fn book(&self, key: &str, day: &Value, window: usize) -> Reply {
        let checked = json!({"on": day["on"]});
        let checked = self.both[0].caller.post(&self.path("prechecks"), &checked).await.unwrap();
        assert_eq!((checked.status, &checked.body["ready"]), (200, &json!(true)));
        let path = self.path("appointment");
        self.both[0].caller.post_once(&path, key, &slot(day, window)).await.unwrap()
    }

    /// Both open the app again.
    pub async fn refresh(&mut self) {
        for citizen in &mut self.both {
            assert_eq!(citizen.refresh().await.unwrap().status, 200);
        }
    }

    async fn calendar(&self, which: usize) -> String {
        let file = self.both[which].caller.get(&self.path("calendar")).await.unwrap();
        assert_eq!(file.status, 200, "{}", file.text);
        file.text
    }
}

/// A window of a day, as a booking names it.
fn slot(day: &Value, window: usize) -> Value {
    let starts_at = &day["windows"][window]["starts_at"];
    json!({"session_id": day["session_id"], "starts_at": starts_at})
}

/// The registry sees both on the day, and registers them.
pub async fn registered(app: &TestApp, registry: &Registry, couple: &Couple) -> Reply {
    let path = registry.path(&format!("cases/{}", couple.case));
    for (side, sex) in [("a", "female"), ("b", "male")] {
        let seen = json!({"side": side, "document_sex": sex});
        let seen = registry.registrar.caller.put(&format!("{path}/presence"), &seen).await;
        let seen = seen.unwrap();
        assert_eq!(seen.status, 200, "{}", seen.text);
    }
    let register = registry.registrar.caller.request(Method::POST, &format!("{path}/registration"));
    let register = register.header("Idempotency-Key", "register");
    let done = registry.registrar.caller.send(register).await.unwrap();
    assert_eq!(done.status, 201, "{}", done.text);
    app.work().await;
    done
}

async fn listed(app: &TestApp, registry: &Registry, from: &str, to: &str) -> Reply {
    let path = format!("/v1/marriage/offices/{}/windows?from={from}&to={to}", registry.office);
    app.anybody().get(&path).await.unwrap()
}

#[tokio::test]
async fn an_office_opens_a_day_once_and_anybody_sees_what_is_free_and_why() {
    let app = TestApp::start().await;
    let registry = Registry::new(&app).await;
    let staff = &registry.registrar.caller;
    let opened = registry.open("2026-11-30", 2).await;
    let again = staff.put(&registry.day("2026-11-30"), &windows(2)).await.unwrap();
    assert_eq!((again.status, &again.body["items"][0]), (200, &opened), "{}", again.text);
    let other = staff.put(&registry.day("2026-11-30"), &windows(3)).await.unwrap();
    refused(&other, 409, "booking.session_differs");

    let found = listed(&app, &registry, "2026-11-23", "2026-12-31").await;
    assert_eq!(found.text_at("/name"), "Xihu Marriage Registry");
    assert_eq!(found.body["capabilities"], json!(["foreign"]));
    let day = &found.body["items"][0];
    assert_eq!(day, &opened);
    // Hangzhou wants one working day of notice: for a Monday, until Friday is over.
    assert_eq!(day["bookable_until"], "2026-11-27T16:00:00Z");
    assert_eq!(day["bookable_from"], "2026-10-30T16:00:00Z");
    assert_eq!((&day["bookable"], &day["stopped"]), (&json!(true), &json!(false)));
    assert_eq!(day["windows"][0]["free"], 2);
    let why = day["explanation"].as_str().unwrap();
    assert!(why.contains("until 2026-11-28 00:00") && why.contains("one working day"), "{why}");
    let session = format!("/v1/sessions/{}", day["session_id"].as_str().unwrap());
    refused(&app.anybody().get(&session).await.unwrap(), 404, "booking.session_unknown");
    let claim = json!({"slot_id": day["windows"][0]["slot_id"]});
    let citizen = app.demo_citizen(0).await;
    let claimed = citizen.caller.post_once("/v1/appointments", "1", &claim).await.unwrap();
    refused(&claimed, 404, "booking.slot_unknown");

    // A minute later nobody can book it any more.
    let friday: DateTime<Utc> = "2026-11-27T16:00:00Z".parse().unwrap();
    app.later(friday - app.clock.now());
    let day = listed(&app, &registry, "2026-11-30", "2026-11-30").await;
    assert_eq!(day.body["items"][0]["bookable"], false);
    assert_eq!(day.body["items"][0]["windows"][0]["free"], 0);
    app.finish().await;
}

#[tokio::test]
async fn a_day_that_many_choose_has_more_places_and_says_why() {
    let app = TestApp::start().await;
    let registry = Registry::new(&app).await;
    let plain = registry.open("2027-05-19", 3).await;
    assert_eq!((&plain["windows"][0]["capacity"], plain.get("surge")), (&json!(3), None));
    for on in ["2027-05-20", "2027-08-08", "2027-09-09"] {
        let day = registry.open(on, 3).await;
        let more = day["windows"][0]["capacity"].as_i64().unwrap();
        let surge = &day["surge"];
        let percent = surge["app_percent"].as_i64().unwrap();
        assert_eq!(more, (3 * percent + 99) / 100, "{day}");
        assert!(percent > 100 && !surge["citation"].as_str().unwrap().is_empty());
    }
    app.finish().await;
}

#[tokio::test]
async fn only_the_registrars_of_an_office_open_sound_days_of_it() {
    let app = TestApp::start().await;
    let registry = Registry::new(&app).await;
    let staff = &registry.registrar.caller;
    let path = registry.day("2026-11-30");
    let citizen = app.demo_citizen(0).await;
    let foreign = citizen.caller.put(&path, &windows(1)).await.unwrap();
    refused(&foreign, 404, "request.not_found");
    let elsewhere = OfficeId::new(CityCode::HANGZHOU, &app.clock);
    let unknown = registry.path(&format!("offices/{elsewhere}/days/2026-11-30"));
    let unknown = staff.put(&unknown, &windows(1)).await.unwrap();
    refused(&unknown, 404, "catalogue.office_unknown");
    for (on, body, status, code) in [
        ("2026-11-22", windows(1), 422, "marriage.office_day_unsound"),
        ("2028-01-01", windows(1), 422, "marriage.office_day_unsound"),
        ("2026-11-30", json!({"windows": []}), 422, "marriage.office_day_unsound"),
        (
            "2026-11-30",
            json!({"windows": [{"from": "10:00", "to": "09:00", "places": 1}]}),
            422,
            "marriage.office_day_unsound",
        ),
        (
            "2026-11-30",
            json!({"windows": [{"from": "9:00", "to": "10:00", "places": 1}]}),
            400,
            "request.invalid_body",
        ),
        (
            "2026-11-30",
            json!({"windows": [{"from": "09:00", "to": "10:00", "places": 501}]}),
            400,
            "request.invalid_body",
        ),
    ] {
        refused(&staff.put(&registry.day(on), &body).await.unwrap(), status, code);
    }
    let stop = json!({"reason": "No power."});
    let nothing = staff.put(&format!("{path}/stop"), &stop).await.unwrap();
    refused(&nothing, 404, "marriage.office_day_unknown");
    registry.open("2026-11-30", 1).await;
    for _ in 0..2 {
        let stopped = staff.put(&format!("{path}/stop"), &stop).await.unwrap();
        assert_eq!((stopped.status, &stopped.body["items"][0]["stopped"]), (200, &json!(true)));
    }
    for (from, to) in [("2026-12-01", "2026-11-30"), ("2026-11-30", "2027-01-31")] {
        refused(&listed(&app, &registry, from, to).await, 422, "marriage.too_many_days");
    }
    assert_eq!(listed(&app, &registry, "2026-11-30", "2027-01-30").await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn the_calendar_file_follows_the_appointment_and_names_nobody() {
    let app = TestApp::start().await;
    let registry = Registry::new(&app).await;
    let couple = Couple::new(&app).await;
    let none = couple.both[0].caller.get(&couple.path("calendar")).await.unwrap();
    refused(&none, 404, "marriage.no_appointment");
    let day = registry.open("2026-12-02", 1).await;
    let booked = couple.book("book", &day, 0).await;
    assert_eq!(booked.status, 201, "{}", booked.text);
    let first = couple.calendar(0).await;
    assert_eq!(first, couple.calendar(1).await);
    let has = |file: &str, line: &str| file.split("\r\n").any(|one| one == line);
    let uid = format!("UID:{}@citygate", couple.case);
    for line in [&uid, "SEQUENCE:0", "STATUS:CONFIRMED", "DTSTART:20261202T010000Z"] {
        assert!(has(&first, line), "{line}: {first}");
    }
    let third = app.real_name("third@example.com", "张三", "110101198001010010").await;
    let foreign = third.caller.get(&couple.path("calendar")).await.unwrap();
    refused(&foreign, 404, "marriage.case_unknown");

    app.later(TimeDelta::seconds(1));
    let put = couple.both[1].caller.request(Method::PUT, &couple.path("appointment"));
    let put = put.header("Idempotency-Key", "move").json(&slot(&day, 1));
    let moved = couple.both[1].caller.send(put).await.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text);
    let second = couple.calendar(1).await;
    for line in [&uid, "SEQUENCE:1", "STATUS:CONFIRMED", "DTSTART:20261202T020000Z"] {
        assert!(has(&second, line), "{line}: {second}");
    }

    app.later(TimeDelta::seconds(1));
    let delete = couple.both[0].caller.request(Method::DELETE, &couple.path("appointment"));
    let gone = couple.both[0].caller.send(delete.header("Idempotency-Key", "end")).await.unwrap();
    assert_eq!(gone.status, 200, "{}", gone.text);
    app.later(TimeDelta::seconds(1));
    let last = couple.calendar(1).await;
    for line in [&uid, "SEQUENCE:2", "STATUS:CANCELLED", "DTSTART:20261202T020000Z"] {
        assert!(has(&last, line), "{line}: {last}");
    }
    for file in [first, second, last] {
        for (email, name, number) in DEMO_CITIZENS {
            let told = [email, name, number].into_iter().any(|word| file.contains(word));
            assert!(!told, "{file}");
        }
    }
    let on: NaiveDate = "2026-12-02".parse().unwrap();
    assert_eq!(listed(&app, &registry, &on.to_string(), &on.to_string()).await.status, 200);
    app.finish().await;
}

/// Each of the two has a strike for giving up, reads it, and nobody else.
#[tokio::test]
async fn a_cancel_is_on_the_record_of_both() {
    let app = TestApp::start().await;
    let registry = Registry::new(&app).await;
    let couple = Couple::new(&app).await;
    let day = registry.open("2026-12-02", 1).await;
    assert_eq!(couple.book("book", &day, 0).await.status, 201);
    for citizen in &couple.both {
        let listed = citizen.caller.get("/v1/appointments").await.unwrap();
        assert_eq!(listed.text_at("/items/0/service"), "marriage", "{}", listed.text);
        let path = format!("/v1/appointments/{}/cancel", listed.text_at("/items/0/id"));
        let own = citizen.caller.request(Method::POST, &path).header("Idempotency-Key", "x");
        let own = citizen.caller.send(own).await.unwrap();
        refused(&own, 409, "booking.through_service");
    }
    let delete = couple.both[0].caller.request(Method::DELETE, &couple.path("appointment"));
    let gone = couple.both[0].caller.send(delete.header("Idempotency-Key", "end")).await.unwrap();
    assert_eq!(gone.status, 200, "{}", gone.text);
    for citizen in &couple.both {
        let strikes = citizen.caller.get("/v1/me/strikes").await.unwrap();
        assert_eq!(strikes.text_at("/items/0/kind"), "cancel", "{}", strikes.text);
        assert!(strikes.text_at("/items/0/explanation").contains("given up in time"));
        assert_eq!(strikes.body["blocks"], json!([]));
    }
    app.finish().await;
}
