//! What becomes of a push over FHIR: row by row of the table of outcomes, each with its status, the
//! code of its OperationOutcome, and what is on record afterwards. The same table in HL7 version 2
//! is in `hl7`; what becomes of held messages later, in `exchange_holds`.

use chrono::TimeDelta;
use citygate::demo::{
    self,
    actors::{Reply, System},
    laboratory::{self, BLOOD_COUNT, FHIR_JSON, Item, Named, Report, created, transaction},
};
use citygate_catalogue::AgencyId;
use citygate_hospital::HOSPITAL;
use citygate_kernel::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

const PATIENT: Named<'static> = Named { id_number: "440524188001010014", name: "赵小燕" };
const OTHER: Named<'static> = Named { id_number: "11010519491231002X", name: "钱大海" };
/// The order that most pushes answer, and a version of its report.
const USUAL: Push<'static> =
    Push { message: "m", order: "O-1", patient: PATIENT, status: "final", minute: 0, value: "131" };

/// A version of the report `R-` of an order, issued so many minutes after the test began.
#[derive(Debug, Clone, Copy)]
struct Push<'a> {
    /// Idempotency-Key.
    message: &'a str,
    order: &'a str,
    patient: Named<'a>,
    status: &'a str,
    minute: i64,
    value: &'static str,
}

/// Status, problem, whether it is an answer that was given before.
type Answer<'a> = (u16, &'a str, bool);

const DONE: Answer<'_> = (200, "", false);

const fn held(code: &str) -> Answer<'_> {
    (422, code, false)
}

/// How many versions of a report there are, and status and value of the one that stands.
type OnRecord = Option<(usize, &'static str, &'static str)>;

struct Hospital {
    system: System,
    began: Clock,
}

impl Hospital {
    async fn open(app: &TestApp, agency: AgencyId) -> Self {
        let system = app.system_of(agency, demo::HOSPITAL_SCOPES).await;
        Self { system, began: Clock::manual(app.clock.now()) }
    }

    fn bundle(&self, push: &Push<'_>) -> Value {
        let items = [Item {
            code: ("718-7", "血红蛋白"),
            value: push.value,
            unit: "g/L",
            range: ("115", "150"),
            flag: "N",
        }];
        transaction(laboratory::report(&Report {
            order_no: push.order,
            report_no: &format!("R-{}", push.order),
            patient: push.patient,
            status: push.status,
            issued: self.began.now() + TimeDelta::minutes(push.minute),
            code: BLOOD_COUNT,
            items: &items,
        }))
    }

    async fn push(&self, push: &Push<'_>) -> Reply {
        self.send(push.message, &self.bundle(push).to_string()).await
    }

    async fn send(&self, message: &str, body: &str) -> Reply {
        let request = self.system.caller.request(Method::POST, "/fhir/r4");
        let request = request.header("content-type", FHIR_JSON).header("idempotency-key", message);
        self.system.caller.send(request.body(body.to_owned())).await.unwrap()
    }

    /// Orders a blood count, or withdraws it.
    async fn order(&self, order_no: &str, status: &str) {
        let mut order = laboratory::order(order_no, PATIENT, BLOOD_COUNT);
        order["status"] = status.into();
        let name = "urn:uuid:00000000-0000-4000-8000-000000000000";
        let body = transaction(vec![created(name, "ServiceRequest", order)]).to_string();
        let placed = self.send(&format!("{order_no}-{status}"), &body).await;
        assert_eq!(placed.status, 200, "{}", placed.text);
    }

    /// What this hospital finds of the report of an order.
    async fn on_record(&self, order_no: &str) -> Option<(usize, String, String)> {
        let caller = &self.system.caller;
        let path = format!("/fhir/r4/DiagnosticReport?identifier=R-{order_no}");
        let found = caller.get(&path).await.unwrap();
        let report = found.body.pointer("/entry/0/resource")?;
        let (id, item) = (report["id"].as_str()?, report["result"][0]["reference"].as_str()?);
        let history = format!("/fhir/r4/DiagnosticReport/{id}/_history");
        let versions = caller.get(&history).await.unwrap();
        let versions = versions.body["entry"].as_array()?.len();
        let value = caller.get(&format!("/fhir/r4/{item}")).await.unwrap();
        let status = report["status"].as_str()?.to_owned();
        Some((versions, status, value.text_at("/valueQuantity/value")))
    }

