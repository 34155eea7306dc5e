//! A persona whose every particular is unmistakable does what can be done here. Afterwards nothing
//! of it stands anywhere in clear: not in logs, metrics, errors, letters' headers or the database.

use std::{
    fs, io,
    process::Command,
    sync::{Mutex, OnceLock},
};

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply, System};
use citygate_identity::DEMO_CITIZENS;
use citygate_platform::cluster::Programs;
use citygate_traffic::POLICE;
use serde_json::{Value, json};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::{
    oidc::Party,
    sign_in_methods::{add_phone, set_password, sign_in_with_password},
    staff::Agency,
    step_up::{code, prove},
    support::{TestApp, pay, refused, yuan},
};

const NAME: &str = "欧阳鹮鸬";
const NUMBER: &str = "653125196802296530";
const EMAIL: &str = "canary.zq7x@feathers.example";
const PHONE: &str = "+8613977712345";
const PASSWORD: &str = "vermilion cassowary umbrella";

/// What must not be found, and what it is.
const MARKERS: [(&str, &str); 8] = [
    ("the name", NAME),
    ("part of the name", "鹮鸬"),
    ("the number", NUMBER),
    ("part of the number", "12519680229"),
    ("the address", EMAIL),
    ("part of the address", "canary.zq7x"),
    ("the telephone number", "13977712345"),
    ("the password", PASSWORD),
];

/// Everything that this process logs, from the first call on.
#[derive(Clone, Copy)]
struct Log;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Keeps the log, at its most talkative. One for the process: what other tests log is in it too.
pub fn keep_log() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
        log.with_writer(Log).init();
    });
}

/// What this process has logged since then.
pub fn logged() -> String {
    String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned()
}

/// Asserts that a text has none of the markers, neither as it is nor in hexadecimal digits.
#[track_caller]
fn clean(place: &str, text: &str) {
    for (what, marker) in MARKERS {
        let hex: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [marker, &hex] {
            if let Some(at) = text.find(form) {
                let around: String = text[..at].chars().rev().take(200).collect();
                let before: String = around.chars().rev().collect();
                panic!("{place} holds {what} after: {before}");
            }
        }
    }
}

/// What the city answers when something is wrong. Each is an error, and none quotes what it got.
struct Errors(Vec<String>);

impl Errors {
    fn note(&mut self, reply: &Reply) {
        assert!(reply.status >= 400, "{}", reply.text);
        self.0.push(reply.text.clone());
    }

    async fn post(&mut self, caller: &Caller, path: &str, body: &Value) {
        self.note(&caller.post(path, body).await.unwrap());
    }

    async fn put(&mut self, caller: &Caller, path: &str, body: &Value) {
        self.note(&caller.put(path, body).await.unwrap());
    }
}

fn party() -> Value {
    json!({"name": NAME, "id_number": NUMBER})
}

/// Signs up, proves a telephone number, sets a password and becomes somebody.
async fn becomes_somebody(app: &TestApp, errors: &mut Errors) -> CitizenApp {
    let mut citizen = app.citizen(EMAIL).await;
    let anybody = app.anybody();
    errors.post(&anybody, "/v1/sign-in/codes", &json!({"address": [EMAIL, PHONE]})).await;
    errors.post(&anybody, "/v1/sign-in", &json!({"challenge": EMAIL, "code": PHONE})).await;
    app.later(TimeDelta::minutes(1));
    let added = add_phone(app, &citizen, PHONE).await;
    assert_eq!(added.status, 200, "{}", added.text);
    errors.put(&citizen.caller, "/v1/me/phone", &json!({"phone": PHONE})).await;
    let set = set_password(&citizen, PASSWORD).await;
    assert!(set.status < 300, "{}", set.text);
    let signed_in = sign_in_with_password(&anybody, EMAIL, PASSWORD).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    errors.note(&sign_in_with_password(&anybody, EMAIL, &format!("{PASSWORD}!")).await);
    errors.post(&anybody, "/v1/sign-in/password", &json!({"password": PASSWORD})).await;

    let path = "/v1/me/real-name";
    errors.put(&citizen.caller, path, &json!({"name": NAME, "document": NUMBER})).await;
    errors.put(&citizen.caller, path, &json!({"name": {"zh": NAME}, "number": NUMBER})).await;
    let long = json!({"name": NAME, "document": {"type": NAME, "number": format!("{NUMBER}1")}});
    errors.put(&citizen.caller, path, &long).await;
    app.register_of_police().enrol(NAME, "resident_id", NUMBER);
    let claimed = citizen.claim_real_name(NAME, NUMBER).await.unwrap();
    assert_eq!(claimed.status, 202, "{}", claimed.text);
    app.work().await;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let me = citizen.caller.get("/v1/me").await.unwrap();
    assert_eq!(me.text_at("/real_name/name"), "欧***", "{}", me.text);
    clean("the own profile", &me.text);
    citizen
}

