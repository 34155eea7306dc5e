//! The six listings of the demo: each is a file, is listed by two editors, and is used until it has
//! come to its end. Nothing here or in the city knows any of them by name.

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use citygate_inquiry::{Source, set_source};
use citygate_kernel::Masked;
use citygate_sandbox::records_office::{Filed, RecordsOfficeSandbox};
use serde_json::{Value, json};

use crate::{
    listing_things::Portal,
    step_up::{code, prove},
    support::{TestApp, pay, refused, yuan},
};

const INQUIRY: &str = include_str!("../../services/listed/demo/residence_permit.toml");
const BILL: &str = include_str!("../../services/listed/demo/water_bill.toml");
const BOOKING: &str = include_str!("../../services/listed/demo/id_card_appointment.toml");
const APPLICATION: &str = include_str!("../../src/demo/listings/stall_permit.toml");
const CASE: &str = include_str!("../../services/cases/demo/hotline_12345.toml");
const ENDORSEMENT: &str =
    include_str!("../../services/applications/demo/hk_macao_endorsement.toml");

/// A city in which an agency has listed a file, and somebody who uses it.
struct Listed {
    app: TestApp,
    portal: Portal,
    listing: String,
    citizen: CitizenApp,
}

impl Listed {
    async fn new(file: &str) -> Self {
        let app = TestApp::start().await;
        let portal = Portal::new(&app, "files.example").await;
        let listing = portal.list(file).await;
        let citizen = app.demo_citizen(0).await;
        Self { app, portal, listing, citizen }
    }

    /// Whoever decides, handles and receives.
    async fn clerk(&mut self) -> Caller {
        self.portal.at_their_desks(&self.app).await;
        let clerk = &mut self.portal.staff.clerk;
        assert_eq!(clerk.refresh().await.unwrap().status, 200);
        clerk.caller.clone()
    }

    /// A path of the agency's staff.
    fn at_the_desk(&self, part: &str, rest: &str) -> String {
        format!("/v1/{part}/agencies/{}/{rest}", self.portal.agency)
    }

    /// What somebody is told who asks first.
    async fn precheck(&self, body: &Value) -> Reply {
        let path = format!("/v1/listings/{}/precheck", self.listing);
        let told = self.app.anybody().post(&path, body).await.unwrap();
        assert_eq!(told.status, 200, "{}", told.text);
        told
    }

    /// The agency's own register says something of the citizen.
    async fn register(&self, subject: &str, record: Value) -> RecordsOfficeSandbox {
        let register = RecordsOfficeSandbox::start("key").unwrap();
        register.file(Filed {
            subject: subject.to_owned(),
            id_number: DEMO_CITIZENS[0].2.to_owned(),
            as_of: self.app.clock.now(),
            record,
        });
        let source = Source {
            agency: self.portal.agency,
            subject: subject.parse().unwrap(),
            url: register.url.parse().unwrap(),
            api_key: Masked::new("key".to_owned()),
            fresh_for: TimeDelta::zero(),
        };
        let cx = self.app.city().cx();
        let set = cx.db.tx("test.source", async |tx| set_source(&cx.keys, tx, &source).await);
        set.await.unwrap();
        register
    }

    /// The citizen after a fresh proof for the listing.
    async fn proven(&self) -> Caller {
        let wanted = json!({"purpose": "listed.read", "object": self.listing});
        let code = code(&self.app, &self.citizen, &wanted).await;
        let proven = prove(&self.citizen, &wanted, DEMO_CITIZENS[0].2, &code).await;
        assert_eq!(proven.status, 201, "{}", proven.text);
        self.citizen.caller.with_token(proven.text_at("/access_token"))
    }

    /// The citizen applies and pays what it costs. Returns the application.
    async fn lodged(&self, mut body: Value, minor: i64) -> String {
        body["listing_id"] = json!(self.listing);
        let path = "/v1/applications";
        let lodged = self.citizen.caller.post_once(path, "lodge", &body).await.unwrap();
        assert_eq!(lodged.status, 201, "{}", lodged.text);
        assert_eq!(lodged.text_at("/state"), "lodged");
        assert_eq!(lodged.minor_at("/fee/amount"), minor);
        let bill = lodged.text_at("/fee/bill_id");
        let paid = pay(&self.citizen, &bill, "fee", &json!({"expected": yuan(minor)})).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        self.app.work().await;
        lodged.text_at("/id")
    }

