//! Divorce by agreement: two periods of thirty days, and what may happen in each.

use chrono::{DateTime, Utc};
use citygate::demo::actors::{CitizenApp, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    marriage_offices::{Couple, Registry, proven, registered, registrar},
    support::{TestApp, refused},
};

/// A couple who were married on Wednesday, 2 December 2026, and are still at the registry.
struct Married {
    registry: Registry,
    couple: Couple,
    certificate: String,
}

/// Goes to an instant, as people do who open the app now and then.
async fn at(app: &TestApp, couple: &mut Couple, instant: &str) {
    let instant: DateTime<Utc> = instant.parse().unwrap();
    let [first, second] = &mut couple.both;
    while app.clock.now() < instant {
        let step = (instant - app.clock.now()).min(chrono::TimeDelta::days(10));
        app.later(step);
        for citizen in [&mut *first, &mut *second] {
            assert_eq!(citizen.refresh().await.unwrap().status, 200);
        }
    }
}

impl Married {
    async fn new(app: &TestApp) -> Self {
        let mut registry = Registry::new(app).await;
        let mut couple = Couple::new(app).await;
        let day = registry.open("2026-12-02", 1).await;
        assert_eq!(couple.book("book", &day, 0).await.status, 201);
        at(app, &mut couple, "2026-12-02T01:00:00Z").await;
        registry.registrar = registrar(app, registry.agency, "second.example").await;
        couple.refresh().await;
        let certificate = registered(app, &registry, &couple).await.text_at("/certificate_id");
        Self { registry, couple, certificate }
    }

    async fn enter(&self, key: &str, present: &[&str]) -> Reply {
        let body = json!({"marriage_id": self.couple.case, "present": present});
        let path = self.registry.path("divorces");
        self.registry.registrar.caller.post_once(&path, key, &body).await.unwrap()
    }

    async fn sign(&self, app: &TestApp, id: &str, which: usize) -> Reply {
        let citizen = &self.couple.both[which];
        let version = read(citizen, id).await.text_at("/version");
        let proven = proven(app, citizen, which, id).await;
        let path = format!("/v1/marriage/divorces/{id}/signature");
        proven.post(&path, &json!({"version": version})).await.unwrap()
    }

    /// Both apply today.
    async fn applied(&self, app: &TestApp) -> String {
        let entered = self.enter("enter", &["a", "b"]).await;
        assert_eq!(entered.status, 201, "{}", entered.text);
        let id = entered.text_at("/id");
        for which in [0, 1] {
            assert_eq!(self.sign(app, &id, which).await.status, 201);
        }
        id
    }

    async fn certify(&self, key: &str, id: &str, present: &[&str]) -> Reply {
        let path = self.registry.path(&format!("divorces/{id}/registration"));
        let body = json!({"present": present});
        self.registry.registrar.caller.post_once(&path, key, &body).await.unwrap()
    }
}

async fn read(citizen: &CitizenApp, id: &str) -> Reply {
    let found = citizen.caller.get(&format!("/v1/marriage/divorces/{id}")).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    found
}

async fn withdraw(citizen: &CitizenApp, id: &str) -> Reply {
    let path = format!("/v1/marriage/divorces/{id}/withdrawal");
    citizen.caller.send(citizen.caller.request(Method::POST, &path)).await.unwrap()
}

fn periods(found: &Value) -> [&Value; 2] {
    [&found["withdrawal"], &found["certificate"]]
}

