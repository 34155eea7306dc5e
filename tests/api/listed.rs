//! Services that are a listing and nothing else. Here: a register is asked.

mod bills;
mod booking;
mod desk;

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use citygate_inquiry::{Source, set_source};
use citygate_kernel::Masked;
use citygate_listings::publish_at_once;
use citygate_sandbox::records_office::{Behaviour, Filed, RecordsOfficeSandbox};
use serde_json::{Value, json};

use crate::{
    step_up::{code, prove},
    support::{Sql, TestApp, refused},
};

const PERMIT: &str = include_str!("../../services/listed/demo/residence_permit.toml");
const WATER: &str = include_str!("../../services/listed/demo/water_bill.toml");
const ID_CARD: &str = include_str!("../../services/listed/demo/id_card_appointment.toml");

/// The key of the agency's register.
const KEY: &str = "key_of_the_city";

/// Publishes a file for an agency.
async fn publish(app: &TestApp, agency: AgencyId, file: &str) -> String {
    let cx = app.city().cx();
    let published =
        cx.db.tx("test.publish", async |tx| publish_at_once(&cx, tx, agency, file).await).await;
    published.unwrap().to_string()
}

/// The path of something that is done with a listing.
fn at(listing: &str, what: &str) -> String {
    format!("/v1/listed/listings/{listing}/{what}")
}

/// A fresh proof for a listing, in a token of its own. Proofs of one hour are few, and what is tested
/// here is something else.
async fn raised(app: &TestApp, citizen: &CitizenApp, (who, listing): (usize, &str)) -> Caller {
    app.sql().await.run("DELETE FROM identity.counters").await;
    let wanted = json!({"purpose": "listed.read", "object": listing});
    let code = code(app, citizen, &wanted).await;
    let proven = prove(citizen, &wanted, DEMO_CITIZENS[who].2, &code).await;
    assert_eq!(proven.status, 201, "{}", proven.text);
    citizen.caller.with_token(proven.text_at("/access_token"))
}

async fn entries(sql: &mut Sql, action: &str) -> usize {
    sql.count(&format!("identity.access_entries WHERE action = '{action}'")).await
}

/// An agency with a register of a subject, and a listing about it.
struct Registered {
    agency: AgencyId,
    listing: String,
    subject: &'static str,
    register: RecordsOfficeSandbox,
}

impl Registered {
    async fn new(app: &TestApp, subject: &'static str, file: &str) -> Self {
        let agency = app.other_agency().await;
        let listing = publish(app, agency, file).await;
        let register = RecordsOfficeSandbox::start(KEY).unwrap();
        let registered = Self { agency, listing, subject, register };
        registered.connect(app).await;
        registered
    }

    /// The agency names its register.
    async fn connect(&self, app: &TestApp) {
        let source = Source {
            agency: self.agency,
            subject: self.subject.parse().unwrap(),
            url: self.register.url.parse().unwrap(),
            api_key: Masked::new(KEY.to_owned()),
            fresh_for: TimeDelta::zero(),
        };
        let cx = app.city().cx();
        let set = cx.db.tx("test.source", async |tx| set_source(&cx.keys, tx, &source).await);
        set.await.unwrap();
    }

    /// Puts a record of a demo citizen on file.
    fn file(&self, app: &TestApp, who: usize, record: &Value) {
        self.register.file(Filed {
            subject: self.subject.to_owned(),
            id_number: DEMO_CITIZENS[who].2.to_owned(),
            as_of: app.clock.now(),
            record: record.clone(),
        });
    }

    async fn read(&self, caller: &Caller) -> Reply {
        caller.get(&at(&self.listing, "record")).await.unwrap()
    }

    async fn proven(&self, app: &TestApp, citizen: &CitizenApp, who: usize) -> Caller {
        raised(app, citizen, (who, &self.listing)).await
    }
}

fn permit() -> Value {
    json!({
        "permit_no": "330106202400001", "district": "上城区", "issued_on": "2024-05-20",
        "endorsed_until": "2027-05-19", "valid": true, "secret": "of no interest",
    })
}