/// Is fined and billed, pays, and gets something back.
async fn has_business(app: &TestApp, citizen: &CitizenApp, police: &System, errors: &mut Errors) {
    let path = "/v1/traffic/decisions/3301060000000300";
    let mut decision = app.decision(NUMBER, 20_000);
    decision["party"] = party();
    assert_eq!(police.caller.put(path, &decision).await.unwrap().status, 201);
    decision["party"]["name"] = json!([NAME]);
    errors.put(&police.caller, path, &decision).await;
    decision["party"] = json!({"name": NAME, "id_number": NUMBER, "phone": PHONE});
    errors.put(&police.caller, path, &decision).await;
    decision["party"] = party();
    decision["fine"] = yuan(30_000);
    errors.put(&police.caller, path, &decision).await;

    let mut bill = app.bill("C-1", NUMBER, 1_000);
    bill["debtor"] = party();
    let bill_id = app.issue(police, &bill).await;
    bill["amount"] = yuan(1_001);
    let other = police.caller.post_once("/v1/issued-bills", "other", &bill).await.unwrap();
    errors.note(&other);
    let top_up = json!({"amount": yuan(5_000), "card_token": "tok_sandbox_ok"});
    let topped = citizen.caller.post_once("/v1/wallet/top-ups", "t", &top_up).await.unwrap();
    assert!(topped.status < 300, "{}", topped.text);
    app.work().await;
    let paid = pay(citizen, &bill_id, "p", &json!({})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    let refunds = format!("/v1/received-payments/{}/refunds", paid.text_at("/id"));
    let body = json!({"available": yuan(1_000), "amount": yuan(300), "reason": "x"});
    assert_eq!(police.caller.post_once(&refunds, "r", &body).await.unwrap().status, 201);
    app.work().await;
}

/// Is looked up, reads the own ledger and the own name, and signs in to an agency's app.
async fn is_looked_at(app: &TestApp, citizen: &CitizenApp, errors: &mut Errors) {
    let mut clerk = app.system(&["people:read"]).await;
    app.authenticate(&mut clerk).await;
    let path = "/v1/partner/people/lookup";
    let document = json!({"type": "resident_id", "number": NUMBER});
    let body = json!({
        "document": document, "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": "7",
    });
    let found = clerk.caller.post(path, &body).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    clean("what a clerk sees", &found.text);
    let mut wrong = body.clone();
    wrong["purpose"] = json!(NAME);
    errors.post(&clerk.caller, path, &wrong).await;
    wrong["document"]["number"] = json!(format!("{NUMBER}{NUMBER}"));
    errors.post(&clerk.caller, path, &wrong).await;
    let office = Agency::new(app, POLICE, "office.example").await;
    app.later(TimeDelta::seconds(1));
    let path = format!("/v1/agencies/{POLICE}/people/lookup");
    let found = office.clerk.caller.post(&path, &body).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    errors.post(&office.admin.caller, &path, &body).await;
    assert_eq!(office.invite(EMAIL, "clerk").await.status, 201);

    let ledger = citizen.caller.get("/v1/me/accesses").await.unwrap();
    assert_eq!(ledger.text_at("/items/0/by"), "staff", "{}", ledger.text);
    clean("the ledger of accesses", &ledger.text);
    let wanted = json!({"purpose": "identity.read"});
    let right = code(app, citizen, &wanted).await;
    errors.note(&prove(citizen, &wanted, DEMO_CITIZENS[0].2, &right).await);
    let proven = prove(citizen, &wanted, NUMBER, &right).await;
    assert_eq!(proven.status, 201, "{}", proven.text);
    let caller = citizen.caller.with_token(proven.text_at("/access_token"));
    let identity = caller.get("/v1/me/identity").await.unwrap();
    assert_eq!(identity.text_at("/document/number"), NUMBER, "the person alone reads it whole");
    let ledger = citizen.caller.get("/v1/me/accesses").await.unwrap();
    assert_eq!(ledger.text_at("/items/0/action/code"), "read", "{}", ledger.text);

    app.later(TimeDelta::seconds(1));
    let scope = "openid profile email";
    let app_of_police = Party::register(app, true, &["openid", "profile", "email"]).await;
    let tokens = app_of_police.sign_in(app, EMAIL, scope).await;
    let mut client = app.anybody();
    client.token = tokens["access_token"].as_str().map(ToOwned::to_owned);
    let told = client.get("/v1/oauth/userinfo").await.unwrap();
    assert_eq!(told.text_at("/email"), EMAIL, "{}", told.text);
    let ledger = citizen.caller.get("/v1/me/accesses").await.unwrap();
    assert_eq!(ledger.text_at("/items/0/action/code"), "told", "{}", ledger.text);
}

/// The whole database, as PostgreSQL's own program writes it down.
fn pg_dump(app: &TestApp) -> String {
    // Servers and clients of PostgreSQL may be installed apart.
    let beside = Programs::find().unwrap().get("pg_dump");
    let program = if beside.is_file() { beside } else { "pg_dump".into() };
    let output = Command::new(program).arg(&app.db.url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The headers of all letters but for the one that says to whom.
fn letter_headers(app: &TestApp) -> Vec<String> {
    let files = fs::read_dir(app.folder().join("mail")).unwrap().map(|entry| entry.unwrap().path());
    let letters = files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    letters
        .map(|letter| {
            let (headers, _) = letter.split_once("\r\n\r\n").unwrap();
            let others = headers.lines().filter(|line| !line.starts_with("To: "));
            others.collect::<Vec<_>>().join("\n")
        })
        .collect()
}

#[tokio::test]
async fn a_persona_leaves_nothing_in_clear() {
    keep_log();
    let app = TestApp::start().await;
    let (police, mut errors) = (app.police().await, Errors(Vec::new()));
    let citizen = becomes_somebody(&app, &mut errors).await;
    has_business(&app, &citizen, &police, &mut errors).await;
    is_looked_at(&app, &citizen, &mut errors).await;
    // While letters wait, their words are in the database too.
    let waiting = pg_dump(&app);
    app.work().await;
    for (place, text) in [("the database", pg_dump(&app)), ("the database before", waiting)] {
        assert!(text.contains("identity.access_entries") && text.contains("浙A7M201"), "{place}");
        clean(place, &text);
    }
    assert!(errors.0.len() > 15);
    for error in &errors.0 {
        clean("an error", error);
    }
    let headers = letter_headers(&app);
    assert!(headers.iter().any(|headers| headers.contains("Subject: ")));
    for headers in headers {
        clean("a letter's headers", &headers);
    }
    let metrics = Caller::new(&app.url).unwrap().get("/metrics").await.unwrap();
    assert!(metrics.text.contains("citygate_http_requests_total"));
    clean("the metrics", &metrics.text);
    app.finish().await;
    let log = logged();
    assert!(log.contains("answered") && log.contains("/v1/me/real-name"), "the log is kept");
    clean("the log", &log);
}

#[tokio::test]
async fn a_ciphertext_that_was_moved_does_not_open() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let me = async || citizen.caller.get("/v1/me").await.unwrap();
    let whole = me().await;
    assert_eq!(whole.text_at("/real_name/name"), "王*");
    let mut sql = app.sql().await;
    sql.run("CREATE TABLE before AS SELECT * FROM identity.people").await;
    let restore = "UPDATE identity.people p SET name_sealed = b.name_sealed, \
         id_number_sealed = b.id_number_sealed FROM before b WHERE b.id = p.id";
    for (moved, change) in [
        (
            "to another row",
            "UPDATE identity.people p SET name_sealed = b.name_sealed FROM before b \
             WHERE b.id <> p.id",
        ),
        ("to another column", "UPDATE identity.people SET id_number_sealed = name_sealed"),
        (
            "to another table",
            "UPDATE identity.people p SET name_sealed = a.email_sealed FROM identity.accounts a \
             WHERE a.person_id = p.id",
        ),
    ] {
        sql.run(change).await;
        refused(&me().await, 500, "service.internal");
        sql.run(restore).await;
        assert_eq!(me().await.text_at("/real_name/name"), "王*", "{moved} and back");
    }
    sql.run("DROP TABLE before").await;
    app.finish().await;
}
