//! Results as people come to know them: at once, after a clinician, in person, after an explanation;
//! corrected; read with a proof, on paper, as a trend; and every reading in the ledger.

use chrono::TimeDelta;
use citygate::demo::{
    self,
    actors::{Caller, CitizenApp, Reply},
};
use citygate_exchange::{ORDER_PLACED, OrderPlaced};
use citygate_hospital::HOSPITAL;
use citygate_identity::{Access, Accessor, DEMO_CITIZENS, Named, Reason, person};
use citygate_kernel::CityCode;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    staff::{Agency, accept, sure},
    step_up::{code, prove},
    support::{Answer, TestApp, refused},
};

/// Code, name, value, unit, range and flag of an item.
type Item = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const POTASSIUM: Item = ("2823-3", "钾", "4.2", "mmol/L", "3.5-5.3", "");

fn potassium(value: &'static str) -> Item {
    let (code, name, _, unit, range, flag) = POTASSIUM;
    (code, name, value, unit, range, flag)
}

/// A report as the laboratory's system sends it.
struct Report {
    no: &'static str,
    status: &'static str,
    section: &'static str,
    title: &'static str,
    items: Vec<Item>,
}

fn report(no: &'static str, items: Vec<Item>) -> Report {
    Report { no, status: "F", section: "CH", title: "24326-1^电解质^LN", items }
}

/// A hospital with an admin and a clinician.
struct Ward {
    app: TestApp,
    agency: Agency,
    clinician: CitizenApp,
}

impl Ward {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let agency = Agency::new(&app, HOSPITAL, "hospital.example").await;
        let clinician = sure(&app, "clinician@hospital.example").await;
        assert_eq!(agency.invite(&clinician.email, "clinician").await.status, 201);
        assert_eq!(accept(&app, &clinician).await.status, 200);
        Self { app, agency, clinician }
    }

    /// Wang Fang's visit orders an examination.
    async fn order(&self, no: &str) {
        let cx = self.app.city().cx();
        let reason = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-3" };
        let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), reason);
        let id_number = DEMO_CITIZENS[0].2.parse().unwrap();
        let named = Named { id_number: &id_number, name: None, case: None };
        let placed = cx.db.tx("test.order", async |tx| {
            let person = person(&cx.keys, tx, &access, named).await?;
            let news = OrderPlaced {
                agency: HOSPITAL,
                order_no: no.to_owned(),
                person,
                visit: Uuid::nil(),
                placed_at: tx.now(),
            };
            ORDER_PLACED.emit(tx, &news).await?;
            Ok::<_, citygate_identity::Error>(())
        });
        placed.await.unwrap();
        self.app.work().await;
    }

    /// A version of a report arrives; each is issued a minute after what went before.
    async fn push(&self, Report { no, status, section, title, items }: &Report) {
        self.app.later(TimeDelta::minutes(1));
        let now = self.app.clock.now() + TimeDelta::hours(8);
        let at = now.format("%Y%m%d%H%M%S");
        let mut text = format!(
            "MSH|^~\\&|LIS|H|CITYGATE|330100|{at}||ORU^R01^ORU_R01|{no}-{at}|P|2.5.1\r\
             PID|1||{}^^^CHN^NI||王^芳\r\
             OBR|1|{no}|{no}|{title}|||{at}|||||||||||||||{at}||{section}|{status}\r",
            DEMO_CITIZENS[0].2
        );
        for (n, (code, name, value, unit, range, flag)) in (1..).zip(items) {
            text += &format!(
                "OBX|{n}|NM|{code}^{name}^LN||{value}|{unit}|{range}|{flag}|||{status}|||{at}\r"
            );
        }
        let system = self.app.system_of(HOSPITAL, demo::HOSPITAL_SCOPES).await;
        let request = system.caller.request(Method::POST, "/v1/exchange/hl7v2");
        let request = request.header("Content-Type", "application/hl7-v2").body(text);
        let answer = Answer::to(request).await;
        assert!(answer.text.contains("MSA|AA"), "{}", answer.text);
        self.app.work().await;
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/results/agencies/{HOSPITAL}/{rest}")
    }

    async fn chart(&self, id: &str) -> Value {
        let chart = self.clinician.caller.get(&self.path(&format!("reports/{id}"))).await.unwrap();
        assert_eq!(chart.status, 200, "{}", chart.text);
        chart.body
    }

    /// The steps of the history.
    async fn steps(&self, id: &str) -> Vec<String> {
        let chart = self.chart(id).await;
        let steps = chart["history"].as_array().unwrap().iter();
        steps.map(|event| event["step"].as_str().unwrap().to_owned()).collect()
    }

    async fn act(&self, id: &str, what: &str, body: &Value) -> Reply {
        let path = self.path(&format!("reports/{id}/{what}"));
        self.clinician.caller.post(&path, body).await.unwrap()
    }

    async fn citizen(&self) -> CitizenApp {
        self.app.demo_citizen(0).await
    }

    /// A proof for a report, as the token that carries it.
    async fn proof(&self, citizen: &mut CitizenApp, id: &str) -> Caller {
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        let wanted = json!({"purpose": "health_result.read", "object": id});
        let code = code(&self.app, citizen, &wanted).await;
        let proven = prove(citizen, &wanted, DEMO_CITIZENS[0].2, &code).await;
        assert_eq!(proven.status, 201, "{}", proven.text);
        citizen.caller.with_token(proven.text_at("/access_token"))
    }

    async fn read(&self, citizen: &mut CitizenApp, id: &str) -> Reply {
        let proof = self.proof(citizen, id).await;
        proof.get(&format!("/v1/results/{id}")).await.unwrap()
    }
}