    async fn finds(&self, order_no: &str, expected: OnRecord, after: &str) {
        let expected = expected
            .map(|(versions, status, value)| (versions, status.to_owned(), value.to_owned()));
        assert_eq!(self.on_record(order_no).await, expected, "{order_no} after {after}");
    }
}

/// Status, problem and whether it was answered before. What is no success is an OperationOutcome in
/// both languages' terms: the code that programs read, and a text for people.
fn outcome(reply: &Reply) -> (u16, String, bool) {
    let code = reply.text_at("/issue/0/details/coding/0/code");
    if reply.status != 200 {
        assert_eq!(reply.text_at("/resourceType"), "OperationOutcome", "{}", reply.text);
        assert_eq!(
            reply.text_at("/issue/0/details/coding/0/system"),
            "urn:citygate:problem",
            "{}",
            reply.text
        );
        assert_ne!(reply.text_at("/issue/0/details/text"), "", "{}", reply.text);
    }
    (reply.status, code, reply.replayed)
}

fn is(reply: &Reply, (status, code, replayed): Answer<'_>, which: &str) {
    assert_eq!(outcome(reply), (status, code.to_owned(), replayed), "{which}: {}", reply.text);
}

#[tokio::test]
async fn each_row_of_the_table_has_one_answer_and_one_effect() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    hospital.order("O-1", "active").await;
    let early = Push { status: "preliminary", minute: 10, value: "120", ..USUAL };
    let done = Push { minute: 20, ..USUAL };
    let mended = Push { status: "corrected", minute: 40, value: "136", ..USUAL };
    let first = Some((1, "preliminary", "120"));
    let second = Some((2, "final", "131"));
    let third = Some((3, "final", "131"));
    let fourth = Some((4, "corrected", "136"));
    let regressed = held("exchange.held_status_regressed");
    for (row, push, answer, effect) in [
        ("new", Push { message: "1", ..early }, DONE, first),
        ("the same message", Push { message: "1", ..early }, (200, "", true), first),
        (
            "its number, other content",
            Push { message: "1", value: "121", ..early },
            (409, "exchange.message_differs", false),
            first,
        ),
        ("the same version, another message", Push { message: "2", ..early }, DONE, first),
        ("final", Push { message: "3", ..done }, DONE, second),
        ("an older version", Push { message: "4", minute: 5, ..early }, DONE, third),
        ("preliminary after final", Push { message: "5", minute: 30, ..early }, regressed, third),
        (
            "the instant of another version",
            Push { message: "6", value: "132", ..done },
            held("exchange.held_version_conflict"),
            third,
        ),
        (
            "another person",
            Push { message: "7", patient: OTHER, minute: 40, ..done },
            held("exchange.held_patient_mismatch"),
            third,
        ),
        ("correction", Push { message: "8", ..mended }, DONE, fourth),
        (
            "cancelled",
            Push { message: "9", status: "cancelled", minute: 50, ..mended },
            DONE,
            Some((5, "cancelled", "136")),
        ),
        (
            "entered in error",
            Push { message: "10", status: "entered-in-error", minute: 60, ..mended },
            DONE,
            Some((6, "entered-in-error", "136")),
        ),
    ] {
        is(&hospital.push(&push).await, answer, row);
        hospital.finds("O-1", effect, row).await;
    }
    let mut sql = app.sql().await;
    assert_eq!(sql.count("exchange.holds WHERE state = 'held'").await, 3);
    assert_eq!(sql.count("exchange.refusals WHERE problem = 'exchange.message_differs'").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    hospital.order("O-1", "active").await;
    let right = hospital.bundle(&USUAL);
    let with = |pointer: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        wrong.to_string()
    };
    let report = "/entry/1/resource";
    for (row, body, status, code, place) in [
        ("no JSON", "{".to_owned(), 400, "exchange.fhir_invalid", "Bundle"),
        (
            "an unknown element",
            with("/entry/0/resource/valueQuantity", json!({"amount": 1})),
            400,
            "exchange.fhir_invalid",
            "Bundle.entry[0].resource.value.amount",
        ),
        (
            "a code that there is not",
            with(&format!("{report}/status"), "finished".into()),
            400,
            "exchange.fhir_invalid",
            "Bundle.entry[1].resource.status",
        ),
        (
            "two orders",
            with(&format!("{report}/basedOn"), json!([{"display": "1"}, {"display": "2"}])),
            422,
            "exchange.fhir_unprocessable",
            "DiagnosticReport.basedOn",
        ),
        (
            "no instant by which versions are ordered",
            with(&format!("{report}/issued"), "2026-10-05T08:00:00Z".into())
                .replace("\"issued\":\"2026-10-05T08:00:00Z\",", ""),
            422,
            "exchange.fhir_unprocessable",
            "DiagnosticReport.issued",
        ),
        (
            "an item that is not sent",
            with(&format!("{report}/result"), json!([{"reference": "urn:uuid:none"}])),
            422,
            "exchange.fhir_reference_unknown",
            "Bundle.entry[1].resource",
        ),
    ] {
        let reply = hospital.send("wrong", &body).await;
        is(&reply, (status, code, false), row);
        assert_eq!(reply.text_at("/issue/0/expression/0"), place, "{row}: {}", reply.text);
        hospital.finds("O-1", None, row).await;
    }
    // It is mended and sent again under its number.
    is(&hospital.push(&Push { message: "wrong", ..USUAL }).await, DONE, "mended");
    hospital.finds("O-1", Some((1, "final", "131")), "mended").await;
    app.finish().await;
}

