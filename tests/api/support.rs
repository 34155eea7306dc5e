//! A city for one test: its own database, its own clock, letters in a folder, and a worker that
//! works when told to.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate::{
    demo::{
        self,
        actors::{Caller, CitizenApp, Reply, System, code_in, find_letter, is_to},
    },
    instance::{City, Instance, listen, public_url},
    settings::Settings,
};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{ClientId, KeyPair, NewClient, register_client};
use citygate_kernel::Clock;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{http::RateLimitSettings, worker::Worker};
use citygate_sandbox::{
    card_processor::CardProcessorSandbox, insurer::InsurerSandbox,
    police_registry::PoliceRegistrySandbox,
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};

/// Requests a minute that no test makes.
const PLENTY: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

/// A running city. End a test with [`TestApp::finish`].
pub struct TestApp {
    pub url: String,
    pub clock: Clock,
    pub db: TestDb,
    instance: Instance,
    worker: Worker,
    letters: PathBuf,
    folder: tempfile::TempDir,
}

impl TestApp {
    /// A city with the demo data, on a Monday morning.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with other settings. A test asks more often than any person would.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = demo::throw_away_settings(folder.path());
        settings.work = false;
        settings.http.workers = 2;
        settings.http.rate_limit = RateLimitSettings::uniform(PLENTY);
        settings.sign_in.codes_per_client_hour = 1_000_000;
        change(&mut settings);
        let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
        let listener = listen(&settings).unwrap();
        let url = public_url(&settings, &listener);
        let city = City::assemble(&settings, &db.url, clock.clone(), &url).await.unwrap();
        let worker = Worker::new(city.platform.clone(), &city.services);
        let letters = settings.mail_folder();
        let instance = Instance::start(&settings, listener, city, url.clone()).unwrap();
        Self { url, clock, db, instance, worker, letters, folder }
    }

    /// Somebody without a token.
    pub fn anybody(&self) -> Caller {
        Caller::new(&self.url).unwrap()
    }

    /// The city's parts, for what cannot be seen over HTTP.
    pub fn city(&self) -> &City {
        &self.instance.city
    }

    /// Where hospitals' systems speak MLLP.
    pub fn mllp(&self) -> SocketAddr {
        self.instance.mllp.as_ref().unwrap().address
    }

    /// Where the city keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The simulated card processor.
    pub fn processor(&self) -> &CardProcessorSandbox {
        self.instance.city.sandboxes.card_processor.as_ref().unwrap()
    }

    /// The simulated register of the police.
    pub fn register_of_police(&self) -> &PoliceRegistrySandbox {
        self.instance.city.sandboxes.police_registry.as_ref().unwrap()
    }

    /// The simulated medical insurance agency.
    pub fn insurer(&self) -> &InsurerSandbox {
        self.instance.city.sandboxes.insurer.as_ref().unwrap()
    }

    /// Moves time.
    pub fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Moves time, while a citizen opens the app often enough to stay signed in.
    pub async fn later_with(&self, citizen: &mut CitizenApp, by: TimeDelta) {
        let end = self.clock.now() + by;
        while self.clock.now() < end {
            self.later((end - self.clock.now()).min(TimeDelta::days(20)));
            assert_eq!(citizen.refresh().await.unwrap().status, 200);
        }
    }

    /// Does all background work that is due.
    pub async fn work(&self) {
        while self.worker.run_due().await.unwrap() > 0 {}
    }

    /// Deletes what is over.
    pub async fn sweep(&self) -> usize {
        self.worker.sweep().await.unwrap()
    }

    /// The one-time code in the newest letter to an address.
    pub fn code_for(&self, email: &str) -> String {
        code_in(&find_letter(&self.letters, email, "code").expect("a letter")).expect("a code")
    }

    /// A citizen who has signed in and has no real name yet.
    pub async fn citizen(&self, email: &str) -> CitizenApp {
        let mut citizen = CitizenApp::new(&self.url, email).unwrap();
        let asked = citizen.ask_for_code().await.unwrap();
        assert_eq!(asked.status, 202, "{}", asked.text);
        self.work().await;
        let reply = citizen.sign_in(&self.code_for(email)).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
        citizen
    }

    /// A citizen with a real name, in a fresh token.
    pub async fn real_name(&self, email: &str, name: &str, id_number: &str) -> CitizenApp {
        let mut citizen = self.citizen(email).await;
        self.register_of_police().enrol(name, "resident_id", id_number);
        let reply = citizen.claim_real_name(name, id_number).await.unwrap();
        assert_eq!(reply.status, 202, "{}", reply.text);
        self.work().await;
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        citizen
    }

    /// One of the demo citizens: 0 has three fines and CNY 500.00, 1 has one fine and CNY 500.00.
    pub async fn demo_citizen(&self, which: usize) -> CitizenApp {
        self.citizen(citygate_identity::DEMO_CITIZENS[which].0).await
    }

    /// A system of the demo police, registered, without a token.
    pub async fn system(&self, scopes: &[&str]) -> System {
        demo::registered(self.city(), &self.url, "test", scopes).await.unwrap()
    }

    /// Gives a system its token.
    pub async fn authenticate(&self, system: &mut System) {
        let assertion = system.assertion(&self.clock).unwrap();
        let reply = system.authenticate(&assertion).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    /// The system of the police with all of its scopes and a token.
    pub async fn police(&self) -> System {
        let mut police = self.system(demo::POLICE_SCOPES).await;
        self.authenticate(&mut police).await;
        police
    }

    /// Lists another agency of the city.
    pub async fn other_agency(&self) -> AgencyId {
        let id = AgencyId::new(CityCode::HANGZHOU, &self.clock);
        let agency = Agency { id, name: Text::new("Parking Office", "停车管理中心") };
        let db = &self.city().platform.db;
        db.tx("test.add_agency", async |tx| add_agency(tx, &agency).await).await.unwrap();
        id
    }

    /// Registers a system of an agency with a key pair.
    pub async fn register(&self, agency: AgencyId, key: &KeyPair, scopes: &[&str]) -> ClientId {
        let id = ClientId::new(&self.clock);
        let new = NewClient::system(id, agency, "test", &key.public, scopes);
        let db = &self.city().platform.db;
        db.tx("test.register", async |tx| register_client(tx, &new).await).await.unwrap();
        id
    }

    /// A system of an agency, registered, with a token.
    pub async fn system_of(&self, agency: AgencyId, scopes: &[&str]) -> System {
        let key = KeyPair::generate().unwrap();
        let id = self.register(agency, &key, scopes).await;
        let mut system = System::new(&self.url, id, &key).unwrap();
        self.authenticate(&mut system).await;
        system
    }

    /// A system of another agency with a token and the scopes of the police.
    pub async fn other_police(&self) -> System {
        self.system_of(self.other_agency().await, demo::POLICE_SCOPES).await
    }

    /// Today in Hangzhou.
    pub fn today(&self) -> NaiveDate {
        (self.clock.now() + TimeDelta::hours(8)).date_naive()
    }

    /// A decision served today on the person of an identity number.
    pub fn decision(&self, id_number: &str, fine_minor: i64) -> Value {
        let at: DateTime<Utc> = self.clock.now() - TimeDelta::days(2);
        json!({
            "plate": "浙A7M201",
            "violation": {
                "code": "1039", "name_en": "Illegal parking", "name_zh": "机动车违反规定停放",
                "place": "文三路", "at": at.to_rfc3339(), "points": 0,
            },
            "party": {"name": "某人", "id_number": id_number},
            "fine": {"amount_minor": fine_minor, "currency": "CNY"},
            "served_on": self.today(),
        })
    }

    /// The police fine somebody. Returns the bill.
    pub async fn fine(&self, police: &System, no: &str, id_number: &str, minor: i64) -> String {
        let path = format!("/v1/traffic/decisions/{no}");
        let pushed = police.caller.put(&path, &self.decision(id_number, minor)).await.unwrap();
        assert_eq!(pushed.status, 201, "{}", pushed.text);
        pushed.text_at("/bill_id")
    }

    /// A bill of an agency's system for the person of an identity number, due at the end of the
    /// year.
    pub fn bill(&self, no: &str, id_number: &str, minor: i64) -> Value {
        json!({
            "external_no": no,
            "debtor": {"name": "某人", "id_number": id_number},
            "subject": {"en": "Water, October 2026", "zh": "2026年10月水费"},
            "amount": yuan(minor),
            "due_on": "2026-12-31",
        })
    }

    /// A system issues a bill. Returns its id.
    pub async fn issue(&self, system: &System, bill: &Value) -> String {
        let key = format!("issue {}", bill["external_no"]).replace(['"', ' '], "-");
        let issued = system.caller.post_once("/v1/issued-bills", &key, bill).await.unwrap();
        assert_eq!(issued.status, 201, "{}", issued.text);
        issued.text_at("/id")
    }

    /// The newest letter to an address that contains a text.
    pub fn letter(&self, email: &str, containing: &str) -> String {
        find_letter(&self.letters, email, containing).expect("a letter")
    }

    /// How many letters to an address contain a text.
    pub fn letters(&self, email: &str, containing: &str) -> usize {
        let files = fs::read_dir(&self.letters).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.is_file())
            .map(|path| fs::read_to_string(path).unwrap())
            .filter(|letter| is_to(letter, email) && letter.contains(containing))
            .count()
    }

    /// A connection beside those of the city.
    pub async fn sql(&self) -> Sql {
        Sql(AsyncPgConnection::establish(&self.db.url).await.unwrap())
    }

    /// Finishes the background work and checks what must always hold: nothing waits or is dead,
    /// and the books are right.
    pub async fn finish(self) {
        self.work().await;
        assert!(self.worker.is_idle().await.unwrap(), "jobs are left");
        let db = &self.city().platform.db;
        let dead = db.tx("test.dead", async |tx| citygate_platform::jobs::dead(tx).await).await;
        assert!(dead.unwrap().is_empty(), "jobs have died");
        citygate_ledger::verify(db, |_| {}).await.unwrap();
        self.instance.stop().await;
    }
}

