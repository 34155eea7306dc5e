//! A patient, a hospital, and a thing of every kind between them: what tests of who may see what
//! are about.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::{
    actors::{CitizenApp, Reply, System},
    laboratory::{self, ELECTROLYTES, Examination, FHIR_JSON, Item, Named, Report},
};
use citygate_booking::{Allocation, AppointmentId, Channel, NewSession, NewSlot, Session, no_show};
use citygate_catalogue::AgencyId;
use citygate_hospital::HOSPITAL;
use citygate_identity::ResidentIdNumber;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    booking_draw::{claim, first_slot, morning, open, patient},
    support::{TestApp, pay, yuan},
};

/// Things and bodies. Where an operation would leave nothing for the others, it has a thing of its
/// own: `operation/parameter`.
#[derive(Clone, Default)]
pub struct Kept {
    /// By the names of path parameters.
    pub ids: BTreeMap<&'static str, String>,
    /// What operations take, by their names.
    pub bodies: BTreeMap<&'static str, Value>,
}

/// The second hospital of the demo city.
pub fn other_hospital() -> AgencyId {
    "agcy_330100_019999990000700080000000000000b2".parse().unwrap()
}

/// Who keeps things for whom: the `nth` of a city, in departments where nobody else is.
pub struct Keeper<'a> {
    pub app: &'a TestApp,
    pub hospital: &'a System,
    pub agency: AgencyId,
    pub citizen: &'a CitizenApp,
    pub id_number: &'a str,
    pub nth: usize,
}

/// What was made answers 200 to 202.
#[track_caller]
pub fn made(reply: Reply) -> Reply {
    assert!((200..203).contains(&reply.status), "{}", reply.text);
    reply
}

/// The resident identity number of the `n`th of people who have no account.
fn resident(n: usize) -> String {
    let numbers = "0123456789X".chars().map(|check| format!("33010619700102{n:03}{check}"));
    let mut numbers = numbers.filter(|number| number.parse::<ResidentIdNumber>().is_ok());
    numbers.next().unwrap()
}

fn words(text: &str) -> Value {
    json!({"en": text, "zh": text})
}