#[tokio::test]
async fn a_withdrawn_order_takes_no_first_report_but_its_corrections() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    for order in ["O-1", "O-2"] {
        hospital.order(order, "active").await;
    }
    is(
        &hospital.push(&Push { message: "1", status: "preliminary", ..USUAL }).await,
        DONE,
        "before",
    );
    for order in ["O-1", "O-2"] {
        hospital.order(order, "revoked").await;
    }
    let late = Push { message: "2", order: "O-2", ..USUAL };
    is(&hospital.push(&late).await, held("exchange.held_order_withdrawn"), "after");
    hospital.finds("O-2", None, "the withdrawal").await;
    let taken_back = Push { message: "3", status: "cancelled", minute: 10, ..USUAL };
    is(&hospital.push(&taken_back).await, DONE, "what takes back a report");
    hospital.finds("O-1", Some((2, "cancelled", "131")), "the withdrawal").await;
    app.finish().await;
}

#[tokio::test]
async fn two_hospitals_use_the_same_numbers_and_neither_releases_what_the_other_waits_for() {
    let app = TestApp::start().await;
    let other = app.other_agency().await;
    let db = &app.city().platform.db;
    let connected =
        db.tx("test.connect", async |tx| citygate_exchange::participants::connect(tx, other).await);
    connected.await.unwrap();
    let (mine, theirs) = (Hospital::open(&app, HOSPITAL).await, Hospital::open(&app, other).await);
    let waits = (202, "exchange.held_order_unknown", false);
    is(&mine.push(&USUAL).await, waits, "before its order");
    // The same message, order and report number.
    theirs.order("O-1", "active").await;
    app.work().await;
    mine.finds("O-1", None, "the other's order").await;
    let other_value = Push { value: "99", ..USUAL };
    is(&theirs.push(&other_value).await, DONE, "the other's report");
    mine.finds("O-1", None, "the other's report").await;
    mine.order("O-1", "active").await;
    mine.finds("O-1", None, "its order, at once").await;
    app.work().await;
    mine.finds("O-1", Some((1, "final", "131")), "its order").await;
    theirs.finds("O-1", Some((1, "final", "99")), "all of it").await;
    is(&mine.push(&USUAL).await, (200, "", true), "sent again");
    app.finish().await;
}

#[tokio::test]
async fn only_who_is_connected_is_heard() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    hospital.order("O-1", "active").await;
    let mut sql = app.sql().await;
    for (row, state, code) in [
        ("suspended", "state = 'suspended', suspended_at = now()", "exchange.suspended"),
        ("withdrawn", "state = 'withdrawn', suspended_at = NULL", "exchange.not_connected"),
    ] {
        sql.run(&format!("UPDATE exchange.participants SET {state}")).await;
        is(&hospital.push(&USUAL).await, (403, code, false), row);
        let noted = format!("exchange.refusals WHERE problem = '{code}'");
        assert_eq!(sql.count(&noted).await, 1, "{row}");
    }
    sql.run("UPDATE exchange.participants SET state = 'live'").await;
    is(&hospital.push(&USUAL).await, DONE, "connected again");
    hospital.finds("O-1", Some((1, "final", "131")), "all of it").await;
    app.finish().await;
}

/// How a push is signed.
#[derive(Clone, Copy)]
struct Signing<'a> {
    by: &'a System,
    nonce: &'a str,
    /// By how many seconds its clock is wrong.
    off: i64,
    /// Another body than the one that is sent.
    of: Option<&'a str>,
}

