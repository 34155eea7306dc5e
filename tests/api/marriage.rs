//! Two people marry: from the draft to the certificate, and what is in the way.

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::{NewStaff, StaffRole, invite_staff};
use citygate_marriage::{MARRIAGE_OFFICE, MARRIAGE_REGISTRY};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    staff::{accept, sure},
    step_up::{code, prove},
    support::{TestApp, refused},
};

/// A day that nobody has opened yet: a Thursday.
pub const DAY: &str = "2026-12-03";

/// Somebody who wants to marry.
pub struct Person {
    pub app: CitizenApp,
    pub number: &'static str,
    pub sex: &'static str,
}

/// Women and men of age, and one man who is not: made up, with valid check characters.
const WOMEN: [(&str, &str); 2] = [("110105199001010029", "周娜"), ("110105199203040023", "吴敏")];
const MEN: [(&str, &str); 3] = [
    ("110105198807080013", "郑凯"),
    ("110105199105060012", "冯强"),
    ("110105200611230016", "褚亮"),
];

pub async fn woman(app: &TestApp, n: usize) -> Person {
    let (number, name) = WOMEN[n];
    let citizen = app.real_name(&format!("bride-{n}@couple.example"), name, number).await;
    Person { app: citizen, number, sex: "female" }
}

pub async fn man(app: &TestApp, n: usize) -> Person {
    let (number, name) = MEN[n];
    let citizen = app.real_name(&format!("groom-{n}@couple.example"), name, number).await;
    Person { app: citizen, number, sex: "male" }
}