    /// The clerk finishes every step and grants it.
    async fn granted(&mut self, application: &str, steps: &[&str]) -> Caller {
        let clerk = self.clerk().await;
        let path = self.at_the_desk("applications", &format!("applications/{application}"));
        for step in steps {
            let finish = format!("{path}/finish-step");
            let done = clerk.post(&finish, &json!({"step": step})).await.unwrap();
            assert_eq!(done.status, 200, "{}", done.text);
        }
        let granted = clerk.post(&format!("{path}/approve"), &Value::Null).await.unwrap();
        assert_eq!(granted.status, 200, "{}", granted.text);
        clerk
    }

    async fn application(&self, id: &str) -> Reply {
        let read = self.citizen.caller.get(&format!("/v1/applications/{id}")).await.unwrap();
        assert_eq!(read.status, 200, "{}", read.text);
        read
    }
}

/// A document that somebody hands in.
fn document(code: &str) -> Value {
    json!({"code": code, "reference": "No. 1", "sha256": "0f".repeat(32)})
}

#[tokio::test]
async fn an_inquiry_is_a_file() {
    let listed = Listed::new(INQUIRY).await;
    let record = json!({
        "permit_no": "330106202400001", "district": "西湖区", "endorsed_until": "2027-05-19",
        "valid": true, "points": 86, "landlord": "nobody's business",
    });
    let register = listed.register("residence", record).await;
    let read = listed
        .proven()
        .await
        .get(&format!("/v1/listed/listings/{}/record", listed.listing))
        .await
        .unwrap();
    assert_eq!(read.status, 200, "{}", read.text);
    let codes: Vec<_> =
        read.body["fields"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert_eq!(codes, ["permit_no", "district", "endorsed_until", "valid", "points"]);
    assert!(!read.text.contains("nobody's business"));
    register.stop().await;
    listed.app.finish().await;
}

#[tokio::test]
async fn a_bill_is_a_file() {
    let listed = Listed::new(BILL).await;
    let bills = json!({"bills": [
        {"no": "W-2026-10", "amount_minor": 6_370, "due_on": "2026-12-10",
         "subject": {"en": "Water, October 2026", "zh": "2026年10月水费"}},
    ]});
    let register = listed.register("water", bills).await;
    let fetch = format!("/v1/listed/listings/{}/bills/fetch", listed.listing);
    let fetched = listed.proven().await.post(&fetch, &Value::Null).await.unwrap();
    assert_eq!(fetched.status, 200, "{}", fetched.text);
    assert_eq!(fetched.text_at("/bills/0/subject"), "Water, October 2026 (W-2026-10)");
    let bill = fetched.text_at("/bills/0/bill_id");
    let paid = pay(&listed.citizen, &bill, "water", &json!({"expected": yuan(6_370)})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    let mine = listed.citizen.caller.get("/v1/listed/bills").await.unwrap();
    assert_eq!(mine.text_at("/items/0/state"), "paid", "{}", mine.text);
    register.stop().await;
    listed.app.finish().await;
}

#[tokio::test]
async fn a_booking_is_a_file() {
    let mut listed = Listed::new(BOOKING).await;
    let told = listed.precheck(&json!({"facts": {"age": 30, "reason": "lost"}})).await;
    assert_eq!((told.text_at("/may").as_str(), told.minor_at("/fee_total")), ("yes", 4_000));
    let clerk = listed.clerk().await;
    let office = json!({
        "listing_id": listed.listing, "name_en": "Xihu Police Hall", "name_zh": "西湖公安办事大厅",
        "address_en": "1 Wensan Road", "address_zh": "文三路1号", "capabilities": ["id_card"],
    });
    let path = listed.at_the_desk("listed", "offices");
    let added = clerk.post_once(&path, "office", &office).await.unwrap();
    assert_eq!(added.status, 201, "{}", added.text);
    let office = added.text_at("/id");
    let hours = json!({
        "listing_id": listed.listing, "office_id": office, "on": "2026-11-24", "from": "09:00",
        "to": "11:00", "slot_minutes": 30, "places": 8,
    });
    let path = listed.at_the_desk("listed", "sessions");
    let opened = clerk.post_once(&path, "hours", &hours).await.unwrap();
    assert_eq!(opened.status, 201, "{}", opened.text);

    let at = format!("/v1/listed/listings/{}", listed.listing);
    let soonest = listed.app.anybody().get(&format!("{at}/offices")).await.unwrap();
    assert_eq!(soonest.text_at("/items/0/office/id"), office, "{}", soonest.text);
    let wanted =
        json!({"office_id": office, "starts_at": soonest.text_at("/items/0/next_free_at")});
    let caller = &listed.citizen.caller;
    let booked = caller.post_once(&format!("{at}/appointments"), "book", &wanted).await.unwrap();
    assert_eq!(booked.status, 201, "{}", booked.text);
    let id = booked.text_at("/id");
    listed.app.later(TimeDelta::hours(24));
    let clerk = listed.clerk().await;
    for (deed, state) in [("arrive", "arrived"), ("fulfil", "fulfilled")] {
        let path = listed.at_the_desk("listed", &format!("appointments/{id}/{deed}"));
        let done = clerk.post(&path, &Value::Null).await.unwrap();
        assert_eq!((done.status, done.text_at("/state").as_str()), (200, state), "{}", done.text);
    }
    listed.app.finish().await;
}

#[tokio::test]
async fn an_application_is_a_file() {
    let mut listed = Listed::new(APPLICATION).await;
    let asked = listed.precheck(&json!({"facts": {"age": 36, "runs_it_alone": true}})).await;
    assert_eq!(asked.text_at("/may"), "yes", "{}", asked.text);
    assert_eq!(asked.minor_at("/fee_total"), 6_000, "what power costs is open");
    let form = json!({
        "street": "古墩路", "goods": "food", "begins_on": "2026-12-14", "power": true,
    });
    let body = json!({
        "form": form, "facts": {"runs_it_alone": true}, "delivery": "electronic",
        "documents": [document("stall_photo"), document("health_certificate")],
    });
    let id = listed.lodged(body, 8_000).await;
    listed.granted(&id, &["inspection", "notice"]).await;
    let read = listed.application(&id).await;
    assert_eq!(read.text_at("/state"), "delivered", "{}", read.text);
    assert_eq!(read.text_at("/outcome/in_time"), "true");
    assert_eq!(read.text_at("/outcome/valid_until"), "2027-02-22");
    listed.app.finish().await;
}

#[tokio::test]
async fn what_a_file_asks_for_is_enforced_and_nobody_knows_it_but_the_file() {
    let listed = Listed::new(APPLICATION).await;
    let sound = json!({
        "listing_id": listed.listing,
        "form": {"street": "古墩路", "goods": "food", "begins_on": "2026-12-14"},
        "facts": {"runs_it_alone": true}, "delivery": "electronic",
        "documents": [document("stall_photo"), document("health_certificate")],
    });
    for (n, (pointer, value)) in [
        ("/form/goods", json!("weapons")),
        ("/form/begins_on", json!("tomorrow")),
        ("/form/street", json!("")),
        ("/facts/runs_it_alone", json!(false)),
        ("/documents", json!([document("stall_photo")])),
        ("/delivery", json!("post")),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = sound.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let path = "/v1/applications";
        let key = format!("wrong-{n}");
        let answer = listed.citizen.caller.post_once(path, &key, &body).await.unwrap();
        assert_eq!(answer.status, 422, "{pointer}: {}", answer.text);
    }
    listed.app.finish().await;
}

#[tokio::test]
async fn a_case_is_a_file() {
    let mut listed = Listed::new(CASE).await;
    let case = |text: &str| {
        json!({
            "listing_id": listed.listing, "category": "street_lighting", "intent": "help",
            "text": text, "place": {"lat": 30.2741, "long": 120.1551, "address": "文三路12号"},
        })
    };
    let caller = listed.citizen.caller.clone();
    let burning = case("文三路12号着火了");
    let emergency = caller.post_once("/v1/cases", "fire", &burning).await.unwrap();
    assert_eq!(emergency.status, 422, "{}", emergency.text);
    assert!(emergency.text.contains("119"), "{}", emergency.text);
    let dark = case("The lamp in front of number 12 has been out for a week.");
    let filed = caller.post_once("/v1/cases", "lamp", &dark).await.unwrap();
    assert_eq!(filed.status, 201, "{}", filed.text);
    assert_eq!(filed.text_at("/desk"), "urban_management");
    // Five working days from Monday, 23 November.
    assert_eq!(filed.text_at("/due/until"), "2026-11-30");
    let id = filed.text_at("/id");
    let clerk = listed.clerk().await;
    let path = listed.at_the_desk("cases", &format!("cases/{id}"));
    let accepted = clerk.post(&format!("{path}/accept"), &Value::Null).await.unwrap();
    assert_eq!(accepted.status, 200, "{}", accepted.text);
    let answer = json!({"text": "The lamp was replaced today.", "outcome": "solved"});
    let replied = clerk.post_once(&format!("{path}/reply"), "reply", &answer).await.unwrap();
    assert_eq!(replied.status, 201, "{}", replied.text);
    let rating = json!({"solved": true, "satisfaction": 5});
    let path = format!("/v1/cases/{id}/rating");
    let rated = caller.post_once(&path, "rating", &rating).await.unwrap();
    assert_eq!((rated.status, rated.text_at("/state").as_str()), (200, "closed"), "{}", rated.text);
    listed.app.finish().await;
}

#[tokio::test]
async fn the_renewal_of_an_endorsement_is_a_file() {
    let mut listed = Listed::new(ENDORSEMENT).await;
    let facts = json!({"state_staff": false, "permit_valid_until": "2030-05-19"});
    for (entries, minor) in [
        ("single", 1_500),
        ("double", 3_000),
        ("multiple_one_year", 8_000),
        ("multiple_two_years", 12_000),
        ("multiple_three_years", 16_000),
        ("multiple_longer", 24_000),
    ] {
        let told = listed.precheck(&json!({"form": {"entries": entries}})).await;
        assert_eq!(told.minor_at("/fee_total"), minor, "{entries}");
    }
    let young = listed.precheck(&json!({"facts": {"age": 15}})).await;
    assert_eq!(young.text_at("/may"), "no", "{}", young.text);
    let staff = json!({"facts": {
        "age": 36, "document_type": "resident_id", "state_staff": true,
        "permit_valid_until": "2030-05-19",
    }});
    let staff = listed.precheck(&staff).await;
    assert!(staff.text_at("/reasons/0/text").contains("counter"), "{}", staff.text);
    let body = |permit: &str| {
        json!({
            "form": {
                "permit_no": permit, "destination": "hong_kong", "purpose": "family",
                "entries": "multiple_one_year", "address": "杭州市西湖区文三路1号",
            },
            "facts": facts, "documents": [document("invitation")], "delivery": "post",
        })
    };
    let mut wrong = body("X1234567");
    wrong["listing_id"] = json!(listed.listing);
    let answer =
        listed.citizen.caller.post_once("/v1/applications", "wrong", &wrong).await.unwrap();
    refused(&answer, 422, "applications.form_faulty");
    let id = listed.lodged(body("C12345678"), 8_000).await;
    let clerk = listed.granted(&id, &["check", "approval", "making"]).await;
    let path = listed.at_the_desk("applications", &format!("applications/{id}/deliver"));
    let sent = json!({"tracking": "EMS 1234 5678"});
    let delivered = clerk.post(&path, &sent).await.unwrap();
    assert_eq!(delivered.status, 200, "{}", delivered.text);
    let read = listed.application(&id).await;
    assert_eq!(read.text_at("/delivered/tracking"), "EMS 1234 5678", "{}", read.text);
    // Seven working days from Monday, 23 November.
    assert_eq!(read.text_at("/outcome/in_time"), "true");
    listed.app.finish().await;
}