#[tokio::test]
async fn two_periods_of_thirty_days_and_a_certificate() {
    let app = TestApp::start().await;
    let mut married = Married::new(&app).await;
    refused(&married.enter("one", &["a"]).await, 409, "marriage.party_unseen");
    let entered = married.enter("two", &["a", "b"]).await;
    assert_eq!((entered.status, entered.text_at("/state").as_str()), (201, "applied"));
    assert!(married.enter("two", &["a", "b"]).await.replayed);
    refused(&married.enter("three", &["b", "a"]).await, 409, "marriage.divorce_open");
    let id = entered.text_at("/id");
    let both = &married.couple.both;

    // Each by a proof of their own, for this very case.
    let version = read(&both[0], &id).await.text_at("/version");
    let path = format!("/v1/marriage/divorces/{id}/signature");
    let body = json!({"version": version});
    let unproven = both[0].caller.post(&path, &body).await.unwrap();
    refused(&unproven, 401, "identity.step_up_required");
    let other_case = proven(&app, &both[0], 0, &married.couple.case).await;
    refused(&other_case.post(&path, &body).await.unwrap(), 401, "identity.step_up_required");
    let first = married.sign(&app, &id, 0).await;
    assert_eq!((first.status, first.text_at("/state").as_str()), (201, "applied"));
    refused(&married.sign(&app, &id, 0).await, 409, "marriage.signed_already");
    let second = married.sign(&app, &id, 1).await;
    assert_eq!((second.status, second.text_at("/state").as_str()), (201, "cooling"));

    // From 2 December: thirty days end on 1 January 2027, a Friday whose holiday is not announced
    // yet; the next thirty on Sunday, 31 January, so on the Monday after.
    let [first, second] = periods(&second.body);
    assert_eq!((&first["after"], &first["until"]), (&json!("2026-12-02"), &json!("2027-01-01")));
    assert_eq!((&second["after"], &second["until"]), (&json!("2027-01-01"), &json!("2027-02-01")));
    assert_eq!((&first["provisional"], &second["provisional"]), (&json!(true), &json!(true)));
    assert!(second["explanation"].as_str().unwrap().contains("Civil Code"), "{second}");

    refused(&married.certify("early", &id, &["a", "b"]).await, 409, "marriage.wrong_divorce_state");
    at(&app, &mut married.couple, "2027-01-01T15:59:59Z").await;
    married.registry.registrar = registrar(&app, married.registry.agency, "third.example").await;
    married.couple.refresh().await;
    // The sign-ins have taken a few minutes: the first period is over by now.
    assert!(app.clock.now() > "2027-01-01T16:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let both = &married.couple.both;
    assert_eq!(read(&both[1], &id).await.text_at("/state"), "certifiable");
    refused(&withdraw(&both[0], &id).await, 409, "marriage.wrong_divorce_state");
    refused(&married.certify("alone", &id, &["a"]).await, 409, "marriage.party_unseen");
    let opened = married.registry.path(&format!("divorces/{id}"));
    let opened = married.registry.registrar.caller.get(&opened).await.unwrap();
    assert_eq!(opened.text_at("/parties/0/name"), "王*", "{}", opened.text);
    let done = married.certify("both", &id, &["a", "b"]).await;
    assert_eq!(done.status, 201, "{}", done.text);
    assert!(married.certify("both", &id, &["a", "b"]).await.replayed);
    app.work().await;

    // Both hold the certificate; the one of the marriage holds no longer.
    for citizen in &married.couple.both {
        let own = |no: &str| format!("/v1/certificates/{no}");
        let new = citizen.caller.get(&own(&done.text_at("/certificate_id"))).await.unwrap();
        assert_eq!(new.text_at("/kind"), "marriage.divorce", "{}", new.text);
        assert_eq!(new.text_at("/status"), "valid", "{}", new.text);
        let old = citizen.caller.get(&own(&married.certificate)).await.unwrap();
        assert_eq!(old.text_at("/status"), "revoked", "{}", old.text);
        let case = format!("/v1/marriage/cases/{}", married.couple.case);
        assert_eq!(citizen.caller.get(&case).await.unwrap().text_at("/state"), "dissolved");
        assert_eq!(read(citizen, &id).await.text_at("/state"), "registered");
    }
    refused(&married.enter("again", &["a", "b"]).await, 404, "marriage.marriage_unknown");
    app.finish().await;
}

#[tokio::test]
async fn either_withdraws_up_to_the_last_second_of_the_thirty_days() {
    let app = TestApp::start().await;
    let mut married = Married::new(&app).await;
    let id = married.applied(&app).await;
    at(&app, &mut married.couple, "2027-01-01T15:59:59Z").await;
    app.work().await;
    let both = &married.couple.both;
    let third = app.real_name("third@example.com", "张三", "110101198001010010").await;
    refused(&withdraw(&third, &id).await, 404, "marriage.divorce_unknown");
    // Whoever did not apply first.
    for _ in 0..2 {
        let withdrawn = withdraw(&both[1], &id).await;
        assert_eq!((withdrawn.status, withdrawn.text_at("/state").as_str()), (200, "withdrawn"));
    }
    app.work().await;
    for citizen in both {
        assert_eq!(app.letters(&citizen.email, "nothing has changed"), 1, "{}", citizen.email);
        assert_eq!(read(citizen, &id).await.text_at("/state"), "withdrawn");
        let case = format!("/v1/marriage/cases/{}", married.couple.case);
        assert_eq!(citizen.caller.get(&case).await.unwrap().text_at("/state"), "registered");
    }
    app.finish().await;
}

#[tokio::test]
async fn who_does_not_come_again_stays_married() {
    let app = TestApp::start().await;
    let mut married = Married::new(&app).await;
    let id = married.applied(&app).await;
    for (instant, expected) in [
        ("2027-01-01T15:59:59Z", "cooling"),
        ("2027-01-01T16:00:00Z", "certifiable"),
        ("2027-02-01T15:59:59Z", "certifiable"),
        ("2027-02-01T16:00:00Z", "lapsed"),
    ] {
        at(&app, &mut married.couple, instant).await;
        // It is so before the clock's own work is done, and after.
        let both = &married.couple.both;
        assert_eq!(read(&both[0], &id).await.text_at("/state"), expected, "{instant}");
        app.work().await;
        assert_eq!(read(&both[1], &id).await.text_at("/state"), expected, "{instant}");
    }
    for citizen in &married.couple.both {
        assert_eq!(app.letters(&citizen.email, "come in person"), 1, "{}", citizen.email);
        assert_eq!(app.letters(&citizen.email, "Its time is over"), 1, "{}", citizen.email);
        refused(&withdraw(citizen, &id).await, 409, "marriage.wrong_divorce_state");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_only_one_signs_is_void_the_next_day() {
    let app = TestApp::start().await;
    let mut married = Married::new(&app).await;
    let entered = married.enter("enter", &["a", "b"]).await;
    let id = entered.text_at("/id");
    assert_eq!(married.sign(&app, &id, 1).await.status, 201);
    at(&app, &mut married.couple, "2026-12-02T16:00:00Z").await;
    refused(&married.sign(&app, &id, 0).await, 409, "marriage.wrong_divorce_state");
    app.work().await;
    assert_eq!(read(&married.couple.both[0], &id).await.text_at("/state"), "lapsed");
    let list = married.couple.both[0].caller.get("/v1/marriage/divorces").await.unwrap();
    assert_eq!(list.text_at("/items/0/id"), id);
    app.finish().await;
}
