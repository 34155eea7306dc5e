//! What people ask, report and suggest: a line like 12345, made from a file.

mod desks;
mod linked;
mod open311;
mod privacy;

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_listings::publish_at_once;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, accept, at_their_desks, sure},
    support::{TestApp, refused},
};

/// The line of the demo city.
pub const HOTLINE: &str = include_str!("../../services/cases/demo/hotline_12345.toml");

/// A line, and two who look after its cases.
pub struct Line {
    pub listing: String,
    pub staff: Agency,
    pub second: CitizenApp,
}

impl Line {
    pub async fn new(app: &TestApp) -> Self {
        let agency = app.other_agency().await;
        let cx = app.city().cx();
        let listing =
            cx.db.tx("test.list", async |tx| publish_at_once(&cx, tx, agency, HOTLINE).await);
        let listing = listing.await.unwrap().to_string();
        let staff = Agency::new(app, agency, "line.example").await;
        let second = sure(app, "second@line.example").await;
        at_their_desks(app).await;
        assert_eq!(staff.invite(&second.email, "clerk").await.status, 201);
        assert_eq!(accept(app, &second).await.status, 200);
        at_their_desks(app).await;
        Self { listing, staff, second }
    }

    /// Time passes, and everybody signs in anew.
    pub async fn later(&mut self, app: &TestApp, by: TimeDelta, people: &mut [&mut CitizenApp]) {
        app.later(by);
        for person in people.iter_mut() {
            assert_eq!(person.refresh().await.unwrap().status, 200);
        }
        for clerk in [&mut self.staff.clerk, &mut self.second] {
            assert_eq!(clerk.refresh().await.unwrap().status, 200);
        }
        at_their_desks(app).await;
        app.work().await;
    }

    pub fn complaint(&self) -> Value {
        json!({
            "listing_id": self.listing, "category": "noise", "intent": "complain",
            "text": "They dance below my window until midnight.",
            "place": {"lat": 30.274_151, "long": 120.155_149, "address": "12 Example Road",
                "district": "330106"},
            "contact": "13800138000",
        })
    }

    pub async fn file(&self, citizen: &CitizenApp, key: &str, body: &Value) -> Reply {
        citizen.caller.post_once("/v1/cases", key, body).await.unwrap()
    }

    /// Somebody complains. Returns the case.
    pub async fn filed(&self, citizen: &CitizenApp, key: &str) -> String {
        let filed = self.file(citizen, key, &self.complaint()).await;
        assert_eq!(filed.status, 201, "{}", filed.text);
        filed.text_at("/id")
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/cases/agencies/{}/{rest}", self.staff.id)
    }

    pub async fn open(&self, case: &str) -> Reply {
        self.staff.clerk.caller.get(&self.path(&format!("cases/{case}"))).await.unwrap()
    }

    /// The first clerk does something with a case.
    pub async fn act(&self, case: &str, what: &str, body: &Value) -> Reply {
        act(&self.staff.clerk, &self.path(&format!("cases/{case}/{what}")), body).await
    }

    /// The second one does.
    pub async fn second_act(&self, case: &str, what: &str, body: &Value) -> Reply {
        act(&self.second, &self.path(&format!("cases/{case}/{what}")), body).await
    }

    /// The desk takes a case on and answers it.
    pub async fn answer(&self, case: &str) {
        assert_eq!(self.act(case, "accept", &json!({})).await.status, 200);
        let answered = self.act(case, "reply", &reply()).await;
        assert_eq!(answered.status, 201, "{}", answered.text);
    }
}

async fn act(clerk: &CitizenApp, path: &str, body: &Value) -> Reply {
    let key = format!("{path}-{}", body.to_string().len());
    clerk.caller.post_once(path, &key, body).await.unwrap()
}

pub fn reply() -> Value {
    json!({"text": "We have spoken to them.", "outcome": "solved",
        "for_linked": "They dance elsewhere now."})
}

pub async fn get(citizen: &CitizenApp, case: &str) -> Reply {
    citizen.caller.get(&format!("/v1/cases/{case}")).await.unwrap()
}

pub async fn say(citizen: &CitizenApp, case: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/v1/cases/{case}/{what}");
    let key = format!("{what}-{}", body.to_string().len());
    citizen.caller.post_once(&path, &key, body).await.unwrap()
}