#[tokio::test]
async fn where_a_signature_is_demanded_it_is_of_this_message_by_this_sender_now_and_once() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    hospital.order("O-1", "active").await;
    let colleague = app.system_of(HOSPITAL, demo::HOSPITAL_SCOPES).await;
    let mut sql = app.sql().await;
    sql.run("UPDATE exchange.participants SET signs = true").await;
    let own = Signing { by: &hospital.system, nonce: "n", off: 0, of: None };
    let invalid = (401, "exchange.signature_invalid", false);
    let stale = (401, "exchange.signature_stale", false);
    let second = Push { message: "2", status: "corrected", minute: 10, value: "136", ..USUAL };
    for (row, push, signing, answer, versions) in [
        ("none", USUAL, None, (401, "exchange.signature_required", false), 0),
        ("of another body", USUAL, Some(Signing { of: Some("{}"), ..own }), invalid, 0),
        ("by another's key", USUAL, Some(Signing { by: &colleague, ..own }), invalid, 0),
        ("too old", USUAL, Some(Signing { off: -301, ..own }), stale, 0),
        ("from the future", USUAL, Some(Signing { off: 301, ..own }), stale, 0),
        ("right", USUAL, Some(Signing { off: -299, ..own }), DONE, 1),
        ("its nonce again", second, Some(own), (401, "exchange.signature_replayed", false), 1),
        ("signed anew", second, Some(Signing { nonce: "n-2", ..own }), DONE, 2),
        ("sent again", second, Some(Signing { nonce: "n-3", ..own }), (200, "", true), 2),
    ] {
        let body = hospital.bundle(&push).to_string();
        let mut request = hospital.system.caller.request(Method::POST, "/fhir/r4");
        request = request.header("content-type", FHIR_JSON);
        request = request.header("idempotency-key", push.message);
        if let Some(Signing { by, nonce, off, of }) = signing {
            let clock = Clock::manual(app.clock.now() + TimeDelta::seconds(off));
            let signed = of.unwrap_or(&body).as_bytes();
            let proof = laboratory::sign(by, "/fhir/r4", signed, nonce, &clock).unwrap();
            let right = laboratory::sign(by, "/fhir/r4", body.as_bytes(), nonce, &clock).unwrap();
            request = request
                .header("content-digest", right.content_digest)
                .header("signature-input", proof.input)
                .header("signature", proof.signature);
        }
        let reply = hospital.system.caller.send(request.body(body)).await.unwrap();
        is(&reply, answer, row);
        assert_eq!(sql.count("results.report_versions").await, versions, "{row}");
    }
    let noted = "SELECT problem AS value FROM exchange.refusals ORDER BY id";
    let mut noted = sql.texts(noted).await;
    noted.sort();
    assert_eq!(
        noted,
        [
            "exchange.signature_invalid",
            "exchange.signature_invalid",
            "exchange.signature_replayed",
            "exchange.signature_required",
            "exchange.signature_stale",
            "exchange.signature_stale",
        ],
        "each is noted, and nothing else is"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_version_is_the_same_in_either_protocol() {
    let app = TestApp::start().await;
    let hospital = Hospital::open(&app, HOSPITAL).await;
    hospital.order("O-1", "active").await;
    is(&hospital.push(&USUAL).await, DONE, "FHIR");
    let at = (hospital.began.now() + TimeDelta::hours(8)).format("%Y%m%d%H%M%S");
    let oru = |no: &str, value: &str| {
        format!(
            "MSH|^~\\&|LIS|H|CITYGATE|330100|{at}||ORU^R01^ORU_R01|{no}|P|2.5.1||||||UNICODE UTF-8\r\
             PID|1||{}^^^CHN^NI||赵^小燕\r\
             OBR|1|O-1|R-O-1|58410-2^血常规^LN|||{at}|||||||||||||||{at}||LAB|F\r\
             OBX|1|NM|718-7^血红蛋白^LN||{value}|g/L|115-150|N|||F|||{at}\r",
            PATIENT.id_number
        )
    };
    for (row, message, answer) in [
        ("the same", oru("1", "131"), "MSA|AA|1\r"),
        ("another value", oru("2", "132"), "MSA|AE|2|held: version_conflict"),
    ] {
        let request = hospital.system.caller.request(Method::POST, "/v1/exchange/hl7v2");
        let request = request.header("content-type", "application/hl7-v2").body(message);
        let reply = hospital.system.caller.send(request).await.unwrap();
        assert!(reply.text.contains(answer), "{row}: {}", reply.text);
        hospital.finds("O-1", Some((1, "final", "131")), row).await;
    }
    app.finish().await;
}