#[tokio::test]
async fn a_record_takes_a_fresh_proof_for_the_listing_and_shows_what_the_listing_names() {
    let app = TestApp::start().await;
    let police = Registered::new(&app, "residence", PERMIT).await;
    let other = publish(&app, app.other_agency().await, PERMIT).await;
    police.file(&app, 0, &permit());
    let citizen = app.demo_citizen(0).await;
    refused(&police.read(&citizen.caller).await, 401, "identity.step_up_required");
    let for_another = raised(&app, &citizen, (0, &other)).await;
    refused(&police.read(&for_another).await, 401, "identity.step_up_required");
    assert!(police.register.asked().is_empty(), "nobody was asked");

    let proven = police.proven(&app, &citizen, 0).await;
    let record = police.read(&proven).await;
    assert_eq!(record.status, 200, "{}", record.text);
    let shown = |field: &str, name: &str, kind: &str, value: Value| {
        let value = json!({kind: value});
        json!({"code": field, "name": name, "kind": kind, "value": value})
    };
    assert_eq!(
        record.body["fields"],
        json!([
            shown("permit_no", "Number of the permit", "text", json!("330106202400001")),
            shown("district", "District of residence", "text", json!("上城区")),
            shown("issued_on", "Issued on", "date", json!("2024-05-20")),
            shown("endorsed_until", "Endorsed until", "date", json!("2027-05-19")),
            shown("valid", "In use", "boolean", json!(true)),
        ])
    );
    assert_eq!(record.text_at("/register/freshness"), "live");
    assert_eq!(record.text_at("/register/agency_id"), police.agency.to_string());
    assert!(!record.text.contains("of no interest"));
    refused(&police.read(&proven).await, 401, "identity.step_up_required");
    let mut sql = app.sql().await;
    assert_eq!(entries(&mut sql, "listed_read").await, 1);
    assert_eq!(entries(&mut sql, "disclosed").await, 1);
    police.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_register_that_does_not_answer_or_is_not_believed_is_said_to() {
    let app = TestApp::start().await;
    let police = Registered::new(&app, "residence", PERMIT).await;
    let citizen = app.demo_citizen(0).await;
    let read = async || police.read(&police.proven(&app, &citizen, 0).await).await;
    refused(&read().await, 404, "inquiry.no_record");
    police.file(&app, 0, &permit());
    for silent in [Behaviour::Error500, Behaviour::OtherPerson, Behaviour::OtherForm] {
        police.register.behave([silent]);
        refused(&read().await, 503, "inquiry.unheard");
    }
    assert_eq!(read().await.text_at("/register/freshness"), "live");
    police.register.behave([Behaviour::OtherPerson]);
    let kept = read().await;
    assert_eq!(kept.text_at("/register/freshness"), "kept", "{}", kept.text);
    assert_eq!(kept.text_at("/register/trouble"), "other_person");
    assert_eq!(kept.body["fields"][0]["value"]["text"], "330106202400001");
    let mut wrong = permit();
    wrong["issued_on"] = json!("last spring");
    police.file(&app, 0, &wrong);
    refused(&read().await, 503, "listed.record_unreadable");
    police.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_proof_is_as_good_as_before() {
    let app = TestApp::start().await;
    let register = RecordsOfficeSandbox::start(KEY).unwrap();
    let agency = app.other_agency().await;
    let listing = publish(&app, agency, PERMIT).await;
    let police = Registered { agency, listing, subject: "residence", register };
    police.file(&app, 0, &permit());
    let citizen = app.demo_citizen(0).await;
    let proven = police.proven(&app, &citizen, 0).await;
    refused(&police.read(&proven).await, 503, "listed.source_missing");
    let mut sql = app.sql().await;
    assert_eq!(entries(&mut sql, "listed_read").await, 0);
    assert_eq!(entries(&mut sql, "disclosed").await, 0);
    police.connect(&app).await;
    assert_eq!(police.read(&proven).await.status, 200);
    police.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn whom_a_condition_excludes_is_told_why_where_that_may_be_told() {
    let app = TestApp::start().await;
    let old = PERMIT.replace(
        r#"{ fact = "person.document_type", is = "resident_id" }"#,
        r#"{ fact = "person.age", at_least = 100 }"#,
    );
    let secret =
        old.replace("code = \"resident_id\"\n", "code = \"resident_id\"\ndisclosed = false\n");
    assert!(old != PERMIT && secret != old);
    let citizen = app.demo_citizen(0).await;
    for (file, code) in [(old, "listed.not_eligible"), (secret, "listed.at_the_counter")] {
        let police = Registered::new(&app, "residence", &file).await;
        let proven = police.proven(&app, &citizen, 0).await;
        for _ in 0..2 {
            let told = police.read(&proven).await;
            refused(&told, 422, code);
            let named = told.text.contains("holders of a resident identity card");
            assert_eq!(named, code == "listed.not_eligible", "{}", told.text);
        }
        assert!(police.register.asked().is_empty());
        police.register.stop().await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_listing_works_in_its_own_way_alone() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let (permit, water) = (publish(&app, agency, PERMIT).await, publish(&app, agency, WATER).await);
    let citizen = app.demo_citizen(0).await;
    let proven = raised(&app, &citizen, (0, &water)).await;
    refused(&proven.get(&at(&water, "record")).await.unwrap(), 409, "listed.other_kind");
    let proven = raised(&app, &citizen, (0, &permit)).await;
    let fetched = proven.post(&at(&permit, "bills/fetch"), &json!({})).await.unwrap();
    refused(&fetched, 409, "listed.other_kind");
    let offices = app.anybody().get(&at(&permit, "offices")).await.unwrap();
    refused(&offices, 409, "listed.other_kind");
    let nowhere = permit.replace("list_330100", "list_110000");
    let proven = raised(&app, &citizen, (0, &nowhere)).await;
    refused(&proven.get(&at(&nowhere, "record")).await.unwrap(), 404, "listings.unknown");
    let nameless = app.citizen("nobody@citygate.example").await;
    let read = nameless.caller.get(&at(&permit, "record")).await.unwrap();
    refused(&read, 403, "identity.real_name_required");
    app.finish().await;
}