/// The newest result on the list.
async fn newest(citizen: &mut CitizenApp) -> Value {
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let listed = citizen.caller.get("/v1/results").await.unwrap();
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.body["items"][0].clone()
}

fn id_of(listed: &Value) -> String {
    listed["id"].as_str().unwrap().to_owned()
}

const LETTER: &str = "A result is there";

#[tokio::test]
async fn what_is_usual_is_there_at_once_and_read_with_one_proof_for_five_minutes() {
    let ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    for (no, value) in [("O1", "4.2"), ("O2", "5.6")] {
        ward.order(no).await;
        ward.push(&report(no, vec![potassium(value)])).await;
    }
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, LETTER), 2);
    let listed = newest(&mut citizen).await;
    assert_eq!((&listed["state"], &listed["title"]), (&json!("released"), &json!("电解质")));
    let id = id_of(&listed);
    let path = format!("/v1/results/{id}");
    for part in ["", "/document.pdf", "/trend?item=1", "/trend.svg?item=1", "/versions/1"] {
        let without = citizen.caller.get(&format!("{path}{part}")).await.unwrap();
        refused(&without, 401, "identity.step_up_required");
    }
    let proof = ward.proof(&mut citizen, &id).await;
    let read = proof.get(&path).await.unwrap();
    assert_eq!(read.status, 200, "{}", read.text);
    assert_eq!(read.text_at("/state"), "viewed");
    assert_eq!(read.body["items"][0]["flag"]["code"], "H", "from the range");
    assert_eq!(read.body["items"][0]["flag"]["computed"], true);
    assert_ne!(read.text_at("/advice"), "");
    refused(&proof.get(&path).await.unwrap(), 401, "identity.step_up_required");

    let pdf =
        Answer::to(citizen.caller.request(Method::GET, &format!("{path}/document.pdf"))).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    assert_eq!(pdf.header("cache-control"), "no-store");
    let trend = citizen.caller.get(&format!("{path}/trend?item=1")).await.unwrap();
    let values: Vec<&Value> =
        trend.body["series"][0]["points"].as_array().unwrap().iter().collect();
    let values: Vec<&str> = values.iter().map(|point| point["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["4.2", "5.6"]);
    let svg = Answer::to(citizen.caller.request(Method::GET, &format!("{path}/trend.svg?item=1")));
    let svg = svg.await;
    assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml"));
    assert!(svg.text.starts_with("<svg") && svg.text.contains("5.6"));
    let unknown = citizen.caller.get(&format!("{path}/trend?item=2")).await.unwrap();
    refused(&unknown, 404, "results.item_unknown");

    ward.app.later(TimeDelta::minutes(5));
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let late = citizen.caller.get(&format!("{path}/document.pdf")).await.unwrap();
    refused(&late, 401, "identity.step_up_required");

    let other = ward.app.demo_citizen(1).await;
    let foreign = other.caller.get(&format!("{path}/document.pdf")).await.unwrap();
    refused(&foreign, 404, "results.report_unknown");
    let ledger = citizen.caller.get("/v1/me/accesses?limit=100").await.unwrap();
    let entries = ledger.body["items"].as_array().unwrap_or_else(|| panic!("{}", ledger.text));
    let reads = entries.iter().filter(|entry| entry["purpose"]["code"] == "results.own").count();
    assert_eq!(reads, 6, "the result, its document, and two trends of two reports");
    ward.app.finish().await;
}

#[tokio::test]
async fn what_is_critical_goes_to_a_clinician_first() {
    let ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    ward.order("O1").await;
    ward.push(&report("O1", vec![potassium("7.1")])).await;
    let listed = newest(&mut citizen).await;
    assert_eq!((&listed["state"], &listed["title"]), (&json!("clinician_first"), &Value::Null));
    let id = id_of(&listed);
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, LETTER), 0);
    assert_eq!(ward.app.letters(&ward.clinician.email, "Critical result"), 1);
    refused(&ward.read(&mut citizen, &id).await, 403, "results.withheld");

    let waiting = ward.clinician.caller.get(&ward.path("waiting")).await.unwrap();
    assert_eq!(waiting.text_at("/items/0/report_id"), id, "{}", waiting.text);
    assert!(!waiting.text.contains("7.1") && !waiting.text.contains('钾'));
    let clerk = ward.agency.clerk.caller.get(&ward.path("waiting")).await.unwrap();
    assert_eq!(clerk.status, 403, "{}", clerk.text);
    assert_eq!(ward.chart(&id).await["report"]["items"][0]["value"], "7.1");

    let said = |version: u32| json!({"version": version, "read_back": "钾 7.1 mmol/L"});
    let wrong = ward.act(&id, "acknowledgements", &said(2)).await;
    refused(&wrong, 409, "results.version_changed");
    let done = ward.act(&id, "acknowledgements", &said(1)).await;
    assert_eq!((done.status, done.text_at("/state").as_str()), (200, "released"), "{}", done.text);
    let again = ward.act(&id, "acknowledgements", &said(1)).await;
    assert_eq!((again.status, again.text_at("/state").as_str()), (200, "released"));
    let other = json!({"version": 1, "read_back": "钾 6.9"});
    let other = ward.act(&id, "acknowledgements", &other).await;
    refused(&other, 409, "results.nothing_to_acknowledge");
    ward.app.work().await;
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, LETTER), 1);
    let read = ward.read(&mut citizen, &id).await;
    assert_eq!(read.body["items"][0]["flag"]["code"], "H", "{}", read.text);
    assert_eq!(ward.steps(&id).await, ["filed", "alerted", "acknowledged", "viewed"]);
    ward.app.later(TimeDelta::hours(2));
    ward.app.work().await;
    assert_eq!(ward.app.letters(&ward.clinician.email, "Critical result"), 1, "the alarm is over");

    let elsewhere = ward.app.other_agency().await;
    let other = Agency::new(&ward.app, elsewhere, "other.example").await;
    let stranger = sure(&ward.app, "clinician@other.example").await;
    assert_eq!(other.invite(&stranger.email, "clinician").await.status, 201);
    assert_eq!(accept(&ward.app, &stranger).await.status, 200);
    let there = format!("/v1/results/agencies/{elsewhere}/reports/{id}");
    refused(&stranger.caller.get(&there).await.unwrap(), 404, "results.report_unknown");
    let here = stranger.caller.get(&ward.path(&format!("reports/{id}"))).await.unwrap();
    refused(&here, 404, "request.not_found");
    ward.app.finish().await;
}