/// A connection of the test's own, for what no request can show or cause.
pub struct Sql(AsyncPgConnection);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Text)]
    value: String,
}

impl Sql {
    /// Does something.
    pub async fn run(&mut self, statements: &str) {
        self.0.batch_execute(statements).await.unwrap();
    }

    /// Tries something that the database refuses. Returns what it says.
    pub async fn fails(&mut self, statements: &str) -> String {
        self.0.batch_execute(statements).await.unwrap_err().to_string()
    }

    /// What a query of one text column called `value` returns.
    pub async fn texts(&mut self, query: &str) -> Vec<String> {
        let rows: Vec<Row> = sql_query(query).load(&mut self.0).await.unwrap();
        rows.into_iter().map(|row| row.value).collect()
    }

    /// How many rows there are: `traffic.decisions WHERE …`.
    pub async fn count(&mut self, rows: &str) -> usize {
        let query = format!("SELECT count(*)::text AS value FROM {rows}");
        self.texts(&query).await[0].parse().unwrap()
    }

    /// How many of the city's connections wait for a lock.
    pub async fn waiting(&mut self) -> usize {
        let here = "datname = current_database() AND wait_event_type = 'Lock'";
        self.count(&format!("pg_stat_activity WHERE {here}")).await
    }

    /// Every row of every table, as text, by table.
    pub async fn dump(&mut self) -> BTreeMap<String, String> {
        let tables = "SELECT format('%I.%I', schemaname, tablename) AS value FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        let mut dump = BTreeMap::new();
        for table in self.texts(tables).await {
            let rows = format!("SELECT t::text AS value FROM {table} t ORDER BY t::text");
            dump.insert(table, self.texts(&rows).await.join("\n"));
        }
        dump
    }
}