impl Keeper<'_> {
    /// One of everything.
    pub async fn things(&self) -> Kept {
        let mut kept = Kept::default();
        self.describe(&mut kept).await;
        self.open_clinics(&mut kept).await;
        self.book(&mut kept).await;
        self.wait(&mut kept).await;
        self.visit(&mut kept).await;
        self.charge(&mut kept).await;
        self.miss(&mut kept).await;
        self.examine(&mut kept).await;
        self.hold(&mut kept).await;
        kept.ids.insert("exchange_fhir_instance_operation/id", self.at_the_counter().await);
        kept
    }

    /// Two departments of the demo city.
    fn departments(&self) -> [&'static str; 2] {
        match (self.agency == HOSPITAL, self.nth % 2) {
            (true, 1) => ["CARD", "RESP"],
            (true, _) => ["GI", "NEUR"],
            (false, _) => ["GYN", "PED"],
        }
    }

    pub fn no(&self, what: &str) -> String {
        format!("{what}-{}", self.nth)
    }

    async fn put(&self, path: &str, body: &Value) -> Reply {
        made(self.hospital.caller.put(&format!("/v1/hospital/{path}"), body).await.unwrap())
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        let (path, key) = (format!("/v1/hospital/{path}"), self.no(&path.replace('/', "-")));
        made(self.hospital.caller.post_once(&path, &key, body).await.unwrap())
    }

    pub async fn ask(&self, path: &str, body: &Value) -> Reply {
        let (path, key) = (format!("/v1/{path}"), self.no(&path.replace('/', "-")));
        made(self.citizen.caller.post_once(&path, &key, body).await.unwrap())
    }

    /// A place, a department and a doctor.
    async fn describe(&self, kept: &mut Kept) {
        let [location, department, practitioner] = ["L", "X", "P"].map(|what| self.no(what));
        let body = json!({"physical_type": "campus", "name": words("Campus")});
        self.put(&format!("directory/locations/{location}"), &body).await;
        kept.bodies.insert("hospital_put_location", body);
        let body = json!({"name": words("X"), "specialty": "03.04", "location_no": location});
        let put = self.put(&format!("directory/departments/{department}"), &body).await;
        kept.ids.insert("department_id", put.text_at("/id"));
        kept.bodies.insert("hospital_put_department", body);
        let body = json!({
            "name": words("Doctor"), "title": "chief", "speciality": words("X"),
            "roles": [{"department_no": department, "clinic_kind": "expert"}],
        });
        let put = self.put(&format!("directory/practitioners/{practitioner}"), &body).await;
        kept.ids.insert("practitioner_id", put.text_at("/id"));
        kept.bodies.insert("hospital_put_practitioner", body);
        kept.ids.extend([
            ("location_no", location),
            ("department_no", department),
            ("practitioner_no", practitioner),
        ]);
    }

    /// A clinic with somebody who has booked at the counter, and one that will be stopped.
    async fn open_clinics(&self, kept: &mut Kept) {
        let on = self.app.today() + TimeDelta::days(4);
        let [clinic, stopped] = ["S", "STOP"].map(|what| self.no(what));
        let slot = json!({
            "starts_at": format!("{on}T08:00:00+08:00"), "ends_at": format!("{on}T08:30:00+08:00"),
            "places": {"app": 2, "onsite": 5},
        });
        let body = json!({
            "department_no": self.departments()[0], "clinic_kind": "general", "on": on,
            "part": "morning", "slots": [slot],
        });
        self.put(&format!("sessions/{clinic}"), &body).await;
        self.put(&format!("sessions/{stopped}"), &body).await;
        let booking = |n: usize| {
            json!({
                "starts_at": slot["starts_at"], "channel": "onsite",
                "patient": {"name": "某人", "id_number": resident(2 * self.nth + n)},
            })
        };
        let booked = self.post(&format!("sessions/{clinic}/appointments"), &booking(0)).await;
        kept.ids.extend([
            ("session_no", clinic),
            ("hospital_stop_session/session_no", stopped),
            ("hospital_cancel_appointment/appointment_id", booked.text_at("/id")),
        ]);
        kept.bodies.extend([
            ("hospital_put_session", body),
            ("hospital_stop_session", json!({"reason": "The doctor is ill"})),
            ("hospital_book_appointment", booking(1)),
        ]);
    }

    /// A session of the hospital with one slot and nothing to pay. Nobody has two at the same time.
    async fn session(&self, days: i64, hour: i64, change: impl FnOnce(&mut NewSession)) -> Session {
        let mut new = morning(self.app, self.agency, days, 1);
        let half_hours = i32::try_from(4 * hour).unwrap() + i32::try_from(self.nth).unwrap();
        let midnight = new.on.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let starts_at: DateTime<Utc> = midnight + TimeDelta::minutes(30) * half_hours;
        new.slots = vec![NewSlot {
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(30),
            places: vec![(Channel::App, 1)],
        }];
        new.external_no = format!("{days}-{hour}-{}", self.nth);
        new.unit = AgencyId::new(self.agency.city(), &self.app.clock).uuid();
        change(&mut new);
        open(self.app, &new).await
    }

    /// Claims the one place of a session.
    async fn claimed(&self, session: &Session) -> String {
        let slot = first_slot(self.app, session).await;
        made(claim(self.citizen, &slot, &slot).await).text_at("/id")
    }

    /// Appointments to look at, to cancel and to move.
    async fn book(&self, kept: &mut Kept) {
        let looked_at = self.session(1, 0, |_| {}).await;
        let (cancelled, moved) =
            (self.session(2, 0, |_| {}).await, self.session(3, 0, |_| {}).await);
        let target = self.session(4, 0, |new| new.unit = moved.unit).await;
        let slot = json!({"slot_id": first_slot(self.app, &target).await});
        kept.ids.extend([
            ("appointment_id", self.claimed(&looked_at).await),
            ("booking_cancel/appointment_id", self.claimed(&cancelled).await),
            ("booking_reschedule/appointment_id", self.claimed(&moved).await),
            ("booking/session_id", looked_at.id.to_string()),
        ]);
        kept.bodies.insert("booking_reschedule", slot);
    }

    /// A draw, a session without free places, and another in whose waitlist the citizen is.
    async fn wait(&self, kept: &mut Kept) {
        let drawn = self.session(7, 0, |new| new.allocation = Allocation::Draw).await;
        let (full, waited) = (self.session(7, 1, |_| {}).await, self.session(7, 2, |_| {}).await);
        let somebody = patient(self.app, 100 + self.nth).await;
        for session in [&full, &waited] {
            let slot = first_slot(self.app, session).await;
            made(claim(&somebody, &slot, &slot).await);
        }
        let path = format!("sessions/{}/waitlist-entries", waited.id);
        kept.ids.extend([
            ("waitlist_entry_id", self.ask(&path, &json!({})).await.text_at("/id")),
            ("booking_wait/session_id", full.id.to_string()),
            ("booking_get_draw/session_id", drawn.id.to_string()),
            ("booking_enter_draw/session_id", drawn.id.to_string()),
        ]);
    }

    /// Opens a queue of today. Returns its id.
    async fn queue(&self, no: &str, body: &Value) -> String {
        self.put(&format!("stations/{no}/queue"), body).await.text_at("/id")
    }

    /// The citizen walks in. Returns the visit.
    async fn walk_in(&self, department: &str) -> String {
        let who = json!({
            "name": "某人", "id_number": self.id_number, "department_no": department,
        });
        let (path, key, body) =
            ("/v1/hospital/arrivals", self.no(department), json!({"walk_in": who}));
        let arrived = self.hospital.caller.post_once(path, &key, &body).await.unwrap();
        made(arrived).text_at("/id")
    }

    /// Two visits: one that waits, with a deposit and an order, and one that is called.
    async fn visit(&self, kept: &mut Kept) {
        let departments = self.departments();
        let waiting = self.walk_in(departments[0]).await;
        let called = self.walk_in(departments[1]).await;
        self.queue_up(kept).await;
        let order = json!({
            "visit_id": waiting, "kind": "laboratory", "station_no": self.no("LAB"),
            "title": words("Blood count"),
        });
        self.put(&format!("orders/{}", self.no("O")), &order).await;
        let deposit = json!({"amount": yuan(5_000)});
        self.ask(&format!("hospital/visits/{waiting}/deposit"), &deposit).await;
        kept.ids.extend([
            ("visit_id", waiting),
            ("hospital_put_deposit/visit_id", called),
            ("order_no", self.no("O")),
        ]);
        kept.bodies.extend([
            ("hospital_put_deposit", deposit),
            ("hospital_put_order", order),
            ("hospital_advance_order", json!({"event": "cancelled"})),
        ]);
    }

    /// The queues of both departments, and a laboratory's where nobody is.
    async fn queue_up(&self, kept: &mut Kept) {
        let on = self.app.today();
        let queue = |station: &str| {
            json!({
                "on": on, "station": station, "letter": "A", "name": words("Station"),
                "place": words("Floor 3"), "rooms": 1,
                "opens_at": format!("{on}T08:00:00+08:00"),
                "closes_at": format!("{on}T18:00:00+08:00"),
            })
        };
        let consultation = |department: &str| {
            let mut body = queue("consultation");
            body["department_no"] = department.into();
            body
        };
        let [waits, called] = self.departments().map(consultation);
        let waits = self.queue(&self.no("R1"), &waits).await;
        let called = self.queue(&self.no("R2"), &called).await;
        self.queue(&self.no("LAB"), &queue("laboratory")).await;
        self.app.work().await;
        let room = json!({"room": "3"});
        let called = self.post(&format!("queues/{called}/calls"), &room).await.text_at("/id");
        kept.ids.extend([
            ("queue_id", waits),
            ("entry_id", called),
            ("station_no", self.no("LAB")),
        ]);
        kept.bodies.extend([
            ("hospital_put_queue", queue("laboratory")),
            ("hospital_call_next", room),
            ("hospital_advance_turn", json!({"event": "begun"})),
        ]);
    }

    /// Charges for whatever can be done with one.
    async fn charge(&self, kept: &mut Kept) {
        let line = json!({
            "code": "L1", "text": words("Blood count"), "service": "laboratory", "class": "a",
            "quantity": 1, "unit_price": yuan(1_000),
        });
        let body = json!({"title": words("Tests"), "lines": [line]});
        let visit = kept.ids["visit_id"].clone();
        let charge = async |no: &str| {
            let path = format!("visits/{visit}/charges/{}", self.no(no));
            self.put(&path, &body).await.text_at("/id")
        };
        let to_pay = async |no: &str| {
            let id = charge(no).await;
            let path = format!("hospital/charges/{id}/own-settlement");
            let bill = self.ask(&path, &json!({})).await.text_at("/settlement/bill_id");
            (id, bill)
        };
        kept.ids.extend([
            ("charge_id", charge("C").await),
            ("charge_no", self.no("C")),
            ("hospital_settle_by_insurance/charge_id", charge("INSURED").await),
            ("hospital_settle_alone/charge_id", charge("ALONE").await),
            ("hospital_pay_later/charge_id", to_pay("LATER").await.0),
            ("hospital_call_off_settlement/charge_id", to_pay("OFF").await.0),
        ]);
        charge("BACK").await;
        to_pay("DEPOSIT").await;
        let (paid, bill) = to_pay("PAID").await;
        made(pay(self.citizen, &bill, &self.no("own-part"), &json!({})).await);
        self.app.work().await;
        let receipt = format!("/v1/hospital/charges/{paid}/receipt");
        let receipt = made(self.citizen.caller.get(&receipt).await.unwrap());
        let receipt = [receipt.text_at("/receipt_no"), receipt.text_at("/code")];
        kept.ids.extend([
            ("hospital_withdraw_charge/charge_no", self.no("BACK")),
            ("hospital_pay_from_deposit/charge_no", self.no("DEPOSIT")),
            ("hospital_refund_charge/charge_no", self.no("PAID")),
            ("hospital_get_receipt/charge_id", paid),
            ("receipt_no", receipt.join("?code=")),
        ]);
        let credential = json!({"credential": "ec_sandbox_employee"});
        let refund = json!({"refund_no": "R", "lines": [1], "reason": "Not made"});
        kept.bodies.extend([
            ("hospital_put_charge", body),
            ("hospital_settle_by_insurance", credential),
            ("hospital_refund_charge", refund),
        ]);
    }

    /// Two strikes, to one of which the citizen has objected.
    async fn miss(&self, kept: &mut Kept) {
        let (one, other) = (self.session(5, 0, |_| {}).await, self.session(6, 0, |_| {}).await);
        let missed = [self.claimed(&one).await, self.claimed(&other).await];
        let db = &self.app.city().platform.db;
        for id in missed {
            let id: AppointmentId = id.parse().unwrap();
            let struck = db.tx("test.no_show", async |tx| no_show(tx, id, &json!({})).await);
            struck.await.unwrap();
        }
        let strikes = made(self.citizen.caller.get("/v1/me/strikes").await.unwrap());
        let grounds = json!({"grounds": "The train stood still."});
        let path = format!("me/strikes/{}/objection", strikes.text_at("/items/0/id"));
        kept.ids.extend([
            ("strike_id", strikes.text_at("/items/1/id")),
            ("objection_id", self.ask(&path, &grounds).await.text_at("/id")),
        ]);
        let decision = json!({"upheld": true, "answer": "So it was."});
        kept.bodies.extend([("booking_object", grounds), ("booking_decide_objection", decision)]);
    }

    /// A message in FHIR. Returns the answer.
    async fn push(&self, key: &str, entries: Vec<Value>) -> Reply {
        let request = self.hospital.caller.request(Method::POST, "/fhir/r4");
        let request = request.header("Content-Type", FHIR_JSON);
        let request = request.header("Idempotency-Key", self.no(key));
        let body = laboratory::transaction(entries).to_string();
        self.hospital.caller.send(request.body(body)).await.unwrap()
    }

    /// A report in FHIR, of an order of the same number.
    fn report(&self, no: &str, code: Examination, potassium: &'static str) -> Vec<Value> {
        let item = Item {
            code: ("2823-3", "钾"),
            value: potassium,
            unit: "mmol/L",
            range: ("3.5", "5.3"),
            flag: "N",
        };
        laboratory::report(&Report {
            order_no: no,
            report_no: no,
            patient: Named { id_number: self.id_number, name: "某人" },
            status: "final",
            issued: self.app.clock.now(),
            code,
            items: &[item],
        })
    }

    /// An order and its report in FHIR.
    pub fn examination(&self, no: &str, code: Examination, potassium: &'static str) -> Vec<Value> {
        let number = self.no(no);
        let patient = Named { id_number: self.id_number, name: "某人" };
        let order = laboratory::order(&number, patient, code);
        let name = "urn:uuid:00000000-0000-4000-8000-00000000ffff";
        let mut entries = vec![laboratory::created(name, "ServiceRequest", order)];
        entries.extend(self.report(&number, code, potassium));
        entries
    }

    /// An examination is ordered and answered. Returns the ids of the order and of the report, as FHIR
    /// has them, and of the result.
    async fn examined(&self, no: &str, code: Examination, potassium: &'static str) -> [String; 3] {
        let pushed = made(self.push(no, self.examination(no, code, potassium)).await);
        let place = |n: usize| {
            let location = pushed.text_at(&format!("/entry/{n}/response/location"));
            let mut parts = location.rsplit('/').skip(2);
            parts.next().unwrap().to_owned()
        };
        let report = place(2);
        let city = self.agency.city();
        [place(0), report.clone(), format!("rept_{city}_{}", report.replace('-', ""))]
    }

    /// Results: one that is as usual, one that is critical, and one that is told in person.
    pub async fn examine(&self, kept: &mut Kept) {
        let [order, report, usual] = self.examined("USUAL", ELECTROLYTES, "4.2").await;
        let [.., critical] = self.examined("CRITICAL", ELECTROLYTES, "7.1").await;
        let [.., sensitive] = self.examined("SENSITIVE", ("56888-1", "HIV抗体"), "4.2").await;
        kept.ids.extend([
            ("type", "DiagnosticReport".to_owned()),
            ("exchange/id", report),
            ("version", "1".to_owned()),
            ("exchange_fhir_update/type", "ServiceRequest".to_owned()),
            ("exchange_fhir_update/id", order),
            ("exchange_fhir_instance_operation/type", "Appointment".to_owned()),
            ("exchange_fhir_instance_operation/operation", "cancel".to_owned()),
            ("report_id", usual),
            ("results_acknowledge/report_id", critical),
            ("results_disclose/report_id", sensitive),
        ]);
        let patient = Named { id_number: self.id_number, name: "某人" };
        let order = laboratory::order(&self.no("USUAL"), patient, ELECTROLYTES);
        kept.bodies.extend([
            ("exchange_fhir_update", order),
            ("exchange_fhir_instance_operation", json!({"resourceType": "Parameters"})),
            ("results_acknowledge", json!({"version": 1, "read_back": "7.1"})),
            ("results_add_note", json!({"version": 1, "text": "x"})),
            ("results_disclose", json!({"version": 1, "told": "person"})),
        ]);
    }

    /// An appointment that was made at the counter. Returns its id, as FHIR has it.
    async fn at_the_counter(&self) -> String {
        let path = format!("sessions/{}/appointments", self.no("S"));
        let on = self.app.today() + TimeDelta::days(4);
        let body = json!({
            "starts_at": format!("{on}T08:00:00+08:00"), "channel": "onsite",
            "patient": {"name": "某人", "id_number": resident(200 + self.nth)},
        });
        let key = self.no("fhir");
        let path = format!("/v1/hospital/{path}");
        let booked = made(self.hospital.caller.post_once(&path, &key, &body).await.unwrap());
        let id: AppointmentId = booked.text_at("/id").parse().unwrap();
        id.uuid().to_string()
    }

    /// Two messages that wait for orders.
    pub async fn hold(&self, kept: &mut Kept) {
        let mut holds = Vec::new();
        for no in ["WAITS", "WAITS-TOO"] {
            let held = self.push(no, self.report(&self.no(no), ELECTROLYTES, "4.2")).await;
            assert_eq!(held.status, 202, "{}", held.text);
            let said = held.text_at("/issue/0/diagnostics");
            holds.push(said.rsplit(' ').next().unwrap().to_owned());
        }
        kept.ids.extend([
            ("hold_id", holds.remove(0)),
            ("exchange_discard_hold/hold_id", holds.remove(0)),
        ]);
        kept.bodies.insert("exchange_discard_hold", json!({"reason": "sent_in_error"}));
    }
}
