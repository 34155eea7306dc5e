//! A ward of the demo hospital, its system, and somebody who visits it.

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::{
    HOSPITAL_SCOPES,
    actors::{Caller, CitizenApp, Reply, System},
};
use citygate_catalogue::AgencyId;
use citygate_hospital::HOSPITAL;
use citygate_identity::KeyPair;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{TestApp, pay};

/// The First Hospital on a Monday morning, with a system of its own and a demo citizen.
pub struct Ward {
    pub app: TestApp,
    pub hospital: System,
    pub citizen: CitizenApp,
}

impl Ward {
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        let hospital = system(&app, HOSPITAL).await;
        let citizen = app.demo_citizen(0).await;
        Self { app, hospital, citizen }
    }

    /// Opens a queue from 08:00 to 18:00. Returns its id.
    pub async fn open(&self, station_no: &str, station: &str, rooms: u16) -> String {
        let opened = self.put_queue(station_no, &queue(&self.app, station, rooms)).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        self.app.work().await;
        opened.text_at("/id")
    }

    pub async fn put_queue(&self, station_no: &str, body: &Value) -> Reply {
        let path = format!("/v1/hospital/stations/{station_no}/queue");
        self.hospital.caller.put(&path, body).await.unwrap()
    }

    pub async fn arrive(&self, key: &str, body: &Value) -> Reply {
        self.hospital.caller.post_once("/v1/hospital/arrivals", key, body).await.unwrap()
    }

    /// Somebody walks in. Returns the visit.
    pub async fn walk_in(&self, id_number: &str) -> String {
        let arrived = self.arrive(&format!("walk-in-{id_number}"), &walk_in(id_number)).await;
        assert_eq!(arrived.status, 201, "{}", arrived.text);
        arrived.text_at("/id")
    }

    pub async fn call(&self, queue: &str, key: &str) -> Reply {
        let path = format!("/v1/hospital/queues/{queue}/calls");
        self.hospital.caller.post_once(&path, key, &json!({"room": "Room 3"})).await.unwrap()
    }

    /// Calls the next. Returns the turn.
    pub async fn next(&self, queue: &str) -> String {
        // A key for each call: the number of this one is what the clock and the queue make of it.
        let key = AgencyId::new(HOSPITAL.city(), &self.app.clock).to_string();
        let called = self.call(queue, &key).await;
        assert_eq!(called.status, 200, "{}", called.text);
        called.text_at("/id")
    }

    pub async fn event(&self, turn: &str, event: &str) -> Reply {
        let path = format!("/v1/hospital/queue-entries/{turn}/events");
        self.hospital.caller.post(&path, &json!({"event": event})).await.unwrap()
    }

    /// Calls the next, who comes in and is done some minutes later.
    pub async fn serve(&self, queue: &str, minutes: i64) {
        let turn = self.next(queue).await;
        assert_eq!(self.event(&turn, "begun").await.status, 200);
        self.app.later(TimeDelta::minutes(minutes));
        let done = self.event(&turn, "finished").await;
        assert_eq!(done.status, 200, "{}", done.text);
    }

    pub async fn order(&self, no: &str, body: &Value) -> Reply {
        self.hospital.caller.put(&format!("/v1/hospital/orders/{no}"), body).await.unwrap()
    }

    pub async fn order_event(&self, no: &str, event: &str) -> Reply {
        let path = format!("/v1/hospital/orders/{no}/events");
        self.hospital.caller.post(&path, &json!({"event": event})).await.unwrap()
    }

    /// The visit as the citizen sees it.
    pub async fn plan(&self, visit: &str) -> Reply {
        let found = self.citizen.caller.get(&format!("/v1/hospital/visits/{visit}")).await.unwrap();
        assert_eq!(found.status, 200, "{}", found.text);
        found
    }

    /// Kinds and states of the steps, and the state of the visit.
    pub async fn shown(&self, visit: &str) -> String {
        let plan = self.plan(visit).await;
        let steps = plan.body["steps"].as_array().unwrap().iter();
        let words = |step: &Value| format!("{}:{}", text(&step["kind"]), text(&step["state"]));
        let steps: Vec<_> = steps.map(words).collect();
        format!("{} = {}", steps.join(" "), plan.text_at("/visit/state"))
    }

    /// Books the first free place of tomorrow's general clinic of cardiology and pays for it.
    /// Returns the appointment and when its window begins.
    pub async fn book(&self) -> (String, DateTime<Utc>) {
        let caller = &self.citizen.caller;
        let tree = caller.get(&format!("/v1/hospital/hospitals/{HOSPITAL}/departments")).await;
        let tree = tree.unwrap().body["items"].as_array().unwrap().clone();
        let department = tree.iter().find(|one| one["department_no"] == "CARD").unwrap();
        let path = format!(
            "/v1/hospital/departments/{}/sessions?from=2026-11-24&to=2026-11-24",
            text(&department["id"])
        );
        let sessions = caller.get(&path).await.unwrap();
        let sessions = sessions.body["items"].as_array().unwrap().clone();
        let slot = sessions
            .iter()
            .filter(|session| session["part"] == "morning")
            .flat_map(|session| session["slots"].as_array().unwrap())
            .find(|slot| slot["free"].as_i64() > Some(0))
            .unwrap();
        let body = json!({"slot_id": slot["id"]});
        let booked = caller.post_once("/v1/appointments", "book", &body).await.unwrap();
        assert_eq!(booked.status, 201, "{}", booked.text);
        if !booked.text_at("/bill_id").is_empty() {
            let paid = pay(&self.citizen, &booked.text_at("/bill_id"), "fee", &json!({})).await;
            assert_eq!(paid.status, 201, "{}", paid.text);
        }
        self.app.work().await;
        (booked.text_at("/id"), text(&slot["starts_at"]).parse().unwrap())
    }

    /// Moves to an instant; tokens are fresh there.
    pub async fn be_at(&mut self, at: DateTime<Utc>) {
        let by = at - self.app.clock.now();
        self.app.later_with(&mut self.citizen, by).await;
        self.app.authenticate(&mut self.hospital).await;
    }

    pub async fn check_in(&self, caller: &Caller, appointment: &str) -> Reply {
        let body = json!({"appointment_id": appointment});
        caller.post("/v1/hospital/visits", &body).await.unwrap()
    }

    pub async fn follow(&self, visit: &str, after: Option<i64>) -> Response {
        let path = format!("/v1/hospital/visits/{visit}/events");
        let mut request = self.citizen.caller.request(Method::GET, &path);
        if let Some(after) = after {
            request = request.header("Last-Event-ID", after.to_string());
        }
        request.send().await.unwrap()
    }

    /// Ends the day, and with it what was left open.
    pub async fn finish(self) {
        self.app.later(TimeDelta::days(2));
        self.app.finish().await;
    }
}