fn turns(reply: &Reply) -> Vec<String> {
    let history = reply.body["history"].as_array().unwrap();
    history.iter().map(|line| line["turn"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_case_is_answered_rated_and_opened_again() {
    let app = TestApp::start().await;
    let mut line = Line::new(&app).await;
    let mut wang = app.demo_citizen(0).await;
    let filed = line.file(&wang, "noise", &line.complaint()).await;
    assert_eq!((filed.status, filed.text_at("/state").as_str()), (201, "dispatched"));
    assert_eq!(filed.text_at("/due/until"), "2026-12-07", "ten working days: {}", filed.text);
    assert!(filed.text_at("/due/explanation").contains("Noise Pollution"), "{}", filed.text);
    assert!(!filed.text.contains("dance"), "an answer that is kept repeats nothing");
    assert!(line.file(&wang, "noise", &line.complaint()).await.replayed);
    let case = filed.text_at("/id");

    assert_eq!(line.act(&case, "accept", &json!({})).await.text_at("/state"), "accepted");
    assert_eq!(line.act(&case, "accept", &json!({})).await.status, 200, "again");
    let more = json!({"text": "And they sing."});
    assert_eq!(say(&wang, &case, "additions", &more).await.status, 201);
    let reason = json!({"reason": "We have to measure at night."});
    let extended = line.act(&case, "extend", &reason).await;
    assert_eq!(extended.text_at("/due/until"), "2026-12-14", "{}", extended.text);
    refused(&line.act(&case, "extend", &reason).await, 409, "cases.extended_already");
    let rating = json!({"solved": false, "satisfaction": 2, "note": "They dance still."});
    refused(&say(&wang, &case, "rating", &rating).await, 409, "cases.wrong_state");
    let answered = line.act(&case, "reply", &reply()).await;
    assert_eq!((answered.status, answered.text_at("/state").as_str()), (201, "replied"));
    assert!(line.act(&case, "reply", &reply()).await.replayed);

    let seen = get(&wang, &case).await;
    assert_eq!(turns(&seen), ["dispatch", "accept", "add", "extend", "reply"]);
    assert_eq!(seen.text_at("/history/4/text"), "We have spoken to them.");
    assert_eq!(seen.text_at("/answer/in_time"), "true");
    assert_eq!(seen.text_at("/place/address"), "12 Example Road");
    assert!(seen.text_at("/case/due/explanation").contains("It was extended"), "{}", seen.text);
    let rated = say(&wang, &case, "rating", &rating).await;
    assert_eq!(rated.text_at("/outcome"), "explained", "{}", rated.text);
    assert_eq!(say(&wang, &case, "rating", &rating).await.status, 200, "again");
    let other = json!({"solved": true, "satisfaction": 5});
    refused(&say(&wang, &case, "rating", &other).await, 409, "cases.rated_already");
    app.work().await;
    for subject in ["was received", "is being worked", "takes longer", "was answered", "is closed"]
    {
        assert_eq!(app.letters(&wang.email, &format!("case {subject}")), 1, "{subject}");
    }

    for (turn, left) in [(1, true), (2, true), (3, false)] {
        let reopened = say(&wang, &case, "reopen", &json!({"reason": "It is loud."})).await;
        if !left {
            refused(&reopened, 409, "cases.reopened_too_often");
            break;
        }
        assert_eq!(reopened.text_at("/state"), "dispatched", "{}", reopened.text);
        assert_eq!(reopened.text_at("/reopened"), turn.to_string());
        assert_eq!(line.act(&case, "accept", &json!({})).await.status, 200);
        refused(&line.act(&case, "extend", &reason).await, 409, "cases.extended_already");
        let text = format!("Once more, for the {turn}. time of all.{}", "!".repeat(turn));
        let body = json!({"text": text, "outcome": "explained"});
        assert_eq!(line.act(&case, "reply", &body).await.status, 201);
        assert_eq!(say(&wang, &case, "rating", &other).await.text_at("/outcome"), "solved");
        line.later(&app, TimeDelta::days(1), &mut [&mut wang]).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_rates_is_explained_and_can_be_rated_later() {
    let app = TestApp::start().await;
    let mut line = Line::new(&app).await;
    let mut wang = app.demo_citizen(0).await;
    let case = line.filed(&wang, "noise").await;
    line.answer(&case).await;
    // Three working days.
    line.later(&app, TimeDelta::days(3), &mut [&mut wang]).await;
    assert_eq!(get(&wang, &case).await.text_at("/case/state"), "replied");
    line.later(&app, TimeDelta::days(1), &mut [&mut wang]).await;
    let seen = get(&wang, &case).await;
    assert_eq!(seen.text_at("/case/outcome"), "explained", "{}", seen.text);
    assert_eq!(turns(&seen).last().unwrap(), "lapse");
    let rated = say(&wang, &case, "rating", &json!({"solved": true, "satisfaction": 5})).await;
    assert_eq!(rated.text_at("/outcome"), "solved", "{}", rated.text);
    // Thirty days after its end.
    for days in [16, 15] {
        line.later(&app, TimeDelta::days(days), &mut [&mut wang]).await;
    }
    let reopened = say(&wang, &case, "reopen", &json!({"reason": "It is loud."})).await;
    refused(&reopened, 409, "cases.too_late_to_reopen");
    app.finish().await;
}

#[tokio::test]
async fn a_case_can_be_taken_back_until_it_is_answered() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let case = line.filed(&wang, "one").await;
    // Of one instant, neither is the newer one.
    app.later(TimeDelta::seconds(1));
    let answered = line.filed(&wang, "two").await;
    let withdrawn = say(&wang, &case, "withdraw", &Value::Null).await;
    assert_eq!(withdrawn.text_at("/outcome"), "withdrawn", "{}", withdrawn.text);
    assert_eq!(say(&wang, &case, "withdraw", &Value::Null).await.status, 200, "again");
    let reopened = say(&wang, &case, "reopen", &json!({"reason": "It is loud."})).await;
    refused(&reopened, 409, "cases.not_answered");
    let rating = json!({"solved": true, "satisfaction": 5});
    refused(&say(&wang, &case, "rating", &rating).await, 409, "cases.not_answered");
    refused(&line.act(&case, "accept", &json!({})).await, 409, "cases.wrong_state");
    line.answer(&answered).await;
    refused(&say(&wang, &answered, "withdraw", &Value::Null).await, 409, "cases.wrong_state");
    let more = json!({"text": "And they sing."});
    refused(&say(&wang, &answered, "additions", &more).await, 409, "cases.wrong_state");
    let mine = wang.caller.get("/v1/cases?limit=1").await.unwrap();
    assert_eq!(mine.text_at("/items/0/id"), answered);
    let next = format!("/v1/cases?limit=1&cursor={}", mine.text_at("/next_cursor"));
    assert_eq!(wang.caller.get(&next).await.unwrap().text_at("/items/0/id"), case);
    app.finish().await;
}

#[tokio::test]
async fn what_a_line_does_not_take_is_told_where_to_go_and_not_stored() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let wang = app.demo_citizen(0).await;
    let with = |change: Value| {
        let mut body = line.complaint();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    for (n, (change, status, code)) in [
        (json!({"text": "The house is ON FIRE"}), 422, "cases.not_taken"),
        (json!({"category": "nothing"}), 422, "cases.category_unknown"),
        (json!({"intent": "thank"}), 422, "cases.intent_not_taken"),
        (
            json!({"place": {"lat": 30, "long": 120, "district": "330200"}}),
            422,
            "cases.place_elsewhere",
        ),
        (json!({"place": {"lat": 90.5, "long": 120}}), 400, "request.invalid_body"),
        (json!({"text": "a\u{0}"}), 400, "request.invalid_body"),
        (json!({"text": ""}), 400, "request.invalid_body"),
        (json!({"listing_id": format!("list_330100_{}", "0".repeat(32))}), 404, "listings.unknown"),
    ]
    .into_iter()
    .enumerate()
    {
        refused(&line.file(&wang, &format!("key-{n}"), &with(change)).await, status, code);
    }
    let fire = line.file(&wang, "fire", &with(json!({"text": "楼下着火了"}))).await;
    assert!(fire.text_at("/detail").contains("119"), "{}", fire.text);
    assert_eq!(app.sql().await.count("cases.cases").await, 0);
    for n in 0..20 {
        line.filed(&wang, &format!("many-{n}")).await;
    }
    refused(&line.file(&wang, "more", &line.complaint()).await, 409, "cases.too_many");
    app.finish().await;
}