/// An answer with everything that it came with.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Answer {
    /// Sends a request. Of a stream of events, which has no end, nothing is read.
    pub async fn to(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let endless = headers.get("content-type").is_some_and(|of| of == "text/event-stream");
        let text = if endless { String::new() } else { answer.text().await.unwrap() };
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, body }
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the problem that the answer is, whole and in its proper form.
    pub fn problem(&self) -> String {
        let Self { status, headers: _, text, body } = self;
        if body["resourceType"] == "OperationOutcome" {
            return self.outcome();
        }
        if body.is_array() || text.starts_with("<?xml") {
            return self.errors();
        }
        assert_eq!(self.header("content-type"), "application/problem+json", "{status} {text}");
        assert_eq!(body["status"], *status, "{text}");
        assert_eq!(body["request_id"], self.header("x-request-id"), "{text}");
        assert_ne!(body["request_id"], "", "{text}");
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{text}");
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(body["type"], format!("urn:citygate:problem:{code}"), "{text}");
        assert!(code.split_once('.').is_some_and(|(_, fact)| !fact.is_empty()), "{text}");
        code
    }

    /// The same where Open311 is spoken.
    fn errors(&self) -> String {
        let Self { status, headers: _, text, body } = self;
        assert!(*status >= 400, "{status} {text}");
        let said = if body.is_array() {
            assert_eq!(body[0]["code"], *status, "{text}");
            body[0]["description"].as_str().unwrap().to_owned()
        } else {
            assert!(text.contains(&format!("<errors><error><code>{status}</code>")), "{text}");
            text.clone()
        };
        let codes = said.split(['(', ')']);
        let mut codes = codes.filter(|part| part.contains('.') && !part.contains([' ', '<']));
        codes.next().unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    /// The same where FHIR is spoken.
    fn outcome(&self) -> String {
        let Self { status, headers: _, text, body } = self;
        let form = self.header("content-type");
        assert!(form.starts_with("application/fhir+json"), "{form} {text}");
        assert!(*status >= 400, "{status} {text}");
        let issue = &body["issue"][0];
        assert_eq!(issue["severity"], "error", "{text}");
        assert!(issue["code"].is_string() && issue["details"]["text"].is_string(), "{text}");
        let coding = &issue["details"]["coding"][0];
        assert_eq!(coding["system"], "urn:citygate:problem", "{text}");
        coding["code"].as_str().unwrap().to_owned()
    }
}

/// An amount of minor units.
pub fn yuan(minor: i64) -> Value {
    json!({"amount_minor": minor, "currency": "CNY"})
}

/// A citizen pays a bill: all that is due, or as the body says.
pub async fn pay(citizen: &CitizenApp, bill: &str, key: &str, body: &Value) -> Reply {
    citizen.caller.post_once(&format!("/v1/bills/{bill}/payments"), key, body).await.unwrap()
}

/// What a citizen's wallet holds.
pub async fn wallet(citizen: &CitizenApp) -> i64 {
    citizen.caller.get("/v1/wallet").await.unwrap().minor_at("/available")
}

/// Status and code of an answer.
pub fn outcome(reply: &Reply) -> (u16, String) {
    (reply.status, reply.text_at("/code"))
}

/// Asserts that something was refused.
#[track_caller]
pub fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(outcome(reply), (status, code.to_owned()), "{}", reply.text);
}

/// Asks until it is so, which is soon.
pub async fn until(mut so: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !so().await {
        assert!(Instant::now() < patience, "it does not come to be");
        tokio::task::yield_now().await;
    }
}