pub async fn system(app: &TestApp, agency: AgencyId) -> System {
    let key = KeyPair::generate().unwrap();
    let id = app.register(agency, &key, HOSPITAL_SCOPES).await;
    let mut system = System::new(&app.url, id, &key).unwrap();
    app.authenticate(&mut system).await;
    system
}

pub fn queue(app: &TestApp, station: &str, rooms: u16) -> Value {
    let on = app.today();
    let mut body = json!({
        "on": on, "station": station, "letter": "A",
        "name": {"en": "Station", "zh": "窗口"},
        "place": {"en": "Building 2, floor 3", "zh": "2号楼3层"},
        "opens_at": format!("{on}T08:00:00+08:00"), "closes_at": format!("{on}T18:00:00+08:00"),
        "rooms": rooms,
    });
    if station == "consultation" {
        body["department_no"] = "CARD".into();
    }
    body
}

pub fn walk_in(id_number: &str) -> Value {
    json!({"walk_in": {"name": "某人", "id_number": id_number, "department_no": "CARD"}})
}

pub fn order(visit: &str, kind: &str, station_no: &str) -> Value {
    json!({
        "visit_id": visit, "kind": kind, "station_no": station_no,
        "title": {"en": "Ultrasound of the abdomen", "zh": "腹部超声"},
        "preparation": {"en": "Nothing to eat for eight hours", "zh": "空腹八小时"},
        "ready_minutes": 30,
    })
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The resident identity number of the `n`th of people born on one day (GB 11643).
pub fn id_number(n: usize) -> String {
    let body = format!("33010619850101{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap();
    format!("{body}{check}")
}