impl Person {
    /// With a fresh proof for a case.
    pub async fn proven(&self, app: &TestApp, case: &str) -> Caller {
        let wanted = json!({"purpose": "marriage.sign", "object": case});
        let code = code(app, &self.app, &wanted).await;
        let proven = prove(&self.app, &wanted, self.number, &code).await;
        assert_eq!(proven.status, 201, "{}", proven.text);
        self.app.caller.with_token(proven.text_at("/access_token"))
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.app.caller.get(path).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Reply {
        let request = self.app.caller.request(Method::DELETE, path);
        self.app.caller.send(request.header("Idempotency-Key", path)).await.unwrap()
    }

    pub async fn begin(&self) -> Reply {
        let body = json!({"city": "310000"});
        let key = format!("begin-{}", self.number);
        self.app.caller.post_once("/v1/marriage/cases", &key, &body).await.unwrap()
    }

    pub async fn open(&self, token: &str) -> Reply {
        let path = "/v1/marriage/invitations/openings";
        self.app.caller.post(path, &json!({"code": token})).await.unwrap()
    }

    pub async fn sign(&self, app: &TestApp, case: &str) -> Reply {
        let version = self.get("/v1/marriage/statements/310000").await.text_at("/version");
        let body = json!({"version": version, "sex": self.sex, "kinship": "none",
            "marital_status": "never_married", "illness": "none"});
        let path = format!("/v1/marriage/cases/{case}/statement");
        self.proven(app, case).await.post(&path, &body).await.unwrap()
    }

    pub async fn precheck(&self, case: &str, on: &str) -> Reply {
        let path = format!("/v1/marriage/cases/{case}/prechecks");
        self.app.caller.post(&path, &json!({"on": on})).await.unwrap()
    }

    pub async fn book(&self, case: &str, key: &str, slot: &Value) -> Reply {
        let path = format!("/v1/marriage/cases/{case}/appointment");
        self.app.caller.post_once(&path, key, slot).await.unwrap()
    }
}

/// A draft with its invitation: the case and the code.
pub async fn invited(app: &TestApp, a: &Person, address: Option<&str>) -> (String, String) {
    let begun = a.begin().await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let case = begun.text_at("/id");
    let body = address.map_or(json!({}), |address| json!({"address": address}));
    let path = format!("/v1/marriage/cases/{case}/invitation");
    let invitation = a.proven(app, &case).await.post(&path, &body).await.unwrap();
    assert_eq!(invitation.status, 201, "{}", invitation.text);
    (case, invitation.text_at("/code"))
}

pub async fn confirm(app: &TestApp, b: &Person, case: &str, token: &str) -> Reply {
    let path = format!("/v1/marriage/cases/{case}/confirmation");
    b.proven(app, case).await.post(&path, &json!({"code": token})).await.unwrap()
}

/// Two who have both signed. Returns the case.
pub async fn signed(app: &TestApp, a: &Person, b: &Person) -> String {
    let (case, token) = invited(app, a, None).await;
    let confirmed = confirm(app, b, &case, &token).await;
    assert_eq!(confirmed.status, 201, "{}", confirmed.text);
    for one in [a, b] {
        let signed = one.sign(app, &case).await;
        assert_eq!(signed.status, 201, "{}", signed.text);
    }
    case
}

/// Two with nothing in the way on a day.
async fn ready(app: &TestApp, a: &Person, b: &Person) -> String {
    let case = signed(app, a, b).await;
    let checked = a.precheck(&case, DAY).await;
    assert_eq!((checked.status, checked.text_at("/ready").as_str()), (200, "true"));
    case
}

/// A registrar of the demo registry, at the desk.
pub async fn registrar(app: &TestApp, email: &str) -> Caller {
    let one = sure(app, email).await;
    let address = email.parse().unwrap();
    let new = NewStaff { agency: MARRIAGE_REGISTRY, email: &address, role: StaffRole::Registrar };
    invite_staff(&app.city().cx(), &new, None).await.unwrap();
    assert_eq!(accept(app, &one).await.status, 200);
    one.caller
}

/// The office opens a day with so many places. Returns its first slot.
pub async fn open_day(desk: &Caller, on: &str, places: u16) -> Value {
    let path =
        format!("/v1/marriage/agencies/{MARRIAGE_REGISTRY}/offices/{MARRIAGE_OFFICE}/days/{on}");
    let windows = json!({"windows": [{"from": "09:00", "to": "11:30", "places": places}]});
    let opened = desk.put(&path, &windows).await.unwrap();
    assert!(matches!(opened.status, 200 | 201), "{}", opened.text);
    json!({"session_id": opened.text_at("/items/0/session_id"),
        "starts_at": format!("{on}T01:00:00Z")})
}

fn desk_path(rest: &str) -> String {
    format!("/v1/marriage/agencies/{MARRIAGE_REGISTRY}/{rest}")
}

async fn see(desk: &Caller, case: &str, side: &str, sex: &str) -> Reply {
    let body = json!({"side": side, "document_sex": sex});
    desk.put(&desk_path(&format!("cases/{case}/presence")), &body).await.unwrap()
}

async fn register(desk: &Caller, case: &str) -> Reply {
    let path = desk_path(&format!("cases/{case}/registration"));
    desk.post_once(&path, &format!("register-{case}"), &Value::Null).await.unwrap()
}

/// Moves time to the morning of [`DAY`], and signs everybody in anew.
async fn on_the_day(app: &TestApp, people: &mut [&mut Person]) {
    let morning: DateTime<Utc> = format!("{DAY}T01:00:00Z").parse().unwrap();
    app.later(morning - app.clock.now());
    for person in people {
        assert_eq!(person.app.refresh().await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn from_the_draft_to_the_certificate() {
    let app = TestApp::start().await;
    let (mut her, mut him) = (woman(&app, 0).await, man(&app, 0).await);
    let opening = registrar(&app, "opening@registry.example").await;
    let slot = open_day(&opening, DAY, 1).await;
    let case = ready(&app, &her, &him).await;
    assert_eq!(app.letters(&her.app.email, "The other has confirmed"), 1);
    let booked = him.book(&case, "book", &slot).await;
    assert_eq!((booked.status, booked.text_at("/state").as_str()), (201, "booked"));
    assert!(!booked.text.contains("周"), "an answer that is kept names nobody");
    let seen = him.get(&format!("/v1/marriage/cases/{case}")).await;
    assert_eq!(seen.text_at("/other_name"), "周*");
    assert!(him.book(&case, "book", &slot).await.replayed);
    refused(&him.book(&case, "again", &slot).await, 409, "marriage.wrong_state");
    app.work().await;
    for email in [&her.app.email, &him.app.email] {
        assert_eq!(app.letters(email, "Your appointment is confirmed"), 1, "{email}");
    }

    on_the_day(&app, &mut [&mut her, &mut him]).await;
    app.work().await;
    for email in [&her.app.email, &him.app.email] {
        assert_eq!(app.letters(email, "Your appointment is near"), 1, "{email}");
    }
    let desk = registrar(&app, "desk@registry.example").await;
    let day = desk.get(&desk_path(&format!("days/{DAY}"))).await.unwrap();
    assert_eq!(day.text_at("/items/0/parties/0/name"), "周*");
    assert_eq!(day.text_at("/items/0/case_id"), case);
    let opened = desk.get(&desk_path(&format!("cases/{case}"))).await.unwrap();
    assert_eq!(opened.text_at("/parties/1/document_number"), MEN[0].0);
    assert_eq!(opened.text_at("/parties/0/name"), WOMEN[0].1);
    let ledger = him.get("/v1/me/accesses").await;
    assert!(ledger.text.contains("disclosed") && ledger.text.contains("marriage_read"));

    refused(&register(&desk, &case).await, 409, "marriage.wrong_state");
    refused(&see(&desk, &case, "a", "male").await, 422, "marriage.sex_differs");
    assert_eq!(see(&desk, &case, "a", "female").await.text_at("/state"), "booked");
    assert_eq!(see(&desk, &case, "b", "male").await.text_at("/state"), "arrived");
    let path = desk_path(&format!("cases/{case}/registration"));
    let registered = desk.post_once(&path, "yes", &Value::Null).await.unwrap();
    assert_eq!(registered.status, 201, "{}", registered.text);
    assert!(desk.post_once(&path, "yes", &Value::Null).await.unwrap().replayed);

    let seen = her.get(&format!("/v1/marriage/cases/{case}")).await;
    assert_eq!(seen.text_at("/state"), "registered");
    assert_eq!(seen.text_at("/registered_on"), DAY);
    let certificate = format!("/v1/certificates/{}", seen.text_at("/certificate_id"));
    for person in [&her, &him] {
        let read = person.get(&certificate).await;
        assert_eq!(read.status, 200, "{}", read.text);
        assert!(read.text.contains(WOMEN[0].1) && read.text.contains(MEN[0].1));
    }
    app.work().await;
    for email in [&her.app.email, &him.app.email] {
        assert_eq!(app.letters(email, &registered.text_at("/certificate_number")), 1, "{email}");
    }
    // Nobody marries twice: each is told about themselves alone.
    let city = json!({"city": "310000"});
    let begun = her.app.caller.post_once("/v1/marriage/cases", "second", &city).await.unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text);
    app.finish().await;
}

#[tokio::test]
async fn two_couples_and_one_last_window() {
    let app = TestApp::start().await;
    let (her, him) = (woman(&app, 0).await, man(&app, 0).await);
    let (other_her, other_him) = (woman(&app, 1).await, man(&app, 1).await);
    let desk = registrar(&app, "opening@registry.example").await;
    let slot = open_day(&desk, DAY, 1).await;
    let one = ready(&app, &her, &him).await;
    let other = ready(&app, &other_her, &other_him).await;
    let tries = [(&her, &one), (&him, &one), (&other_her, &other), (&other_him, &other)];
    let tries = tries.iter().map(|(person, case)| person.book(case, person.number, &slot));
    let answers = join_all(tries).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409], "{answers:?}");
    let mut sql = app.sql().await;
    assert_eq!(sql.count("booking.appointments WHERE service = 'marriage'").await, 1);
    assert_eq!(sql.count("marriage.cases WHERE state = 'booked'").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_appointment_moves_is_given_up_and_taken_back_and_the_case_follows() {
    let app = TestApp::start().await;
    let (mut her, mut him) = (woman(&app, 0).await, man(&app, 0).await);
    let desk = registrar(&app, "opening@registry.example").await;
    let (slot, later) = (open_day(&desk, DAY, 1).await, open_day(&desk, "2026-12-04", 1).await);
    let case = ready(&app, &her, &him).await;
    let path = format!("/v1/marriage/cases/{case}");
    assert_eq!(her.book(&case, "one", &slot).await.status, 201);
    refused(&her.delete(&path).await, 409, "marriage.wrong_state");
    let appointment = format!("{path}/appointment");
    let request = him.app.caller.request(Method::PUT, &appointment);
    let request = request.header("Idempotency-Key", "move").json(&later);
    let moved = him.app.caller.send(request).await.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(her.get(&path).await.text_at("/appointment/on"), "2026-12-04");
    let given_up = her.delete(&appointment).await;
    assert_eq!((given_up.status, given_up.text_at("/state").as_str()), (200, "confirmed"));
    app.work().await;
    assert!(him.get(&path).await.body.get("appointment").is_none());

    // The office stops the day: the case is free again, and it is held against nobody.
    assert_eq!(him.precheck(&case, DAY).await.text_at("/ready"), "true");
    app.later(TimeDelta::hours(3));
    app.work().await;
    for person in [&mut her, &mut him] {
        assert_eq!(person.app.refresh().await.unwrap().status, 200);
    }
    let booked = him.book(&case, "two", &slot).await;
    assert_eq!(booked.status, 201, "{}", booked.text);
    let desk = registrar(&app, "stopping@registry.example").await;
    let stop = format!("offices/{MARRIAGE_OFFICE}/days/{DAY}/stop");
    let stopped = desk.put(&desk_path(&stop), &json!({"reason": "No power."})).await.unwrap();
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    app.work().await;
    assert_eq!(her.app.refresh().await.unwrap().status, 200);
    assert_eq!(her.get(&path).await.text_at("/state"), "confirmed");
    let strikes = her.get("/v1/me/strikes").await;
    assert!(!strikes.text.contains("no_show"), "{}", strikes.text);
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_names_its_reason_and_a_remedy() {
    let app = TestApp::start().await;
    let (mut her, mut him) = (woman(&app, 0).await, man(&app, 0).await);
    let desk = registrar(&app, "opening@registry.example").await;
    let slot = open_day(&desk, DAY, 1).await;
    let case = ready(&app, &her, &him).await;
    assert_eq!(her.book(&case, "one", &slot).await.status, 201);
    let path = desk_path(&format!("cases/{case}/refusal"));
    let refuse = async |desk: &Caller, reason: &str| {
        desk.put(&path, &json!({"reason": reason})).await.unwrap()
    };
    refused(&refuse(&desk, "papers").await, 409, "marriage.not_today");
    on_the_day(&app, &mut [&mut her, &mut him]).await;
    let desk = registrar(&app, "desk@registry.example").await;
    refused(&refuse(&desk, "whim").await, 422, "marriage.reason_unknown");
    let answer = refuse(&desk, "papers").await;
    assert_eq!((answer.status, answer.text_at("/state").as_str()), (200, "refused"));
    assert_eq!(refuse(&desk, "papers").await.status, 200);
    let seen = him.get(&format!("/v1/marriage/cases/{case}")).await;
    assert_eq!(seen.text_at("/refusal/code"), "papers");
    assert!(seen.text_at("/refusal/remedy").contains("pre-check"));
    app.work().await;
    assert_eq!(app.letters(&him.app.email, "could not register"), 1);
    assert_eq!(him.begin().await.status, 201, "both are free again");
    app.finish().await;
}

#[tokio::test]
async fn who_does_not_come_is_told_each_of_them() {
    let app = TestApp::start().await;
    let (mut her, mut him) = (woman(&app, 0).await, man(&app, 0).await);
    let desk = registrar(&app, "opening@registry.example").await;
    let slot = open_day(&desk, DAY, 1).await;
    let case = ready(&app, &her, &him).await;
    assert_eq!(her.book(&case, "one", &slot).await.status, 201);
    let path = desk_path(&format!("cases/{case}/absence"));
    refused(&desk.put(&path, &Value::Null).await.unwrap(), 409, "marriage.too_early");
    on_the_day(&app, &mut [&mut her, &mut him]).await;
    let desk = registrar(&app, "desk@registry.example").await;
    let missed = desk.put(&path, &Value::Null).await.unwrap();
    assert_eq!(missed.text_at("/state"), "no_show", "{}", missed.text);
    assert_eq!(desk.put(&path, &Value::Null).await.unwrap().status, 200);
    for person in [&her, &him] {
        assert_eq!(person.get("/v1/me/strikes").await.text_at("/items/0/kind"), "no_show");
    }
    app.finish().await;
}

/// A registered couple.
async fn married(app: &TestApp) -> (Person, Person, String, String, Caller) {
    let (mut her, mut him) = (woman(app, 0).await, man(app, 0).await);
    let desk = registrar(app, "opening@registry.example").await;
    let slot = open_day(&desk, DAY, 1).await;
    let case = ready(app, &her, &him).await;
    assert_eq!(her.book(&case, "one", &slot).await.status, 201);
    on_the_day(app, &mut [&mut her, &mut him]).await;
    let desk = registrar(app, "desk@registry.example").await;
    assert_eq!(see(&desk, &case, "a", "female").await.status, 200);
    assert_eq!(see(&desk, &case, "b", "male").await.status, 200);
    let registered = register(&desk, &case).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    let certificate = registered.text_at("/certificate_id");
    (her, him, case, certificate, desk)
}

#[tokio::test]
async fn a_correction_takes_four_eyes() {
    let app = TestApp::start().await;
    let (her, _, case, certificate, desk) = married(&app).await;
    let corrections = desk_path(&format!("cases/{case}/corrections"));
    let body =
        json!({"kind": "registered_on", "registered_on": "2026-12-02", "grounds": "A slip."});
    let proposed = desk.post(&corrections, &body).await.unwrap();
    assert_eq!(proposed.status, 201, "{}", proposed.text);
    refused(&desk.post(&corrections, &body).await.unwrap(), 409, "marriage.correction_open");
    let path = desk_path(&format!("corrections/{}", proposed.text_at("/id")));
    let decide = async |desk: &Caller, approved: bool| {
        desk.put(&format!("{path}/decision"), &json!({"approved": approved})).await.unwrap()
    };
    refused(&decide(&desk, true).await, 409, "marriage.own_correction");
    let second = registrar(&app, "second@registry.example").await;
    assert_eq!(second.get(&path).await.unwrap().text_at("/grounds"), "A slip.");
    let decided = decide(&second, true).await;
    assert_eq!((decided.status, decided.text_at("/state").as_str()), (200, "approved"));
    assert_eq!(decide(&second, true).await.status, 200);
    refused(&decide(&second, false).await, 409, "marriage.correction_decided");
    let seen = her.get(&format!("/v1/marriage/cases/{case}")).await;
    assert_eq!(seen.text_at("/registered_on"), "2026-12-02");
    assert_ne!(seen.text_at("/certificate_id"), certificate);
    let old = her.get(&format!("/v1/certificates/{certificate}")).await;
    assert!(old.text.contains("replaced"), "{}", old.text);
    app.finish().await;
}

#[tokio::test]
async fn a_court_annuls_and_both_are_free() {
    let app = TestApp::start().await;
    let (her, him, case, certificate, desk) = married(&app).await;
    let path = desk_path(&format!("cases/{case}/annulment"));
    let number = "（2026）沪0101民初1号";
    let judgment =
        |day: &str| json!({"ground": "coerced", "judgment_no": number, "judged_on": day});
    let early = desk.put(&path, &judgment("2026-12-02")).await.unwrap();
    refused(&early, 422, "marriage.day_unsound");
    let annulled = desk.put(&path, &judgment(DAY)).await.unwrap();
    assert_eq!((annulled.status, annulled.text_at("/state").as_str()), (200, "annulled"));
    let old = her.get(&format!("/v1/certificates/{certificate}")).await;
    assert!(old.text.contains("revoked"), "{}", old.text);
    app.work().await;
    assert_eq!(app.letters(&him.app.email, "judgment"), 1);
    app.finish().await;
}