#[tokio::test]
async fn what_nobody_acknowledges_is_escalated_and_then_released() {
    let ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    let late = "late@hospital.example";
    assert_eq!(ward.agency.invite(late, "clinician").await.status, 201);
    ward.order("O1").await;
    ward.push(&report("O1", vec![potassium("2.1")])).await;
    let id = id_of(&newest(&mut citizen).await);
    let alerts = |email: &str| ward.app.letters(email, "Critical result");
    for (minutes, clinician, admin, state) in [
        (14, 1, 0, "clinician_first"),
        (1, 2, 0, "clinician_first"),
        (15, 2, 1, "clinician_first"),
        (29, 2, 1, "clinician_first"),
        (1, 2, 1, "released"),
    ] {
        ward.app.later(TimeDelta::minutes(minutes));
        ward.app.work().await;
        let (to_clinician, to_admin) =
            (alerts(&ward.clinician.email), alerts(&ward.agency.admin.email));
        assert_eq!((to_clinician, to_admin), (clinician, admin), "after {minutes} more");
        assert_eq!(newest(&mut citizen).await["state"], state, "after {minutes} more");
    }
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, LETTER), 1);
    let clinician = sure(&ward.app, late).await;
    assert_eq!(accept(&ward.app, &clinician).await.status, 200);
    let ward = Ward { clinician, ..ward };
    let said = json!({"version": 1, "read_back": "钾 2.1"});
    let done = ward.act(&id, "acknowledgements", &said).await;
    assert_eq!((done.status, done.text_at("/state").as_str()), (200, "released"), "{}", done.text);
    let steps = ["filed", "alerted", "alerted", "alerted", "time_over", "acknowledged"];
    assert_eq!(ward.steps(&id).await, steps);
    ward.app.finish().await;
}

#[tokio::test]
async fn what_is_sensitive_is_told_in_person_and_by_no_letter() {
    let ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    ward.order("O1").await;
    let title = "56888-1^HIV抗体^LN";
    ward.push(&Report { title, ..report("O1", vec![POTASSIUM]) }).await;
    let listed = newest(&mut citizen).await;
    assert_eq!((&listed["state"], &listed["title"]), (&json!("withheld"), &Value::Null));
    assert!(!listed.to_string().contains("HIV"), "{listed}");
    let id = id_of(&listed);
    refused(&ward.read(&mut citizen, &id).await, 403, "results.withheld");
    let told = json!({"version": 1, "told": "person"});
    let done = ward.act(&id, "disclosures", &told).await;
    assert_eq!((done.status, done.text_at("/state").as_str()), (200, "released"), "{}", done.text);
    ward.app.work().await;
    let read = ward.read(&mut citizen, &id).await;
    assert_eq!(read.text_at("/title"), "HIV抗体", "{}", read.text);
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, LETTER), 0);
    ward.app.finish().await;
}

#[tokio::test]
async fn what_needs_an_explanation_waits_for_it_or_for_fourteen_days() {
    let ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    for no in ["O1", "O2"] {
        ward.order(no).await;
        ward.push(&Report { section: "SP", ..report(no, vec![]) }).await;
    }
    let listed = newest(&mut citizen).await;
    assert_eq!(listed["state"], "clinician_first");
    let note = json!({"version": 1, "text": "良性"});
    let done = ward.act(&id_of(&listed), "notes", &note).await;
    assert_eq!((done.status, done.text_at("/state").as_str()), (200, "released"), "{}", done.text);
    let again = ward.act(&id_of(&listed), "notes", &note).await;
    assert_eq!((again.status, again.text_at("/state").as_str()), (200, "released"));
    ward.app.work().await;
    let read = ward.read(&mut citizen, &id_of(&listed)).await;
    assert_eq!(read.text_at("/notes/0/text"), "良性", "{}", read.text);
    assert_eq!(read.text_at("/notes/1"), "", "what is said again is said once");
    let states = async |citizen: &mut CitizenApp| {
        ward.app.work().await;
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        citizen.caller.get("/v1/results").await.unwrap().text_at("/items/1/state")
    };
    ward.app.later_with(&mut citizen, TimeDelta::days(14) - TimeDelta::minutes(10)).await;
    assert_eq!(states(&mut citizen).await, "clinician_first");
    ward.app.later(TimeDelta::minutes(10));
    assert_eq!(states(&mut citizen).await, "released");
    ward.app.finish().await;
}

#[tokio::test]
async fn who_has_seen_a_version_is_told_that_it_was_corrected_and_withdrawn() {
    let mut ward = Ward::open().await;
    let mut citizen = ward.citizen().await;
    ward.order("O1").await;
    ward.push(&Report { status: "P", ..report("O1", vec![POTASSIUM]) }).await;
    assert_eq!(newest(&mut citizen).await["state"], "withheld", "it is not verified");
    ward.push(&report("O1", vec![POTASSIUM])).await;
    let id = id_of(&newest(&mut citizen).await);
    assert_eq!(ward.read(&mut citizen, &id).await.text_at("/version"), "2");
    assert_eq!(ward.clinician.refresh().await.unwrap().status, 200);
    ward.chart(&id).await;
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, "has changed"), 0);

    ward.push(&Report { status: "C", ..report("O1", vec![potassium("7.4")]) }).await;
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, "has changed"), 1);
    assert_eq!(ward.app.letters(&ward.clinician.email, "was corrected"), 1);
    assert_eq!(newest(&mut citizen).await["state"], "clinician_first", "the rule is asked anew");
    refused(&ward.read(&mut citizen, &id).await, 403, "results.withheld");
    assert_eq!(ward.clinician.refresh().await.unwrap().status, 200);
    let said = json!({"version": 3, "read_back": "钾 7.4"});
    assert_eq!(ward.act(&id, "acknowledgements", &said).await.status, 200);
    let read = ward.read(&mut citizen, &id).await;
    assert_eq!(
        (read.text_at("/version"), read.text_at("/status")),
        ("3".into(), "corrected".into())
    );
    let version = async |citizen: &CitizenApp, n: u32| {
        citizen.caller.get(&format!("/v1/results/{id}/versions/{n}")).await.unwrap()
    };
    assert_eq!(version(&citizen, 2).await.text_at("/items/0/value"), "4.2", "seen before");
    refused(&version(&citizen, 1).await, 404, "results.version_unknown");

    ward.push(&Report { status: "X", ..report("O1", vec![]) }).await;
    ward.app.work().await;
    assert_eq!(ward.app.letters(DEMO_CITIZENS[0].0, "has changed"), 2);
    ward.app.finish().await;
}
